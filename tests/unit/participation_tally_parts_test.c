/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domain/tally_jury: residents' votes and a jury's scores weighed. The same is
 * counted again by two verifiers in tests/integration/test_verify_recount.py.
 */
#include "../support/participation_help.h"

#include "participation/domain/tally.h"
#include "participation/domain/tally_json.h"
#include "participation/domain/tally_jury.h"

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

static struct tally_result counted(const struct election *election, const struct tally_jury *jury)
{
    const struct tally_method method = {.rule = TALLY_GREEDY, .tie = TALLY_TIE_ID, .jury = jury};
    struct tally_result result;

    assert_int_equal(tally_run(election, &method, &result), ERR_OK);
    return result;
}

static void each_part_is_a_share_of_the_highest_times_its_weight(void **state)
{
    /* 45:55, and the jury gave 10.00, 20.00 and 30.00. */
    static const int64_t SCORES[] = {1000, 2000, 3000};
    const struct tally_jury jury = {
        .resident_weight = 45, .jury_weight = 55, .scale = 2, .scores = SCORES};

    static const struct {
        wide numerator;
        wide denominator;
    } COMBINED[] = {{190, 3}, {355, 6}, {55, 1}}; /* 45 + 55/3, 45/2 + 110/3, 55 */
    struct election *election = new_election();
    struct tally_result result = counted(election, &jury);

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        const struct tally_fraction combined =
            tally_fraction_reduce(tally_jury_combined(&result, i));

        assert_true(combined.numerator == COMBINED[i].numerator);
        assert_true(combined.denominator == COMBINED[i].denominator);
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
    const struct tally_jury jury = {
        .resident_weight = 30, .jury_weight = 70, .scale = 2, .scores = SCORES};
    struct election *election = new_election();
    struct tally_result result = counted(election, &jury);
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
    const struct tally_jury jury = {
        .resident_weight = 50, .jury_weight = 50, .scale = 2, .scores = SCORES};
    struct election *election = new_election();
    struct tally_result result = counted(election, &jury);
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
    const struct tally_jury jury = {
        .resident_weight = 1, .jury_weight = 99, .scale = 2, .scores = SCORES};
    struct election *election = new_election();
    struct tally_result result = counted(election, &jury);

    (void)state;
    assert_int_equal(result.highest_jury, 0);
    assert_true(tally_fraction_reduce(tally_jury_combined(&result, 0)).numerator == 1);
    assert_true(tally_jury_jurys(&result, 0).numerator == 0);
    tally_result_release(&result);
    election_free(election);
}

static void what_cannot_be_weighed_is_refused(void **state)
{
    static const int64_t SCORES[] = {1, 2, 3};
    static const int64_t NEGATIVE[] = {1, -2, 3};
    static const int64_t HUGE_SCORES[] = {INT64_MAX, 0, 0};
    const struct tally_jury jury = {
        .resident_weight = 50, .jury_weight = 50, .scale = 2, .scores = SCORES};
    struct tally_jury wrong = jury;
    struct tally_method method = {.rule = TALLY_GREEDY, .tie = TALLY_TIE_ID, .jury = &wrong};
    struct election *election = new_election();
    struct tally_result result;

    (void)state;
    wrong.jury_weight = 51;
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    wrong.jury_weight = 0;
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    wrong = jury;
    wrong.scores = NEGATIVE;
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    wrong = jury;
    method.rule = TALLY_PHRAGMEN;
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    method.rule = TALLY_GREEDY;
    wrong.scores = HUGE_SCORES;
    assert_int_equal(tally_run(election, &method, &result), ERR_OK); /* it fits */
    tally_result_release(&result);
    election_free(election);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_is_a_share_of_the_highest_times_its_weight),
        cmocka_unit_test(the_result_shows_both_parts_and_their_sum),
        cmocka_unit_test(options_of_one_combined_score_are_tied_and_the_tie_rule_decides),
        cmocka_unit_test(a_part_that_nobody_has_is_nothing_for_all),
        cmocka_unit_test(what_cannot_be_weighed_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
