/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes in the two encodings that offices use, and in none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/encoding.h"

static void both_encodings_are_the_same_text(void **state)
{
    static const char TEXT[] = "예산,1";
    static const char *const FORMS[] = {TEXT, "\xbf\xb9\xbb\xea,1"};
    static const char *const NAMES[] = {"utf-8", "cp949"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char text[32];
        const char *name = NULL;
        size_t length = 0;
        assert_int_equal(
            encoding_to_utf8(FORMS[i], strlen(FORMS[i]), text, sizeof text, &length, &name),
            ERR_OK);
        assert_string_equal(name, NAMES[i]);
        assert_int_equal(length, strlen(TEXT));
        assert_memory_equal(text, TEXT, length);
    }
}

static void bytes_in_neither_are_refused_wherever_they_stand(void **state)
{
    static const char *const WRONG[] = {"\xff", "a\xff\xff", "\xbf", "예산\xff"};
    char text[32];
    const char *name = NULL;
    size_t length = 0;

    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_int_equal(
            encoding_to_utf8(WRONG[i], strlen(WRONG[i]), text, sizeof text, &length, &name),
            ERR_INVALID);
    }
    assert_int_equal(encoding_to_utf8("", 0, text, sizeof text, &length, &name), ERR_OK);
    assert_int_equal(length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_encodings_are_the_same_text),
        cmocka_unit_test(bytes_in_neither_are_refused_wherever_they_stand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
