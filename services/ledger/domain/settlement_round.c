/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The difference between what is accounted for now and what was settled. What
 * more goes back is taken from what is not accounted for yet (S45) before what
 * was settled as spent (S60), so that a first round never touches the latter.
 */
#include "ledger/domain/settlement_round.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/krw.h"
#include "ledger/domain/split.h"

/* What the grant has of one source in the year. */
struct position {
    struct line line;
    int64_t advanced_krw;  /* S45 */
    int64_t spent_krw;     /* S50 */
    int64_t settled_krw;   /* S60 */
    int64_t to_return_krw; /* S70 */
    int64_t returned_krw;  /* S75 */
    int64_t owed_krw;      /* I10 */
    int64_t interest_krw;  /* settled, paid back since or not */
    int64_t paid_krw;      /* all but interest */
};

static enum err read_positions(const struct grant_book *book, int32_t fiscal_year,
                               struct position positions[FUNDING_SOURCE_COUNT],
                               int64_t *ret_paid_krw);
static enum err check_sum(const struct settlement_terms *terms, int64_t paid_krw,
                          struct refusal *ret_refusal);
static enum err make_round(const struct position *position, const struct settlement_terms *share,
                           struct settlement_round *round, struct refusal *ret_refusal);
static void add_transfer(struct settlement_round *round, enum stage debit, enum stage credit,
                         int64_t amount_krw);
static enum err refuse_less(const struct line *line, enum stage stage, int64_t shortfall_krw,
                            struct refusal *ret_refusal);
static int64_t balance(const struct grant_book *book, const struct line *line, enum stage stage);
static int64_t above_zero(int64_t amount_krw);

enum err settlement_rounds(const struct settlement_terms *terms, const struct grant_book *book,
                           int32_t fiscal_year,
                           struct settlement_round ret_rounds[FUNDING_SOURCE_COUNT],
                           size_t *ret_count, struct refusal *ret_refusal)
{
    struct position positions[FUNDING_SOURCE_COUNT];
    int64_t weights[FUNDING_SOURCE_COUNT] = {0};
    int64_t unspent_krw[FUNDING_SOURCE_COUNT] = {0};
    int64_t interest_krw[FUNDING_SOURCE_COUNT] = {0};
    int64_t paid_krw = 0;
    size_t count = 0;
    enum err err = ERR_OK;

    assert(terms->spent_krw >= 0 && terms->unspent_krw >= 0 && terms->interest_krw >= 0);
    assert(book->fiscal_year > 0);
    if (read_positions(book, fiscal_year, positions, &paid_krw) || paid_krw == 0) {
        return refusal_set(ret_refusal, REFUSAL_SETTLEMENT_EMPTY, "/grant_id", 0);
    }
    err = check_sum(terms, paid_krw, ret_refusal);
    if (err) {
        return err;
    }
    for (size_t i = 0; i < FUNDING_SOURCE_COUNT; i++) {
        weights[i] = positions[i].paid_krw;
    }
    err = split_krw(terms->unspent_krw, weights, FUNDING_SOURCE_COUNT, unspent_krw);
    if (!err) {
        err = split_krw(terms->interest_krw, weights, FUNDING_SOURCE_COUNT, interest_krw);
    }
    if (err) {
        return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/unspent_krw", 0);
    }
    for (size_t i = 0; i < FUNDING_SOURCE_COUNT; i++) {
        const struct settlement_terms share = {
            .unspent_krw = unspent_krw[i],
            .interest_krw = interest_krw[i],
        };
        struct settlement_round *round = &ret_rounds[count];
        err = make_round(&positions[i], &share, round, ret_refusal);
        if (err) {
            return err;
        }
        count += round->spent_krw > 0 || round->transfer_count > 0 ? 1 : 0;
    }
    if (count == 0) {
        return refusal_set(ret_refusal, REFUSAL_SETTLEMENT_EMPTY, "/grant_id", 0);
    }
    *ret_count = count;
    return ERR_OK;
}

static enum err read_positions(const struct grant_book *book, int32_t fiscal_year,
                               struct position positions[FUNDING_SOURCE_COUNT],
                               int64_t *ret_paid_krw)
{
    int64_t all_krw = 0;
    enum err err = ERR_OK;

    assert(fiscal_year > 0);
    for (size_t i = 0; !err && i < FUNDING_SOURCE_COUNT; i++) {
        struct position *position = &positions[i];
        memset(position, 0, sizeof *position);
        err =
            line_init(&position->line, fiscal_year, (enum funding_source)(i + 1), book->programme);
        if (err) {
            return err;
        }
        position->advanced_krw = balance(book, &position->line, STAGE_S45);
        position->spent_krw = balance(book, &position->line, STAGE_S50);
        position->settled_krw = balance(book, &position->line, STAGE_S60);
        position->to_return_krw = balance(book, &position->line, STAGE_S70);
        position->returned_krw = balance(book, &position->line, STAGE_S75);
        position->owed_krw = balance(book, &position->line, STAGE_I10);
        position->interest_krw = grant_book_interest(book, &position->line);
        const int64_t parts[] = {position->advanced_krw, position->spent_krw, position->settled_krw,
                                 position->to_return_krw, position->returned_krw};
        for (size_t part = 0; !err && part < sizeof parts / sizeof parts[0]; part++) {
            err = parts[part] < 0 ? ERR_INVALID /* no entry that was posted leaves that */
                                  : krw_add(position->paid_krw, parts[part], &position->paid_krw);
        }
        if (!err) {
            err = krw_add(all_krw, position->paid_krw, &all_krw);
        }
    }
    if (!err) {
        *ret_paid_krw = all_krw;
    }
    return err;
}

/* paid = spent + unspent, to the won. */
static enum err check_sum(const struct settlement_terms *terms, int64_t paid_krw,
                          struct refusal *ret_refusal)
{
    int64_t accounted_krw = 0;
    enum err err = krw_add(terms->spent_krw, terms->unspent_krw, &accounted_krw);

    assert(paid_krw > 0);
    assert(ret_refusal);
    if (err) {
        return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/spent_krw", 0);
    }
    if (accounted_krw == paid_krw) {
        return ERR_OK;
    }
    return refusal_set(ret_refusal, REFUSAL_SETTLEMENT_UNBALANCED, "/spent_krw",
                       above_zero(paid_krw - accounted_krw));
}

static enum err make_round(const struct position *position, const struct settlement_terms *share,
                           struct settlement_round *round, struct refusal *ret_refusal)
{
    const int64_t returning_krw = position->to_return_krw + position->returned_krw;
    const int64_t more_krw = above_zero(share->unspent_krw - returning_krw);
    const int64_t less_krw = above_zero(returning_krw - share->unspent_krw);
    const int64_t unspent_krw =
        more_krw < position->advanced_krw ? more_krw : position->advanced_krw;
    const int64_t interest_krw = share->interest_krw - position->interest_krw;

    assert(share->unspent_krw <= position->paid_krw);
    if (less_krw > position->to_return_krw) {
        return refuse_less(&position->line, STAGE_S70, less_krw - position->to_return_krw,
                           ret_refusal);
    }
    if (-interest_krw > position->owed_krw) {
        return refuse_less(&position->line, STAGE_I10, -interest_krw - position->owed_krw,
                           ret_refusal);
    }
    memset(round, 0, sizeof *round);
    round->line = position->line;
    round->spent_krw = position->advanced_krw - unspent_krw;
    /* In the order of the kind's rules. */
    add_transfer(round, STAGE_S50, STAGE_S60, position->spent_krw + round->spent_krw);
    add_transfer(round, STAGE_S45, STAGE_S70, unspent_krw);
    add_transfer(round, STAGE_I20, STAGE_I10, above_zero(interest_krw));
    add_transfer(round, STAGE_S60, STAGE_S70, more_krw - unspent_krw);
    add_transfer(round, STAGE_S70, STAGE_S60, less_krw);
    add_transfer(round, STAGE_I10, STAGE_I20, above_zero(-interest_krw));
    assert(round->transfer_count <= SETTLEMENT_ROUND_TRANSFER_MAX);
    return ERR_OK;
}

static void add_transfer(struct settlement_round *round, enum stage debit, enum stage credit,
                         int64_t amount_krw)
{
    assert(amount_krw >= 0);
    assert(round->transfer_count < SETTLEMENT_ROUND_TRANSFER_MAX);
    if (amount_krw > 0) {
        round->transfers[round->transfer_count] =
            (struct entry_transfer){round->line, debit, credit, amount_krw};
        round->transfer_count++;
    }
}

/* Less is to go back than went back already. */
static enum err refuse_less(const struct line *line, enum stage stage, int64_t shortfall_krw,
                            struct refusal *ret_refusal)
{
    const char *field = stage == STAGE_I10 ? "/interest_krw" : "/unspent_krw";
    enum err err = refusal_set(ret_refusal, REFUSAL_GRANT_BALANCE_SHORT, field, shortfall_krw);

    assert(shortfall_krw > 0);
    assert(err);
    ret_refusal->has_account = true;
    ret_refusal->account = (struct account){.line = *line, .stage = stage};
    return err;
}

static int64_t balance(const struct grant_book *book, const struct line *line, enum stage stage)
{
    const struct account account = {.line = *line, .stage = stage};

    assert(line->funding_source > 0);
    assert(line->fiscal_year > 0);
    return grant_book_balance(book, &account);
}

static int64_t above_zero(int64_t amount_krw)
{
    return amount_krw > 0 ? amount_krw : 0;
}
