/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settlement of a grant by source. What was spent of a source is what was
 * advanced less what goes back, so that only two sums are ever divided.
 */
#include "ledger/domain/settlement.h"

#include <assert.h>

#include "ledger/domain/krw.h"
#include "ledger/domain/split.h"

static enum err check_sum(const struct settlement_terms *terms,
                          const struct settlement_source sources[], size_t count,
                          struct refusal *ret_refusal);
static enum err refuse_source(const struct settlement_source *source, int64_t shortfall_krw,
                              struct refusal *ret_refusal);

static_assert(FUNDING_SOURCE_COUNT <= SPLIT_PART_MAX, "every source is a part");

enum err settlement_split(const struct settlement_terms *terms, struct settlement_source sources[],
                          size_t count, struct refusal *ret_refusal)
{
    int64_t weights[FUNDING_SOURCE_COUNT] = {0};
    int64_t unspent_krw[FUNDING_SOURCE_COUNT] = {0};
    int64_t interest_krw[FUNDING_SOURCE_COUNT] = {0};
    enum err err = ERR_OK;

    assert(count <= FUNDING_SOURCE_COUNT);
    assert(terms->spent_krw >= 0 && terms->unspent_krw >= 0 && terms->interest_krw >= 0);
    err = check_sum(terms, sources, count, ret_refusal);
    if (err) {
        return err;
    }
    for (size_t i = 0; i < count; i++) {
        assert(i == 0 || sources[i].line.funding_source > sources[i - 1].line.funding_source);
        weights[i] = sources[i].paid_krw;
    }
    err = split_krw(terms->unspent_krw, weights, count, unspent_krw);
    if (!err) {
        err = split_krw(terms->interest_krw, weights, count, interest_krw);
    }
    if (err) {
        return refusal_set(ret_refusal, REFUSAL_SETTLEMENT_EMPTY, "/programme", 0);
    }
    for (size_t i = 0; i < count; i++) {
        if (unspent_krw[i] > sources[i].advanced_krw) {
            return refuse_source(&sources[i], unspent_krw[i] - sources[i].advanced_krw,
                                 ret_refusal);
        }
    }
    for (size_t i = 0; i < count; i++) {
        sources[i].share.spent_krw = sources[i].advanced_krw - unspent_krw[i];
        sources[i].share.unspent_krw = unspent_krw[i];
        sources[i].share.interest_krw = interest_krw[i];
    }
    return ERR_OK;
}

size_t settlement_transfers(const struct settlement_source *source,
                            struct entry_transfer ret_transfers[SETTLEMENT_TRANSFER_MAX])
{
    const struct entry_transfer transfers[SETTLEMENT_TRANSFER_MAX] = {
        {source->line, STAGE_S50, STAGE_S60, source->share.spent_krw},
        {source->line, STAGE_S45, STAGE_S70, source->share.unspent_krw},
        {source->line, STAGE_I20, STAGE_I10, source->share.interest_krw},
    };
    size_t count = 0;

    for (size_t i = 0; i < SETTLEMENT_TRANSFER_MAX; i++) {
        assert(transfers[i].amount_krw >= 0);
        if (transfers[i].amount_krw > 0) {
            ret_transfers[count] = transfers[i];
            count++;
        }
    }
    assert(count <= SETTLEMENT_TRANSFER_MAX);
    return count;
}

struct settlement_terms settlement_share(const struct entry *entry)
{
    struct settlement_terms share = {.spent_krw = 0};

    assert(entry->leg_count <= ENTRY_LEG_MAX);
    for (size_t i = 0; i < entry->leg_count; i++) {
        const struct entry_leg *leg = &entry->legs[i];
        int64_t *sum_krw = NULL;
        if (leg->account.stage == STAGE_S60) {
            sum_krw = &share.spent_krw;
        } else if (leg->account.stage == STAGE_S70) {
            sum_krw = &share.unspent_krw;
        } else if (leg->account.stage == STAGE_I10) {
            sum_krw = &share.interest_krw;
        }
        enum err err = sum_krw ? krw_add(*sum_krw, leg->amount_krw, sum_krw) : ERR_OK;
        assert(!err); /* it was posted, and so summed before */
    }
    return share;
}

/* paid = spent + returned, to the won. */
static enum err check_sum(const struct settlement_terms *terms,
                          const struct settlement_source sources[], size_t count,
                          struct refusal *ret_refusal)
{
    int64_t advanced_krw = 0;
    int64_t accounted_krw = 0;
    enum err err = krw_add(terms->spent_krw, terms->unspent_krw, &accounted_krw);

    assert(ret_refusal);
    if (err) {
        return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/spent_krw", 0);
    }
    for (size_t i = 0; !err && i < count; i++) {
        assert(sources[i].advanced_krw >= 0);
        err = krw_add(advanced_krw, sources[i].advanced_krw, &advanced_krw);
    }
    if (err || advanced_krw == 0) {
        return refusal_set(ret_refusal, REFUSAL_SETTLEMENT_EMPTY, "/programme", 0);
    }
    if (accounted_krw != advanced_krw) {
        int64_t missing_krw = accounted_krw < advanced_krw ? advanced_krw - accounted_krw : 0;
        return refusal_set(ret_refusal, REFUSAL_SETTLEMENT_UNBALANCED, "/spent_krw", missing_krw);
    }
    return ERR_OK;
}

static enum err refuse_source(const struct settlement_source *source, int64_t shortfall_krw,
                              struct refusal *ret_refusal)
{
    enum err err = refusal_set(ret_refusal, REFUSAL_BALANCE_SHORT, "/unspent_krw", shortfall_krw);

    assert(shortfall_krw > 0);
    ret_refusal->has_account = true;
    ret_refusal->account = (struct account){.line = source->line, .stage = STAGE_S45};
    return err;
}
