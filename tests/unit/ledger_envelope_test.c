/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Envelopes: what is reserved, refused, settled and released, and a random run
 * in which the limit's use is always the sum over ballots.
 */
#include "../support/ledger_fixture.h"

#include "ledger/domain/envelope.h"

static struct envelope_request request(uint8_t ballot, int64_t amount_krw)
{
    return (struct envelope_request){
        .ballot_id = {ballot},
        .fiscal_year = 2025,
        .funding_source = FUNDING_SOURCE_DISTRICT,
        .amount_krw = amount_krw,
    };
}

static struct envelope reserved(struct envelope_limit *limit, int64_t amount_krw)
{
    const struct envelope_request wanted = request(1, amount_krw);
    struct envelope envelope = {.state = ENVELOPE_NONE};
    struct refusal refusal;

    assert_int_equal(envelope_reserve(&envelope, limit, &wanted, &refusal), ERR_OK);
    return envelope;
}

static void without_a_limit_nothing_is_reserved(void **state)
{
    struct envelope envelope = {.state = ENVELOPE_NONE};
    struct envelope_limit limit = {.set = false};
    const struct envelope_request wanted = request(1, 1);
    struct refusal refusal;

    (void)state;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_ENVELOPE_LIMIT_MISSING);
    assert_string_equal(refusal.field, "/funding_source");
    assert_int_equal(envelope.state, ENVELOPE_NONE);
}

static void in_a_closed_year_nothing_is_reserved_and_the_limit_stays(void **state)
{
    struct envelope envelope = {.state = ENVELOPE_NONE};
    struct envelope_limit limit = {.set = true, .limit_krw = 1000, .year_closed = true};
    const struct envelope_request wanted = request(1, 1);
    struct refusal refusal;

    (void)state;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_PERIOD_CLOSED);
    assert_int_equal(envelope.state, ENVELOPE_NONE);
    assert_int_equal(envelope_limit_set(&limit, 2000, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_PERIOD_CLOSED);
    assert_true(limit.limit_krw == 1000);
}

static void a_limit_of_zero_is_exceeded_not_missing(void **state)
{
    struct envelope envelope = {.state = ENVELOPE_NONE};
    struct envelope_limit limit = {.set = true, .limit_krw = 0};
    const struct envelope_request wanted = request(1, 300);
    struct refusal refusal;

    (void)state;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_ENVELOPE_EXCEEDED);
    assert_true(refusal.shortfall_krw == 300);
}

static void a_limit_that_somebody_lowered_below_its_use_is_exceeded(void **state)
{
    struct envelope envelope = {.state = ENVELOPE_NONE};
    struct envelope_limit limit = {.set = true, .limit_krw = 299, .used_krw = 300};
    struct envelope_request wanted = request(1, 1);
    struct refusal refusal;

    (void)state;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_ENVELOPE_EXCEEDED);
    assert_true(refusal.shortfall_krw == 2);
    assert_int_equal(envelope.state, ENVELOPE_NONE);
    wanted.amount_krw = INT64_MAX;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_CONFLICT);
    assert_true(refusal.shortfall_krw == INT64_MAX);
}

static void one_won_above_the_limit_is_refused_and_changes_nothing(void **state)
{
    struct envelope_limit limit = {.set = true, .limit_krw = 1000, .used_krw = 400};
    struct envelope envelope = {.state = ENVELOPE_NONE};
    struct envelope_request wanted = request(1, 601);
    struct refusal refusal;

    (void)state;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_ENVELOPE_EXCEEDED);
    assert_true(refusal.shortfall_krw == 1);
    assert_true(limit.used_krw == 400);
    assert_int_equal(envelope.state, ENVELOPE_NONE);
    wanted.amount_krw = 600;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_OK);
    assert_true(limit.used_krw == 1000);
    assert_int_equal(envelope.state, ENVELOPE_RESERVED);
}

static void a_malformed_request_is_refused_by_field(void **state)
{
    struct envelope_limit limit = {.set = true, .limit_krw = INT64_MAX};
    struct envelope envelope = {.state = ENVELOPE_NONE};
    struct envelope_request wanted = request(1, 0);
    struct refusal refusal;

    (void)state;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_AMOUNT_INVALID);
    wanted = request(1, 1);
    wanted.fiscal_year = 99;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_FISCAL_YEAR_INVALID);
    wanted = request(1, 1);
    wanted.funding_source = (enum funding_source)0;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_FUNDING_SOURCE_INVALID);
    assert_true(limit.used_krw == 0);
}

static void the_same_request_twice_reserves_once_and_other_terms_conflict(void **state)
{
    struct envelope_limit limit = {.set = true, .limit_krw = 1000};
    struct envelope envelope = reserved(&limit, 700);
    struct envelope_request wanted = request(1, 700);
    struct refusal refusal;

    (void)state;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_OK);
    assert_true(limit.used_krw == 700);
    wanted.amount_krw = 699;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_ENVELOPE_CONFLICT);
    wanted = request(1, 700);
    wanted.funding_source = FUNDING_SOURCE_CITY;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_CONFLICT);
    wanted = request(1, 700);
    wanted.fiscal_year = 2026;
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_CONFLICT);
    assert_true(limit.used_krw == 700);
    assert_true(envelope.amount_krw == 700);
}

static void settling_keeps_what_was_selected_and_releases_the_rest(void **state)
{
    struct envelope_limit limit = {.set = true, .limit_krw = 1000};
    struct envelope envelope = reserved(&limit, 700);
    const struct envelope_request wanted = request(1, 700);
    int64_t released_krw = 0;
    struct refusal refusal;

    (void)state;
    assert_int_equal(envelope_settle(&envelope, &limit, 500, &released_krw, &refusal), ERR_OK);
    assert_true(released_krw == 200);
    assert_true(limit.used_krw == 500);
    assert_true(envelope_used(&envelope) == 500);
    assert_int_equal(envelope_settle(&envelope, &limit, 500, &released_krw, &refusal), ERR_OK);
    assert_true(limit.used_krw == 500);
    assert_int_equal(envelope_settle(&envelope, &limit, 499, &released_krw, &refusal),
                     ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_ENVELOPE_SETTLED);
    assert_int_equal(envelope_release(&envelope, &limit, &released_krw, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_ENVELOPE_SETTLED);
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_ENVELOPE_SETTLED);
    assert_true(limit.used_krw == 500);
}

static void a_selection_above_the_reservation_is_refused_and_changes_nothing(void **state)
{
    struct envelope_limit limit = {.set = true, .limit_krw = 1000};
    struct envelope envelope = reserved(&limit, 700);
    const struct envelope before = envelope;
    int64_t released_krw = 77;
    struct refusal refusal;

    (void)state;
    assert_int_equal(envelope_settle(&envelope, &limit, 701, &released_krw, &refusal),
                     ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_ENVELOPE_OVERSPENT);
    assert_true(refusal.shortfall_krw == 1);
    assert_int_equal(envelope_settle(&envelope, &limit, -1, &released_krw, &refusal), ERR_INVALID);
    assert_memory_equal(&envelope, &before, sizeof before);
    assert_true(limit.used_krw == 700);
    assert_true(released_krw == 77);
}

static void a_released_ballot_frees_its_budget_once_and_may_reserve_anew(void **state)
{
    struct envelope_limit limit = {.set = true, .limit_krw = 1000};
    struct envelope envelope = reserved(&limit, 700);
    const struct envelope_request wanted = request(1, 900);
    int64_t released_krw = 0;
    struct refusal refusal;

    (void)state;
    assert_int_equal(envelope_release(&envelope, &limit, &released_krw, &refusal), ERR_OK);
    assert_true(released_krw == 700);
    assert_true(limit.used_krw == 0);
    assert_int_equal(envelope_release(&envelope, &limit, &released_krw, &refusal), ERR_OK);
    assert_true(released_krw == 0);
    assert_int_equal(envelope_settle(&envelope, &limit, 1, &released_krw, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_ENVELOPE_RELEASED);
    assert_int_equal(envelope_reserve(&envelope, &limit, &wanted, &refusal), ERR_OK);
    assert_true(limit.used_krw == 900);
}

static void a_ballot_without_a_reservation_has_nothing_to_settle_or_release(void **state)
{
    struct envelope_limit limit = {.set = true, .limit_krw = 1000};
    struct envelope envelope = {.state = ENVELOPE_NONE};
    int64_t released_krw = 0;
    struct refusal refusal;

    (void)state;
    assert_int_equal(envelope_settle(&envelope, &limit, 0, &released_krw, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_ENVELOPE_MISSING);
    assert_int_equal(envelope_release(&envelope, &limit, &released_krw, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_ENVELOPE_MISSING);
}

static void a_limit_cannot_fall_below_what_ballots_hold(void **state)
{
    struct envelope_limit limit = {.set = true, .limit_krw = 1000, .used_krw = 400};
    struct refusal refusal;

    (void)state;
    assert_int_equal(envelope_limit_set(&limit, 399, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_LIMIT_BELOW_RESERVED);
    assert_true(refusal.shortfall_krw == 1);
    assert_true(limit.limit_krw == 1000);
    assert_int_equal(envelope_limit_set(&limit, 400, &refusal), ERR_OK);
    limit = (struct envelope_limit){.set = false};
    assert_int_equal(envelope_limit_set(&limit, -1, &refusal), ERR_INVALID);
    assert_false(limit.set);
    assert_int_equal(envelope_limit_set(&limit, 0, &refusal), ERR_OK);
    assert_true(limit.set);
}

static void states_are_found_by_their_codes(void **state)
{
    (void)state;
    for (int i = ENVELOPE_NONE; i <= ENVELOPE_RELEASED; i++) {
        enum envelope_state found = ENVELOPE_NONE;
        assert_int_equal(envelope_state_parse(envelope_state_code((enum envelope_state)i), &found),
                         ERR_OK);
        assert_int_equal(found, i);
    }
    enum envelope_state kept = ENVELOPE_SETTLED;
    assert_int_equal(envelope_state_parse("open", &kept), ERR_INVALID);
    assert_int_equal(kept, ENVELOPE_SETTLED);
}

enum { MODEL_BALLOT_COUNT = 9, MODEL_STEP_COUNT = 60000 };

static void random_envelopes_never_exceed_the_limit(void **state)
{
    static struct envelope envelopes[MODEL_BALLOT_COUNT];
    struct envelope_limit limit = {.set = true, .limit_krw = 5000};
    uint64_t seed = fixture_seed();
    int refused = 0;

    (void)state;
    memset(envelopes, 0, sizeof envelopes);
    for (int step = 0; step < MODEL_STEP_COUNT; step++) {
        int ballot = fixture_below(&seed, MODEL_BALLOT_COUNT);
        struct envelope *envelope = &envelopes[ballot];
        const struct envelope before = *envelope;
        const struct envelope_limit limit_before = limit;
        const struct envelope_request wanted =
            request((uint8_t)ballot, fixture_below(&seed, 2000) - 5);
        struct refusal refusal = {.reason = REFUSAL_NONE};
        int64_t released_krw = 0;
        int64_t used_krw = 0;
        enum err err = ERR_OK;
        switch (fixture_below(&seed, 8)) {
        case 0:
            err = envelope_settle(envelope, &limit, fixture_below(&seed, 2000), &released_krw,
                                  &refusal);
            break;
        case 1:
        case 2:
            err = envelope_release(envelope, &limit, &released_krw, &refusal);
            break;
        case 3:
            err = envelope_limit_set(&limit, fixture_below(&seed, 12000) - 5, &refusal);
            break;
        case 4:
            /* A new year for this ballot's seat, so that the run does not end with all settled. */
            limit.used_krw -= envelope_used(envelope);
            *envelope = (struct envelope){.state = ENVELOPE_NONE};
            break;
        default:
            err = envelope_reserve(envelope, &limit, &wanted, &refusal);
            break;
        }
        assert_int_equal(err, refusal_err(refusal.reason));
        if (err) {
            assert_memory_equal(&before, envelope, sizeof before);
            assert_memory_equal(&limit_before, &limit, sizeof limit);
            refused++;
        }
        for (int i = 0; i < MODEL_BALLOT_COUNT; i++) {
            used_krw += envelope_used(&envelopes[i]);
        }
        assert_true(used_krw == limit.used_krw);
        assert_true(used_krw <= limit.limit_krw);
    }
    assert_true(refused > MODEL_STEP_COUNT / 20);
    assert_true(refused < MODEL_STEP_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_limit_nothing_is_reserved),
        cmocka_unit_test(in_a_closed_year_nothing_is_reserved_and_the_limit_stays),
        cmocka_unit_test(a_limit_of_zero_is_exceeded_not_missing),
        cmocka_unit_test(a_limit_that_somebody_lowered_below_its_use_is_exceeded),
        cmocka_unit_test(one_won_above_the_limit_is_refused_and_changes_nothing),
        cmocka_unit_test(a_malformed_request_is_refused_by_field),
        cmocka_unit_test(the_same_request_twice_reserves_once_and_other_terms_conflict),
        cmocka_unit_test(settling_keeps_what_was_selected_and_releases_the_rest),
        cmocka_unit_test(a_selection_above_the_reservation_is_refused_and_changes_nothing),
        cmocka_unit_test(a_released_ballot_frees_its_budget_once_and_may_reserve_anew),
        cmocka_unit_test(a_ballot_without_a_reservation_has_nothing_to_settle_or_release),
        cmocka_unit_test(a_limit_cannot_fall_below_what_ballots_hold),
        cmocka_unit_test(states_are_found_by_their_codes),
        cmocka_unit_test(random_envelopes_never_exceed_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
