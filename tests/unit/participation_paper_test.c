/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entering sheets twice, and when paper reconciles. Every test would fail if one
 * person counted as two, or if a sheet in doubt were taken for sure.
 */
#include "participation/domain/paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEED 20230704ULL

enum { ROUND_COUNT = 20000 };

static const uint8_t BODIES[][3] = {{1, 0, 0}, {1, 0, 1}, {1, 1, 0}};

static struct paper_entry vote_by(const char *who, size_t body)
{
    return (struct paper_entry){
        .staff_id = who,
        .kind = PAPER_KIND_VOTE,
        .choice = BODIES[body],
        .choice_length = sizeof BODIES[0],
    };
}

static struct paper_entry kind_by(const char *who, enum paper_kind kind)
{
    return (struct paper_entry){.staff_id = who, .kind = kind};
}

static void assert_state(const struct paper_entry *entries, size_t count,
                         enum paper_sheet_state wanted)
{
    size_t agreed = 99;

    assert_int_equal(paper_sheet_judge(entries, count, &agreed), wanted);
    assert_int_equal(agreed != 99, wanted == PAPER_SHEET_AGREED);
}

static void two_people_agree_and_one_alone_never_does(void **state)
{
    const struct paper_entry alike[] = {vote_by("kim", 0), vote_by("lee", 0)};
    const struct paper_entry alone[] = {vote_by("kim", 0), vote_by("kim", 0)};
    const struct paper_entry apart[] = {vote_by("kim", 0), vote_by("lee", 1)};
    const struct paper_entry kinds[] = {kind_by("kim", PAPER_KIND_BLANK),
                                        kind_by("lee", PAPER_KIND_UNCLEAR)};
    const struct paper_entry blank[] = {kind_by("kim", PAPER_KIND_BLANK),
                                        kind_by("lee", PAPER_KIND_BLANK)};

    (void)state;
    assert_state(alike, 0, PAPER_SHEET_MISSING);
    assert_state(alike, 1, PAPER_SHEET_ONCE);
    assert_state(alike, 2, PAPER_SHEET_AGREED);
    assert_state(alone, 2, PAPER_SHEET_DISAGREEING);
    assert_state(apart, 2, PAPER_SHEET_DISAGREEING);
    assert_state(kinds, 2, PAPER_SHEET_DISAGREEING);
    assert_state(blank, 2, PAPER_SHEET_AGREED);
}

static void where_two_disagree_a_third_reading_settles_it_whoever_makes_it(void **state)
{
    const struct paper_entry third[] = {vote_by("kim", 0), vote_by("lee", 1), vote_by("park", 1)};
    const struct paper_entry again[] = {vote_by("kim", 0), vote_by("lee", 1), vote_by("kim", 1)};
    const struct paper_entry other[] = {vote_by("kim", 0), vote_by("lee", 1), vote_by("kim", 2)};

    (void)state;
    assert_state(third, 3, PAPER_SHEET_AGREED);
    assert_state(again, 3, PAPER_SHEET_AGREED);
    assert_state(other, 3, PAPER_SHEET_DISAGREEING);
}

static void assert_admitted(const struct paper_entry *entries, size_t count,
                            struct paper_entry entry, bool wanted_repeated)
{
    enum paper_refusal refusal = PAPER_REFUSAL_NONE;
    bool repeated = !wanted_repeated;

    assert_int_equal(paper_entry_admit(entries, count, &entry, &repeated, &refusal), ERR_OK);
    assert_int_equal(repeated, wanted_repeated);
}

static void assert_refused(const struct paper_entry *entries, size_t count,
                           struct paper_entry entry, enum paper_refusal wanted)
{
    enum paper_refusal refusal = PAPER_REFUSAL_NONE;
    bool repeated = false;

    assert_int_equal(paper_entry_admit(entries, count, &entry, &repeated, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal, wanted);
}

static void who_entered_a_sheet_first_cannot_enter_it_the_second_time(void **state)
{
    const struct paper_entry entries[] = {vote_by("kim", 0), vote_by("lee", 1), vote_by("park", 1)};

    (void)state;
    assert_admitted(entries, 0, vote_by("kim", 0), false);
    assert_admitted(entries, 1, vote_by("kim", 0), true);
    assert_refused(entries, 1, vote_by("kim", 1), PAPER_REFUSAL_SAME_PERSON);
    assert_refused(entries, 1, kind_by("kim", PAPER_KIND_BLANK), PAPER_REFUSAL_SAME_PERSON);
    assert_admitted(entries, 1, vote_by("lee", 1), false);
    assert_admitted(entries, 2, vote_by("kim", 1), false);
    /* Agreed: the same adds nothing, and nothing else is taken. */
    assert_admitted(entries, 3, vote_by("choi", 1), true);
    assert_refused(entries, 3, vote_by("choi", 0), PAPER_REFUSAL_SHEET_AGREED);
}

static void a_sheet_is_entered_at_most_ten_times(void **state)
{
    static uint8_t bodies[PAPER_ENTRY_MAX + 1];
    struct paper_entry entries[PAPER_ENTRY_MAX + 1];

    (void)state;
    for (size_t i = 0; i <= PAPER_ENTRY_MAX; i++) {
        bodies[i] = (uint8_t)i;
        entries[i] = vote_by(i % 2 == 0 ? "kim" : "lee", 0);
        entries[i].choice = &bodies[i];
        entries[i].choice_length = 1;
    }
    assert_admitted(entries, PAPER_ENTRY_MAX - 1, entries[PAPER_ENTRY_MAX], false);
    assert_refused(entries, PAPER_ENTRY_MAX, entries[PAPER_ENTRY_MAX], PAPER_REFUSAL_ENTRIES_MANY);
}

/* xorshift64: the same numbers everywhere. */
static size_t chance(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (size_t)(*seed >> 33);
}

/* Whatever is entered in whatever order: what is agreed two different people said, and stays. */
static void what_is_agreed_by_chance_was_said_by_two_people_and_stays(void **state)
{
    static const char *const people[] = {"kim", "lee", "park"};
    struct paper_entry entries[PAPER_ENTRY_MAX];
    uint64_t seed = SEED;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)SEED);
    for (int round = 0; round < ROUND_COUNT; round++) {
        size_t count = 0;
        bool was_agreed = false;

        for (int i = 0; i < 12; i++) {
            const struct paper_entry entry = vote_by(people[chance(&seed) % 3], chance(&seed) % 3);
            enum paper_refusal refusal = PAPER_REFUSAL_NONE;
            bool repeated = false;
            size_t agreed = 0;
            size_t others = 0;

            if (paper_entry_admit(entries, count, &entry, &repeated, &refusal) == ERR_OK &&
                !repeated) {
                assert_false(was_agreed);
                entries[count] = entry;
                count++;
            }
            if (paper_sheet_judge(entries, count, &agreed) != PAPER_SHEET_AGREED) {
                assert_false(was_agreed);
                continue;
            }
            was_agreed = true;
            for (size_t k = 0; k < count; k++) {
                others += entries[k].choice == entries[agreed].choice &&
                                  strcmp(entries[k].staff_id, entries[agreed].staff_id) != 0
                              ? 1
                              : 0;
            }
            assert_true(others >= 1);
        }
    }
}

/* The voter's first paper, a minute before the end. */
static const struct paper_return PAPER = {
    .rev = 1, .held = true, .held_rev = 1, .now_ms = 940000, .closes_at_ms = 1000000};

static void assert_kept(struct paper_return paper, enum paper_refusal wanted)
{
    const struct paper_standing standing = {
        .state = BALLOT_STATE_OPEN, .issued = 5, .envelopes = 3};
    enum paper_refusal refusal = PAPER_REFUSAL_NONE;

    assert_int_equal(paper_cancel_admit(&standing, &paper, &refusal),
                     wanted == PAPER_REFUSAL_NONE ? ERR_OK : ERR_CONFLICT);
    assert_int_equal(refusal, wanted);
}

static void a_paper_is_taken_back_only_when_it_is_the_one_its_voter_holds(void **state)
{
    struct paper_return paper = PAPER;

    (void)state;
    assert_kept(paper, PAPER_REFUSAL_NONE);
    paper.held_rev = 3;
    assert_kept(paper, PAPER_REFUSAL_OTHER_PAPER);
    paper.rev = 4;
    assert_kept(paper, PAPER_REFUSAL_OTHER_PAPER);
    paper.rev = 3;
    assert_kept(paper, PAPER_REFUSAL_NONE);
    paper.held = false;
    assert_kept(paper, PAPER_REFUSAL_NOT_ISSUED);
}

static void a_paper_that_is_its_voters_tenth_revision_is_never_taken_back(void **state)
{
    struct paper_return paper = PAPER;

    (void)state;
    paper.rev = 9;
    paper.held_rev = 9;
    assert_kept(paper, PAPER_REFUSAL_NONE);
    paper.rev = 10;
    paper.held_rev = 10;
    assert_kept(paper, PAPER_REFUSAL_LAST_REVISION);
}

static void no_paper_is_taken_back_from_the_end_on_though_the_ballot_says_open(void **state)
{
    struct paper_return paper = PAPER;

    (void)state;
    paper.now_ms = paper.closes_at_ms - 1;
    assert_kept(paper, PAPER_REFUSAL_NONE);
    paper.now_ms = paper.closes_at_ms;
    assert_kept(paper, PAPER_REFUSAL_ENDED);
}

static void there_are_never_more_envelopes_than_papers(void **state)
{
    struct paper_standing standing = {.state = BALLOT_STATE_OPEN, .issued = 5, .envelopes = 3};
    enum paper_refusal refusal = PAPER_REFUSAL_NONE;

    (void)state;
    assert_int_equal(paper_envelopes_admit(&standing, 2, &refusal), ERR_OK);
    assert_int_equal(paper_envelopes_admit(&standing, -3, &refusal), ERR_OK);
    assert_int_equal(paper_envelopes_admit(&standing, 3, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal, PAPER_REFUSAL_ENVELOPES_MANY);
    assert_int_equal(paper_cancel_admit(&standing, &PAPER, &refusal), ERR_OK);
    standing.envelopes = 5;
    assert_int_equal(paper_cancel_admit(&standing, &PAPER, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal, PAPER_REFUSAL_ENVELOPE_COUNTED);
}

static void envelopes_are_opened_until_the_count_and_papers_taken_back_until_the_close(void **state)
{
    struct paper_standing standing = {.issued = 5, .envelopes = 3};

    (void)state;
    for (int i = BALLOT_STATE_DRAFT; i < BALLOT_STATE_END; i++) {
        enum paper_refusal refusal = PAPER_REFUSAL_NONE;
        const bool open = i == BALLOT_STATE_OPEN;

        standing.state = (enum ballot_state)i;
        assert_int_equal(paper_takes_sheets(&standing), open || i == BALLOT_STATE_CLOSED);
        assert_int_equal(paper_cancel_admit(&standing, &PAPER, &refusal),
                         open ? ERR_OK : ERR_CONFLICT);
        assert_int_equal(refusal, open ? PAPER_REFUSAL_NONE : PAPER_REFUSAL_WRONG_STATE);
    }
    standing.state = BALLOT_STATE_CLOSED;
    standing.completed = true;
    assert_false(paper_takes_sheets(&standing));
}

static void a_ballot_waits_for_open_batches_and_for_envelopes_nobody_has_given_up(void **state)
{
    struct paper_standing standing = {.state = BALLOT_STATE_CLOSED};

    (void)state;
    assert_false(paper_is_awaited(&standing));
    standing.issued = 4;
    assert_true(paper_is_awaited(&standing));
    standing.envelopes = 4;
    standing.batches = 2;
    standing.sealed = 1;
    assert_true(paper_is_awaited(&standing));
    standing.sealed = 2;
    assert_false(paper_is_awaited(&standing));
    standing.issued = 5;
    assert_true(paper_is_awaited(&standing));
    standing.completed = true;
    assert_false(paper_is_awaited(&standing));
    /* That no more will come says nothing of what is there. */
    standing.sealed = 1;
    assert_true(paper_is_awaited(&standing));
}

static void every_kind_state_and_refusal_has_its_words(void **state)
{
    (void)state;
    for (int i = PAPER_KIND_VOTE; i < PAPER_KIND_END; i++) {
        assert_int_equal(paper_kind_from_name(paper_kind_name((enum paper_kind)i)), i);
    }
    assert_int_equal(paper_kind_from_name("odd"), PAPER_KIND_MISSING);
    assert_string_equal(paper_kind_name(PAPER_KIND_END), "missing");
    assert_string_equal(paper_sheet_state_name(PAPER_SHEET_DISAGREEING), "disagreeing");
    for (int i = PAPER_REFUSAL_NONE + 1; i < PAPER_REFUSAL_END; i++) {
        const struct paper_refusal_text *text = paper_refusal_text((enum paper_refusal)i);

        assert_true(text->status >= 404 && text->status <= 422);
        assert_true(strlen(text->code) > 0 && strlen(text->korean) > 0 &&
                    strlen(text->english) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_people_agree_and_one_alone_never_does),
        cmocka_unit_test(where_two_disagree_a_third_reading_settles_it_whoever_makes_it),
        cmocka_unit_test(who_entered_a_sheet_first_cannot_enter_it_the_second_time),
        cmocka_unit_test(a_sheet_is_entered_at_most_ten_times),
        cmocka_unit_test(what_is_agreed_by_chance_was_said_by_two_people_and_stays),
        cmocka_unit_test(a_paper_is_taken_back_only_when_it_is_the_one_its_voter_holds),
        cmocka_unit_test(a_paper_that_is_its_voters_tenth_revision_is_never_taken_back),
        cmocka_unit_test(no_paper_is_taken_back_from_the_end_on_though_the_ballot_says_open),
        cmocka_unit_test(there_are_never_more_envelopes_than_papers),
        cmocka_unit_test(
            envelopes_are_opened_until_the_count_and_papers_taken_back_until_the_close),
        cmocka_unit_test(a_ballot_waits_for_open_batches_and_for_envelopes_nobody_has_given_up),
        cmocka_unit_test(every_kind_state_and_refusal_has_its_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
