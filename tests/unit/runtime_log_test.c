/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs: every line is one JSON document whatever the values hold, several
 * threads never mix lines, and text for people keeps control characters out.
 */
#include "runtime/log.h"

#include "runtime/clock.h"

#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { CAPTURE_SIZE = 1 << 20, THREAD_COUNT = 4, LINES_PER_THREAD = 200 };

static FILE *captured;
static int saved_stderr;
static char capture[CAPTURE_SIZE];

static int capture_begin(void **state)
{
    (void)state;
    captured = tmpfile();
    saved_stderr = dup(STDERR_FILENO);
    return captured == NULL || saved_stderr < 0 ||
           dup2(fileno(captured), STDERR_FILENO) != STDERR_FILENO;
}

/* What was written to standard error so far; standard error itself is put back. */
static char *capture_read(void)
{
    size_t length;

    if (saved_stderr >= 0) {
        assert_int_equal(dup2(saved_stderr, STDERR_FILENO), STDERR_FILENO);
        (void)close(saved_stderr);
        saved_stderr = -1;
    }
    rewind(captured);
    length = fread(capture, 1, sizeof capture - 1, captured);
    capture[length] = '\0';
    return capture;
}

static int capture_end(void **state)
{
    (void)state;
    (void)capture_read();
    return fclose(captured);
}

/* The captured text as the one JSON line it must be. */
static json_t *captured_line(void)
{
    char *text = capture_read();
    size_t length = strlen(text);
    json_t *line;

    assert_true(length > 0);
    assert_int_equal(text[length - 1], '\n');
    assert_ptr_equal(strchr(text, '\n'), text + length - 1);
    line = json_loadb(text, length - 1, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(line);
    return line;
}

static const char *member(const json_t *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line, name));

    assert_non_null(text);
    return text;
}

static void a_line_carries_time_level_program_event_and_fields(void **state)
{
    json_t *line;
    int64_t time_ms;

    (void)state;
    log_open("ledger", LOG_INFO, LOG_FORMAT_JSON);
    log_warn("posting_refused", log_str("code", "over-budget"), log_int("amount_krw", INT64_MIN),
             log_bool("retry", true), log_bool("final", false), log_str("nothing", NULL));
    line = captured_line();
    assert_int_equal(clock_parse(member(line, "time"), &time_ms), ERR_OK);
    assert_string_equal(member(line, "level"), "warn");
    assert_string_equal(member(line, "program"), "ledger");
    assert_string_equal(member(line, "event"), "posting_refused");
    assert_string_equal(member(line, "code"), "over-budget");
    assert_true(json_integer_value(json_object_get(line, "amount_krw")) == INT64_MIN);
    assert_true(json_is_true(json_object_get(line, "retry")));
    assert_true(json_is_false(json_object_get(line, "final")));
    assert_true(json_is_null(json_object_get(line, "nothing")));
    json_decref(line);
}

static void an_event_needs_no_fields(void **state)
{
    json_t *line;

    (void)state;
    log_open("ledger", LOG_INFO, LOG_FORMAT_JSON);
    log_error("boom");
    line = captured_line();
    assert_int_equal(json_object_size(line), 4);
    json_decref(line);
}

static void lines_below_the_level_are_not_written(void **state)
{
    (void)state;
    log_open("ledger", LOG_WARN, LOG_FORMAT_JSON);
    log_debug("too_low");
    log_info("too_low");
    assert_string_equal(capture_read(), "");
}

static void every_byte_survives_or_is_replaced(void **state)
{
    char text[256];
    json_t *line;

    (void)state;
    for (int i = 0; i < 255; i++) {
        text[i] = (char)(i + 1);
    }
    text[255] = '\0';
    log_open("ledger", LOG_INFO, LOG_FORMAT_JSON);
    log_info("bytes", log_str("text", text));
    line = captured_line();
    /* ASCII comes back as it went in, each lone high byte as U+FFFD. */
    assert_memory_equal(member(line, "text"), text, 127);
    assert_memory_equal(member(line, "text") + 127, "\xEF\xBF\xBD\xEF\xBF\xBD", 6);
    assert_int_equal(strlen(member(line, "text")), 127 + 128 * 3);
    json_decref(line);
}

static void korean_text_is_written_as_it_is(void **state)
{
    (void)state;
    log_open("ledger", LOG_INFO, LOG_FORMAT_JSON);
    log_info("unit", log_str("text", "왕십리도선동 😀"));
    assert_non_null(strstr(capture_read(), "\"text\":\"왕십리도선동 😀\""));
}

static void broken_utf8_never_breaks_the_line(void **state)
{
    static const char *const broken[] = {
        "\xC0\xAF",         "\xE0\x80\xAF",     "\xED\xA0\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xEC\x99",
    };
    json_t *line;

    (void)state;
    log_open("ledger", LOG_INFO, LOG_FORMAT_JSON);
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        log_info("broken", log_str("text", broken[i]));
    }
    line = json_loads(strtok(capture_read(), "\n"), 0, NULL);
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        const char *next;

        assert_non_null(line);
        for (const char *at = member(line, "text"); *at != '\0'; at += 3) {
            assert_memory_equal(at, "\xEF\xBF\xBD", 3);
        }
        json_decref(line);
        next = strtok(NULL, "\n");
        line = next == NULL ? NULL : json_loads(next, 0, NULL);
    }
    assert_null(line);
}

static void a_long_value_is_cut_at_a_character(void **state)
{
    char text[9001] = "";
    json_t *line;
    const char *written;

    (void)state;
    for (size_t i = 0; i < 3000; i++) {
        memcpy(text + 3 * i, "가", 3);
    }
    log_open("ledger", LOG_INFO, LOG_FORMAT_JSON);
    log_info("long", log_str("text", text));
    line = captured_line();
    written = member(line, "text");
    assert_int_equal(strlen(written), 2046 + 3);
    assert_memory_equal(written, text, 2046);
    assert_string_equal(written + 2046, "…");
    json_decref(line);
}

static void a_line_that_is_too_long_drops_whole_fields_and_says_so(void **state)
{
    char text[2001];
    json_t *line;

    (void)state;
    memset(text, '\x01', 2000);
    text[2000] = '\0';
    log_open("ledger", LOG_INFO, LOG_FORMAT_JSON);
    log_info("long", log_int("first", 1), log_str("second", text), log_int("third", 3));
    line = captured_line();
    assert_true(json_is_true(json_object_get(line, "truncated")));
    assert_int_equal(json_integer_value(json_object_get(line, "first")), 1);
    assert_null(json_object_get(line, "second"));
    assert_null(json_object_get(line, "third"));
    json_decref(line);
}

static void text_for_people_quotes_what_is_hard_to_read(void **state)
{
    char *text;

    (void)state;
    log_open("ledger", LOG_DEBUG, LOG_FORMAT_TEXT);
    log_debug("told", log_str("plain", "127.0.0.1:8080"), log_str("spaced", "a b"),
              log_str("empty", ""), log_str("none", NULL), log_str("evil", "\x1b[2J\nnext"),
              log_int("count", -3));
    text = capture_read();
    assert_non_null(strstr(text,
                           " debug ledger: told  plain=127.0.0.1:8080  spaced=\"a b\"  "
                           "empty=\"\"  none=null  evil=\"\\u001b[2J\\u000anext\"  "
                           "count=-3\n"));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void automatic_format_is_json_where_there_is_no_terminal(void **state)
{
    json_t *line;

    (void)state;
    log_open("ledger", LOG_INFO, LOG_FORMAT_AUTO);
    log_info("told");
    line = captured_line();
    json_decref(line);
}

static void *log_many(void *context)
{
    for (int i = 0; i < LINES_PER_THREAD; i++) {
        log_info("many", log_str("thread", context), log_int("line", i));
    }
    return NULL;
}

static void lines_of_several_threads_never_mix(void **state)
{
    static char names[THREAD_COUNT][300];
    pthread_t threads[THREAD_COUNT];
    int count = 0;

    (void)state;
    log_open("ledger", LOG_INFO, LOG_FORMAT_JSON);
    for (int i = 0; i < THREAD_COUNT; i++) {
        memset(names[i], 'a' + i, sizeof names[i] - 1);
        assert_int_equal(pthread_create(&threads[i], NULL, log_many, names[i]), 0);
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (char *at = strtok(capture_read(), "\n"); at != NULL; at = strtok(NULL, "\n")) {
        json_t *line = json_loads(at, 0, NULL);

        assert_non_null(line);
        json_decref(line);
        count++;
    }
    assert_int_equal(count, THREAD_COUNT * LINES_PER_THREAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_carries_time_level_program_event_and_fields,
                                        capture_begin, capture_end),
        cmocka_unit_test_setup_teardown(an_event_needs_no_fields, capture_begin, capture_end),
        cmocka_unit_test_setup_teardown(lines_below_the_level_are_not_written, capture_begin,
                                        capture_end),
        cmocka_unit_test_setup_teardown(every_byte_survives_or_is_replaced, capture_begin,
                                        capture_end),
        cmocka_unit_test_setup_teardown(korean_text_is_written_as_it_is, capture_begin,
                                        capture_end),
        cmocka_unit_test_setup_teardown(broken_utf8_never_breaks_the_line, capture_begin,
                                        capture_end),
        cmocka_unit_test_setup_teardown(a_long_value_is_cut_at_a_character, capture_begin,
                                        capture_end),
        cmocka_unit_test_setup_teardown(a_line_that_is_too_long_drops_whole_fields_and_says_so,
                                        capture_begin, capture_end),
        cmocka_unit_test_setup_teardown(text_for_people_quotes_what_is_hard_to_read, capture_begin,
                                        capture_end),
        cmocka_unit_test_setup_teardown(automatic_format_is_json_where_there_is_no_terminal,
                                        capture_begin, capture_end),
        cmocka_unit_test_setup_teardown(lines_of_several_threads_never_mix, capture_begin,
                                        capture_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
