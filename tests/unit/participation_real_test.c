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

#define REAL_FOLDER TEST_SOURCE_DIR "/../shared/data/pb"
#define OWN_FOLDER  TEST_SOURCE_DIR "/tests/data"
#define PATH_SIZE   4096
#define SUFFIX      ".expected.json"

static int compare_strings(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Counts the election by greedy and compares the funded ids, sorted as strings. */
static void assert_winners(const struct election *election, enum tally_tie_rule tie,
                           const json_t *winners, const char *name)
{
    const struct tally_method method = {.rule = TALLY_GREEDY, .tie = tie};
    struct tally_result result;
    const char **ids;

    assert_int_equal(tally_run(election, &method, &result), ERR_OK);
    if (result.funded_count != json_array_size(winners)) {
        fail_msg("%s: %u funded, %zu expected", name, result.funded_count,
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
            fail_msg("%s: %s funded where %s is expected", name, ids[i], expected);
        }
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

/* Compares what is expected of greedy, if anything is; returns how many outcomes were compared. */
static int compare_outcomes(const struct election *election, const json_t *rules, const char *name)
{
    static const char *const GREEDY[] = {"greedy", "greedy/lowest-cost-then-votes",
                                         "greedy/listed-order"};
    const json_t *official = json_object_get(rules, "official");
    const json_t *rule = json_object_get(official, "rule");
    int compared = 0;

    for (size_t i = 0; i < sizeof GREEDY / sizeof GREEDY[0]; i++) {
        const json_t *greedy = json_object_get(rules, GREEDY[i]);

        if (greedy != NULL) {
            assert_winners(election, tie_rule_of(greedy), json_object_get(greedy, "winners"), name);
            compared++;
        }
    }
    if (rule != NULL && strcmp(json_string_value(rule), "greedy") == 0) {
        assert_winners(election, TALLY_TIE_ID, json_object_get(official, "winners"), name);
        assert_winners(election, TALLY_TIE_LOWEST_COST_THEN_VOTES,
                       json_object_get(official, "winners"), name);
        assert_winners(election, TALLY_TIE_LISTED_ORDER, json_object_get(official, "winners"),
                       name);
        compared++;
    }
    return compared;
}

static int compare_file(const char *folder, const char *name)
{
    const struct pb_options options = {.strict = true, .keep_votes = false};
    char path[PATH_SIZE];
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
    compared = compare_outcomes(pb_election(pb), json_object_get(expected, "rules"), name);
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
