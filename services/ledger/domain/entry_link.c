/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an entry may do to another one: 여입 and 과목경정 take back part of an
 * expenditure, a reversal takes back a whole entry. Nothing is looked up here.
 */
#include "ledger/domain/entry.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/krw.h"

static enum err check_reversal(const struct entry *entry, const struct kind_rule_set *rules,
                               const struct entry_link *link, struct refusal *ret_refusal);
static enum err check_taking(const struct entry *entry, const struct entry_link *link,
                             struct refusal *ret_refusal);
static int64_t spent_on(const struct entry *entry, const struct line *line);

enum err entry_check_link(const struct entry *entry, const struct kind_rule_set *rules,
                          const struct entry_link *link, struct refusal *ret_refusal)
{
    bool reversal = strcmp(entry->kind, KIND_REVERSAL) == 0;
    bool needed = reversal || kind_rule_set_needs_link(rules, entry->kind);

    assert(link);
    assert(entry->linked_seq >= 0);
    if (entry->linked_seq == 0) {
        return needed ? refusal_set(ret_refusal, REFUSAL_LINK_MISSING, "/linked_seq", 0) : ERR_OK;
    }
    if (!link->entry) {
        return refusal_set(ret_refusal, REFUSAL_LINK_UNKNOWN, "/linked_seq", 0);
    }
    if (needed && link->reversed) {
        return refusal_set(ret_refusal, REFUSAL_LINK_REVERSED, "/linked_seq", 0);
    }
    if (reversal) {
        return check_reversal(entry, rules, link, ret_refusal);
    }
    return needed ? check_taking(entry, link, ret_refusal) : ERR_OK;
}

int64_t entry_taking(const struct entry *entry)
{
    assert(entry->leg_count > 0);
    assert(entry->leg_count <= ENTRY_LEG_MAX);
    int64_t spent_krw = spent_on(entry, &entry->legs[0].account.line);
    return spent_krw < 0 && spent_krw > INT64_MIN ? -spent_krw : 0;
}

static enum err check_reversal(const struct entry *entry, const struct kind_rule_set *rules,
                               const struct entry_link *link, struct refusal *ret_refusal)
{
    size_t row_count = 0;
    bool reversible = true;
    const struct kind_rule *rows = kind_rule_set_find(rules, link->entry->kind, &row_count);

    assert(link->taken_krw >= 0);
    for (size_t i = 0; i < row_count; i++) {
        reversible = reversible && rows[i].reversible;
    }
    if (!rows || !reversible) {
        return refusal_set(ret_refusal, REFUSAL_LINK_INVALID, "/linked_seq", 0);
    }
    if (link->taken_krw > 0) {
        return refusal_set(ret_refusal, REFUSAL_LINK_USED, "/linked_seq", 0);
    }
    bool same = entry->leg_count == link->entry->leg_count && entry->period == link->entry->period;
    for (size_t i = 0; same && i < entry->leg_count; i++) {
        const struct entry_leg *other = &link->entry->legs[i % 2 == 0 ? i + 1 : i - 1];
        int64_t sum_krw = 0;
        enum err err = krw_add(entry->legs[i].amount_krw, other->amount_krw, &sum_krw);
        same = !err && sum_krw == 0 && account_equal(&entry->legs[i].account, &other->account);
    }
    return same ? ERR_OK : refusal_set(ret_refusal, REFUSAL_LEGS_INVALID, "/transfers", 0);
}

static enum err check_taking(const struct entry *entry, const struct entry_link *link,
                             struct refusal *ret_refusal)
{
    if (entry->leg_count == 0) {
        return refusal_set(ret_refusal, REFUSAL_LEGS_INVALID, "/transfers", 0);
    }
    int64_t spent_krw = spent_on(link->entry, &entry->legs[0].account.line);
    int64_t taking_krw = entry_taking(entry);
    if (taking_krw == 0) { /* what comes back to the line that it leaves, or no expenditure */
        return refusal_set(ret_refusal, REFUSAL_LEGS_INVALID, "/transfers", 0);
    }
    if (spent_krw <= 0) {
        return refusal_set(ret_refusal, REFUSAL_LINK_INVALID, "/linked_seq", 0);
    }
    int64_t left_krw = spent_krw > link->taken_krw ? spent_krw - link->taken_krw : 0;
    if (taking_krw > left_krw) {
        return refusal_set(ret_refusal, REFUSAL_LINK_EXCEEDED, "/amount_krw",
                           taking_krw - left_krw);
    }
    return ERR_OK;
}

/* What the entry adds to the line's expenditure; INT64_MIN, which nothing is left of, on overflow. */
static int64_t spent_on(const struct entry *entry, const struct line *line)
{
    int64_t sum_krw = 0;

    for (size_t i = 0; i < entry->leg_count; i++) {
        const struct entry_leg *leg = &entry->legs[i];
        if (leg->account.stage == STAGE_S50 && line_equal(&leg->account.line, line)) {
            enum err err = krw_add(sum_krw, leg->amount_krw, &sum_krw);
            if (err) {
                return INT64_MIN;
            }
        }
    }
    return sum_krw;
}
