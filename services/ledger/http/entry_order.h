/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that ask for one entry: read into an order, posted, answered with
 * the entry, now or as it was posted under the same key before. Loop thread.
 */
#ifndef HYEOPCHI_LEDGER_HTTP_ENTRY_ORDER_H
#define HYEOPCHI_LEDGER_HTTP_ENTRY_ORDER_H

#include "ledger/domain/order.h"
#include "ledger/service.h"
#include "runtime/err.h"
#include "runtime/http.h"
#include "runtime/problem.h"

/* Reads the request; any error with the problem or the refusal filled, or neither. */
typedef enum err (*entry_order_fn)(struct http_request *request, struct order *ret_order,
                                   struct problem *problem, struct refusal *refusal);

/* Reads an order, posts it and answers. */
void entry_order_start(struct http_request *request, struct ledger *ledger, entry_order_fn read);

#endif
