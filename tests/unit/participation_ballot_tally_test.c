/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domain/ballot_tally: a definition's words and the tally's are the same ones,
 * and every definition that is accepted can be counted.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/ballot_names.h"
#include "participation/domain/ballot_tally.h"

static void a_definition_and_the_tally_use_the_same_words(void **state)
{
    struct fixture fixture;
    struct ballot_definition *definition = &fixture.definition;

    (void)state;
    fixture_init(&fixture);
    for (unsigned rule = 1; rule < BALLOT_RULE_END; rule++) {
        definition->rule = (enum ballot_rule)rule;
        assert_string_equal(tally_rule_name(ballot_tally_method(definition).rule),
                            ballot_rule_name(definition->rule));
    }
    for (unsigned kind = 1; kind < BALLOT_SATISFACTION_END; kind++) {
        definition->satisfaction = (enum ballot_satisfaction)kind;
        assert_string_equal(tally_satisfaction_name(ballot_tally_method(definition).satisfaction),
                            ballot_satisfaction_name(definition->satisfaction));
    }
    for (unsigned kind = 1; kind < BALLOT_COMPLETION_END; kind++) {
        definition->completion = (enum ballot_completion)kind;
        assert_string_equal(tally_completion_name(ballot_tally_method(definition).completion),
                            ballot_completion_name(definition->completion));
    }
    for (unsigned tie = 1; tie < BALLOT_TIE_END; tie++) {
        definition->tie = (enum ballot_tie)tie;
        assert_string_equal(tally_tie_rule_name(ballot_tally_method(definition).tie),
                            ballot_tie_name(definition->tie));
    }
    for (unsigned method = 1; method < BALLOT_METHOD_END; method++) {
        definition->method = (enum ballot_method)method;
        assert_string_equal(election_vote_type_name(ballot_tally_vote_type(definition)),
                            ballot_method_name(definition->method));
    }
}

/* Every rule with every satisfaction, completion and threshold. */
static void what_is_accepted_is_sound(void **state)
{
    const unsigned total = BALLOT_RULE_END * BALLOT_SATISFACTION_END * BALLOT_COMPLETION_END * 2;
    struct fixture fixture;
    unsigned accepted = 0;

    (void)state;
    fixture_init(&fixture);
    for (unsigned i = 0; i < total; i++) {
        struct ballot_definition *definition = &fixture.definition;
        struct ballot_refusal refusal;

        definition->rule = (enum ballot_rule)(i % BALLOT_RULE_END);
        definition->satisfaction =
            (enum ballot_satisfaction)(i / BALLOT_RULE_END % BALLOT_SATISFACTION_END);
        definition->completion = (enum ballot_completion)(
            i / (BALLOT_RULE_END * BALLOT_SATISFACTION_END) % BALLOT_COMPLETION_END);
        definition->threshold.present =
            i / (BALLOT_RULE_END * BALLOT_SATISFACTION_END * BALLOT_COMPLETION_END) == 1;
        definition->threshold.score = definition->threshold.present ? 7 : 0;
        if (ballot_check(definition, &refusal) == ERR_OK) {
            const struct tally_method method = ballot_tally_method(definition);

            accepted++;
            assert_true(tally_method_is_sound(&method));
            assert_true(method.threshold.units == definition->threshold.score);
        }
    }
    /* greedy, no-skip, threshold: 2 each; equal-shares and comparison: 2 x 5 each; phragmen: 1. */
    assert_int_equal(accepted, 27);
}

static void the_order_that_was_drawn_gives_every_option_its_place(void **state)
{
    struct fixture fixture;
    uint32_t places[FIXTURE_OPTION_COUNT] = {9, 9, 9};

    (void)state;
    fixture_init(&fixture);
    fixture.definition.tie = BALLOT_TIE_DRAWN;
    fixture.definition.tie_order = (struct ballot_tie_order){.numbers = {3, 1, 2}, .count = 3};
    ballot_tally_drawn(&fixture.definition, places);
    assert_int_equal(places[0], 1);
    assert_int_equal(places[1], 2);
    assert_int_equal(places[2], 0);
}

static void the_limits_of_a_definition_are_those_of_the_count(void **state)
{
    static struct ballot_tally_store store;
    const struct tally_limits *limits;
    struct fixture fixture;
    struct ballot_definition *definition = &fixture.definition;

    (void)state;
    fixture_init(&fixture);
    assert_null(ballot_tally_limits(definition, &store));
    definition->incompatible =
        (struct ballot_groups){.numbers = {3, 1, 2, 3}, .ends = {2, 4}, .count = 2};
    definition->area_caps = (struct ballot_caps){.list = {{"왕십리2동", 45000000}}, .count = 1};
    definition->partial_fit = (struct ballot_share){true, 80, 100};
    definition->quorum = (struct ballot_quorum){true, 500};
    limits = ballot_tally_limits(definition, &store);
    assert_int_equal(limits->group_count, 2);
    assert_int_equal(limits->groups[0].options[0], 2);
    assert_int_equal(limits->groups[0].options[1], 0);
    assert_int_equal(limits->groups[1].count, 2);
    assert_int_equal(limits->groups[1].options[0], 1);
    assert_string_equal(limits->area_caps[0].name, "왕십리2동");
    assert_true(limits->area_caps[0].amount.units == 45000000);
    assert_int_equal(limits->field_cap_count, 0);
    assert_int_equal(ballot_tally_method(definition).partial_fit.numerator, 80);
    assert_int_equal(ballot_tally_method(definition).partial_fit.denominator, 100);
    assert_true(ballot_tally_method(definition).quorum == 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_definition_and_the_tally_use_the_same_words),
        cmocka_unit_test(what_is_accepted_is_sound),
        cmocka_unit_test(the_limits_of_a_definition_are_those_of_the_count),
        cmocka_unit_test(the_order_that_was_drawn_gives_every_option_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
