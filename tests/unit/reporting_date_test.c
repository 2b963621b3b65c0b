/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Korean days: the nine hours ahead of UTC, leap years, the day of the week; and
 * every day of a century against a count by hand.
 */
#include "reporting/domain/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define DAY_MS (24LL * 60 * 60 * 1000)

static void assert_day(int64_t time_ms, const char *expected)
{
    char text[DATE_SIZE];

    assert_int_equal(date_format(time_ms, text), ERR_OK);
    assert_string_equal(text, expected);
}

static void a_moment_is_a_day_and_a_time_in_korea(void **state)
{
    char clock[DATE_CLOCK_SIZE];

    (void)state;
    assert_day(1663545600000, "2022. 9. 19.(월)"); /* 2022-09-19T00:00Z */
    assert_int_equal(date_format_clock(1663545600000, clock), ERR_OK);
    assert_string_equal(clock, "09:00");
    assert_day(1663599599999, "2022. 9. 19.(월)"); /* one millisecond before midnight */
    assert_int_equal(date_format_clock(1663599599999, clock), ERR_OK);
    assert_string_equal(clock, "23:59");
    assert_day(1663599600000, "2022. 9. 20.(화)");
    assert_day(0, "1970. 1. 1.(목)");
    assert_day(951750000000, "2000. 2. 29.(화)");
    assert_day(DATE_TIME_MAX_MS, "9999. 12. 31.(금)");
}

static void a_written_day_gets_its_day_of_the_week(void **state)
{
    char text[DATE_SIZE];

    (void)state;
    assert_int_equal(date_format_day("2023-02-22", text), ERR_OK);
    assert_string_equal(text, "2023. 2. 22.(수)");
    assert_int_equal(date_format_day("2024-02-29", text), ERR_OK);
    assert_string_equal(text, "2024. 2. 29.(목)");
}

static void what_is_no_day_is_refused(void **state)
{
    static const char *const days[] = {"",           "2023-02-29", "2100-02-29", "2023-04-31",
                                       "2023-13-01", "2023-00-10", "2023-01-00", "2023-1-1",
                                       "2023/01/01", "abcd-01-01", "2023-01-1x", "1969-12-31",
                                       "2023-01-011"};
    char text[DATE_SIZE] = "as it was";
    int64_t count = 42;

    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        assert_int_equal(date_format_day(days[i], text), ERR_INVALID);
    }
    assert_int_equal(date_format(-1, text), ERR_INVALID);
    assert_int_equal(date_format(DATE_TIME_MAX_MS + 1, text), ERR_INVALID);
    assert_int_equal(date_days(10, 9, &count), ERR_INVALID);
    assert_int_equal(date_days(-1, 9, &count), ERR_INVALID);
    assert_string_equal(text, "as it was");
    assert_int_equal(count, 42);
}

static void each_begun_day_of_a_window_counts(void **state)
{
    int64_t days = 0;

    (void)state;
    assert_int_equal(date_days(1663545600000, 1663923600000, &days), ERR_OK);
    assert_int_equal(days, 5);
    assert_int_equal(date_days(1663599599999, 1663599600000, &days), ERR_OK);
    assert_int_equal(days, 2);
    assert_int_equal(date_days(0, 0, &days), ERR_OK);
    assert_int_equal(days, 1);
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static void every_day_of_150_years_follows_the_one_before(void **state)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const char *const weekdays[] = {"목", "금", "토", "일", "월", "화", "수"};
    int64_t time_ms = 0;
    int count = 0;

    (void)state;
    for (int year = 1970; year < 2120; year++) {
        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);

            for (int day = 1; day <= length; day++) {
                char expected[DATE_SIZE + 16];

                (void)snprintf(expected, sizeof expected, "%d. %d. %d.(%s)", year, month, day,
                               weekdays[count % 7]);
                assert_day(time_ms, expected);
                time_ms += DAY_MS;
                count++;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_a_day_and_a_time_in_korea),
        cmocka_unit_test(a_written_day_gets_its_day_of_the_week),
        cmocka_unit_test(what_is_no_day_is_refused),
        cmocka_unit_test(each_begun_day_of_a_window_counts),
        cmocka_unit_test(every_day_of_150_years_follows_the_one_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
