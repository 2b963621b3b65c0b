/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elections in memory: sums, scales, limits and lookups.
 */
#include "../support/participation_help.h"

#include "participation/domain/election.h"
#include "participation/domain/text_pool.h"

static struct election *new_election(enum election_vote_type type, bool keep_votes)
{
    struct election *election = NULL;

    assert_int_equal(election_new(type, keep_votes, &election), ERR_OK);
    return election;
}

static enum err add_option(struct election *election, const char *id, struct decimal cost)
{
    const struct election_entry entry = {.id = id, .cost = cost};
    uint32_t option;

    return election_add_option(election, &entry, &option);
}

static void options_keep_their_order_and_are_found_by_id(void **state)
{
    struct election *election = new_election(ELECTION_APPROVAL, true);
    char id[16];
    uint32_t option;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(id, sizeof id, "%d", i);
        assert_int_equal(add_option(election, id, (struct decimal){i, 0}), ERR_OK);
    }
    assert_int_equal(election_option_count(election), 1000);
    for (uint32_t i = 0; i < 1000; i++) {
        (void)snprintf(id, sizeof id, "%u", i);
        assert_int_equal(election_find_option(election, id, strlen(id), &option), ERR_OK);
        assert_int_equal(option, i);
        assert_string_equal(election_option(election, i)->id, id);
        assert_string_equal(election_option(election, i)->name, "");
    }
    assert_int_equal(election_find_option(election, "1000", 4, &option), ERR_NOT_FOUND);
    assert_int_equal(election_find_option(election, "01", 2, &option), ERR_NOT_FOUND);
    assert_int_equal(election_find_option(election, "", 0, &option), ERR_NOT_FOUND);
    election_free(election);
}

static void texts_are_copied(void **state)
{
    struct election *election = new_election(ELECTION_APPROVAL, true);
    char text[] = "마을 정원";
    const struct election_entry entry = {
        .id = text,
        .name = text,
        .category = text,
        .area = text,
        .cost = {.units = 1},
        .selected = ELECTION_SELECTED_UNKNOWN,
    };
    uint32_t option;

    (void)state;
    assert_int_equal(election_add_option(election, &entry, &option), ERR_OK);
    memset(text, 'x', sizeof text - 1);
    assert_string_equal(election_option(election, option)->id, "마을 정원");
    assert_string_equal(election_option(election, option)->name, "마을 정원");
    assert_string_equal(election_option(election, option)->category, "마을 정원");
    assert_string_equal(election_option(election, option)->area, "마을 정원");
    election_free(election);
}

static void an_option_is_refused_without_id_twice_or_at_a_negative_cost(void **state)
{
    struct election *election = new_election(ELECTION_APPROVAL, true);
    char id[ELECTION_ID_LENGTH_MAX + 2];

    (void)state;
    memset(id, 'i', sizeof id - 1);
    id[sizeof id - 1] = '\0';
    assert_int_equal(add_option(election, "", (struct decimal){1, 0}), ERR_INVALID);
    assert_int_equal(add_option(election, id, (struct decimal){1, 0}), ERR_INVALID);
    assert_int_equal(add_option(election, id + 1, (struct decimal){1, 0}), ERR_OK);
    assert_int_equal(add_option(election, id + 1, (struct decimal){2, 0}), ERR_CONFLICT);
    assert_int_equal(add_option(election, "n", (struct decimal){-1, 2}), ERR_INVALID);
    assert_int_equal(election_option_count(election), 1);
    assert_int_equal(election_option(election, 0)->cost, 1);
    election_free(election);
}

static void more_options_than_the_maximum_are_refused(void **state)
{
    struct election *election = new_election(ELECTION_APPROVAL, false);
    char id[16];

    (void)state;
    for (int i = 0; i < ELECTION_OPTIONS_MAX; i++) {
        (void)snprintf(id, sizeof id, "o%d", i);
        assert_int_equal(add_option(election, id, (struct decimal){1, 0}), ERR_OK);
    }
    assert_int_equal(add_option(election, "one more", (struct decimal){1, 0}), ERR_FULL);
    assert_int_equal(election_option_count(election), ELECTION_OPTIONS_MAX);
    election_free(election);
}

static void money_takes_the_finest_scale_met_and_stays_exact(void **state)
{
    struct election *election = new_election(ELECTION_APPROVAL, true);

    (void)state;
    assert_int_equal(election_set_budget(election, (struct decimal){1000, 0}), ERR_OK);
    assert_int_equal(add_option(election, "a", (struct decimal){25, 1}), ERR_OK);
    assert_int_equal(add_option(election, "b", (struct decimal){3, 0}), ERR_OK);
    assert_int_equal(add_option(election, "c", (struct decimal){1, 3}), ERR_OK);
    assert_int_equal(election_money_scale(election), 3);
    assert_int_equal(election_budget(election), 1000000);
    assert_int_equal(election_option(election, 0)->cost, 2500);
    assert_int_equal(election_option(election, 1)->cost, 3000);
    assert_int_equal(election_option(election, 2)->cost, 1);
    election_free(election);
}

static void money_without_a_common_scale_is_refused_and_changes_nothing(void **state)
{
    struct election *election = new_election(ELECTION_APPROVAL, true);

    (void)state;
    assert_int_equal(election_set_budget(election, (struct decimal){INT64_MAX / 100, 0}), ERR_OK);
    assert_int_equal(add_option(election, "a", (struct decimal){1, 3}), ERR_FULL);
    assert_int_equal(add_option(election, "b", (struct decimal){1, 2}), ERR_OK);
    assert_int_equal(add_option(election, "c", (struct decimal){INT64_MAX / 10, 0}), ERR_FULL);
    assert_int_equal(election_set_budget(election, (struct decimal){-1, 0}), ERR_INVALID);
    assert_int_equal(election_option_count(election), 1);
    assert_int_equal(election_money_scale(election), 2);
    assert_int_equal(election_budget(election), INT64_MAX / 100 * 100);
    election_free(election);
}

static void a_vote_is_kept_with_each_option_once_in_the_order_named(void **state)
{
    const struct election_choice choices[] = {{.option = 2}, {.option = 0}, {.option = 2}};
    struct election *election = new_election(ELECTION_APPROVAL, true);
    struct election_vote vote;

    (void)state;
    assert_int_equal(add_option(election, "a", (struct decimal){1, 0}), ERR_OK);
    assert_int_equal(add_option(election, "b", (struct decimal){1, 0}), ERR_OK);
    assert_int_equal(add_option(election, "c", (struct decimal){1, 0}), ERR_OK);
    assert_int_equal(election_add_vote(election, choices, 3), ERR_OK);
    assert_int_equal(election_add_vote(election, NULL, 0), ERR_OK);
    assert_int_equal(election_add_vote(election, choices, 1), ERR_OK);
    assert_int_equal(election_vote_count(election), 3);
    vote = election_vote(election, 0);
    assert_int_equal(vote.count, 2);
    assert_int_equal(vote.options[0], 2);
    assert_int_equal(vote.options[1], 0);
    assert_null(vote.points);
    assert_int_equal(election_vote(election, 1).count, 0);
    assert_int_equal(election_vote(election, 2).count, 1);
    assert_int_equal(election_option(election, 0)->votes, 1);
    assert_int_equal(election_option(election, 1)->votes, 0);
    assert_int_equal(election_option(election, 2)->votes, 2);
    election_free(election);
}

static void distinct_keeps_the_first_naming_and_its_points(void **state)
{
    struct election *election = new_election(ELECTION_CUMULATIVE, true);
    struct election_choice choices[] = {
        {.option = 1, .points = {.units = 5}},
        {.option = 0, .points = {.units = 1}},
        {.option = 1, .points = {.units = 7}},
    };

    (void)state;
    assert_int_equal(add_option(election, "a", (struct decimal){1, 0}), ERR_OK);
    assert_int_equal(add_option(election, "b", (struct decimal){1, 0}), ERR_OK);
    assert_int_equal(election_distinct(election, choices, 3), 2);
    assert_int_equal(choices[0].option, 1);
    assert_int_equal(choices[0].points.units, 5);
    assert_int_equal(choices[1].option, 0);
    assert_int_equal(election_distinct(election, choices, 0), 0);
    election_free(election);
}

static void a_vote_for_an_option_that_does_not_exist_changes_nothing(void **state)
{
    const struct election_choice choices[] = {{.option = 0}, {.option = 1}};
    struct election *election = new_election(ELECTION_APPROVAL, true);

    (void)state;
    assert_int_equal(add_option(election, "a", (struct decimal){1, 0}), ERR_OK);
    assert_int_equal(election_add_vote(election, choices, 2), ERR_INVALID);
    assert_int_equal(election_vote_count(election), 0);
    assert_int_equal(election_option(election, 0)->votes, 0);
    election_free(election);
}

static void points_take_the_finest_scale_met_and_add_up_exactly(void **state)
{
    const struct election_choice whole[] = {{.option = 0, .points = {.units = 3}}};
    const struct election_choice tenth[] = {{.option = 0, .points = {.units = 1, .scale = 1}},
                                            {.option = 1, .points = {.units = -25, .scale = 2}}};
    struct election *election = new_election(ELECTION_SCORING, true);

    (void)state;
    assert_int_equal(add_option(election, "a", (struct decimal){1, 0}), ERR_OK);
    assert_int_equal(add_option(election, "b", (struct decimal){1, 0}), ERR_OK);
    assert_int_equal(election_set_default_score(election, (struct decimal){2, 0}), ERR_OK);
    assert_int_equal(election_add_vote(election, whole, 1), ERR_OK);
    assert_int_equal(election_add_vote(election, tenth, 2), ERR_OK);
    assert_int_equal(election_points_scale(election), 2);
    assert_int_equal(election_default_score(election), 200);
    assert_int_equal(election_option(election, 0)->points, 310);
    assert_int_equal(election_option(election, 1)->points, -25);
    assert_int_equal(election_vote(election, 0).points[0], 300);
    assert_int_equal(election_vote(election, 1).points[0], 10);
    assert_int_equal(election_vote(election, 1).points[1], -25);
    election_free(election);
}

static void a_sum_of_points_that_does_not_fit_is_refused(void **state)
{
    const struct election_choice most[] = {{.option = 0, .points = {.units = INT64_MAX}}};
    struct election *election = new_election(ELECTION_CUMULATIVE, false);

    (void)state;
    assert_int_equal(add_option(election, "a", (struct decimal){1, 0}), ERR_OK);
    assert_int_equal(election_add_vote(election, most, 1), ERR_OK);
    assert_int_equal(election_add_vote(election, most, 1), ERR_FULL);
    election_free(election);
}

static void an_election_that_only_counts_has_the_sums_of_one_that_keeps_votes(void **state)
{
    struct election *kept = new_election(ELECTION_ORDINAL, true);
    struct election *counted = new_election(ELECTION_ORDINAL, false);
    uint64_t random = help_seed();

    (void)state;
    for (int i = 0; i < 20; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "%d", i);
        assert_int_equal(add_option(kept, id, (struct decimal){1, 0}), ERR_OK);
        assert_int_equal(add_option(counted, id, (struct decimal){1, 0}), ERR_OK);
    }
    for (int vote = 0; vote < 5000; vote++) {
        struct election_choice choices[30];
        size_t count = (size_t)(help_random(&random) % 31);

        for (size_t i = 0; i < count; i++) {
            choices[i] = (struct election_choice){.option = (uint32_t)(help_random(&random) % 20)};
        }
        assert_int_equal(election_add_vote(kept, choices, count), ERR_OK);
        assert_int_equal(election_add_vote(counted, choices, count), ERR_OK);
    }
    assert_true(election_keeps_votes(kept));
    assert_false(election_keeps_votes(counted));
    assert_int_equal(election_vote_count(kept), election_vote_count(counted));
    for (uint32_t option = 0; option < 20; option++) {
        int64_t votes = 0;
        int64_t borda = 0;

        for (uint32_t v = 0; v < election_vote_count(kept); v++) {
            struct election_vote vote = election_vote(kept, v);

            for (size_t i = 0; i < vote.count; i++) {
                votes += vote.options[i] == option ? 1 : 0;
                borda += vote.options[i] == option ? (int64_t)(vote.count - i) : 0;
            }
        }
        assert_int_equal(election_option(kept, option)->votes, votes);
        assert_int_equal(election_option(kept, option)->borda, borda);
        assert_int_equal(election_option(counted, option)->votes, votes);
        assert_int_equal(election_option(counted, option)->borda, borda);
    }
    election_free(kept);
    election_free(counted);
}

static void vote_types_are_found_by_name(void **state)
{
    enum election_vote_type type;

    (void)state;
    for (int i = 0; i < ELECTION_VOTE_TYPE_COUNT; i++) {
        assert_int_equal(
            election_vote_type_find(election_vote_type_name((enum election_vote_type)i), &type),
            ERR_OK);
        assert_int_equal(type, i);
    }
    assert_int_equal(election_vote_type_find("choose-2", &type), ERR_NOT_FOUND);
}

static void a_set_refuses_texts_beyond_its_limits_and_keeps_the_others(void **state)
{
    struct text_set set;
    uint32_t number;
    bool added;

    (void)state;
    text_set_init(&set, (struct text_set_limits){.count_max = 2, .length_max = 8});
    assert_int_equal(text_set_add(&set, "abc", 3, &added, &number), ERR_OK);
    assert_true(added);
    assert_int_equal(text_set_add(&set, "toolong", 7, &added, &number), ERR_FULL);
    assert_int_equal(text_set_add(&set, "def", 3, &added, &number), ERR_OK);
    assert_int_equal(number, 1);
    assert_int_equal(text_set_add(&set, "g", 1, &added, &number), ERR_FULL);
    assert_int_equal(text_set_add(&set, "abc", 3, &added, &number), ERR_OK);
    assert_false(added);
    assert_int_equal(number, 0);
    assert_string_equal(text_set_text(&set, 1), "def");
    text_set_release(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_keep_their_order_and_are_found_by_id),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(an_option_is_refused_without_id_twice_or_at_a_negative_cost),
        cmocka_unit_test(more_options_than_the_maximum_are_refused),
        cmocka_unit_test(money_takes_the_finest_scale_met_and_stays_exact),
        cmocka_unit_test(money_without_a_common_scale_is_refused_and_changes_nothing),
        cmocka_unit_test(a_vote_is_kept_with_each_option_once_in_the_order_named),
        cmocka_unit_test(distinct_keeps_the_first_naming_and_its_points),
        cmocka_unit_test(a_vote_for_an_option_that_does_not_exist_changes_nothing),
        cmocka_unit_test(points_take_the_finest_scale_met_and_add_up_exactly),
        cmocka_unit_test(a_sum_of_points_that_does_not_fit_is_refused),
        cmocka_unit_test(an_election_that_only_counts_has_the_sums_of_one_that_keeps_votes),
        cmocka_unit_test(vote_types_are_found_by_name),
        cmocka_unit_test(a_set_refuses_texts_beyond_its_limits_and_keeps_the_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
