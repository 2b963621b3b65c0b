/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules themselves, one function each, and what they share. Only the
 * tally files include this header; everybody else calls tally_run().
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_RULES_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_RULES_H

#include "participation/domain/tally.h"
#include "participation/domain/wide.h"

/* Most options named in all ties of one result together. */
#define TALLY_TIE_OPTIONS_MAX 1048576

/* Rounds and ties a result has room for, by option: a turn, a way out, and a turn of the fill. */
#define TALLY_ROUNDS_PER_OPTION 4

/*
 * A rule. It comes with the method, budget and scores filled in and every
 * array long enough for what a rule can do; it fills in the rest. What it
 * leaves behind on failure the caller releases.
 */
typedef enum err tally_rule_fn(const struct election *election, struct tally_result *result);

/* By score, highest first, and its variants. */
tally_rule_fn tally_greedy;

/* The Method of Equal Shares with the method's completion. */
tally_rule_fn tally_equal_shares;

/* Options in the order of the load they would bring their supporters. */
tally_rule_fn tally_phragmen;

/* Equal shares or greedy, by which one more voters are better off with. */
tally_rule_fn tally_comparison;

/* Gives what is left over to the options not funded yet, by score. */
ERR_CHECKED enum err tally_fill(const struct election *election, struct tally_result *result);

/* The partial fit of the method, if it has one. */
ERR_CHECKED enum err tally_partial_fit(const struct election *election,
                                       struct tally_result *result);

/* An option with what its place in an order depends on. */
struct tally_place {
    uint32_t option;    /* also its place in the listed order */
    wide_signed score;  /* or the rank by parts */
    int64_t score_cost; /* scores stand for score / score_cost; 0 is below every cost */
    int64_t cost;
    int64_t votes;
    uint32_t drawn; /* its place in the order drawn, or TALLY_NOT_DRAWN */
    const char *id;
};

/* The place of an option, with the same score for all: only the tie rule tells them apart. */
struct tally_place tally_place_of(const struct election *election,
                                  const struct tally_method *method, uint32_t option);

/* Negative, zero or positive as the score of left comes before that of right. */
int tally_compare_scores(const struct tally_place *left, const struct tally_place *right);

/*
 * Sorts places by score, highest first, and equal scores by the tie rule.
 * The order is total: no two options can change places.
 */
void tally_sort(struct tally_place *places, uint32_t count, enum tally_tie_rule tie);

/* What put the first of two neighbours of one score in front of the second. */
enum tally_criterion tally_criterion_between(const struct tally_place *first,
                                             const struct tally_place *second,
                                             enum tally_tie_rule tie);

/* Stores for each option its place in the order of the tie rule; the caller frees it. */
ERR_CHECKED enum err tally_ranks(const struct election *election, const struct tally_method *method,
                                 uint32_t **ret);

/* Marks the option funded, and takes its cost, which must fit, from what is left. */
void tally_fund(struct tally_result *result, uint32_t option, int64_t cost);

/* Adds a round; its left_over is what the result says. */
void tally_note_round(struct tally_result *result, const struct tally_round *round);

/* What the options of a tie are judged by. */
struct tally_tie_note {
    const struct election *election;
    const uint32_t *ranks;
    enum tally_step step;
};

/* A tie by rate or load: begun, its options added, and put in order or forgotten if it is none. */
ERR_CHECKED enum err tally_tie_begin(struct tally_result *result);
ERR_CHECKED enum err tally_tie_add(struct tally_result *result, uint32_t option);
ERR_CHECKED enum err tally_tie_end(struct tally_result *result, const struct tally_tie_note *note);

/* Makes room for the options of ties; ERR_FULL when there is no more. */
ERR_CHECKED enum err tally_tie_reserve(struct tally_result *result, uint32_t count);

/* Takes back what a rule wrote, so that another can start on the same result. */
void tally_result_clear(struct tally_result *result);

#endif
