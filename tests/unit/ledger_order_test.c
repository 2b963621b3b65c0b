/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders: a key is answered once for ever, posted or refused.
 */
#include "../support/ledger_fixture.h"

#include "ledger/domain/order.h"

enum { STEP_COUNT = 20000 };

static const uint8_t KEY[ENTRY_KEY_SIZE] = {7};

/* An appropriation of a line whose request account holds what is given. */
struct order_case {
    struct order order;
    struct account_balance balances[4];
    struct account_balance *pointers[4];
};

static void case_init(struct order_case *order_case, int64_t requested_krw, int64_t amount_krw)
{
    const struct line line = fixture_line(2025, FUNDING_SOURCE_DISTRICT, "park");
    const struct entry_head head = fixture_head(KEY);
    struct order *order = &order_case->order;
    struct refusal refusal;

    memset(order_case, 0, sizeof *order_case);
    assert_int_equal(entry_build_appropriation(&order->entry, &head, &line, amount_krw, &refusal),
                     ERR_OK);
    order->request_hash[0] = 1;
    for (size_t i = 0; i < 4; i++) {
        account_balance_init(&order_case->balances[i], &order->entry.legs[i].account);
        order_case->pointers[i] = &order_case->balances[i];
    }
    order_case->balances[2].balance_krw = requested_krw;
}

static void case_post(struct order_case *order_case, enum period_state period_state)
{
    const struct order_context context = {
        .rules = fixture_rules(),
        .period = {2025, period_state},
    };

    order_post(&order_case->order, &context, order_case->pointers);
}

static void an_order_that_fits_is_posted_and_remembered_by_its_number(void **state)
{
    struct order_case order_case;
    struct order_key key;

    (void)state;
    case_init(&order_case, 100, 60);
    case_post(&order_case, PERIOD_OPEN);
    assert_int_equal(order_case.order.result, ORDER_POSTED);
    assert_false(order_case.order.remembered);
    assert_true(order_case.order.postings[2].balance_after_krw == 40);
    order_case.order.seq = 9;
    order_key_init(&key, &order_case.order);
    assert_true(key.seq == 9);

    order_reset(&order_case.order);
    assert_int_equal(order_case.order.result, ORDER_PENDING);
    assert_true(order_case.order.seq == 0);
    order_recall(&order_case.order, &key);
    assert_int_equal(order_case.order.result, ORDER_REPEATED);
    assert_true(order_case.order.remembered);
    assert_true(order_case.order.seq == 9);
}

static void a_refusal_is_remembered_word_for_word(void **state)
{
    struct order_case order_case;
    struct order_key key;

    (void)state;
    case_init(&order_case, 59, 60);
    case_post(&order_case, PERIOD_OPEN);
    assert_int_equal(order_case.order.result, ORDER_REFUSED);
    assert_int_equal(order_case.order.refusal.reason, REFUSAL_BALANCE_SHORT);
    assert_string_equal(order_case.order.refusal.field, "/amount_krw");
    assert_string_equal(order_case.order.refusal.account, "2025/district/park/M10");
    assert_true(order_case.order.refusal.shortfall_krw == 1);
    assert_true(order_case.balances[2].balance_krw == 59);
    const struct order_refusal refusal = order_case.order.refusal;
    order_key_init(&key, &order_case.order);
    assert_true(key.seq == 0);

    order_reset(&order_case.order);
    assert_int_equal(order_case.order.refusal.reason, REFUSAL_NONE);
    order_recall(&order_case.order, &key);
    assert_int_equal(order_case.order.result, ORDER_REFUSED);
    assert_memory_equal(&order_case.order.refusal, &refusal, sizeof refusal);
}

static void another_request_under_the_key_is_refused_whatever_the_first_answer_was(void **state)
{
    struct order_case order_case;

    (void)state;
    for (int64_t seq = 0; seq <= 1; seq++) {
        struct order_key key = {.seq = seq};
        key.refusal.reason = seq == 0 ? REFUSAL_PERIOD_CLOSED : REFUSAL_NONE;
        case_init(&order_case, 100, 60);
        key.request[0] = 2;
        order_recall(&order_case.order, &key);
        assert_int_equal(order_case.order.result, ORDER_REFUSED);
        assert_int_equal(order_case.order.refusal.reason, REFUSAL_KEY_REUSED);
        assert_true(order_case.order.remembered);
        assert_true(order_case.balances[2].balance_krw == 100);
    }
}

static void a_broken_rule_is_found_before_any_balance_is_looked_at(void **state)
{
    struct order_case order_case;

    (void)state;
    case_init(&order_case, 0, 60);
    case_post(&order_case, PERIOD_CLOSED);
    assert_int_equal(order_case.order.refusal.reason, REFUSAL_PERIOD_CLOSED);
    assert_string_equal(order_case.order.refusal.account, "2025/district/park/R10.main");
}

/* An entry that takes from an S40 with 100 won, 60 of them decided for grants. */
static void taking_init(struct order_case *order_case, const char *kind, enum stage credit,
                        int64_t amount_krw)
{
    const struct entry_transfer transfer = {fixture_line(2025, FUNDING_SOURCE_DISTRICT, "park"),
                                            STAGE_S40, credit, amount_krw};
    const struct entry_head head = fixture_head(KEY);
    struct refusal refusal;

    memset(order_case, 0, sizeof *order_case);
    assert_int_equal(entry_build(&order_case->order.entry, &head, kind, &transfer, 1, &refusal),
                     ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        account_balance_init(&order_case->balances[i], &order_case->order.entry.legs[i].account);
        order_case->pointers[i] = &order_case->balances[i];
    }
    order_case->balances[0].balance_krw = 100;
    order_case->balances[0].decided_krw = 60;
}

static void what_is_decided_for_grants_is_taken_by_no_other_entry(void **state)
{
    static const struct {
        const char *kind;
        enum stage credit;
        enum refusal_reason reason; /* of one won too many */
        const char *field;
    } CASES[] = {
        {"expenditure", STAGE_S50, REFUSAL_GRANT_DECIDED, "/amount_krw"},
        {"commitment_cancel", STAGE_S30, REFUSAL_GRANT_MISSING, "/grant_id"},
        {"lapse", STAGE_S90, REFUSAL_GRANT_MISSING, "/grant_id"},
    };
    struct order_case order_case;

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        taking_init(&order_case, CASES[i].kind, CASES[i].credit, 41);
        case_post(&order_case, PERIOD_OPEN);
        assert_int_equal(order_case.order.result, ORDER_REFUSED);
        assert_int_equal(order_case.order.refusal.reason, CASES[i].reason);
        assert_string_equal(order_case.order.refusal.field, CASES[i].field);
        assert_string_equal(order_case.order.refusal.account, "2025/district/park/S40");
        assert_true(order_case.order.refusal.shortfall_krw == 1);
        assert_true(order_case.balances[0].balance_krw == 100);
        taking_init(&order_case, CASES[i].kind, CASES[i].credit, 40);
        case_post(&order_case, PERIOD_OPEN);
        assert_int_equal(order_case.order.result, ORDER_POSTED);
        assert_true(order_case.balances[0].balance_krw == 60);
        assert_true(order_case.balances[0].decided_krw == 60);
        taking_init(&order_case, CASES[i].kind, CASES[i].credit, 101);
        case_post(&order_case, PERIOD_OPEN);
        assert_int_equal(order_case.order.refusal.reason, REFUSAL_BALANCE_SHORT);
    }
}

static void what_a_grants_own_entry_takes_is_decided_no_more(void **state)
{
    struct grant_book book = {.fiscal_year = 2025, .programme = "park"};
    struct order_context context = {
        .rules = fixture_rules(), .period = {2025, PERIOD_OPEN}, .grant = &book};
    struct order_case order_case;

    (void)state;
    book.amounts_krw[FUNDING_SOURCE_DISTRICT - 1] = 60;
    for (int64_t decided_krw = 50; decided_krw <= 60; decided_krw += 10) {
        const struct account account = {fixture_line(2025, FUNDING_SOURCE_DISTRICT, "park"),
                                        STAGE_S40};
        const struct grant_book before = book;
        assert_int_equal(grant_book_add(&book, &account, decided_krw), ERR_OK);
        taking_init(&order_case, "grant_payment", STAGE_S45, 55);
        order_case.order.has_grant = true;
        order_post(&order_case.order, &context, order_case.pointers);
        const bool posted = order_case.order.result == ORDER_POSTED;
        assert_int_equal(posted, decided_krw == 60);
        assert_true(order_case.balances[0].decided_krw == (posted ? 5 : 60));
        book = before;
    }
}

/* What may happen to one S40; an entry of a grant names it. */
static const struct movement {
    const char *kind;
    enum stage debit;
    enum stage credit;
    bool granted;
} MOVEMENTS[] = {
    {"commitment", STAGE_S30, STAGE_S40, false},
    {"grant_decision", STAGE_S30, STAGE_S40, true},
    {"grant_payment", STAGE_S40, STAGE_S45, true},
    {"commitment_cancel", STAGE_S40, STAGE_S30, true},
    {"commitment_cancel", STAGE_S40, STAGE_S30, false},
    {"lapse", STAGE_S40, STAGE_S90, true},
    {"lapse", STAGE_S40, STAGE_S90, false},
    {"expenditure", STAGE_S40, STAGE_S50, false},
};

/* Three numbers that know nothing of entries: what nobody has, what is committed, what is decided. */
struct purse {
    int64_t free_krw;
    int64_t committed_krw;
    int64_t decided_krw;
};

/* Whether the movement fits, which then happens to the purse. */
static bool purse_move(struct purse *purse, const struct movement *movement, int64_t amount_krw)
{
    int64_t *mine = movement->granted ? &purse->decided_krw : &purse->committed_krw;
    int64_t *from = movement->debit == STAGE_S30 ? &purse->free_krw : mine;

    if (amount_krw > *from) {
        return false;
    }
    *from -= amount_krw;
    *mine += movement->credit == STAGE_S40 ? amount_krw : 0;
    purse->free_krw += movement->credit == STAGE_S30 ? amount_krw : 0;
    return true;
}

static void a_long_life_of_one_account_leaves_every_grant_its_money(void **state)
{
    const struct line line = fixture_line(2025, FUNDING_SOURCE_DISTRICT, "park");
    const struct entry_head head = fixture_head(KEY);
    struct account_balance accounts[STAGE_COUNT + 1];
    struct grant_book book = {.fiscal_year = 2025, .programme = "park"};
    struct purse purse = {.free_krw = INT64_MAX / 2};
    uint64_t seed = fixture_seed();
    int refused_count = 0;

    (void)state;
    book.amounts_krw[FUNDING_SOURCE_DISTRICT - 1] = INT64_MAX;
    for (int stage = 1; stage <= STAGE_COUNT; stage++) {
        account_balance_init(&accounts[stage], &(const struct account){line, (enum stage)stage});
    }
    accounts[STAGE_S30].balance_krw = purse.free_krw;
    for (int step = 0; step < STEP_COUNT; step++) {
        const struct movement *movement =
            &MOVEMENTS[fixture_below(&seed, (int)(sizeof MOVEMENTS / sizeof MOVEMENTS[0]))];
        const struct entry_transfer transfer = {line, movement->debit, movement->credit,
                                                1 + fixture_below(&seed, 1000)};
        const struct order_context context = {.rules = fixture_rules(),
                                              .period = {2025, PERIOD_OPEN},
                                              .grant = movement->granted ? &book : NULL};
        struct account_balance *balances[] = {&accounts[movement->debit],
                                              &accounts[movement->credit]};
        struct order order = {.has_grant = movement->granted};
        struct refusal refusal;

        assert_int_equal(entry_build(&order.entry, &head, movement->kind, &transfer, 1, &refusal),
                         ERR_OK);
        order_post(&order, &context, balances);
        const bool fits = purse_move(&purse, movement, transfer.amount_krw);
        assert_int_equal(order.result, fits ? ORDER_POSTED : ORDER_REFUSED);
        refused_count += fits ? 0 : 1;
        assert_true(accounts[STAGE_S40].decided_krw == purse.decided_krw);
        assert_true(accounts[STAGE_S40].balance_krw == purse.committed_krw + purse.decided_krw);
        assert_true(grant_book_balance(&book, &accounts[STAGE_S40].account) == purse.decided_krw);
    }
    assert_true(refused_count > STEP_COUNT / 100);
    assert_true(refused_count < STEP_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_that_fits_is_posted_and_remembered_by_its_number),
        cmocka_unit_test(a_refusal_is_remembered_word_for_word),
        cmocka_unit_test(another_request_under_the_key_is_refused_whatever_the_first_answer_was),
        cmocka_unit_test(a_broken_rule_is_found_before_any_balance_is_looked_at),
        cmocka_unit_test(what_is_decided_for_grants_is_taken_by_no_other_entry),
        cmocka_unit_test(what_a_grants_own_entry_takes_is_decided_no_more),
        cmocka_unit_test(a_long_life_of_one_account_leaves_every_grant_its_money),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
