/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants: months as the calendar has them, caps to the won, and every term that
 * is refused by its name. The figures are those of Seoul's 2017 plan.
 */
#include "../support/ledger_fixture.h"

#include "ledger/domain/grant.h"

static const struct grant_rule INNOVATION_PLAN = {
    .instrument = "innovation_plan",
    .cap_krw = 300000000,
    .cap_month_count = 12,
    .month_max = 36,
    .has_planning_max = true,
    .planning_month_max = 12,
};

static const struct grant_rule DONG = {.instrument = "dong", .cap_krw = 30000000};

static void months_run_from_a_day_to_the_day_before_it_in_the_next_month(void **state)
{
    static const struct {
        int32_t start;
        int32_t end;
        int32_t months;
    } CASES[] = {
        {20161101, 20170530, 7}, /* printed as 6 in the plan of 2017 */
        {20161101, 20170430, 6}, {20230101, 20251231, 36}, {20230101, 20260101, 37},
        {20230101, 20230101, 1}, {20230315, 20230414, 1},  {20230315, 20230415, 2},
        {20230131, 20230228, 1}, /* February has no 31st: the month ends with it */
        {20230131, 20230301, 2}, {20240131, 20240229, 1},  {20240131, 20240330, 2},
        {20240131, 20240331, 3}, {20240229, 20240328, 1},  {20231231, 20240130, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int32_t months = grant_month_count(CASES[i].start, CASES[i].end);
        if (months != CASES[i].months) {
            fail_msg("case %zu: %d months, not %d", i, (int)months, (int)CASES[i].months);
        }
    }
}

static void a_cap_is_pro_rata_to_the_months_and_rounded_down(void **state)
{
    struct grant_rule odd = INNOVATION_PLAN;

    (void)state;
    assert_true(grant_cap(&INNOVATION_PLAN, 12) == 300000000);
    assert_true(grant_cap(&INNOVATION_PLAN, 1) == 25000000);
    assert_true(grant_cap(&INNOVATION_PLAN, 36) == 900000000);
    assert_true(grant_cap(&DONG, 36) == 30000000);
    odd.cap_krw = 100;
    assert_true(grant_cap(&odd, 1) == 8);   /* 8.33 */
    assert_true(grant_cap(&odd, 11) == 91); /* 91.67 */
    odd.cap_krw = INT64_MAX;
    assert_true(grant_cap(&odd, 13) == INT64_MAX);
    assert_true(grant_cap(&odd, 6) == INT64_MAX / 2);
}

static struct grant good(void)
{
    struct grant grant = {
        .instrument = "innovation_plan",
        .fiscal_year = 2017,
        .programme = "plan",
        .amounts_krw = {0, 150000000, 50000000, 0},
        .start_date = 20170101,
        .end_date = 20170831,
        .settlement_due_date = 20171231,
        .bodies = {"협치네트워크", "마을넷"},
        .body_count = 2,
        .document = "협약 2017-3",
    };

    return grant;
}

static enum refusal_reason check(const struct grant *grant, const struct grant_rule *rule,
                                 enum period_state state)
{
    struct refusal refusal = {0};
    enum err err = grant_check(grant, rule, state, &refusal);

    assert_int_equal(err, err ? refusal_err(refusal.reason) : ERR_OK);
    return refusal.reason;
}

static void a_grant_of_exactly_its_cap_passes_and_one_won_more_does_not(void **state)
{
    struct grant grant = good(); /* 8 months: 200,000,000 */
    struct refusal refusal = {0};

    (void)state;
    assert_int_equal(check(&grant, &INNOVATION_PLAN, PERIOD_OPEN), REFUSAL_NONE);
    grant.amounts_krw[3] = 1;
    assert_int_equal(grant_check(&grant, &INNOVATION_PLAN, PERIOD_OPEN, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_GRANT_OVER_CAP);
    assert_true(refusal.shortfall_krw == 1);
    grant.end_date = 20170901; /* a ninth month has begun */
    assert_int_equal(check(&grant, &INNOVATION_PLAN, PERIOD_OPEN), REFUSAL_NONE);
    grant.amounts_krw[0] = INT64_MAX;
    assert_int_equal(check(&grant, &INNOVATION_PLAN, PERIOD_OPEN), REFUSAL_AMOUNT_INVALID);
    memset(grant.amounts_krw, 0, sizeof grant.amounts_krw);
    assert_int_equal(check(&grant, &INNOVATION_PLAN, PERIOD_OPEN), REFUSAL_AMOUNT_INVALID);
}

/* The eight grants of 2016 with the months that the plan prints, and the platforms. */
static void the_grants_of_2016_keep_to_their_caps(void **state)
{
    static const struct {
        int64_t amount_krw;
        int32_t months;
    } GRANTS[] = {
        {200000000, 8}, {167000000, 10}, {150000000, 8}, {100000000, 6},
        {79000000, 5},  {200000000, 12}, {152725000, 9}, {96897000, 6},
    };

    int64_t sum_krw = 0;

    (void)state;
    for (size_t i = 0; i < sizeof GRANTS / sizeof GRANTS[0]; i++) {
        assert_true(GRANTS[i].amount_krw <= grant_cap(&INNOVATION_PLAN, GRANTS[i].months));
        sum_krw += GRANTS[i].amount_krw;
    }
    assert_true(sum_krw == 1145622000);
    assert_true(GRANTS[0].amount_krw == grant_cap(&INNOVATION_PLAN, 8));
}

static void every_term_that_is_broken_is_refused_by_its_name(void **state)
{
    struct grant grants[12];

    static const enum refusal_reason REASONS[] = {
        REFUSAL_DOCUMENT_MISSING,        REFUSAL_DOCUMENT_INVALID,
        REFUSAL_GRANT_BODIES_INVALID,    REFUSAL_GRANT_BODIES_INVALID,
        REFUSAL_GRANT_BODIES_INVALID,    REFUSAL_GRANT_DAYS_INVALID,
        REFUSAL_GRANT_DAYS_INVALID,      REFUSAL_GRANT_TOO_LONG,
        REFUSAL_GRANT_PLANNING_TOO_LONG, REFUSAL_GRANT_PLANNING_TOO_LONG,
        REFUSAL_GRANT_DUE_INVALID,       REFUSAL_GRANT_DUE_INVALID,
    };

    (void)state;
    for (size_t i = 0; i < 12; i++) {
        grants[i] = good();
    }
    memcpy(grants[0].document, " ", 2);
    memcpy(grants[1].document, "\n", 2);
    grants[2].body_count = 0;
    memcpy(grants[3].bodies[1], grants[3].bodies[0], sizeof grants[3].bodies[0]);
    memcpy(grants[4].bodies[0], " ", 2);
    grants[5].start_date = 20170901;
    grants[6].end_date = 20170832;
    grants[7].end_date = 20200101; /* 37 months */
    grants[8].planning_month_count = 9;
    grants[9].end_date = 20181231;
    grants[9].planning_month_count = 13;
    grants[10].settlement_due_date = 20170831;
    grants[11].settlement_due_date = 20170931;
    for (size_t i = 0; i < 12; i++) {
        enum refusal_reason reason = check(&grants[i], &INNOVATION_PLAN, PERIOD_OPEN);
        if (reason != REASONS[i]) {
            fail_msg("case %zu: %s", i, refusal_code(reason));
        }
    }
    grants[0] = good();
    assert_int_equal(check(&grants[0], NULL, PERIOD_OPEN), REFUSAL_GRANT_INSTRUMENT_UNKNOWN);
    assert_int_equal(check(&grants[0], &INNOVATION_PLAN, PERIOD_CLOSED), REFUSAL_PERIOD_CLOSED);
    assert_int_equal(check(&grants[0], &INNOVATION_PLAN, PERIOD_MISSING), REFUSAL_PERIOD_MISSING);
    grants[0].end_date = 20200101; /* a kind without a longest time, whose cap does not grow */
    grants[0].settlement_due_date = 20200102;
    grants[0].planning_month_count = 37;
    memset(grants[0].amounts_krw, 0, sizeof grants[0].amounts_krw);
    grants[0].amounts_krw[2] = 30000000;
    assert_int_equal(check(&grants[0], &DONG, PERIOD_OPEN), REFUSAL_NONE);
    grants[0].amounts_krw[2]++;
    assert_int_equal(check(&grants[0], &DONG, PERIOD_OPEN), REFUSAL_GRANT_OVER_CAP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_run_from_a_day_to_the_day_before_it_in_the_next_month),
        cmocka_unit_test(a_cap_is_pro_rata_to_the_months_and_rounded_down),
        cmocka_unit_test(a_grant_of_exactly_its_cap_passes_and_one_won_more_does_not),
        cmocka_unit_test(the_grants_of_2016_keep_to_their_caps),
        cmocka_unit_test(every_term_that_is_broken_is_refused_by_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
