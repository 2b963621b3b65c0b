/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps of the endowment that equal shares passes over: at each of them a run
 * from scratch funds the same options in the same order. Random elections, by
 * every satisfaction, with caps and incompatible options and without, from tens
 * to thousands of steps.
 */
#include "../support/participation_help.h"

#include "participation/domain/tally_rules.h"
#include "participation/domain/tally_shares.h"

#define OPTIONS_MAX 16
#define TEXT_SIZE   16384

enum { ELECTIONS = 10, STEPS = 250, VOTERS_MAX = 30, HORIZON_SHORT = 8, HORIZON_LONG = 512 };

/* A text that grows. */
struct draft {
    char text[TEXT_SIZE];
    size_t length;
};

static void add_text(struct draft *draft, const char *text)
{
    const size_t length = strlen(text);

    assert_true(draft->length + length < sizeof draft->text);
    memcpy(draft->text + draft->length, text, length + 1);
    draft->length += length;
}

/* Text, a number, text. */
static void add(struct draft *draft, const char *before, int number, const char *after)
{
    char digits[16];

    (void)snprintf(digits, sizeof digits, "%d", number);
    add_text(draft, before);
    add_text(draft, digits);
    add_text(draft, after);
}

static int below(uint64_t *seed, int bound)
{
    return (int)(help_random(seed) % (uint64_t)bound);
}

static void add_votes(struct draft *draft, uint64_t *seed, int options, int voters)
{
    const int districts = 1 + below(seed, 4);

    for (int voter = 0; voter < voters; voter++) {
        struct draft points = {.length = 0};
        int named = 0;

        add(draft, "", voter, ";");
        for (int option = 0; option < options; option++) {
            const bool near = option % 3 == 0 || option % districts == voter % districts;

            if (near && below(seed, 3) == 0) {
                add(draft, named > 0 ? ",p" : "p", option, "");
                add(&points, named > 0 ? "," : "", 1 + below(seed, 5), "");
                named++;
            }
        }
        add_text(draft, ";");
        add_text(draft, points.text);
        add_text(draft, "\n");
    }
}

/* Costs up to a half or a sixth of the budget, some options for all and some for a district. */
static struct pb *random_election(uint64_t *seed)
{
    static struct draft draft;
    const int options = 2 + below(seed, OPTIONS_MAX - 2);
    const int voters = 2 + below(seed, VOTERS_MAX);
    const int budget = voters * (20 + below(seed, below(seed, 2) == 0 ? 400 : 4000));
    const int share = below(seed, 2) == 0 ? 2 : 6;
    struct pb *pb;
    enum err err;

    draft.length = 0;
    add(&draft, "META\nkey;value\nvote_type;cumulative\nbudget;", budget,
        "\nPROJECTS\nproject_id;cost;neighborhood\n");
    for (int option = 0; option < options; option++) {
        add(&draft, "p", option, ";");
        add(&draft, "", 1 + below(seed, budget / share + 1), below(seed, 2) ? ";A\n" : ";B\n");
    }
    add_text(&draft, "VOTES\nvoter_id;vote;points\n");
    add_votes(&draft, seed, options, voters);
    pb = help_read(draft.text, true, &err);
    assert_int_equal(err, ERR_OK);
    return pb;
}

/* What was said of the endowments up to a step. */
struct claim {
    uint32_t funded[OPTIONS_MAX];
    uint32_t count;
    uint32_t barred;
    int64_t until; /* step */
};

static void check_claim(const struct claim *claim, int64_t step,
                        const struct tally_shares_outcome *outcome)
{
    if (step <= claim->until) {
        assert_false(outcome->over_budget);
        assert_int_equal(outcome->funded_count, claim->count);
        assert_int_equal(outcome->barred_count, claim->barred);
        assert_memory_equal(outcome->funded, claim->funded, claim->count * sizeof *claim->funded);
    }
}

static void check_steps(uint64_t *seed, struct tally_shares *shares, int64_t endowment)
{
    struct claim claim = {.until = -1};

    for (int64_t step = 0; step < STEPS; step++) {
        const struct tally_endowment given = {.whole = endowment + step, .divisor = 1};
        const uint64_t longest = below(seed, 2) == 0 ? HORIZON_SHORT : HORIZON_LONG;
        struct tally_shares_outcome outcome;

        assert_int_equal(tally_shares_run(shares, &given, 0, NULL, &outcome), ERR_OK);
        check_claim(&claim, step, &outcome);
        if (outcome.over_budget) {
            return;
        }
        if (step < claim.until && below(seed, 3) > 0) {
            continue;
        }
        assert_int_equal(
            tally_shares_run(shares, &given, 1 + help_random(seed) % longest, NULL, &outcome),
            ERR_OK);
        if (step + (int64_t)outcome.skip >= claim.until) {
            memcpy(claim.funded, outcome.funded, outcome.funded_count * sizeof *outcome.funded);
            claim.count = outcome.funded_count;
            claim.barred = outcome.barred_count;
            claim.until = step + (int64_t)outcome.skip;
        }
    }
}

/* Limits for an election, and what they refer to. */
struct limits {
    struct tally_limits limits;
    struct tally_cap cap;
    struct tally_group groups[2];
    uint32_t numbers[OPTIONS_MAX];
};

/* The first two options exclude each other, the next ones too, and those of area A are capped. */
static void set_limits(struct limits *limits, const struct election *election, uint64_t *seed)
{
    const uint32_t options = election_option_count(election);

    for (uint32_t i = 0; i < OPTIONS_MAX; i++) {
        limits->numbers[i] = i;
    }
    limits->groups[0] = (struct tally_group){.options = limits->numbers, .count = 2};
    limits->groups[1] = (struct tally_group){.options = limits->numbers + 2,
                                             .count = options > 5 ? 3 : options - 2};
    limits->cap = (struct tally_cap){
        .name = "A", .amount = {.units = election_budget(election) / (1 + below(seed, 4))}};
    limits->limits = (struct tally_limits){
        .groups = limits->groups,
        .group_count = options > 3 ? 2 : 1,
        .area_caps = &limits->cap,
        .area_cap_count = 1,
    };
}

static void check_elections(bool limited)
{
    uint64_t seed = help_seed();

    for (int i = 0; i < ELECTIONS; i++) {
        struct pb *pb = random_election(&seed);
        const struct election *election = pb_election(pb);
        struct limits limits;

        set_limits(&limits, election, &seed);

        for (int measure = 0; measure < TALLY_SATISFACTION_COUNT; measure++) {
            const struct tally_method method = {
                .rule = TALLY_EQUAL_SHARES,
                .completion = TALLY_COMPLETION_ADD1,
                .satisfaction = (enum tally_satisfaction)measure,
                .tie = TALLY_TIE_LOWEST_COST_THEN_VOTES,
            };
            struct tally_classes classes = {0};
            struct tally_shares_terms terms = {
                .election = election,
                .classes = &classes,
                .satisfaction = method.satisfaction,
                .step = 1,
                .limits = limited ? &limits.limits : NULL,
            };
            struct tally_shares *shares = NULL;
            uint32_t *ranks = NULL;

            assert_int_equal(tally_classes_make(election, method.satisfaction, &classes), ERR_OK);
            assert_int_equal(tally_ranks(election, &method, &ranks), ERR_OK);
            terms.ranks = ranks;
            assert_int_equal(tally_shares_new(&terms, &shares), ERR_OK);
            check_steps(&seed, shares, election_budget(election) / election_vote_count(election));
            tally_shares_free(shares);
            free(ranks);
            tally_classes_release(&classes);
        }
        pb_free(pb);
    }
}

static void no_step_that_is_passed_over_would_change_anything(void **state)
{
    (void)state;
    check_elections(false);
}

static void nor_would_it_with_caps_and_incompatible_options(void **state)
{
    (void)state;
    check_elections(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_step_that_is_passed_over_would_change_anything),
        cmocka_unit_test(nor_would_it_with_caps_and_incompatible_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
