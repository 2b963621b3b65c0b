/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify/recount: counts worked out by hand, sums, votes kept once, and that
 * passing over endowments finds what trying each of them finds. That it counts
 * as the service does is for tests/integration/test_verify_recount.py.
 */
#include "../support/verify_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "verify/recount_internal.h"

static struct definition *read_definition(const struct fixture *fixture)
{
    const struct fixture_bytes bytes = fixture_encode(fixture);
    struct definition *definition = NULL;

    assert_int_equal(definition_read(bytes.data, bytes.length, &definition), DEFINITION_OK);
    return definition;
}

/* Adds approvals given as letters, "ab" naming a and b. */
static void add(struct recount *recount, const char *names, int times)
{
    uint32_t pairs[FIXTURE_OPTIONS][2];
    size_t count = strlen(names);
    struct fixture_bytes body;

    for (size_t i = 0; i < count; i++) {
        pairs[i][0] = (uint32_t)(names[i] - 'a') + 1;
        pairs[i][1] = 1;
    }
    body = fixture_body(1, (const uint32_t(*)[2])pairs, count);
    for (int i = 0; i < times; i++) {
        assert_int_equal(recount_add(recount, 1, (struct span){body.data, body.length}),
                         RECOUNT_OK);
    }
}

static void assert_json(struct recount *recount, const char *expected)
{
    struct span json;

    assert_int_equal(recount_run(recount, (struct span){0}, NULL, NULL), RECOUNT_OK);
    assert_int_equal(recount_json(recount, &json), RECOUNT_OK);
    assert_int_equal(json.length, strlen(expected));
    assert_memory_equal(json.data, expected, json.length);
}

/* a and b (50 each) have three votes, c (30) two, d (20) one. */
static void greedy_takes_what_fits_and_tells_every_turn(void **state)
{
    struct fixture fixture;
    struct definition *definition;
    struct recount *recount = NULL;

    (void)state;
    fixture_init(&fixture);
    fixture.budget_krw = 110;
    definition = read_definition(&fixture);
    assert_int_equal(recount_create(definition, &recount), RECOUNT_OK);
    add(recount, "abc", 2);
    add(recount, "abd", 1);
    add(recount, "", 1);
    assert_json(recount,
                "{\"rule\":\"greedy\",\"satisfaction\":\"cost\",\"completion\":\"none\","
                "\"tie\":\"id\",\"budget\":\"110\",\"funded\":[\"a\",\"b\"],"
                "\"total_cost\":\"100\",\"left_over\":\"10\",\"endowment\":null,\"options\":["
                "{\"id\":\"a\",\"cost\":\"50\",\"score\":\"3\",\"funded\":true,"
                "\"reason\":\"funded\"},"
                "{\"id\":\"b\",\"cost\":\"50\",\"score\":\"3\",\"funded\":true,"
                "\"reason\":\"funded\"},"
                "{\"id\":\"c\",\"cost\":\"30\",\"score\":\"2\",\"funded\":false,"
                "\"reason\":\"over-left\"},"
                "{\"id\":\"d\",\"cost\":\"20\",\"score\":\"1\",\"funded\":false,"
                "\"reason\":\"over-left\"}],\"rounds\":["
                "{\"option\":\"a\",\"funded\":true,\"left_over\":\"60\"},"
                "{\"option\":\"b\",\"funded\":true,\"left_over\":\"10\"},"
                "{\"option\":\"c\",\"funded\":false,\"left_over\":\"10\"},"
                "{\"option\":\"d\",\"funded\":false,\"left_over\":\"10\"}],\"ties\":["
                "{\"options\":[\"a\",\"b\"],\"score\":\"3\",\"decided_by\":[\"id\"],"
                "\"decisive\":false}]}");
    recount_free(recount);
    definition_free(definition);
}

/*
 * Three voters, 100 / 3 each: a, ab, bc. c costs its one supporter 30, which is 1 for each won of it; a
 * and b, 25 from each of two, 1/2. a is bought, as its id is first; ab keeps 8 1/3, so that b's
 * supporters hold 41 2/3, less than 50. c is paid with 30 of 33 1/3. Nobody wants d.
 */
static void shares_are_paid_exactly_by_supporters(void **state)
{
    struct fixture fixture;
    struct definition *definition;
    struct recount *recount = NULL;

    (void)state;
    fixture_init(&fixture);
    fixture.rule = 4;
    definition = read_definition(&fixture);
    assert_int_equal(recount_create(definition, &recount), RECOUNT_OK);
    add(recount, "a", 1);
    add(recount, "ab", 1);
    add(recount, "bc", 1);
    assert_json(recount,
                "{\"rule\":\"equal-shares\",\"satisfaction\":\"cost\",\"completion\":\"none\","
                "\"tie\":\"id\",\"budget\":\"100\",\"funded\":[\"a\",\"c\"],"
                "\"total_cost\":\"80\",\"left_over\":\"20\",\"endowment\":\"100/3\",\"options\":["
                "{\"id\":\"a\",\"cost\":\"50\",\"score\":\"2\",\"funded\":true,"
                "\"reason\":\"funded\"},"
                "{\"id\":\"b\",\"cost\":\"50\",\"score\":\"2\",\"funded\":false,"
                "\"reason\":\"supporters-short\"},"
                "{\"id\":\"c\",\"cost\":\"30\",\"score\":\"1\",\"funded\":true,"
                "\"reason\":\"funded\"},"
                "{\"id\":\"d\",\"cost\":\"20\",\"score\":\"0\",\"funded\":false,"
                "\"reason\":\"no-supporters\"}],\"rounds\":["
                "{\"option\":\"a\",\"funded\":true,\"left_over\":\"50\",\"step\":\"shares\","
                "\"supporters\":2,\"spent\":0},"
                "{\"option\":\"b\",\"funded\":false,\"left_over\":\"50\",\"step\":\"shares\","
                "\"supporters\":2},"
                "{\"option\":\"c\",\"funded\":true,\"left_over\":\"20\",\"step\":\"shares\","
                "\"supporters\":1,\"spent\":0}],\"ties\":["
                "{\"options\":[\"a\",\"b\"],\"round\":1,\"decided_by\":[\"id\"],"
                "\"decisive\":true}]}");
    recount_free(recount);
    definition_free(definition);
}

/* d: 20 for one voter is a load of 20; a, 50 for three, 16 2/3, is first; then d; b, with one of a's
 * three, would be (16 2/3 + 50) / 1 and exceed what is left: it ends the rule, though c would fit. */
static void phragmen_ends_at_the_first_least_load_that_exceeds(void **state)
{
    struct fixture fixture;
    struct definition *definition;
    struct recount *recount = NULL;
    struct span json;

    (void)state;
    fixture_init(&fixture);
    fixture.rule = 5;
    definition = read_definition(&fixture);
    assert_int_equal(recount_create(definition, &recount), RECOUNT_OK);
    add(recount, "a", 2);
    add(recount, "ab", 1);
    add(recount, "d", 1);
    assert_int_equal(recount_run(recount, (struct span){0}, NULL, NULL), RECOUNT_OK);
    assert_int_equal(recount->outcome->funded_count, 2);
    assert_int_equal(recount->outcome->funded[0], 0);
    assert_int_equal(recount->outcome->funded[1], 3);
    assert_int_equal(recount->outcome->reasons[1], REASON_OVER_LEFT);
    assert_int_equal(recount->outcome->reasons[2], REASON_STOPPED);
    assert_int_equal(recount_json(recount, &json), RECOUNT_OK);
    recount_free(recount);
    definition_free(definition);
}

static void votes_of_the_same_bytes_are_kept_once(void **state)
{
    static const char *const KINDS[] = {"",   "a",  "b",  "c",   "d",   "ab",  "ac",  "ad",
                                        "bc", "bd", "cd", "abc", "abd", "acd", "bcd", "abcd"};
    struct fixture fixture;
    struct definition *definition;
    struct recount *recount = NULL;
    struct recount_sums sums;

    (void)state;
    fixture_init(&fixture);
    definition = read_definition(&fixture);
    assert_int_equal(recount_create(definition, &recount), RECOUNT_OK);
    for (int i = 0; i < 20000; i++) {
        add(recount, KINDS[i % 16], 1);
    }
    sums = recount_sums(recount);
    assert_int_equal(recount->class_count, 16);
    assert_int_equal(sums.votes, 20000);
    assert_int_equal(sums.choices, 40000);
    assert_int_equal(sums.selections, 40000);
    assert_int_equal(recount_run(recount, (struct span){0}, NULL, NULL), RECOUNT_OK);
    assert_int_equal(recount->scores[0], 10000);
    recount_free(recount);
    definition_free(definition);
}

static void a_seed_is_needed_for_a_lot_and_for_nothing_else(void **state)
{
    struct fixture fixture;
    struct definition *definition;
    struct recount *recount = NULL;
    const struct span seed = {(const uint8_t *)"20261122", 8};

    (void)state;
    fixture_init(&fixture);
    definition = read_definition(&fixture);
    assert_int_equal(recount_create(definition, &recount), RECOUNT_OK);
    assert_int_equal(recount_run(recount, seed, NULL, NULL), RECOUNT_NO_LOT);
    recount_free(recount);
    definition_free(definition);
    fixture.tie = 5;
    definition = read_definition(&fixture);
    assert_int_equal(recount_create(definition, &recount), RECOUNT_OK);
    assert_int_equal(recount_run(recount, (struct span){0}, NULL, NULL), RECOUNT_NO_LOT);
    assert_int_equal(recount_run(recount, seed, NULL, NULL), RECOUNT_OK);
    recount_free(recount);
    definition_free(definition);
}

static bool stop_at_two(void *context, uint64_t runs)
{
    *(uint64_t *)context = runs;
    return runs < 2;
}

static void a_count_can_be_stopped_between_its_runs(void **state)
{
    struct fixture fixture;
    struct definition *definition;
    struct recount *recount = NULL;
    uint64_t runs = 0;

    (void)state;
    fixture_init(&fixture);
    fixture.rule = 4;
    fixture.completion = 2;
    definition = read_definition(&fixture);
    assert_int_equal(recount_create(definition, &recount), RECOUNT_OK);
    add(recount, "a", 1);
    add(recount, "b", 3);
    assert_int_equal(recount_run(recount, (struct span){0}, stop_at_two, &runs), RECOUNT_STOPPED);
    assert_int_equal(runs, 2);
    recount_free(recount);
    definition_free(definition);
}

/* Small numbers from a seed that is printed. */
static uint32_t chance(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(*seed >> 33) % below;
}

static void random_votes(struct recount *recount, uint64_t seed)
{
    uint32_t kinds = 1 + chance(&seed, 16);

    for (uint32_t i = 0; i < kinds; i++) {
        char names[FIXTURE_OPTIONS + 1] = "";
        size_t count = 0;
        int times = 1 + (int)chance(&seed, 9);

        for (size_t k = 0; k < FIXTURE_OPTIONS; k++) {
            if (chance(&seed, 2) == 1) {
                names[count] = (char)('a' + k);
                count++;
            }
        }
        add(recount, names, times);
    }
}

static void what_is_passed_over_would_have_changed_nothing(void **state)
{
    uint64_t seed = (uint64_t)time(NULL);
    int64_t passed = 0;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 300; i++) {
        struct fixture fixture;
        struct definition *definition;
        struct recount *recounts[2] = {NULL, NULL};
        struct span json[2];
        uint64_t votes_seed;

        fixture_init(&fixture);
        fixture.rule = 4;
        fixture.satisfaction = (uint8_t)(1 + chance(&seed, 2));
        fixture.completion = (uint8_t)(2 + chance(&seed, 3));
        fixture.budget_krw = 60 + chance(&seed, 3000);
        for (size_t k = 0; k < FIXTURE_OPTIONS; k++) {
            fixture.costs[k] = 1 + chance(&seed, 2000);
        }
        definition = read_definition(&fixture);
        votes_seed = chance(&seed, UINT32_MAX);
        for (size_t k = 0; k < 2; k++) {
            assert_int_equal(recount_create(definition, &recounts[k]), RECOUNT_OK);
            recounts[k]->every_step = k == 1;
            random_votes(recounts[k], votes_seed);
            assert_int_equal(recount_run(recounts[k], (struct span){0}, NULL, NULL), RECOUNT_OK);
            assert_int_equal(recount_json(recounts[k], &json[k]), RECOUNT_OK);
        }
        assert_int_equal(json[0].length, json[1].length);
        assert_memory_equal(json[0].data, json[1].data, json[0].length);
        passed += (int64_t)recounts[1]->runs - (int64_t)recounts[0]->runs; /* Some are in vain. */
        recount_free(recounts[0]);
        recount_free(recounts[1]);
        definition_free(definition);
    }
    assert_true(passed > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greedy_takes_what_fits_and_tells_every_turn),
        cmocka_unit_test(shares_are_paid_exactly_by_supporters),
        cmocka_unit_test(phragmen_ends_at_the_first_least_load_that_exceeds),
        cmocka_unit_test(votes_of_the_same_bytes_are_kept_once),
        cmocka_unit_test(a_seed_is_needed_for_a_lot_and_for_nothing_else),
        cmocka_unit_test(a_count_can_be_stopped_between_its_runs),
        cmocka_unit_test(what_is_passed_over_would_have_changed_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
