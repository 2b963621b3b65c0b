/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every code point there is, and every way in which bytes are none.
 */
#include "runtime/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    uint32_t point_max;
    unsigned char first;
    size_t length;
} FORMS[] = {{0x7F, 0, 1}, {0x7FF, 0xC0, 2}, {0xFFFF, 0xE0, 3}, {0x1FFFFF, 0xF0, 4}};

/* The bytes that a code point has in one form, shortest or not. */
static void write_point(uint32_t point, size_t form, char ret_text[UTF8_LENGTH_MAX + 1])
{
    const size_t length = FORMS[form].length;

    for (size_t i = length; i > 1; i--) {
        ret_text[i - 1] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    ret_text[0] = (char)(FORMS[form].first | point);
    ret_text[length] = '\0';
}

static size_t shortest_form(uint32_t point)
{
    size_t form = 0;

    while (point > FORMS[form].point_max) {
        form++;
    }
    return form;
}

static void each_code_point_has_one_form_and_surrogates_have_none(void **state)
{
    char text[UTF8_LENGTH_MAX + 1];

    (void)state;
    for (uint32_t point = 0; point <= 0x1FFFFF; point++) {
        const bool exists = point <= 0x10FFFF && !(point >= 0xD800 && point <= 0xDFFF);
        const size_t shortest = shortest_form(point);

        for (size_t form = shortest; form < sizeof FORMS / sizeof FORMS[0]; form++) {
            write_point(point, form, text);
            assert_int_equal(utf8_length(text),
                             exists && form == shortest ? FORMS[form].length : 0);
        }
    }
}

static void a_character_that_is_cut_or_goes_on_is_none(void **state)
{
    static const char *const broken[] = {
        "\xC3", "\xC3(",    "\xEA\xB0", "\xEA\xB0(",        "\xF0\x9F\x98", "\xF0\x9F\x98(", "\x80",
        "\xBF", "\xC0\x80", "\xC1\xBF", "\xF5\x80\x80\x80", "\xFE",         "\xFF",
    };

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        assert_int_equal(utf8_length(broken[i]), 0);
        assert_false(utf8_is_sound(broken[i]));
    }
}

static void a_text_is_sound_when_all_of_it_is(void **state)
{
    (void)state;
    assert_true(utf8_is_sound(""));
    assert_true(utf8_is_sound("seongdong-gu 성동구 \xF0\x9F\x98\x80"));
    assert_false(utf8_is_sound("성동구\xEC"));
    assert_false(utf8_is_sound("\xEC성동구"));
    assert_false(utf8_is_sound("성\x80동구"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_point_has_one_form_and_surrogates_have_none),
        cmocka_unit_test(a_character_that_is_cut_or_goes_on_is_none),
        cmocka_unit_test(a_text_is_sound_when_all_of_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
