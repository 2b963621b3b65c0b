/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/domain/ballot_state: every state with every action, and who
 * counts as two operators and who does not.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/ballot_state.h"
#include "participation/domain/void.h"

static struct ballot_approval approval_of(const char *operator_id, enum ballot_action action,
                                          uint8_t content)
{
    struct ballot_approval approval = {.action = action};

    fixture_text(approval.operator_id, sizeof approval.operator_id, operator_id);
    memset(approval.content, content, sizeof approval.content);
    return approval;
}

static struct ballot_standing standing_in(enum ballot_state state)
{
    return (struct ballot_standing){
        .state = state,
        .now_ms = FIXTURE_NOW_MS,
        .closes_at_ms = FIXTURE_CLOSES_AT_MS,
        .extension =
            {
                .to_ms = FIXTURE_CLOSES_AT_MS + 1,
                .opens_at_ms = FIXTURE_OPENS_AT_MS,
                .frozen_closes_at_ms = FIXTURE_CLOSES_AT_MS,
            },
        .voiding = {.rev = 2, .last_rev = 2},
        .exclusion = {.known = true, .computed = true},
        .paper = {.known = true, .reconciled = true, .awaited = true},
    };
}

static void only_the_listed_actions_lead_anywhere(void **state)
{
    static const enum ballot_state EXPECTED[BALLOT_STATE_END][BALLOT_ACTION_END] = {
        [BALLOT_STATE_DRAFT][BALLOT_ACTION_OPEN] = BALLOT_STATE_OPENING,
        [BALLOT_STATE_OPENING][BALLOT_ACTION_ENVELOPE_RESERVED] = BALLOT_STATE_OPEN,
        [BALLOT_STATE_OPENING][BALLOT_ACTION_ENVELOPE_REFUSED] = BALLOT_STATE_DRAFT,
        [BALLOT_STATE_OPEN][BALLOT_ACTION_EXTEND] = BALLOT_STATE_OPEN,
        [BALLOT_STATE_OPEN][BALLOT_ACTION_VOID] = BALLOT_STATE_OPEN,
        [BALLOT_STATE_CLOSED][BALLOT_ACTION_VOID] = BALLOT_STATE_CLOSED,
        [BALLOT_STATE_OPEN][BALLOT_ACTION_CLOSE] = BALLOT_STATE_CLOSED,
        [BALLOT_STATE_CLOSED][BALLOT_ACTION_LOT] = BALLOT_STATE_CLOSED,
        [BALLOT_STATE_OPEN][BALLOT_ACTION_JURY] = BALLOT_STATE_OPEN,
        [BALLOT_STATE_CLOSED][BALLOT_ACTION_JURY] = BALLOT_STATE_CLOSED,
        [BALLOT_STATE_CLOSED][BALLOT_ACTION_COUNT] = BALLOT_STATE_COUNTED,
        [BALLOT_STATE_COUNTED][BALLOT_ACTION_EXCLUDE] = BALLOT_STATE_COUNTED,
        [BALLOT_STATE_OPEN][BALLOT_ACTION_SEAL_PAPER] = BALLOT_STATE_OPEN,
        [BALLOT_STATE_CLOSED][BALLOT_ACTION_SEAL_PAPER] = BALLOT_STATE_CLOSED,
        [BALLOT_STATE_CLOSED][BALLOT_ACTION_COMPLETE_PAPER] = BALLOT_STATE_CLOSED,
        [BALLOT_STATE_COUNTED][BALLOT_ACTION_CERTIFY] = BALLOT_STATE_CERTIFIED,
        [BALLOT_STATE_CERTIFIED][BALLOT_ACTION_DESTROY_KEY] = BALLOT_STATE_CERTIFIED,
    };

    (void)state;
    for (int from = BALLOT_STATE_DRAFT; from < BALLOT_STATE_END; from++) {
        for (int action = BALLOT_ACTION_OPEN; action < BALLOT_ACTION_END; action++) {
            const struct ballot_transition *transition =
                ballot_transition_find((enum ballot_state)from, (enum ballot_action)action);

            assert_int_equal(transition ? transition->to : BALLOT_STATE_MISSING,
                             EXPECTED[from][action]);
        }
    }
}

static void there_is_no_way_back_from_open(void **state)
{
    size_t count = 0;
    const struct ballot_transition *transitions = ballot_transitions(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        if (transitions[i].from >= BALLOT_STATE_OPEN) {
            assert_true(transitions[i].to > transitions[i].from ||
                        transitions[i].action == BALLOT_ACTION_LOT ||
                        transitions[i].action == BALLOT_ACTION_JURY ||
                        transitions[i].action == BALLOT_ACTION_EXTEND ||
                        transitions[i].action == BALLOT_ACTION_VOID ||
                        transitions[i].action == BALLOT_ACTION_EXCLUDE ||
                        transitions[i].action == BALLOT_ACTION_SEAL_PAPER ||
                        transitions[i].action == BALLOT_ACTION_COMPLETE_PAPER ||
                        transitions[i].action == BALLOT_ACTION_DESTROY_KEY);
            assert_true(transitions[i].to >= transitions[i].from);
        }
        assert_int_equal(transitions[i].approvals > 0,
                         transitions[i].actor == BALLOT_ACTOR_OPERATOR);
    }
}

static void the_ledger_answers_and_the_service_counts_without_approvals(void **state)
{
    enum ballot_state to = BALLOT_STATE_MISSING;

    (void)state;
    assert_int_equal(ballot_transit(BALLOT_STATE_OPENING, BALLOT_ACTION_ENVELOPE_RESERVED,
                                    BALLOT_ACTOR_LEDGER, &to),
                     ERR_OK);
    assert_int_equal(to, BALLOT_STATE_OPEN);
    assert_int_equal(ballot_transit(BALLOT_STATE_OPENING, BALLOT_ACTION_ENVELOPE_REFUSED,
                                    BALLOT_ACTOR_LEDGER, &to),
                     ERR_OK);
    assert_int_equal(to, BALLOT_STATE_DRAFT);
    assert_int_equal(
        ballot_transit(BALLOT_STATE_CLOSED, BALLOT_ACTION_COUNT, BALLOT_ACTOR_SERVICE, &to),
        ERR_OK);
    assert_int_equal(to, BALLOT_STATE_COUNTED);
}

static void a_repeated_answer_of_the_ledger_is_a_conflict_and_changes_nothing(void **state)
{
    enum ballot_state to = BALLOT_STATE_END;

    (void)state;
    assert_int_equal(ballot_transit(BALLOT_STATE_OPEN, BALLOT_ACTION_ENVELOPE_RESERVED,
                                    BALLOT_ACTOR_LEDGER, &to),
                     ERR_CONFLICT);
    assert_int_equal(
        ballot_transit(BALLOT_STATE_OPEN, BALLOT_ACTION_ENVELOPE_REFUSED, BALLOT_ACTOR_LEDGER, &to),
        ERR_CONFLICT);
    assert_int_equal(to, BALLOT_STATE_END);
}

static void nobody_opens_a_ballot_by_a_message_or_answers_for_the_ledger(void **state)
{
    enum ballot_state to = BALLOT_STATE_END;

    (void)state;
    assert_int_equal(
        ballot_transit(BALLOT_STATE_DRAFT, BALLOT_ACTION_OPEN, BALLOT_ACTOR_OPERATOR, &to),
        ERR_INVALID);
    assert_int_equal(ballot_transit(BALLOT_STATE_OPENING, BALLOT_ACTION_ENVELOPE_RESERVED,
                                    BALLOT_ACTOR_OPERATOR, &to),
                     ERR_INVALID);
    assert_int_equal(to, BALLOT_STATE_END);
}

static void the_first_operator_is_recorded_and_the_second_completes(void **state)
{
    static const struct {
        enum ballot_state from;
        enum ballot_action action;
        enum ballot_state to;
    } CASES[] = {
        {BALLOT_STATE_DRAFT, BALLOT_ACTION_OPEN, BALLOT_STATE_OPENING},
        {BALLOT_STATE_OPEN, BALLOT_ACTION_EXTEND, BALLOT_STATE_OPEN},
        {BALLOT_STATE_OPEN, BALLOT_ACTION_VOID, BALLOT_STATE_OPEN},
        {BALLOT_STATE_CLOSED, BALLOT_ACTION_VOID, BALLOT_STATE_CLOSED},
        {BALLOT_STATE_OPEN, BALLOT_ACTION_CLOSE, BALLOT_STATE_CLOSED},
        {BALLOT_STATE_CLOSED, BALLOT_ACTION_LOT, BALLOT_STATE_CLOSED},
        {BALLOT_STATE_COUNTED, BALLOT_ACTION_EXCLUDE, BALLOT_STATE_COUNTED},
        {BALLOT_STATE_OPEN, BALLOT_ACTION_SEAL_PAPER, BALLOT_STATE_OPEN},
        {BALLOT_STATE_CLOSED, BALLOT_ACTION_SEAL_PAPER, BALLOT_STATE_CLOSED},
        {BALLOT_STATE_CLOSED, BALLOT_ACTION_COMPLETE_PAPER, BALLOT_STATE_CLOSED},
        {BALLOT_STATE_COUNTED, BALLOT_ACTION_CERTIFY, BALLOT_STATE_CERTIFIED},
        {BALLOT_STATE_CERTIFIED, BALLOT_ACTION_DESTROY_KEY, BALLOT_STATE_CERTIFIED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct ballot_approval first = approval_of("operator-1", CASES[i].action, 7);
        struct ballot_approval second = approval_of("operator-2", CASES[i].action, 7);
        struct ballot_standing standing = standing_in(CASES[i].from);
        struct ballot_decision decision;

        if (CASES[i].action == BALLOT_ACTION_CLOSE) {
            standing.now_ms = FIXTURE_CLOSES_AT_MS;
        }
        standing.lot_awaited = CASES[i].action == BALLOT_ACTION_LOT;
        assert_int_equal(ballot_approve(&standing, &first, BALLOT_ACTOR_OPERATOR, &decision),
                         ERR_OK);
        assert_int_equal(decision.verdict, BALLOT_VERDICT_RECORDED);
        assert_int_equal(decision.to, CASES[i].from);
        assert_int_equal(decision.approvals, 1);

        standing.approvals = &first;
        standing.approval_count = 1;
        assert_int_equal(ballot_approve(&standing, &second, BALLOT_ACTOR_OPERATOR, &decision),
                         ERR_OK);
        assert_int_equal(decision.verdict, BALLOT_VERDICT_COMPLETES);
        assert_int_equal(decision.to, CASES[i].to);
        assert_int_equal(decision.approvals, 2);
    }
}

static void one_operator_approving_again_and_again_is_still_one(void **state)
{
    const struct ballot_approval recorded[] = {
        approval_of("operator-1", BALLOT_ACTION_OPEN, 7),
        approval_of("operator-1", BALLOT_ACTION_OPEN, 7),
        approval_of("operator-1", BALLOT_ACTION_OPEN, 7),
    };
    struct ballot_standing standing = standing_in(BALLOT_STATE_DRAFT);
    struct ballot_decision decision;

    (void)state;
    standing.approvals = recorded;
    standing.approval_count = 3;
    assert_int_equal(ballot_approve(&standing, &recorded[0], BALLOT_ACTOR_OPERATOR, &decision),
                     ERR_OK);
    assert_int_equal(decision.verdict, BALLOT_VERDICT_REPEATED);
    assert_int_equal(decision.to, BALLOT_STATE_DRAFT);
    assert_int_equal(decision.approvals, 1);
}

/*
 * Operator 1 approves opening a draft. Operator 2 sees it, but between the two
 * signatures somebody changes a cost: the definition, and with it its hash, is
 * another one. The first approval must not count for it.
 */
static void an_approval_of_other_content_or_another_action_does_not_count(void **state)
{
    const struct ballot_approval recorded[] = {
        approval_of("operator-1", BALLOT_ACTION_OPEN, 7),
        approval_of("operator-3", BALLOT_ACTION_CERTIFY, 8),
    };
    struct ballot_approval second = approval_of("operator-2", BALLOT_ACTION_OPEN, 8);
    struct ballot_standing standing = standing_in(BALLOT_STATE_DRAFT);
    struct ballot_decision decision;

    (void)state;
    standing.approvals = recorded;
    standing.approval_count = 2;
    assert_int_equal(ballot_approve(&standing, &second, BALLOT_ACTOR_OPERATOR, &decision), ERR_OK);
    assert_int_equal(decision.verdict, BALLOT_VERDICT_RECORDED);
    assert_int_equal(decision.approvals, 1);
}

/*
 * The second approval was recorded, but the process died before it could act
 * on it. Either operator asking again must be able to finish what both signed.
 */
static void a_repeated_approval_completes_what_two_operators_already_signed(void **state)
{
    const struct ballot_approval recorded[] = {
        approval_of("operator-1", BALLOT_ACTION_OPEN, 7),
        approval_of("operator-2", BALLOT_ACTION_OPEN, 7),
    };
    struct ballot_standing standing = standing_in(BALLOT_STATE_DRAFT);
    struct ballot_decision decision;

    (void)state;
    standing.approvals = recorded;
    standing.approval_count = 2;
    assert_int_equal(ballot_approve(&standing, &recorded[1], BALLOT_ACTOR_OPERATOR, &decision),
                     ERR_OK);
    assert_int_equal(decision.verdict, BALLOT_VERDICT_COMPLETES);
    assert_int_equal(decision.approvals, 2);
}

static void refused(const struct ballot_standing *standing, enum ballot_action action,
                    enum ballot_actor actor, enum err err, enum ballot_verdict verdict)
{
    struct ballot_approval approval = approval_of("operator-1", action, 7);
    struct ballot_decision decision;

    assert_int_equal(ballot_approve(standing, &approval, actor, &decision), err);
    assert_int_equal(decision.verdict, verdict);
    assert_int_equal(decision.to, standing->state);
}

static void an_approval_is_refused_by_role_state_and_window(void **state)
{
    struct ballot_standing draft = standing_in(BALLOT_STATE_DRAFT);
    struct ballot_standing open = standing_in(BALLOT_STATE_OPEN);
    struct ballot_standing closed = standing_in(BALLOT_STATE_CLOSED);
    struct ballot_standing certified = standing_in(BALLOT_STATE_CERTIFIED);

    (void)state;
    refused(&draft, BALLOT_ACTION_OPEN, BALLOT_ACTOR_OTHER, ERR_INVALID,
            BALLOT_VERDICT_NOT_OPERATOR);
    refused(&draft, BALLOT_ACTION_OPEN, BALLOT_ACTOR_SERVICE, ERR_INVALID,
            BALLOT_VERDICT_NOT_OPERATOR);
    refused(&draft, BALLOT_ACTION_CERTIFY, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_WRONG_STATE);
    refused(&certified, BALLOT_ACTION_OPEN, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_WRONG_STATE);
    refused(&closed, BALLOT_ACTION_COUNT, BALLOT_ACTOR_OPERATOR, ERR_INVALID,
            BALLOT_VERDICT_NEEDS_NO_APPROVAL);
    refused(&closed, BALLOT_ACTION_LOT, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_LOT_NOT_AWAITED);
    refused(&open, BALLOT_ACTION_LOT, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_WRONG_STATE);

    open.now_ms = FIXTURE_CLOSES_AT_MS - 1;
    refused(&open, BALLOT_ACTION_CLOSE, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_WINDOW_NOT_OVER);
    draft.now_ms = FIXTURE_CLOSES_AT_MS;
    refused(&draft, BALLOT_ACTION_OPEN, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_WINDOW_OVER);
}

static void only_a_demonstration_is_closed_before_its_window_is_over(void **state)
{
    struct ballot_standing standing = standing_in(BALLOT_STATE_OPEN);
    struct ballot_approval approval = approval_of("operator-1", BALLOT_ACTION_CLOSE, 7);
    struct ballot_decision decision;

    (void)state;
    standing.demonstration = true;
    assert_int_equal(ballot_approve(&standing, &approval, BALLOT_ACTOR_OPERATOR, &decision),
                     ERR_OK);
    assert_int_equal(decision.verdict, BALLOT_VERDICT_RECORDED);
}

static void every_state_action_and_verdict_has_words(void **state)
{
    (void)state;
    for (unsigned i = 1; i < BALLOT_STATE_END; i++) {
        assert_int_equal(ballot_state_from_name(ballot_state_name((enum ballot_state)i)), i);
    }
    for (unsigned i = 1; i < BALLOT_ACTION_END; i++) {
        assert_int_equal(ballot_action_from_name(ballot_action_name((enum ballot_action)i)), i);
    }
    for (int i = BALLOT_VERDICT_NONE + 1; i < BALLOT_VERDICT_END; i++) {
        const struct ballot_verdict_text *text = ballot_verdict_text((enum ballot_verdict)i);

        fixture_assert_texts(text->code, text->korean, text->english);
    }
    assert_int_equal(ballot_state_from_name("reopened"), BALLOT_STATE_MISSING);
}

static void a_key_is_not_destroyed_while_somebody_may_object(void **state)
{
    struct ballot_standing standing = standing_in(BALLOT_STATE_CERTIFIED);

    (void)state;
    standing.objection_ends_at_ms = FIXTURE_NOW_MS + 1;
    refused(&standing, BALLOT_ACTION_DESTROY_KEY, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_OBJECTION_NOT_OVER);
    refused(&standing, BALLOT_ACTION_DESTROY_KEY, BALLOT_ACTOR_OTHER, ERR_INVALID,
            BALLOT_VERDICT_NOT_OPERATOR);
    standing.demonstration = true; /* No rehearsal shortens it. */
    refused(&standing, BALLOT_ACTION_DESTROY_KEY, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_OBJECTION_NOT_OVER);
    standing.objection_ends_at_ms = FIXTURE_NOW_MS;
    refused(&standing, BALLOT_ACTION_DESTROY_KEY, BALLOT_ACTOR_OPERATOR, ERR_OK,
            BALLOT_VERDICT_RECORDED);
}

static void a_window_is_extended_before_its_end_and_never_shortened(void **state)
{
    struct ballot_standing standing = standing_in(BALLOT_STATE_OPEN);
    const int64_t ends[] = {FIXTURE_CLOSES_AT_MS, FIXTURE_CLOSES_AT_MS - 1, 0, -1, INT64_MIN};

    (void)state;
    standing.now_ms = FIXTURE_CLOSES_AT_MS - 1;
    refused(&standing, BALLOT_ACTION_EXTEND, BALLOT_ACTOR_OPERATOR, ERR_OK,
            BALLOT_VERDICT_RECORDED);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        standing.extension.to_ms = ends[i];
        refused(&standing, BALLOT_ACTION_EXTEND, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
                BALLOT_VERDICT_EXTENSION_SHORTENS);
    }
    standing.extension.to_ms = FIXTURE_CLOSES_AT_MS + 1;
    standing.now_ms = FIXTURE_CLOSES_AT_MS;
    refused(&standing, BALLOT_ACTION_EXTEND, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_EXTENSION_TOO_LATE);
    standing.demonstration = true; /* No rehearsal reopens a window either. */
    refused(&standing, BALLOT_ACTION_EXTEND, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_EXTENSION_TOO_LATE);
}

static void extensions_are_bounded_in_number_and_in_length(void **state)
{
    struct ballot_standing standing = standing_in(BALLOT_STATE_OPEN);

    (void)state;
    standing.extension.before = BALLOT_EXTENSION_COUNT_MAX - 1;
    standing.extension.to_ms = FIXTURE_CLOSES_AT_MS + BALLOT_EXTENSION_MAX_MS;
    refused(&standing, BALLOT_ACTION_EXTEND, BALLOT_ACTOR_OPERATOR, ERR_OK,
            BALLOT_VERDICT_RECORDED);
    standing.extension.to_ms++;
    refused(&standing, BALLOT_ACTION_EXTEND, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_EXTENSION_TOO_LONG);
    standing.extension.to_ms = INT64_MAX;
    refused(&standing, BALLOT_ACTION_EXTEND, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_EXTENSION_TOO_LONG);
    standing.extension.before = BALLOT_EXTENSION_COUNT_MAX;
    standing.extension.to_ms = FIXTURE_CLOSES_AT_MS + 1;
    refused(&standing, BALLOT_ACTION_EXTEND, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_EXTENSION_TOO_OFTEN);
    /* The whole window stays one that turnout has days for, and within the years there are. */
    assert_int_equal(ballot_extension_latest_ms(1000, 1000 + BALLOT_WINDOW_MAX_MS - 5),
                     1000 + BALLOT_WINDOW_MAX_MS);
    assert_int_equal(ballot_extension_latest_ms(BALLOT_TIME_MAX_MS - 2000, BALLOT_TIME_MAX_MS - 1),
                     BALLOT_TIME_MAX_MS);
}

static void only_a_final_vote_that_counts_is_declared_void(void **state)
{
    static const struct {
        struct ballot_void voiding;
        enum ballot_verdict verdict;
    } CASES[] = {
        {{.rev = 1, .last_rev = 0}, BALLOT_VERDICT_VOTE_NOT_FOUND},
        {{.rev = 0, .last_rev = 1}, BALLOT_VERDICT_VOTE_NOT_FOUND},
        {{.rev = 3, .last_rev = 2}, BALLOT_VERDICT_VOTE_NOT_FOUND},
        {{.rev = 1, .last_rev = 2}, BALLOT_VERDICT_VOTE_NOT_FINAL},
        {{.rev = 2, .last_rev = 2, .already = true}, BALLOT_VERDICT_VOTE_ALREADY_VOID},
        {{.rev = 2, .last_rev = 2, .before = VOID_COUNT_MAX}, BALLOT_VERDICT_VOIDS_TOO_MANY},
        {{.rev = 2, .last_rev = 2, .on_paper = true}, BALLOT_VERDICT_VOTE_ON_PAPER},
    };
    struct ballot_standing standing = standing_in(BALLOT_STATE_OPEN);

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        standing.voiding = CASES[i].voiding;
        refused(&standing, BALLOT_ACTION_VOID, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
                CASES[i].verdict);
    }
    standing.voiding =
        (struct ballot_void){.rev = 10, .last_rev = 10, .before = VOID_COUNT_MAX - 1};
    refused(&standing, BALLOT_ACTION_VOID, BALLOT_ACTOR_OPERATOR, ERR_OK, BALLOT_VERDICT_RECORDED);
    standing.state = BALLOT_STATE_COUNTED; /* Nobody who has seen a result takes votes out of it. */
    refused(&standing, BALLOT_ACTION_VOID, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_WRONG_STATE);
}

static void only_an_option_that_the_tally_funded_is_excluded_and_only_once(void **state)
{
    struct ballot_standing standing = standing_in(BALLOT_STATE_COUNTED);

    (void)state;
    refused(&standing, BALLOT_ACTION_EXCLUDE, BALLOT_ACTOR_OPERATOR, ERR_OK,
            BALLOT_VERDICT_RECORDED);
    standing.exclusion.reasons_length = BALLOT_EXCLUSION_REASONS_MAX;
    refused(&standing, BALLOT_ACTION_EXCLUDE, BALLOT_ACTOR_OPERATOR, ERR_OK,
            BALLOT_VERDICT_RECORDED);
    standing.exclusion.reasons_length++;
    refused(&standing, BALLOT_ACTION_EXCLUDE, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_EXCLUSION_REASONS_TOO_LONG);
    standing.exclusion.already = true;
    refused(&standing, BALLOT_ACTION_EXCLUDE, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_OPTION_ALREADY_EXCLUDED);
    standing.exclusion = (struct ballot_exclusion){.known = true};
    refused(&standing, BALLOT_ACTION_EXCLUDE, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_OPTION_NOT_FUNDED);
    standing.exclusion = (struct ballot_exclusion){.known = false};
    refused(&standing, BALLOT_ACTION_EXCLUDE, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_OPTION_NOT_FOUND);
    standing.state = BALLOT_STATE_CERTIFIED;
    refused(&standing, BALLOT_ACTION_EXCLUDE, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_WRONG_STATE);
}

static void a_batch_is_sealed_when_it_reconciles_and_paper_completed_when_all_are(void **state)
{
    struct ballot_standing standing = standing_in(BALLOT_STATE_CLOSED);

    (void)state;
    standing.paper.reconciled = false;
    refused(&standing, BALLOT_ACTION_SEAL_PAPER, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_BATCH_NOT_RECONCILED);
    standing.paper.sealed = true;
    refused(&standing, BALLOT_ACTION_SEAL_PAPER, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_BATCH_SEALED);
    standing.paper = (struct ballot_paper){.awaited = true, .unsealed = true};
    refused(&standing, BALLOT_ACTION_SEAL_PAPER, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_BATCH_NOT_FOUND);
    refused(&standing, BALLOT_ACTION_COMPLETE_PAPER, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_BATCH_NOT_SEALED);
    /* Nobody certifies what was not counted, and is told why it was not. */
    refused(&standing, BALLOT_ACTION_CERTIFY, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_PAPER_AWAITED);
    standing.paper = (struct ballot_paper){.awaited = false};
    refused(&standing, BALLOT_ACTION_COMPLETE_PAPER, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_PAPER_NOT_AWAITED);
    refused(&standing, BALLOT_ACTION_CERTIFY, BALLOT_ACTOR_OPERATOR, ERR_CONFLICT,
            BALLOT_VERDICT_WRONG_STATE);
}

static void every_reason_for_a_void_has_a_word_and_votes_have_an_order(void **state)
{
    const struct void_vote low = {.nullifier = {1}, .rev = 2};
    const struct void_vote same = {.nullifier = {1}, .rev = 3};
    const struct void_vote high = {.nullifier = {2}, .rev = 1};

    (void)state;
    for (int i = VOID_REASON_MISSING + 1; i < VOID_REASON_END; i++) {
        assert_int_equal(void_reason_from_name(void_reason_name((enum void_reason)i)), i);
    }
    assert_int_equal(void_reason_from_name("because"), VOID_REASON_MISSING);
    assert_int_equal(void_vote_compare(&low, &low), 0);
    assert_true(void_vote_compare(&low, &same) < 0 && void_vote_compare(&same, &low) > 0);
    assert_true(void_vote_compare(&same, &high) < 0 && void_vote_compare(&high, &same) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_listed_actions_lead_anywhere),
        cmocka_unit_test(there_is_no_way_back_from_open),
        cmocka_unit_test(the_ledger_answers_and_the_service_counts_without_approvals),
        cmocka_unit_test(a_repeated_answer_of_the_ledger_is_a_conflict_and_changes_nothing),
        cmocka_unit_test(nobody_opens_a_ballot_by_a_message_or_answers_for_the_ledger),
        cmocka_unit_test(the_first_operator_is_recorded_and_the_second_completes),
        cmocka_unit_test(one_operator_approving_again_and_again_is_still_one),
        cmocka_unit_test(an_approval_of_other_content_or_another_action_does_not_count),
        cmocka_unit_test(a_repeated_approval_completes_what_two_operators_already_signed),
        cmocka_unit_test(an_approval_is_refused_by_role_state_and_window),
        cmocka_unit_test(only_a_demonstration_is_closed_before_its_window_is_over),
        cmocka_unit_test(every_state_action_and_verdict_has_words),
        cmocka_unit_test(a_key_is_not_destroyed_while_somebody_may_object),
        cmocka_unit_test(a_window_is_extended_before_its_end_and_never_shortened),
        cmocka_unit_test(extensions_are_bounded_in_number_and_in_length),
        cmocka_unit_test(only_a_final_vote_that_counts_is_declared_void),
        cmocka_unit_test(only_an_option_that_the_tally_funded_is_excluded_and_only_once),
        cmocka_unit_test(a_batch_is_sealed_when_it_reconciles_and_paper_completed_when_all_are),
        cmocka_unit_test(every_reason_for_a_void_has_a_word_and_votes_have_an_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
