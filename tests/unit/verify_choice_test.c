/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify/choice: a body is accepted or refused by the name of the first rule
 * of its ballot that it breaks.
 */
#include "../support/verify_fixture.h"

#include "verify/choice.h"

#define WEB   1
#define PAPER 4

static struct definition *read_definition(const struct fixture *fixture)
{
    const struct fixture_bytes bytes = fixture_encode(fixture);
    struct definition *definition = NULL;

    assert_int_equal(definition_read(bytes.data, bytes.length, &definition), DEFINITION_OK);
    return definition;
}

/* The fault of a body in this ballot. */
static enum choice_fault judge(const struct fixture *fixture, uint8_t method,
                               const uint32_t (*pairs)[2], size_t count)
{
    struct definition *definition = read_definition(fixture);
    const struct fixture_bytes body = fixture_body(method, pairs, count);
    enum choice_fault fault = choice_check(definition, WEB, (struct span){body.data, body.length});

    definition_free(definition);
    return fault;
}

#define JUDGE(fixture, method, ...)                                                                \
    judge(fixture, method, (const uint32_t[][2]){__VA_ARGS__},                                     \
          sizeof((const uint32_t[][2]){__VA_ARGS__}) / sizeof(uint32_t[2]))

static void an_approval_names_known_options_in_order(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.min_options = 2;
    fixture.max_options = 3;
    assert_int_equal(JUDGE(&fixture, 1, {1, 1}, {4, 1}), CHOICE_OK);
    assert_int_equal(JUDGE(&fixture, 4, {1, 1}, {4, 1}), CHOICE_METHOD);
    assert_int_equal(JUDGE(&fixture, 2, {1, 1}, {4, 1}), CHOICE_METHOD);
    assert_int_equal(JUDGE(&fixture, 1, {4, 1}, {1, 1}), CHOICE_OPTION_ORDER);
    assert_int_equal(JUDGE(&fixture, 1, {1, 1}, {1, 1}), CHOICE_OPTION_ORDER);
    assert_int_equal(JUDGE(&fixture, 1, {0, 1}, {1, 1}), CHOICE_OPTION_UNKNOWN);
    assert_int_equal(JUDGE(&fixture, 1, {1, 1}, {5, 1}), CHOICE_OPTION_UNKNOWN);
    assert_int_equal(JUDGE(&fixture, 1, {1, 1}, {2, 0}), CHOICE_VALUE_NOT_ONE);
    assert_int_equal(JUDGE(&fixture, 1, {1, 1}), CHOICE_OPTIONS_TOO_FEW);
    assert_int_equal(JUDGE(&fixture, 1, {1, 1}, {2, 1}, {3, 1}, {4, 1}), CHOICE_OPTIONS_TOO_MANY);
    assert_int_equal(judge(&fixture, 1, NULL, 0), CHOICE_OK);
    fixture.empty_allowed = 0;
    assert_int_equal(judge(&fixture, 1, NULL, 0), CHOICE_EMPTY);
}

static void a_place_behind_all_options_is_refused_however_long_the_body(void **state)
{
    enum { PAIR_COUNT = 8191 }; /* what two bytes of length leave room for */

    static uint32_t pairs[PAIR_COUNT][2] = {{1, DEFINITION_OPTIONS_MAX + 1}};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.method = DEFINITION_ORDINAL;
    assert_int_equal(judge(&fixture, 3, (const uint32_t(*)[2])pairs, PAIR_COUNT), CHOICE_PLACE);
}

static void a_body_has_exactly_its_choices_and_an_accepted_channel(void **state)
{
    const uint32_t pairs[][2] = {{1, 1}, {2, 1}};
    struct fixture fixture;
    struct fixture_bytes body = fixture_body(1, pairs, 2);
    struct definition *definition;

    (void)state;
    fixture_init(&fixture);
    definition = read_definition(&fixture);
    for (size_t length = 0; length < body.length; length++) {
        assert_int_equal(choice_check(definition, WEB, (struct span){body.data, length}),
                         CHOICE_MALFORMED);
    }
    assert_int_equal(choice_check(definition, PAPER, (struct span){body.data, body.length}),
                     CHOICE_CHANNEL);
    assert_int_equal(choice_check(definition, 0, (struct span){body.data, body.length}),
                     CHOICE_CHANNEL);
    assert_int_equal(choice_check(definition, 200, (struct span){body.data, body.length}),
                     CHOICE_CHANNEL);
    assert_int_equal(choice_check(definition, WEB, (struct span){body.data, body.length}),
                     CHOICE_OK);
    fixture_number(&body, 1, 0);
    assert_int_equal(choice_check(definition, WEB, (struct span){body.data, body.length}),
                     CHOICE_MALFORMED);
    definition_free(definition);
}

static void a_limit_of_cost_makes_a_knapsack_and_is_kept(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.min_cost_krw = GIVEN(30);
    assert_int_equal(JUDGE(&fixture, 4, {3, 1}), CHOICE_OK);
    assert_int_equal(JUDGE(&fixture, 1, {3, 1}), CHOICE_METHOD);
    assert_int_equal(JUDGE(&fixture, 4, {4, 1}), CHOICE_COST_TOO_LOW);
    fixture.max_cost_krw = GIVEN(80);
    assert_int_equal(JUDGE(&fixture, 4, {1, 1}, {3, 1}), CHOICE_OK);
    assert_int_equal(JUDGE(&fixture, 4, {1, 1}, {3, 1}, {4, 1}), CHOICE_COST_TOO_HIGH);
    assert_int_equal(judge(&fixture, 4, NULL, 0), CHOICE_OK);
}

static void points_keep_their_limits_each_and_together(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.method = 3;
    fixture.points[2] = GIVEN(4);
    fixture.points[3] = GIVEN(10);
    assert_int_equal(JUDGE(&fixture, 2, {1, 1}, {2, 9}), CHOICE_OK);
    assert_int_equal(JUDGE(&fixture, 2, {1, 10}), CHOICE_OK);
    assert_int_equal(JUDGE(&fixture, 2, {1, 11}), CHOICE_POINTS_TOO_MANY);
    assert_int_equal(JUDGE(&fixture, 2, {1, 0}, {2, 9}), CHOICE_POINTS_TOO_FEW);
    assert_int_equal(JUDGE(&fixture, 2, {1, 3}), CHOICE_SUM_TOO_LOW);
    assert_int_equal(JUDGE(&fixture, 2, {1, 5}, {2, 6}), CHOICE_SUM_TOO_HIGH);
    assert_int_equal(JUDGE(&fixture, 2, {1, UINT32_MAX}), CHOICE_POINTS_TOO_MANY);
    fixture.method = 4;
    fixture.points[1] = GIVEN(5);
    fixture.points[2] = 0;
    fixture.points[3] = 0;
    assert_int_equal(JUDGE(&fixture, 2, {1, 0}, {2, 5}), CHOICE_OK);
    assert_int_equal(JUDGE(&fixture, 2, {1, 6}), CHOICE_POINTS_TOO_MANY);
    fixture.points[0] = GIVEN(2);
    assert_int_equal(JUDGE(&fixture, 2, {1, 1}), CHOICE_POINTS_TOO_FEW);
}

static void the_places_of_a_ranking_are_one_to_n(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.method = 5;
    assert_int_equal(JUDGE(&fixture, 3, {1, 2}, {2, 3}, {4, 1}), CHOICE_OK);
    assert_int_equal(JUDGE(&fixture, 3, {1, 2}, {2, 2}), CHOICE_PLACE);
    assert_int_equal(JUDGE(&fixture, 3, {1, 1}, {2, 3}), CHOICE_PLACE);
    assert_int_equal(JUDGE(&fixture, 3, {1, 0}, {2, 1}), CHOICE_PLACE);
}

/* From one to one option of the whole district, which 1 and 2 are. */
static void a_quota_is_kept_by_every_vote_that_is_not_empty(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.terms.length = 0;
    fixture_number(&fixture.terms, 2, 1);
    fixture_number(&fixture.terms, 1, 7);
    fixture_number(&fixture.terms, 2, 1);
    fixture_number(&fixture.terms, 1, 1);
    fixture_str(&fixture.terms, "");
    fixture_number(&fixture.terms, 2, 1);
    fixture_number(&fixture.terms, 2, 1);
    assert_int_equal(JUDGE(&fixture, 1, {2, 1}, {3, 1}), CHOICE_OK);
    assert_int_equal(JUDGE(&fixture, 1, {3, 1}), CHOICE_QUOTA_TOO_FEW);
    assert_int_equal(JUDGE(&fixture, 1, {1, 1}, {2, 1}), CHOICE_QUOTA_TOO_MANY);
    assert_int_equal(judge(&fixture, 1, NULL, 0), CHOICE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_approval_names_known_options_in_order),
        cmocka_unit_test(a_place_behind_all_options_is_refused_however_long_the_body),
        cmocka_unit_test(a_body_has_exactly_its_choices_and_an_accepted_channel),
        cmocka_unit_test(a_limit_of_cost_makes_a_knapsack_and_is_kept),
        cmocka_unit_test(points_keep_their_limits_each_and_together),
        cmocka_unit_test(the_places_of_a_ranking_are_one_to_n),
        cmocka_unit_test(a_quota_is_kept_by_every_vote_that_is_not_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
