/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The closing of a line: what stops it, and that it leaves nothing.
 */
#include "../support/ledger_fixture.h"

#include "ledger/domain/closing.h"

static struct account_balance at(enum stage stage, int64_t balance_krw)
{
    const struct account account = {fixture_line(2025, FUNDING_SOURCE_DISTRICT, "a"), stage};
    struct account_balance balance;

    account_balance_init(&balance, &account);
    balance.balance_krw = balance_krw;
    return balance;
}

static void money_that_has_somewhere_to_go_stops_the_closing(void **state)
{
    static const enum stage STAGES[] = {STAGE_S10, STAGE_S20, STAGE_S30, STAGE_S40,
                                        STAGE_S45, STAGE_S70, STAGE_I10};
    struct refusal refusal = {0};

    (void)state;
    for (size_t i = 0; i < sizeof STAGES / sizeof STAGES[0]; i++) {
        struct account_balance balances[] = {at(STAGE_R10_MAIN, -5), at(STAGES[i], 1)};
        assert_int_equal(closing_check(balances, 2, 0, &refusal), ERR_CONFLICT);
        assert_int_equal(refusal.reason, REFUSAL_YEAR_UNSETTLED);
        assert_int_equal(refusal.account.stage, STAGES[i]);
        balances[1].balance_krw = 0;
        assert_int_equal(closing_check(balances, 2, 0, &refusal), ERR_OK);
        balances[0].frozen = true;
        assert_int_equal(closing_check(balances, 2, 0, &refusal), ERR_CONFLICT);
        assert_int_equal(refusal.reason, REFUSAL_LINE_FROZEN);
    }
}

static void a_year_is_over_after_its_last_day_and_no_day_earlier(void **state)
{
    struct refusal refusal = {0};

    (void)state;
    assert_int_equal(closing_check_ended(2025, 20251231, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_YEAR_NOT_ENDED);
    assert_string_equal(refusal.field, "/fiscal_year");
    assert_int_equal(closing_check_ended(2025, 20240101, &refusal), ERR_CONFLICT);
    assert_int_equal(closing_check_ended(2025, 20260101, &refusal), ERR_OK);
    assert_int_equal(closing_check_ended(2025, 20310704, &refusal), ERR_OK);
}

static void a_reservation_of_a_ballot_stops_the_closing(void **state)
{
    struct refusal refusal = {0};

    (void)state;
    assert_int_equal(closing_check(NULL, 0, 1, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_YEAR_RESERVED);
    assert_int_equal(closing_check(NULL, 0, 0, &refusal), ERR_OK);
}

/* Random lines that are settled: the transfers are a closing entry and leave zero everywhere. */
static void every_settled_line_comes_to_zero_by_entries_that_pass_their_rules(void **state)
{
    static const enum stage STAGES[] = {
        STAGE_M10,
        STAGE_M90,
        STAGE_R10_MAIN,
        STAGE_R10_SUPPLEMENTARY1,
        STAGE_R10_SUPPLEMENTARY2,
        STAGE_R10_ITEM_TRANSFER,
        STAGE_S50,
        STAGE_S60,
        STAGE_S75,
        STAGE_S80_EXPLICIT,
        STAGE_S80_ACCIDENT,
        STAGE_S90,
    };

    enum { COUNT = sizeof STAGES / sizeof STAGES[0], STEPS = 3000 };

    uint64_t seed = fixture_seed();

    (void)state;
    for (int step = 0; step < STEPS; step++) {
        struct entry_transfer transfers[CLOSING_TRANSFER_MAX];
        struct account_balance balances[COUNT];
        struct refusal refusal = {0};
        int64_t sum_krw = 0;
        for (int i = 0; i < COUNT; i++) {
            balances[i] = at(STAGES[i], 0);
        }
        balances[0].balance_krw = fixture_below(&seed, 3);
        balances[1].balance_krw = -balances[0].balance_krw;
        for (int i = 5; i < COUNT; i++) {
            balances[i].balance_krw = fixture_below(&seed, 2) * fixture_below(&seed, 1000);
            sum_krw += balances[i].balance_krw;
        }
        balances[3].balance_krw = sum_krw > 0 ? -(int64_t)fixture_below(&seed, (int)sum_krw) : 0;
        balances[2].balance_krw = -sum_krw - balances[3].balance_krw;
        assert_int_equal(closing_check(balances, COUNT, 0, &refusal), ERR_OK);
        size_t count = closing_transfers(balances, COUNT, transfers);
        for (size_t i = 0; i < count; i++) {
            for (int j = 0; j < COUNT; j++) {
                balances[j].balance_krw -=
                    STAGES[j] == transfers[i].debit ? transfers[i].amount_krw : 0;
                balances[j].balance_krw +=
                    STAGES[j] == transfers[i].credit ? transfers[i].amount_krw : 0;
            }
        }
        for (int j = 0; j < COUNT; j++) {
            assert_true(balances[j].balance_krw == 0);
        }
        for (size_t i = 0; i < count; i += ENTRY_LEG_MAX / 2) {
            static const uint8_t key[ENTRY_KEY_SIZE] = {1};
            const struct entry_head head = fixture_head(key);
            size_t left = count - i;
            struct entry entry;
            assert_int_equal(entry_build(&entry, &head, KIND_CLOSING, &transfers[i],
                                         left < ENTRY_LEG_MAX / 2 ? left : ENTRY_LEG_MAX / 2,
                                         &refusal),
                             ERR_OK);
            assert_int_equal(entry_check(&entry, fixture_rules(),
                                         (struct period){entry.period, PERIOD_OPEN}, &refusal),
                             ERR_OK);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_that_has_somewhere_to_go_stops_the_closing),
        cmocka_unit_test(a_year_is_over_after_its_last_day_and_no_day_earlier),
        cmocka_unit_test(a_reservation_of_a_ballot_stops_the_closing),
        cmocka_unit_test(every_settled_line_comes_to_zero_by_entries_that_pass_their_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
