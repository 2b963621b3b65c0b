/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Route and role, in one table. A role that is not named is refused.
 */
#include "ledger/http/routes.h"

#include "ledger/http/handlers.h"

enum {
    WRITERS = ROLE_OPERATOR,
    AUDITORS = ROLE_OPERATOR | ROLE_AUDITOR,
    READERS = ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF | ROLE_FRONT_END,
};

static const struct http_route ROUTES[] = {
    {"POST", "/v1/entries", WRITERS, 0, entry_post_start},
    {"GET", "/v1/journal", AUDITORS, 0, journal_get_start},
    {"GET", "/v1/lines", READERS, 0, line_list_start},
    {"PUT", "/v1/envelope-limits/{fiscal_year}/{funding_source}", WRITERS, 0, limit_put_start},
    {"GET", "/v1/envelope-limits", READERS, 0, limit_list_start},
    {"GET", "/v1/envelopes", READERS, 0, envelope_list_start},
    {"POST", "/v1/envelopes/{ballot_id}:release", WRITERS, 0, envelope_release_start},
    {"GET", "/v1/verification", AUDITORS, 0, verification_get_start},
};

struct http_route_table routes_table(struct ledger *ledger)
{
    return (struct http_route_table){ROUTES, sizeof ROUTES / sizeof ROUTES[0], ledger};
}
