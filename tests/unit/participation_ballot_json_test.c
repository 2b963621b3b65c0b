/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/http/ballot_json: a definition from JSON and back, what is
 * assumed when a member is missing, and every field refused by its name.
 */
#include "../support/participation_fixture.h"

#include "participation/http/ballot_json.h"

#include <stdio.h>

static const char WHOLE[] =
    "{\"title\": \"2023년 주민투표\", \"budget_year\": 2023, \"funding_source\": \"city\","
    " \"budget_krw\": 60000000, \"method\": \"approval\", \"rule\": \"greedy-threshold\","
    " \"satisfaction\": \"cardinality\", \"completion\": \"none\", \"threshold_score\": 12,"
    " \"tie\": \"listed-order\", \"opens_at\": \"2023-06-20T09:00:00+09:00\","
    " \"closes_at\": \"2023-06-24T18:00:00+09:00\", \"min_options\": 1, \"max_options\": 2,"
    " \"min_cost_krw\": 1000000, \"max_cost_krw\": 50000000, \"empty_allowed\": true,"
    " \"channels\": [\"web\", \"booth\"], \"bases\": [\"certificate\"],"
    " \"eligibility\": {\"grounds\": [\"address\", \"school\"], \"min_age\": 15,"
    " \"max_age\": null, \"age_on\": \"2023-06-01\"}, \"objection_days\": 30,"
    " \"areas\": [\"성수1가1동\", \"마장동\"], \"options\": ["
    "{\"id\": \"a\", \"name\": \"마을 걷기\", \"cost_krw\": 30000000, \"area\": \"마장동\","
    " \"field\": \"복지\", \"programme\": \"P-1\"},"
    " {\"id\": \"b\", \"name\": \"공유 카페\", \"cost_krw\": 20000000}]}";

struct read {
    struct ballot_definition definition;
    struct ballot_option *options;
    struct problem problem;
};

/* Reads a JSON value; the reference is taken. */
static enum err read_json(json_t *json, struct read *read)
{
    char *text = json_dumps(json, 0);
    enum err err;

    assert_non_null(text);
    *read = (struct read){0};
    for (size_t i = 0; i < BALLOT_ID_SIZE; i++) {
        read->definition.ballot_id[i] = (uint8_t)i;
    }
    fixture_text(read->definition.district, sizeof read->definition.district, "seongdong");
    err = ballot_json_read(text, strlen(text), &read->definition, &read->options, &read->problem);
    free(text);
    json_decref(json);
    return err;
}

static json_t *whole(void)
{
    json_t *json = json_loads(WHOLE, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(json);
    return json;
}

static json_t *option(json_t *json, size_t index)
{
    return json_array_get(json_object_get(json, "options"), index);
}

static void every_member_arrives(void **state)
{
    struct read read;
    const struct ballot_definition *definition = &read.definition;

    (void)state;
    assert_int_equal(read_json(whole(), &read), ERR_OK);
    assert_string_equal(definition->title, "2023년 주민투표");
    assert_int_equal(definition->budget_year, 2023);
    assert_int_equal(definition->funding_source, BALLOT_FUNDING_SOURCE_CITY);
    assert_true(definition->budget_krw == 60000000);
    assert_int_equal(definition->method, BALLOT_METHOD_APPROVAL);
    assert_int_equal(definition->rule, BALLOT_RULE_GREEDY_THRESHOLD);
    assert_int_equal(definition->satisfaction, BALLOT_SATISFACTION_CARDINALITY);
    assert_int_equal(definition->completion, BALLOT_COMPLETION_NONE);
    assert_true(definition->threshold.present && definition->threshold.score == 12);
    assert_int_equal(definition->tie, BALLOT_TIE_LISTED_ORDER);
    assert_true(definition->opens_at_ms == 1687219200000);
    assert_true(definition->closes_at_ms == 1687597200000);
    assert_int_equal(definition->min_options, 1);
    assert_int_equal(definition->max_options, 2);
    assert_true(definition->min_cost_krw.present && definition->min_cost_krw.krw == 1000000);
    assert_true(definition->max_cost_krw.present && definition->max_cost_krw.krw == 50000000);
    assert_true(definition->empty_allowed);
    assert_int_equal(definition->channels,
                     BALLOT_BIT(BALLOT_CHANNEL_WEB) | BALLOT_BIT(BALLOT_CHANNEL_BOOTH));
    assert_int_equal(definition->bases, BALLOT_BIT(BALLOT_BASIS_CERTIFICATE));
    assert_int_equal(definition->eligibility.grounds, BALLOT_BIT(ELIGIBILITY_GROUND_ADDRESS) |
                                                          BALLOT_BIT(ELIGIBILITY_GROUND_SCHOOL));
    assert_true(definition->eligibility.min_age.present &&
                definition->eligibility.min_age.years == 15);
    assert_false(definition->eligibility.max_age.present);
    assert_string_equal(definition->eligibility.age_on, "2023-06-01");
    assert_int_equal(definition->objection_days, 30);
    assert_int_equal(definition->area_count, 2);
    assert_string_equal(definition->areas[1], "마장동");
    assert_int_equal(definition->option_count, 2);
    assert_string_equal(read.options[0].area, "마장동");
    assert_string_equal(read.options[0].field, "복지");
    assert_string_equal(read.options[0].programme, "P-1");
    assert_int_equal(read.options[1].number, 2);
    free(read.options);
}

static void what_is_missing_or_null_takes_its_default(void **state)
{
    static const char *const optional[] = {
        "rule",        "satisfaction", "completion",   "threshold_score", "tie",
        "min_options", "min_cost_krw", "max_cost_krw", "empty_allowed",   "channels",
        "bases",       "areas",        "eligibility",  "objection_days",
    };

    (void)state;
    for (int null = 0; null < 2; null++) {
        json_t *json = whole();
        struct read read;

        assert_int_equal(json_object_del(option(json, 0), "area"), 0);
        for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++) {
            assert_int_equal(null ? json_object_set_new(json, optional[i], json_null())
                                  : json_object_del(json, optional[i]),
                             0);
        }
        assert_int_equal(read_json(json, &read), ERR_OK);
        assert_int_equal(read.definition.rule, BALLOT_RULE_GREEDY);
        assert_int_equal(read.definition.satisfaction, BALLOT_SATISFACTION_COST);
        assert_int_equal(read.definition.completion, BALLOT_COMPLETION_NONE);
        assert_false(read.definition.threshold.present);
        assert_int_equal(read.definition.tie, BALLOT_TIE_LOWEST_COST_THEN_VOTES);
        assert_int_equal(read.definition.min_options, 1);
        assert_false(read.definition.min_cost_krw.present);
        assert_false(read.definition.max_cost_krw.present);
        assert_false(read.definition.empty_allowed);
        assert_int_equal(read.definition.channels, 0x1e);
        assert_int_equal(read.definition.bases, 0x1e);
        assert_int_equal(read.definition.eligibility.grounds, 0x1e);
        assert_false(eligibility_has_age(&read.definition.eligibility));
        assert_int_equal(read.definition.objection_days, 14);
        assert_int_equal(read.definition.area_count, 0);
        assert_string_equal(read.options[1].area, "");
        assert_string_equal(read.options[1].programme, "0a0b0c0d0e0f-b");
        free(read.options);
    }
}

/* A long id in Korean was once cut in the midst of a character, and refused for it. */
static void every_option_id_makes_a_programme_of_its_own(void **state)
{
    static const char SYLLABLE[] = "동";
    char id[BALLOT_OPTION_ID_MAX + 1] = "";
    struct read read;

    (void)state;
    for (size_t length = 0; length + strlen(SYLLABLE) <= BALLOT_OPTION_ID_MAX - 1;) {
        json_t *json = whole();

        memcpy(id + length, SYLLABLE, sizeof SYLLABLE);
        length += strlen(SYLLABLE);
        for (size_t i = 0; i < 2; i++) {
            id[length] = (char)('0' + i); /* They differ in their last byte. */
            id[length + 1] = '\0';
            assert_int_equal(json_object_set_new(option(json, i), "id", json_string(id)), 0);
        }
        assert_int_equal(json_object_del(option(json, 0), "programme"), 0);
        assert_int_equal(read_json(json, &read), ERR_OK);
        assert_string_not_equal(read.options[0].programme, read.options[1].programme);
        free(read.options);
    }
}

static void a_ballot_reads_back_what_it_shows(void **state)
{
    static const char *const shown_only[] = {
        "ballot_id",       "district",    "state",       "demonstration", "definition_hash",
        "opening_refusal", "opened_at",   "closed_at",   "certified_at",  "key_destroyed_at",
        "lot_seed",        "extended_to", "jury_scores",
    };
    struct ballot_row row = {.state = BALLOT_STATE_DRAFT};
    struct read first;
    struct read again;
    json_t *json;

    (void)state;
    assert_int_equal(read_json(whole(), &first), ERR_OK);
    json = ballot_json(&row, &first.definition);
    assert_non_null(json);
    for (size_t i = 0; i < sizeof shown_only / sizeof shown_only[0]; i++) {
        assert_int_equal(json_object_del(json, shown_only[i]), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(json_object_del(option(json, i), "number"), 0);
    }
    assert_int_equal(read_json(json, &again), ERR_OK);
    assert_memory_equal(first.options, again.options, 2 * sizeof first.options[0]);
    free(first.options);
    first.definition.options = again.definition.options;
    assert_memory_equal(&first.definition, &again.definition, sizeof first.definition);
    free(again.options);
}

static void terms_are_read_and_shown_again_as_they_were(void **state)
{
    static const char *const TERMS[][2] = {
        {"partial_fit", "\"80/100\""},
        {"quorum_voters", "500"},
        {"incompatible", "[[\"b\",\"a\"]]"},
        {"area_caps", "[{\"area\":\"마장동\",\"cap_krw\":30000000}]"},
        {"field_caps", "[{\"field\":\"복지\",\"cap_krw\":40000000}]"},
        {"area_quotas",
         "[{\"scope\":\"district\",\"area\":null,\"min_options\":0,"
         "\"max_options\":1},{\"scope\":\"area\",\"area\":\"마장동\","
         "\"min_options\":1,\"max_options\":1}]"},
    };
    struct ballot_row row = {.state = BALLOT_STATE_DRAFT};
    struct read read;
    json_t *json = whole();
    json_t *shown;

    (void)state;
    for (size_t i = 0; i < sizeof TERMS / sizeof TERMS[0]; i++) {
        assert_int_equal(
            json_object_set_new(json, TERMS[i][0], json_loads(TERMS[i][1], JSON_DECODE_ANY, NULL)),
            0);
    }
    assert_int_equal(read_json(json, &read), ERR_OK);
    assert_int_equal(read.definition.incompatible.numbers[0], 2);
    assert_int_equal(read.definition.incompatible.ends[0], 2);
    shown = ballot_json(&row, &read.definition);
    for (size_t i = 0; i < sizeof TERMS / sizeof TERMS[0]; i++) {
        char *text =
            json_dumps(json_object_get(shown, TERMS[i][0]), JSON_COMPACT | JSON_ENCODE_ANY);

        assert_string_equal(text, TERMS[i][1]);
        free(text);
    }
    json_decref(shown);
    free(read.options);
}

static void an_order_that_was_drawn_is_read_by_ids_and_shown_again(void **state)
{
    static const char *const wrong[][2] = {{"b", "b"}, {"b", "z"}};
    struct ballot_row row = {.state = BALLOT_STATE_CLOSED, .lot_seed = NULL};
    struct read read;
    json_t *json = whole();
    json_t *shown;

    (void)state;
    assert_int_equal(json_object_set_new(json, "tie", json_string("drawn")), 0);
    assert_int_equal(json_object_set_new(json, "tie_order", json_pack("[s, s]", "b", "a")), 0);
    assert_int_equal(read_json(json, &read), ERR_OK);
    assert_int_equal(read.definition.tie_order.count, 2);
    assert_int_equal(read.definition.tie_order.numbers[0], 2);
    shown = ballot_json(&row, &read.definition);
    assert_string_equal(json_string_value(json_array_get(json_object_get(shown, "tie_order"), 0)),
                        "b");
    assert_true(json_is_null(json_object_get(shown, "lot_seed")));
    json_decref(shown);
    free(read.options);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        json = whole();
        assert_int_equal(json_object_set_new(json, "tie", json_string("drawn")), 0);
        assert_int_equal(
            json_object_set_new(json, "tie_order", json_pack("[s, s]", wrong[i][0], wrong[i][1])),
            0);
        assert_int_equal(read_json(json, &read), ERR_INVALID);
        assert_string_equal(read.problem.field, "/tie_order/1");
    }
}

struct wrong {
    const char *path; /* a member, or /options/0/member */
    const char *value;
    int status;
    const char *code;
};

static const struct wrong WRONG[] = {
    {"/title", "7", 400, "wrong-value"},
    {"/title", "\"\"", 400, "wrong-value"},
    {"/title", NULL, 400, "missing-key"},
    {"/budget_year", "\"2023\"", 400, "wrong-value"},
    {"/budget_year", "3000", 422, NULL},
    {"/budget_year", NULL, 400, "missing-key"},
    {"/funding_source", "\"purse\"", 400, "wrong-value"},
    {"/funding_source", NULL, 400, "missing-key"},
    {"/budget_krw", "1.5", 400, "wrong-value"},
    {"/budget_krw", "0", 422, NULL},
    {"/budget_krw", NULL, 400, "missing-key"},
    {"/method", "\"applause\"", 400, "wrong-value"},
    {"/max_points", "5", 422, "points-unused"},
    {"/default_score", "\"1\"", 400, "wrong-value"},
    {"/method", NULL, 400, "missing-key"},
    {"/rule", "\"dice\"", 400, "wrong-value"},
    {"/rule", "1", 400, "wrong-value"},
    {"/tie", "\"coin\"", 400, "wrong-value"},
    {"/tie", "\"drawn\"", 422, "tie-order-missing"},
    {"/tie_order", "[\"b\", \"a\"]", 422, "tie-order-unused"},
    {"/tie_order", "\"b\"", 400, "wrong-value"},
    {"/tie_order", "[\"b\", 7]", 400, "wrong-value"},
    {"/partial_fit", "0.8", 400, "wrong-value"},
    {"/partial_fit", "\"80\"", 400, "wrong-value"},
    {"/partial_fit", "\"80/\"", 400, "wrong-value"},
    {"/partial_fit", "\"80/0\"", 400, "wrong-value"},
    {"/partial_fit", "\"-1/2\"", 400, "wrong-value"},
    {"/partial_fit", "\"1/99999999999\"", 400, "wrong-value"},
    {"/partial_fit", "\"101/100\"", 422, "partial-fit-out-of-range"},
    {"/quorum_voters", "0", 422, "quorum-out-of-range"},
    {"/quorum_voters", "\"5\"", 400, "wrong-value"},
    {"/incompatible", "[\"a\"]", 400, "wrong-value"},
    {"/incompatible", "[[\"a\", 1]]", 400, "wrong-value"},
    {"/incompatible", "[[\"a\"]]", 422, "incompatible-alone"},
    {"/incompatible", "[[\"a\", \"z\"]]", 422, "option-unknown"},
    {"/area_caps", "[1]", 400, NULL},
    {"/area_caps", "[{\"area\": \"마장동\"}]", 400, "missing-key"},
    {"/area_caps", "[{\"area\": \"마장동\", \"cap_krw\": 1}]", 422, "cap-below-cheapest"},
    {"/area_caps", "[{\"field\": \"복지\", \"cap_krw\": 1}]", 400, "unknown-key"},
    {"/area_quotas", "[{\"scope\": \"구\", \"max_options\": 1}]", 400, "wrong-value"},
    {"/area_quotas", "[{\"scope\": \"district\"}]", 400, "missing-key"},
    {"/area_quotas", "[{\"scope\": \"local\", \"max_options\": 2}]", 422, "quota-above-options"},
    {"/field_caps", "[{\"field\": \"환경\", \"cap_krw\": 1}]", 422, "cap-unused"},
    {"/opens_at", "\"2023-06-20\"", 400, "wrong-value"},
    {"/opens_at", NULL, 400, "missing-key"},
    {"/closes_at", "\"2023-06-20T09:00:00+09:00\"", 422, NULL},
    {"/closes_at", NULL, 400, "missing-key"},
    {"/min_options", "-1", 400, "wrong-value"},
    {"/min_options", "3", 422, NULL},
    {"/max_options", "4294967296", 400, "wrong-value"},
    {"/max_options", "3", 422, NULL},
    {"/max_options", NULL, 400, "missing-key"},
    {"/min_cost_krw", "-1", 422, NULL},
    {"/min_cost_krw", "true", 400, "wrong-value"},
    {"/max_cost_krw", "0", 422, NULL},
    {"/empty_allowed", "\"yes\"", 400, "wrong-value"},
    {"/channels", "\"web\"", 400, "wrong-value"},
    {"/channels", "[\"fax\"]", 400, "wrong-value"},
    {"/channels", "[1]", 400, "wrong-value"},
    {"/channels", "[]", 422, NULL},
    {"/bases", "[\"phone\"]", 400, "wrong-value"},
    {"/bases", "[]", 422, NULL},
    {"/objection_days", "0", 422, "objection-days-out-of-range"},
    {"/objection_days", "-1", 400, "wrong-value"},
    {"/eligibility", "[]", 400, "wrong-value"},
    {"/eligibility", "{\"age\": 18}", 400, "unknown-key"},
    {"/eligibility", "{\"grounds\": [\"phone\"]}", 400, "wrong-value"},
    {"/eligibility", "{\"grounds\": []}", 422, "value-missing"},
    {"/eligibility", "{\"min_age\": \"18\"}", 400, "wrong-value"},
    {"/eligibility", "{\"min_age\": 18}", 422, "age-date-missing"},
    {"/eligibility", "{\"age_on\": \"2023-06-01\"}", 422, "age-date-unused"},
    {"/eligibility", "{\"max_age\": 300, \"age_on\": \"2023-06-01\"}", 422, "age-out-of-range"},
    {"/areas", "[1]", 400, "wrong-value"},
    {"/areas", "{}", 400, "wrong-value"},
    {"/options", "{}", 400, "wrong-value"},
    {"/options", "[]", 422, NULL},
    {"/options", NULL, 400, "missing-key"},
    {"/options/0", "[]", 400, "wrong-value"},
    {"/options/0/id", "\"\"", 400, "wrong-value"},
    {"/options/0/id", NULL, 400, "missing-key"},
    {"/options/0/name", "null", 400, "wrong-value"},
    {"/options/0/cost_krw", "0", 422, NULL},
    {"/options/0/cost_krw", "\"30\"", 400, "wrong-value"},
    {"/rule", "7", 400, "wrong-value"},
    {"/satisfaction", "\"points\"", 422, "satisfaction-unused"},
    {"/completion", "\"add1\"", 422, "completion-unused"},
    {"/threshold_score", "\"12\"", 400, "wrong-value"},
    {"/threshold_score", "0", 422, "threshold-out-of-range"},
    {"/threshold_score", NULL, 422, "threshold-missing"},
    {"/options/0/area", "\"다른 동\"", 422, NULL},
    {"/options/0/area", "1", 400, "wrong-value"},
    {"/options/0/field", "[]", 400, "wrong-value"},
    {"/options/0/programme", "\"a\\u0000b\"", 400, "invalid-json"},
    {"/options/0/colour", "1", 400, "unknown-key"},
    {"/colour", "1", 400, "unknown-key"},
};

/* The whole definition with one value put in another's place, as text. */
static void replace(const struct wrong *wrong, char *ret_text, size_t size)
{
    static const char MARK[] = "put-it-here";
    const char *name = strrchr(wrong->path, '/') + 1;
    json_t *json = whole();
    json_t *mark = json_string(MARK);
    char *text;
    char *place;

    if (strcmp(wrong->path, "/options/0") == 0) {
        assert_int_equal(json_array_set_new(json_object_get(json, "options"), 0, mark), 0);
    } else {
        json_t *object = name == wrong->path + 1 ? json : option(json, 0);

        assert_int_equal(json_object_set_new(object, name, mark), 0);
        if (wrong->value == NULL) {
            assert_int_equal(json_object_del(object, name), 0);
        }
    }
    text = json_dumps(json, 0);
    assert_non_null(text);
    place = strstr(text, "\"put-it-here\"");
    if (wrong->value == NULL) {
        (void)snprintf(ret_text, size, "%s", text);
    } else {
        assert_non_null(place);
        (void)snprintf(ret_text, size, "%.*s%s%s", (int)(place - text), text, wrong->value,
                       place + strlen(MARK) + 2);
    }
    free(text);
    json_decref(json);
}

static void every_wrong_member_is_refused_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        struct read read = {0};
        char text[4096];

        replace(&WRONG[i], text, sizeof text);
        fixture_text(read.definition.district, sizeof read.definition.district, "seongdong");
        assert_int_equal(
            ballot_json_read(text, strlen(text), &read.definition, &read.options, &read.problem),
            ERR_INVALID);
        assert_null(read.options);
        assert_int_equal(read.problem.kind->status, WRONG[i].status);
        if (WRONG[i].code != NULL) {
            assert_string_equal(read.problem.kind->code, WRONG[i].code);
        }
        if (strcmp(read.problem.kind->code, "invalid-json") != 0 &&
            strncmp(read.problem.field, WRONG[i].path, strlen(WRONG[i].path)) != 0) {
            fail_msg("%s is refused as %s", WRONG[i].path, read.problem.field);
        }
    }
}

static void what_is_no_object_or_cut_off_is_refused(void **state)
{
    static const char *const texts[] = {"", "[]", "null", "7", "\"a\"", "{}", "{\"title\":"};
    struct read read;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        read = (struct read){0};
        assert_int_equal(ballot_json_read(texts[i], strlen(texts[i]), &read.definition,
                                          &read.options, &read.problem),
                         ERR_INVALID);
        assert_int_equal(read.problem.kind->status, 400);
    }
    for (size_t length = 0; length < strlen(WHOLE); length++) {
        read = (struct read){0};
        assert_int_equal(
            ballot_json_read(WHOLE, length, &read.definition, &read.options, &read.problem),
            ERR_INVALID);
        assert_string_equal(read.problem.kind->code, "invalid-json");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_arrives),
        cmocka_unit_test(what_is_missing_or_null_takes_its_default),
        cmocka_unit_test(every_option_id_makes_a_programme_of_its_own),
        cmocka_unit_test(a_ballot_reads_back_what_it_shows),
        cmocka_unit_test(terms_are_read_and_shown_again_as_they_were),
        cmocka_unit_test(an_order_that_was_drawn_is_read_by_ids_and_shown_again),
        cmocka_unit_test(every_wrong_member_is_refused_by_its_name),
        cmocka_unit_test(what_is_no_object_or_cut_off_is_refused),
    };

    return cmocka_run_group_tests_name("participation_ballot_json", tests, NULL, NULL);
}
