/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of double entry. The checks run in a fixed order, so that the same
 * request is always refused for the same reason.
 */
#include "ledger/domain/entry.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/krw.h"
#include "ledger/domain/text.h"

static enum err check_texts(const struct entry *entry, bool needs_document,
                            struct refusal *ret_refusal);
static enum err check_pairs(const struct entry *entry, struct refusal *ret_refusal);
static enum err check_rules(const struct entry *entry, const struct kind_rule *rows,
                            size_t row_count, struct refusal *ret_refusal);
static enum err check_transfer(const struct entry *entry, size_t leg, const struct kind_rule *row,
                               struct refusal *ret_refusal);
static enum err check_sums(const struct entry *entry, struct refusal *ret_refusal);
static enum err check_clearing(const struct entry *entry, const struct kind_rule *rows,
                               size_t row_count, struct refusal *ret_refusal);
static enum err check_period(const struct entry *entry, struct period period,
                             bool allowed_when_closed, struct refusal *ret_refusal);
static enum err check_floor(const struct account_balance *balance, int64_t final_krw,
                            struct refusal *ret_refusal);
static enum err refuse_leg(const struct entry *entry, size_t leg, enum refusal_reason reason,
                           const char *field, struct refusal *ret_refusal);
static enum err refuse_unfit(const struct entry *entry, size_t leg, struct refusal *ret_refusal);
static bool transfer_fits(const struct entry *entry, size_t leg, const struct kind_rule *row);
static bool same_source(const struct line *left, const struct line *right);
static bool same_clearing(const struct account *left, const struct account *right);
static bool next_year(const struct line *line, const struct line *next);

enum err entry_check(const struct entry *entry, const struct kind_rule_set *rules,
                     struct period period, struct refusal *ret_refusal)
{
    const struct kind_rule *rows = NULL;
    size_t row_count = 0;
    bool reversal = strcmp(entry->kind, KIND_REVERSAL) == 0;
    bool needs_document = reversal;
    bool allowed_when_closed = !reversal;
    enum err err = ERR_OK;

    assert(entry);
    assert(rules);
    assert(ret_refusal);
    rows = kind_rule_set_find(rules, entry->kind, &row_count);
    if (!rows && !reversal) {
        return refusal_set(ret_refusal, REFUSAL_KIND_UNKNOWN, "/kind", 0);
    }
    for (size_t i = 0; i < row_count; i++) {
        needs_document = needs_document || rows[i].needs_document;
        allowed_when_closed = allowed_when_closed && rows[i].allowed_when_closed;
    }
    err = check_texts(entry, needs_document, ret_refusal);
    if (err) {
        return err;
    }
    err = check_pairs(entry, ret_refusal);
    if (err) {
        return err;
    }
    if (!reversal) { /* entry_check_link says what a reversal may move */
        err = check_rules(entry, rows, row_count, ret_refusal);
    }
    if (err) {
        return err;
    }
    err = check_sums(entry, ret_refusal);
    if (err) {
        return err;
    }
    err = check_clearing(entry, rows, row_count, ret_refusal);
    if (err) {
        return err;
    }
    return check_period(entry, period, allowed_when_closed, ret_refusal);
}

enum err entry_post(const struct entry *entry, struct account_balance *const balances[],
                    struct entry_posting ret_postings[], struct refusal *ret_refusal)
{
    struct entry_posting postings[ENTRY_LEG_MAX] = {{0}};
    enum err err = ERR_OK;

    assert(entry);
    assert(entry->leg_count <= ENTRY_LEG_MAX);
    for (size_t i = 0; i < entry->leg_count; i++) {
        struct entry_posting before = {balances[i]->version, balances[i]->balance_krw};
        assert(account_equal(&balances[i]->account, &entry->legs[i].account));
        if (balances[i]->frozen) {
            return refuse_leg(entry, i, REFUSAL_LINE_FROZEN, "/programme", ret_refusal);
        }
        for (size_t j = 0; j < i; j++) {
            before = balances[j] == balances[i] ? postings[j] : before;
        }
        err = krw_add(before.balance_after_krw, entry->legs[i].amount_krw,
                      &postings[i].balance_after_krw);
        if (err) {
            return refuse_leg(entry, i, REFUSAL_BALANCE_OVERFLOW, "/amount_krw", ret_refusal);
        }
        postings[i].version = before.version + 1;
    }
    /* The floor holds for what the whole entry leaves, not between two legs of one account. */
    for (size_t i = 0; i < entry->leg_count; i++) {
        int64_t final_krw = 0;
        for (size_t j = i; j < entry->leg_count; j++) {
            final_krw = balances[j] == balances[i] ? postings[j].balance_after_krw : final_krw;
        }
        err = check_floor(balances[i], final_krw, ret_refusal);
        if (err) {
            return err;
        }
    }
    for (size_t i = 0; i < entry->leg_count; i++) {
        balances[i]->version = postings[i].version;
        balances[i]->balance_krw = postings[i].balance_after_krw;
        ret_postings[i] = postings[i];
    }
    return ERR_OK;
}

static enum err check_texts(const struct entry *entry, bool needs_document,
                            struct refusal *ret_refusal)
{
    if (!entry_date_valid(entry->effective_date)) {
        return refusal_set(ret_refusal, REFUSAL_DATE_INVALID, "/effective_date", 0);
    }
    if (needs_document && entry->document[strspn(entry->document, " ")] == '\0') {
        return refusal_set(ret_refusal, REFUSAL_DOCUMENT_MISSING, "/document", 0);
    }
    if (!text_valid(entry->document)) {
        return refusal_set(ret_refusal, REFUSAL_DOCUMENT_INVALID, "/document", 0);
    }
    return ERR_OK;
}

/* Legs come as debit, credit, debit, credit …, each credit equal to its debit. */
static enum err check_pairs(const struct entry *entry, struct refusal *ret_refusal)
{
    if (entry->leg_count < 2 || entry->leg_count > ENTRY_LEG_MAX || entry->leg_count % 2 != 0) {
        return refusal_set(ret_refusal, REFUSAL_LEGS_INVALID, "/transfers", 0);
    }
    for (size_t i = 0; i < entry->leg_count; i += 2) {
        int64_t debit_krw = entry->legs[i].amount_krw;
        int64_t credit_krw = entry->legs[i + 1].amount_krw;
        int64_t sum_krw = 0;
        if (debit_krw >= 0) {
            return refuse_leg(entry, i, REFUSAL_AMOUNT_INVALID, "/amount_krw", ret_refusal);
        }
        if (credit_krw <= 0) {
            return refuse_leg(entry, i + 1, REFUSAL_AMOUNT_INVALID, "/amount_krw", ret_refusal);
        }
        enum err err = krw_add(debit_krw, credit_krw, &sum_krw);
        if (err || sum_krw != 0) {
            return refuse_leg(entry, i, REFUSAL_LEGS_UNBALANCED, "/amount_krw", ret_refusal);
        }
    }
    return ERR_OK;
}

/*
 * Transfers follow the order of their kind's rows; a row that is not required may be passed over.
 */
static enum err check_rules(const struct entry *entry, const struct kind_rule *rows,
                            size_t row_count, struct refusal *ret_refusal)
{
    size_t leg = 0;

    assert(row_count > 0);
    if (entry->period != entry->legs[0].account.line.fiscal_year) {
        return refusal_set(ret_refusal, REFUSAL_FISCAL_YEAR_INVALID, "/fiscal_year", 0);
    }
    for (size_t row = 0; row < row_count; row++) {
        size_t first = leg;
        bool more = true;
        while (more && leg < entry->leg_count && transfer_fits(entry, leg, &rows[row])) {
            enum err err = check_transfer(entry, leg, &rows[row], ret_refusal);
            if (err) {
                return err;
            }
            leg += 2;
            more = rows[row].repeated;
        }
        if (leg == first && rows[row].required) {
            return refuse_unfit(entry, leg, ret_refusal);
        }
    }
    return leg == entry->leg_count ? ERR_OK : refuse_unfit(entry, leg, ret_refusal);
}

static enum err check_transfer(const struct entry *entry, size_t leg, const struct kind_rule *row,
                               struct refusal *ret_refusal)
{
    const struct line *first = &entry->legs[0].account.line;
    const struct line *debit = &entry->legs[leg].account.line;
    const struct line *credit = &entry->legs[leg + 1].account.line;

    assert(leg % 2 == 0);
    assert(leg + 1 < entry->leg_count);
    if (row->same_line && (!line_equal(debit, credit) || !line_equal(first, debit))) {
        return refuse_leg(entry, leg, REFUSAL_LINE_MISMATCH, "/transfers", ret_refusal);
    }
    if (row->same_source && (!same_source(debit, credit) || !same_source(first, debit))) {
        return refuse_leg(entry, leg, REFUSAL_SOURCE_MISMATCH, "/transfers", ret_refusal);
    }
    if (row->next_year && (!line_equal(debit, credit) || !next_year(first, debit))) {
        return refuse_leg(entry, leg, REFUSAL_LINE_MISMATCH, "/transfers", ret_refusal);
    }
    if (row->same_amount && entry->legs[leg].amount_krw != entry->legs[0].amount_krw) {
        return refuse_leg(entry, leg, REFUSAL_LEGS_UNBALANCED, "/amount_krw", ret_refusal);
    }
    return ERR_OK;
}

/*
 * Pairs alone would let money leave a line; every line and every (year, source) must come out
 * even.
 */
static enum err check_sums(const struct entry *entry, struct refusal *ret_refusal)
{
    assert(entry->leg_count >= 2);
    assert(entry->leg_count <= ENTRY_LEG_MAX);
    for (size_t i = 0; i < entry->leg_count; i++) {
        const struct line *line = &entry->legs[i].account.line;
        int64_t line_krw = 0;
        int64_t source_krw = 0;
        for (size_t j = 0; j < entry->leg_count; j++) {
            const struct entry_leg *leg = &entry->legs[j];
            if (!same_source(line, &leg->account.line)) {
                continue;
            }
            enum err err = krw_add(source_krw, leg->amount_krw, &source_krw);
            if (err) {
                return refuse_leg(entry, j, REFUSAL_AMOUNT_INVALID, "/amount_krw", ret_refusal);
            }
            if (!line_equal(line, &leg->account.line)) {
                continue;
            }
            err = krw_add(line_krw, leg->amount_krw, &line_krw);
            if (err) {
                return refuse_leg(entry, j, REFUSAL_AMOUNT_INVALID, "/amount_krw", ret_refusal);
            }
        }
        if (source_krw != 0) {
            return refuse_leg(entry, i, REFUSAL_SOURCE_UNBALANCED, "/transfers", ret_refusal);
        }
        if (line_krw != 0) {
            return refuse_leg(entry, i, REFUSAL_LINE_UNBALANCED, "/transfers", ret_refusal);
        }
    }
    return ERR_OK;
}

/*
 * Lines come out even by themselves, whatever each receives; what one sends must also be what
 * another gets, by source. None sends to itself: that would only pass over the stages between.
 * What goes on in the next year leaves a stage here and enters the same one there.
 */
static enum err check_clearing(const struct entry *entry, const struct kind_rule *rows,
                               size_t row_count, struct refusal *ret_refusal)
{
    bool wanted = false;
    bool carried = false;

    for (size_t i = 0; i < row_count; i++) {
        wanted = wanted || rows[i].clearing;
        carried = carried || rows[i].next_year;
    }
    for (size_t i = 0; wanted && i < entry->leg_count; i++) {
        const struct account *account = &entry->legs[i].account;
        bool cleared = carried || stage_clearing(account->stage) != 0;
        int64_t sum_krw = 0;
        for (size_t j = 0; cleared && j < entry->leg_count; j++) {
            const struct entry_leg *leg = &entry->legs[j];
            bool same = same_clearing(&leg->account, account);
            enum err err = krw_add(sum_krw, same ? leg->amount_krw : 0, &sum_krw);
            if (err) {
                return refuse_leg(entry, j, REFUSAL_AMOUNT_INVALID, "/amount_krw", ret_refusal);
            }
            bool returns = same && leg->amount_krw < 0 && entry->legs[i].amount_krw > 0;
            if (returns && line_equal(&leg->account.line, &account->line)) {
                return refuse_leg(entry, j, REFUSAL_CLEARING_WITHIN_LINE, "/programme",
                                  ret_refusal);
            }
        }
        if (sum_krw != 0) {
            return refuse_leg(entry, i, REFUSAL_CLEARING_UNBALANCED, "/amount_krw", ret_refusal);
        }
    }
    return ERR_OK;
}

/* A refusal names an account of the year that is not open: a carry-over touches two. */
static enum err check_period(const struct entry *entry, struct period period,
                             bool allowed_when_closed, struct refusal *ret_refusal)
{
    bool closing = period.state == PERIOD_CLOSING && strcmp(entry->kind, KIND_CLOSING) == 0;
    bool closed = period.state == PERIOD_CLOSED && allowed_when_closed;
    size_t leg = 0;

    if (period.state == PERIOD_OPEN || closing || closed) {
        return ERR_OK;
    }
    while (leg < entry->leg_count &&
           entry->legs[leg].account.line.fiscal_year != period.fiscal_year) {
        leg++;
    }
    assert(leg < entry->leg_count);
    return refuse_leg(entry, leg, period_refusal(period.state), "/fiscal_year", ret_refusal);
}

enum refusal_reason period_refusal(enum period_state state)
{
    assert(state != PERIOD_OPEN);
    assert(state <= PERIOD_CLOSED);
    if (state == PERIOD_CLOSING) {
        return REFUSAL_PERIOD_CLOSING;
    }
    return state == PERIOD_CLOSED ? REFUSAL_PERIOD_CLOSED : REFUSAL_PERIOD_MISSING;
}

/* Only a debit can be refused: money may always flow back into an account. */
static enum err check_floor(const struct account_balance *balance, int64_t final_krw,
                            struct refusal *ret_refusal)
{
    struct account_balance after = *balance;
    int64_t available_krw = 0;

    assert(balance->held_krw >= 0);
    after.balance_krw = final_krw;
    available_krw = account_balance_available(&after);
    if (final_krw >= balance->balance_krw || available_krw >= 0) {
        return ERR_OK;
    }
    int64_t shortfall_krw = available_krw == INT64_MIN ? INT64_MAX : -available_krw;
    enum err err = refusal_set(ret_refusal, REFUSAL_BALANCE_SHORT, "/amount_krw", shortfall_krw);
    ret_refusal->has_account = true;
    ret_refusal->account = balance->account;
    return err;
}

static enum err refuse_leg(const struct entry *entry, size_t leg, enum refusal_reason reason,
                           const char *field, struct refusal *ret_refusal)
{
    enum err err = refusal_set(ret_refusal, reason, field, 0);

    assert(leg < ENTRY_LEG_MAX);
    ret_refusal->has_account = true;
    ret_refusal->account = entry->legs[leg].account;
    return err;
}

/* Names the leg that no row took, unless what is missing would follow the last. */
static enum err refuse_unfit(const struct entry *entry, size_t leg, struct refusal *ret_refusal)
{
    assert(leg % 2 == 0);
    assert(leg <= entry->leg_count);
    return leg < entry->leg_count
               ? refuse_leg(entry, leg, REFUSAL_LEGS_INVALID, "/transfers", ret_refusal)
               : refusal_set(ret_refusal, REFUSAL_LEGS_INVALID, "/transfers", 0);
}

static bool transfer_fits(const struct entry *entry, size_t leg, const struct kind_rule *row)
{
    assert(leg + 1 < entry->leg_count);
    return stage_in_class(entry->legs[leg].account.stage, row->debit_class) &&
           stage_in_class(entry->legs[leg + 1].account.stage, row->credit_class);
}

static bool same_source(const struct line *left, const struct line *right)
{
    return left->fiscal_year == right->fiscal_year && left->funding_source == right->funding_source;
}

/* A stage that is in no group is one by itself. */
static bool same_clearing(const struct account *left, const struct account *right)
{
    int clearing = stage_clearing(right->stage);

    return left->line.funding_source == right->line.funding_source &&
           (clearing == 0 ? left->stage == right->stage : stage_clearing(left->stage) == clearing);
}

static bool next_year(const struct line *line, const struct line *next)
{
    return next->fiscal_year == line->fiscal_year + 1 &&
           next->funding_source == line->funding_source &&
           strcmp(next->programme, line->programme) == 0;
}
