/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is text and what is not: samples of every way in which UTF-8 goes wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger/domain/text.h"

static void well_formed_text_is_text(void **state)
{
    static const char *const TEXTS[] = {
        "",
        "a~ ",
        "구비",
        "\xc2\xa0",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
    };

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        assert_true(text_valid(TEXTS[i]));
    }
}

static void controls_and_malformed_bytes_are_not_text(void **state)
{
    static const char *const TEXTS[] = {
        "\x01",
        "a\nb",
        "\x7f",
        "\xc2\x80",
        "\xc2\x9f", /* controls */
        "\x80",
        "\xbf",
        "\xff",
        "\xf8\x88\x80\x80\x80", /* no lead byte */
        "\xc2",
        "\xe0\xa0",
        "\xf0\x90\x80",
        "\xea\xb3 ",
        "\xc2\xc2", /* cut short */
        "\xc0\xaf",
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xf0\x8f\xbf\xbf", /* longer than needed */
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf4\x90\x80\x80", /* no code point */
    };

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        assert_false(text_valid(TEXTS[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_text_is_text),
        cmocka_unit_test(controls_and_malformed_bytes_are_not_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
