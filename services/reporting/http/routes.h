/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routes of reporting, for host_run(). The context is a struct reporting.
 */
#ifndef HYEOPCHI_REPORTING_HTTP_ROUTES_H
#define HYEOPCHI_REPORTING_HTTP_ROUTES_H

#include "reporting/service.h"
#include "runtime/http.h"

/* The table, valid as long as the service. */
struct http_route_table routes_table(struct reporting *reporting);

#endif
