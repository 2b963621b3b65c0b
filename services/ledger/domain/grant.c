/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of a grant's terms, in a fixed order.
 */
#include "ledger/domain/grant.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/krw.h"
#include "ledger/domain/text.h"

__extension__ typedef __int128 wide; /* NOLINT(readability-identifier-naming) */

static enum err check_bodies(const struct grant *grant, struct refusal *ret_refusal);
static enum err check_days(const struct grant *grant, const struct grant_rule *rule,
                           struct refusal *ret_refusal);
static enum err check_amount(const struct grant *grant, const struct grant_rule *rule,
                             struct refusal *ret_refusal);
static bool blank(const char *text);

int32_t grant_month_count(int32_t start_date, int32_t end_date)
{
    int32_t start_day = start_date % 100;
    int32_t end_month = end_date / 100;
    int32_t months =
        (end_date / 10000 - start_date / 10000) * 12 + (end_month % 100 - start_date / 100 % 100);

    assert(entry_date_valid(start_date) && entry_date_valid(end_date));
    assert(start_date <= end_date);
    bool ends_with_month = !entry_date_valid(end_month * 100 + start_day);
    bool ends_before_day = end_date % 100 < start_day;
    months += ends_with_month || ends_before_day ? 0 : 1;
    assert(months > 0);
    return months;
}

int64_t grant_cap(const struct grant_rule *rule, int32_t month_count)
{
    assert(rule->cap_krw > 0);
    assert(month_count > 0);
    if (rule->cap_month_count == 0) {
        return rule->cap_krw;
    }
    wide cap_krw = (wide)rule->cap_krw * month_count / rule->cap_month_count;
    return cap_krw > INT64_MAX ? INT64_MAX : (int64_t)cap_krw;
}

enum err grant_check(const struct grant *grant, const struct grant_rule *rule,
                     enum period_state period_state, struct refusal *ret_refusal)
{
    enum err err = ERR_OK;

    assert(grant);
    assert(ret_refusal);
    if (!rule) {
        return refusal_set(ret_refusal, REFUSAL_GRANT_INSTRUMENT_UNKNOWN, "/instrument", 0);
    }
    if (blank(grant->document)) {
        return refusal_set(ret_refusal, REFUSAL_DOCUMENT_MISSING, "/document", 0);
    }
    if (!text_valid(grant->document)) {
        return refusal_set(ret_refusal, REFUSAL_DOCUMENT_INVALID, "/document", 0);
    }
    err = check_bodies(grant, ret_refusal);
    if (!err) {
        err = check_days(grant, rule, ret_refusal);
    }
    if (!err) {
        err = check_amount(grant, rule, ret_refusal);
    }
    if (err || period_state == PERIOD_OPEN) {
        return err;
    }
    return refusal_set(ret_refusal, period_refusal(period_state), "/fiscal_year", 0);
}

static enum err check_bodies(const struct grant *grant, struct refusal *ret_refusal)
{
    assert(grant->body_count <= GRANT_BODY_MAX);
    bool good = grant->body_count > 0;
    for (size_t i = 0; good && i < grant->body_count; i++) {
        good = !blank(grant->bodies[i]) && text_valid(grant->bodies[i]);
        for (size_t j = 0; good && j < i; j++) {
            good = strcmp(grant->bodies[i], grant->bodies[j]) != 0;
        }
    }
    return good ? ERR_OK : refusal_set(ret_refusal, REFUSAL_GRANT_BODIES_INVALID, "/bodies", 0);
}

static enum err check_days(const struct grant *grant, const struct grant_rule *rule,
                           struct refusal *ret_refusal)
{
    assert(grant->planning_month_count >= 0);
    if (!entry_date_valid(grant->start_date) || !entry_date_valid(grant->end_date) ||
        grant->start_date > grant->end_date) {
        return refusal_set(ret_refusal, REFUSAL_GRANT_DAYS_INVALID, "/end_date", 0);
    }
    int32_t month_count = grant_month_count(grant->start_date, grant->end_date);
    if (rule->month_max > 0 && month_count > rule->month_max) {
        return refusal_set(ret_refusal, REFUSAL_GRANT_TOO_LONG, "/end_date", 0);
    }
    if (grant->planning_month_count > month_count ||
        (rule->has_planning_max && grant->planning_month_count > rule->planning_month_max)) {
        return refusal_set(ret_refusal, REFUSAL_GRANT_PLANNING_TOO_LONG, "/planning_month_count",
                           0);
    }
    if (!entry_date_valid(grant->settlement_due_date) ||
        grant->settlement_due_date <= grant->end_date) {
        return refusal_set(ret_refusal, REFUSAL_GRANT_DUE_INVALID, "/settlement_due_date", 0);
    }
    return ERR_OK;
}

static enum err check_amount(const struct grant *grant, const struct grant_rule *rule,
                             struct refusal *ret_refusal)
{
    int64_t cap_krw = grant_cap(rule, grant_month_count(grant->start_date, grant->end_date));
    int64_t sum_krw = 0;

    assert(cap_krw >= 0);
    for (size_t i = 0; i < FUNDING_SOURCE_COUNT; i++) {
        assert(grant->amounts_krw[i] >= 0);
        enum err err = krw_add(sum_krw, grant->amounts_krw[i], &sum_krw);
        if (err) {
            return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/amounts", 0);
        }
    }
    if (sum_krw == 0) {
        return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/amounts", 0);
    }
    if (sum_krw > cap_krw) {
        return refusal_set(ret_refusal, REFUSAL_GRANT_OVER_CAP, "/amounts", sum_krw - cap_krw);
    }
    return ERR_OK;
}

static bool blank(const char *text)
{
    return text[strspn(text, " ")] == '\0';
}
