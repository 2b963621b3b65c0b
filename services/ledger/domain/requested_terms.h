/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an accounting system asks for in a message beside entries: holds, limits,
 * grants, settlements, fiscal years, frozen lines. Any text, any number: what
 * can be none of these is refused by name here, as the reading of a request's
 * body refuses it; the rest is for the rules of each to say.
 *
 * Texts are borrowed and never NULL. The read functions write their results only
 * when nothing is refused; else ERR_INVALID or ERR_CONFLICT with ret_refusal filled.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_REQUESTED_TERMS_H
#define HYEOPCHI_LEDGER_DOMAIN_REQUESTED_TERMS_H

#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/grant.h"
#include "ledger/domain/hold.h"
#include "ledger/domain/refusal.h"
#include "ledger/domain/requested.h"
#include "ledger/domain/settlement.h"
#include "runtime/err.h"

#define REQUESTED_REASON_LENGTH_MAX 300

struct requested_hold {
    const char *kind;
    struct requested_line line;
    int64_t amount_krw;
    int64_t expires_time_ms;
    const char *document;
};

/* Makes the hold that is asked for, with everything but its state. */
ERR_CHECKED enum err requested_hold_read(const struct requested_hold *asked,
                                         const uint8_t id[HOLD_ID_SIZE], struct hold *ret_hold,
                                         struct refusal *ret_refusal);

/* A hold that is to be extended or released, and why. */
struct requested_hold_change {
    enum requested_id hold;
    uint8_t hold_id[HOLD_ID_SIZE];
    int64_t expires_time_ms; /* of an extension */
    const char *reason;
};

ERR_CHECKED enum err requested_hold_change_check(const struct requested_hold_change *asked,
                                                 struct refusal *ret_refusal);

struct requested_limit {
    int32_t fiscal_year;
    int funding_source;
    int64_t limit_krw;
};

ERR_CHECKED enum err requested_limit_check(const struct requested_limit *asked,
                                           struct refusal *ret_refusal);

struct requested_amount {
    int funding_source;
    int64_t amount_krw;
};

struct requested_grant {
    const char *instrument;
    int32_t fiscal_year;
    const char *programme;
    const struct requested_amount *amounts;
    size_t amount_count;
    int32_t start_date; /* yyyymmdd, as the other days */
    int32_t end_date;
    int32_t planning_month_count;
    int32_t settlement_due_date;
    char *const *bodies;
    size_t body_count;
    const char *document;
};

/* Makes the grant that is asked for; whether its terms keep to the rules is grant_check()'s to say. */
ERR_CHECKED enum err requested_grant_read(const struct requested_grant *asked,
                                          const uint8_t id[ENTRY_KEY_SIZE], struct grant *ret_grant,
                                          struct refusal *ret_refusal);

struct requested_settlement {
    int32_t fiscal_year;
    const char *programme;
    enum requested_id grant;
    uint8_t grant_id[ENTRY_KEY_SIZE];
    struct settlement_terms terms;
    int32_t effective_date; /* yyyymmdd; 0: not given */
    const char *document;
};

ERR_CHECKED enum err requested_settlement_check(const struct requested_settlement *asked,
                                                struct refusal *ret_refusal);

struct requested_period {
    int32_t fiscal_year;
    const char *document; /* of a closing */
};

ERR_CHECKED enum err requested_opening_check(const struct requested_period *asked,
                                             struct refusal *ret_refusal);
ERR_CHECKED enum err requested_closing_check(const struct requested_period *asked,
                                             struct refusal *ret_refusal);

/* A line that is to be frozen or freed, and why. */
struct requested_freeze {
    struct requested_line line;
    const char *reason;
};

ERR_CHECKED enum err requested_freeze_read(const struct requested_freeze *asked,
                                           struct line *ret_line, struct refusal *ret_refusal);

#endif
