/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What doctor finds in answers as services give them: each test changes one
 * thing in a sound answer. Asks no service.
 */
#include "cli/diagnosis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW_MS 1700000000000LL /* 2023-11-14T22:13:20Z */

static const char SOUND[] =
    "{'version': '" HYEOPCHI_VERSION
    "', 'district': 'seongdong', 'time': '2023-11-14T22:13:20.000Z',"
    " 'demonstration': false, 'ready': true, 'reasons': [], 'writer': 'leading',"
    " 'log_level': 'info',"
    " 'stream': {'head_seq': 7, 'listener_resets': 0, 'leader': {'id': 'host:1', 'here': true}},"
    " 'subscribers': [{'stream': 'participation', 'state': 'live', 'next_seq': 8, 'lag': 0,"
    "  'gaps_repaired': 0, 'dead_letters_waiting': 0, 'pub_url': 'ipc:///a', 'fetch_url': "
    "'ipc:///b'}],"
    " 'database': {'connected': true, 'version': '15.14 (Debian)', 'fsync': 'on',"
    "  'full_page_writes': 'on', 'synchronous_commit': 'on', 'data_checksums': 'on',"
    "  'encoding': 'UTF8', 'superuser': false, 'connections': 10, 'connections_max': 100,"
    "  'clock_ahead_ms': 0},"
    " 'disk': {'free_bytes': 50000000000, 'total_bytes': 100000000000},"
    " 'keys': {'file': true, 'problem': null, 'list': ["
    "  {'key_id': 'front-end:portal', 'role': 'front-end', 'not_before': "
    "'2020-01-01T00:00:00.000Z',"
    "   'not_after': null},"
    "  {'key_id': 'operator:kim', 'role': 'operator', 'not_before': '2020-01-01T00:00:00.000Z',"
    "   'not_after': null},"
    "  {'key_id': 'operator:lee', 'role': 'operator', 'not_before': '2020-01-01T00:00:00.000Z',"
    "   'not_after': null}]},"
    " 'libraries': {'nng': '1.10.1', 'frame_protocol': 1}}";

/* JSON with apostrophes for quotation marks. */
static json_t *parse(const char *text)
{
    char copy[4096];
    json_t *json;

    assert_true(strlen(text) < sizeof copy);
    (void)snprintf(copy, sizeof copy, "%s", text);
    for (char *at = copy; *at != '\0'; at++) {
        if (*at == '\'') {
            *at = '"';
        }
    }
    json = json_loads(copy, JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    return json;
}

static void make_sound(struct survey *survey)
{
    static const char *const names[] = {"participation", "ledger", "reporting"};

    *survey = (struct survey){.key_id = "operator:kim"};
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        survey->services[i] = (struct survey_service){
            .name = names[i],
            .url = "http://127.0.0.1:1",
            .status = 200,
            .answer = parse(SOUND),
            .whole = true,
            .asked_at_ms = NOW_MS - 5,
            .answered_at_ms = NOW_MS + 5,
        };
        assert_int_equal(
            json_object_set_new(survey->services[i].answer, "service", json_string(names[i])), 0);
    }
}

static int set_up(void **state)
{
    static struct survey survey;

    phrase_set_language(PROBLEM_ENGLISH);
    make_sound(&survey);
    *state = &survey;
    return 0;
}

static int tear_down(void **state)
{
    survey_release(*state);
    return 0;
}

/* Changes a member of the ledger's answer, or of an object in it. */
static void change(struct survey *survey, const char *object, const char *name, const char *value)
{
    json_t *answer = survey->services[CLIENT_LEDGER].answer;
    json_t *at = object != NULL ? json_object_get(answer, object) : answer;

    assert_int_equal(json_object_set_new(at, name, parse(value)), 0);
}

/* The ledger is refused with a problem of this code. */
static void refuse(struct survey *survey, int status, const char *code)
{
    struct survey_service *ledger = &survey->services[CLIENT_LEDGER];

    json_decref(ledger->answer);
    ledger->answer = json_pack("{s:s}", "code", code);
    ledger->whole = false;
    ledger->status = status;
}

/* The level under which a code was found for the ledger; DIAGNOSIS_OK when it was not. Everything
 * else that was found fails the test. */
static enum diagnosis_level found_only(const struct survey *survey, const char *code)
{
    enum diagnosis_level level = DIAGNOSIS_OK;
    struct diagnosis diagnosis;

    diagnosis_run(survey, &diagnosis);
    for (size_t i = 0; i < json_array_size(diagnosis.findings); i++) {
        const json_t *finding = json_array_get(diagnosis.findings, i);
        const char *its_code = json_string_value(json_object_get(finding, "code"));
        const char *its_level = json_string_value(json_object_get(finding, "level"));

        if (strcmp(its_code, "in-order") == 0) {
            continue;
        }
        assert_string_equal(its_code, code);
        assert_true(strlen(json_string_value(json_object_get(finding, "advice"))) > 0);
        level = strcmp(its_level, "error") == 0 ? DIAGNOSIS_ERROR : DIAGNOSIS_WARNING;
    }
    assert_int_equal(diagnosis.error_count > 0, level == DIAGNOSIS_ERROR);
    diagnosis_release(&diagnosis);
    return level;
}

static void a_sound_deployment_is_in_order_in_every_check(void **state)
{
    struct diagnosis diagnosis;
    size_t count = 0;

    for (const struct diagnosis_check *check = DIAGNOSIS_CHECKS; check->name != NULL; check++) {
        count++;
    }
    for (int language = 0; language < 2; language++) {
        phrase_set_language(language == 0 ? PROBLEM_ENGLISH : PROBLEM_KOREAN);
        diagnosis_run(*state, &diagnosis);
        assert_int_equal(json_array_size(diagnosis.findings), count);
        assert_int_equal(diagnosis.error_count + diagnosis.warning_count, 0);
        diagnosis_release(&diagnosis);
    }
    assert_true(survey_is_healthy(*state));
}

static void each_wrong_value_is_found_under_its_own_code(void **state)
{
    static const struct {
        const char *object;
        const char *name;
        const char *value;
        const char *code;
        enum diagnosis_level level;
    } CASES[] = {
        {NULL, "district", "'mapo'", "district-differs", DIAGNOSIS_ERROR},
        {NULL, "log_level", "'debug'", "log-level-debug", DIAGNOSIS_WARNING},
        {NULL, "version", "'0.0.9'", "version-differs", DIAGNOSIS_WARNING},
        {NULL, "service", "'reporting'", "wrong-service", DIAGNOSIS_ERROR},
        {NULL, "writer", "'connecting'", "writer-connecting", DIAGNOSIS_ERROR},
        {NULL, "writer", "'standby'", "standby", DIAGNOSIS_WARNING},
        {NULL, "time", "'2023-11-14T22:13:25.000Z'", "clock-differs", DIAGNOSIS_WARNING},
        {NULL, "time", "'2023-11-14T22:13:21.500Z'", "", DIAGNOSIS_OK},
        {NULL, "time", "'2023-11-14T22:11:20.000Z'", "clock-differs", DIAGNOSIS_ERROR},
        {"database", "fsync", "'off'", "database-flag", DIAGNOSIS_ERROR},
        {"database", "full_page_writes", "'off'", "database-flag", DIAGNOSIS_ERROR},
        {"database", "synchronous_commit", "'off'", "database-flag", DIAGNOSIS_ERROR},
        {"database", "synchronous_commit", "'remote_apply'", "", DIAGNOSIS_OK},
        {"database", "data_checksums", "'off'", "database-flag", DIAGNOSIS_WARNING},
        {"database", "encoding", "'EUC_KR'", "database-encoding", DIAGNOSIS_ERROR},
        {"database", "superuser", "true", "database-superuser", DIAGNOSIS_WARNING},
        {"database", "version", "'14.2'", "database-version", DIAGNOSIS_WARNING},
        {"database", "connections", "81", "database-connections", DIAGNOSIS_WARNING},
        {"database", "clock_ahead_ms", "-3000", "database-clock-differs", DIAGNOSIS_WARNING},
        {"database", "clock_ahead_ms", "61000", "database-clock-differs", DIAGNOSIS_ERROR},
        {"database", "connected", "false", "database-away", DIAGNOSIS_ERROR},
        {"disk", "free_bytes", "9000000000", "disk-low", DIAGNOSIS_WARNING},
        {"disk", "free_bytes", "1000000", "disk-low", DIAGNOSIS_ERROR},
        {"libraries", "nng", "'1.5.2'", "nng-old", DIAGNOSIS_WARNING},
        {"libraries", "nng", "'1.6.0'", "", DIAGNOSIS_OK},
        {"libraries", "frame_protocol", "2", "protocol-differs", DIAGNOSIS_ERROR},
        {"stream", "listener_resets", "3", "listener-resets", DIAGNOSIS_WARNING},
    };

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        survey_release(*state);
        make_sound(*state);
        change(*state, CASES[i].object, CASES[i].name, CASES[i].value);
        print_message("%s = %s\n", CASES[i].name, CASES[i].value);
        assert_int_equal(found_only(*state, CASES[i].code), CASES[i].level);
    }
}

static void a_refusal_says_what_is_wrong_with_key_or_clock(void **state)
{
    static const struct {
        int status;
        const char *code;
        const char *found;
    } CASES[] = {
        {401, "key-unknown", "key-unknown"},         {401, "key-expired", "key-expired"},
        {401, "signature-wrong", "signature-wrong"}, {403, "role-not-allowed", "role-not-allowed"},
        {401, "signature-stale", "clock-far"},
    };

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        survey_release(*state);
        make_sound(*state);
        refuse(*state, CASES[i].status, CASES[i].code);
        assert_int_equal(found_only(*state, CASES[i].found), DIAGNOSIS_ERROR);
    }
}

static void a_service_that_does_not_answer_is_found(void **state)
{
    refuse(*state, 0, "");
    assert_int_equal(found_only(*state, "unreachable"), DIAGNOSIS_ERROR);
    assert_false(survey_is_healthy(*state));
    refuse(*state, 404, "not-found");
    assert_int_equal(found_only(*state, "not-a-service"), DIAGNOSIS_ERROR);
}

/* All services read one file, so all of them change. */
static void set_keys(struct survey *survey, const char *keys)
{
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        json_t *object = json_object_get(survey->services[i].answer, "keys");

        assert_int_equal(json_object_set_new(object, "list", parse(keys)), 0);
    }
}

#define KEY(id, role, until)                                                                       \
    "{'key_id': '" id "', 'role': '" role                                                          \
    "', 'not_before': '2020-01-01T00:00:00.000Z',"                                                 \
    " 'not_after': " until "}"

static void keys_are_counted_by_who_may_sign_now(void **state)
{
    set_keys(*state, "[" KEY("front-end:portal", "front-end", "null") "," KEY(
                         "operator:kim", "operator", "null") "," KEY("operator:kim/2", "operator",
                                                                     "null") "]");
    assert_int_equal(found_only(*state, "operators-too-few"), DIAGNOSIS_WARNING);
    set_keys(*state, "[" KEY("operator:kim", "operator", "null") "," KEY("operator:lee", "operator",
                                                                         "null") "]");
    assert_int_equal(found_only(*state, "front-ends-none"), DIAGNOSIS_WARNING);
    set_keys(*state, "[" KEY("auditor:park", "auditor", "'2023-11-14T22:13:20.000Z'") "," KEY(
                         "front-end:portal", "front-end",
                         "null") "," KEY("operator:kim", "operator",
                                         "null") "," KEY("operator:lee", "operator", "null") "]");
    assert_int_equal(found_only(*state, "key-expired"), DIAGNOSIS_WARNING);
    set_keys(*state, "[" KEY("front-end:portal", "front-end", "'2023-12-01T00:00:00.000Z'") "," KEY(
                         "operator:kim", "operator", "null") "," KEY("operator:lee", "operator",
                                                                     "null") "]");
    assert_int_equal(found_only(*state, "key-expires-soon"), DIAGNOSIS_WARNING);
}

static void keys_that_one_service_alone_has_are_found(void **state)
{
    json_t *keys = survey_at(&((struct survey *)*state)->services[CLIENT_LEDGER], NULL, "keys");

    assert_int_equal(json_object_set_new(keys, "list",
                                         parse("[" KEY("operator:kim", "operator", "null") "," KEY(
                                             "operator:lee", "operator", "null") "]")),
                     0);
    assert_int_equal(found_only(*state, "keys-differ"), DIAGNOSIS_WARNING);
}

static void set_subscriber(struct survey *survey, const char *state, int next_seq, int dead)
{
    char text[512];

    (void)snprintf(text, sizeof text,
                   "[{'stream': 'participation', 'state': '%s', 'next_seq': %d, 'head_seq': 0,"
                   " 'lag': 0, 'gaps_repaired': 0, 'dead_letters_waiting': %d,"
                   " 'pub_url': 'ipc:///a', 'fetch_url': 'ipc:///b'}]",
                   state, next_seq, dead);
    change(survey, NULL, "subscribers", text);
}

static void streams_are_judged_by_what_their_publisher_says(void **state)
{
    struct survey *survey = *state;
    json_t *stream = survey_at(&survey->services[CLIENT_PARTICIPATION], NULL, "stream");

    set_subscriber(survey, "live", 8, 0);
    assert_int_equal(found_only(survey, ""), DIAGNOSIS_OK);
    set_subscriber(survey, "degraded", 8, 0);
    assert_int_equal(found_only(survey, "stream-silent"), DIAGNOSIS_ERROR);
    set_subscriber(survey, "halted", 8, 0);
    assert_int_equal(found_only(survey, "stream-halted"), DIAGNOSIS_ERROR);
    set_subscriber(survey, "live", 8, 2);
    assert_int_equal(found_only(survey, "dead-letters"), DIAGNOSIS_ERROR);
    assert_false(survey_is_healthy(survey));

    assert_int_equal(json_object_set_new(stream, "head_seq", json_integer(5000)), 0);
    set_subscriber(survey, "pulling", 8, 0);
    assert_int_equal(found_only(survey, "stream-lags"), DIAGNOSIS_WARNING);
    assert_int_equal(survey_lag(survey, json_array_get(survey_at(&survey->services[CLIENT_LEDGER],
                                                                 NULL, "subscribers"),
                                                       0)),
                     4993);
    assert_false(survey_is_healthy(survey));
}

static void without_a_key_only_ports_and_readiness_are_judged(void **state)
{
    struct survey *survey = *state;

    survey->key_id = NULL;
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        json_decref(survey->services[i].answer);
        survey->services[i].answer = parse("{'ready': true, 'reasons': []}");
        survey->services[i].whole = false;
    }
    assert_int_equal(found_only(survey, "no-key"), DIAGNOSIS_WARNING);
    assert_true(survey_is_healthy(survey));
}

/* Another release may answer anything; nothing of it may break us. */
static void answers_of_another_shape_break_nothing(void **state)
{
    static const char *const SHAPES[] = {
        "{}",
        "[]",
        "'text'",
        "7",
        "{'service': 'ledger', 'subscribers': 3, 'keys': [], 'disk': 'full', 'reasons': {}}",
        "{'service': 7, 'subscribers': [1, [], {}], 'keys': {'list': [2, {}]}, 'stream': null}",
    };

    for (size_t i = 0; i < sizeof SHAPES / sizeof SHAPES[0]; i++) {
        struct survey_service *ledger = &((struct survey *)*state)->services[CLIENT_LEDGER];
        struct diagnosis diagnosis;

        json_decref(ledger->answer);
        ledger->answer = parse(SHAPES[i]);
        diagnosis_run(*state, &diagnosis);
        assert_true(diagnosis.error_count + diagnosis.warning_count > 0);
        diagnosis_release(&diagnosis);
        assert_false(survey_is_healthy(*state));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sound_deployment_is_in_order_in_every_check, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(each_wrong_value_is_found_under_its_own_code, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_says_what_is_wrong_with_key_or_clock, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_service_that_does_not_answer_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_are_counted_by_who_may_sign_now, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_that_one_service_alone_has_are_found, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(streams_are_judged_by_what_their_publisher_says, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(without_a_key_only_ports_and_readiness_are_judged, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(answers_of_another_shape_break_nothing, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
