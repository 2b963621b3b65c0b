/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floors of a grant. An entry is added to a copy, which counts only when
 * all of it holds, since what one leg takes another of the same entry may give.
 */
#include "ledger/domain/grant_book.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/krw.h"

static const enum stage STAGES[GRANT_BOOK_STAGE_COUNT] = {
    STAGE_S40, STAGE_S45, STAGE_S50, STAGE_S60, STAGE_S70, STAGE_S75, STAGE_I10,
};

static const char RECLASSIFICATION[] = "reclassification";

static bool is_one_of(const char *kind, const char *const *kinds);
static bool lapses_undecided(const struct entry *entry);
static size_t stage_place(enum stage stage);
static bool is_of_grant(const struct grant_book *book, const struct line *line);
static bool leaves_grant(const struct grant_book *book, const struct entry *entry,
                         const struct entry_leg *leg);
static enum err check_decided(const struct grant_book *before, const struct grant_book *after,
                              struct refusal *ret_refusal);
static enum err check_floors(const struct grant_book *after, const struct entry *entry,
                             struct refusal *ret_refusal);
static enum refusal_reason short_of(enum stage stage);
static void set_account(struct refusal *refusal, const struct account *account);

bool grant_entry_needs(const struct entry *entry)
{
    bool needs = strcmp(entry->kind, "grant_decision") == 0;

    assert(entry->leg_count <= ENTRY_LEG_MAX);
    for (size_t i = 0; i < entry->leg_count; i++) {
        const enum stage stage = entry->legs[i].account.stage;
        needs = needs || stage == STAGE_S45 || stage == STAGE_S70 || stage == STAGE_I10;
    }
    assert(entry->kind[0] != '\0');
    return needs && !grant_kind_follows(entry->kind);
}

const struct account *grant_entry_taken(const struct entry *entry)
{
    const struct account *taken = NULL;

    assert(entry->leg_count <= ENTRY_LEG_MAX);
    for (size_t i = 0; i < entry->leg_count && !taken; i++) {
        const struct entry_leg *leg = &entry->legs[i];
        taken = leg->account.stage == STAGE_S40 && leg->amount_krw < 0 ? &leg->account : NULL;
    }
    assert(!taken || taken->stage == STAGE_S40);
    return taken;
}

bool grant_kind_valid(const char *kind)
{
    static const char *const kinds[] = {
        "grant_decision",
        "commitment_cancel",
        "grant_payment",
        "grant_expenditure",
        "settlement",
        "carryover_accident",
        "carryover_continuing",
        "refund",
        "lapse",
        NULL,
    };

    assert(kind);
    return is_one_of(kind, kinds) || grant_kind_follows(kind);
}

bool grant_kind_follows(const char *kind)
{
    static const char *const kinds[] = {KIND_REVERSAL, "expenditure_return", RECLASSIFICATION,
                                        NULL};

    assert(kind);
    return is_one_of(kind, kinds);
}

enum err grant_book_add(struct grant_book *book, const struct account *account, int64_t amount_krw)
{
    const size_t stage = stage_place(account->stage);
    int64_t sum_krw = 0;

    assert(book);
    if (!is_of_grant(book, &account->line)) {
        return ERR_INVALID;
    }
    const size_t year = (size_t)(account->line.fiscal_year - book->fiscal_year);
    const size_t source = (size_t)account->line.funding_source - 1;
    assert(source < FUNDING_SOURCE_COUNT);
    /* What comes back to be allotted anew, or lapses, is decided no more. */
    if (account->stage == STAGE_S30 || account->stage == STAGE_S90) {
        if (amount_krw == INT64_MIN || krw_add(book->decided_krw[source], -amount_krw, &sum_krw)) {
            return ERR_INVALID;
        }
        book->decided_krw[source] = sum_krw;
        return ERR_OK;
    }
    if (stage == GRANT_BOOK_STAGE_COUNT) {
        return ERR_OK;
    }
    if (krw_add(book->balances_krw[year][source][stage], amount_krw, &sum_krw)) {
        return ERR_INVALID;
    }
    book->balances_krw[year][source][stage] = sum_krw;
    return ERR_OK;
}

void grant_book_set_interest(struct grant_book *book, const struct line *line, int64_t interest_krw)
{
    assert(is_of_grant(book, line));
    assert(line->funding_source > 0);
    book->interest_krw[line->fiscal_year - book->fiscal_year][line->funding_source - 1] =
        interest_krw;
}

int64_t grant_book_interest(const struct grant_book *book, const struct line *line)
{
    assert(book);
    assert(line->funding_source > 0);
    return is_of_grant(book, line)
               ? book->interest_krw[line->fiscal_year - book->fiscal_year][line->funding_source - 1]
               : 0;
}

int64_t grant_book_balance(const struct grant_book *book, const struct account *account)
{
    const size_t stage = stage_place(account->stage);

    assert(book);
    assert(account->line.funding_source > 0);
    if (stage == GRANT_BOOK_STAGE_COUNT || !is_of_grant(book, &account->line)) {
        return 0;
    }
    return book->balances_krw[account->line.fiscal_year - book->fiscal_year]
                             [account->line.funding_source - 1][stage];
}

enum err grant_book_post(struct grant_book *book, const struct entry *entry,
                         struct refusal *ret_refusal)
{
    struct grant_book after = *book;
    enum err err = ERR_OK;

    assert(entry->leg_count <= ENTRY_LEG_MAX);
    assert(ret_refusal);
    if (!grant_kind_valid(entry->kind) || lapses_undecided(entry)) {
        return refusal_set(ret_refusal, REFUSAL_GRANT_KIND_INVALID, "/grant_id", 0);
    }
    for (size_t i = 0; i < entry->leg_count; i++) {
        const struct entry_leg *leg = &entry->legs[i];
        if (leaves_grant(book, entry, leg)) {
            continue;
        }
        if (grant_book_add(&after, &leg->account, leg->amount_krw)) {
            err = refusal_set(ret_refusal, REFUSAL_GRANT_LINE_MISMATCH, "/grant_id", 0);
            set_account(ret_refusal, &leg->account);
            return err;
        }
    }
    err = check_decided(book, &after, ret_refusal);
    if (!err) {
        err = check_floors(&after, entry, ret_refusal);
    }
    if (!err) {
        *book = after;
    }
    return err;
}

static bool is_one_of(const char *kind, const char *const *kinds)
{
    bool found = false;

    assert(kinds[0]);
    for (size_t i = 0; kinds[i]; i++) {
        found = found || strcmp(kinds[i], kind) == 0;
    }
    return found;
}

/* What lapses before it is decided on was never a grant's. */
static bool lapses_undecided(const struct entry *entry)
{
    bool undecided = false;

    assert(entry->leg_count <= ENTRY_LEG_MAX);
    assert(entry->kind[0] != '\0');
    for (size_t i = 0; i < entry->leg_count; i += 2) {
        undecided = undecided || entry->legs[i].account.stage != STAGE_S40;
    }
    return undecided && strcmp(entry->kind, "lapse") == 0;
}

/* GRANT_BOOK_STAGE_COUNT for a stage that is none of a grant's. */
static size_t stage_place(enum stage stage)
{
    size_t place = 0;

    assert((int)stage > 0);
    assert((int)stage <= STAGE_COUNT);
    while (place < GRANT_BOOK_STAGE_COUNT && STAGES[place] != stage) {
        place++;
    }
    return place;
}

static bool is_of_grant(const struct grant_book *book, const struct line *line)
{
    assert(book->fiscal_year >= FISCAL_YEAR_MIN);
    assert(book->programme[0] != '\0');
    return line->fiscal_year >= book->fiscal_year &&
           line->fiscal_year - book->fiscal_year < GRANT_BOOK_YEAR_MAX &&
           strcmp(line->programme, book->programme) == 0;
}

/* A reclassification spends in the right line what the grant's line gave back. */
static bool leaves_grant(const struct grant_book *book, const struct entry *entry,
                         const struct entry_leg *leg)
{
    assert(leg >= entry->legs);
    assert(leg < entry->legs + ENTRY_LEG_MAX);
    return leg - entry->legs >= 2 && strcmp(entry->kind, RECLASSIFICATION) == 0 &&
           !is_of_grant(book, &leg->account.line);
}

static enum err check_decided(const struct grant_book *before, const struct grant_book *after,
                              struct refusal *ret_refusal)
{
    for (size_t i = 0; i < FUNDING_SOURCE_COUNT; i++) {
        const int64_t amount_krw = after->amounts_krw[i];
        const int64_t decided_krw = after->decided_krw[i];
        assert(amount_krw >= 0);
        /* Only more is refused: what came back may always come back. */
        if (decided_krw > amount_krw && decided_krw > before->decided_krw[i]) {
            return refusal_set(ret_refusal, REFUSAL_GRANT_OVER_AMOUNT, "/amount_krw",
                               decided_krw - amount_krw);
        }
    }
    return ERR_OK;
}

/* Every balance that the entry takes from must stay at zero or above. */
static enum err check_floors(const struct grant_book *after, const struct entry *entry,
                             struct refusal *ret_refusal)
{
    assert(entry->leg_count > 0);
    for (size_t i = 0; i < entry->leg_count; i++) {
        const struct entry_leg *leg = &entry->legs[i];
        const int64_t left_krw = grant_book_balance(after, &leg->account);
        if (leg->amount_krw >= 0 || left_krw >= 0) {
            continue;
        }
        const int64_t short_krw = left_krw == INT64_MIN ? INT64_MAX : -left_krw;
        enum err err =
            refusal_set(ret_refusal, short_of(leg->account.stage), "/amount_krw", short_krw);
        assert(err);
        set_account(ret_refusal, &leg->account);
        return err;
    }
    return ERR_OK;
}

static enum refusal_reason short_of(enum stage stage)
{
    assert((int)stage > 0);
    assert(stage_place(stage) < GRANT_BOOK_STAGE_COUNT);
    if (stage == STAGE_S40) {
        return REFUSAL_GRANT_OVER_DECIDED;
    }
    return stage == STAGE_S45 ? REFUSAL_GRANT_OVER_PAID : REFUSAL_GRANT_BALANCE_SHORT;
}

static void set_account(struct refusal *refusal, const struct account *account)
{
    assert(refusal->reason != REFUSAL_NONE);
    assert(account->line.programme[0] != '\0');
    refusal->has_account = true;
    refusal->account = *account;
}
