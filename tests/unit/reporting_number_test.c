/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures as people read them: digits in threes, shares and averages that are
 * rounded down and never otherwise.
 */
#include "reporting/domain/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_formatted(int64_t number, const char *expected)
{
    char text[NUMBER_SIZE];

    number_format(number, text);
    assert_string_equal(text, expected);
}

static void numbers_are_written_in_groups_of_three(void **state)
{
    (void)state;
    assert_formatted(0, "0");
    assert_formatted(7, "7");
    assert_formatted(999, "999");
    assert_formatted(1000, "1,000");
    assert_formatted(1577, "1,577");
    assert_formatted(100000000, "100,000,000");
    assert_formatted(-1000, "-1,000");
    assert_formatted(-5, "-5");
    assert_formatted(INT64_MAX, "9,223,372,036,854,775,807");
    assert_formatted(INT64_MIN, "-9,223,372,036,854,775,808");
}

static void open_ballots_are_told_in_tens_never_more_than_voted(void **state)
{
    (void)state;
    assert_int_equal(number_round_down(0), 0);
    assert_int_equal(number_round_down(9), 0);
    assert_int_equal(number_round_down(10), 10);
    assert_int_equal(number_round_down(1579), 1570);
    assert_true(number_round_down(INT64_MAX) == INT64_MAX - 7);
}

static void voters_a_day_are_exact_to_one_decimal(void **state)
{
    char text[NUMBER_SIZE];
    int64_t tenths = 0;

    (void)state;
    assert_int_equal(number_tenths(1577, 5, &tenths), ERR_OK);
    assert_int_equal(tenths, 3154);
    number_format_tenths(tenths, text);
    assert_string_equal(text, "315.4");
    assert_int_equal(number_tenths(2, 3, &tenths), ERR_OK);
    assert_int_equal(tenths, 6);
    number_format_tenths(6, text);
    assert_string_equal(text, "0.6");
    number_format_tenths(0, text);
    assert_string_equal(text, "0.0");
    number_format_tenths(12345670, text);
    assert_string_equal(text, "1,234,567.0");
    number_format_tenths(INT64_MAX, text);
    assert_string_equal(text, "922,337,203,685,477,580.7");
}

static void shares_are_rounded_down_so_that_a_whole_is_only_a_whole(void **state)
{
    int64_t tenths = 0;

    (void)state;
    assert_int_equal(number_share(1, 3, &tenths), ERR_OK);
    assert_int_equal(tenths, 333);
    assert_int_equal(number_share(2, 3, &tenths), ERR_OK);
    assert_int_equal(tenths, 666);
    assert_int_equal(number_share(9999, 10000, &tenths), ERR_OK);
    assert_int_equal(tenths, 999);
    assert_int_equal(number_share(3, 3, &tenths), ERR_OK);
    assert_int_equal(tenths, 1000);
    assert_int_equal(number_share(0, 3, &tenths), ERR_OK);
    assert_int_equal(tenths, 0);
}

static void what_cannot_be_divided_is_refused_and_nothing_is_written(void **state)
{
    int64_t tenths = 42;

    (void)state;
    assert_int_equal(number_share(0, 0, &tenths), ERR_INVALID);
    assert_int_equal(number_tenths(5, 0, &tenths), ERR_INVALID);
    assert_int_equal(number_tenths(5, -1, &tenths), ERR_INVALID);
    assert_int_equal(number_tenths(-5, 1, &tenths), ERR_INVALID);
    assert_int_equal(number_tenths(INT64_MAX, 1, &tenths), ERR_FULL);
    assert_int_equal(number_share(INT64_MAX / 999, 1, &tenths), ERR_FULL);
    assert_int_equal(tenths, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_written_in_groups_of_three),
        cmocka_unit_test(open_ballots_are_told_in_tens_never_more_than_voted),
        cmocka_unit_test(voters_a_day_are_exact_to_one_decimal),
        cmocka_unit_test(shares_are_rounded_down_so_that_a_whole_is_only_a_whole),
        cmocka_unit_test(what_cannot_be_divided_is_refused_and_nothing_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
