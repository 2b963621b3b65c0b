/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms and cookies of the ballot page: what is one is read whole, and what
 * could mean two things is not read at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "participation/web/form.h"

static enum err parse(const char *body, struct form *ret_form)
{
    return form_parse(body, strlen(body), ret_form);
}

static void fields_are_decoded_in_the_order_they_were_sent(void **state)
{
    struct form form;

    (void)state;
    assert_int_equal(parse("choice=7&choice=12&name=%EC%84%B1+%EC%88%98&empty=", &form), ERR_OK);
    assert_int_equal(form.count, 4);
    assert_string_equal(form.fields[1].value, "12");
    assert_string_equal(form_value(&form, "name"), "성 수");
    assert_string_equal(form_value(&form, "empty"), "");
    assert_null(form_value(&form, "choice")); /* Twice: it could mean two things. */
    assert_null(form_value(&form, "absent"));
    form_release(&form);
    assert_int_equal(parse("", &form), ERR_OK);
    assert_int_equal(form.count, 0);
    form_release(&form);
}

static void what_is_no_form_is_refused(void **state)
{
    static const char *const WRONG[] = {
        "choice", "a=%",      "a=%4", "a=%zz",    "a=%00", "a=%0a",     "%7f=a",
        "a=%ff",  "a=%c0%80", "&a=1", "a=1&&b=2", "a=\t",  "a%c2%90=1", "a=%c2%85",
    };
    struct form form;

    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        print_message("%s\n", WRONG[i]);
        assert_int_equal(parse(WRONG[i], &form), ERR_INVALID);
    }
}

static void a_form_has_its_limits(void **state)
{
    const size_t length = 2 * (FORM_FIELD_MAX + 1);
    char *body = malloc(FORM_BODY_MAX + 1);
    struct form form;

    (void)state;
    assert_non_null(body);
    for (size_t i = 0; i < length; i += 2) {
        body[i] = '=';
        body[i + 1] = '&';
    }
    assert_int_equal(form_parse(body, 2 * FORM_FIELD_MAX - 1, &form), ERR_OK);
    assert_int_equal(form.count, FORM_FIELD_MAX);
    form_release(&form);
    assert_int_equal(form_parse(body, length, &form), ERR_FULL);
    memset(body, 'a', FORM_BODY_MAX + 1);
    body[1] = '=';
    assert_int_equal(form_parse(body, FORM_BODY_MAX, &form), ERR_OK);
    form_release(&form);
    assert_int_equal(form_parse(body, FORM_BODY_MAX + 1, &form), ERR_FULL);
    free(body);
}

static void numbers_are_digits_and_nothing_else(void **state)
{
    static const char *const WRONG[] = {"-1", "+1", "1.0", "1e3", "1 2", "셋", "0x1", "1234567890"};
    int64_t number = -7;

    (void)state;
    assert_int_equal(form_number(" 007 ", &number), ERR_OK);
    assert_int_equal(number, 7);
    assert_int_equal(form_number("999999999", &number), ERR_OK);
    assert_int_equal(number, 999999999);
    assert_int_equal(form_number("", &number), ERR_NOT_FOUND);
    assert_int_equal(form_number("  ", &number), ERR_NOT_FOUND);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_int_equal(form_number(WRONG[i], &number), ERR_INVALID);
    }
    assert_int_equal(number, 999999999);
}

static void a_cookie_is_found_by_its_whole_name_and_only_once(void **state)
{
    char value[FORM_COOKIE_SIZE];
    char header[2 * FORM_COOKIE_SIZE];

    (void)state;
    assert_int_equal(form_cookie("view=ko; visit=abc; x=y", "visit", value), ERR_OK);
    assert_string_equal(value, "abc");
    assert_int_equal(form_cookie("visit=", "visit", value), ERR_OK);
    assert_string_equal(value, "");
    assert_int_equal(form_cookie(NULL, "visit", value), ERR_NOT_FOUND);
    assert_int_equal(form_cookie("revisit=abc; visits=abc", "visit", value), ERR_NOT_FOUND);
    assert_int_equal(form_cookie("visit=a; visit=b", "visit", value), ERR_NOT_FOUND);
    (void)snprintf(header, sizeof header, "visit=%0*d", FORM_COOKIE_SIZE, 1);
    assert_int_equal(form_cookie(header, "visit", value), ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_decoded_in_the_order_they_were_sent),
        cmocka_unit_test(what_is_no_form_is_refused),
        cmocka_unit_test(a_form_has_its_limits),
        cmocka_unit_test(numbers_are_digits_and_nothing_else),
        cmocka_unit_test(a_cookie_is_found_by_its_whole_name_and_only_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
