/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domain/jury: a jury's scores as bytes, and what they may be.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/jury.h"

static void weigh(struct fixture *fixture, struct jury_scores *scores)
{
    fixture_init(fixture);
    fixture->definition.jury =
        (struct ballot_jury){true, 50, 50, 100, 10, BALLOT_NORMALISATION_HIGHEST};
    *scores = (struct jury_scores){.jurors = 7, .scores = {7000, 0, 1234}, .count = 3};
    fixture_text(scores->source, sizeof scores->source, "심사위원회 회의록");
}

static void scores_come_back_as_they_went_in_and_a_byte_more_is_refused(void **state)
{
    uint8_t bytes[JURY_BYTES_MAX];
    struct fixture fixture;
    struct jury_scores scores;
    struct jury_scores back;
    size_t length;

    (void)state;
    weigh(&fixture, &scores);
    length = jury_scores_encode(&scores, bytes);
    assert_int_equal(length, 2 + 2 + strlen(scores.source) + 2 + 3 * 8);
    assert_int_equal(jury_scores_decode(&fixture.definition, bytes, length, &back), ERR_OK);
    assert_memory_equal(&scores, &back, sizeof scores);
    for (size_t cut = 0; cut < length; cut++) {
        assert_int_equal(jury_scores_decode(&fixture.definition, bytes, cut, &back), ERR_INVALID);
    }
    bytes[length] = 0;
    assert_int_equal(jury_scores_decode(&fixture.definition, bytes, length + 1, &back),
                     ERR_INVALID);
    fixture.definition.jury.present = false;
    assert_int_equal(jury_scores_decode(&fixture.definition, bytes, length, &back), ERR_INVALID);
}

static void scores_that_no_jury_could_give_are_not_sound(void **state)
{
    struct fixture fixture;
    struct jury_scores scores;

    (void)state;
    weigh(&fixture, &scores);
    assert_true(jury_scores_are_sound(&fixture.definition, &scores));
    scores.scores[0] = 7001; /* seven jurors of ten points each */
    assert_false(jury_scores_are_sound(&fixture.definition, &scores));
    weigh(&fixture, &scores);
    scores.scores[1] = -1;
    assert_false(jury_scores_are_sound(&fixture.definition, &scores));
    weigh(&fixture, &scores);
    scores.jurors = 0;
    assert_false(jury_scores_are_sound(&fixture.definition, &scores));
    weigh(&fixture, &scores);
    scores.jurors = JURY_MEMBERS_MAX + 1;
    assert_false(jury_scores_are_sound(&fixture.definition, &scores));
    weigh(&fixture, &scores);
    scores.count = 2;
    assert_false(jury_scores_are_sound(&fixture.definition, &scores));
    weigh(&fixture, &scores);
    scores.source[0] = '\0';
    assert_false(jury_scores_are_sound(&fixture.definition, &scores));
}

static void a_score_is_an_exact_decimal_of_two_places(void **state)
{
    static const char *const WRONG[] = {"", "-1", "+1", "1,5", "0.125", "x", "1 ", " 1", "1e99"};
    int64_t score = 0;

    (void)state;
    assert_int_equal(jury_score_parse("612.5", &score), ERR_OK);
    assert_int_equal(score, 61250);
    assert_int_equal(jury_score_parse("0", &score), ERR_OK);
    assert_int_equal(score, 0);
    assert_int_equal(jury_score_parse("7.250", &score), ERR_OK);
    assert_int_equal(score, 725);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_int_equal(jury_score_parse(WRONG[i], &score), ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_come_back_as_they_went_in_and_a_byte_more_is_refused),
        cmocka_unit_test(scores_that_no_jury_could_give_are_not_sound),
        cmocka_unit_test(a_score_is_an_exact_decimal_of_two_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
