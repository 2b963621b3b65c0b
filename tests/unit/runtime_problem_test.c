/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/problem: the document of RFC 9457, its two languages, and text that
 * is too long or no UTF-8. Never checks a sentence word by word: those may be
 * improved; codes may not.
 */
#include "runtime/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct problem_kind *const KINDS[] = {
    &PROBLEM_MALFORMED,
    &PROBLEM_INVALID_JSON,
    &PROBLEM_UNKNOWN_KEY,
    &PROBLEM_MISSING_KEY,
    &PROBLEM_WRONG_VALUE,
    &PROBLEM_UNSIGNED,
    &PROBLEM_BAD_SIGNATURE,
    &PROBLEM_UNKNOWN_CREDENTIAL,
    &PROBLEM_EXPIRED_CREDENTIAL,
    &PROBLEM_STALE_SIGNATURE,
    &PROBLEM_REPLAYED,
    &PROBLEM_BAD_DIGEST,
    &PROBLEM_FORBIDDEN,
    &PROBLEM_NOT_FOUND,
    &PROBLEM_WRONG_METHOD,
    &PROBLEM_NOT_ACCEPTABLE,
    &PROBLEM_TIMEOUT,
    &PROBLEM_KEY_REUSED,
    &PROBLEM_TOO_LARGE,
    &PROBLEM_WRONG_TYPE,
    &PROBLEM_HEAD_TOO_LARGE,
    &PROBLEM_KEY_MISSING,
    &PROBLEM_INTERNAL,
    &PROBLEM_OVERLOADED,
    &PROBLEM_UNAVAILABLE,
};

static void assert_member(const json_t *document, const char *name, const char *expected)
{
    assert_string_equal(json_string_value(json_object_get(document, name)), expected);
}

static void document_has_its_members_in_the_language_asked_for(void **state)
{
    struct problem problem;
    json_t *document;

    (void)state;
    problem_set(&problem, &PROBLEM_WRONG_VALUE, "/choices/2/option", "max_options", "17");
    problem_detail(&problem, "한국어", "English");
    document = problem_json(&problem, PROBLEM_KOREAN);
    assert_member(document, "type", "urn:hyeopchi:problem:wrong-value");
    assert_member(document, "title", PROBLEM_WRONG_VALUE.ko);
    assert_int_equal(json_integer_value(json_object_get(document, "status")), 400);
    assert_member(document, "code", "wrong-value");
    assert_member(document, "detail", "한국어");
    assert_member(document, "field", "/choices/2/option");
    assert_member(document, "value", "17");
    assert_member(document, "rule", "max_options");
    json_decref(document);

    document = problem_json(&problem, PROBLEM_ENGLISH);
    assert_member(document, "title", PROBLEM_WRONG_VALUE.en);
    assert_member(document, "detail", "English");
    json_decref(document);
}

static void members_without_a_value_are_left_out(void **state)
{
    struct problem problem;
    json_t *document;

    (void)state;
    problem_set(&problem, &PROBLEM_NOT_FOUND, NULL, NULL, NULL);
    document = problem_json(&problem, PROBLEM_KOREAN);
    assert_int_equal(json_object_size(document), 4);
    json_decref(document);
}

static void long_text_is_cut_at_a_character(void **state)
{
    char text[400];
    struct problem problem;
    size_t i;

    (void)state;
    for (i = 0; i < 390; i += 3) {
        memcpy(text + i, "가", 3);
    }
    text[390] = '\0';
    problem_set(&problem, &PROBLEM_WRONG_VALUE, text, NULL, text + 3);
    assert_int_equal(strlen(problem.field), 126);
    assert_memory_equal(problem.field, text, 126);
    assert_int_equal(problem.field[126], '\0');
}

static void what_is_no_utf8_is_shown_as_question_marks(void **state)
{
    static const struct {
        const char *bytes;
        const char *shown;
    } CASES[] = {
        {"a\xff"
         "b",
         "a?b"},
        {"\xc0\xaf", "??"},
        {"\xe0\x80\x80", "???"},
        {"\xed\xa0\x80", "???"},
        {"\xf4\x90\x80\x80", "????"},
        {"\xea\xb0", "??"},
        {"\xf0\x9f\x97\xb3", "\xf0\x9f\x97\xb3"},
    };
    struct problem problem;
    json_t *document;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        problem_set(&problem, &PROBLEM_WRONG_VALUE, NULL, NULL, CASES[i].bytes);
        assert_string_equal(problem.value, CASES[i].shown);
        document = problem_json(&problem, PROBLEM_KOREAN);
        assert_member(document, "value", CASES[i].shown);
        json_decref(document);
    }
}

static void korean_unless_english_is_preferred(void **state)
{
    static const char *const KOREAN[] = {
        "",
        "ko",
        "ko-KR,ko;q=0.9,en-US;q=0.8",
        "fr",
        "*",
        "en;q=0.3, ko;q=0.4",
        "ko, en",
        "en;q=0",
        "english",
        ";;;,,,",
        "ko;q=1.0,en;q=0.999",
    };
    static const char *const ENGLISH[] = {
        "en",           "EN-us",      "en-US,en;q=0.9,ko;q=0.8",
        "fr, en;q=0.5", "en, ko",     "ko;q=0.5, en",
        "ko;q=0, en",   "en;q=0.001",
    };
    size_t i;

    (void)state;
    assert_int_equal(problem_language(NULL), PROBLEM_KOREAN);
    for (i = 0; i < sizeof KOREAN / sizeof KOREAN[0]; i++) {
        assert_int_equal(problem_language(KOREAN[i]), PROBLEM_KOREAN);
    }
    for (i = 0; i < sizeof ENGLISH / sizeof ENGLISH[0]; i++) {
        assert_int_equal(problem_language(ENGLISH[i]), PROBLEM_ENGLISH);
    }
}

static void kinds_have_a_code_of_their_own_and_both_languages(void **state)
{
    size_t i;
    size_t j;

    (void)state;
    for (i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        assert_in_range(KINDS[i]->status, 400, 599);
        assert_true(strlen(KINDS[i]->ko) > 10);
        assert_true(strlen(KINDS[i]->en) > 10);
        assert_int_equal(strspn(KINDS[i]->code, "abcdefghijklmnopqrstuvwxyz-"),
                         strlen(KINDS[i]->code));
        for (j = 0; j < i; j++) {
            assert_string_not_equal(KINDS[i]->code, KINDS[j]->code);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(document_has_its_members_in_the_language_asked_for),
        cmocka_unit_test(members_without_a_value_are_left_out),
        cmocka_unit_test(long_text_is_cut_at_a_character),
        cmocka_unit_test(what_is_no_utf8_is_shown_as_question_marks),
        cmocka_unit_test(korean_unless_english_is_preferred),
        cmocka_unit_test(kinds_have_a_code_of_their_own_and_both_languages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
