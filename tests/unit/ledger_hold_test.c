/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds: what can be held, until when, and that each ends once and by its own
 * name.
 */
#include "../support/ledger_fixture.h"

#include "ledger/domain/order.h"

enum { NOW_MS = 1000000, UNTIL_MS = 1060000 };

static const uint8_t KEY[ENTRY_KEY_SIZE] = {3};

static struct hold wanted(int64_t amount_krw)
{
    const struct line line = fixture_line(2025, FUNDING_SOURCE_DISTRICT, "park");
    struct hold hold = {
        .kind = "commitment",
        .document = "입찰 공고 2025-3",
        .amount_krw = amount_krw,
        .expires_time_ms = UNTIL_MS,
    };

    hold.account = hold_account(hold.kind, &line);
    return hold;
}

static struct account_balance allotted(const struct account *account, int64_t balance_krw)
{
    struct account_balance balance;

    account_balance_init(&balance, account);
    balance.balance_krw = balance_krw;
    return balance;
}

static enum refusal_reason place(struct hold *hold, enum period_state state,
                                 struct account_balance *balance, int64_t *ret_shortfall_krw)
{
    struct refusal refusal = {0};
    enum err err = hold_place(hold, NOW_MS, state, balance, &refusal);

    assert_int_equal(err, err ? refusal_err(refusal.reason) : ERR_OK);
    *ret_shortfall_krw = refusal.shortfall_krw;
    return refusal.reason;
}

static void a_hold_takes_no_won_more_than_is_available(void **state)
{
    struct hold hold = wanted(601);
    struct account_balance balance = allotted(&hold.account, 1000);
    int64_t shortfall_krw = 0;

    (void)state;
    assert_int_equal(hold.account.stage, STAGE_S30);
    balance.held_krw = 400;
    assert_int_equal(place(&hold, PERIOD_OPEN, &balance, &shortfall_krw), REFUSAL_BALANCE_SHORT);
    assert_true(shortfall_krw == 1);
    assert_true(balance.held_krw == 400);
    assert_int_equal(hold.state, HOLD_NONE);
    hold = wanted(600);
    assert_int_equal(place(&hold, PERIOD_OPEN, &balance, &shortfall_krw), REFUSAL_NONE);
    assert_true(balance.held_krw == 1000);
    assert_true(balance.balance_krw == 1000);
    assert_int_equal(hold.state, HOLD_HELD);
    hold = wanted(INT64_MAX);
    assert_int_equal(place(&hold, PERIOD_OPEN, &balance, &shortfall_krw), REFUSAL_BALANCE_SHORT);
    assert_true(shortfall_krw == INT64_MAX);
}

static void what_is_no_hold_is_refused_by_name_and_changes_nothing(void **state)
{
    struct hold holds[] = {wanted(0), wanted(1), wanted(1), wanted(1), wanted(1), wanted(1)};

    static const enum refusal_reason REASONS[] = {
        REFUSAL_AMOUNT_INVALID,        REFUSAL_DOCUMENT_MISSING,      REFUSAL_DOCUMENT_INVALID,
        REFUSAL_HOLD_DEADLINE_INVALID, REFUSAL_HOLD_DEADLINE_INVALID, REFUSAL_NONE,
    };
    struct account_balance balance = allotted(&holds[0].account, 1000);
    int64_t shortfall_krw = 0;

    (void)state;
    memcpy(holds[1].document, "  ", 3);
    memcpy(holds[2].document, "\x01", 2);
    holds[3].expires_time_ms = NOW_MS;
    holds[4].expires_time_ms = NOW_MS + HOLD_DURATION_MAX_MS + 1;
    holds[5].expires_time_ms = NOW_MS + HOLD_DURATION_MAX_MS;
    for (size_t i = 0; i < sizeof REASONS / sizeof REASONS[0]; i++) {
        assert_true(balance.held_krw == 0);
        assert_int_equal(place(&holds[i], PERIOD_OPEN, &balance, &shortfall_krw), REASONS[i]);
    }
    struct hold hold = wanted(1);
    balance.held_krw = 0;
    assert_int_equal(place(&hold, PERIOD_CLOSED, &balance, &shortfall_krw), REFUSAL_PERIOD_CLOSED);
    assert_int_equal(place(&hold, PERIOD_MISSING, &balance, &shortfall_krw),
                     REFUSAL_PERIOD_MISSING);
    balance.frozen = true;
    assert_int_equal(place(&hold, PERIOD_OPEN, &balance, &shortfall_krw), REFUSAL_LINE_FROZEN);
    assert_true(balance.held_krw == 0);
    assert_true(hold_kind_valid("grant_decision"));
    assert_false(hold_kind_valid("expenditure"));
}

static enum refusal_reason check(const struct hold *hold, int64_t amount_krw, int64_t now_ms)
{
    struct refusal refusal = {0};
    enum err err = hold_check(hold, amount_krw, now_ms, &refusal);

    assert_int_equal(err, err ? refusal_err(refusal.reason) : ERR_OK);
    return refusal.reason;
}

static enum refusal_reason check_release(const struct hold *hold, int64_t now_ms)
{
    struct refusal refusal = {0};
    enum err err = hold_check_release(hold, now_ms, &refusal);

    assert_int_equal(err, err ? refusal_err(refusal.reason) : ERR_OK);
    return refusal.reason;
}

static void a_hold_that_ended_says_how(void **state)
{
    struct hold hold = wanted(600);

    (void)state;
    assert_int_equal(check(NULL, 1, NOW_MS), REFUSAL_HOLD_UNKNOWN);
    assert_int_equal(check(&hold, 1, NOW_MS), REFUSAL_HOLD_UNKNOWN);
    assert_int_equal(check_release(&hold, NOW_MS), REFUSAL_HOLD_UNKNOWN);
    hold.state = HOLD_HELD;
    assert_int_equal(check(&hold, 600, UNTIL_MS - 1), REFUSAL_NONE);
    assert_int_equal(check(&hold, 601, UNTIL_MS - 1), REFUSAL_HOLD_EXCEEDED);
    assert_int_equal(check_release(&hold, UNTIL_MS - 1), REFUSAL_NONE);
    /* From the deadline's millisecond on, noticed or not. */
    assert_int_equal(check(&hold, 600, UNTIL_MS), REFUSAL_HOLD_EXPIRED);
    assert_int_equal(check_release(&hold, UNTIL_MS), REFUSAL_HOLD_EXPIRED);
    assert_true(hold_is_due(&hold, UNTIL_MS));
    assert_false(hold_is_due(&hold, UNTIL_MS - 1));
    hold.state = HOLD_EXPIRED;
    assert_int_equal(check(&hold, 1, NOW_MS), REFUSAL_HOLD_EXPIRED);
    assert_false(hold_is_due(&hold, UNTIL_MS));
    hold.state = HOLD_COMMITTED;
    assert_int_equal(check(&hold, 1, NOW_MS), REFUSAL_HOLD_COMMITTED);
    assert_int_equal(check_release(&hold, UNTIL_MS), REFUSAL_HOLD_COMMITTED);
    hold.state = HOLD_RELEASED;
    assert_int_equal(check(&hold, 1, UNTIL_MS), REFUSAL_HOLD_RELEASED);
    assert_int_equal(check_release(&hold, UNTIL_MS), REFUSAL_NONE);
}

/* An order that takes up part of a hold, of accounts with nothing else in them. */
struct drawing {
    struct hold hold;
    struct order order;
    struct account_balance balances[2];
    struct account_balance *pointers[2];
};

static void drawing_init(struct drawing *drawing, int64_t draw_krw)
{
    const struct entry_head head = fixture_head(KEY);
    struct refusal refusal = {0};

    memset(drawing, 0, sizeof *drawing);
    drawing->hold = wanted(600);
    memcpy(drawing->hold.kind, "grant_decision", sizeof "grant_decision");
    assert_int_equal(entry_start(&drawing->order.entry, &head, "commitment", &refusal), ERR_OK);
    drawing->order.draw_krw = draw_krw;
    hold_fill_entry(&drawing->hold, draw_krw, &drawing->order.entry);
    for (size_t i = 0; i < 2; i++) {
        account_balance_init(&drawing->balances[i], &drawing->order.entry.legs[i].account);
        drawing->pointers[i] = &drawing->balances[i];
    }
    drawing->balances[0].balance_krw = 600;
    assert_int_equal(
        hold_place(&drawing->hold, NOW_MS, PERIOD_OPEN, drawing->pointers[0], &refusal), ERR_OK);
}

static void drawing_post(struct drawing *drawing, enum period_state state, int64_t now_ms)
{
    const struct order_context context = {
        .rules = fixture_rules(),
        .period = {2025, state},
        .hold = &drawing->hold,
        .now_ms = now_ms,
    };

    order_post(&drawing->order, &context, drawing->pointers);
}

static void an_entry_takes_up_part_of_a_hold_and_frees_the_rest(void **state)
{
    struct drawing drawing;

    (void)state;
    drawing_init(&drawing, 450);
    drawing_post(&drawing, PERIOD_OPEN, UNTIL_MS - 1);
    assert_int_equal(drawing.order.result, ORDER_POSTED);
    assert_string_equal(drawing.order.entry.kind, "grant_decision");
    assert_int_equal(drawing.order.entry.period, 2025);
    assert_true(drawing.balances[0].balance_krw == 150);
    assert_true(drawing.balances[0].held_krw == 0);
    assert_int_equal(drawing.balances[1].account.stage, STAGE_S40);
    assert_true(drawing.balances[1].balance_krw == 450);
    assert_int_equal(drawing.hold.state, HOLD_COMMITTED);
    assert_true(drawing.hold.committed_krw == 450);
}

static void a_refused_drawing_leaves_the_hold_as_it_was(void **state)
{
    static const struct {
        int64_t draw_krw;
        enum period_state state;
        int64_t now_ms;
        bool frozen;
        enum refusal_reason reason;
    } CASES[] = {
        {601, PERIOD_OPEN, NOW_MS, false, REFUSAL_HOLD_EXCEEDED},
        {600, PERIOD_OPEN, UNTIL_MS, false, REFUSAL_HOLD_EXPIRED},
        {600, PERIOD_CLOSED, NOW_MS, false, REFUSAL_PERIOD_CLOSED},
        {600, PERIOD_OPEN, NOW_MS, true, REFUSAL_LINE_FROZEN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct drawing drawing;
        struct drawing before;
        drawing_init(&drawing, CASES[i].draw_krw);
        drawing.balances[1].frozen = CASES[i].frozen;
        before = drawing;
        drawing_post(&drawing, CASES[i].state, CASES[i].now_ms);
        assert_int_equal(drawing.order.result, ORDER_REFUSED);
        assert_int_equal(drawing.order.refusal.reason, CASES[i].reason);
        assert_memory_equal(&drawing.hold, &before.hold, sizeof before.hold);
        assert_memory_equal(drawing.balances, before.balances, sizeof before.balances);
    }
}

static void every_state_has_a_code_that_is_read_back(void **state)
{
    enum hold_state read = HOLD_NONE;

    (void)state;
    for (int i = 1; i <= HOLD_STATE_COUNT; i++) {
        assert_int_equal(hold_state_parse(hold_state_code((enum hold_state)i), &read), ERR_OK);
        assert_int_equal(read, i);
    }
    assert_int_equal(hold_state_parse("none", &read), ERR_INVALID);
    assert_int_equal(hold_state_parse("", &read), ERR_INVALID);
}

static enum refusal_reason extend(struct hold *hold, int64_t expires_time_ms, int64_t now_ms)
{
    struct refusal refusal = {0};
    enum err err = hold_extend(hold, expires_time_ms, now_ms, &refusal);

    assert_int_equal(err, err ? refusal_err(refusal.reason) : ERR_OK);
    return refusal.reason;
}

static void a_deadline_moves_later_only_while_the_hold_stands(void **state)
{
    struct hold hold = wanted(5);

    (void)state;
    assert_int_equal(extend(&hold, UNTIL_MS + 1, NOW_MS), REFUSAL_HOLD_UNKNOWN);
    hold.state = HOLD_HELD;
    assert_int_equal(extend(&hold, UNTIL_MS, NOW_MS), REFUSAL_NONE); /* as it is */
    assert_int_equal(extend(&hold, UNTIL_MS - 1, NOW_MS), REFUSAL_HOLD_DEADLINE_INVALID);
    assert_int_equal(extend(&hold, NOW_MS + HOLD_DURATION_MAX_MS + 1, NOW_MS),
                     REFUSAL_HOLD_DEADLINE_INVALID);
    assert_true(hold.expires_time_ms == UNTIL_MS);
    assert_int_equal(extend(&hold, UNTIL_MS + 1, UNTIL_MS), REFUSAL_HOLD_EXPIRED);
    assert_int_equal(extend(&hold, UNTIL_MS + 1, UNTIL_MS - 1), REFUSAL_NONE);
    assert_true(hold.expires_time_ms == UNTIL_MS + 1);
    assert_int_equal(extend(&hold, UNTIL_MS + HOLD_DURATION_MAX_MS, UNTIL_MS), REFUSAL_NONE);

    static const struct {
        enum hold_state state;
        enum refusal_reason reason;
    } ENDS[] = {{HOLD_COMMITTED, REFUSAL_HOLD_COMMITTED},
                {HOLD_RELEASED, REFUSAL_HOLD_RELEASED},
                {HOLD_EXPIRED, REFUSAL_HOLD_EXPIRED}};

    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++) {
        hold.state = ENDS[i].state;
        assert_int_equal(extend(&hold, hold.expires_time_ms + 1, NOW_MS), ENDS[i].reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hold_takes_no_won_more_than_is_available),
        cmocka_unit_test(what_is_no_hold_is_refused_by_name_and_changes_nothing),
        cmocka_unit_test(a_hold_that_ended_says_how),
        cmocka_unit_test(an_entry_takes_up_part_of_a_hold_and_frees_the_rest),
        cmocka_unit_test(a_refused_drawing_leaves_the_hold_as_it_was),
        cmocka_unit_test(every_state_has_a_code_that_is_read_back),
        cmocka_unit_test(a_deadline_moves_later_only_while_the_hold_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
