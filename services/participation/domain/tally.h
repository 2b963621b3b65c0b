/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting: an election and a method in, a result out.
 *
 * The service, the operator's command and the verifier count with this code
 * and no other. A rule is one function in the table of tally.c; it sees the
 * election, fills the result, and decides everything with exact integers.
 * It must never know a clock, a random number or who voted.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "participation/domain/election.h"
#include "runtime/err.h"

/* Which options win. Names are those of the frozen definition: "greedy". */
enum tally_rule {
    TALLY_GREEDY,
    TALLY_RULE_COUNT,
};

/* What a funded option is worth to those who named it. Names: "cost". */
enum tally_satisfaction {
    TALLY_SATISFACTION_COST,
    TALLY_SATISFACTION_COUNT,
};

/* What follows a rule that leaves money over. Names: "none". */
enum tally_completion {
    TALLY_COMPLETION_NONE,
    TALLY_COMPLETION_COUNT,
};

/* How options that stand equal are put in order. */
enum tally_tie_rule {
    TALLY_TIE_LOWEST_COST_THEN_VOTES, /* "lowest-cost-then-votes": cheaper, more votes, then id */
    TALLY_TIE_ID,                     /* "id": by the bytes of the id */
    TALLY_TIE_LISTED_ORDER,           /* "listed-order": as the ballot lists them */
    TALLY_TIE_RULE_COUNT,
};

struct tally_method {
    enum tally_rule rule;
    enum tally_satisfaction satisfaction;
    enum tally_completion completion;
    enum tally_tie_rule tie;
};

/* Why an option is funded or not. */
enum tally_reason {
    TALLY_FUNDED,      /* "funded" */
    TALLY_OVER_BUDGET, /* "over-budget": it costs more than the whole budget */
    TALLY_OVER_LEFT,   /* "over-left": it cost more than what was left at its turn */
    TALLY_WITHDRAWN,   /* "withdrawn": listed, and never considered */
    TALLY_REASON_COUNT,
};

/* What happened to one option; they stand in the listed order. */
struct tally_outcome {
    int64_t score; /* units of 10^-score_scale */
    bool funded;
    enum tally_reason reason;
};

/* One step of the rule: an option's turn. left_over is what remains after it. */
struct tally_round {
    uint32_t option;
    bool funded;
    int64_t left_over;
};

/* What can tell apart two options of one score; a bit each in tally_tie.decided_by. */
enum tally_criterion {
    TALLY_BY_COST,         /* "cost" */
    TALLY_BY_VOTES,        /* "votes" */
    TALLY_BY_ID,           /* "id" */
    TALLY_BY_LISTED_ORDER, /* "listed-order" */
    TALLY_CRITERION_COUNT,
};

/*
 * A tie that was met: options of one score that each still fit when the
 * first of them had its turn, in the order the tie rule gave them. They are
 * count elements of tie_options from first. decisive says that they did not
 * all fit together, so that another order would fund other options.
 */
struct tally_tie {
    uint32_t first;
    uint32_t count;
    int64_t score;
    unsigned decided_by;
    bool decisive;
};

/*
 * A result. Arrays belong to it; options are numbers of the election. Under
 * greedy there is a round for every option that is not withdrawn, in the
 * order of their turns, and no endowment (money is not split among voters).
 */
struct tally_result {
    struct tally_method method;
    unsigned money_scale;
    unsigned score_scale;
    int64_t budget;
    int64_t total_cost;
    int64_t left_over;
    struct tally_outcome *outcomes;
    uint32_t option_count;
    uint32_t *funded; /* in the order they were funded */
    uint32_t funded_count;
    struct tally_round *rounds;
    uint32_t round_count;
    struct tally_tie *ties;
    uint32_t tie_count;
    uint32_t *tie_options;
    uint32_t tie_option_count;
};

/* Names as the frozen definition, the command line and the JSON spell them. Static. */
const char *tally_rule_name(enum tally_rule rule);
const char *tally_satisfaction_name(enum tally_satisfaction satisfaction);
const char *tally_completion_name(enum tally_completion completion);
const char *tally_tie_rule_name(enum tally_tie_rule tie);
const char *tally_reason_name(enum tally_reason reason);
const char *tally_criterion_name(enum tally_criterion criterion);

/* The rule or tie rule of that name; ERR_NOT_FOUND when there is none. */
ERR_CHECKED enum err tally_rule_find(const char *name, enum tally_rule *ret);
ERR_CHECKED enum err tally_tie_rule_find(const char *name, enum tally_tie_rule *ret);

/* Whether the rule reads single votes, so that the election must keep them. */
bool tally_rule_needs_votes(enum tally_rule rule);

/*
 * The score of an option and the scale of every score: votes for approval
 * and choose-1; points for cumulative and scoring (an unnamed option of a
 * scoring vote has the default score); Borda for ordinal, where a list of k
 * options gives k to the first, k - 1 to the next, down to 1.
 * ERR_FULL when the sum does not fit.
 */
ERR_CHECKED enum err tally_score(const struct election *election, uint32_t option, int64_t *ret);
unsigned tally_score_scale(const struct election *election);

/*
 * Counts the election by the method. The result belongs to the caller, who
 * releases it; it does not refer to the election.
 *
 * ERR_CONFLICT  the election has no budget, or the rule needs votes that
 *               this election did not keep.
 * ERR_FULL      a score does not fit, or there is no memory.
 */
ERR_CHECKED enum err tally_run(const struct election *election, const struct tally_method *method,
                               struct tally_result *ret);

/* Frees the arrays. Takes NULL and a result made of zeros. */
void tally_result_release(struct tally_result *result);

#endif
