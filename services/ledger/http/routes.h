/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's own routes; openapi.yaml describes them, and a test holds the
 * two against each other.
 */
#ifndef HYEOPCHI_LEDGER_HTTP_ROUTES_H
#define HYEOPCHI_LEDGER_HTTP_ROUTES_H

#include "ledger/service.h"
#include "runtime/http.h"

/* The table with the service as its context; borrowed for the server's life. */
struct http_route_table routes_table(struct ledger *ledger);

#endif
