/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the ledger's things look as JSON, and how refusals look as problems.
 * What takes a request is the loop thread's; the rest any thread's, unless it says so.
 */
#ifndef HYEOPCHI_LEDGER_HTTP_ANSWERS_H
#define HYEOPCHI_LEDGER_HTTP_ANSWERS_H

#include "ledger/domain/block.h"
#include "ledger/domain/envelope.h"
#include "ledger/domain/order.h"
#include "runtime/buffer.h"
#include "runtime/db.h"
#include "runtime/http.h"
#include "runtime/problem.h"

#include <jansson.h>
#include <stdint.h>

/* Answers why a request could not be begun: the problem that reading it found, where there is one, else
 * the error. Loop thread. */
void answer_failure(struct http_request *request, const struct problem *problem, enum err err);

/* Answers 409 or 422 with the refusal's code, sentence, field, account and shortfall. */
void answer_refusal(struct http_request *request, const struct order_refusal *refusal);

/* The same as a problem, for an answer that holds several. Loop thread. */
void answer_problem(const struct order_refusal *refusal, struct problem *ret_problem);

/* The same for a refusal that no order carries. */
void answer_refusal_plain(struct http_request *request, const struct refusal *refusal);

enum { ANSWER_ENTRY_SIZE_MAX = 32 * 1024 }; /* more than any entry's answer */

/* Appends a posted entry as compact JSON: by hand, since a tree of it costs more than its posting. */
void answer_entry_append(struct buffer *buffer, const struct order *order);

/* A posted entry; a new reference, NULL when out of memory. */
json_t *answer_entry(const struct order *order);

/* A block; a new reference, NULL when out of memory. */
json_t *answer_block(const struct block *block);

/* An envelope; a new reference, NULL when out of memory. */
json_t *answer_envelope(const struct envelope *envelope, int64_t changed_time_ms);

/*
 * Appends to an array; takes item. Out of memory the array becomes NULL, so that packing it fails.
 */
void answer_append(json_t **array, json_t *item);

/* A time as RFC 3339 text; a new reference. */
json_t *answer_time(int64_t time_ms);

/* Bytes as lower-case hexadecimal digits; a new reference. At most 32 bytes. */
json_t *answer_hex(const uint8_t *bytes, size_t length);

#endif
