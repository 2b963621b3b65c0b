/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Route and role, in one table. A role that is not named is refused.
 */
#include "ledger/http/routes.h"

#include "ledger/domain/sheet.h"
#include "ledger/http/handlers.h"

static const struct http_route ROUTES[] = {
    {"POST", "/v1/entries", ROLE_OPERATOR, 0, entry_post_start},
    {"POST", "/v1/entries:batch", ROLE_OPERATOR, ENTRY_BATCH_BODY_SIZE_MAX, entry_batch_start},
    {"GET", "/v1/entries/{seq}", ROLE_OPERATOR | ROLE_AUDITOR, 0, entry_get_start},
    {"GET", "/v1/accounts/{fiscal_year}/{funding_source}/{programme}/{stage}/balance",
     ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF | ROLE_FRONT_END, 0, balance_get_start},
    {"GET", "/v1/journal", ROLE_OPERATOR | ROLE_AUDITOR, 0, journal_get_start},
    {"GET", "/v1/blocks", ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF | ROLE_FRONT_END, 0,
     block_list_start},
    {"GET", "/v1/lines", ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF | ROLE_FRONT_END, 0,
     line_list_start},
    {"POST", "/v1/lines:freeze", ROLE_OPERATOR, 0, line_freeze_start},
    {"POST", "/v1/lines:thaw", ROLE_OPERATOR, 0, line_thaw_start},
    {"POST", "/v1/grants", ROLE_OPERATOR, 0, grant_post_start},
    {"GET", "/v1/grants", ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF | ROLE_FRONT_END, 0,
     grant_list_start},
    {"GET", "/v1/grant-rules", ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF | ROLE_FRONT_END, 0,
     grant_rule_list_start},
    {"POST", "/v1/settlements", ROLE_OPERATOR, 0, settlement_post_start},
    {"POST", "/v1/sheets", ROLE_OPERATOR, SHEET_SIZE_MAX, sheet_post_start},
    {"GET", "/v1/sheets", ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF, 0, sheet_list_start},
    {"GET", "/v1/sheets/{sheet_id}", ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF, 0, sheet_get_start},
    {"POST", "/v1/holds", ROLE_OPERATOR, 0, hold_place_start},
    {"GET", "/v1/holds", ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF | ROLE_FRONT_END, 0,
     hold_list_start},
    {"GET", "/v1/holds/{hold_id}", ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF | ROLE_FRONT_END, 0,
     hold_get_start},
    {"POST", "/v1/holds/{hold_id}:extend", ROLE_OPERATOR, 0, hold_extend_start},
    {"POST", "/v1/holds/{hold_id}:commit", ROLE_OPERATOR, 0, hold_commit_start},
    {"POST", "/v1/holds/{hold_id}:release", ROLE_OPERATOR, 0, hold_release_start},
    {"GET", "/v1/periods", ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF | ROLE_FRONT_END, 0,
     period_list_start},
    {"POST", "/v1/periods/{fiscal_year}:open", ROLE_OPERATOR, 0, period_open_start},
    {"POST", "/v1/periods/{fiscal_year}:close", ROLE_OPERATOR, 0, period_close_start},
    {"PUT", "/v1/envelope-limits/{fiscal_year}/{funding_source}", ROLE_OPERATOR, 0,
     limit_put_start},
    {"GET", "/v1/envelope-limits", ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF | ROLE_FRONT_END, 0,
     limit_list_start},
    {"GET", "/v1/envelopes", ROLE_OPERATOR | ROLE_AUDITOR | ROLE_STAFF | ROLE_FRONT_END, 0,
     envelope_list_start},
    {"POST", "/v1/envelopes/{ballot_id}:release", ROLE_OPERATOR, 0, envelope_release_start},
    {"GET", "/v1/verification", ROLE_OPERATOR | ROLE_AUDITOR, 0, verification_get_start},
    {"GET", "/v1/verification/progress", ROLE_OPERATOR | ROLE_AUDITOR, 0,
     verification_progress_get_start},
};

struct http_route_table routes_table(struct ledger *ledger)
{
    return (struct http_route_table){ROUTES, sizeof ROUTES / sizeof ROUTES[0], ledger};
}
