/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Route and role, in one table. A role that is not named is refused.
 */
#include "reporting/http/routes.h"

#include "reporting/http/handlers.h"

static const struct http_route ROUTES[] = {
    {"GET", "/", ROLE_PUBLIC, 0, index_get_start},
    {"GET", "/v1/ballot-reports", ROLE_PUBLIC, 0, report_list_start},
    {"GET", "/v1/ballot-reports/{id}", ROLE_PUBLIC, 0, report_get_start},
    {"GET", "/v1/style.css", ROLE_PUBLIC, 0, style_get_start},
    {"POST", "/v1/rebuild:check", ROLE_OPERATOR, 0, rebuild_check_start},
    {"GET", "/v1/rebuild-checks/{id}", ROLE_OPERATOR | ROLE_AUDITOR, 0, rebuild_get_start},
};

struct http_route_table routes_table(struct reporting *reporting)
{
    return (struct http_route_table){ROUTES, sizeof ROUTES / sizeof ROUTES[0], reporting};
}
