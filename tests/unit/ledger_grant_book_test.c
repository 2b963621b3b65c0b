/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floors of a grant: nothing of it exceeds what came before it, by source,
 * and a refusal leaves it as it was. And settlements that are made again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/domain/grant_book.h"
#include "ledger/domain/settlement_round.h"

enum { YEAR = 2025, STEP_COUNT = 20000 };

static const uint8_t KEY[ENTRY_KEY_SIZE] = {1};

static struct grant_book grant(int64_t city_krw, int64_t district_krw)
{
    struct grant_book book = {.fiscal_year = YEAR, .programme = "a"};

    book.amounts_krw[FUNDING_SOURCE_CITY - 1] = city_krw;
    book.amounts_krw[FUNDING_SOURCE_DISTRICT - 1] = district_krw;
    return book;
}

static struct line line_of(int32_t year, enum funding_source source, const char *programme)
{
    struct line line;

    assert_int_equal(line_init(&line, year, source, programme), ERR_OK);
    return line;
}

static struct entry entry_of(const char *kind, const struct entry_transfer *transfers, size_t count)
{
    const struct entry_head head = {
        .key = KEY, .effective_date = 20250101, .document = "d", .metadata = "{}"};
    struct refusal refusal;
    struct entry entry;

    assert_int_equal(entry_build(&entry, &head, kind, transfers, count, &refusal), ERR_OK);
    return entry;
}

/* Posts one transfer of the line 2025/city/a; REFUSAL_NONE when it was taken. */
static enum refusal_reason post(struct grant_book *book, const char *kind, enum stage debit,
                                enum stage credit, int64_t amount_krw)
{
    const struct entry_transfer transfer = {line_of(YEAR, FUNDING_SOURCE_CITY, "a"), debit, credit,
                                            amount_krw};
    const struct entry entry = entry_of(kind, &transfer, 1);
    const struct grant_book before = *book;
    struct refusal refusal = {.reason = REFUSAL_NONE};
    enum err err = grant_book_post(book, &entry, &refusal);

    assert_true((err != ERR_OK) == (refusal.reason != REFUSAL_NONE));
    if (err) {
        assert_memory_equal(book, &before, sizeof before);
    }
    return refusal.reason;
}

static int64_t left(const struct grant_book *book, enum stage stage)
{
    const struct account account = {line_of(YEAR, FUNDING_SOURCE_CITY, "a"), stage};

    return grant_book_balance(book, &account);
}

static void one_won_more_than_came_before_is_refused(void **state)
{
    struct grant_book book = grant(100, 50);

    (void)state;
    assert_int_equal(post(&book, "grant_decision", STAGE_S30, STAGE_S40, 101),
                     REFUSAL_GRANT_OVER_AMOUNT);
    assert_int_equal(post(&book, "grant_decision", STAGE_S30, STAGE_S40, 100), REFUSAL_NONE);
    assert_int_equal(post(&book, "grant_decision", STAGE_S30, STAGE_S40, 1),
                     REFUSAL_GRANT_OVER_AMOUNT);
    assert_int_equal(post(&book, "grant_payment", STAGE_S40, STAGE_S45, 101),
                     REFUSAL_GRANT_OVER_DECIDED);
    assert_int_equal(post(&book, "grant_payment", STAGE_S40, STAGE_S45, 80), REFUSAL_NONE);
    assert_int_equal(post(&book, "grant_expenditure", STAGE_S45, STAGE_S50, 81),
                     REFUSAL_GRANT_OVER_PAID);
    assert_int_equal(post(&book, "grant_expenditure", STAGE_S45, STAGE_S50, 70), REFUSAL_NONE);
    assert_int_equal(post(&book, "settlement", STAGE_S50, STAGE_S60, 71),
                     REFUSAL_GRANT_BALANCE_SHORT);
    assert_int_equal(post(&book, "settlement", STAGE_S45, STAGE_S70, 10), REFUSAL_NONE);
    assert_int_equal(post(&book, "refund", STAGE_S70, STAGE_S75, 11), REFUSAL_GRANT_BALANCE_SHORT);
    assert_int_equal(post(&book, "commitment_cancel", STAGE_S40, STAGE_S30, 21),
                     REFUSAL_GRANT_OVER_DECIDED);
    assert_int_equal(post(&book, "commitment_cancel", STAGE_S40, STAGE_S30, 20), REFUSAL_NONE);
    assert_int_equal(post(&book, "lapse", STAGE_S40, STAGE_S90, 1), REFUSAL_GRANT_OVER_DECIDED);
    assert_int_equal(book.decided_krw[FUNDING_SOURCE_CITY - 1], 80);
    assert_int_equal(left(&book, STAGE_S40), 0);
    assert_int_equal(left(&book, STAGE_S45), 0);
    assert_int_equal(left(&book, STAGE_S50), 70);
}

static void only_its_kinds_and_lines_are_a_grants(void **state)
{
    const struct entry_transfer elsewhere[] = {
        {line_of(YEAR, FUNDING_SOURCE_CITY, "b"), STAGE_S30, STAGE_S40, 1},
        {line_of(YEAR - 1, FUNDING_SOURCE_CITY, "a"), STAGE_S30, STAGE_S40, 1},
        {line_of(YEAR + GRANT_BOOK_YEAR_MAX, FUNDING_SOURCE_CITY, "a"), STAGE_S30, STAGE_S40, 1},
    };
    struct grant_book book = grant(100, 50);
    struct refusal refusal;

    (void)state;
    assert_int_equal(post(&book, "commitment", STAGE_S30, STAGE_S40, 1),
                     REFUSAL_GRANT_KIND_INVALID);
    assert_int_equal(post(&book, "lapse", STAGE_S30, STAGE_S90, 1), REFUSAL_GRANT_KIND_INVALID);
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
        const struct entry entry = entry_of("grant_decision", &elsewhere[i], 1);
        assert_int_not_equal(grant_book_post(&book, &entry, &refusal), ERR_OK);
        assert_int_equal(refusal.reason, REFUSAL_GRANT_LINE_MISMATCH);
        assert_true(refusal.has_account);
    }
}

static void money_that_is_carried_over_stays_the_grants(void **state)
{
    const struct line from = line_of(YEAR, FUNDING_SOURCE_CITY, "a");
    const struct line into = line_of(YEAR + 1, FUNDING_SOURCE_CITY, "a");
    const struct entry_transfer carried[] = {
        {from, STAGE_S40, STAGE_S80_ACCIDENT, 60},
        {into, STAGE_R10_CARRYOVER_ACCIDENT, STAGE_S40, 60},
    };
    const struct entry_transfer paid = {into, STAGE_S40, STAGE_S45, 60};
    const struct account next = {into, STAGE_S45};
    struct grant_book book = grant(100, 0);
    struct entry entry = entry_of("carryover_accident", carried, 2);
    struct refusal refusal;

    (void)state;
    assert_int_equal(post(&book, "grant_decision", STAGE_S30, STAGE_S40, 100), REFUSAL_NONE);
    assert_int_equal(grant_book_post(&book, &entry, &refusal), ERR_OK);
    assert_int_equal(left(&book, STAGE_S40), 40);
    assert_int_equal(post(&book, "lapse", STAGE_S40, STAGE_S90, 40), REFUSAL_NONE);
    assert_int_equal(left(&book, STAGE_S40), 0);
    assert_int_equal(book.decided_krw[FUNDING_SOURCE_CITY - 1], 60); /* what lapsed is no more */
    assert_int_equal(post(&book, "grant_decision", STAGE_S30, STAGE_S40, 41),
                     REFUSAL_GRANT_OVER_AMOUNT);
    assert_int_equal(post(&book, "grant_decision", STAGE_S30, STAGE_S40, 40), REFUSAL_NONE);
    assert_int_equal(post(&book, KIND_REVERSAL, STAGE_S90, STAGE_S40, 1),
                     REFUSAL_GRANT_OVER_AMOUNT); /* it was decided on anew */
    entry = entry_of("grant_payment", &paid, 1);
    assert_int_equal(grant_book_post(&book, &entry, &refusal), ERR_OK);
    assert_int_not_equal(grant_book_post(&book, &entry, &refusal), ERR_OK);
    assert_int_equal(refusal.reason, REFUSAL_GRANT_OVER_DECIDED);
    assert_int_equal(refusal.shortfall_krw, 60);
    assert_int_equal(grant_book_balance(&book, &next), 60);
}

static void what_is_reclassified_into_another_programme_leaves_the_grant(void **state)
{
    const struct line own = line_of(YEAR, FUNDING_SOURCE_CITY, "a");
    const struct line other = line_of(YEAR, FUNDING_SOURCE_CITY, "b");
    const struct entry_transfer moved[] = {
        {own, STAGE_S50, STAGE_S30, 30},
        {other, STAGE_S30, STAGE_S50, 30},
    };
    const struct entry_transfer brought[] = {moved[1], moved[0]};
    const struct account spent_there = {other, STAGE_S50};
    const struct entry leaving = entry_of("reclassification", moved, 2);
    const struct entry foreign = entry_of("reclassification", brought, 2);
    const struct entry payment = entry_of("grant_payment", moved, 2);
    struct grant_book book = grant(100, 0);
    struct refusal refusal;

    (void)state;
    assert_int_equal(post(&book, "grant_decision", STAGE_S30, STAGE_S40, 100), REFUSAL_NONE);
    assert_int_equal(post(&book, "grant_payment", STAGE_S40, STAGE_S45, 100), REFUSAL_NONE);
    assert_int_equal(post(&book, "grant_expenditure", STAGE_S45, STAGE_S50, 50), REFUSAL_NONE);
    assert_int_equal(grant_book_post(&book, &leaving, &refusal), ERR_OK);
    assert_int_equal(left(&book, STAGE_S50), 20);
    assert_int_equal(book.decided_krw[FUNDING_SOURCE_CITY - 1], 70);
    assert_int_equal(grant_book_balance(&book, &spent_there), 0);
    assert_int_not_equal(grant_book_post(&book, &leaving, &refusal), ERR_OK);
    assert_int_equal(refusal.reason, REFUSAL_GRANT_BALANCE_SHORT);
    assert_int_equal(refusal.shortfall_krw, 10);
    assert_int_not_equal(grant_book_post(&book, &foreign, &refusal), ERR_OK);
    assert_int_equal(refusal.reason, REFUSAL_GRANT_LINE_MISMATCH);
    assert_int_not_equal(grant_book_post(&book, &payment, &refusal), ERR_OK);
    assert_int_equal(refusal.reason, REFUSAL_GRANT_LINE_MISMATCH);
    assert_int_equal(left(&book, STAGE_S50), 20);
}

static void what_only_a_grant_has_needs_one(void **state)
{
    static const struct {
        const char *kind;
        enum stage debit;
        enum stage credit;
        bool needs;
    } CASES[] = {
        {"grant_decision", STAGE_S30, STAGE_S40, true},
        {"grant_payment", STAGE_S40, STAGE_S45, true},
        {"grant_expenditure", STAGE_S45, STAGE_S50, true},
        {"settlement", STAGE_S45, STAGE_S70, true},
        {"settlement", STAGE_S50, STAGE_S60, false},
        {"settlement", STAGE_I20, STAGE_I10, true},
        {"refund", STAGE_S70, STAGE_S75, true},
        {"commitment", STAGE_S30, STAGE_S40, false},
        {"expenditure", STAGE_S40, STAGE_S50, false},
        {KIND_REVERSAL, STAGE_S45, STAGE_S40, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const struct entry_transfer transfer = {line_of(YEAR, FUNDING_SOURCE_CITY, "a"),
                                                CASES[i].debit, CASES[i].credit, 1};
        const struct entry entry = entry_of(CASES[i].kind, &transfer, 1);
        assert_int_equal(grant_entry_needs(&entry), CASES[i].needs);
    }
}

/* Posts what a round says and keeps what the store would read back of interest. */
static void apply(struct grant_book *book, const struct settlement_round *round)
{
    struct refusal refusal;

    if (round->spent_krw > 0) {
        const struct entry_transfer spent = {round->line, STAGE_S45, STAGE_S50, round->spent_krw};
        const struct entry entry = entry_of("grant_expenditure", &spent, 1);
        assert_int_equal(grant_book_post(book, &entry, &refusal), ERR_OK);
    }
    if (round->transfer_count > 0) {
        const struct entry entry = entry_of("settlement", round->transfers, round->transfer_count);
        const struct settlement_terms share = settlement_share(&entry);
        assert_int_equal(grant_book_post(book, &entry, &refusal), ERR_OK);
        grant_book_set_interest(book, &round->line,
                                grant_book_interest(book, &round->line) + share.interest_krw);
    }
}

/*
 * However often a grant is settled, and whatever was spent or refunded in between, what is settled is
 * what was said last: paid = spent + unspent by source, the unspent split by largest remainder.
 */
static void the_last_settlement_is_what_counts_whatever_came_before(void **state)
{
    const unsigned seed = (unsigned)(uintptr_t)&seed;
    const int64_t paid_krw[] = {0, 600, 400, 0};
    struct settlement_round rounds[FUNDING_SOURCE_COUNT];
    struct grant_book book = grant(600, 400);
    int64_t unspent_krw = 0;
    size_t count = 0;

    (void)state;
    print_message("seed %u\n", seed);
    srand(seed);
    for (int i = FUNDING_SOURCE_CITY; i <= FUNDING_SOURCE_DISTRICT; i++) {
        const struct line line = line_of(YEAR, (enum funding_source)i, "a");
        const struct account account = {line, STAGE_S45};
        assert_int_equal(grant_book_add(&book, &account, paid_krw[i - 1]), ERR_OK);
    }
    for (int step = 0; step < STEP_COUNT; step++) {
        const struct settlement_terms terms = {
            .unspent_krw = rand() % 1001,
            .interest_krw = rand() % 50,
        };
        struct settlement_terms whole = terms;
        struct refusal refusal = {.reason = REFUSAL_NONE};
        whole.spent_krw = 1000 - terms.unspent_krw;
        enum err err = settlement_rounds(&whole, &book, YEAR, rounds, &count, &refusal);
        if (err) {
            /* Only what went back for good, and what would move nothing, stands in the way. */
            assert_true(refusal.reason == REFUSAL_GRANT_BALANCE_SHORT ||
                        refusal.reason == REFUSAL_SETTLEMENT_EMPTY);
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            apply(&book, &rounds[i]);
        }
        unspent_krw = 0;
        for (int i = FUNDING_SOURCE_CITY; i <= FUNDING_SOURCE_DISTRICT; i++) {
            const struct line line = line_of(YEAR, (enum funding_source)i, "a");
            const struct account spent = {line, STAGE_S60};
            const struct account owed = {line, STAGE_S70};
            const struct account gone = {line, STAGE_S75};
            const int64_t back_krw =
                grant_book_balance(&book, &owed) + grant_book_balance(&book, &gone);
            assert_int_equal(grant_book_balance(&book, &spent) + back_krw, paid_krw[i - 1]);
            /* Within one won of its part. */
            const int64_t exact = terms.unspent_krw * paid_krw[i - 1];
            assert_true(back_krw * 1000 > exact - 1000 && back_krw * 1000 < exact + 1000);
            unspent_krw += back_krw;
            if (step > STEP_COUNT / 2 && rand() % 500 == 0 &&
                grant_book_balance(&book, &owed) > 0) {
                const struct entry_transfer refund = {line, STAGE_S70, STAGE_S75, 1};
                const struct entry entry = entry_of("refund", &refund, 1);
                assert_int_equal(grant_book_post(&book, &entry, &refusal), ERR_OK);
            }
        }
        assert_int_equal(unspent_krw, terms.unspent_krw);
    }
}

static void a_settlement_that_does_not_add_up_is_refused_by_how_much(void **state)
{
    const struct account paid = {line_of(YEAR, FUNDING_SOURCE_CITY, "a"), STAGE_S45};
    struct settlement_round rounds[FUNDING_SOURCE_COUNT];
    struct settlement_terms terms = {.spent_krw = 90, .unspent_krw = 9};
    struct grant_book book = grant(100, 0);
    struct refusal refusal;
    size_t count = 0;

    (void)state;
    assert_int_not_equal(settlement_rounds(&terms, &book, YEAR, rounds, &count, &refusal), ERR_OK);
    assert_int_equal(refusal.reason, REFUSAL_SETTLEMENT_EMPTY);
    assert_int_equal(grant_book_add(&book, &paid, 100), ERR_OK);
    assert_int_not_equal(settlement_rounds(&terms, &book, YEAR, rounds, &count, &refusal), ERR_OK);
    assert_int_equal(refusal.reason, REFUSAL_SETTLEMENT_UNBALANCED);
    assert_int_equal(refusal.shortfall_krw, 1);
    terms.spent_krw = INT64_MAX;
    assert_int_not_equal(settlement_rounds(&terms, &book, YEAR, rounds, &count, &refusal), ERR_OK);
    assert_int_equal(refusal.reason, REFUSAL_AMOUNT_INVALID);
    terms.spent_krw = 91;
    assert_int_equal(settlement_rounds(&terms, &book, YEAR, rounds, &count, &refusal), ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(rounds[0].spent_krw, 91);
    assert_int_equal(rounds[0].transfer_count, 2);
    assert_int_not_equal(settlement_rounds(&terms, &book, YEAR + 1, rounds, &count, &refusal),
                         ERR_OK);
    assert_int_equal(refusal.reason, REFUSAL_SETTLEMENT_EMPTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_won_more_than_came_before_is_refused),
        cmocka_unit_test(only_its_kinds_and_lines_are_a_grants),
        cmocka_unit_test(money_that_is_carried_over_stays_the_grants),
        cmocka_unit_test(what_is_reclassified_into_another_programme_leaves_the_grant),
        cmocka_unit_test(what_only_a_grant_has_needs_one),
        cmocka_unit_test(the_last_settlement_is_what_counts_whatever_came_before),
        cmocka_unit_test(a_settlement_that_does_not_add_up_is_refused_by_how_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
