/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads what a request brings: query, path, Idempotency-Key, JSON body. Each
 * function refuses with the first problem and leaves its result alone then.
 * Loop thread.
 */
#ifndef HYEOPCHI_LEDGER_HTTP_PARAMS_H
#define HYEOPCHI_LEDGER_HTTP_PARAMS_H

#include "ledger/domain/envelope.h"
#include "ledger/store/list.h"
#include "runtime/crypto.h"
#include "runtime/err.h"
#include "runtime/event.h"
#include "runtime/http.h"
#include "runtime/problem.h"

#include <jansson.h>
#include <stdint.h>

enum {
    PARAMS_LIMIT_DEFAULT = 100,
    PARAMS_LIMIT_MAX = 1000,
};

/* Sources in the order of enum funding_source, for json_read_choice(); NULL-terminated. */
extern const char *const PARAMS_FUNDING_SOURCES[];

/* A whole decimal number within bounds, without sign, space or leading zeros. ERR_INVALID. */
ERR_CHECKED enum err params_number(const char *text, int64_t minimum, int64_t maximum,
                                   int64_t *ret_number);

/* ?fiscal_year=&funding_source=&limit= */
ERR_CHECKED enum err params_filter(struct http_request *request, struct store_filter *ret_filter,
                                   struct problem *ret_problem);

/* ?after= as a number; 0 when absent. */
ERR_CHECKED enum err params_after(struct http_request *request, int64_t *ret_after,
                                  struct problem *ret_problem);

/* ?after= as year/source/programme. */
ERR_CHECKED enum err params_line_cursor(struct http_request *request,
                                        struct store_line_cursor *ret_cursor,
                                        struct problem *ret_problem);

/* A UUID from ?after= (zeros when absent) or from the path, such as {ballot_id}. */
ERR_CHECKED enum err params_uuid(struct http_request *request, const char *name,
                                 uint8_t ret_uuid[CRYPTO_UUID_SIZE], struct problem *ret_problem);

/* {fiscal_year} and {funding_source} of the path. */
ERR_CHECKED enum err params_source(struct http_request *request, int32_t *ret_fiscal_year,
                                   enum funding_source *ret_source, struct problem *ret_problem);

/* The Idempotency-Key header, which must be a UUID. */
ERR_CHECKED enum err params_key(struct http_request *request, uint8_t ret_key[CRYPTO_UUID_SIZE],
                                struct problem *ret_problem);

/* The traceparent header when it looks like one, else "". */
void params_traceparent(struct http_request *request, char ret_text[EVENT_TRACEPARENT_SIZE]);

/* The body as one JSON value; a new reference. */
ERR_CHECKED enum err params_body(struct http_request *request, json_t **ret_value,
                                 struct problem *ret_problem);

#endif
