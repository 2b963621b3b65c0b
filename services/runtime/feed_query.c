/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client of the feed asks for. Everything it may get wrong is refused
 * with the parameter's name; nothing is guessed or silently capped.
 */
#include "runtime/feed_internal.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

/* A numeric parameter and what it may be. */
struct bounded {
    const char *name;
    uint64_t minimum;
    uint64_t maximum;
};

static enum err read_cursor(struct http_request *request, struct feed_query *query,
                            struct problem *problem);
static enum err read_number(struct http_request *request, const struct bounded *bounded,
                            int64_t *number, struct problem *problem);
static enum err read_types(struct http_request *request, struct feed_query *query,
                           struct problem *problem);
static enum err parse_decimal(const char *text, size_t length, uint64_t *ret_number);

enum err feed_query_read(struct http_request *request, struct feed_query *ret_query,
                         struct problem *ret_problem)
{
    static const struct bounded limit = {"limit", 1, FEED_LIMIT_MAX};
    static const struct bounded wait = {"wait", 0, FEED_WAIT_MAX_S};
    struct feed_query query = {.limit = FEED_LIMIT_DEFAULT};
    int64_t wait_s = 0;
    enum err err;

    err = feed_form_of(http_request_header(request, "accept"), &query.form);
    if (err) {
        problem_set(ret_problem, &PROBLEM_NOT_ACCEPTABLE, "Accept", NULL, NULL);
        return err;
    }
    err = read_cursor(request, &query, ret_problem);
    if (!err) {
        err = read_number(request, &limit, &query.limit, ret_problem);
    }
    if (!err) {
        err = read_number(request, &wait, &wait_s, ret_problem);
    }
    if (!err) {
        err = read_types(request, &query, ret_problem);
    }
    if (err) {
        return err;
    }
    query.wait_ms = wait_s * 1000;
    *ret_query = query;
    return ERR_OK;
}

/* A browser that reconnects repeats its first address; what it saw last is in the header. */
static enum err read_cursor(struct http_request *request, struct feed_query *query,
                            struct problem *problem)
{
    const char *header = http_request_header(request, "last-event-id");
    const char *text = header ? header : http_request_query(request, "after");

    if (!text) {
        return ERR_OK;
    }
    if (feed_cursor_parse(text, &query->epoch, &query->seq)) {
        problem_set(problem, &PROBLEM_WRONG_VALUE, header ? "Last-Event-ID" : "after",
                    "epoch-and-seq", text);
        return ERR_INVALID;
    }
    query->has_cursor = true;
    return ERR_OK;
}

enum err feed_cursor_parse(const char *text, uint64_t *ret_epoch, uint64_t *ret_seq)
{
    const char *dash = strchr(text, '-');
    uint64_t epoch;
    uint64_t seq;

    if (!dash || parse_decimal(text, (size_t)(dash - text), &epoch) ||
        parse_decimal(dash + 1, strlen(dash + 1), &seq)) {
        return ERR_INVALID;
    }
    *ret_epoch = epoch;
    *ret_seq = seq;
    return ERR_OK;
}

static enum err parse_decimal(const char *text, size_t length, uint64_t *ret_number)
{
    uint64_t number = 0;

    if (length == 0) {
        return ERR_INVALID;
    }
    for (size_t i = 0; i < length; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');

        if (text[i] < '0' || text[i] > '9' || number > (UINT64_MAX - digit) / 10) {
            return ERR_INVALID;
        }
        number = number * 10 + digit;
    }
    *ret_number = number;
    return ERR_OK;
}

static enum err read_number(struct http_request *request, const struct bounded *bounded,
                            int64_t *number, struct problem *problem)
{
    const char *text = http_request_query(request, bounded->name);
    uint64_t value;

    if (!text) {
        return ERR_OK;
    }
    if (parse_decimal(text, strlen(text), &value) || value < bounded->minimum ||
        value > bounded->maximum) {
        problem_set(problem, &PROBLEM_WRONG_VALUE, bounded->name, "range", text);
        return ERR_INVALID;
    }
    *number = (int64_t)value;
    return ERR_OK;
}

static enum err read_types(struct http_request *request, struct feed_query *query,
                           struct problem *problem)
{
    const char *at = http_request_query(request, "types");

    while (at) {
        size_t length = strcspn(at, ",");
        char *type;

        if (length == 0 || length >= EVENT_TYPE_SIZE || query->type_count == FEED_TYPE_COUNT_MAX) {
            problem_set(problem, &PROBLEM_WRONG_VALUE, "types", "event-types", NULL);
            return ERR_INVALID;
        }
        type = query->types[query->type_count];
        memcpy(type, at, length);
        type[length] = '\0';
        query->type_count++;
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    return ERR_OK;
}

bool feed_query_wants(const struct feed_query *query, const char *type)
{
    for (size_t i = 0; i < query->type_count; i++) {
        if (strcmp(query->types[i], type) == 0) {
            return true;
        }
    }
    return query->type_count == 0;
}

/* --- Accept. -------------------------------------------------------------------------------------- */

static const struct {
    const char *media_type;
    enum feed_form form;
} FORMS[] = {
    {"text/event-stream", FEED_EVENT_STREAM},
    {"application/x-ndjson", FEED_NDJSON},
    {"application/cloudevents-batch+json", FEED_BATCH},
    {"*/*", FEED_BATCH},
    {"application/*", FEED_BATCH},
};

/* True for ";q=0", ";q=0.0" and the like: the client does not want this one. */
static bool is_refused(const char *parameters, size_t length)
{
    for (size_t i = 0; i + 2 < length; i++) {
        if ((parameters[i] == 'q' || parameters[i] == 'Q') && parameters[i + 1] == '=') {
            size_t zeros = strspn(parameters + i + 2, "0.");

            return parameters[i + 2] == '0' && i + 2 + zeros >= length;
        }
    }
    return false;
}

/* The first of the client's list that we have: those who list several care little which. */
enum err feed_form_of(const char *accept, enum feed_form *ret_form)
{
    const char *at = accept ? accept : "*/*";

    while (*at != '\0') {
        size_t length;
        size_t name;

        at += strspn(at, " \t,");
        length = strcspn(at, ",");
        name = strcspn(at, "; \t,");
        for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
            if (name == strlen(FORMS[i].media_type) &&
                strncasecmp(at, FORMS[i].media_type, name) == 0 &&
                !is_refused(at + name, length - name)) {
                *ret_form = FORMS[i].form;
                return ERR_OK;
            }
        }
        at += length;
    }
    return ERR_INVALID;
}

const char *feed_content_type(enum feed_form form)
{
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        if (FORMS[i].form == form) {
            return FORMS[i].media_type;
        }
    }
    assert(false);
    return NULL;
}
