/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants (보조금) and their terms: who performs them, for how long, how much at
 * most, and by when they must be settled.
 *
 * A cap for so many months grows and shrinks with the grant's length:
 * amount × cap months <= cap × months, compared exactly, which is the amount
 * against cap × months / cap months rounded down. The caps are rows of
 * ledger.grant_rule, from Seoul's 2017 plan; no figure stands here.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_GRANT_H
#define HYEOPCHI_LEDGER_DOMAIN_GRANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/account.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/refusal.h"
#include "runtime/err.h"

#define GRANT_INSTRUMENT_LENGTH_MAX 32
#define GRANT_BODY_MAX              16
#define GRANT_BODY_NAME_LENGTH_MAX  200

/* What a kind of grant may be at most. */
struct grant_rule {
    char instrument[GRANT_INSTRUMENT_LENGTH_MAX + 1];
    int64_t cap_krw;
    int32_t cap_month_count; /* months that the cap is for; 0: whatever the length */
    int32_t month_max;       /* 0: any */
    bool has_planning_max;
    int32_t planning_month_max; /* meaningful only with has_planning_max */
};

struct grant {
    uint8_t id[ENTRY_KEY_SIZE]; /* the idempotency key it was registered under */
    char instrument[GRANT_INSTRUMENT_LENGTH_MAX + 1];
    int32_t fiscal_year;
    char programme[PROGRAMME_LENGTH_MAX + 1];
    int64_t amounts_krw[FUNDING_SOURCE_COUNT]; /* by source, 국비 first; 0: none from there */
    int32_t start_date;                        /* yyyymmdd, of the work; both days belong to it */
    int32_t end_date;
    int32_t planning_month_count;
    int32_t settlement_due_date;
    char bodies[GRANT_BODY_MAX][GRANT_BODY_NAME_LENGTH_MAX + 1]; /* the first leads */
    size_t body_count;
    char document[ENTRY_DOCUMENT_LENGTH_MAX + 1];
};

/*
 * How many months a period takes, both days included; a month that has begun is a whole one. A month
 * runs to the day before the same day of the next month, or to that month's end where it has no such
 * day (민법 제160조). 2016-11-01 to 2017-05-30 is 7 months. Valid dates, start not after end.
 */
int32_t grant_month_count(int32_t start_date, int32_t end_date);

/* The most that may be granted for so many months, rounded down to the won; INT64_MAX past int64. */
int64_t grant_cap(const struct grant_rule *rule, int32_t month_count);

/*
 * Whether a grant keeps to its rule (NULL: there is none for its instrument). Refused by the first of:
 * unknown instrument, blank document, bodies that are none, doubled or no names, days that are none or
 * in the wrong order, too many months, too many for planning, a settlement due before the work has
 * ended, no amount, more than the cap (with how much more), a fiscal year that is not open.
 */
ERR_CHECKED enum err grant_check(const struct grant *grant, const struct grant_rule *rule,
                                 enum period_state period_state, struct refusal *ret_refusal);

#endif
