/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Greedy and its tie rules: by example, and as properties of random
 * elections whose seed is printed.
 */
#include "../support/participation_help.h"

#include "participation/domain/tally.h"
#include "participation/domain/tally_json.h"

#define RANDOM_ELECTIONS 400
#define OPTIONS_MAX      24
#define VOTES_MAX        60

static struct election *new_election(enum election_vote_type type, int64_t budget)
{
    struct election *election = NULL;

    assert_int_equal(election_new(type, true, &election), ERR_OK);
    assert_int_equal(election_set_budget(election, (struct decimal){.units = budget}), ERR_OK);
    return election;
}

static void add_option(struct election *election, const char *id, int64_t cost)
{
    const struct election_entry entry = {.id = id, .cost = {.units = cost}};
    uint32_t option;

    assert_int_equal(election_add_option(election, &entry, &option), ERR_OK);
}

/* Adds `count` votes, each for the one option. */
static void add_votes(struct election *election, uint32_t option, int count)
{
    const struct election_choice choice = {.option = option};

    for (int i = 0; i < count; i++) {
        assert_int_equal(election_add_vote(election, &choice, 1), ERR_OK);
    }
}

static struct tally_result count_greedy(const struct election *election, enum tally_tie_rule tie)
{
    const struct tally_method method = {.rule = TALLY_GREEDY, .tie = tie};
    struct tally_result result;

    assert_int_equal(tally_run(election, &method, &result), ERR_OK);
    return result;
}

/* Compares the funded ids, in the order they were funded, with ids between spaces. */
static void assert_funded(const struct election *election, const struct tally_result *result,
                          const char *expected)
{
    struct text text;

    text_init(&text, 4096);
    for (uint32_t i = 0; i < result->funded_count; i++) {
        text_add(&text, i == 0 ? "" : " ");
        text_add(&text, election_option(election, result->funded[i])->id);
    }
    assert_int_equal(text_err(&text), ERR_OK);
    assert_string_equal(text_bytes(&text), expected);
    text_release(&text);
}

static void greedy_takes_what_fits_and_skips_what_does_not(void **state)
{
    struct election *election = new_election(ELECTION_APPROVAL, 100);
    struct tally_result result;

    (void)state;
    add_option(election, "a", 60);
    add_option(election, "b", 50);
    add_option(election, "c", 40);
    add_option(election, "d", 101);
    add_votes(election, 0, 5);
    add_votes(election, 1, 4);
    add_votes(election, 2, 3);
    add_votes(election, 3, 9);
    result = count_greedy(election, TALLY_TIE_ID);
    assert_funded(election, &result, "a c");
    assert_int_equal(result.total_cost, 100);
    assert_int_equal(result.left_over, 0);
    assert_int_equal(result.outcomes[1].reason, TALLY_OVER_LEFT);
    assert_int_equal(result.outcomes[3].reason, TALLY_OVER_BUDGET);
    assert_int_equal(result.outcomes[3].score, 9);
    assert_int_equal(result.round_count, 4);
    assert_int_equal(result.rounds[0].option, 3);
    assert_false(result.rounds[0].funded);
    assert_int_equal(result.rounds[0].left_over, 100);
    assert_int_equal(result.rounds[1].option, 0);
    assert_int_equal(result.rounds[1].left_over, 40);
    assert_int_equal(result.tie_count, 0);
    tally_result_release(&result);
    election_free(election);
}

static void an_option_with_no_votes_is_funded_when_it_fits(void **state)
{
    struct election *election = new_election(ELECTION_APPROVAL, 100);
    struct tally_result result;

    (void)state;
    add_option(election, "loved", 90);
    add_option(election, "unloved", 10);
    add_votes(election, 0, 1);
    result = count_greedy(election, TALLY_TIE_ID);
    assert_funded(election, &result, "loved unloved");
    tally_result_release(&result);
    election_free(election);
}

static void a_unanimous_option_costing_exactly_the_budget_is_funded(void **state)
{
    struct election *election = new_election(ELECTION_CHOOSE_1, 155000);
    struct tally_result result;

    (void)state;
    add_option(election, "P0058", 155000);
    add_votes(election, 0, 105);
    result = count_greedy(election, TALLY_TIE_LOWEST_COST_THEN_VOTES);
    assert_funded(election, &result, "P0058");
    assert_int_equal(result.left_over, 0);
    tally_result_release(&result);
    election_free(election);
}

static void a_withdrawn_option_is_never_funded_however_large_the_budget(void **state)
{
    struct election *election = new_election(ELECTION_APPROVAL, 2000000000);
    const struct election_entry entry = {
        .id = "w",
        .cost = {.units = 999999999},
        .withdrawn = true,
    };
    struct tally_result result;
    uint32_t option;

    (void)state;
    assert_int_equal(election_add_option(election, &entry, &option), ERR_OK);
    add_option(election, "x", 999999999);
    add_votes(election, 0, 3);
    result = count_greedy(election, TALLY_TIE_ID);
    assert_funded(election, &result, "x");
    assert_int_equal(result.outcomes[0].reason, TALLY_WITHDRAWN);
    assert_int_equal(result.round_count, 1);
    tally_result_release(&result);
    election_free(election);
}

static void an_election_without_a_budget_is_not_counted(void **state)
{
    const struct tally_method method = {.rule = TALLY_GREEDY};
    struct election *election = NULL;
    struct tally_result result = {.option_count = 7};

    (void)state;
    assert_int_equal(election_new(ELECTION_APPROVAL, true, &election), ERR_OK);
    assert_int_equal(tally_run(election, &method, &result), ERR_CONFLICT);
    assert_int_equal(result.option_count, 7);
    election_free(election);
}

static void an_election_of_nothing_funds_nothing(void **state)
{
    struct election *election = new_election(ELECTION_APPROVAL, 0);
    struct tally_result result;

    (void)state;
    result = count_greedy(election, TALLY_TIE_ID);
    assert_int_equal(result.funded_count, 0);
    assert_int_equal(result.left_over, 0);
    tally_result_release(&result);
    election_free(election);
}

/* Three options of one score, of which money is there for some: listed b10, b9, a. */
static struct election *tied_election(int64_t budget)
{
    struct election *election = new_election(ELECTION_APPROVAL, budget);

    add_option(election, "b10", 30);
    add_option(election, "b9", 20);
    add_option(election, "a", 40);
    for (uint32_t option = 0; option < 3; option++) {
        add_votes(election, option, 2);
    }
    return election;
}

static void each_tie_rule_puts_equal_scores_in_its_own_order(void **state)
{
    struct election *election = tied_election(90);
    struct tally_result result;

    (void)state;
    result = count_greedy(election, TALLY_TIE_ID);
    assert_funded(election, &result, "a b10 b9");
    tally_result_release(&result);
    result = count_greedy(election, TALLY_TIE_LISTED_ORDER);
    assert_funded(election, &result, "b10 b9 a");
    tally_result_release(&result);
    result = count_greedy(election, TALLY_TIE_LOWEST_COST_THEN_VOTES);
    assert_funded(election, &result, "b9 b10 a");
    assert_int_equal(result.tie_count, 1);
    assert_false(result.ties[0].decisive);
    tally_result_release(&result);
    election_free(election);
}

static void a_tie_that_money_cannot_settle_is_decisive_and_names_what_decided_it(void **state)
{
    struct election *election = tied_election(50);
    struct tally_result result;

    (void)state;
    result = count_greedy(election, TALLY_TIE_LOWEST_COST_THEN_VOTES);
    assert_funded(election, &result, "b9 b10");
    assert_int_equal(result.tie_count, 1);
    assert_int_equal(result.ties[0].count, 3);
    assert_int_equal(result.ties[0].score, 2);
    assert_true(result.ties[0].decisive);
    assert_int_equal(result.ties[0].decided_by, 1u << TALLY_BY_COST);
    assert_int_equal(result.tie_options[0], 1);
    assert_int_equal(result.tie_options[1], 0);
    assert_int_equal(result.tie_options[2], 2);
    tally_result_release(&result);
    result = count_greedy(election, TALLY_TIE_ID);
    assert_funded(election, &result, "a");
    assert_int_equal(result.ties[0].decided_by, 1u << TALLY_BY_ID);
    tally_result_release(&result);
    election_free(election);
}

static void options_that_do_not_fit_are_no_part_of_a_tie(void **state)
{
    struct election *election = tied_election(35);
    struct tally_result result;

    (void)state;
    result = count_greedy(election, TALLY_TIE_ID);
    assert_funded(election, &result, "b10");
    assert_int_equal(result.tie_count, 1);
    assert_int_equal(result.ties[0].count, 2);
    tally_result_release(&result);
    election_free(election);

    election = tied_election(25);
    result = count_greedy(election, TALLY_TIE_ID);
    assert_funded(election, &result, "b9");
    assert_int_equal(result.tie_count, 0);
    tally_result_release(&result);
    election_free(election);
}

static void equal_cost_falls_to_more_votes_and_then_to_the_id(void **state)
{
    struct election *election = new_election(ELECTION_CUMULATIVE, 10);
    struct election_choice choice = {.points = {.units = 2}};
    struct tally_result result;

    (void)state;
    add_option(election, "z", 10);
    add_option(election, "y", 10);
    add_option(election, "x", 10);
    /* Two points each; z from two voters, the others from one. */
    choice.option = 1;
    assert_int_equal(election_add_vote(election, &choice, 1), ERR_OK);
    choice.option = 2;
    assert_int_equal(election_add_vote(election, &choice, 1), ERR_OK);
    choice = (struct election_choice){.option = 0, .points = {.units = 1}};
    assert_int_equal(election_add_vote(election, &choice, 1), ERR_OK);
    assert_int_equal(election_add_vote(election, &choice, 1), ERR_OK);
    result = count_greedy(election, TALLY_TIE_LOWEST_COST_THEN_VOTES);
    assert_funded(election, &result, "z");
    assert_int_equal(result.ties[0].decided_by, 1u << TALLY_BY_VOTES | 1u << TALLY_BY_ID);
    assert_int_equal(result.tie_options[1], 2);
    tally_result_release(&result);
    election_free(election);
}

static void ids_are_ordered_by_their_bytes(void **state)
{
    struct election *election = new_election(ELECTION_APPROVAL, 5);
    struct tally_result result;

    (void)state;
    add_option(election, "나", 1);
    add_option(election, "é", 1);
    add_option(election, "10", 1);
    add_option(election, "9", 1);
    add_option(election, "1", 1);
    result = count_greedy(election, TALLY_TIE_ID);
    assert_funded(election, &result, "1 10 9 é 나");
    tally_result_release(&result);
    election_free(election);
}

static void borda_gives_k_to_the_first_of_a_list_of_k(void **state)
{
    struct election *election = new_election(ELECTION_ORDINAL, 1);
    const struct election_choice three[] = {{.option = 2}, {.option = 0}, {.option = 1}};
    const struct election_choice one[] = {{.option = 0}};
    const struct election_choice twice[] = {{.option = 1}, {.option = 1}, {.option = 2}};
    struct tally_result result;

    (void)state;
    add_option(election, "a", 1);
    add_option(election, "b", 1);
    add_option(election, "c", 1);
    assert_int_equal(election_add_vote(election, three, 3), ERR_OK);
    assert_int_equal(election_add_vote(election, one, 1), ERR_OK);
    assert_int_equal(election_add_vote(election, twice, 3), ERR_OK);
    result = count_greedy(election, TALLY_TIE_ID);
    assert_int_equal(result.outcomes[0].score, 2 + 1);
    assert_int_equal(result.outcomes[1].score, 1 + 2);
    assert_int_equal(result.outcomes[2].score, 3 + 1);
    assert_funded(election, &result, "c");
    tally_result_release(&result);
    election_free(election);
}

static void an_unnamed_option_of_a_scoring_vote_has_the_default_score(void **state)
{
    struct election *election = new_election(ELECTION_SCORING, 1);
    const struct election_choice choice = {.option = 0, .points = {.units = -15, .scale = 1}};
    struct tally_result result;

    (void)state;
    add_option(election, "a", 1);
    add_option(election, "b", 1);
    assert_int_equal(election_set_default_score(election, (struct decimal){-1, 0}), ERR_OK);
    assert_int_equal(election_add_vote(election, &choice, 1), ERR_OK);
    assert_int_equal(election_add_vote(election, NULL, 0), ERR_OK);
    result = count_greedy(election, TALLY_TIE_ID);
    assert_int_equal(result.score_scale, 1);
    assert_int_equal(result.outcomes[0].score, -25);
    assert_int_equal(result.outcomes[1].score, -20);
    assert_funded(election, &result, "b");
    tally_result_release(&result);
    election_free(election);
}

static void a_score_that_does_not_fit_is_refused(void **state)
{
    const struct tally_method method = {.rule = TALLY_GREEDY};
    struct election *election = new_election(ELECTION_SCORING, 1);
    struct tally_result result;

    (void)state;
    add_option(election, "a", 1);
    assert_int_equal(election_set_default_score(election, (struct decimal){INT64_MAX, 0}), ERR_OK);
    assert_int_equal(election_add_vote(election, NULL, 0), ERR_OK);
    assert_int_equal(tally_run(election, &method, &result), ERR_OK);
    tally_result_release(&result);
    assert_int_equal(election_add_vote(election, NULL, 0), ERR_OK);
    assert_int_equal(tally_run(election, &method, &result), ERR_FULL);
    election_free(election);
}

static void names_are_found_as_they_are_spelt_and_in_no_other_way(void **state)
{
    enum tally_rule rule = TALLY_RULE_COUNT;
    enum tally_tie_rule tie = TALLY_TIE_RULE_COUNT;

    (void)state;
    assert_int_equal(tally_rule_find("greedy", &rule), ERR_OK);
    assert_int_equal(rule, TALLY_GREEDY);
    assert_int_equal(tally_rule_find("Greedy", &rule), ERR_NOT_FOUND);
    for (int i = 0; i < TALLY_TIE_RULE_COUNT; i++) {
        assert_int_equal(tally_tie_rule_find(tally_tie_rule_name((enum tally_tie_rule)i), &tie),
                         ERR_OK);
        assert_int_equal(tie, i);
    }
    assert_int_equal(tally_tie_rule_find("", &tie), ERR_NOT_FOUND);
}

/* A random election as plain numbers, so that it can be built again in another order. */
struct plan {
    uint32_t options;
    uint32_t votes;
    int64_t budget;
    int64_t costs[OPTIONS_MAX];
    bool named[VOTES_MAX][OPTIONS_MAX];
};

static void make_plan(uint64_t *random, struct plan *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->options = 1 + (uint32_t)(help_random(random) % OPTIONS_MAX);
    ret->votes = (uint32_t)(help_random(random) % VOTES_MAX);
    ret->budget = (int64_t)(help_random(random) % 200);
    for (uint32_t i = 0; i < ret->options; i++) {
        ret->costs[i] = (int64_t)(help_random(random) % 60);
    }
    for (uint32_t vote = 0; vote < ret->votes; vote++) {
        for (uint32_t i = 0; i < ret->options; i++) {
            ret->named[vote][i] = help_random(random) % 5 == 0;
        }
    }
}

static void shuffle(uint64_t *random, uint32_t *numbers, uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = (uint32_t)(help_random(random) % i);
        uint32_t kept = numbers[i - 1];

        numbers[i - 1] = numbers[j];
        numbers[j] = kept;
    }
}

/* Builds the plan; with random, its options and votes in another order. Ids follow the plan. */
static struct election *build(const struct plan *plan, uint64_t *random)
{
    struct election *election = new_election(ELECTION_APPROVAL, plan->budget);
    uint32_t options[OPTIONS_MAX];
    uint32_t votes[VOTES_MAX];

    for (uint32_t i = 0; i < plan->options; i++) {
        options[i] = i;
    }
    for (uint32_t i = 0; i < plan->votes; i++) {
        votes[i] = i;
    }
    if (random != NULL) {
        shuffle(random, options, plan->options);
        shuffle(random, votes, plan->votes);
    }
    for (uint32_t i = 0; i < plan->options; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "o%u", options[i]);
        add_option(election, id, plan->costs[options[i]]);
    }
    for (uint32_t v = 0; v < plan->votes; v++) {
        struct election_choice choices[OPTIONS_MAX];
        size_t count = 0;

        for (uint32_t i = 0; i < plan->options; i++) {
            if (plan->named[votes[v]][options[i]]) {
                choices[count++].option = i;
            }
        }
        assert_int_equal(election_add_vote(election, choices, count), ERR_OK);
    }
    return election;
}

static void the_budget_holds_and_nothing_left_unfunded_fits(void **state)
{
    uint64_t random = help_seed();

    (void)state;
    for (int run = 0; run < RANDOM_ELECTIONS; run++) {
        struct election *election;
        struct tally_result result;
        struct plan plan;
        int64_t total = 0;

        make_plan(&random, &plan);
        election = build(&plan, NULL);
        result = count_greedy(election, (enum tally_tie_rule)(run % TALLY_TIE_DRAWN));
        for (uint32_t i = 0; i < result.option_count; i++) {
            int64_t cost = election_option(election, i)->cost;

            total += result.outcomes[i].funded ? cost : 0;
            assert_true(result.outcomes[i].funded || cost > result.left_over);
            assert_int_equal(result.outcomes[i].funded, result.outcomes[i].reason == TALLY_FUNDED);
        }
        assert_int_equal(total, result.total_cost);
        assert_true(total <= plan.budget);
        assert_int_equal(result.left_over, plan.budget - total);
        tally_result_release(&result);
        election_free(election);
    }
}

/* Greedy done the slow way: again and again the best option that was not looked at yet. */
static void greedy_agrees_with_doing_it_by_hand(void **state)
{
    uint64_t random = help_seed();

    (void)state;
    for (int run = 0; run < RANDOM_ELECTIONS; run++) {
        bool seen[OPTIONS_MAX] = {false};
        struct election *election;
        struct tally_result result;
        struct plan plan;
        int64_t left;

        make_plan(&random, &plan);
        left = plan.budget;
        election = build(&plan, NULL);
        result = count_greedy(election, TALLY_TIE_LISTED_ORDER);
        for (uint32_t turn = 0; turn < plan.options; turn++) {
            uint32_t best = 0;
            int most = -1;

            for (uint32_t i = 0; i < plan.options; i++) {
                int votes = 0;

                for (uint32_t v = 0; v < plan.votes; v++) {
                    votes += plan.named[v][i] ? 1 : 0;
                }
                if (!seen[i] && votes > most) {
                    best = i;
                    most = votes;
                }
            }
            assert_true(most >= 0);
            seen[best] = true;
            assert_int_equal(result.outcomes[best].score, most);
            assert_int_equal(result.outcomes[best].funded, plan.costs[best] <= left);
            left -= plan.costs[best] <= left ? plan.costs[best] : 0;
        }
        tally_result_release(&result);
        election_free(election);
    }
}

/* Everything but the list of options, which stands in the listed order. */
static void write_without_options(const struct election *election,
                                  const struct tally_result *result, struct text *text)
{
    struct text whole;
    const char *options;
    const char *rounds;

    text_init(&whole, TALLY_JSON_LENGTH_MAX);
    tally_json_write(election, result, &whole);
    assert_int_equal(text_err(&whole), ERR_OK);
    options = strstr(text_bytes(&whole), "\"options\":[{\"id\"");
    rounds = strstr(text_bytes(&whole), "\"rounds\":");
    assert_non_null(options);
    assert_non_null(rounds);
    text_add_bytes(text, text_bytes(&whole), (size_t)(options - text_bytes(&whole)));
    text_add(text, rounds);
    text_release(&whole);
}

static void the_order_of_votes_and_options_changes_nothing_that_a_tie_rule_decides(void **state)
{
    static const enum tally_tie_rule rules[] = {TALLY_TIE_ID, TALLY_TIE_LOWEST_COST_THEN_VOTES};

    uint64_t random = help_seed();

    (void)state;
    for (int run = 0; run < RANDOM_ELECTIONS; run++) {
        struct plan plan;

        make_plan(&random, &plan);
        for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
            struct election *first = build(&plan, NULL);
            struct election *second = build(&plan, &random);
            struct tally_result left = count_greedy(first, rules[i]);
            struct tally_result right = count_greedy(second, rules[i]);
            struct text left_text;
            struct text right_text;

            text_init(&left_text, TALLY_JSON_LENGTH_MAX);
            text_init(&right_text, TALLY_JSON_LENGTH_MAX);
            write_without_options(first, &left, &left_text);
            write_without_options(second, &right, &right_text);
            assert_string_equal(text_bytes(&left_text), text_bytes(&right_text));
            text_release(&left_text);
            text_release(&right_text);
            tally_result_release(&left);
            tally_result_release(&right);
            election_free(first);
            election_free(second);
        }
    }
}

static bool same_funded(const struct election *left_election, const struct tally_result *left,
                        const struct election *right_election, const struct tally_result *right)
{
    for (uint32_t i = 0; i < left->option_count; i++) {
        const char *id = election_option(left_election, i)->id;
        uint32_t option;

        assert_int_equal(election_find_option(right_election, id, strlen(id), &option), ERR_OK);
        if (left->outcomes[i].funded != right->outcomes[option].funded) {
            return false;
        }
    }
    return true;
}

static bool any_decisive(const struct tally_result *result)
{
    bool decisive = false;

    for (uint32_t i = 0; i < result->tie_count; i++) {
        decisive = decisive || result->ties[i].decisive;
    }
    return decisive;
}

/* Listed order is the one rule that sees the order: it may change winners, and then says so. */
static void another_listed_order_changes_winners_only_where_a_decisive_tie_is_declared(void **state)
{
    uint64_t random = help_seed();
    int changed = 0;

    (void)state;
    for (int run = 0; run < RANDOM_ELECTIONS; run++) {
        struct election *first;
        struct election *second;
        struct tally_result left;
        struct tally_result right;
        struct plan plan;

        make_plan(&random, &plan);
        first = build(&plan, NULL);
        second = build(&plan, &random);
        left = count_greedy(first, TALLY_TIE_LISTED_ORDER);
        right = count_greedy(second, TALLY_TIE_LISTED_ORDER);
        if (!same_funded(first, &left, second, &right)) {
            changed++;
            assert_true(any_decisive(&left));
            assert_true(any_decisive(&right));
        }
        tally_result_release(&left);
        tally_result_release(&right);
        election_free(first);
        election_free(second);
    }
    assert_true(changed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greedy_takes_what_fits_and_skips_what_does_not),
        cmocka_unit_test(an_option_with_no_votes_is_funded_when_it_fits),
        cmocka_unit_test(a_unanimous_option_costing_exactly_the_budget_is_funded),
        cmocka_unit_test(a_withdrawn_option_is_never_funded_however_large_the_budget),
        cmocka_unit_test(an_election_without_a_budget_is_not_counted),
        cmocka_unit_test(an_election_of_nothing_funds_nothing),
        cmocka_unit_test(each_tie_rule_puts_equal_scores_in_its_own_order),
        cmocka_unit_test(a_tie_that_money_cannot_settle_is_decisive_and_names_what_decided_it),
        cmocka_unit_test(options_that_do_not_fit_are_no_part_of_a_tie),
        cmocka_unit_test(equal_cost_falls_to_more_votes_and_then_to_the_id),
        cmocka_unit_test(ids_are_ordered_by_their_bytes),
        cmocka_unit_test(borda_gives_k_to_the_first_of_a_list_of_k),
        cmocka_unit_test(an_unnamed_option_of_a_scoring_vote_has_the_default_score),
        cmocka_unit_test(a_score_that_does_not_fit_is_refused),
        cmocka_unit_test(names_are_found_as_they_are_spelt_and_in_no_other_way),
        cmocka_unit_test(the_budget_holds_and_nothing_left_unfunded_fits),
        cmocka_unit_test(greedy_agrees_with_doing_it_by_hand),
        cmocka_unit_test(the_order_of_votes_and_options_changes_nothing_that_a_tie_rule_decides),
        cmocka_unit_test(
            another_listed_order_changes_winners_only_where_a_decisive_tie_is_declared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
