/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact decimals: what is read is what is written, and what does not fit is
 * refused.
 */
#include "../support/participation_help.h"

#include "participation/domain/decimal.h"

static enum err parse(const char *text, struct decimal *ret, bool *ret_comma)
{
    return decimal_parse(text, strlen(text), ret_comma, ret);
}

static void assert_reads(const char *text, int64_t units, unsigned scale)
{
    struct decimal number = {.units = -1, .scale = 99};
    bool comma = true;
    enum err err = parse(text, &number, &comma);

    if (err || number.units != units || number.scale != scale) {
        fail_msg("\"%s\" read as %lld / 10^%u (%s)", text, (long long)number.units, number.scale,
                 err_name(err));
    }
}

static void assert_refuses(const char *text, enum err expected)
{
    struct decimal number = {.units = -1, .scale = 99};
    bool comma = true;
    enum err err = parse(text, &number, &comma);

    if (err != expected) {
        fail_msg("\"%s\": %s", text, err_name(err));
    }
    assert_int_equal(number.units, -1);
    assert_int_equal(number.scale, 99);
    assert_true(comma);
}

static void parse_reads_whole_numbers_and_decimals_in_lowest_terms(void **state)
{
    (void)state;
    assert_reads("0", 0, 0);
    assert_reads("-0", 0, 0);
    assert_reads("007", 7, 0);
    assert_reads("+12", 12, 0);
    assert_reads("-12.50", -125, 1);
    assert_reads("400000.0", 400000, 0);
    assert_reads("2372571.24", 237257124, 2);
    assert_reads(".5", 5, 1);
    assert_reads("5.", 5, 0);
    assert_reads("0.000", 0, 0);
    assert_reads("1.500000000000000000000000", 15, 1);
    assert_reads("0.000000000000000001", 1, 18);
    assert_reads("9223372036854775807", INT64_MAX, 0);
    assert_reads("-9223372036854775807", -INT64_MAX, 0);
    assert_reads("9.223372036854775807", INT64_MAX, 18);
}

static void parse_reads_exponents_exactly(void **state)
{
    (void)state;
    assert_reads("1e+06", 1000000, 0);
    assert_reads("1.25E2", 125, 0);
    assert_reads("1.25e1", 125, 1);
    assert_reads("120e-1", 12, 0);
    assert_reads("5e-3", 5, 3);
    assert_reads("0e99", 0, 0);
    assert_refuses("1e", ERR_INVALID);
    assert_refuses("1e+", ERR_INVALID);
    assert_refuses("1e100", ERR_INVALID);
    assert_refuses("1e19", ERR_FULL);
    assert_refuses("1e-19", ERR_FULL);
}

static void parse_says_that_a_comma_stood_for_the_point(void **state)
{
    struct decimal number;
    bool comma = false;

    (void)state;
    assert_int_equal(parse("12,5", &number, &comma), ERR_OK);
    assert_true(comma);
    assert_int_equal(number.units, 125);
    assert_int_equal(number.scale, 1);
    assert_int_equal(parse("12.5", &number, &comma), ERR_OK);
    assert_false(comma);
}

static void parse_refuses_what_is_no_number(void **state)
{
    static const char *const texts[] = {"",      "-",     "+",    ".",    ",",     "1.2.3",
                                        "1,2,3", "1 2",   " 1",   "1 ",   "12zł",  "0x10",
                                        "--1",   "+-1",   "e5",   "NaN",  "inf",   "1.5e1.",
                                        "1,5.",  "1_000", "１２", "1.-5", "\"5\"", "1,000.00"};
    char digits[DECIMAL_LENGTH_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_refuses(texts[i], ERR_INVALID);
    }
    memset(digits, '0', sizeof digits - 1);
    digits[sizeof digits - 1] = '\0';
    assert_refuses(digits, ERR_INVALID);
    digits[sizeof digits - 2] = '\0';
    assert_reads(digits, 0, 0);
}

static void parse_refuses_what_does_not_fit_exactly(void **state)
{
    (void)state;
    assert_refuses("9223372036854775808", ERR_FULL);
    assert_refuses("-9223372036854775808", ERR_FULL);
    assert_refuses("99999999999999999999", ERR_FULL);
    assert_refuses("0.0000000000000000001", ERR_FULL);
    assert_refuses("9.2233720368547758071", ERR_FULL);
}

static void parse_reads_only_the_given_length(void **state)
{
    struct decimal number;
    bool comma;

    (void)state;
    assert_int_equal(decimal_parse("123456", 3, &comma, &number), ERR_OK);
    assert_int_equal(number.units, 123);
}

static void assert_formats(int64_t units, unsigned scale, const char *expected)
{
    char text[DECIMAL_TEXT_SIZE];

    assert_int_equal(decimal_format(units, scale, text), strlen(expected));
    assert_string_equal(text, expected);
}

static void format_writes_the_shortest_exact_form(void **state)
{
    (void)state;
    assert_formats(0, 0, "0");
    assert_formats(0, 18, "0");
    assert_formats(7, 0, "7");
    assert_formats(100, 0, "100");
    assert_formats(100, 2, "1");
    assert_formats(100, 3, "0.1");
    assert_formats(-25, 2, "-0.25");
    assert_formats(237257124, 2, "2372571.24");
    assert_formats(1, 18, "0.000000000000000001");
    assert_formats(INT64_MAX, 0, "9223372036854775807");
    assert_formats(INT64_MAX, 18, "9.223372036854775807");
    assert_formats(-INT64_MAX, 18, "-9.223372036854775807");
    assert_formats(INT64_MIN, 0, "-9223372036854775808");
}

static void rescale_refuses_to_round_and_to_overflow(void **state)
{
    int64_t units = -7;

    (void)state;
    assert_int_equal(decimal_rescale((struct decimal){125, 1}, 3, &units), ERR_OK);
    assert_int_equal(units, 12500);
    assert_int_equal(decimal_rescale((struct decimal){12500, 3}, 1, &units), ERR_OK);
    assert_int_equal(units, 125);
    units = -7;
    assert_int_equal(decimal_rescale((struct decimal){125, 1}, 0, &units), ERR_FULL);
    assert_int_equal(decimal_rescale((struct decimal){INT64_MAX, 0}, 1, &units), ERR_FULL);
    assert_int_equal(decimal_rescale((struct decimal){10, 0}, 18, &units), ERR_FULL);
    assert_int_equal(units, -7);
}

static void add_and_compare_work_across_scales(void **state)
{
    struct decimal sum;

    (void)state;
    assert_int_equal(decimal_add((struct decimal){15, 1}, (struct decimal){25, 2}, &sum), ERR_OK);
    assert_int_equal(sum.units, 175);
    assert_int_equal(sum.scale, 2);
    assert_int_equal(decimal_add((struct decimal){INT64_MAX, 0}, (struct decimal){1, 0}, &sum),
                     ERR_FULL);
    assert_int_equal(decimal_add((struct decimal){INT64_MAX, 0}, (struct decimal){1, 1}, &sum),
                     ERR_FULL);
    assert_true(decimal_compare((struct decimal){15, 1}, (struct decimal){150, 2}) == 0);
    assert_true(decimal_compare((struct decimal){INT64_MAX, 0}, (struct decimal){1, 18}) > 0);
    assert_true(decimal_compare((struct decimal){-INT64_MAX, 0}, (struct decimal){-1, 18}) < 0);
    assert_true(decimal_compare((struct decimal){-INT64_MAX, 18}, (struct decimal){-9, 0}) < 0);
}

/* Any number written and read again is the same number. */
static void what_is_written_is_read_back(void **state)
{
    uint64_t random = help_seed();

    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t units = (int64_t)(help_random(&random) >> (1 + help_random(&random) % 60));
        unsigned scale = (unsigned)(help_random(&random) % (DECIMAL_SCALE_MAX + 1));
        char text[DECIMAL_TEXT_SIZE];
        struct decimal number;
        bool comma;

        units = help_random(&random) % 2 == 0 ? units : -units;
        (void)decimal_format(units, scale, text);
        assert_int_equal(parse(text, &number, &comma), ERR_OK);
        assert_int_equal(decimal_compare(number, (struct decimal){units, scale}), 0);
        assert_true(number.scale == 0 || number.units % 10 != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse_reads_whole_numbers_and_decimals_in_lowest_terms),
        cmocka_unit_test(parse_reads_exponents_exactly),
        cmocka_unit_test(parse_says_that_a_comma_stood_for_the_point),
        cmocka_unit_test(parse_refuses_what_is_no_number),
        cmocka_unit_test(parse_refuses_what_does_not_fit_exactly),
        cmocka_unit_test(parse_reads_only_the_given_length),
        cmocka_unit_test(format_writes_the_shortest_exact_form),
        cmocka_unit_test(rescale_refuses_to_round_and_to_overflow),
        cmocka_unit_test(add_and_compare_work_across_scales),
        cmocka_unit_test(what_is_written_is_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
