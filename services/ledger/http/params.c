/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict readers: whatever is not exactly right is named and refused.
 */
#include "ledger/http/params.h"

#include "runtime/json.h"

#include <assert.h>
#include <string.h>

static enum err wrong(struct problem *ret_problem, const char *field, const char *rule,
                      const char *value);

const char *const PARAMS_FUNDING_SOURCES[] = {"national", "city", "district", "other", NULL};

static_assert(sizeof PARAMS_FUNDING_SOURCES / sizeof PARAMS_FUNDING_SOURCES[0] ==
                  FUNDING_SOURCE_COUNT + 1,
              "a name for every source");

enum err params_number(const char *text, int64_t minimum, int64_t maximum, int64_t *ret_number)
{
    int64_t number = 0;

    assert(minimum >= 0);
    if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0')) {
        return ERR_INVALID;
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || number > (INT64_MAX - 9) / 10) {
            return ERR_INVALID;
        }
        number = number * 10 + (*at - '0');
    }
    if (number < minimum || number > maximum) {
        return ERR_INVALID;
    }
    *ret_number = number;
    return ERR_OK;
}

enum err params_filter(struct http_request *request, struct store_filter *ret_filter,
                       struct problem *ret_problem)
{
    const char *year = http_request_query(request, "fiscal_year");
    const char *source = http_request_query(request, "funding_source");
    const char *limit = http_request_query(request, "limit");
    struct store_filter filter = {.limit = PARAMS_LIMIT_DEFAULT};
    int64_t number = 0;

    if (year) {
        enum err err = params_number(year, FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &number);
        if (err) {
            return wrong(ret_problem, "fiscal_year", "range", year);
        }
        filter.fiscal_year = (int32_t)number;
    }
    if (source) {
        enum err err = funding_source_parse(source, &filter.funding_source);
        if (err) {
            return wrong(ret_problem, "funding_source", "choice", source);
        }
    }
    if (limit) {
        enum err err = params_number(limit, 1, PARAMS_LIMIT_MAX, &filter.limit);
        if (err) {
            return wrong(ret_problem, "limit", "range", limit);
        }
    }
    *ret_filter = filter;
    return ERR_OK;
}

enum err params_after(struct http_request *request, int64_t *ret_after, struct problem *ret_problem)
{
    const char *after = http_request_query(request, "after");
    int64_t number = 0;

    if (after) {
        enum err err = params_number(after, 0, INT64_MAX, &number);
        if (err) {
            return wrong(ret_problem, "after", "after", after);
        }
    }
    *ret_after = number;
    return ERR_OK;
}

enum err params_line_cursor(struct http_request *request, struct store_line_cursor *ret_cursor,
                            struct problem *ret_problem)
{
    const char *after = http_request_query(request, "after");
    struct store_line_cursor cursor = {.fiscal_year = 0};
    char head[32]; /* year and source: "2025/district" */
    int64_t year = 0;

    if (!after) {
        *ret_cursor = cursor;
        return ERR_OK;
    }
    const char *source_at = strchr(after, '/');
    const char *programme_at = source_at ? strchr(source_at + 1, '/') : NULL;
    if (!programme_at || (size_t)(programme_at - after) >= sizeof head ||
        !programme_valid(programme_at + 1)) {
        return wrong(ret_problem, "after", "after", after);
    }
    memcpy(head, after, (size_t)(programme_at - after));
    head[programme_at - after] = '\0';
    head[source_at - after] = '\0';
    enum err err = params_number(head, FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &year);
    if (!err) {
        err = funding_source_parse(&head[source_at - after + 1], &cursor.funding_source);
    }
    if (err) {
        return wrong(ret_problem, "after", "after", after);
    }
    cursor.fiscal_year = (int32_t)year;
    memcpy(cursor.programme, programme_at + 1, strlen(programme_at + 1) + 1);
    *ret_cursor = cursor;
    return ERR_OK;
}

enum err params_uuid(struct http_request *request, const char *name,
                     uint8_t ret_uuid[CRYPTO_UUID_SIZE], struct problem *ret_problem)
{
    const char *text = http_request_param(request, name);

    text = text ? text : http_request_query(request, name);
    if (!text) {
        memset(ret_uuid, 0, CRYPTO_UUID_SIZE);
        return ERR_OK;
    }
    enum err err = crypto_uuid_parse(text, ret_uuid);
    return err ? wrong(ret_problem, name, "uuid", text) : ERR_OK;
}

enum err params_source(struct http_request *request, int32_t *ret_fiscal_year,
                       enum funding_source *ret_source, struct problem *ret_problem)
{
    const char *year = http_request_param(request, "fiscal_year");
    const char *source = http_request_param(request, "funding_source");
    int64_t number = 0;

    assert(year);
    assert(source);
    enum err err = params_number(year, FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &number);
    if (err) {
        return wrong(ret_problem, "fiscal_year", "range", year);
    }
    err = funding_source_parse(source, ret_source);
    if (err) {
        return wrong(ret_problem, "funding_source", "choice", source);
    }
    *ret_fiscal_year = (int32_t)number;
    return ERR_OK;
}

enum err params_key(struct http_request *request, uint8_t ret_key[CRYPTO_UUID_SIZE],
                    struct problem *ret_problem)
{
    const char *key = http_request_header(request, "idempotency-key");

    if (!key) {
        problem_set(ret_problem, &PROBLEM_KEY_MISSING, "Idempotency-Key", NULL, NULL);
        return ERR_INVALID;
    }
    enum err err = crypto_uuid_parse(key, ret_key);
    return err ? wrong(ret_problem, "Idempotency-Key", "uuid", key) : ERR_OK;
}

void params_traceparent(struct http_request *request, char ret_text[EVENT_TRACEPARENT_SIZE])
{
    static const char pattern[] = "00-00000000000000000000000000000000-0000000000000000-00";
    const char *text = http_request_header(request, "traceparent");

    static_assert(sizeof pattern <= EVENT_TRACEPARENT_SIZE, "a traceparent fits");
    ret_text[0] = '\0';
    if (!text || strlen(text) != sizeof pattern - 1) {
        return;
    }
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        if (pattern[i] == '-' ? text[i] != '-' : !strchr("0123456789abcdef", text[i])) {
            return;
        }
    }
    memcpy(ret_text, text, sizeof pattern);
}

enum err params_body(struct http_request *request, json_t **ret_value, struct problem *ret_problem)
{
    static const char json[] = "application/json";
    const char *type = http_request_header(request, "content-type");
    size_t length = 0;
    const uint8_t *body = http_request_body(request, &length);
    char after = 'x'; /* what follows the media type */

    if (type && strncmp(type, json, sizeof json - 1) == 0) {
        after = type[sizeof json - 1];
    }
    if (after != '\0' && after != ';' && after != ' ') {
        problem_set(ret_problem, &PROBLEM_WRONG_TYPE, "Content-Type", NULL, type);
        return ERR_INVALID;
    }
    return json_parse(body, length, ret_value, ret_problem);
}

static enum err wrong(struct problem *ret_problem, const char *field, const char *rule,
                      const char *value)
{
    problem_set(ret_problem, &PROBLEM_WRONG_VALUE, field, rule, value);
    return ERR_INVALID;
}
