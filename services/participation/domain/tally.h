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

#include "participation/domain/decimal.h"
#include "participation/domain/election.h"
#include "participation/domain/tally_limits.h"
#include "runtime/err.h"

/* Which options win. Names are those of the frozen definition: "equal-shares". */
enum tally_rule {
    TALLY_GREEDY,           /* by score, skipping what does not fit */
    TALLY_GREEDY_NO_SKIP,   /* by score, ending at the first that does not fit */
    TALLY_GREEDY_THRESHOLD, /* greedy among those whose score reaches the threshold */
    TALLY_EQUAL_SHARES,     /* the Method of Equal Shares */
    TALLY_PHRAGMEN,         /* sequential Phragmén */
    TALLY_COMPARISON,       /* equal shares, unless more voters get more by greedy */
    TALLY_RULE_COUNT,
};

/*
 * What a funded option is worth to those who support it: "cost", "cardinality"
 * (1), "points". Greedy orders by score, and by score / cost for cardinality.
 */
enum tally_satisfaction {
    TALLY_SATISFACTION_COST,
    TALLY_SATISFACTION_CARDINALITY,
    TALLY_SATISFACTION_POINTS,
    TALLY_SATISFACTION_COUNT,
};

/*
 * What follows equal shares, which leaves money over. Every other rule takes "none" only. The runs of
 * add1, add1u and add1-exhaustive also end when every supported option is funded, or kept out by the
 * limits beside those funded: the last run is then kept. What fills up goes by score, never by score / cost.
 */
enum tally_completion {
    TALLY_COMPLETION_NONE, /* "none": the endowment is budget / voters, exactly */
    TALLY_COMPLETION_ADD1, /* "add1": from floor(budget / voters) up, until over budget */
    TALLY_COMPLETION_ADD1_EXHAUSTIVE, /* "add1-exhaustive": from budget / voters, until full */
    TALLY_COMPLETION_ADD1U,           /* "add1u": add1, and what is left over by score */
    TALLY_COMPLETION_UTILITARIAN,     /* "utilitarian": none, and what is left over by score */
    TALLY_COMPLETION_COUNT,
};

/* How options that stand equal are put in order. */
enum tally_tie_rule {
    TALLY_TIE_LOWEST_COST_THEN_VOTES, /* "lowest-cost-then-votes": cheaper, more votes, then id */
    TALLY_TIE_ID,                     /* "id": by the bytes of the id */
    TALLY_TIE_LISTED_ORDER,           /* "listed-order": as the ballot lists them */
    TALLY_TIE_DRAWN,                  /* "drawn": an order drawn in public, then id */
    TALLY_TIE_LOT,                    /* "lot": an order a published seed gives, then id */
    TALLY_TIE_RULE_COUNT,
};

/* Of an option that is not in the order that was drawn: behind all that are. */
#define TALLY_NOT_DRAWN UINT32_MAX

/*
 * The partial fit: when all is done, the first option that did not fit gets
 * what is left if that is at least numerator / denominator of its cost and the
 * limits admit it. denominator 0: there is none.
 */
struct tally_partial_fit {
    uint32_t numerator;
    uint32_t denominator;
};

/* Most that the weights of all parts add up to. */
#define TALLY_WEIGHT_MAX 100

#define TALLY_PARTS_MAX         5 /* every channel by itself, and a jury */
#define TALLY_PART_CHANNELS_MAX 4

/* What one part of a combined score is of. */
enum tally_part_of {
    TALLY_PART_VOTES,    /* all votes */
    TALLY_PART_CHANNELS, /* the votes of some channels: the election's group of the part's place */
    TALLY_PART_JURY,     /* a jury's scores */
};

struct tally_part {
    enum tally_part_of of;
    uint32_t weight; /* at least 1 */
    const char
        *channels[TALLY_PART_CHANNELS_MAX]; /* channels: their names; borrowed like the seed */
    uint32_t channel_count;
    unsigned scale;        /* jury: of the scores, units of 10^-scale */
    const int64_t *scores; /* jury: per option, none negative; borrowed like the seed */
};

/*
 * Parts that are weighed against each other: the residents' votes, all together or by the channels that
 * they came through, and a jury's scores. Of each part every option has its share of the highest that any
 * option has of it, and so much of the part's weight: the best by votes has all of the residents' weight
 * and the best by the jury all of the jury's, whatever the method, how many voted and how freely jurors
 * give points; a weight means the same for all. (Shares of the sum would shrink with the number of
 * options, and shares of the voters or of the points that could be given would let the part decide whose
 * scores happen to lie further apart.) Where no option has any of a part, nobody has any of its weight;
 * that leaves the order as it would be if the other parts shared that weight as they share the rest.
 *
 * Two or more: either all votes or channels, two or more of them unless there is a jury, and a jury last.
 */
struct tally_parts {
    struct tally_part list[TALLY_PARTS_MAX];
    uint32_t count;
};

/* A share of the electorate that must have voted for anything to be funded. denominator 0: none. */
struct tally_quorum_share {
    uint32_t numerator;
    uint32_t denominator;
    int64_t electorate; /* how many may vote */
};

struct tally_method {
    enum tally_rule rule;
    enum tally_satisfaction satisfaction;
    enum tally_completion completion;
    enum tally_tie_rule tie;
    struct tally_partial_fit partial_fit;
    struct decimal threshold; /* greedy-threshold: the least score that takes part */
    const uint32_t *order;    /* drawn and lot: per option its place; borrowed for the count */
    const char *seed;         /* lot: borrowed as long as the result is used */
    const struct tally_limits *limits; /* NULL: none; borrowed like the seed */
    int64_t quorum; /* so many must vote for anything to be funded; 0: no quorum */
    struct tally_quorum_share quorum_share; /* beside it: both must be met */
    int64_t
        invalid; /* who voted with a vote that does not count, as blank paper: of the quorum only */
    const struct tally_parts
        *parts; /* greedy and its variants; NULL: none; borrowed like the seed */
};

/*
 * Why an option is funded or not. By score and by load a limit that keeps it out is told before what
 * it costs (by load, the limit as it stands at the end); by shares when the limit came before its
 * supporters ran short. Else the first of these that is true, by
 * shares: withdrawn, no-supporters, over-budget, supporters-short; load: withdrawn, over-budget,
 * over-left, stopped.
 */
enum tally_reason {
    TALLY_FUNDED,        /* "funded" */
    TALLY_OVER_BUDGET,   /* "over-budget": it costs more than the whole budget */
    TALLY_OVER_LEFT,     /* "over-left": it cost more than what was left at its turn */
    TALLY_WITHDRAWN,     /* "withdrawn": listed, and never considered */
    TALLY_FUNDED_PARTLY, /* "funded-partly": it got what was left, by the partial fit or because its
                               cost may be adjusted */
    TALLY_BELOW_THRESHOLD,  /* "below-threshold": its score is too low to take part */
    TALLY_STOPPED,          /* "stopped": the rule had ended before its turn */
    TALLY_NO_SUPPORTERS,    /* "no-supporters": nobody it could be paid by */
    TALLY_SUPPORTERS_SHORT, /* "supporters-short": its supporters did not hold its cost */
    TALLY_INCOMPATIBLE,     /* "incompatible": an option that excludes it is funded */
    TALLY_OVER_AREA_CAP,    /* "over-area-cap": the cap of its area did not hold its cost */
    TALLY_OVER_FIELD_CAP,   /* "over-field-cap": the same of its field */
    TALLY_QUORUM_MISSED,    /* "quorum-missed": too few voted for anything to be funded */
    TALLY_REASON_COUNT,
};

/* What happened to one option; they stand in the listed order. */
struct tally_outcome {
    int64_t score;   /* units of 10^-score_scale */
    int64_t granted; /* what it gets when it is funded: its cost, or less when partly; else 0 */
    bool funded;
    enum tally_reason reason;
};

/* What kind of step a round is. */
enum tally_step {
    TALLY_STEP_TURN,    /* "turn": an option's turn by score */
    TALLY_STEP_SHARES,  /* "shares": its supporters pay for it, or no longer can */
    TALLY_STEP_LOAD,    /* "load": it bears the least load */
    TALLY_STEP_FILL,    /* "fill": a turn by score for what equal shares left over */
    TALLY_STEP_PARTIAL, /* "partial-fit": it gets what is left */
    TALLY_STEP_COUNT,
};

/* One step of the rule. left_over is what remains of the budget after it. */
struct tally_round {
    enum tally_step step;
    uint32_t option;
    bool funded;
    int64_t left_over;
    int64_t supporters; /* shares: voters who paid, or could not; load: voters who bear it */
    int64_t spent;      /* shares: voters who hold nothing afterwards */
    int64_t price;      /* for people, about: what one voter paid at most (by points: for one
                           point), or what the supporters held together when it was too little */
};

/* What can tell apart two options of one score; a bit each in tally_tie.decided_by. */
enum tally_criterion {
    TALLY_BY_COST,         /* "cost" */
    TALLY_BY_VOTES,        /* "votes" */
    TALLY_BY_ID,           /* "id" */
    TALLY_BY_LISTED_ORDER, /* "listed-order" */
    TALLY_BY_DRAWN,        /* "drawn" */
    TALLY_BY_LOT,          /* "lot" */
    TALLY_CRITERION_COUNT,
};

/*
 * A tie that was met, its options in the order the tie rule gave them. They
 * are count elements of tie_options from first.
 *
 * By score: options of one score (score / cost for cardinality) that each
 * still fit, and that the limits admitted, when the first of them had its turn. By shares or load: options of
 * one rate or load; a tie among some of the last tie's options is not repeated.
 * round is the number of rounds before it. decisive says that not all of them
 * are funded in the end (one funded partly is not), so that another order could fund others.
 */
struct tally_tie {
    enum tally_step step;
    uint32_t first;
    uint32_t count;
    uint32_t round;
    int64_t score; /* turn and fill: of the first */
    unsigned decided_by;
    bool decisive;
};

/* What equal shares gave each voter: numerator / denominator units of 10^-money_scale. */
struct tally_given {
    bool present;
    int64_t whole;
    uint32_t part;
    uint32_t divisor;
};

/* The comparison: how many voters have more funded options they named under each rule. */
struct tally_compared {
    bool present;
    bool greedy_wins;
    int64_t prefer_greedy;
    int64_t prefer_shares;
};

/*
 * A result. Arrays belong to it; options are numbers of the election. Under
 * greedy there is a round for every option that is not withdrawn, in the
 * order of their turns, and no endowment (money is not split among voters).
 * total_cost is what the funded options get. Where parts are weighed, tally_parts.h tells what options have
 * of each.
 */
struct tally_result {
    struct tally_method method;
    unsigned money_scale;
    unsigned score_scale;
    int64_t budget;
    int64_t total_cost;
    int64_t left_over;
    int64_t *part_scores;                  /* per part, per option; NULL without parts */
    int64_t part_highest[TALLY_PARTS_MAX]; /* of any option */
    int64_t part_votes[TALLY_PARTS_MAX];   /* of channels: how many votes */
    uint32_t *part_ranks; /* per option: higher is better, and equal where options stand equal */
    bool quorum_missed;
    struct tally_given endowment;
    struct tally_compared compared;
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
    uint32_t tie_option_capacity;
};

/* Names as the frozen definition, the command line and the JSON spell them. Static. */
const char *tally_rule_name(enum tally_rule rule);
const char *tally_satisfaction_name(enum tally_satisfaction satisfaction);
const char *tally_completion_name(enum tally_completion completion);
const char *tally_tie_rule_name(enum tally_tie_rule tie);
const char *tally_reason_name(enum tally_reason reason);
const char *tally_criterion_name(enum tally_criterion criterion);
const char *tally_step_name(enum tally_step step);

/* The value of that name; ERR_NOT_FOUND when there is none. */
ERR_CHECKED enum err tally_rule_find(const char *name, enum tally_rule *ret);
ERR_CHECKED enum err tally_satisfaction_find(const char *name, enum tally_satisfaction *ret);
ERR_CHECKED enum err tally_completion_find(const char *name, enum tally_completion *ret);
ERR_CHECKED enum err tally_tie_rule_find(const char *name, enum tally_tie_rule *ret);

/* Whether the rule reads single votes, so that the election must keep them. */
bool tally_rule_needs_votes(enum tally_rule rule);

/* How many voted, for the quorum: with those whose vote does not count. */
int64_t tally_quorum_voted(const struct election *election, const struct tally_method *method);

/* How many must vote by the quorum and its share together; 0: no quorum. */
int64_t tally_quorum_needed(const struct tally_method *method);

/* Whether the parts of the method belong together: only equal shares has a completion. */
bool tally_method_is_sound(const struct tally_method *method);

/*
 * The score of an option and the scale of every score: votes for approval
 * and choose-1; points for cumulative and scoring (an unnamed option of a
 * scoring vote has the default score); Borda for ordinal, where a list of k
 * options gives k to the first, k - 1 to the next, down to 1.
 * ERR_FULL when the sum does not fit.
 */
ERR_CHECKED enum err tally_score(const struct election *election, uint32_t option, int64_t *ret);

/* The same of the votes of one group alone. */
ERR_CHECKED enum err tally_group_score(const struct election *election, uint32_t group,
                                       uint32_t option, int64_t *ret);
unsigned tally_score_scale(const struct election *election);

/*
 * Counts the election by the method. The result belongs to the caller, who
 * releases it; it does not refer to the election.
 *
 * ERR_INVALID   the method is not sound, or its limits name an option that is
 *               not there, the same one twice in a group, or a cap twice.
 * ERR_CONFLICT  the election has no budget, or the rule needs votes or groups of
 *               votes that this election did not keep.
 * ERR_FULL      a score or an exact fraction does not fit, or there is no memory.
 * With parts also ERR_INVALID for a negative score of any of them.
 */
ERR_CHECKED enum err tally_run(const struct election *election, const struct tally_method *method,
                               struct tally_result *ret);

/* Frees the arrays. Takes NULL and a result made of zeros. */
void tally_result_release(struct tally_result *result);

#endif
