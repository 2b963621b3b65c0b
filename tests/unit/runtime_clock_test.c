/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as text and back, the calendar's odd days, and the demonstration's
 * offset file. The calendar is compared with the C library's over random times.
 */
#include "runtime/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void check_format(int64_t time_ms, const char *expected)
{
    char text[CLOCK_TEXT_SIZE];
    int64_t parsed_ms;

    clock_format(time_ms, text);
    assert_string_equal(text, expected);
    assert_int_equal(clock_parse(text, &parsed_ms), ERR_OK);
    assert_int_equal(parsed_ms, time_ms);
}

static void known_times_are_written_and_read(void **state)
{
    (void)state;
    check_format(0, "1970-01-01T00:00:00.000Z");
    check_format(-1, "1969-12-31T23:59:59.999Z");
    check_format(1663545600000, "2022-09-19T00:00:00.000Z");
    check_format(951782400123, "2000-02-29T00:00:00.123Z");
    check_format(253402300799999, "9999-12-31T23:59:59.999Z");
    check_format(-62135596800000, "0001-01-01T00:00:00.000Z");
}

static void times_outside_four_digit_years_are_clamped(void **state)
{
    char text[CLOCK_TEXT_SIZE];

    (void)state;
    clock_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
    clock_format(INT64_MIN, text);
    assert_string_equal(text, "0001-01-01T00:00:00.000Z");
}

static void random_times_agree_with_the_c_library(void **state)
{
    uint64_t random = (uint64_t)time(NULL);

    (void)state;
    print_message("seed %llu\n", (unsigned long long)random);
    for (int i = 0; i < 100000; i++) {
        int64_t time_ms;
        time_t seconds;
        struct tm tm;
        char expected[CLOCK_TEXT_SIZE];
        char milliseconds[8];

        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        time_ms = (int64_t)(random % UINT64_C(315537897600000)) - 62135596800000;
        seconds = (time_t)((time_ms - ((time_ms % 1000) + 1000) % 1000) / 1000);
        assert_non_null(gmtime_r(&seconds, &tm));
        assert_true(strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.", &tm) > 0);
        /* glibc's %Y does not pad years below 1000. */
        while (strchr(expected, '-') - expected < 4) {
            memmove(expected + 1, expected, strlen(expected) + 1);
            expected[0] = '0';
        }
        (void)snprintf(milliseconds, sizeof milliseconds, "%03dZ",
                       (int)(((time_ms % 1000) + 1000) % 1000));
        memcpy(expected + strlen(expected), milliseconds, 5);
        check_format(time_ms, expected);
    }
}

static void offsets_and_fractions_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t time_ms;
    } cases[] = {
        {"2022-09-19T09:00:00+09:00", 1663545600000}, {"2022-09-18T15:30:00-08:30", 1663545600000},
        {"2022-09-19T00:00:00.5Z", 1663545600500},    {"2022-09-19T00:00:00.25Z", 1663545600250},
        {"2022-09-19T00:00:00.001Z", 1663545600001},  {"2022-09-19T00:00:00-00:00", 1663545600000},
        {"2022-09-19T23:59:59.999Z", 1663631999999},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t time_ms;

        assert_int_equal(clock_parse(cases[i].text, &time_ms), ERR_OK);
        assert_int_equal(time_ms, cases[i].time_ms);
    }
}

static void anything_else_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "2022-09-19",
        "2022-09-19T00:00:00",
        "2022-09-19 00:00:00Z",
        "2022-09-19T00:00Z",
        "2022-09-19T00:00:00.Z",
        "2022-09-19T00:00:00.1234Z",
        "2022-09-19T00:00:00,5Z",
        "2022-09-19T00:00:00z",
        "2022-09-19T00:00:00Z ",
        " 2022-09-19T00:00:00Z",
        "2022-9-19T00:00:00Z",
        "2022-13-01T00:00:00Z",
        "2022-00-01T00:00:00Z",
        "2022-09-31T00:00:00Z",
        "2022-09-00T00:00:00Z",
        "2022-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2022-09-19T24:00:00Z",
        "2022-09-19T00:60:00Z",
        "2022-09-19T00:00:60Z",
        "2022-09-19T00:00:00+24:00",
        "2022-09-19T00:00:00+09:60",
        "2022-09-19T00:00:00+0900",
        "2022-09-19T00:00:00+09",
        "20220919T000000Z",
        "+2022-09-19T00:00:00Z",
        "-022-09-19T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "２０２２-09-19T00:00:00Z",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t time_ms = 42;

        assert_int_equal(clock_parse(cases[i], &time_ms), ERR_INVALID);
        assert_int_equal(time_ms, 42);
    }
}

static void the_day_in_korea_changes_at_15_hours_utc(void **state)
{
    char day[CLOCK_DAY_SIZE];

    (void)state;
    clock_day_in_korea(1663545600000 + 15 * 3600000 - 1, day);
    assert_string_equal(day, "2022-09-19");
    clock_day_in_korea(1663545600000 + 15 * 3600000, day);
    assert_string_equal(day, "2022-09-20");
    clock_day_in_korea(-1, day);
    assert_string_equal(day, "1970-01-01");
    clock_day_in_korea(INT64_MAX, day);
    assert_string_equal(day, "9999-12-31");
}

static void clocks_move_forward(void **state)
{
    int64_t wall_ms = clock_now_ms();
    int64_t monotonic_ms = clock_monotonic_ms();

    (void)state;
    assert_true(wall_ms > 1577836800000); /* 2020 */
    assert_true(clock_monotonic_ms() >= monotonic_ms);
}

static void write_file(FILE *file, const void *data, size_t length)
{
    rewind(file);
    assert_int_equal(fwrite(data, 1, length, file), length);
    assert_int_equal(fflush(file), 0);
}

/* The last test: an offset, once mapped, stays for the life of the process. */
static void a_demonstration_runs_on_its_own_calendar(void **state)
{
    char path[] = "/tmp/hyeopchi_clock_XXXXXX";
    int descriptor = mkstemp(path);
    FILE *file = fdopen(descriptor, "r+");
    const int64_t offset_ms = -86400000;
    const int64_t absurd_ms = INT64_MAX;
    const int64_t none_ms = 0;
    int64_t real_ms;

    (void)state;
    assert_non_null(file);
    assert_int_equal(clock_demonstration_open("/nonexistent/clock"), ERR_INVALID);
    assert_int_equal(clock_demonstration_open("/tmp"), ERR_INVALID);
    assert_int_equal(clock_demonstration_open(path), ERR_INVALID);
    write_file(file, &offset_ms, 7);
    assert_int_equal(clock_demonstration_open(path), ERR_INVALID);
    assert_false(clock_is_demonstration());

    write_file(file, &offset_ms, 8);
    real_ms = clock_now_ms();
    assert_int_equal(clock_demonstration_open(path), ERR_OK);
    assert_true(clock_is_demonstration());
    assert_in_range(clock_now_ms() - offset_ms - real_ms, 0, 60000);

    write_file(file, &absurd_ms, 8);
    assert_in_range(clock_now_ms() - real_ms, 0, 60000);
    write_file(file, &none_ms, 8);
    assert_in_range(clock_now_ms() - real_ms, 0, 60000);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_times_are_written_and_read),
        cmocka_unit_test(times_outside_four_digit_years_are_clamped),
        cmocka_unit_test(random_times_agree_with_the_c_library),
        cmocka_unit_test(offsets_and_fractions_are_read),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(the_day_in_korea_changes_at_15_hours_utc),
        cmocka_unit_test(clocks_move_forward),
        cmocka_unit_test(a_demonstration_runs_on_its_own_calendar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
