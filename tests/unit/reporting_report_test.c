/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a report: states, ranks, what the public may see, and lines that
 * end the same in whichever order their legs come.
 */
#include "reporting/domain/report.h"
#include "reporting/domain/word.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void a_state_is_the_furthest_step_heard_but_never_before_the_opening(void **state)
{
    (void)state;
    assert_int_equal(report_state(false, false, false), REPORT_MISSING);
    assert_int_equal(report_state(false, true, true), REPORT_MISSING);
    assert_int_equal(report_state(true, false, false), REPORT_OPEN);
    assert_int_equal(report_state(true, true, false), REPORT_CLOSED);
    assert_int_equal(report_state(true, true, true), REPORT_CERTIFIED);
    assert_int_equal(report_state(true, false, true), REPORT_CERTIFIED);
    assert_string_equal(report_state_name(REPORT_OPEN), "open");
    assert_string_equal(report_state_name(REPORT_CERTIFIED), "certified");
}

static void only_an_open_ballot_rounds_its_voters(void **state)
{
    struct report report = {.state = REPORT_OPEN, .turnout = {.voters = 27}};

    (void)state;
    assert_int_equal(report_public_voters(REPORT_OPEN, 27), 20);
    assert_int_equal(report_public_voters(REPORT_CLOSED, 27), 27);
    assert_int_equal(report_public_voters(REPORT_CERTIFIED, 27), 27);
    assert_int_equal(report_voters(&report), 27);
    report.state = REPORT_CERTIFIED;
    report.tally.voters = 25;
    assert_int_equal(report_voters(&report), 25);
    report.was_closed = true;
    report.closing.voters = 26;
    assert_int_equal(report_voters(&report), 26);
}

static struct report_leg leg(int64_t amount_krw, int64_t balance_after_krw, int64_t version)
{
    return (struct report_leg){
        .account = {2023, "park", REPORT_SOURCE_DISTRICT, "M10"},
        .amount_krw = amount_krw,
        .balance_after_krw = balance_after_krw,
        .version = version,
    };
}

static void a_leg_that_follows_must_add_up(void **state)
{
    struct report_line line = {.version = 0};
    struct report_leg next = leg(100, 100, 1);
    struct report_line kept;

    (void)state;
    assert_int_equal(report_line_apply(&line, &next, &line), ERR_OK);
    assert_int_equal(line.balance_krw, 100);
    assert_int_equal(line.version, 1);
    assert_string_equal(line.account.stage, "M10");
    kept = line;
    next = leg(50, 151, 2);
    assert_int_equal(report_line_apply(&line, &next, &line), ERR_INVALID);
    next = leg(50, 150, 0);
    assert_int_equal(report_line_apply(&line, &next, &line), ERR_INVALID);
    next = leg(INT64_MAX, 99, 2);
    assert_int_equal(report_line_apply(&line, &next, &line), ERR_INVALID);
    assert_memory_equal(&line, &kept, sizeof line);
}

static void a_leg_that_is_older_changes_nothing_and_one_that_skips_is_taken(void **state)
{
    struct report_line line = {.version = 0};
    struct report_leg next = leg(7, 300, 3);

    (void)state;
    assert_int_equal(report_line_apply(&line, &next, &line), ERR_OK);
    assert_int_equal(line.balance_krw, 300);
    next = leg(100, 100, 1);
    assert_int_equal(report_line_apply(&line, &next, &line), ERR_OK);
    assert_int_equal(line.balance_krw, 300);
    assert_int_equal(line.version, 3);
}

static void legs_in_any_order_and_any_number_of_times_end_the_same(void **state)
{
    enum { LEGS = 50, ROUNDS = 200 };

    unsigned seed = (unsigned)time(NULL);
    struct report_leg legs[LEGS];
    int64_t balance = 0;

    (void)state;
    print_message("seed %u\n", seed);
    srand(seed);
    for (int i = 0; i < LEGS; i++) {
        int64_t amount = rand() % 2001 - 1000;

        balance += amount;
        legs[i] = leg(amount, balance, i + 1);
    }
    for (int round = 0; round < ROUNDS; round++) {
        bool was_applied[LEGS] = {false};
        struct report_line line = {.version = 0};
        int missing = LEGS;

        while (missing > 0) {
            int at = rand() % LEGS;

            assert_int_equal(report_line_apply(&line, &legs[at], &line), ERR_OK);
            missing -= was_applied[at] ? 0 : 1;
            was_applied[at] = true;
        }
        assert_int_equal(line.balance_krw, balance);
        assert_int_equal(line.version, LEGS);
    }
}

static void equal_votes_share_a_rank_and_stand_in_listed_order(void **state)
{
    const struct report_option options[] = {
        {.has_result = true, .score = 3}, {.has_result = false},
        {.has_result = true, .score = 9}, {.has_result = true, .score = 3},
        {.has_result = true, .score = 0},
    };
    uint32_t order[5];
    uint32_t ranks[5];
    const uint32_t expected_order[] = {2, 0, 3, 4, 1};
    const uint32_t expected_ranks[] = {1, 2, 2, 4, 0};

    (void)state;
    report_rank(options, 5, order, ranks);
    assert_memory_equal(order, expected_order, sizeof order);
    assert_memory_equal(ranks, expected_ranks, sizeof ranks);
    report_rank(NULL, 0, order, ranks);
}

static void a_ballot_of_the_most_options_is_ranked(void **state)
{
    struct report_option *options = calloc(REPORT_OPTION_MAX, sizeof *options);
    uint32_t order[REPORT_OPTION_MAX];
    uint32_t ranks[REPORT_OPTION_MAX];

    (void)state;
    assert_non_null(options);
    for (uint32_t i = 0; i < REPORT_OPTION_MAX; i++) {
        options[i].has_result = true;
        options[i].score = i;
    }
    report_rank(options, REPORT_OPTION_MAX, order, ranks);
    for (uint32_t i = 0; i < REPORT_OPTION_MAX; i++) {
        assert_int_equal(order[i], REPORT_OPTION_MAX - 1 - i);
        assert_int_equal(ranks[i], i + 1);
    }
    free(options);
}

static void contra_accounts_and_sources_are_not_shown(void **state)
{
    (void)state;
    assert_true(report_stage_is_shown("M10"));
    assert_true(report_stage_is_shown("S10"));
    assert_true(report_stage_is_shown("I10"));
    assert_false(report_stage_is_shown("M90"));
    assert_false(report_stage_is_shown("R10.main"));
    assert_false(report_stage_is_shown("I20"));
}

static void codes_have_korean_words_and_unknown_ones_show_themselves(void **state)
{
    (void)state;
    assert_string_equal(word_source(REPORT_SOURCE_DISTRICT), "구비");
    assert_string_equal(report_source_name(REPORT_SOURCE_DISTRICT), "district");
    assert_string_equal(report_source_name((enum report_source)99), "");
    assert_string_equal(word_stage("S10"), "편성");
    assert_string_equal(word_stage("S11"), "S11");
    assert_string_equal(word_reason("over-left"), "남은 예산을 초과");
    assert_string_equal(word_reason("over-something"), "over-something");
    assert_string_equal(word_cell("sex", "F"), "여성");
    assert_string_equal(word_cell("sex", "unknown"), "미상");
    assert_string_equal(word_cell("area", "성수1가1동"), "성수1가1동");
    assert_string_equal(word_cell("area", "all"), "전체");
    assert_string_equal(word_cell("age_band", "70+"), "70대 이상");
    assert_string_equal(word_cell("channel", "web"), "온라인");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_is_the_furthest_step_heard_but_never_before_the_opening),
        cmocka_unit_test(only_an_open_ballot_rounds_its_voters),
        cmocka_unit_test(a_leg_that_follows_must_add_up),
        cmocka_unit_test(a_leg_that_is_older_changes_nothing_and_one_that_skips_is_taken),
        cmocka_unit_test(legs_in_any_order_and_any_number_of_times_end_the_same),
        cmocka_unit_test(equal_votes_share_a_rank_and_stand_in_listed_order),
        cmocka_unit_test(a_ballot_of_the_most_options_is_ranked),
        cmocka_unit_test(contra_accounts_and_sources_are_not_shown),
        cmocka_unit_test(codes_have_korean_words_and_unknown_ones_show_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
