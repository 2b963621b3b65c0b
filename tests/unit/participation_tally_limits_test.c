/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domain/tally_limits: caps, options that exclude each other, quorum and
 * partial fit, under every rule. Random elections are compared with a slow
 * reference by tests/integration/test_tally.py.
 */
#include "../support/participation_help.h"

#include "participation/domain/tally.h"
#include "participation/domain/tally_json.h"

/* Three areas' options; votes 5, 4, 3, 2. */
static struct election *new_election(int64_t budget)
{
    static const struct {
        const char *id;
        const char *area;
        const char *field;
        int64_t cost;
        int votes;
    } OPTIONS[] = {
        {"a", "동", "복지", 30, 5},
        {"b", "동", "환경", 30, 4},
        {"c", "서", "복지", 30, 3},
        {"d", "서", "환경", 40, 2},
    };
    struct election *election = NULL;

    assert_int_equal(election_new(ELECTION_APPROVAL, true, &election), ERR_OK);
    assert_int_equal(election_set_budget(election, (struct decimal){.units = budget}), ERR_OK);
    for (uint32_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++) {
        const struct election_entry entry = {.id = OPTIONS[i].id,
                                             .area = OPTIONS[i].area,
                                             .category = OPTIONS[i].field,
                                             .cost = {.units = OPTIONS[i].cost}};
        uint32_t option;

        assert_int_equal(election_add_option(election, &entry, &option), ERR_OK);
        for (int vote = 0; vote < OPTIONS[i].votes; vote++) {
            const struct election_choice choice = {.option = option};

            assert_int_equal(election_add_vote(election, &choice, 1), ERR_OK);
        }
    }
    return election;
}

/* Counts by the method with these limits and compares the funded ids, in their order. */
static struct tally_result counted(const struct election *election,
                                   const struct tally_method *method, const char *expected)
{
    struct tally_result result;
    char funded[16] = "";

    assert_int_equal(tally_run(election, method, &result), ERR_OK);
    for (uint32_t i = 0; i < result.funded_count; i++) {
        funded[i] = election_option(election, result.funded[i])->id[0];
    }
    assert_string_equal(funded, expected);
    return result;
}

static const uint32_t FIRST_TWO[] = {1, 0};
static const struct tally_group EXCLUDED[] = {{.options = FIRST_TWO, .count = 2}};
static const struct tally_cap EAST[] = {{.name = "동", .amount = {.units = 59}}};
static const struct tally_cap CARE[] = {{.name = "복지", .amount = {.units = 500, .scale = 1}}};

static void the_better_of_two_incompatible_options_wins_under_every_rule(void **state)
{
    const struct tally_limits limits = {.groups = EXCLUDED, .group_count = 1};
    struct election *election = new_election(200);

    (void)state;
    for (int rule = 0; rule < TALLY_RULE_COUNT; rule++) {
        const struct tally_method method = {
            .rule = (enum tally_rule)rule, .tie = TALLY_TIE_ID, .limits = &limits};
        struct tally_result result;

        assert_int_equal(tally_run(election, &method, &result), ERR_OK);
        assert_true(result.outcomes[0].funded || rule == TALLY_PHRAGMEN);
        assert_false(result.outcomes[0].funded && result.outcomes[1].funded);
        assert_true(result.outcomes[1].funded || result.outcomes[1].reason == TALLY_INCOMPATIBLE);
        tally_result_release(&result);
    }
    election_free(election);
}

static void when_the_better_one_does_not_fit_the_other_may_be_funded(void **state)
{
    static const uint32_t numbers[] = {0, 1};
    const struct tally_group group = {.options = numbers, .count = 2};
    const struct tally_cap care = {.name = "복지", .amount = {.units = 29}};
    const struct tally_limits limits = {
        .groups = &group, .group_count = 1, .field_caps = &care, .field_cap_count = 1};
    struct election *election = new_election(100);
    const struct tally_method method = {
        .rule = TALLY_GREEDY, .tie = TALLY_TIE_ID, .limits = &limits};
    struct tally_result result = counted(election, &method, "bd");

    (void)state;
    assert_int_equal(result.outcomes[0].reason, TALLY_OVER_FIELD_CAP);
    assert_int_equal(result.outcomes[2].reason, TALLY_OVER_FIELD_CAP);
    tally_result_release(&result);
    election_free(election);
}

static void a_cap_is_for_its_area_or_field_alone_and_counts_exactly(void **state)
{
    const struct tally_limits east = {.area_caps = EAST, .area_cap_count = 1};
    const struct tally_limits care = {.field_caps = CARE, .field_cap_count = 1};
    struct election *election = new_election(200);
    struct tally_method method = {.rule = TALLY_GREEDY, .tie = TALLY_TIE_ID, .limits = &east};
    struct tally_result result = counted(election, &method, "acd");

    (void)state;
    assert_int_equal(result.outcomes[1].reason, TALLY_OVER_AREA_CAP);
    assert_int_equal(result.round_count, 4);
    tally_result_release(&result);
    method.limits = &care; /* 50.0 holds 30 and not 60 */
    result = counted(election, &method, "abd");
    assert_int_equal(result.outcomes[2].reason, TALLY_OVER_FIELD_CAP);
    tally_result_release(&result);
    method.rule = TALLY_EQUAL_SHARES;
    method.completion = TALLY_COMPLETION_ADD1; /* ends although c is never funded */
    result = counted(election, &method, "abd");
    assert_int_equal(result.outcomes[2].reason, TALLY_OVER_FIELD_CAP);
    tally_result_release(&result);
    election_free(election);
}

static void what_a_limit_puts_out_ends_no_count_and_gets_no_partial_fit(void **state)
{
    const struct tally_limits limits = {.area_caps = EAST, .area_cap_count = 1};
    struct election *election = new_election(90);
    const struct tally_method method = {.rule = TALLY_GREEDY_NO_SKIP,
                                        .tie = TALLY_TIE_ID,
                                        .limits = &limits,
                                        .partial_fit = {.numerator = 3, .denominator = 4}};
    struct tally_result result = counted(election, &method, "acd");

    (void)state;
    /* b is passed over, and d, the first that does not fit the budget, gets 30 of its 40. */
    assert_int_equal(result.outcomes[1].reason, TALLY_OVER_AREA_CAP);
    assert_int_equal(result.outcomes[3].reason, TALLY_FUNDED_PARTLY);
    assert_int_equal(result.outcomes[3].granted, 30);
    assert_int_equal(result.left_over, 0);
    tally_result_release(&result);
    election_free(election);
}

static void too_few_voters_fund_nothing_and_just_enough_do(void **state)
{
    struct election *election = new_election(200);
    struct tally_method method = {.rule = TALLY_GREEDY, .tie = TALLY_TIE_ID, .quorum = 15};
    struct tally_result result = counted(election, &method, "");

    (void)state;
    assert_true(result.quorum_missed);
    assert_int_equal(result.round_count, 0);
    assert_int_equal(result.left_over, 200);
    for (uint32_t i = 0; i < result.option_count; i++) {
        assert_int_equal(result.outcomes[i].reason, TALLY_QUORUM_MISSED);
        assert_int_equal(result.outcomes[i].score, 5 - (int)i);
    }
    tally_result_release(&result);
    method.invalid = 1; /* Blank paper is somebody who voted. */
    result = counted(election, &method, "abcd");
    assert_false(result.quorum_missed);
    tally_result_release(&result);
    method.invalid = 0;
    method.quorum = 14;
    result = counted(election, &method, "abcd");
    assert_false(result.quorum_missed);
    tally_result_release(&result);
    election_free(election);
}

static void a_tie_between_incompatible_options_decides(void **state)
{
    static const uint32_t numbers[] = {2, 3};
    const struct tally_group group = {.options = numbers, .count = 2};
    const struct tally_limits limits = {.groups = &group, .group_count = 1};
    struct election *election = new_election(200);
    const struct election_choice choice = {.option = 3};
    const struct tally_method method = {
        .rule = TALLY_GREEDY, .tie = TALLY_TIE_ID, .limits = &limits};
    struct tally_result result;

    (void)state;
    assert_int_equal(election_add_vote(election, &choice, 1), ERR_OK); /* 3, as c has */
    result = counted(election, &method, "abc");
    assert_int_equal(result.tie_count, 1);
    assert_true(result.ties[0].decisive);
    assert_int_equal(result.outcomes[3].reason, TALLY_INCOMPATIBLE);
    tally_result_release(&result);
    election_free(election);
}

static void the_json_says_the_limits_and_what_they_held(void **state)
{
    const struct tally_limits limits = {.groups = EXCLUDED,
                                        .group_count = 1,
                                        .area_caps = EAST,
                                        .area_cap_count = 1,
                                        .field_caps = CARE,
                                        .field_cap_count = 1};
    struct election *election = new_election(65);
    const struct tally_method method = {.rule = TALLY_GREEDY,
                                        .tie = TALLY_TIE_ID,
                                        .limits = &limits,
                                        .quorum = 3,
                                        .partial_fit = {.numerator = 80, .denominator = 100}};
    struct tally_result result = counted(election, &method, "ad");
    struct text text;

    (void)state;
    text_init(&text, 4096);
    tally_json_write(election, &result, &text);
    assert_int_equal(text_err(&text), ERR_OK);
    assert_non_null(strstr(
        text_bytes(&text),
        "\"tie\":\"id\",\"partial_fit\":\"80/100\","
        "\"quorum\":{\"needed\":3,\"voted\":14,\"met\":true},"
        "\"incompatible\":[[\"b\",\"a\"]],"
        "\"area_caps\":[{\"area\":\"동\",\"cap\":\"59\",\"spent\":\"30\"}],"
        "\"field_caps\":[{\"field\":\"복지\",\"cap\":\"50\",\"spent\":\"30\"}],"
        "\"budget\":\"65\",\"funded\":[\"a\",\"d\"],\"total_cost\":\"65\",\"left_over\":\"0\""));
    assert_non_null(strstr(text_bytes(&text), "\"reason\":\"funded-partly\",\"granted\":\"35\"}"));
    text_release(&text);
    tally_result_release(&result);
    election_free(election);
}

static void limits_that_cannot_be_counted_with_are_refused(void **state)
{
    static const uint32_t unknown[] = {0, 4};
    static const uint32_t twice[] = {2, 2};
    static const struct tally_group beyond = {.options = unknown, .count = 2};
    static const struct tally_group repeated = {.options = twice, .count = 2};
    static const struct tally_group alone = {.options = twice, .count = 1};
    static const struct tally_cap doubled[] = {{.name = "동"}, {.name = "동"}};
    static const struct tally_cap negative = {.name = "동", .amount = {.units = -1}};
    const struct tally_limits wrong[] = {
        {.groups = &beyond, .group_count = 1},
        {.groups = &repeated, .group_count = 1},
        {.groups = &alone, .group_count = 1},
        {.area_caps = doubled, .area_cap_count = 2},
        {.field_caps = doubled, .field_cap_count = 2},
        {.area_caps = &negative, .area_cap_count = 1},
    };
    struct election *election = new_election(100);
    struct tally_result result;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct tally_method method = {.tie = TALLY_TIE_ID, .limits = &wrong[i]};

        assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    }
    election_free(election);
}

/* Two options for 60, both wanted by two voters with 50 each: one is bought, the other gets the rest. */
static void a_tie_by_shares_of_which_one_is_funded_partly_is_decisive(void **state)
{
    const struct tally_method method = {.rule = TALLY_EQUAL_SHARES,
                                        .completion = TALLY_COMPLETION_UTILITARIAN,
                                        .tie = TALLY_TIE_ID,
                                        .partial_fit = {.numerator = 1, .denominator = 2}};
    struct election *election = NULL;
    struct election_choice both[2] = {{.option = 0}, {.option = 1}};
    struct tally_result result;

    (void)state;
    assert_int_equal(election_new(ELECTION_APPROVAL, true, &election), ERR_OK);
    assert_int_equal(election_set_budget(election, (struct decimal){.units = 100}), ERR_OK);
    for (uint32_t i = 0; i < 2; i++) {
        const struct election_entry entry = {.id = i == 0 ? "a" : "b", .cost = {.units = 60}};
        uint32_t option;

        assert_int_equal(election_add_option(election, &entry, &option), ERR_OK);
    }
    for (int vote = 0; vote < 2; vote++) {
        assert_int_equal(election_add_vote(election, both, 2), ERR_OK);
    }
    result = counted(election, &method, "ab");
    assert_int_equal(result.outcomes[1].reason, TALLY_FUNDED_PARTLY);
    assert_int_equal(result.tie_count, 1);
    assert_int_equal(result.ties[0].step, TALLY_STEP_SHARES);
    assert_true(result.ties[0].decisive);
    tally_result_release(&result);
    election_free(election);
}

static void an_adjustable_cost_takes_what_is_left_at_its_turn(void **state)
{
    static const struct tally_adjustable ADJUSTED[] = {
        {.option = 1, .least = {.units = 15}},
        {.option = 2, .least = {.units = 255, .scale = 1}},
    };
    const struct tally_limits limits = {.adjustable = ADJUSTED, .adjustable_count = 2};
    struct election *election = new_election(45);
    const struct tally_method method = {
        .rule = TALLY_GREEDY, .tie = TALLY_TIE_ID, .limits = &limits};
    struct tally_result result = counted(election, &method, "ab");

    (void)state;
    assert_int_equal(result.outcomes[1].reason, TALLY_FUNDED_PARTLY);
    assert_int_equal(result.outcomes[1].granted, 15);
    assert_int_equal(result.total_cost, 45);
    assert_int_equal(result.outcomes[2].reason, TALLY_OVER_LEFT);
    tally_result_release(&result);
    election_free(election);
    /* 14 left are less than the least of b, and less than 25.5 that c takes at least. */
    election = new_election(44);
    result = counted(election, &method, "a");
    assert_int_equal(result.outcomes[1].reason, TALLY_OVER_LEFT);
    tally_result_release(&result);
    election_free(election);
}

static void an_adjustable_cost_gives_way_to_a_cap_too(void **state)
{
    static const struct tally_adjustable ADJUSTED[] = {{.option = 1, .least = {.units = 29}}};
    struct tally_limits limits = {
        .area_caps = EAST, .area_cap_count = 1, .adjustable = ADJUSTED, .adjustable_count = 1};
    struct election *election = new_election(200);
    const struct tally_method method = {
        .rule = TALLY_GREEDY, .tie = TALLY_TIE_ID, .limits = &limits};
    struct tally_result result = counted(election, &method, "abcd");

    (void)state;
    assert_int_equal(result.outcomes[1].granted, 29);
    assert_int_equal(result.left_over, 200 - 30 - 29 - 30 - 40);
    tally_result_release(&result);
    election_free(election);
}

static void costs_are_adjusted_only_where_turns_decide(void **state)
{
    static const struct tally_adjustable ADJUSTED[] = {{.option = 1, .least = {.units = 29}},
                                                       {.option = 1, .least = {.units = 28}}};
    struct tally_limits limits = {.adjustable = ADJUSTED, .adjustable_count = 1};
    struct election *election = new_election(200);
    struct tally_method method = {.rule = TALLY_PHRAGMEN, .tie = TALLY_TIE_ID, .limits = &limits};
    struct tally_result result;

    (void)state;
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    method.rule = TALLY_GREEDY;
    method.partial_fit = (struct tally_partial_fit){.numerator = 1, .denominator = 2};
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    method.partial_fit.denominator = 0;
    limits.adjustable_count = 2; /* the same option twice */
    assert_int_equal(tally_run(election, &method, &result), ERR_INVALID);
    election_free(election);
}

static void a_share_of_the_electorate_is_rounded_up_to_whole_voters(void **state)
{
    static const struct {
        int64_t electorate;
        int64_t needed;
    } CASES[] = {{0, 2}, {3, 2}, {6, 2}, {7, 3}, {40, 14}, {42, 14}, {43, 15}};
    struct tally_method method = {.quorum = 2, .quorum_share = {.numerator = 1, .denominator = 3}};
    struct election *election = new_election(200);

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct tally_result result;

        method.quorum_share.electorate = CASES[i].electorate;
        assert_int_equal(tally_quorum_needed(&method), CASES[i].needed);
        /* 14 have voted. */
        assert_int_equal(tally_run(election, &method, &result), ERR_OK);
        assert_int_equal(result.quorum_missed, CASES[i].needed > 14);
        tally_result_release(&result);
    }
    election_free(election);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_adjustable_cost_takes_what_is_left_at_its_turn),
        cmocka_unit_test(an_adjustable_cost_gives_way_to_a_cap_too),
        cmocka_unit_test(costs_are_adjusted_only_where_turns_decide),
        cmocka_unit_test(a_share_of_the_electorate_is_rounded_up_to_whole_voters),
        cmocka_unit_test(a_tie_by_shares_of_which_one_is_funded_partly_is_decisive),
        cmocka_unit_test(the_better_of_two_incompatible_options_wins_under_every_rule),
        cmocka_unit_test(when_the_better_one_does_not_fit_the_other_may_be_funded),
        cmocka_unit_test(a_cap_is_for_its_area_or_field_alone_and_counts_exactly),
        cmocka_unit_test(what_a_limit_puts_out_ends_no_count_and_gets_no_partial_fit),
        cmocka_unit_test(too_few_voters_fund_nothing_and_just_enough_do),
        cmocka_unit_test(a_tie_between_incompatible_options_decides),
        cmocka_unit_test(the_json_says_the_limits_and_what_they_held),
        cmocka_unit_test(limits_that_cannot_be_counted_with_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
