/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why the ledger said no: a stable code, a sentence in Korean and in English,
 * the field at fault, the account concerned and by how much.
 *
 * Codes are part of the HTTP and message contract: they are added, never
 * renamed. A refusal is an answer, not a failure, and changes nothing.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_REFUSAL_H
#define HYEOPCHI_LEDGER_DOMAIN_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger/domain/account.h"
#include "runtime/err.h"

enum refusal_reason {
    REFUSAL_NONE = 0,
    REFUSAL_FISCAL_YEAR_INVALID,
    REFUSAL_FUNDING_SOURCE_INVALID,
    REFUSAL_PROGRAMME_INVALID,
    REFUSAL_AMOUNT_INVALID,
    REFUSAL_DATE_INVALID,
    REFUSAL_DOCUMENT_MISSING,
    REFUSAL_DOCUMENT_INVALID,
    REFUSAL_KIND_UNKNOWN,
    REFUSAL_LEGS_INVALID,
    REFUSAL_LEGS_UNBALANCED,
    REFUSAL_LINE_UNBALANCED,
    REFUSAL_SOURCE_UNBALANCED,
    REFUSAL_LINE_MISMATCH,
    REFUSAL_SOURCE_MISMATCH,
    REFUSAL_PERIOD_MISSING,
    REFUSAL_PERIOD_CLOSED,
    REFUSAL_BALANCE_SHORT,
    REFUSAL_BALANCE_OVERFLOW,
    REFUSAL_KEY_REUSED,
    REFUSAL_ENVELOPE_LIMIT_MISSING,
    REFUSAL_ENVELOPE_EXCEEDED,
    REFUSAL_ENVELOPE_CONFLICT,
    REFUSAL_ENVELOPE_MISSING,
    REFUSAL_ENVELOPE_SETTLED,
    REFUSAL_ENVELOPE_RELEASED,
    REFUSAL_ENVELOPE_OVERSPENT,
    REFUSAL_LIMIT_BELOW_RESERVED,
    REFUSAL_CLEARING_UNBALANCED,
    REFUSAL_CLEARING_WITHIN_LINE,
    REFUSAL_LINK_MISSING,
    REFUSAL_LINK_UNKNOWN,
    REFUSAL_LINK_INVALID,
    REFUSAL_LINK_REVERSED,
    REFUSAL_LINK_USED,
    REFUSAL_LINK_EXCEEDED,
    REFUSAL_GROUP_REFUSED,
    REFUSAL_LINE_FROZEN,
    REFUSAL_YEAR_UNSETTLED,
    REFUSAL_YEAR_RESERVED,
    REFUSAL_HOLD_UNKNOWN,
    REFUSAL_HOLD_COMMITTED,
    REFUSAL_HOLD_RELEASED,
    REFUSAL_HOLD_EXPIRED,
    REFUSAL_HOLD_EXCEEDED,
    REFUSAL_HOLD_DEADLINE_INVALID,
    REFUSAL_YEAR_NOT_ENDED,
    REFUSAL_SETTLEMENT_EMPTY,
    REFUSAL_SETTLEMENT_UNBALANCED,
    REFUSAL_GRANT_INSTRUMENT_UNKNOWN,
    REFUSAL_GRANT_BODIES_INVALID,
    REFUSAL_GRANT_DAYS_INVALID,
    REFUSAL_GRANT_TOO_LONG,
    REFUSAL_GRANT_PLANNING_TOO_LONG,
    REFUSAL_GRANT_DUE_INVALID,
    REFUSAL_GRANT_OVER_CAP,
    REFUSAL_PERIOD_CLOSING,
    REFUSAL_REQUESTER_INVALID,
    REFUSAL_ENTRY_COUNT_INVALID,
    REFUSAL_GRANT_MISSING,
    REFUSAL_GRANT_UNKNOWN,
    REFUSAL_GRANT_KIND_INVALID,
    REFUSAL_GRANT_LINE_MISMATCH,
    REFUSAL_GRANT_OVER_AMOUNT,
    REFUSAL_GRANT_OVER_DECIDED,
    REFUSAL_GRANT_OVER_PAID,
    REFUSAL_GRANT_BALANCE_SHORT,
    REFUSAL_GRANT_DECIDED,
    REFUSAL_REASON_INVALID,
};

#define REFUSAL_COUNT ((int)REFUSAL_REASON_INVALID)

struct refusal {
    enum refusal_reason reason;
    /* JSON pointer into the request, such as "/amount_krw"; static; "" when none is at fault. */
    const char *field;
    bool has_account;
    struct account account;
    int64_t shortfall_krw; /* by how much; 0 where that has no meaning */
};

/*
 * Fills a refusal without an account and returns its refusal_err, so that a check reads `return
 * refusal_set(…)`.
 */
ERR_CHECKED enum err refusal_set(struct refusal *refusal, enum refusal_reason reason,
                                 const char *field, int64_t shortfall_krw);

/* The reason's stable code ("balance-short"). Static; never NULL. */
const char *refusal_code(enum refusal_reason reason);

/* One sentence for people. Static; never NULL. */
const char *refusal_sentence_ko(enum refusal_reason reason);
const char *refusal_sentence_en(enum refusal_reason reason);

/* ERR_INVALID when the request itself is wrong, ERR_CONFLICT when the present state refuses it. */
enum err refusal_err(enum refusal_reason reason);

/* The reason with this code. ERR_INVALID when there is none. */
ERR_CHECKED enum err refusal_parse(const char *code, enum refusal_reason *ret_reason);

#endif
