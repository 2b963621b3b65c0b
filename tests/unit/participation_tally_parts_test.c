/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domain/tally_parts: votes by channel and a jury's scores weighed. The same is
 * counted again by two verifiers in tests/integration/test_verify_recount.py.
 */
#include "../support/participation_help.h"

#include "participation/domain/tally.h"
#include "participation/domain/tally_json.h"
#include "participation/domain/tally_parts.h"

/* Options of 10 each: a has 6 votes, b 3, c none. */
static struct election *new_election(void)
{
    static const int VOTES[] = {6, 3, 0};
    static const char *const IDS[] = {"a", "b", "c"};
    struct election *election = NULL;

    assert_int_equal(election_new(ELECTION_APPROVAL, false, &election), ERR_OK);
    assert_int_equal(election_set_budget(election, (struct decimal){.units = 20}), ERR_OK);
    for (uint32_t i = 0; i < 3; i++) {
        const struct election_entry entry = {.id = IDS[i], .cost = {.units = 10}};
        uint32_t option;

        assert_int_equal(election_add_option(election, &entry, &option), ERR_OK);
        for (int vote = 0; vote < VOTES[i]; vote++) {
            const struct election_choice choice = {.option = option};

            assert_int_equal(election_add_vote(election, &choice, 1), ERR_OK);
        }
    }
    return election;
}

/* All votes and a jury's scores, in hundredths. */
static struct tally_parts with_jury(uint32_t votes, uint32_t jury, const int64_t *scores)
{
    return (struct tally_parts){
        .count = 2,
        .list = {{.of = TALLY_PART_VOTES, .weight = votes},
                 {.of = TALLY_PART_JURY, .weight = jury, .scale = 2, .scores = scores}},
    };
}

static struct tally_result counted(const struct election *election, const struct tally_parts *parts)
{
    const struct tally_method method = {.rule = TALLY_GREEDY, .tie = TALLY_TIE_ID, .parts = parts};
    struct tally_result result;

    assert_int_equal(tally_run(election, &method, &result), ERR_OK);
    return result;
}

static void assert_combined(const struct tally_result *result, uint32_t option,
                            const char *expected)
{
    char combined[TALLY_COMBINED_SIZE];

    tally_parts_combined(result, option, combined);
    assert_string_equal(combined, expected);
}

static void each_part_is_a_share_of_the_highest_times_its_weight(void **state)
{
    /* 45:55, and the jury gave 10.00, 20.00 and 30.00. */
    static const int64_t SCORES[] = {1000, 2000, 3000};
    const struct tally_parts parts = with_jury(45, 55, SCORES);

    /* 45 + 55/3, 45/2 + 110/3, 55 */
    static const char *const COMBINED[] = {"190/3", "355/6", "55"};
    struct election *election = new_election();
    struct tally_result result = counted(election, &parts);

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        assert_combined(&result, i, COMBINED[i]);
    }
    assert_int_equal(result.funded_count, 2);
    assert_int_equal(result.funded[0], 0);
    assert_int_equal(result.funded[1], 1);
    tally_result_release(&result);
    election_free(election);
}

static void the_result_shows_both_parts_and_their_sum(void **state)
{
    static const int64_t SCORES[] = {1050, 0, 3000};
    const struct tally_parts parts = with_jury(30, 70, SCORES);
    struct election *election = new_election();
    struct tally_result result = counted(election, &parts);
    struct text text;

    (void)state;
    text_init(&text, TALLY_JSON_LENGTH_MAX);
    tally_json_write(election, &result, &text);
    assert_non_null(strstr(text_bytes(&text),
                           "\"jury\":{\"resident_weight\":30,\"jury_weight\":70,"
                           "\"normalisation\":\"highest\",\"highest_score\":\"6\","
                           "\"highest_jury\":\"30\"},"));
    assert_non_null(strstr(text_bytes(&text),
                           "\"score\":\"6\",\"resident_part\":\"30\",\"jury\":\"10.5\","
                           "\"jury_part\":\"49/2\",\"combined\":\"109/2\",\"funded\":true"));
    assert_non_null(strstr(text_bytes(&text),
                           "\"score\":\"3\",\"resident_part\":\"15\",\"jury\":\"0\","
                           "\"jury_part\":\"0\",\"combined\":\"15\",\"funded\":false"));
    text_release(&text);
    tally_result_release(&result);
    election_free(election);
}

static void options_of_one_combined_score_are_tied_and_the_tie_rule_decides(void **state)
{
    /* a: 50 + 25, b: 25 + 50, c: 0. */
    static const int64_t SCORES[] = {100, 200, 0};
    const struct tally_parts parts = with_jury(50, 50, SCORES);
    struct election *election = new_election();
    struct tally_result result = counted(election, &parts);
    struct text text;

    (void)state;
    assert_int_equal(result.tie_count, 1);
    assert_int_equal(result.ties[0].count, 2);
    text_init(&text, TALLY_JSON_LENGTH_MAX);
    tally_json_write(election, &result, &text);
    assert_non_null(strstr(text_bytes(&text),
                           "\"ties\":[{\"options\":[\"a\",\"b\"],"
                           "\"combined\":\"75\",\"decided_by\":[\"id\"]"));
    text_release(&text);
    tally_result_release(&result);
    election_free(election);
}

static void a_part_that_nobody_has_is_nothing_for_all(void **state)
{
    static const int64_t SCORES[] = {0, 0, 0};
    const struct tally_parts parts = with_jury(1, 99, SCORES);
    struct election *election = new_election();
    struct tally_result result = counted(election, &parts);

    (void)state;
    assert_int_equal(result.part_highest[1], 0);
    assert_combined(&result, 0, "1");
    assert_true(tally_part_share(&result, 1, 0).numerator == 0);
    tally_result_release(&result);
    election_free(election);
}

static void what_cannot_be_weighed_is_refused(void **state)
{
    static const int64_t SCORES[] = {1, 2, 3};
    static const int64_t NEGATIVE[] = {1, -2, 3};
    static const int64_t HUGE_SCORES[] = {INT64_MAX, 0, 0};
    const struct tally_parts parts = with_jury(50, 50, SCORES);
    struct tally_parts wrong = parts;
    struct tally_method method = {.rule = TALLY_GREEDY, .tie = TALLY_TIE_ID, .parts = &wrong};
    struct election *election = new_election();
    struct tally_result result;

    (void)state;
    wrong.list[1].weight = 51;
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    wrong.list[1].weight = 0;
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    wrong = with_jury(50, 50, NEGATIVE);
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    wrong = parts;
    wrong.count = 1;
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    wrong = parts;
    wrong.list[0].of = TALLY_PART_CHANNELS; /* The election has no groups of votes. */
    assert_int_equal(tally_run(election, &method, &result), ERR_CONFLICT);
    wrong.list[1] = (struct tally_part){.of = TALLY_PART_VOTES, .weight = 50};
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    wrong = parts;
    method.rule = TALLY_PHRAGMEN;
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    method.rule = TALLY_GREEDY;
    wrong = with_jury(50, 50, HUGE_SCORES);
    assert_int_equal(tally_run(election, &method, &result), ERR_OK); /* it fits */
    tally_result_release(&result);
    election_free(election);
}

/* Options of 10 each and groups of votes: votes[group][option] for each. */
static struct election *grouped(uint32_t groups, uint32_t options, const int (*votes)[3])
{
    static const char *const IDS[] = {"a", "b", "c"};
    struct election *election = NULL;

    assert_int_equal(election_new(ELECTION_APPROVAL, false, &election), ERR_OK);
    assert_int_equal(election_set_budget(election, (struct decimal){.units = 20}), ERR_OK);
    for (uint32_t i = 0; i < options; i++) {
        const struct election_entry entry = {.id = IDS[i], .cost = {.units = 10}};
        uint32_t option;

        assert_int_equal(election_add_option(election, &entry, &option), ERR_OK);
    }
    assert_int_equal(election_set_groups(election, groups), ERR_OK);
    for (uint32_t group = 0; group < groups; group++) {
        for (uint32_t i = 0; i < options; i++) {
            const struct election_choice choice = {.option = i};

            for (int vote = 0; vote < votes[group][i]; vote++) {
                assert_int_equal(election_add_vote_of(election, group, &choice, 1), ERR_OK);
            }
        }
    }
    return election;
}

static struct tally_part of_channels(const char *first, const char *second, uint32_t weight)
{
    return (struct tally_part){
        .of = TALLY_PART_CHANNELS,
        .weight = weight,
        .channels = {first, second},
        .channel_count = second == NULL ? 1 : 2,
    };
}

static void channels_are_weighed_by_their_own_highest_and_all_parts_are_shown(void **state)
{
    /* Online 30: a 10, b 5, c none. On site 70: a none, b 1, c 2. */
    static const int VOTES[][3] = {{10, 5, 0}, {0, 1, 2}};
    const struct tally_parts parts = {
        .count = 2,
        .list = {of_channels("web", "kiosk", 30), of_channels("booth", "paper", 70)},
    };
    struct election *election = grouped(2, 3, VOTES);
    struct tally_result result = counted(election, &parts);
    struct text text;

    (void)state;
    assert_combined(&result, 0, "30");
    assert_combined(&result, 1, "50");
    assert_combined(&result, 2, "70");
    assert_int_equal(result.funded[0], 2);
    assert_int_equal(result.funded[1], 1);
    text_init(&text, TALLY_JSON_LENGTH_MAX);
    tally_json_write(election, &result, &text);
    assert_non_null(strstr(text_bytes(&text),
                           "\"channel_weights\":{\"normalisation\":\"highest\",\"parts\":["
                           "{\"channels\":[\"web\",\"kiosk\"],\"weight\":30,\"votes\":15,"
                           "\"highest_score\":\"10\"},"
                           "{\"channels\":[\"booth\",\"paper\"],\"weight\":70,\"votes\":3,"
                           "\"highest_score\":\"2\"}]},\"budget\""));
    assert_non_null(
        strstr(text_bytes(&text),
               "\"score\":\"6\",\"channel_parts\":[{\"score\":\"5\",\"part\":\"15\"},"
               "{\"score\":\"1\",\"part\":\"35\"}],\"combined\":\"50\",\"funded\":true"));
    text_release(&text);
    tally_result_release(&result);
    election_free(election);
}

static void channels_and_a_jury_are_parts_of_one_whole(void **state)
{
    static const int VOTES[][3] = {{10, 5, 0}, {0, 1, 2}};
    static const int64_t SCORES[] = {300, 100, 0};
    struct tally_parts parts = {
        .count = 3,
        .list = {of_channels("web", NULL, 15),
                 of_channels("booth", NULL, 35),
                 {.of = TALLY_PART_JURY, .weight = 50, .scale = 2, .scores = SCORES}},
    };
    struct election *election = grouped(2, 3, VOTES);
    struct tally_result result = counted(election, &parts);

    (void)state;
    assert_combined(&result, 0, "65");
    assert_combined(&result, 1, "125/3"); /* 7.5 + 17.5 + 50/3 */
    assert_combined(&result, 2, "35");
    assert_int_equal(tally_parts_hundredths(&result, 1), 4166);
    tally_result_release(&result);
    parts.list[1].weight = 36; /* more than 100 together */
    const struct tally_method method = {.rule = TALLY_GREEDY, .tie = TALLY_TIE_ID, .parts = &parts};

    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    election_free(election);
}

static void a_part_without_votes_gives_nobody_anything_and_changes_no_order(void **state)
{
    static const int VOTES[][3] = {{4, 9, 2}, {0, 0, 0}};
    const struct tally_parts parts = {
        .count = 2,
        .list = {of_channels("web", NULL, 1), of_channels("booth", NULL, 99)},
    };
    struct election *election = grouped(2, 3, VOTES);
    struct tally_result result = counted(election, &parts);

    (void)state;
    assert_combined(&result, 0, "4/9");
    assert_combined(&result, 1, "1");
    assert_combined(&result, 2, "2/9");
    assert_int_equal(result.funded[0], 1);
    assert_int_equal(result.funded[1], 0);
    tally_result_release(&result);
    election_free(election);
}

/* Points just below 2^63 in every part: what 128 bits could never hold. */
static void scores_of_any_size_are_weighed_exactly(void **state)
{
    static const char *const CHANNELS[] = {"web", "kiosk", "booth", "paper"};
    static const int64_t SCORES[] = {INT64_MAX, INT64_MAX - 1};
    struct tally_parts parts = {.count = 5};
    struct tally_method method = {.rule = TALLY_GREEDY,
                                  .satisfaction = TALLY_SATISFACTION_CARDINALITY,
                                  .tie = TALLY_TIE_ID,
                                  .parts = &parts};
    struct election *election = NULL;
    struct tally_result result;

    (void)state;
    assert_int_equal(election_new(ELECTION_CUMULATIVE, false, &election), ERR_OK);
    assert_int_equal(election_set_budget(election, (struct decimal){.units = INT64_MAX}), ERR_OK);
    for (uint32_t i = 0; i < 2; i++) {
        const struct election_entry entry = {
            .id = i == 0 ? "a" : "b",
            .cost = {.units = INT64_MAX / 2 - 1 + i},
        };
        uint32_t option;

        assert_int_equal(election_add_option(election, &entry, &option), ERR_OK);
    }
    assert_int_equal(election_set_groups(election, 4), ERR_OK);
    for (uint32_t group = 0; group < 4; group++) {
        const int64_t points = INT64_MAX / 4 - group;
        const struct election_choice choices[] = {
            {.option = 0, .points = {.units = points - (group == 3 ? 1 : 0)}},
            {.option = 1, .points = {.units = points}},
        };

        assert_int_equal(election_add_vote_of(election, group, choices, 2), ERR_OK);
        parts.list[group] = of_channels(CHANNELS[group], NULL, 20);
    }
    parts.list[4] =
        (struct tally_part){.of = TALLY_PART_JURY, .weight = 20, .scale = 2, .scores = SCORES};
    assert_int_equal(tally_run(election, &method, &result), ERR_OK);
    /* a lacks one point of one part, and costs one less. */
    assert_int_equal(tally_parts_hundredths(&result, 0), 9999);
    assert_combined(&result, 0, "57646075230342348695/576460752303423487");
    assert_combined(&result, 1, "922337203685477580680/9223372036854775807");
    assert_int_equal(result.funded[0], 0);
    tally_result_release(&result);
    method.satisfaction = TALLY_SATISFACTION_COST;
    assert_int_equal(tally_run(election, &method, &result), ERR_OK);
    assert_int_equal(result.funded[0], 1);
    tally_result_release(&result);
    election_free(election);
}

/* Multiplying the votes of one part changes nothing; neither does the order of votes or options. */
static void only_shares_of_a_part_matter(void **state)
{
    uint64_t random = help_seed();

    (void)state;
    for (int run = 0; run < 200; run++) {
        int votes[2][3];
        int more[2][3];
        const int times = 1 + (int)(help_random(&random) % 5);
        const uint32_t weight = 1 + (uint32_t)(help_random(&random) % 99);
        const struct tally_parts parts = {
            .count = 2,
            .list = {of_channels("web", NULL, weight), of_channels("booth", NULL, 100 - weight)},
        };
        struct election *left;
        struct election *right;
        struct tally_result one;
        struct tally_result other;

        for (int group = 0; group < 2; group++) {
            for (int i = 0; i < 3; i++) {
                votes[group][i] = (int)(help_random(&random) % 7);
                more[group][i] = votes[group][i] * (group == 1 ? times : 1);
            }
        }
        left = grouped(2, 3, (const int(*)[3])votes);
        right = grouped(2, 3, (const int(*)[3])more);
        one = counted(left, &parts);
        other = counted(right, &parts);
        assert_int_equal(one.funded_count, other.funded_count);
        for (uint32_t i = 0; i < 3; i++) {
            char combined[TALLY_COMBINED_SIZE];

            tally_parts_combined(&one, i, combined);
            assert_combined(&other, i, combined);
            assert_int_equal(one.part_ranks[i], other.part_ranks[i]);
        }
        tally_result_release(&one);
        tally_result_release(&other);
        election_free(left);
        election_free(right);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_is_a_share_of_the_highest_times_its_weight),
        cmocka_unit_test(the_result_shows_both_parts_and_their_sum),
        cmocka_unit_test(options_of_one_combined_score_are_tied_and_the_tie_rule_decides),
        cmocka_unit_test(a_part_that_nobody_has_is_nothing_for_all),
        cmocka_unit_test(what_cannot_be_weighed_is_refused),
        cmocka_unit_test(channels_are_weighed_by_their_own_highest_and_all_parts_are_shown),
        cmocka_unit_test(channels_and_a_jury_are_parts_of_one_whole),
        cmocka_unit_test(a_part_without_votes_gives_nobody_anything_and_changes_no_order),
        cmocka_unit_test(scores_of_any_size_are_weighed_exactly),
        cmocka_unit_test(only_shares_of_a_part_matter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
