/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budget lines, sources, stages and floors. It must never post anything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ledger/domain/account.h"
#include "ledger/domain/krw.h"

static void every_source_is_found_by_its_code(void **state)
{
    static const char *const CODES[] = {"national", "city", "district", "other"};
    static const char *const NAMES[] = {"국비", "시비", "구비", "기타"};

    (void)state;
    for (int i = 0; i < FUNDING_SOURCE_COUNT; i++) {
        enum funding_source source = 0;
        assert_int_equal(funding_source_parse(CODES[i], &source), ERR_OK);
        assert_int_equal(source, i + 1);
        assert_string_equal(funding_source_code(source), CODES[i]);
        assert_string_equal(funding_source_name_ko(source), NAMES[i]);
    }
}

static void an_unknown_source_or_stage_is_refused_and_writes_nothing(void **state)
{
    enum funding_source source = FUNDING_SOURCE_OTHER;
    enum stage stage = STAGE_S90;

    (void)state;
    assert_int_equal(funding_source_parse("", &source), ERR_INVALID);
    assert_int_equal(funding_source_parse("District", &source), ERR_INVALID);
    assert_int_equal(source, FUNDING_SOURCE_OTHER);
    assert_int_equal(stage_parse("S11", &stage), ERR_INVALID);
    assert_int_equal(stage_parse("R10", &stage), ERR_INVALID);
    assert_int_equal(stage, STAGE_S90);
}

static void every_stage_is_found_by_its_code_and_codes_differ(void **state)
{
    (void)state;
    for (int i = 1; i <= STAGE_COUNT; i++) {
        enum stage stage = 0;
        assert_int_equal(stage_parse(stage_code((enum stage)i), &stage), ERR_OK);
        assert_int_equal(stage, i);
        assert_true(strlen(stage_name_ko((enum stage)i)) > 0);
    }
}

static void only_origins_and_contra_accounts_may_go_below_zero(void **state)
{
    (void)state;
    for (int i = 1; i <= STAGE_COUNT; i++) {
        enum stage stage = (enum stage)i;
        int64_t floor_krw = -1;
        bool free = stage_in_class(stage, "R10") || stage == STAGE_M90 || stage == STAGE_I20;
        assert_int_equal(stage_floor(stage, &floor_krw), !free);
        assert_int_equal(floor_krw, free ? -1 : 0);
    }
}

static void a_class_is_a_stage_or_what_stands_before_its_dot(void **state)
{
    (void)state;
    assert_true(stage_in_class(STAGE_R10_MAIN, "R10"));
    assert_true(stage_in_class(STAGE_R10_MAIN, "R10.main"));
    assert_true(stage_in_class(STAGE_R10_SUPPLEMENTARY9, "R10.supplementary"));
    assert_true(stage_in_class(STAGE_R10_SUPPLEMENTARY9, "R10"));
    assert_false(stage_in_class(STAGE_R10_MAIN, "R1"));
    assert_false(stage_in_class(STAGE_R10_MAIN, "R10."));
    assert_false(stage_in_class(STAGE_R10_MAIN, "R10.ma"));
    assert_false(stage_in_class(STAGE_R10_MAIN, ""));
    assert_false(stage_in_class(STAGE_S10, "S1"));
    assert_true(stage_class_exists("S80"));
    assert_false(stage_class_exists("S8"));
}

static void a_line_takes_only_a_year_a_source_and_a_code(void **state)
{
    char longest[PROGRAMME_LENGTH_MAX + 2];
    struct line line = {.fiscal_year = 1};

    (void)state;
    memset(longest, 'a', sizeof longest);
    longest[PROGRAMME_LENGTH_MAX + 1] = '\0';
    assert_int_equal(line_init(&line, 1999, FUNDING_SOURCE_CITY, "p"), ERR_INVALID);
    assert_int_equal(line_init(&line, 2200, FUNDING_SOURCE_CITY, "p"), ERR_INVALID);
    assert_int_equal(line_init(&line, 2025, (enum funding_source)0, "p"), ERR_INVALID);
    assert_int_equal(line_init(&line, 2025, (enum funding_source)5, "p"), ERR_INVALID);
    assert_int_equal(line_init(&line, 2025, FUNDING_SOURCE_CITY, ""), ERR_INVALID);
    assert_int_equal(line_init(&line, 2025, FUNDING_SOURCE_CITY, "  "), ERR_INVALID);
    assert_int_equal(line_init(&line, 2025, FUNDING_SOURCE_CITY, "a\tb"), ERR_INVALID);
    assert_int_equal(line_init(&line, 2025, FUNDING_SOURCE_CITY, "\xea\xb3"), ERR_INVALID);
    assert_int_equal(line_init(&line, 2025, FUNDING_SOURCE_CITY, longest), ERR_INVALID);
    assert_int_equal(line.fiscal_year, 1);
    longest[PROGRAMME_LENGTH_MAX] = '\0';
    assert_int_equal(line_init(&line, 2025, FUNDING_SOURCE_CITY, longest), ERR_OK);
    assert_string_equal(line.programme, longest);
    assert_int_equal(line_init(&line, 2025, FUNDING_SOURCE_CITY, "마을 정원 3"), ERR_OK);
}

static void accounts_are_ordered_by_year_source_programme_and_stage(void **state)
{
    struct account accounts[5] = {{.stage = STAGE_S10},
                                  {.stage = STAGE_S20},
                                  {.stage = STAGE_M10},
                                  {.stage = STAGE_M10},
                                  {.stage = STAGE_M10}};

    (void)state;
    assert_int_equal(line_init(&accounts[0].line, 2024, FUNDING_SOURCE_CITY, "a"), ERR_OK);
    assert_int_equal(line_init(&accounts[1].line, 2024, FUNDING_SOURCE_CITY, "a"), ERR_OK);
    assert_int_equal(line_init(&accounts[2].line, 2024, FUNDING_SOURCE_CITY, "b"), ERR_OK);
    assert_int_equal(line_init(&accounts[3].line, 2024, FUNDING_SOURCE_OTHER, "a"), ERR_OK);
    assert_int_equal(line_init(&accounts[4].line, 2025, FUNDING_SOURCE_NATIONAL, "a"), ERR_OK);
    for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++) {
            int order = account_compare(&accounts[i], &accounts[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            assert_int_equal(account_equal(&accounts[i], &accounts[j]), i == j);
        }
    }
}

static void an_account_is_written_for_people(void **state)
{
    char longest[PROGRAMME_LENGTH_MAX + 1];
    char code[ACCOUNT_CODE_SIZE];
    struct account account = {.stage = STAGE_R10_CARRYOVER_CONTINUING};

    (void)state;
    assert_int_equal(line_init(&account.line, 2025, FUNDING_SOURCE_DISTRICT, "park-3"), ERR_OK);
    account_code(&account, code);
    assert_string_equal(code, "2025/district/park-3/R10.carryover_continuing");
    memset(longest, 'z', sizeof longest);
    longest[PROGRAMME_LENGTH_MAX] = '\0';
    assert_int_equal(line_init(&account.line, 2199, FUNDING_SOURCE_NATIONAL, longest), ERR_OK);
    account_code(&account, code);
    assert_true(strlen(code) > PROGRAMME_LENGTH_MAX);
}

static void available_is_balance_less_held_less_floor(void **state)
{
    struct account account = {.stage = STAGE_S10};
    struct account_balance balance;

    (void)state;
    assert_int_equal(line_init(&account.line, 2025, FUNDING_SOURCE_DISTRICT, "p"), ERR_OK);
    account_balance_init(&balance, &account);
    assert_true(account_balance_available(&balance) == 0);
    balance.balance_krw = 100;
    balance.held_krw = 30;
    assert_true(account_balance_available(&balance) == 70);
    balance.floor_krw = 80;
    assert_true(account_balance_available(&balance) == -10);
    balance.floor_krw = INT64_MIN;
    assert_true(account_balance_available(&balance) == INT64_MAX);
    balance.balance_krw = INT64_MIN;
    balance.floor_krw = 1;
    assert_true(account_balance_available(&balance) == INT64_MIN);
    balance.has_floor = false;
    assert_true(account_balance_available(&balance) == INT64_MAX);
}

static void won_arithmetic_refuses_to_overflow_and_writes_nothing(void **state)
{
    int64_t result_krw = 7;

    (void)state;
    assert_int_equal(krw_add(INT64_MAX, 1, &result_krw), ERR_INVALID);
    assert_int_equal(krw_add(INT64_MIN, -1, &result_krw), ERR_INVALID);
    assert_int_equal(krw_subtract(INT64_MIN, 1, &result_krw), ERR_INVALID);
    assert_int_equal(krw_subtract(INT64_MAX, -1, &result_krw), ERR_INVALID);
    assert_int_equal(krw_subtract(0, INT64_MIN, &result_krw), ERR_INVALID);
    assert_true(result_krw == 7);
    assert_int_equal(krw_add(INT64_MAX, INT64_MIN, &result_krw), ERR_OK);
    assert_true(result_krw == -1);
    assert_int_equal(krw_add(INT64_MAX - 1, 1, &result_krw), ERR_OK);
    assert_true(result_krw == INT64_MAX);
    assert_int_equal(krw_subtract(-1, INT64_MAX, &result_krw), ERR_OK);
    assert_true(result_krw == INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_source_is_found_by_its_code),
        cmocka_unit_test(an_unknown_source_or_stage_is_refused_and_writes_nothing),
        cmocka_unit_test(every_stage_is_found_by_its_code_and_codes_differ),
        cmocka_unit_test(only_origins_and_contra_accounts_may_go_below_zero),
        cmocka_unit_test(a_class_is_a_stage_or_what_stands_before_its_dot),
        cmocka_unit_test(a_line_takes_only_a_year_a_source_and_a_code),
        cmocka_unit_test(accounts_are_ordered_by_year_source_programme_and_stage),
        cmocka_unit_test(an_account_is_written_for_people),
        cmocka_unit_test(available_is_balance_less_held_less_floor),
        cmocka_unit_test(won_arithmetic_refuses_to_overflow_and_writes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
