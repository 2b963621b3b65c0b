/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Won divided by weights: to the won, by largest remainder, the first of equals
 * first; and what a settlement makes of it.
 */
#include "../support/ledger_fixture.h"

#include "ledger/domain/settlement.h"
#include "ledger/domain/split.h"

enum { ROUND_COUNT = 20000 };

struct split_case {
    int64_t amount_krw;
    int64_t weights[4];
    int64_t parts_krw[4];
};

static void known_splits_come_out_to_the_won(void **state)
{
    static const struct split_case CASES[] = {
        {100, {1, 1, 1, 0}, {34, 33, 33, 0}}, /* equal remainders: the first */
        {101, {1, 1, 1, 0}, {34, 34, 33, 0}}, /* the first two */
        {1, {0, 3, 3, 3}, {0, 1, 0, 0}},      /* nothing to a weight of 0 */
        {10, {6, 3, 1, 0}, {6, 3, 1, 0}},     /* exact */
        {7, {50, 30, 20, 0}, {4, 2, 1, 0}},   /* 3.5, 2.1, 1.4: the largest remainder */
        {9, {50, 25, 25, 0}, {5, 2, 2, 0}},   /* 4.5, 2.25, 2.25 */
        {0, {5, 5, 0, 0}, {0, 0, 0, 0}},
        {INT64_MAX, {INT64_MAX, 0, 0, 0}, {INT64_MAX, 0, 0, 0}},
        {3, {1, INT64_MAX - 2, 1, 0}, {0, 3, 0, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int64_t parts_krw[4] = {0};
        assert_int_equal(split_krw(CASES[i].amount_krw, CASES[i].weights, 4, parts_krw), ERR_OK);
        for (size_t j = 0; j < 4; j++) {
            if (parts_krw[j] != CASES[i].parts_krw[j]) {
                fail_msg("case %zu, part %zu: %lld", i, j, (long long)parts_krw[j]);
            }
        }
    }
}

static void what_cannot_be_divided_is_refused_and_nothing_written(void **state)
{
    static const int64_t NONE[] = {0, 0};
    static const int64_t NEGATIVE[] = {5, -1};
    static const int64_t TOO_MANY[] = {INT64_MAX, 1};
    static const int64_t GOOD[] = {1, 2};
    int64_t parts_krw[2] = {7, 7};

    (void)state;
    assert_int_equal(split_krw(1, NONE, 2, parts_krw), ERR_INVALID);
    assert_int_equal(split_krw(1, NEGATIVE, 2, parts_krw), ERR_INVALID);
    assert_int_equal(split_krw(1, TOO_MANY, 2, parts_krw), ERR_INVALID);
    assert_int_equal(split_krw(-1, GOOD, 2, parts_krw), ERR_INVALID);
    assert_int_equal(split_krw(1, NULL, 0, parts_krw), ERR_INVALID);
    assert_true(parts_krw[0] == 7 && parts_krw[1] == 7);
    assert_int_equal(split_krw(0, NONE, 2, parts_krw), ERR_OK);
    assert_true(parts_krw[0] == 0 && parts_krw[1] == 0);
}

/* Small enough for products in 64 bits, so that the rule can be checked by its words. */
static void random_splits_add_up_and_give_each_won_to_whom_it_was_owed_most(void **state)
{
    uint64_t seed = fixture_seed();

    (void)state;
    for (int round = 0; round < ROUND_COUNT; round++) {
        int64_t weights[SPLIT_PART_MAX];
        int64_t parts_krw[SPLIT_PART_MAX];
        size_t count = 1 + (size_t)fixture_below(&seed, SPLIT_PART_MAX);
        int64_t amount_krw = fixture_below(&seed, 1000000);
        int64_t weight_sum = 0;
        int64_t part_sum = 0;
        for (size_t i = 0; i < count; i++) {
            weights[i] = fixture_below(&seed, 4) == 0 ? fixture_below(&seed, 3)
                                                      : fixture_below(&seed, 100000);
            weight_sum += weights[i];
        }
        if (weight_sum == 0) {
            continue;
        }
        assert_int_equal(split_krw(amount_krw, weights, count, parts_krw), ERR_OK);
        for (size_t i = 0; i < count; i++) {
            int64_t down = amount_krw * weights[i] / weight_sum;
            int64_t lost = amount_krw * weights[i] % weight_sum;
            assert_true(parts_krw[i] == down || (parts_krw[i] == down + 1 && lost > 0));
            part_sum += parts_krw[i];
            for (size_t j = 0; j < count; j++) {
                int64_t other_down = amount_krw * weights[j] / weight_sum;
                int64_t other_lost = amount_krw * weights[j] % weight_sum;
                bool rounded_up = parts_krw[i] > down;
                bool passed_over = parts_krw[j] == other_down && other_lost > 0;
                /* Nobody who lost more, or as much and earlier, was passed over. */
                bool owed_more = other_lost > lost || (other_lost == lost && j < i);
                assert_false(rounded_up && passed_over && owed_more);
            }
        }
        assert_true(part_sum == amount_krw);
    }
}

static struct settlement_source source_of(enum funding_source source, int64_t paid_krw,
                                          int64_t advanced_krw)
{
    return (struct settlement_source){
        .line = fixture_line(2025, source, "a"),
        .paid_krw = paid_krw,
        .advanced_krw = advanced_krw,
    };
}

static enum refusal_reason split(const struct settlement_terms *terms,
                                 struct settlement_source sources[], size_t count)
{
    struct refusal refusal = {0};
    enum err err = settlement_split(terms, sources, count, &refusal);

    assert_int_equal(err, err ? refusal_err(refusal.reason) : ERR_OK);
    return refusal.reason;
}

static void what_goes_back_is_pro_rata_to_what_was_paid(void **state)
{
    const struct settlement_terms terms = {.spent_krw = 900, .unspent_krw = 100, .interest_krw = 1};
    struct settlement_source sources[] = {
        source_of(FUNDING_SOURCE_NATIONAL, 500, 500),
        source_of(FUNDING_SOURCE_CITY, 333, 333),
        source_of(FUNDING_SOURCE_DISTRICT, 167, 167),
    };

    (void)state;
    assert_int_equal(split(&terms, sources, 3), REFUSAL_NONE);
    assert_true(sources[0].share.unspent_krw == 50);
    assert_true(sources[1].share.unspent_krw == 33);
    assert_true(sources[2].share.unspent_krw == 17);
    assert_true(sources[1].share.spent_krw == 300);
    assert_true(sources[0].share.interest_krw == 1);
    assert_true(sources[1].share.interest_krw == 0);
}

static void a_settlement_that_does_not_add_up_is_refused_by_name(void **state)
{
    struct settlement_source sources[] = {
        source_of(FUNDING_SOURCE_CITY, 600, 600),
        source_of(FUNDING_SOURCE_DISTRICT, 400, 50),
    };
    const struct settlement_terms less = {.spent_krw = 549, .unspent_krw = 100};
    const struct settlement_terms more = {.spent_krw = 551, .unspent_krw = 100};
    const struct settlement_terms uneven = {.spent_krw = 500, .unspent_krw = 150};
    const struct settlement_terms far = {.spent_krw = INT64_MAX, .unspent_krw = 1};
    struct refusal refusal = {0};

    (void)state;
    assert_int_equal(settlement_split(&less, sources, 2, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_SETTLEMENT_UNBALANCED);
    assert_true(refusal.shortfall_krw == 1);
    assert_int_equal(split(&more, sources, 2), REFUSAL_SETTLEMENT_UNBALANCED);
    assert_int_equal(split(&far, sources, 2), REFUSAL_AMOUNT_INVALID);
    /* 60 of 150 go back to the district, of which only 50 are not accounted for. */
    assert_int_equal(settlement_split(&uneven, sources, 2, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_BALANCE_SHORT);
    assert_true(refusal.shortfall_krw == 10);
    assert_int_equal(refusal.account.stage, STAGE_S45);
    assert_int_equal(refusal.account.line.funding_source, FUNDING_SOURCE_DISTRICT);
    assert_true(sources[0].share.spent_krw == 0);
    assert_int_equal(split(&less, NULL, 0), REFUSAL_SETTLEMENT_EMPTY);
    sources[0].advanced_krw = 0;
    sources[1].advanced_krw = 0;
    assert_int_equal(split(&less, sources, 2), REFUSAL_SETTLEMENT_EMPTY);
}

/* Whatever was paid: the entries pass the rules, and sums by source are the sums of the whole. */
static void every_split_makes_entries_that_pass_their_rules_and_add_up(void **state)
{
    static const uint8_t key[ENTRY_KEY_SIZE] = {8};
    const struct entry_head head = fixture_head(key);
    uint64_t seed = fixture_seed();

    (void)state;
    for (int round = 0; round < ROUND_COUNT / 10; round++) {
        struct settlement_source sources[FUNDING_SOURCE_COUNT];
        struct settlement_terms sum = {0};
        int64_t paid_krw = 0;
        for (int i = 0; i < FUNDING_SOURCE_COUNT; i++) {
            int64_t krw = fixture_below(&seed, 3) == 0 ? 0 : fixture_below(&seed, 1000000);
            sources[i] = source_of((enum funding_source)(i + 1), krw, krw);
            paid_krw += krw;
        }
        int64_t back_krw = (int64_t)(fixture_random(&seed) % (uint64_t)(paid_krw + 1));
        const struct settlement_terms terms = {paid_krw - back_krw, back_krw,
                                               fixture_below(&seed, 5000)};
        if (paid_krw == 0) {
            continue;
        }
        assert_int_equal(split(&terms, sources, FUNDING_SOURCE_COUNT), REFUSAL_NONE);
        for (int i = 0; i < FUNDING_SOURCE_COUNT; i++) {
            struct entry_transfer transfers[SETTLEMENT_TRANSFER_MAX];
            struct refusal refusal = {0};
            struct entry entry;
            size_t count = settlement_transfers(&sources[i], transfers);
            assert_true(sources[i].share.spent_krw >= 0);
            if (count == 0) {
                assert_true(sources[i].paid_krw == 0);
                continue;
            }
            assert_int_equal(entry_build(&entry, &head, "settlement", transfers, count, &refusal),
                             ERR_OK);
            assert_int_equal(entry_check(&entry, fixture_rules(),
                                         (struct period){entry.period, PERIOD_OPEN}, &refusal),
                             ERR_OK);
            struct settlement_terms share = settlement_share(&entry);
            assert_memory_equal(&share, &sources[i].share, sizeof share);
            sum.spent_krw += share.spent_krw;
            sum.unspent_krw += share.unspent_krw;
            sum.interest_krw += share.interest_krw;
        }
        assert_memory_equal(&sum, &terms, sizeof terms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_splits_come_out_to_the_won),
        cmocka_unit_test(what_cannot_be_divided_is_refused_and_nothing_written),
        cmocka_unit_test(random_splits_add_up_and_give_each_won_to_whom_it_was_owed_most),
        cmocka_unit_test(what_goes_back_is_pro_rata_to_what_was_paid),
        cmocka_unit_test(a_settlement_that_does_not_add_up_is_refused_by_name),
        cmocka_unit_test(every_split_makes_entries_that_pass_their_rules_and_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
