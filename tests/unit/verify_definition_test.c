/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify/definition: every field of the encoding is read, and everything that
 * is not exactly one definition's encoding is refused by the name of its fault.
 */
#include "../support/verify_fixture.h"

#include <stdlib.h>

#include "verify/definition.h"

static enum definition_fault fault_of(const struct fixture *fixture)
{
    const struct fixture_bytes bytes = fixture_encode(fixture);
    struct definition *definition = NULL;
    enum definition_fault fault = definition_read(bytes.data, bytes.length, &definition);

    assert_true((fault == DEFINITION_OK) == (definition != NULL));
    definition_free(definition);
    return fault;
}

/* Terms, of a drawn tie: the order 4 2 1 3, 80/100, 500 voters, 1 against 2, two caps, a quota, web 30 and
 * kiosk 70. */
static void give_terms(struct fixture *fixture)
{
    static const uint8_t ORDER[] = {4, 2, 1, 3};
    struct fixture_bytes *terms = &fixture->terms;

    fixture->tie = 4;
    terms->length = 0;
    fixture_number(terms, 2, 8);
    fixture_number(terms, 1, 1);
    fixture_number(terms, 2, 4);
    for (size_t i = 0; i < 4; i++) {
        fixture_number(terms, 4, ORDER[i]);
    }
    fixture_number(terms, 1, 2);
    fixture_number(terms, 4, 80);
    fixture_number(terms, 4, 100);
    fixture_number(terms, 1, 3);
    fixture_number(terms, 8, 500);
    fixture_number(terms, 1, 4);
    fixture_number(terms, 2, 1);
    fixture_number(terms, 2, 2);
    fixture_number(terms, 4, 1);
    fixture_number(terms, 4, 2);
    fixture_number(terms, 1, 5);
    fixture_number(terms, 2, 1);
    fixture_str(terms, "왕십리2동");
    fixture_number(terms, 8, 70);
    fixture_number(terms, 1, 6);
    fixture_number(terms, 2, 1);
    fixture_str(terms, "복지");
    fixture_number(terms, 8, 60);
    fixture_number(terms, 1, 7);
    fixture_number(terms, 2, 1);
    fixture_number(terms, 1, 1);
    fixture_str(terms, "");
    fixture_number(terms, 2, 0);
    fixture_number(terms, 2, 2);
    fixture_number(terms, 1, 11);
    fixture_number(terms, 2, 2);
    fixture_number(terms, 1, 2);
    fixture_number(terms, 2, 30);
    fixture_number(terms, 1, 4);
    fixture_number(terms, 2, 70);
    fixture_number(terms, 2, 100);
    fixture_number(terms, 1, 1);
}

static void every_field_and_term_is_read(void **state)
{
    struct fixture fixture;
    struct fixture_bytes bytes;
    struct definition *d = NULL;

    (void)state;
    fixture_init(&fixture);
    give_terms(&fixture);
    fixture.max_cost_krw = GIVEN(80);
    fixture.min_age = GIVEN(18);
    fixture.age_on = "2022-06-20";
    bytes = fixture_encode(&fixture);
    assert_int_equal(definition_read(bytes.data, bytes.length, &d), DEFINITION_OK);
    assert_int_equal(d->ballot_id[15], 15);
    assert_true(span_is_text(d->district, "성동구"));
    assert_int_equal(d->budget_krw, 100);
    assert_int_equal(d->method, DEFINITION_APPROVAL);
    assert_int_equal(d->tie, DEFINITION_TIE_DRAWN);
    assert_false(d->min_cost_krw.present);
    assert_true(d->max_cost_krw.present);
    assert_int_equal(d->max_cost_krw.value, 80);
    assert_int_equal(d->min_age.value, 18);
    assert_int_equal(d->area_count, 2);
    assert_int_equal(d->option_count, 4);
    assert_int_equal(d->options[3].cost_krw, 20);
    assert_true(span_is_text(d->options[3].field, "환경"));
    assert_int_equal(d->drawn[0], 4);
    assert_int_equal(d->fit_numerator, 80);
    assert_int_equal(d->quorum, 500);
    assert_int_equal(d->groups[0].count, 2);
    assert_int_equal(d->named[1], 2);
    assert_int_equal(d->area_caps[0].cap_krw, 70);
    assert_true(span_is_text(d->field_caps[0].name, "복지"));
    assert_int_equal(d->quotas[0].max_options, 2);
    assert_int_equal(d->channel_part_count, 2);
    assert_int_equal(d->channel_parts[1].channels, 4);
    assert_int_equal(d->channel_parts[1].weight, 70);
    assert_int_equal(definition_channel_part(d, 1), 0);
    assert_int_equal(definition_channel_part(d, 2), 1);
    definition_free(d);
}

/* Both the options without an area and those of the district's name are the whole district's. */
static void a_quota_covers_the_district_its_areas_or_one_of_them(void **state)
{
    const struct definition_quota quotas[] = {
        {.scope = DEFINITION_SCOPE_DISTRICT},
        {.scope = DEFINITION_SCOPE_LOCAL},
        {.scope = DEFINITION_SCOPE_AREA, .area = {(const uint8_t *)"왕십리2동", 13}}};
    static const char *const COVERED[] = {"1100", "0011", "0010"};
    struct fixture fixture;
    struct fixture_bytes bytes;
    struct definition *d = NULL;

    (void)state;
    fixture_init(&fixture);
    bytes = fixture_encode(&fixture);
    assert_int_equal(definition_read(bytes.data, bytes.length, &d), DEFINITION_OK);
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 4; k++) {
            assert_int_equal(definition_quota_covers(d, &quotas[i], &d->options[k]),
                             COVERED[i][k] == '1');
        }
    }
    definition_free(d);
}

static void every_beginning_and_every_byte_more_is_refused(void **state)
{
    struct fixture fixture;
    struct fixture_bytes bytes;
    struct definition *definition = NULL;

    (void)state;
    fixture_init(&fixture);
    give_terms(&fixture);
    bytes = fixture_encode(&fixture);
    for (size_t length = 0; length < bytes.length; length++) {
        uint8_t *exact = malloc(length + 1);

        assert_non_null(exact);
        memcpy(exact, bytes.data, length);
        assert_int_equal(definition_read(exact, length, &definition), DEFINITION_CUT_SHORT);
        free(exact);
    }
    fixture_number(&bytes, 1, 0);
    assert_int_equal(definition_read(bytes.data, bytes.length, &definition),
                     DEFINITION_BYTES_LEFT_OVER);
    assert_null(definition);
}

/* What is read of a changed byte is either refused or another definition, never a crash. */
static void no_changed_byte_is_more_than_a_fault(void **state)
{
    struct fixture fixture;
    struct fixture_bytes bytes;
    size_t refused = 0;

    (void)state;
    fixture_init(&fixture);
    give_terms(&fixture);
    bytes = fixture_encode(&fixture);
    for (size_t at = 0; at < bytes.length; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct definition *definition = NULL;
            enum definition_fault fault;

            bytes.data[at] ^= (uint8_t)(1U << bit);
            fault = definition_read(bytes.data, bytes.length, &definition);
            refused += fault != DEFINITION_OK;
            assert_string_not_equal(definition_fault_name(fault), "");
            definition_free(definition);
            bytes.data[at] ^= (uint8_t)(1U << bit);
        }
    }
    assert_true(refused > bytes.length);
}

/* One term: its kind and four numbers of four bytes, as many as are given. */
static void give_term(struct fixture *fixture, uint8_t kind, const char *form, ...)
{
    va_list numbers;

    fixture->terms.length = 0;
    fixture_number(&fixture->terms, 2, 1);
    fixture_number(&fixture->terms, 1, kind);
    va_start(numbers, form);
    for (size_t i = 0; form[i] != '\0'; i++) {
        fixture_number(&fixture->terms, (size_t)(form[i] - '0'), (uint64_t)va_arg(numbers, int));
    }
    va_end(numbers);
}

#define SPOIL(name, ...)                                                                           \
    static void name(struct fixture *f)                                                            \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }

SPOIL(of_another_format, f->format = 5)
SPOIL(of_unknown_method, f->method = 6)
SPOIL(of_no_rule, f->rule = 0)
SPOIL(of_unknown_tie, f->tie = 6)
SPOIL(with_flag_two, f->empty_allowed = 2)
SPOIL(without_channels, f->channels = 0)
SPOIL(with_channel_of_no_name, f->channels = 3)
SPOIL(without_title, f->title = "")
SPOIL(with_control, f->title = "a\nb")
SPOIL(with_broken_text, f->title = "\xed\xa0\x80")
SPOIL(with_space, f->title = " a")
SPOIL(without_budget, f->budget_krw = 0)
SPOIL(with_free_option, f->costs[1] = 0)
SPOIL(with_empty_window, f->closes_at_ms = f->opens_at_ms)
SPOIL(with_zero_minimum, f->empty_allowed = 0)
SPOIL(with_numbers_swapped, f->numbers[0] = 2)
SPOIL(with_ids_twice, f->ids[2] = "a")
SPOIL(with_areas_twice, f->areas[1] = f->areas[0])
SPOIL(with_foreign_area, f->option_areas[0] = "달나라")
SPOIL(with_crossed_numbers, f->min_options = 3; f->max_options = 2)
SPOIL(with_crossed_costs, f->min_cost_krw = GIVEN(9); f->max_cost_krw = GIVEN(8))
SPOIL(choosing_two, f->method = 2; f->max_options = 2)
SPOIL(cumulative_without_sum, f->method = 3)
SPOIL(scoring_without_range, f->method = 4)
SPOIL(approving_by_points, f->points[1] = GIVEN(3))
SPOIL(scoring_with_sum, f->method = 4; f->points[1] = GIVEN(3); f->points[3] = GIVEN(3))
SPOIL(greedy_by_points, f->method = 3; f->points[3] = GIVEN(3); f->satisfaction = 3)
SPOIL(greedy_completed, f->completion = 2)
SPOIL(greedy_with_threshold, f->threshold = GIVEN(3))
SPOIL(threshold_without_one, f->rule = 3)
SPOIL(supported_by_nothing, f->method = 4; f->points[1] = GIVEN(3); f->rule = 5)
SPOIL(with_undated_age, f->min_age = GIVEN(18))
SPOIL(with_dated_nothing, f->age_on = "2022-06-20")
SPOIL(with_no_leap_day, f->min_age = GIVEN(18); f->age_on = "2100-02-29")
SPOIL(with_term_twelve, give_term(f, 12, ""))
SPOIL(with_channels_not_added, give_term(f, 11, "2121221", 2, 2, 30, 4, 70, 99, 1))
SPOIL(with_channels_of_phragmen, f->rule = 5; give_term(f, 11, "2121221", 2, 2, 30, 4, 70, 100, 1))
SPOIL(with_channel_twice, give_term(f, 11, "2121221", 2, 2, 30, 6, 70, 100, 1))
SPOIL(with_channel_left_out, f->channels = 2 | 4 | 8;
      give_term(f, 11, "2121221", 2, 2, 30, 4, 70, 100, 1))
SPOIL(with_channel_unaccepted, give_term(f, 11, "2121221", 2, 2, 30, 12, 70, 100, 1))
SPOIL(with_channels_alone, give_term(f, 11, "21221", 1, 6, 100, 100, 1))
SPOIL(with_channels_otherwise, give_term(f, 11, "2121221", 2, 2, 30, 4, 70, 100, 2))
SPOIL(with_channel_of_nothing, give_term(f, 11, "2121221", 2, 2, 0, 4, 100, 100, 1))
SPOIL(with_channel_unknown, give_term(f, 11, "2121221", 2, 2, 30, 33, 70, 100, 1))
SPOIL(with_weights_not_added, give_term(f, 8, "22221", 50, 49, 100, 10, 1))
SPOIL(with_jury_of_phragmen, f->rule = 5; give_term(f, 8, "22221", 50, 50, 100, 10, 1))
SPOIL(with_other_normalisation, give_term(f, 8, "22221", 50, 50, 100, 10, 2))
SPOIL(with_share_above_one, give_term(f, 9, "44", 3, 2))
SPOIL(with_min_cost_as_cost, give_term(f, 10, "248", 1, 1, f->costs[0]))
SPOIL(with_min_costs_out_of_order, give_term(f, 10, "24848", 2, 2, 1, 1, 1))
SPOIL(with_order_undrawn, give_term(f, 1, "24444", 4, 1, 2, 3, 4))
SPOIL(with_order_repeated, f->tie = 4; give_term(f, 1, "24444", 4, 1, 2, 3, 3))
SPOIL(with_order_unknown, f->tie = 4; give_term(f, 1, "24444", 4, 1, 2, 3, 5))
SPOIL(drawn_without_order, f->tie = 4)
SPOIL(with_fit_above_one, give_term(f, 2, "44", 3, 2))
SPOIL(with_fit_of_phragmen, f->rule = 5; give_term(f, 2, "44", 1, 2))
SPOIL(with_no_quorum, give_term(f, 3, "8", 0))
SPOIL(with_one_alone, give_term(f, 4, "224", 1, 1, 1))
SPOIL(with_one_against_itself, give_term(f, 4, "2244", 1, 2, 1, 1))
SPOIL(with_cap_of_nothing, give_term(f, 5, "2218", 1, 1, 'x', 60))
SPOIL(with_no_caps, give_term(f, 6, "2", 0))
SPOIL(with_quota_too_large, give_term(f, 7, "21222", 1, 1, 0, 0, 3))
SPOIL(with_quota_crossed, give_term(f, 7, "21222", 1, 1, 0, 2, 1))
SPOIL(with_quota_of_unknown, give_term(f, 7, "21222", 1, 4, 0, 0, 1))
SPOIL(with_terms_twice, give_term(f, 3, "818", 5, 3, 5); f->terms.data[1] = 2)

static void every_fault_has_its_name(void **state)
{
    static const struct {
        void (*spoil)(struct fixture *fixture);
        enum definition_fault fault;
    } CASES[] = {
        {of_another_format, DEFINITION_FORMAT_UNKNOWN},
        {of_unknown_method, DEFINITION_VALUE_UNKNOWN},
        {of_no_rule, DEFINITION_VALUE_UNKNOWN},
        {of_unknown_tie, DEFINITION_VALUE_UNKNOWN},
        {with_flag_two, DEFINITION_FLAG_INVALID},
        {without_channels, DEFINITION_SET_INVALID},
        {with_channel_of_no_name, DEFINITION_SET_INVALID},
        {without_title, DEFINITION_TEXT_LENGTH},
        {with_control, DEFINITION_TEXT_INVALID},
        {with_broken_text, DEFINITION_TEXT_INVALID},
        {with_space, DEFINITION_TEXT_INVALID},
        {without_budget, DEFINITION_NUMBER_RANGE},
        {with_free_option, DEFINITION_NUMBER_RANGE},
        {with_empty_window, DEFINITION_NUMBER_RANGE},
        {with_zero_minimum, DEFINITION_NUMBER_RANGE},
        {with_numbers_swapped, DEFINITION_OPTION_NUMBER},
        {with_ids_twice, DEFINITION_OPTION_DUPLICATE},
        {with_areas_twice, DEFINITION_AREA_DUPLICATE},
        {with_foreign_area, DEFINITION_AREA_UNKNOWN},
        {with_crossed_numbers, DEFINITION_LIMITS_CROSSED},
        {with_crossed_costs, DEFINITION_LIMITS_CROSSED},
        {choosing_two, DEFINITION_LIMITS_CROSSED},
        {cumulative_without_sum, DEFINITION_POINTS_MISSING},
        {scoring_without_range, DEFINITION_POINTS_MISSING},
        {approving_by_points, DEFINITION_POINTS_UNUSED},
        {scoring_with_sum, DEFINITION_POINTS_UNUSED},
        {greedy_by_points, DEFINITION_SATISFACTION_UNUSED},
        {greedy_completed, DEFINITION_COMPLETION_UNUSED},
        {greedy_with_threshold, DEFINITION_THRESHOLD_MISPLACED},
        {threshold_without_one, DEFINITION_THRESHOLD_MISPLACED},
        {supported_by_nothing, DEFINITION_ZERO_SUPPORT},
        {with_undated_age, DEFINITION_AGE_INVALID},
        {with_dated_nothing, DEFINITION_AGE_INVALID},
        {with_no_leap_day, DEFINITION_AGE_INVALID},
        {with_term_twelve, DEFINITION_TERM_UNKNOWN},
        {with_channels_not_added, DEFINITION_CHANNEL_WEIGHTS_INVALID},
        {with_channels_of_phragmen, DEFINITION_CHANNEL_WEIGHTS_INVALID},
        {with_channel_twice, DEFINITION_CHANNEL_WEIGHTS_INVALID},
        {with_channel_left_out, DEFINITION_CHANNEL_WEIGHTS_INVALID},
        {with_channel_unaccepted, DEFINITION_CHANNEL_WEIGHTS_INVALID},
        {with_channels_alone, DEFINITION_CHANNEL_WEIGHTS_INVALID},
        {with_channels_otherwise, DEFINITION_VALUE_UNKNOWN},
        {with_channel_of_nothing, DEFINITION_NUMBER_RANGE},
        {with_channel_unknown, DEFINITION_SET_INVALID},
        {with_weights_not_added, DEFINITION_JURY_INVALID},
        {with_jury_of_phragmen, DEFINITION_JURY_INVALID},
        {with_other_normalisation, DEFINITION_VALUE_UNKNOWN},
        {with_share_above_one, DEFINITION_NUMBER_RANGE},
        {with_min_cost_as_cost, DEFINITION_MIN_COST_INVALID},
        {with_min_costs_out_of_order, DEFINITION_OPTION_REPEATED},
        {with_order_undrawn, DEFINITION_TIE_ORDER_MISPLACED},
        {with_order_repeated, DEFINITION_OPTION_REPEATED},
        {with_order_unknown, DEFINITION_OPTION_UNKNOWN},
        {drawn_without_order, DEFINITION_TIE_ORDER_MISPLACED},
        {with_fit_above_one, DEFINITION_NUMBER_RANGE},
        {with_fit_of_phragmen, DEFINITION_FIT_MISPLACED},
        {with_no_quorum, DEFINITION_NUMBER_RANGE},
        {with_one_alone, DEFINITION_LIST_LENGTH},
        {with_one_against_itself, DEFINITION_OPTION_REPEATED},
        {with_cap_of_nothing, DEFINITION_CAP_INVALID},
        {with_no_caps, DEFINITION_LIST_LENGTH},
        {with_quota_too_large, DEFINITION_QUOTA_INVALID},
        {with_quota_crossed, DEFINITION_LIMITS_CROSSED},
        {with_quota_of_unknown, DEFINITION_VALUE_UNKNOWN},
        {with_terms_twice, DEFINITION_TERM_ORDER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct fixture fixture;

        fixture_init(&fixture);
        assert_int_equal(fault_of(&fixture), DEFINITION_OK);
        CASES[i].spoil(&fixture);
        if (fault_of(&fixture) != CASES[i].fault) {
            fail_msg("case %zu: %s in place of %s", i, definition_fault_name(fault_of(&fixture)),
                     definition_fault_name(CASES[i].fault));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_and_term_is_read),
        cmocka_unit_test(a_quota_covers_the_district_its_areas_or_one_of_them),
        cmocka_unit_test(every_beginning_and_every_byte_more_is_refused),
        cmocka_unit_test(no_changed_byte_is_more_than_a_fault),
        cmocka_unit_test(every_fault_has_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
