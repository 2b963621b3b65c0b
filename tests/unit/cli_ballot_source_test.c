/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ballot create --from` with a file that our own export wrote: the
 * definition read back is the definition that was written, byte for byte, for
 * every term there is; and what is given beside it cannot contradict it.
 */
#include "../support/participation_fixture.h"

#include "cli/ballot_source.h"
#include "cli/nouns.h"
#include "participation/domain/ballot_encode.h"
#include "participation/domain/ballot_pb.h"
#include "participation/domain/jury.h"
#include "participation/http/ballot_json.h"
#include "runtime/clock.h"

#include <stdio.h>
#include <unistd.h>

enum {
    TEXT_MAX = 65536,
    PATH_SIZE = 128,
    BYTES_MAX = BALLOT_ENCODE_BASE_MAX + FIXTURE_OPTION_COUNT * BALLOT_ENCODE_OPTION_MAX,
};

static char path[PATH_SIZE];

/* Every command of the noun, as the command line finds it. */
static const struct command *create_command(void)
{
    assert_string_equal(BALLOT_NOUN.commands[0].verb, "create");
    return &BALLOT_NOUN.commands[0];
}

/* Writes the definition as the export does, with no votes. */
static void write_file(const struct ballot_definition *definition)
{
    static const int64_t none[FIXTURE_OPTION_COUNT] = {0};
    static const bool funded[FIXTURE_OPTION_COUNT] = {false};
    const struct ballot_pb_count count = {
        .votes = none,
        .scores = none,
        .funded = funded,
        .lot_seed = definition->tie == BALLOT_TIE_LOT ? "일곱; 7" : NULL,
        .electorate = 77,
        .jury = none,
    };
    struct ballot_refusal refusal = {0};
    struct text text;
    FILE *file;
    int descriptor;

    if (ballot_check(definition, &refusal) != ERR_OK) {
        fail_msg("%s at %s", ballot_refusal_text(refusal.reason)->code, refusal.path);
    }
    text_init(&text, TEXT_MAX);
    ballot_pb_add_head(&text, definition, &count);
    assert_int_equal(text_err(&text), ERR_OK);
    (void)snprintf(path, sizeof path, "/tmp/cli-ballot-source-XXXXXX");
    descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    file = fdopen(descriptor, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text_bytes(&text), 1, text_length(&text), file), text_length(&text));
    assert_int_equal(fclose(file), 0);
    text_release(&text);
}

/* A file of others with these rows of META. */
static void write_text(const char *meta)
{
    FILE *file;
    int descriptor;

    (void)snprintf(path, sizeof path, "/tmp/cli-ballot-source-XXXXXX");
    descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    file = fdopen(descriptor, "w");
    assert_non_null(file);
    assert_true(fprintf(file,
                        "META\nkey;value\nbudget;9\nvote_type;approval\n%sPROJECTS\n"
                        "project_id;cost\na;4\nVOTES\nvoter_id;vote\n1;a\n",
                        meta) > 0);
    assert_int_equal(fclose(file), 0);
}

static struct ballot_source source_of(const struct ballot_definition *definition)
{
    return (struct ballot_source){
        .path = path,
        .budget_year = definition->budget_year,
        .opens_ms = definition->opens_at_ms,
        .closes_ms = definition->closes_at_ms,
    };
}

static size_t encode(const struct ballot_definition *definition, uint8_t *bytes)
{
    struct encoder encoder;
    size_t length;

    encoder_init(&encoder, bytes, BYTES_MAX);
    ballot_encode(&encoder, definition);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    return length;
}

/* Writes, reads, and holds the definitions' canonical bytes against each other. */
static void expect_the_same_again(const struct ballot_definition *definition)
{
    const struct ballot_source source = source_of(definition);
    static struct ballot_definition again;
    struct ballot_option *options = NULL;
    struct problem problem = {0};
    uint8_t wanted[BYTES_MAX];
    uint8_t found[BYTES_MAX];
    json_t *json = NULL;
    char *text;
    size_t length;

    write_file(definition);
    assert_int_equal(ballot_source_read(&source, &json), ERR_OK);
    (void)unlink(path);
    text = json_dumps(json, 0);
    assert_non_null(text);
    memset(&again, 0, sizeof again);
    memcpy(again.ballot_id, definition->ballot_id, sizeof again.ballot_id);
    fixture_text(again.district, sizeof again.district, definition->district);
    again.demonstration = definition->demonstration;
    if (ballot_json_read(text, strlen(text), &again, &options, &problem) != ERR_OK) {
        fail_msg("%s at %s: %s", problem.kind->code, problem.field, text);
    }
    assert_int_equal(again.option_count, definition->option_count);
    for (size_t i = 0; i < again.option_count; i++) { /* The service names programmes itself. */
        fixture_text(options[i].programme, sizeof options[i].programme,
                     definition->options[i].programme);
    }
    length = encode(definition, wanted);
    assert_int_equal(encode(&again, found), length);
    assert_memory_equal(found, wanted, length);
    free(options);
    free(text);
    json_decref(json);
}

static void a_plain_ballot_comes_back(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    expect_the_same_again(&fixture.definition);
    fixture.definition.funding_source = BALLOT_FUNDING_SOURCE_CITY;
    fixture.definition.objection_days = 30;
    fixture.definition.area_count = 0;
    fixture.definition.min_cost_krw = (struct ballot_limit){.present = true, .krw = 45000000};
    fixture.definition.channels = BALLOT_BIT(BALLOT_CHANNEL_PAPER);
    fixture_text(fixture.options[2].name, sizeof fixture.options[2].name, "\"청년\"; 공간");
    fixture_ages(&fixture.definition, 15, 39);
    expect_the_same_again(&fixture.definition);
}

static void rules_and_ties_come_back(void **state)
{
    static const enum ballot_rule rules[] = {
        BALLOT_RULE_GREEDY_NO_SKIP, BALLOT_RULE_EQUAL_SHARES, BALLOT_RULE_PHRAGMEN,
        BALLOT_RULE_COMPARISON,     BALLOT_RULE_GREEDY,
    };
    struct fixture fixture;
    struct ballot_definition *definition = &fixture.definition;

    (void)state;
    fixture_init(&fixture);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const bool shares =
            rules[i] == BALLOT_RULE_EQUAL_SHARES || rules[i] == BALLOT_RULE_COMPARISON;

        definition->rule = rules[i];
        definition->completion = shares ? BALLOT_COMPLETION_ADD1U : BALLOT_COMPLETION_NONE;
        definition->satisfaction =
            shares ? BALLOT_SATISFACTION_CARDINALITY : BALLOT_SATISFACTION_COST;
        expect_the_same_again(definition);
    }
    definition->rule = BALLOT_RULE_GREEDY_THRESHOLD;
    definition->threshold = (struct ballot_threshold){.present = true, .score = 12};
    expect_the_same_again(definition);
    definition->tie = BALLOT_TIE_LOT;
    expect_the_same_again(definition);
    definition->tie = BALLOT_TIE_DRAWN;
    definition->tie_order = (struct ballot_tie_order){.numbers = {2, 3, 1}, .count = 3};
    expect_the_same_again(definition);
}

static void every_term_comes_back(void **state)
{
    struct fixture fixture;
    struct ballot_definition *definition = &fixture.definition;

    (void)state;
    fixture_init(&fixture);
    definition->partial_fit = (struct ballot_share){true, 80, 100};
    definition->quorum = (struct ballot_quorum){.present = true, .voters = 500};
    definition->quorum_share = (struct ballot_share){true, 1, 3};
    definition->incompatible =
        (struct ballot_groups){.numbers = {3, 1, 1, 2}, .ends = {2, 4}, .count = 2};
    definition->area_caps.count = 2;
    fixture_text(definition->area_caps.list[0].name, sizeof definition->area_caps.list[0].name,
                 "왕십리2동");
    definition->area_caps.list[0].cap_krw = 60000000;
    definition->area_caps.list[1].cap_krw = 200000000; /* of options without an area */
    definition->field_caps.count = 1;
    fixture_text(definition->field_caps.list[0].name, sizeof definition->field_caps.list[0].name,
                 "보건복지");
    definition->field_caps.list[0].cap_krw = 150000000;
    definition->area_quotas.count = 3;
    definition->area_quotas.list[0] =
        (struct ballot_quota){.scope = BALLOT_SCOPE_DISTRICT, .max_options = 2};
    definition->area_quotas.list[1] =
        (struct ballot_quota){.scope = BALLOT_SCOPE_LOCAL, .min_options = 1, .max_options = 1};
    definition->area_quotas.list[2] =
        (struct ballot_quota){.scope = BALLOT_SCOPE_AREA, .max_options = 1};
    fixture_text(definition->area_quotas.list[2].area, sizeof definition->area_quotas.list[2].area,
                 "왕십리2동");
    expect_the_same_again(definition);
}

static void a_jury_and_adjustable_costs_come_back(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.definition.jury =
        (struct ballot_jury){true, 45, 55, 100, 30, BALLOT_NORMALISATION_HIGHEST};
    fixture.definition.min_costs.krw[0] = 100000000;
    fixture.definition.min_costs.krw[2] = 1;
    expect_the_same_again(&fixture.definition);
}

static void weights_of_channels_and_a_jury_come_back(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.definition.channels = BALLOT_BIT(BALLOT_CHANNEL_WEB) |
                                  BALLOT_BIT(BALLOT_CHANNEL_BOOTH) |
                                  BALLOT_BIT(BALLOT_CHANNEL_PAPER);
    fixture.definition.channel_weights = (struct ballot_channel_weights){
        .parts = {{BALLOT_BIT(BALLOT_CHANNEL_BOOTH) | BALLOT_BIT(BALLOT_CHANNEL_PAPER), 35},
                  {BALLOT_BIT(BALLOT_CHANNEL_WEB), 10}},
        .count = 2,
        .whole = 45,
        .normalisation = BALLOT_NORMALISATION_HIGHEST,
    };
    fixture.definition.jury =
        (struct ballot_jury){true, 45, 55, 100, 30, BALLOT_NORMALISATION_HIGHEST};
    expect_the_same_again(&fixture.definition);
    fixture.definition.jury = (struct ballot_jury){.present = false};
    expect_the_same_again(&fixture.definition);
}

/* What is not given the file says: exactly where it is ours, by its days where it is another's. */
static void year_and_window_come_from_the_file_where_they_are_not_given(void **state)
{
    static const struct {
        const char *meta;
        enum err err;
        const char *found;
    } OTHERS[] = {
        {"instance;2024\ndate_begin;01.03.2023\ndate_end;02.03.2023\n", ERR_OK,
         "2024 2023-02-28T15:00:00.000Z 2023-03-02T15:00:00.000Z"},
        {"instance;2024\ndate_begin;2023\ndate_end;02.03.2023\n", ERR_INVALID, NULL},
        {"instance;2024\ndate_begin;31.02.2023\ndate_end;02.03.2023\n", ERR_INVALID, NULL},
        {"instance;2024\nopens_at;soon\ndate_end;02.03.2023\n", ERR_INVALID, NULL},
        {"instance;24\ndate_begin;01.03.2023\ndate_end;02.03.2023\n", ERR_INVALID, NULL},
        {"date_begin;01.03.2023\ndate_end;02.03.2023\n", ERR_NOT_FOUND, NULL},
        {"instance;2024\ndate_end;02.03.2023\n", ERR_NOT_FOUND, NULL},
    };
    const struct ballot_source source = {.path = path};
    struct fixture fixture;
    json_t *json = NULL;
    char found[128];

    (void)state;
    fixture_init(&fixture);
    fixture.definition.opens_at_ms += 3723004; /* 1:02:03.004 */
    write_file(&fixture.definition);
    assert_int_equal(ballot_source_read(&source, &json), ERR_OK);
    (void)unlink(path);
    assert_int_equal(json_integer_value(json_object_get(json, "budget_year")),
                     fixture.definition.budget_year);
    clock_format(fixture.definition.opens_at_ms, found);
    assert_string_equal(json_string_value(json_object_get(json, "opens_at")), found);
    clock_format(fixture.definition.closes_at_ms, found);
    assert_string_equal(json_string_value(json_object_get(json, "closes_at")), found);
    json_decref(json);
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        write_text(OTHERS[i].meta);
        json = NULL;
        assert_int_equal(ballot_source_read(&source, &json), OTHERS[i].err);
        (void)unlink(path);
        if (OTHERS[i].found != NULL) {
            (void)snprintf(found, sizeof found, "%lld %s %s",
                           (long long)json_integer_value(json_object_get(json, "budget_year")),
                           json_string_value(json_object_get(json, "opens_at")),
                           json_string_value(json_object_get(json, "closes_at")));
            assert_string_equal(found, OTHERS[i].found);
            json_decref(json);
        }
    }
}

static void limits_of_points_come_back(void **state)
{
    const struct ballot_points two = {.present = true, .points = 2};
    const struct ballot_points three = {.present = true, .points = 3};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture_points(&fixture, BALLOT_METHOD_CUMULATIVE);
    fixture.definition.min_points = two;
    fixture.definition.min_sum_points = three;
    expect_the_same_again(&fixture.definition);
    fixture_init(&fixture);
    fixture_points(&fixture, BALLOT_METHOD_SCORING);
    fixture.definition.default_score = two;
    expect_the_same_again(&fixture.definition);
    fixture_init(&fixture);
    fixture.definition.method = BALLOT_METHOD_ORDINAL;
    fixture.definition.min_options = 2;
    expect_the_same_again(&fixture.definition);
}

static void what_a_vote_must_have_comes_back_where_an_empty_one_is_valid_too(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture_points(&fixture, BALLOT_METHOD_CUMULATIVE);
    fixture.definition.empty_allowed = true;
    fixture.definition.min_options = 2;
    fixture.definition.min_cost_krw = (struct ballot_limit){.present = true, .krw = 165000000};
    fixture.definition.min_sum_points = (struct ballot_points){.present = true, .points = 4};
    expect_the_same_again(&fixture.definition);
}

/* Reads the file with a command line beside it. */
static enum err read_with(const struct ballot_definition *definition, int argc,
                          const char *const *argv)
{
    static struct invocation invocation;
    struct ballot_source source = source_of(definition);
    json_t *json = NULL;
    enum err err;

    assert_int_equal(invocation_parse(&BALLOT_NOUN, create_command(), argc, argv, &invocation),
                     ERR_OK);
    source.invocation = &invocation;
    source.funding_source = invocation_text(&invocation, "source");
    source.rule = invocation_text(&invocation, "rule");
    source.completion = invocation_text(&invocation, "completion");
    source.tie = invocation_text(&invocation, "tie");
    err = invocation_number(&invocation, "budget", 1, INT64_MAX, &source.budget_krw);
    assert_true(err == ERR_OK || err == ERR_NOT_FOUND);
    err = invocation_number(&invocation, "threshold", 1, INT64_MAX, &source.threshold_score);
    assert_true(err == ERR_OK || err == ERR_NOT_FOUND);
    err = ballot_source_read(&source, &json);
    if (!err) {
        json_decref(json);
    }
    return err;
}

static void what_contradicts_the_file_is_refused(void **state)
{
    static const struct {
        const char *option;
        const char *same;  /* as the file has it; NULL: it has none */
        const char *other; /* as it does not */
    } CASES[] = {
        {"--rule", "greedy", "phragmen"},
        {"--completion", "none", "add1"},
        {"--tie", "lowest-cost-then-votes", "id"},
        {"--source", "district", "city"},
        {"--budget", "300000000", "300000001"},
        {"--threshold", NULL, "5"},
        {"--partial-fit", NULL, "80/100"},
        {"--quorum", "500", "501"},
        {"--quorum-share", "1/3", "1/2"},
        {"--incompatible", "youth-space,health-walk", "youth-space,repair-cafe"},
        {"--area-cap", "왕십리2동=60000000", "왕십리2동=60000001"},
        {"--field-cap", NULL, "보건복지=150000000"},
        {"--min-cost", "repair-cafe=45", "repair-cafe=46"},
        {"--quota", "local=1-1", "local=0-1"},
    };
    struct fixture fixture;
    struct ballot_definition *definition = &fixture.definition;

    (void)state;
    fixture_init(&fixture);
    definition->quorum = (struct ballot_quorum){.present = true, .voters = 500};
    definition->quorum_share = (struct ballot_share){true, 1, 3};
    definition->incompatible = (struct ballot_groups){.numbers = {3, 1}, .ends = {2}, .count = 1};
    definition->area_caps.count = 1;
    fixture_text(definition->area_caps.list[0].name, sizeof definition->area_caps.list[0].name,
                 "왕십리2동");
    definition->area_caps.list[0].cap_krw = 60000000;
    definition->area_quotas.count = 1;
    definition->area_quotas.list[0] =
        (struct ballot_quota){.scope = BALLOT_SCOPE_LOCAL, .min_options = 1, .max_options = 1};
    definition->min_costs.krw[1] = 45;
    write_file(definition);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        if (CASES[i].same != NULL) {
            assert_int_equal(
                read_with(definition, 2, (const char *const[]){CASES[i].option, CASES[i].same}),
                ERR_OK);
        }
        assert_int_equal(
            read_with(definition, 2, (const char *const[]){CASES[i].option, CASES[i].other}),
            ERR_CONFLICT);
    }
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_ballot_comes_back),
        cmocka_unit_test(rules_and_ties_come_back),
        cmocka_unit_test(every_term_comes_back),
        cmocka_unit_test(a_jury_and_adjustable_costs_come_back),
        cmocka_unit_test(weights_of_channels_and_a_jury_come_back),
        cmocka_unit_test(year_and_window_come_from_the_file_where_they_are_not_given),
        cmocka_unit_test(limits_of_points_come_back),
        cmocka_unit_test(what_a_vote_must_have_comes_back_where_an_empty_one_is_valid_too),
        cmocka_unit_test(what_contradicts_the_file_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
