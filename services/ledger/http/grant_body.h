/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A grant as people ask for it. Its terms are the domain's to judge. Loop
 * thread.
 */
#ifndef HYEOPCHI_LEDGER_HTTP_GRANT_BODY_H
#define HYEOPCHI_LEDGER_HTTP_GRANT_BODY_H

#include "ledger/domain/grant.h"
#include "ledger/domain/order.h"
#include "runtime/err.h"
#include "runtime/http.h"
#include "runtime/problem.h"

/* Reads key and body into a zeroed grant. ERR_INVALID with the problem filled. */
ERR_CHECKED enum err grant_body_read(struct http_request *request, struct grant *grant,
                                     struct problem *problem);

/* What makes two requests for a grant the same. */
void grant_body_hash(const struct grant *grant, uint8_t ret_hash[ORDER_HASH_SIZE]);

#endif
