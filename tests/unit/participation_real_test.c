/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real elections against what independent implementations and the cities
 * themselves say of them. The files lie outside the repository; where they
 * are absent the test says so and skips. The few made-up ones of tests/data,
 * with their BOMs, quotes, line ends, ties and decimals, are always there.
 */
#include "../support/participation_help.h"

#include <dirent.h>
#include <jansson.h>

#include "participation/domain/tally.h"
#include "participation/domain/tally_json.h"

#define REAL_FOLDER TEST_SOURCE_DIR "/../shared/data/pb"
#define OWN_FOLDER  TEST_SOURCE_DIR "/tests/data"
#define PATH_SIZE   4096
#define SUFFIX      ".expected.json"

static int compare_strings(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The endowment as the result's JSON spells it. */
static void assert_endowment(const struct election *election, const struct tally_result *result,
                             const char *expected, const char *name)
{
    struct text text;
    json_t *json;
    const char *endowment;

    text_init(&text, TALLY_JSON_LENGTH_MAX);
    tally_json_write(election, result, &text);
    json = json_loads(text_bytes(&text), 0, NULL);
    assert_non_null(json);
    endowment = json_string_value(json_object_get(json, "endowment"));
    if (endowment == NULL || strcmp(endowment, expected) != 0) {
        fail_msg("%s: endowment %s, expected %s", name, endowment, expected);
    }
    json_decref(json);
    text_release(&text);
}

/* Counts the election by the method and compares the funded ids, sorted as strings. */
static void assert_winners(const struct election *election, const struct tally_method *method,
                           const json_t *outcome, const char *name)
{
    const json_t *winners = json_object_get(outcome, "winners");
    const json_t *endowment = json_object_get(outcome, "endowment");
    struct tally_result result;
    const char **ids;

    assert_int_equal(tally_run(election, method, &result), ERR_OK);
    if (result.funded_count != json_array_size(winners)) {
        fail_msg("%s: %s %s %s: %u funded, %zu expected", name, tally_rule_name(method->rule),
                 tally_satisfaction_name(method->satisfaction),
                 tally_completion_name(method->completion), result.funded_count,
                 json_array_size(winners));
    }
    ids = calloc(result.funded_count + 1, sizeof *ids);
    assert_non_null(ids);
    for (uint32_t i = 0; i < result.funded_count; i++) {
        ids[i] = election_option(election, result.funded[i])->id;
    }
    qsort(ids, result.funded_count, sizeof *ids, compare_strings);
    for (uint32_t i = 0; i < result.funded_count; i++) {
        const char *expected = json_string_value(json_array_get(winners, i));

        if (strcmp(ids[i], expected) != 0) {
            fail_msg("%s: %s %s %s: %s funded where %s is expected", name,
                     tally_rule_name(method->rule), tally_satisfaction_name(method->satisfaction),
                     tally_completion_name(method->completion), ids[i], expected);
        }
    }
    if (endowment != NULL) {
        assert_endowment(election, &result, json_string_value(endowment), name);
    }
    free(ids);
    tally_result_release(&result);
}

static enum tally_tie_rule tie_rule_of(const json_t *outcome)
{
    const char *name = json_string_value(json_object_get(outcome, "tie"));
    enum tally_tie_rule tie;

    assert_non_null(name);
    assert_int_equal(tally_tie_rule_find(name, &tie), ERR_OK);
    return tie;
}

/* Reads "rule", "rule/satisfaction" or "rule/satisfaction/completion"; false: no such method. */
static bool method_of(const char *key, struct tally_method *ret)
{
    char parts[3][64] = {"", "", ""};
    int count = sscanf(key, "%63[^/]/%63[^/]/%63s", parts[0], parts[1], parts[2]);

    return count >= 1 && tally_rule_find(parts[0], &ret->rule) == ERR_OK &&
           (count < 2 || tally_satisfaction_find(parts[1], &ret->satisfaction) == ERR_OK ||
            tally_tie_rule_find(parts[1], &ret->tie) == ERR_OK) &&
           (count < 3 || tally_completion_find(parts[2], &ret->completion) == ERR_OK);
}

/* What the city itself recorded, under every order of ties that reproduces it. */
static int compare_official(const struct election *election, const json_t *official,
                            struct decimal threshold, const char *name)
{
    static const enum tally_tie_rule TIES[] = {TALLY_TIE_LISTED_ORDER, TALLY_TIE_ID,
                                               TALLY_TIE_LOWEST_COST_THEN_VOTES};

    static const char *const ORDERS[] = {"fileorder", "id", "cheap"};
    const char *rule = json_string_value(json_object_get(official, "rule"));
    struct tally_method method = {.threshold = threshold, .tie = TALLY_TIE_LOWEST_COST_THEN_VOTES};
    int compared = 0;

    if (strncmp(rule, "equalshares/add1", strlen("equalshares/add1")) == 0) {
        method.rule = strstr(rule, "comparison") != NULL ? TALLY_COMPARISON : TALLY_EQUAL_SHARES;
        method.completion = TALLY_COMPLETION_ADD1;
        assert_winners(election, &method, official, name);
        return 1;
    }
    assert_int_equal(tally_rule_find(rule, &method.rule), ERR_OK);
    for (size_t i = 0; i < sizeof TIES / sizeof TIES[0]; i++) {
        const json_t *orders = json_object_get(official, "tie_orders");
        bool reproduces = orders == NULL;

        for (size_t k = 0; k < json_array_size(orders); k++) {
            reproduces =
                reproduces || strcmp(json_string_value(json_array_get(orders, k)), ORDERS[i]) == 0;
        }
        if (reproduces) {
            method.tie = TIES[i];
            assert_winners(election, &method, official, name);
            compared++;
        }
    }
    return compared;
}

/* Compares every outcome there is; returns how many. One of a method we do not know fails. */
static int compare_outcomes(const struct election *election, json_t *rules,
                            struct decimal threshold, const char *name)
{
    const char *key;
    json_t *outcome;
    int compared = 0;

    json_object_foreach(rules, key, outcome)
    {
        struct tally_method method = {.threshold = threshold};

        if (strcmp(key, "official") == 0) {
            compared += compare_official(election, outcome, threshold, name);
            continue;
        }
        if (!method_of(key, &method)) {
            fail_msg("%s: no method called %s", name, key);
        }
        method.tie = tie_rule_of(outcome);
        assert_winners(election, &method, outcome, name);
        compared++;
    }
    return compared;
}

static int compare_file(const char *folder, const char *name)
{
    const struct pb_options options = {.strict = true, .keep_votes = true};
    char path[PATH_SIZE];
    struct decimal threshold = {.units = 0};
    struct pb *pb = NULL;
    size_t length = 0;
    char *bytes;
    json_t *expected;
    int compared;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    expected = json_load_file(path, 0, NULL);
    assert_non_null(expected);
    (void)snprintf(path, sizeof path, "%s/%s", folder,
                   json_string_value(json_object_get(expected, "file")));
    bytes = help_file(path, &length);
    assert_non_null(bytes);
    assert_int_equal(pb_new(&options, &pb), ERR_OK);
    if (help_feed(pb, bytes, length, 65536) != ERR_OK) {
        size_t count;
        const struct pb_fault *faults = pb_faults(pb, &count);

        fail_msg("%s:%llu: %s: %s \"%s\"", path, (unsigned long long)faults[0].line,
                 faults[0].field, pb_rule_code(faults[0].rule), faults[0].value);
    }
    assert_int_equal(election_vote_count(pb_election(pb)),
                     json_integer_value(json_object_get(expected, "votes")));
    assert_int_equal(election_option_count(pb_election(pb)),
                     json_integer_value(json_object_get(expected, "projects")));
    assert_string_equal(election_vote_type_name(election_vote_type(pb_election(pb))),
                        json_string_value(json_object_get(expected, "vote_type")));
    if (pb_meta_decimal(pb, "min_project_score_threshold", &threshold)) {
        threshold = (struct decimal){.units = 0}; /* the file states none */
    }
    compared =
        compare_outcomes(pb_election(pb), json_object_get(expected, "rules"), threshold, name);
    pb_free(pb);
    free(bytes);
    json_decref(expected);
    return compared;
}

static void compare_folder(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    int files = 0;
    int compared = 0;

    if (folder == NULL) {
        print_message("%s is absent: skipping its elections\n", path);
        skip();
        return;
    }
    for (entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        size_t length = strlen(entry->d_name);

        if (length > strlen(SUFFIX) &&
            strcmp(entry->d_name + length - strlen(SUFFIX), SUFFIX) == 0) {
            compared += compare_file(path, entry->d_name);
            files++;
        }
    }
    (void)closedir(folder);
    print_message("%d files read, %d outcomes compared\n", files, compared);
    assert_true(files > 0);
    assert_true(compared > 0);
}

static void every_real_election_is_read_strictly_and_counted_as_others_count_it(void **state)
{
    (void)state;
    compare_folder(REAL_FOLDER);
}

static void every_election_of_our_own_is_counted_as_worked_out_beside_it(void **state)
{
    (void)state;
    compare_folder(OWN_FOLDER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_real_election_is_read_strictly_and_counted_as_others_count_it),
        cmocka_unit_test(every_election_of_our_own_is_counted_as_worked_out_beside_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
