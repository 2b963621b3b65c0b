/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/json: everything that is refused, with the field it names, and what
 * is read. Never relies on jansson's wording.
 */
#include "runtime/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A document and a reader on it. */
struct document {
    json_t *value;
    struct problem problem;
    struct json_reader reader;
};

static void document_open(struct document *document, const char *text)
{
    *document = (struct document){.value = NULL};
    assert_int_equal(json_parse(text, strlen(text), &document->value, &document->problem), ERR_OK);
    json_reader_init(&document->reader, document->value, "", &document->problem);
}

static void document_close(struct document *document)
{
    json_decref(document->value);
}

static void assert_problem(const struct problem *problem, const struct problem_kind *kind,
                           const char *field, const char *rule)
{
    assert_ptr_equal(problem->kind, kind);
    assert_string_equal(problem->field, field);
    assert_string_equal(problem->rule, rule);
}

static void assert_refused(const char *text, size_t length, const char *field, const char *rule)
{
    struct problem problem = {.kind = NULL};
    json_t *value = NULL;

    assert_int_equal(json_parse(text, length, &value, &problem), ERR_INVALID);
    assert_null(value);
    assert_problem(&problem, &PROBLEM_INVALID_JSON, field, rule);
}

static void refuse(const char *text, const char *field, const char *rule)
{
    assert_refused(text, strlen(text), field, rule);
}

static void text_that_is_no_single_json_value_is_refused_where_it_breaks(void **state)
{
    (void)state;
    refuse("", "", "syntax");
    refuse("{} {}", "", "syntax");
    refuse("{\"a\": 1,}", "/a", "syntax");
    refuse("{\"a\": [1, 2, }", "/a/2", "syntax");
    refuse("{\"choices\": [{\"option\": \"7\"}, {\"option\": tru}]}", "/choices/1/option",
           "syntax");
    refuse("{'a': 1}", "", "syntax");
    refuse("[1", "/0", "syntax");
    refuse("\"", "", "syntax");
    refuse("\"a\\", "", "syntax");
    refuse("// comment\n{}", "", "syntax");
    refuse("[NaN]", "/0", "syntax");
    refuse("[01]", "/0", "syntax");
    refuse("[9223372036854775808]", "/0", "range");
    refuse("{\"amount_krw\": -9223372036854775809}", "/amount_krw", "range");
    refuse("[1e999]", "/0", "range");
    refuse("[\"\\ud800\"]", "/0", "syntax");
    assert_refused("{}\0", 3, "", "syntax");
    assert_refused("[\"a\0b\"]", 7, "/0", "syntax");
}

static void text_that_is_no_utf8_is_refused(void **state)
{
    (void)state;
    refuse("{\"a\": \"\xff\"}", "/a", "utf-8");
    refuse("[\"\xc0\xaf\"]", "/0", "utf-8");
    refuse("[\"\xed\xa0\x80\"]", "/0", "utf-8");
    refuse("\xef\xbb\xbf{}", "", "syntax");
}

static void keys_given_twice_are_refused_by_name(void **state)
{
    (void)state;
    refuse("{\"a\": 1, \"a\": 1}", "/a", "duplicate-key");
    refuse("{\"a\": {\"b\": [0, {\"c\": 1, \"d\": 2, \"c\": 3}]}}", "/a/b/1/c", "duplicate-key");
    refuse("{\"a\": 1, \"\\u0061\": 1}", "/\\u0061", "duplicate-key");
}

/* `depth` arrays within one another. */
static void nest(char *ret_text, size_t depth)
{
    memset(ret_text, '[', depth);
    memset(ret_text + depth, ']', depth);
    ret_text[2 * depth] = '\0';
}

static void sixteen_levels_are_read_and_seventeen_refused(void **state)
{
    static char text[200001];
    struct problem problem = {.kind = NULL};
    json_t *value = NULL;

    (void)state;
    nest(text, 16);
    assert_int_equal(json_parse(text, strlen(text), &value, &problem), ERR_OK);
    json_decref(value);
    nest(text, 17);
    refuse(text, "/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", "depth");
    nest(text, 100000);
    refuse(text, "/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", "depth");

    /* Brackets inside strings nest nothing. */
    (void)snprintf(text, sizeof text, "[\"[[[[[[[[[[[[[[[[[[\\\"[[\"]");
    assert_int_equal(json_parse(text, strlen(text), &value, &problem), ERR_OK);
    json_decref(value);
}

static void readers_take_what_fits(void **state)
{
    static const char *const NAMES[] = {"text", "number", "yes",  "time", "bytes",
                                        "pick", "list",   "none", NULL};
    static const char *const PICKS[] = {"web", "kiosk", NULL};
    struct document d;
    char text[10];
    int64_t number = 0;
    bool yes = false;
    int64_t time_ms = 0;
    uint8_t bytes[3];
    int pick = -1;
    const json_t *list = NULL;

    (void)state;
    document_open(&d,
                  "{\"text\": \"성수동\", \"number\": -5, \"yes\": true,"
                  " \"time\": \"2022-09-19T09:00:00+09:00\", \"bytes\": \"Zm9v\","
                  " \"pick\": \"kiosk\", \"list\": [1, 2], \"none\": null}");
    json_reader_allow(&d.reader, NAMES);
    json_read_text(&d.reader, "text", 9, text, sizeof text);
    json_read_int64(&d.reader, "number", -5, -5, &number);
    json_read_bool(&d.reader, "yes", &yes);
    json_read_time(&d.reader, "time", &time_ms);
    json_read_base64url(&d.reader, "bytes", bytes, 3);
    json_read_choice(&d.reader, "pick", PICKS, &pick);
    json_read_array(&d.reader, "list", 2, &list);
    assert_true(json_reader_ok(&d.reader));
    assert_string_equal(text, "성수동");
    assert_int_equal(number, -5);
    assert_true(yes);
    assert_int_equal(time_ms, INT64_C(1663545600000));
    assert_memory_equal(bytes, "foo", 3);
    assert_int_equal(pick, 1);
    assert_int_equal(json_array_size(list), 2);
    assert_true(json_reader_has(&d.reader, "list"));
    assert_false(json_reader_has(&d.reader, "none"));
    assert_false(json_reader_has(&d.reader, "absent"));
    document_close(&d);
}

static void integers_are_written_without_point_or_exponent_and_stay_in_range(void **state)
{
    static const struct {
        const char *text;
        const char *rule;
        const char *value;
    } CASES[] = {
        {"{\"n\": 1.0}", "integer", ""},   {"{\"n\": 1e3}", "integer", ""},
        {"{\"n\": \"1\"}", "integer", ""}, {"{\"n\": true}", "integer", ""},
        {"{\"n\": null}", "integer", ""},  {"{\"n\": 0}", "range", "0"},
        {"{\"n\": 11}", "range", "11"},
    };

    size_t i;

    (void)state;
    for (i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct document d;
        int64_t number = 77;

        document_open(&d, CASES[i].text);
        json_read_int64(&d.reader, "n", 1, 10, &number);
        assert_problem(&d.problem, &PROBLEM_WRONG_VALUE, "/n", CASES[i].rule);
        assert_string_equal(d.problem.value, CASES[i].value);
        assert_int_equal(number, 77);
        document_close(&d);
    }
}

static void text_is_bounded_and_without_control_characters(void **state)
{
    static const struct {
        const char *text;
        const char *rule;
    } CASES[] = {
        {"{\"t\": \"\"}", "length"},
        {"{\"t\": \"가나다\"}", "length"},
        {"{\"t\": \"a\\u0007\"}", "control-character"},
        {"{\"t\": \"a\\u007f\"}", "control-character"},
        {"{\"t\": \"a\\u0085\"}", "control-character"},
        {"{\"t\": 1}", "string"},
    };

    char text[9] = "before";
    size_t i;

    (void)state;
    for (i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct document d;

        document_open(&d, CASES[i].text);
        json_read_text(&d.reader, "t", 1, text, sizeof text);
        assert_problem(&d.problem, &PROBLEM_WRONG_VALUE, "/t", CASES[i].rule);
        assert_string_equal(text, "before");
        assert_string_equal(d.problem.value, "");
        document_close(&d);
    }
}

static void other_types_are_refused_each_by_its_rule(void **state)
{
    static const char *const PICKS[] = {"web", "kiosk", NULL};
    static const char TEXT[] =
        "{\"b\": 1, \"t\": \"yesterday\", \"y\": \"Zm9\", \"z\": \"Zm9vZm9v\","
        " \"p\": \"fax\", \"l\": {}, \"m\": [1, 2, 3]}";
    struct document d;
    bool yes;
    int64_t time_ms;
    uint8_t bytes[3];
    int pick;
    const json_t *list;

    (void)state;
#define REFUSES(call, field, rule)                                                                 \
    document_open(&d, TEXT);                                                                       \
    call;                                                                                          \
    assert_problem(&d.problem, &PROBLEM_WRONG_VALUE, field, rule);                                 \
    document_close(&d)

    REFUSES(json_read_bool(&d.reader, "b", &yes), "/b", "boolean");
    REFUSES(json_read_time(&d.reader, "t", &time_ms), "/t", "rfc-3339");
    REFUSES(json_read_base64url(&d.reader, "y", bytes, 3), "/y", "base64url");
    REFUSES(json_read_base64url(&d.reader, "z", bytes, 3), "/z", "base64url");
    REFUSES(json_read_choice(&d.reader, "p", PICKS, &pick), "/p", "choice");
    REFUSES(json_read_array(&d.reader, "l", 3, &list), "/l", "array");
    REFUSES(json_read_array(&d.reader, "m", 2, &list), "/m", "count");
#undef REFUSES
}

static void unknown_and_missing_keys_are_named(void **state)
{
    static const char *const NAMES[] = {"a", NULL};
    struct document d;
    int64_t number = 0;

    (void)state;
    document_open(&d, "{\"a\": 1, \"b/c~d\": 2}");
    json_reader_allow(&d.reader, NAMES);
    assert_problem(&d.problem, &PROBLEM_UNKNOWN_KEY, "/b~1c~0d", "");
    document_close(&d);

    document_open(&d, "{\"a\": 1}");
    json_read_int64(&d.reader, "b", 0, 9, &number);
    assert_problem(&d.problem, &PROBLEM_MISSING_KEY, "/b", "");
    document_close(&d);
}

static void the_first_problem_stays_and_later_reads_do_nothing(void **state)
{
    struct document d;
    struct json_reader nested;
    int64_t number = 5;

    (void)state;
    document_open(&d, "{\"a\": 1, \"b\": [{\"c\": \"x\"}]}");
    json_reader_init(&nested, json_array_get(json_object_get(d.value, "b"), 0), "/b/0", &d.problem);
    json_read_int64(&nested, "c", 0, 9, &number);
    assert_problem(&d.problem, &PROBLEM_WRONG_VALUE, "/b/0/c", "integer");
    json_read_int64(&d.reader, "a", 0, 9, &number);
    json_reader_refuse(&d.reader, "a", &PROBLEM_NOT_FOUND, "other", "1");
    assert_problem(&d.problem, &PROBLEM_WRONG_VALUE, "/b/0/c", "integer");
    assert_int_equal(number, 5);
    document_close(&d);
}

static void only_objects_are_read_as_objects(void **state)
{
    struct document d;
    int64_t number = 5;

    (void)state;
    document_open(&d, "[]");
    assert_problem(&d.problem, &PROBLEM_WRONG_VALUE, "", "object");
    json_read_int64(&d.reader, "a", 0, 9, &number);
    assert_int_equal(number, 5);
    document_close(&d);
}

static void text_keeps_the_order_of_insertion(void **state)
{
    json_t *value = json_pack("{s:i, s:s, s:[b]}", "z", 1, "a", "가", "m", 1);
    char *text = json_text(value);

    (void)state;
    assert_string_equal(text, "{\"z\":1,\"a\":\"가\",\"m\":[true]}");
    free(text);
    json_decref(value);
}

/* Every byte that may need an escape, alone and between others, as json_text() has it. */
static void a_string_is_appended_as_a_tree_would_be_written(void **state)
{
    static const char *const texts[] = {"",   "plain", "가/나", "{\"operator\":\"김\"}",
                                        "\\", "\x7f"};
    struct buffer buffer;

    (void)state;
    for (int byte = 1; byte < 0x80 + (int)(sizeof texts / sizeof texts[0]); byte++) {
        const char around[] = {'a', (char)byte, 'b', (char)byte, '\0'};
        const char *text = byte < 0x80 ? around : texts[byte - 0x80];
        json_t *value = json_string(text);
        char *expected = json_text(value);

        buffer_init(&buffer, 256);
        json_append_string(&buffer, text);
        assert_string_equal(buffer_text(&buffer), expected);
        buffer_release(&buffer);
        free(expected);
        json_decref(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_is_no_single_json_value_is_refused_where_it_breaks),
        cmocka_unit_test(text_that_is_no_utf8_is_refused),
        cmocka_unit_test(keys_given_twice_are_refused_by_name),
        cmocka_unit_test(sixteen_levels_are_read_and_seventeen_refused),
        cmocka_unit_test(readers_take_what_fits),
        cmocka_unit_test(integers_are_written_without_point_or_exponent_and_stay_in_range),
        cmocka_unit_test(text_is_bounded_and_without_control_characters),
        cmocka_unit_test(other_types_are_refused_each_by_its_rule),
        cmocka_unit_test(unknown_and_missing_keys_are_named),
        cmocka_unit_test(the_first_problem_stays_and_later_reads_do_nothing),
        cmocka_unit_test(only_objects_are_read_as_objects),
        cmocka_unit_test(text_keeps_the_order_of_insertion),
        cmocka_unit_test(a_string_is_appended_as_a_tree_would_be_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
