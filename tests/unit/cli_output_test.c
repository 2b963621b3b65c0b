/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the command prints: widths of Korean text, tables, problems on one line,
 * progress; and the reader of server-sent events. Nothing an answer holds may
 * steer a terminal.
 */
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/sse.h"
#include "cli/text_width.h"

#include "cli/phrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 4096, SEEN_MAX = 8 };

static void assert_printed(const char *json, const char *expected)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    struct buffer buffer;

    assert_non_null(value);
    buffer_init(&buffer, PRINT_SIZE_MAX);
    print_value(value, &buffer);
    assert_string_equal(buffer_text(&buffer), expected);
    buffer_release(&buffer);
    json_decref(value);
}

static void a_hangul_syllable_takes_two_cells(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("성수1가"), 7);
    assert_int_equal(text_width("漢字"), 4);
    assert_int_equal(text_width("é"), 1);
    assert_int_equal(text_width("e\xcc\x81"), 1);
    assert_int_equal(text_width("🌳"), 2);
    assert_int_equal(text_width("\xff\xea"), 2);
}

static void objects_are_aligned_and_won_is_grouped(void **state)
{
    (void)state;
    assert_printed(
        "{\"state\": \"open\", \"budget_krw\": 1234567890, \"options\": 12345,"
        " \"closed_at\": null, \"demonstration\": true}",
        "state          open\n"
        "budget_krw     1,234,567,890\n"
        "options        12345\n"
        "closed_at      -\n"
        "demonstration  yes\n");
    assert_printed("{\"a_krw\": -1000, \"b_krw\": 999, \"c_krw\": 0, \"d_krw\": -1}",
                   "a_krw  -1,000\nb_krw  999\nc_krw  0\nd_krw  -1\n");
    assert_printed("{\"a_krw\": -9223372036854775807}", "a_krw  -9,223,372,036,854,775,807\n");
}

static void moments_are_shown_as_clocks_in_korea_have_them(void **state)
{
    (void)state;
    assert_printed(
        "{\"opens_at\": \"2022-09-18T15:30:00.000Z\","
        " \"closes_time\": \"2022-09-23T18:00:00+09:00\","
        " \"sent_time\": \"soon\", \"text\": \"2022-09-18T15:30:00.000Z\"}",
        "opens_at     2022-09-19 00:30:00\n"
        "closes_time  2022-09-23 18:00:00\n"
        "sent_time    soon\n"
        "text         2022-09-18T15:30:00.000Z\n");
}

static void arrays_of_objects_are_tables(void **state)
{
    (void)state;
    assert_printed(
        "[{\"name\": \"마을정원\", \"cost_krw\": 5000}, {\"name\": \"숲\","
        " \"cost_krw\": 12000000}]",
        "name      cost_krw\n"
        "마을정원       5,000\n"
        "숲        12,000,000\n");
    assert_printed("[]", "(none)\n");
    assert_printed("[1, \"a\", null]", "1, a, -\n");
    assert_printed("\"text\"", "text\n");
}

static void what_nests_deeper_is_shown_as_json(void **state)
{
    (void)state;
    assert_printed(
        "{\"a\": {\"b\": 1, \"c\": {\"d\": [1]}}, \"e\": [{\"f\": {\"g\": 1}}], \"h\": []}",
        "a\n  b  1\n  c  {\"d\":[1]}\n"
        "e\n  f\n  {\"g\":1}\n"
        "h\n  (none)\n");
}

static void control_characters_never_reach_the_terminal(void **state)
{
    (void)state;
    assert_printed("{\"a\\u001b[2J\": \"x\\u001b]0;y\\u0007\\u009b\\r\\n\"}",
                   "a?[2J  x?]0;y????\n");
    assert_printed("[{\"k\": {\"deep\": \"\\u009b31m\"}}]", "k\n{\"deep\":\"?31m\"}\n");
}

static void a_problem_is_one_line_with_everything_in_it(void **state)
{
    json_t *problem = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "code", "wrong-value", "title",
                                "A value is wrong.", "detail", "It must be 1.", "field",
                                "/choices/0", "value", "\x1b[31m", "rule", "range");
    struct buffer line;

    (void)state;
    buffer_init(&line, SIZE);
    print_problem(problem, &line);
    assert_string_equal(buffer_text(&line),
                        "wrong-value: A value is wrong. It must be 1. (field "
                        "/choices/0, value ?[31m, rule range)");
    json_decref(problem);
    buffer_clear(&line);
    problem = json_pack("{s:s}", "code", "not-found");
    print_problem(problem, &line);
    assert_string_equal(buffer_text(&line), "not-found");
    json_decref(problem);
    buffer_clear(&line);
    problem = json_object();
    print_problem(problem, &line);
    assert_string_equal(buffer_text(&line), "error");
    json_decref(problem);
    buffer_release(&line);
}

static void progress_shows_how_far_and_how_fast(void **state)
{
    struct progress progress;
    char line[PROGRESS_LINE_SIZE];

    (void)state;
    progress_begin(&progress, "votes", 1000, true);
    progress_line(&progress, 0, 0, line);
    assert_string_equal(line, "votes [..............................]   0% 0/1000 (0/s)");
    progress_line(&progress, 500, 2000, line);
    assert_string_equal(line, "votes [###############...............]  50% 500/1000 (250/s)");
    /* A file may hold more votes than it says. */
    progress_line(&progress, 2000, 1000, line);
    assert_string_equal(line, "votes [##############################] 100% 2000/2000 (2000/s)");
    progress_begin(&progress, "votes", 0, true);
    progress_line(&progress, 7, 1000, line);
    assert_string_equal(line, "votes 7 (7/s)");
    progress_update(&progress, 7);
    progress_end(&progress, 7);
}

/* Events as they came, each "id|type|data". */
struct seen {
    char events[SEEN_MAX][SIZE];
    size_t count;
    size_t stop_at;
};

static bool on_event(const struct sse_event *event, void *context)
{
    struct seen *seen = context;

    assert_true(seen->count < SEEN_MAX);
    (void)snprintf(seen->events[seen->count], SIZE, "%s|%s|%s", event->id, event->type,
                   event->data);
    seen->count++;
    return seen->count != seen->stop_at;
}

static const char STREAM[] =
    ": hb\n"
    "\n"
    "id: 1-1\r\nevent: a.b.v1\r\ndata: {\"x\":1}\r\n\r\n"
    "data:no blank\rdata: second\r\r"
    "id: 1-3\nretry: 5\nunknown\n\n"
    "event: only-a-type\n\n"
    "data\n\n";

static void assert_stream(const struct seen *seen)
{
    assert_int_equal(seen->count, 3);
    assert_string_equal(seen->events[0], "1-1|a.b.v1|{\"x\":1}");
    assert_string_equal(seen->events[1], "1-1|message|no blank\nsecond");
    assert_string_equal(seen->events[2], "1-3|message|");
}

static void events_are_read_however_the_bytes_are_cut(void **state)
{
    size_t cut;

    (void)state;
    for (cut = 1; cut < sizeof STREAM; cut++) {
        struct seen *seen = calloc(1, sizeof *seen);
        struct sse sse;
        size_t at;

        assert_non_null(seen);
        sse_init(&sse, on_event, seen);
        for (at = 0; at < sizeof STREAM - 1; at += cut) {
            const size_t left = sizeof STREAM - 1 - at;

            assert_int_equal(sse_feed(&sse, STREAM + at, left < cut ? left : cut), ERR_OK);
        }
        assert_stream(seen);
        assert_string_equal(sse.id, "1-3");
        sse_release(&sse);
        free(seen);
    }
}

static void a_broken_connection_keeps_the_id_and_drops_the_half_event(void **state)
{
    struct seen *seen = calloc(1, sizeof *seen);
    struct sse sse;

    (void)state;
    assert_non_null(seen);
    sse_init(&sse, on_event, seen);
    assert_int_equal(sse_feed(&sse, "id: 1-5\ndata: a\n\ndata: half", 27), ERR_OK);
    sse_restart(&sse);
    assert_string_equal(sse.id, "1-5");
    assert_int_equal(sse_feed(&sse, "data: whole\n\n", 13), ERR_OK);
    assert_int_equal(seen->count, 2);
    assert_string_equal(seen->events[1], "1-5|message|whole");
    sse_release(&sse);
    free(seen);
}

static void a_callback_ends_the_stream_and_a_huge_event_does_too(void **state)
{
    struct seen *seen = calloc(1, sizeof *seen);
    char *huge = malloc(SSE_EVENT_SIZE_MAX + 8);
    struct sse sse;

    (void)state;
    assert_non_null(seen);
    assert_non_null(huge);
    seen->stop_at = 1;
    sse_init(&sse, on_event, seen);
    assert_int_equal(sse_feed(&sse, "data: 1\n\ndata: 2\n\n", 18), ERR_CONFLICT);
    assert_int_equal(seen->count, 1);
    sse_restart(&sse);
    memset(huge, 'x', SSE_EVENT_SIZE_MAX + 8);
    huge[SSE_EVENT_SIZE_MAX + 7] = '\n';
    assert_int_equal(sse_feed(&sse, huge, SSE_EVENT_SIZE_MAX + 8), ERR_FULL);
    sse_release(&sse);
    free(huge);
    free(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hangul_syllable_takes_two_cells),
        cmocka_unit_test(objects_are_aligned_and_won_is_grouped),
        cmocka_unit_test(moments_are_shown_as_clocks_in_korea_have_them),
        cmocka_unit_test(arrays_of_objects_are_tables),
        cmocka_unit_test(what_nests_deeper_is_shown_as_json),
        cmocka_unit_test(control_characters_never_reach_the_terminal),
        cmocka_unit_test(a_problem_is_one_line_with_everything_in_it),
        cmocka_unit_test(progress_shows_how_far_and_how_fast),
        cmocka_unit_test(events_are_read_however_the_bytes_are_cut),
        cmocka_unit_test(a_broken_connection_keeps_the_id_and_drops_the_half_event),
        cmocka_unit_test(a_callback_ends_the_stream_and_a_huge_event_does_too),
    };

    phrase_set_language(PROBLEM_ENGLISH);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
