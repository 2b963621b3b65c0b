/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was spent, refunded, carried over or lapsed is set against the origins
 * it came from. A line's stages and origins sum to zero, so that this always
 * comes out even.
 */
#include "ledger/domain/closing.h"

#include <assert.h>

static bool leads_on(enum stage stage);

enum err closing_check_ended(int32_t fiscal_year, int32_t today, struct refusal *ret_refusal)
{
    assert(fiscal_year >= FISCAL_YEAR_MIN);
    assert(entry_date_valid(today));
    if (today / 10000 <= fiscal_year) {
        return refusal_set(ret_refusal, REFUSAL_YEAR_NOT_ENDED, "/fiscal_year", 0);
    }
    return ERR_OK;
}

enum err closing_check(const struct account_balance *balances, size_t count, int64_t reserved_count,
                       struct refusal *ret_refusal)
{
    assert(balances || count == 0);
    assert(reserved_count >= 0);
    assert(ret_refusal);
    if (reserved_count > 0) {
        return refusal_set(ret_refusal, REFUSAL_YEAR_RESERVED, "", 0);
    }
    for (size_t i = 0; i < count; i++) {
        const struct account_balance *balance = &balances[i];
        bool unsettled = leads_on(balance->account.stage) && balance->balance_krw != 0;
        enum refusal_reason reason = REFUSAL_NONE;
        if (balance->frozen) {
            reason = REFUSAL_LINE_FROZEN;
        } else if (unsettled || balance->held_krw != 0) {
            reason = REFUSAL_YEAR_UNSETTLED;
        }
        if (reason) {
            enum err err = refusal_set(ret_refusal, reason, "", 0);
            ret_refusal->has_account = true;
            ret_refusal->account = balance->account;
            return err;
        }
    }
    return ERR_OK;
}

size_t closing_transfers(const struct account_balance *balances, size_t count,
                         struct entry_transfer ret_transfers[CLOSING_TRANSFER_MAX])
{
    int64_t used_krw = 0;  /* of the account that gives */
    int64_t taken_krw = 0; /* by the account that takes */
    size_t give = 0;
    size_t take = 0;
    size_t made = 0;

    assert(count <= (size_t)STAGE_COUNT);
    for (size_t i = 0; i < count; i++) {
        if (balances[i].account.stage == STAGE_M10 && balances[i].balance_krw > 0) {
            ret_transfers[made] = (struct entry_transfer){balances[i].account.line, STAGE_M10,
                                                          STAGE_M90, balances[i].balance_krw};
            made++;
        }
    }
    while (give < count && take < count) {
        const struct account_balance *giver = &balances[give];
        const struct account_balance *taker = &balances[take];
        bool gives = giver->account.stage >= STAGE_R10_MAIN && giver->account.stage <= STAGE_S90 &&
                     giver->balance_krw - used_krw > 0;
        bool takes =
            stage_in_class(taker->account.stage, "R10") && taker->balance_krw + taken_krw < 0;
        if (!gives) {
            give++;
            used_krw = 0;
        } else if (!takes) {
            take++;
            taken_krw = 0;
        } else {
            int64_t have_krw = giver->balance_krw - used_krw;
            int64_t want_krw = -(taker->balance_krw + taken_krw);
            int64_t amount_krw = have_krw < want_krw ? have_krw : want_krw;
            assert(made < CLOSING_TRANSFER_MAX);
            ret_transfers[made] = (struct entry_transfer){giver->account.line, giver->account.stage,
                                                          taker->account.stage, amount_krw};
            made++;
            used_krw += amount_krw;
            taken_krw += amount_krw;
        }
    }
    return made;
}

/* Stages from which money still has somewhere to go. */
static bool leads_on(enum stage stage)
{
    bool on_its_way = stage >= STAGE_S10 && stage <= STAGE_S45;

    assert(stage >= STAGE_M10);
    assert(stage <= STAGE_I20);
    return on_its_way || stage == STAGE_S70 || stage == STAGE_I10;
}
