/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads grants strictly: what is not exactly right is named, and nothing about
 * caps or months is decided here.
 */
#include "ledger/http/grant_body.h"

#include "ledger/http/params.h"
#include "runtime/crypto.h"
#include "runtime/json.h"

#include <stdio.h>
#include <string.h>

static void read_terms(struct json_reader *reader, struct grant *grant);
static void read_amounts(struct json_reader *reader, struct grant *grant);
static void read_bodies(struct json_reader *reader, struct grant *grant);
static void read_date(struct json_reader *reader, const char *name, int32_t *ret_date);

enum err grant_body_read(struct http_request *request, struct grant *grant, struct problem *problem)
{
    static const char *const names[] = {
        "instrument", "fiscal_year",          "programme",           "amounts", "start_date",
        "end_date",   "planning_month_count", "settlement_due_date", "bodies",  "document",
        NULL};
    struct json_reader reader;
    json_t *value = NULL;
    enum err err = params_key(request, grant->id, problem);

    if (err) {
        return err;
    }
    err = params_body(request, &value, problem);
    if (err) {
        return err;
    }
    json_reader_init(&reader, value, "", problem);
    json_reader_allow(&reader, names);
    read_terms(&reader, grant);
    read_amounts(&reader, grant);
    read_bodies(&reader, grant);
    json_decref(value);
    return problem->kind ? ERR_INVALID : ERR_OK;
}

void grant_body_hash(const struct grant *grant, uint8_t ret_hash[ORDER_HASH_SIZE])
{
    static const char name[] = "grant/1";
    const struct crypto_bytes parts[] = {
        {name, sizeof name},
        {grant->instrument, strlen(grant->instrument) + 1},
        {&grant->fiscal_year, sizeof grant->fiscal_year},
        {grant->programme, strlen(grant->programme) + 1},
        {grant->amounts_krw, sizeof grant->amounts_krw},
        {&grant->start_date, sizeof grant->start_date},
        {&grant->end_date, sizeof grant->end_date},
        {&grant->planning_month_count, sizeof grant->planning_month_count},
        {&grant->settlement_due_date, sizeof grant->settlement_due_date},
        {grant->bodies, sizeof grant->bodies}, /* each filled up with NULs */
        {grant->document, strlen(grant->document) + 1},
    };

    crypto_hash_parts(parts, sizeof parts / sizeof parts[0], ret_hash);
}

static void read_terms(struct json_reader *reader, struct grant *grant)
{
    int64_t planning = 0;
    int64_t year = 0;

    json_read_text(reader, "instrument", 1, grant->instrument, sizeof grant->instrument);
    json_read_int64(reader, "fiscal_year", FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &year);
    json_read_text(reader, "programme", 1, grant->programme, sizeof grant->programme);
    read_date(reader, "start_date", &grant->start_date);
    read_date(reader, "end_date", &grant->end_date);
    read_date(reader, "settlement_due_date", &grant->settlement_due_date);
    if (json_reader_has(reader, "planning_month_count")) {
        json_read_int64(reader, "planning_month_count", 0, INT32_MAX, &planning);
    }
    json_read_text(reader, "document", 1, grant->document, sizeof grant->document);
    if (json_reader_ok(reader) && !programme_valid(grant->programme)) {
        json_reader_refuse(reader, "programme", &PROBLEM_WRONG_VALUE, "programme",
                           grant->programme);
    }
    grant->fiscal_year = (int32_t)year;
    grant->planning_month_count = (int32_t)planning;
}

/* Each source at most once. */
static void read_amounts(struct json_reader *reader, struct grant *grant)
{
    static const char *const names[] = {"funding_source", "amount_krw", NULL};
    const json_t *amounts = NULL;
    char path[PROBLEM_FIELD_SIZE];
    struct json_reader item;

    json_read_array(reader, "amounts", FUNDING_SOURCE_COUNT, &amounts);
    for (size_t i = 0; json_reader_ok(reader) && i < json_array_size(amounts); i++) {
        int64_t amount_krw = 0;
        int source = 0;
        (void)snprintf(path, sizeof path, "/amounts/%zu", i); /* short */
        json_reader_init(&item, json_array_get(amounts, i), path, reader->problem);
        json_reader_allow(&item, names);
        json_read_choice(&item, "funding_source", PARAMS_FUNDING_SOURCES, &source);
        json_read_int64(&item, "amount_krw", 1, INT64_MAX, &amount_krw);
        if (json_reader_ok(&item) && grant->amounts_krw[source] != 0) {
            json_reader_refuse(&item, "funding_source", &PROBLEM_WRONG_VALUE, "once",
                               PARAMS_FUNDING_SOURCES[source]);
        }
        grant->amounts_krw[source] = amount_krw;
    }
}

static void read_bodies(struct json_reader *reader, struct grant *grant)
{
    const json_t *bodies = NULL;

    json_read_array(reader, "bodies", GRANT_BODY_MAX, &bodies);
    for (size_t i = 0; json_reader_ok(reader) && i < json_array_size(bodies); i++) {
        const char *name = json_string_value(json_array_get(bodies, i));
        size_t length = name ? strlen(name) : 0;
        if (length == 0 || length > GRANT_BODY_NAME_LENGTH_MAX) {
            json_reader_refuse(reader, "bodies", &PROBLEM_WRONG_VALUE, "name", NULL);
            return;
        }
        memcpy(grant->bodies[i], name, length);
        grant->body_count++;
    }
}

static void read_date(struct json_reader *reader, const char *name, int32_t *ret_date)
{
    char text[ENTRY_DATE_SIZE] = "";

    json_read_text(reader, name, 1, text, sizeof text);
    enum err err = json_reader_ok(reader) ? entry_date_parse(text, ret_date) : ERR_OK;
    if (err) {
        json_reader_refuse(reader, name, &PROBLEM_WRONG_VALUE, "date", text);
    }
}
