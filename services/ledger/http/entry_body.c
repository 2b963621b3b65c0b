/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads entries strictly. A plain kind brings one amount, any kind may spell
 * its transfers out, a reversal brings only the number of what it takes back.
 */
#include "ledger/http/entry_body.h"

#include "ledger/domain/journal.h"
#include "ledger/domain/kind.h"
#include "ledger/http/params.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/json.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_kind(struct json_reader *reader, struct entry_body *body);
static void read_key(struct json_reader *reader, struct entry_body *body);
static void read_grant(struct json_reader *reader, struct entry_body *body);
static void read_line(struct json_reader *reader, const struct line *from, struct line *ret_line);
static void read_plain(struct json_reader *reader, const struct line *line,
                       struct entry_body *body);
static void read_transfers(struct json_reader *reader, const struct line *line,
                           struct entry_body *body);
static void read_transfer(struct json_reader *reader, const struct line *line,
                          struct entry_transfer *ret_transfer);
static void read_stage(struct json_reader *reader, const char *name, enum stage *ret_stage);
static void body_hash(const struct entry_body *body, const struct entry *entry,
                      uint8_t ret_hash[ORDER_HASH_SIZE]);

enum err entry_body_read(const json_t *value, const char *path, struct entry_body *ret_body,
                         struct problem *problem)
{
    static const char *const names[] = {
        "kind",       "fiscal_year",    "programme", "funding_source", "amount_krw", "transfers",
        "linked_seq", "effective_date", "document",  "grant_id",       NULL,
    };
    static const char *const names_of_many[] = {
        "key",       "kind",       "fiscal_year",    "programme", "funding_source", "amount_krw",
        "transfers", "linked_seq", "effective_date", "document",  "grant_id",       NULL,
    };
    struct line line = {.fiscal_year = 0};
    struct json_reader reader;

    memset(ret_body, 0, sizeof *ret_body);
    json_reader_init(&reader, value, path, problem);
    json_reader_allow(&reader, path[0] == '\0' ? names : names_of_many);
    if (path[0] != '\0') {
        read_key(&reader, ret_body);
    }
    read_kind(&reader, ret_body);
    entry_body_read_head(&reader, ret_body);
    if (ret_body->has_grant && grant_kind_follows(ret_body->kind)) {
        json_reader_refuse(&reader, "grant_id", &PROBLEM_WRONG_VALUE, "correction", NULL);
    }
    if (strcmp(ret_body->kind, KIND_REVERSAL) == 0) {
        static const char *const unwanted[] = {"fiscal_year", "programme", "funding_source",
                                               "amount_krw",  "transfers", NULL};
        for (size_t i = 0; unwanted[i]; i++) {
            if (json_reader_has(&reader, unwanted[i])) {
                json_reader_refuse(&reader, unwanted[i], &PROBLEM_WRONG_VALUE, "reversal", NULL);
            }
        }
    } else {
        read_line(&reader, NULL, &line);
        if (json_reader_has(&reader, "transfers")) {
            read_transfers(&reader, &line, ret_body);
        } else {
            read_plain(&reader, &line, ret_body);
        }
    }
    return json_reader_ok(&reader) ? ERR_OK : ERR_INVALID;
}

void entry_body_read_head(struct json_reader *reader, struct entry_body *body)
{
    char date[ENTRY_DATE_SIZE] = "";

    json_read_text(reader, "document", 1, body->document, sizeof body->document);
    if (json_reader_has(reader, "linked_seq")) {
        json_read_int64(reader, "linked_seq", 1, INT64_MAX, &body->linked_seq);
    }
    if (json_reader_has(reader, "effective_date")) {
        json_read_text(reader, "effective_date", 1, date, sizeof date);
        enum err wrong_date = entry_date_parse(date, &body->effective_date);
        if (wrong_date) {
            json_reader_refuse(reader, "effective_date", &PROBLEM_WRONG_VALUE, "date", date);
        }
    }
    if (json_reader_has(reader, "grant_id")) {
        read_grant(reader, body);
    }
}

enum err entry_body_order(const struct entry_body *body, const struct principal *principal,
                          struct order *ret_order, struct refusal *ret_refusal)
{
    struct entry_head head = {
        .key = body->key,
        .document = body->document,
        .linked_seq = body->linked_seq,
    };
    char *metadata = entry_body_metadata(principal, NULL, body);
    enum err err = metadata ? ERR_OK : ERR_UNAVAILABLE;

    if (!err) {
        err = entry_body_date(body->effective_date, &head.effective_date);
    }
    if (!err) {
        head.metadata = metadata;
        err = body->transfer_count == 0
                  ? entry_build_reversal(&ret_order->entry, &head, ret_refusal)
                  : entry_build(&ret_order->entry, &head, body->kind, body->transfers,
                                body->transfer_count, ret_refusal);
    }
    if (!err) {
        entry_body_grant(body, ret_order);
        body_hash(body, &ret_order->entry, ret_order->request_hash);
    }
    free(metadata);
    return err;
}

char *entry_body_metadata(const struct principal *principal, const char *hold_id,
                          const struct entry_body *body)
{
    char grant_id[CRYPTO_UUID_TEXT_SIZE];
    json_t *value = NULL;
    char *text = NULL;

    crypto_uuid_format(body->grant_id, grant_id);
    value =
        json_pack("{s:s, s:s, s:s*, s:s*}", "operator", principal->id, "key_id", principal->key_id,
                  "hold_id", hold_id, "grant_id", body->has_grant ? grant_id : NULL);
    text = value ? json_text(value) : NULL;

    json_decref(value);
    return text;
}

void entry_body_grant(const struct entry_body *body, struct order *order)
{
    order->has_grant = body->has_grant;
    memcpy(order->grant_id, body->grant_id, ENTRY_KEY_SIZE);
}

enum err entry_body_date(int32_t given_date, int32_t *ret_date)
{
    char day[CLOCK_DAY_SIZE];

    if (given_date != 0) {
        *ret_date = given_date;
        return ERR_OK;
    }
    clock_day_in_korea(clock_now_ms(), day);
    enum err err = entry_date_parse(day, ret_date);
    return err ? ERR_INTERNAL : ERR_OK; /* a clock beyond 2199 */
}

static void read_key(struct json_reader *reader, struct entry_body *body)
{
    char text[CRYPTO_UUID_TEXT_SIZE] = "";

    json_read_text(reader, "key", 1, text, sizeof text);
    enum err err = json_reader_ok(reader) ? crypto_uuid_parse(text, body->key) : ERR_OK;
    if (err) {
        json_reader_refuse(reader, "key", &PROBLEM_WRONG_VALUE, "uuid", text);
    }
}

static void read_grant(struct json_reader *reader, struct entry_body *body)
{
    char text[CRYPTO_UUID_TEXT_SIZE] = "";

    json_read_text(reader, "grant_id", 1, text, sizeof text);
    enum err err = json_reader_ok(reader) ? crypto_uuid_parse(text, body->grant_id) : ERR_OK;
    if (err) {
        json_reader_refuse(reader, "grant_id", &PROBLEM_WRONG_VALUE, "uuid", text);
    }
    body->has_grant = json_reader_ok(reader);
}

/* Kinds that only the service posts are no choice here. */
static void read_kind(struct json_reader *reader, struct entry_body *body)
{
    json_read_text(reader, "kind", 1, body->kind, sizeof body->kind);
    if (!kind_may_be_asked(body->kind)) {
        json_reader_refuse(reader, "kind", &PROBLEM_WRONG_VALUE, "kind", body->kind);
    }
}

/* Year, programme and source; what is absent is taken from `from`, unless that is NULL. */
static void read_line(struct json_reader *reader, const struct line *from, struct line *ret_line)
{
    char programme[PROGRAMME_LENGTH_MAX + 1] = "";
    int64_t year = from ? from->fiscal_year : 0;
    int source = from ? (int)from->funding_source - 1 : 0;

    if (!from || json_reader_has(reader, "fiscal_year")) {
        json_read_int64(reader, "fiscal_year", FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &year);
    }
    if (!from || json_reader_has(reader, "programme")) {
        json_read_text(reader, "programme", 1, programme, sizeof programme);
    } else {
        memcpy(programme, from->programme, sizeof programme);
    }
    if (!from || json_reader_has(reader, "funding_source")) {
        json_read_choice(reader, "funding_source", PARAMS_FUNDING_SOURCES, &source);
    }
    if (!json_reader_ok(reader)) {
        return;
    }
    enum err err = line_init(ret_line, (int32_t)year, (enum funding_source)(source + 1), programme);
    if (err) {
        json_reader_refuse(reader, "programme", &PROBLEM_WRONG_VALUE, "programme", programme);
    }
}

static void read_plain(struct json_reader *reader, const struct line *line, struct entry_body *body)
{
    int64_t amount_krw = 0;

    json_read_int64(reader, "amount_krw", 1, INT64_MAX, &amount_krw);
    if (!json_reader_ok(reader)) {
        return;
    }
    body->transfer_count = kind_plain(body->kind, line, amount_krw, body->transfers);
    if (body->transfer_count == 0) {
        json_reader_refuse(reader, "transfers", &PROBLEM_MISSING_KEY, NULL, NULL);
    }
}

static void read_transfers(struct json_reader *reader, const struct line *line,
                           struct entry_body *body)
{
    const json_t *transfers = NULL;
    char path[PROBLEM_FIELD_SIZE];
    struct json_reader item;

    if (json_reader_has(reader, "amount_krw")) {
        json_reader_refuse(reader, "amount_krw", &PROBLEM_WRONG_VALUE, "transfers", NULL);
    }
    json_read_array(reader, "transfers", ENTRY_TRANSFER_MAX, &transfers);
    if (!json_reader_ok(reader)) {
        return;
    }
    if (json_array_size(transfers) == 0) {
        json_reader_refuse(reader, "transfers", &PROBLEM_WRONG_VALUE, "count", "0");
    }
    for (size_t i = 0; i < json_array_size(transfers) && json_reader_ok(reader); i++) {
        (void)snprintf(path, sizeof path, "%.64s/transfers/%zu", reader->path, i); /* short */
        json_reader_init(&item, json_array_get(transfers, i), path, reader->problem);
        read_transfer(&item, line, &body->transfers[i]);
        body->transfer_count++;
    }
}

static void read_transfer(struct json_reader *reader, const struct line *line,
                          struct entry_transfer *ret_transfer)
{
    static const char *const names[] = {"debit",     "credit",         "amount_krw", "fiscal_year",
                                        "programme", "funding_source", NULL};

    json_reader_allow(reader, names);
    read_stage(reader, "debit", &ret_transfer->debit);
    read_stage(reader, "credit", &ret_transfer->credit);
    json_read_int64(reader, "amount_krw", 1, INT64_MAX, &ret_transfer->amount_krw);
    read_line(reader, line, &ret_transfer->line);
}

static void read_stage(struct json_reader *reader, const char *name, enum stage *ret_stage)
{
    char code[STAGE_CLASS_LENGTH_MAX + 1] = "";

    json_read_text(reader, name, 1, code, sizeof code);
    enum err err = json_reader_ok(reader) ? stage_parse(code, ret_stage) : ERR_OK;
    if (err) {
        json_reader_refuse(reader, name, &PROBLEM_WRONG_VALUE, "stage", code);
    }
}

/*
 * What makes two requests the same: what they ask for, not how it is written, nor the day when
 * that was left to us. The bytes are the journal's own, of an entry that stands nowhere.
 */
static void body_hash(const struct entry_body *body, const struct entry *entry,
                      uint8_t ret_hash[ORDER_HASH_SIZE])
{
    static const uint8_t nothing[JOURNAL_HASH_SIZE] = {0};
    const struct journal_position nowhere = {
        .shard = "request",
        .seq = 1,
        .previous_hash = nothing,
    };
    uint8_t document[JOURNAL_DOCUMENT_SIZE_MAX];
    uint8_t bytes[JOURNAL_ENTRY_SIZE_MAX];
    uint8_t document_hash[CRYPTO_HASH_SIZE];
    struct entry asked = *entry;

    asked.effective_date = body->effective_date;
    asked.metadata[0] = '\0'; /* who asks is not what is asked for */
    size_t size = journal_encode_document(&asked, document);
    crypto_sha256(document, size, document_hash);
    size = journal_encode_entry(&nowhere, &asked, document_hash, bytes);
    if (body->has_grant) { /* the same bytes for another grant are another request */
        const struct crypto_bytes parts[] = {{bytes, size}, {body->grant_id, ENTRY_KEY_SIZE}};
        crypto_hash_parts(parts, sizeof parts / sizeof parts[0], ret_hash);
    } else {
        crypto_sha256(bytes, size, ret_hash);
    }
}
