/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several handlers read from a request, each refused with its problem.
 */
#ifndef HYEOPCHI_PARTICIPATION_HTTP_PARAMS_H
#define HYEOPCHI_PARTICIPATION_HTTP_PARAMS_H

#include "participation/domain/ballot.h"
#include "runtime/http.h"

#include <stdbool.h>

/* The {id} of the path as bytes. False when it is no ballot's id: the request was answered. */
bool params_ballot_id(struct http_request *request, uint8_t ret_ballot_id[BALLOT_ID_SIZE]);

/* The {batch} of the path. False when it is no number of a batch of paper: the request was answered. */
bool params_batch_no(struct http_request *request, int32_t *ret_batch_no);

/* The Idempotency-Key, borrowed; NULL when it is missing or too long: the request was answered. */
const char *params_idempotency_key(struct http_request *request);

/* False when the body is not of this media type: the request was answered. */
bool params_content_type(struct http_request *request, const char *wanted);

/* Answers with a problem that is only a kind and a field. */
void params_refuse(struct http_request *request, const struct problem_kind *kind,
                   const char *field);

#endif
