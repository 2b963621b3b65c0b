/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ballot as a .pb file: the file is without fault, says what the ballot said,
 * and holds the votes it was given.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/ballot_pb.h"
#include "participation/domain/pb.h"

#define TEXT_MAX 65536

/* The options that each vote names, by their numbers. */
static const uint32_t VOTES[][2] = {{1, 3}, {2, 0}, {0, 0}, {1, 0}};

enum { VOTE_COUNT = sizeof VOTES / sizeof VOTES[0] };

static size_t numbers_of(size_t vote, struct vote_body *ret_body)
{
    memset(ret_body, 0, sizeof *ret_body);
    for (size_t i = 0; i < 2 && VOTES[vote][i] != 0; i++) {
        ret_body->choices[i] = (struct vote_choice){.option = VOTES[vote][i], .value = 1};
        ret_body->count++;
    }
    return ret_body->count;
}

static void write_ballot(const struct ballot_definition *definition, struct text *text)
{
    static const int64_t counts[FIXTURE_OPTION_COUNT] = {2, 1, 1};
    static const bool funded[FIXTURE_OPTION_COUNT] = {true, false, true};
    const struct ballot_pb_count count = {
        .voters = VOTE_COUNT, .votes = counts, .scores = counts, .funded = funded};
    static struct vote_body body;

    text_init(text, TEXT_MAX);
    ballot_pb_add_head(text, definition, &count);
    for (size_t i = 0; i < VOTE_COUNT; i++) {
        struct text choices;

        (void)numbers_of(i, &body);
        text_init(&choices, TEXT_MAX);
        assert_int_equal(ballot_pb_add_choices(&choices, definition, &body), ERR_OK);
        ballot_pb_add_vote(text, (int64_t)i + 1,
                           &(struct ballot_pb_vote){.choices = text_bytes(&choices),
                                                    .choices_length = text_length(&choices)});
        text_release(&choices);
    }
    assert_int_equal(text_err(text), ERR_OK);
}

static enum err check_vote(void *context, const struct election *election,
                           const struct pb_vote *vote)
{
    size_t *place = context;
    static struct vote_body body;

    assert_true(*place < VOTE_COUNT);
    assert_int_equal(vote->choice_count, numbers_of(*place, &body));
    for (size_t i = 0; i < vote->choice_count; i++) {
        assert_int_equal(vote->choices[i].option + 1, body.choices[i].option);
    }
    assert_string_equal(vote->neighborhood, "");
    assert_string_equal(vote->age, "");
    (void)election;
    (*place)++;
    return ERR_OK;
}

static void the_file_is_read_without_fault_and_says_what_the_ballot_said(void **state)
{
    size_t place = 0;
    const struct pb_options options = {.strict = true, .on_vote = check_vote, .context = &place};
    const struct ballot_definition *definition;
    const struct election *election;
    struct fixture fixture;
    struct text text;
    struct pb *pb = NULL;
    size_t faults;

    (void)state;
    fixture_init(&fixture);
    fixture.definition.empty_allowed = true;
    fixture_text(fixture.options[1].name, sizeof fixture.options[1].name, "\"나무\"; 그늘");
    definition = &fixture.definition;
    assert_int_equal(ballot_pb_misfit(definition), FIXTURE_OPTION_COUNT);
    write_ballot(definition, &text);
    assert_int_equal(pb_new(&options, &pb), ERR_OK);
    assert_int_equal(pb_feed(pb, text_bytes(&text), text_length(&text)), ERR_OK);
    assert_int_equal(pb_finish(pb), ERR_OK);
    (void)pb_faults(pb, &faults);
    assert_int_equal(faults, 0);
    assert_int_equal(place, VOTE_COUNT);
    assert_string_equal(pb_meta(pb, "description"), definition->title);
    assert_string_equal(pb_meta(pb, "date_begin"), "20.06.2022");
    assert_string_equal(pb_meta(pb, "date_end"), "24.06.2022");
    assert_string_equal(pb_meta(pb, "min_length"), "0");
    assert_string_equal(pb_meta(pb, "max_length"), "2");
    assert_string_equal(pb_meta(pb, "max_sum_cost"), "300000000");
    assert_null(pb_meta(pb, "min_sum_cost"));
    assert_non_null(strstr(pb_meta(pb, "comment"), "시연"));
    election = pb_election(pb);
    assert_true(election_budget(election) == definition->budget_krw);
    for (uint32_t i = 0; i < FIXTURE_OPTION_COUNT; i++) {
        const struct election_option *option = election_option(election, i);

        assert_string_equal(option->id, fixture.options[i].id);
        assert_string_equal(option->name, fixture.options[i].name);
        assert_string_equal(option->area, fixture.options[i].area);
        assert_true(option->cost == fixture.options[i].cost_krw);
        assert_int_equal(option->selected, i == 1 ? 0 : 1);
    }
    pb_free(pb);
    text_release(&text);
}

static void a_day_ends_before_the_moment_of_closing(void **state)
{
    struct fixture fixture;
    struct text text;

    (void)state;
    fixture_init(&fixture);
    fixture.definition.demonstration = false;
    fixture.definition.closes_at_ms = 1656082800000LL; /* 2022-06-25 00:00 in Seoul */
    fixture.definition.min_cost_krw = (struct ballot_limit){.present = true, .krw = 5};
    write_ballot(&fixture.definition, &text);
    assert_non_null(strstr(text_bytes(&text), "\ndate_end;24.06.2022\n"));
    assert_non_null(
        strstr(text_bytes(&text), "\ncloses_at;2022-06-25T00:00:00.000+09:00\nmin_length;1\n"));
    assert_non_null(strstr(text_bytes(&text), "\nmin_sum_cost;5\n"));
    assert_null(strstr(text_bytes(&text), "comment"));
    text_release(&text);
}

static void the_file_says_how_ties_were_broken(void **state)
{
    static const int64_t counts[FIXTURE_OPTION_COUNT] = {2, 1, 1};
    static const bool funded[FIXTURE_OPTION_COUNT] = {true, false, true};
    struct ballot_pb_count count = {
        .voters = 0, .votes = counts, .scores = counts, .funded = funded, .lot_seed = "일곱; 7"};
    struct fixture fixture;
    struct text text;

    (void)state;
    fixture_init(&fixture);
    fixture.definition.tie = BALLOT_TIE_LOT;
    text_init(&text, TEXT_MAX);
    ballot_pb_add_head(&text, &fixture.definition, &count);
    assert_non_null(strstr(text_bytes(&text), "\ntie;\"lot:일곱; 7\"\n"));
    assert_null(strstr(text_bytes(&text), "tie_order"));
    text_release(&text);
    fixture.definition.tie = BALLOT_TIE_DRAWN;
    fixture.definition.tie_order = (struct ballot_tie_order){.numbers = {3, 1, 2}, .count = 3};
    write_ballot(&fixture.definition, &text);
    assert_non_null(
        strstr(text_bytes(&text), "\ntie;drawn\ntie_order;youth-space,health-walk,repair-cafe\n"));
    text_release(&text);
}

static void what_the_format_cannot_hold_is_known_beforehand(void **state)
{
    static struct vote_body body = {.count = 1, .choices = {{.option = 4, .value = 1}}};
    struct fixture fixture;
    struct text text;

    (void)state;
    fixture_init(&fixture);
    fixture.options[2].cost_krw = PB_COST_WITHDRAWN;
    assert_int_equal(ballot_pb_misfit(&fixture.definition), 2);
    fixture_text(fixture.options[1].id, sizeof fixture.options[1].id, "a,b");
    assert_int_equal(ballot_pb_misfit(&fixture.definition), 1);
    text_init(&text, TEXT_MAX);
    assert_int_equal(ballot_pb_add_choices(&text, &fixture.definition, &body), ERR_INVALID);
    body.choices[0].option = 0;
    assert_int_equal(ballot_pb_add_choices(&text, &fixture.definition, &body), ERR_INVALID);
    text_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_is_read_without_fault_and_says_what_the_ballot_said),
        cmocka_unit_test(a_day_ends_before_the_moment_of_closing),
        cmocka_unit_test(the_file_says_how_ties_were_broken),
        cmocka_unit_test(what_the_format_cannot_hold_is_known_beforehand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
