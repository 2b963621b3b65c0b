/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the recount share: the votes in classes, what a rule works
 * on, and what comes out of it. Nothing else may include it.
 *
 * Options are indices from 0 here: the option of number n is n - 1.
 */
#ifndef HYEOPCHI_VERIFY_RECOUNT_INTERNAL_H
#define HYEOPCHI_VERIFY_RECOUNT_INTERNAL_H

#include <gmp.h>

#include "verify/choice.h"
#include "verify/recount.h"

#define OPTIONS_MAX DEFINITION_OPTIONS_MAX

/* A turn or a way out by shares each, once more by the fill, and the partial fit. */
#define ROUNDS_MAX (2 * OPTIONS_MAX + 1)

/* Votes that say the same. */
struct vote_class {
    size_t first; /* of its choices */
    uint32_t count;
    size_t part; /* of channels, where they are weighed; else 0 */
    int64_t votes;
};

/* Every channel by itself, and a jury. */
#define PARTS_MAX (DEFINITION_CHANNEL_PARTS_MAX + 1)

/* What is weighed against other parts. */
struct part {
    int64_t weight;
    int64_t votes; /* of channels */
    int64_t scores[OPTIONS_MAX];
    int64_t highest;
};

/* A class that supports an option, and what the option is worth to each vote of it. */
struct supporter {
    uint32_t class;
    int64_t worth;
};

enum reason {
    REASON_NONE = 0, /* not decided yet */
    REASON_FUNDED,
    REASON_FUNDED_PARTLY,
    REASON_OVER_BUDGET,
    REASON_OVER_LEFT,
    REASON_BELOW_THRESHOLD,
    REASON_STOPPED,
    REASON_NO_SUPPORTERS,
    REASON_SUPPORTERS_SHORT,
    REASON_INCOMPATIBLE,
    REASON_OVER_AREA_CAP,
    REASON_OVER_FIELD_CAP,
    REASON_QUORUM_MISSED,
    REASON_END,
};

enum step {
    STEP_TURN = 0,
    STEP_SHARES,
    STEP_LOAD,
    STEP_FILL,
    STEP_PARTIAL_FIT,
    STEP_END,
};

/* Bits in the order in which the JSON names them. */
enum criterion {
    BY_COST = 1,
    BY_VOTES = 2,
    BY_ID = 4,
    BY_LISTED_ORDER = 8,
    BY_DRAWN = 16,
    BY_LOT = 32,
};

struct round {
    enum step step;
    uint32_t option;
    bool funded;
    int64_t left_over;
    int64_t supporters;
    int64_t spent;
};

/* Options that stood equal: count of tied_options from first. */
struct tie {
    enum step step;
    size_t first;
    size_t count;
    size_t rounds_before;
};

/* What a rule came to. It holds memory of its own: outcome_init, outcome_free. */
struct outcome {
    enum reason reasons[OPTIONS_MAX];
    uint32_t funded[OPTIONS_MAX]; /* in the order of funding */
    size_t funded_count;
    int64_t left_over;
    int64_t granted[OPTIONS_MAX]; /* to options funded partly */
    struct round rounds[ROUNDS_MAX];
    size_t round_count;
    struct tie ties[ROUNDS_MAX];
    size_t tie_count;
    uint32_t *tied_options;
    size_t tied_count;
    size_t tied_room;
    mpq_t endowment;
    bool has_endowment;
    int64_t area_spent[DEFINITION_CAPS_MAX];
    int64_t field_spent[DEFINITION_CAPS_MAX];
};

struct recount {
    const struct definition *definition;
    struct choice *choices; /* of all classes, one class behind the other */
    size_t choice_count;
    size_t choice_room;
    struct vote_class *classes;
    size_t class_count;
    size_t class_room;
    uint32_t *table; /* classes by their hash: class + 1, or 0 where there is none */
    size_t table_size;
    int64_t votes;              /* cast in all, empty ones too */
    int64_t named[OPTIONS_MAX]; /* votes that name the option */
    int64_t scores[OPTIONS_MAX];
    size_t places[OPTIONS_MAX];   /* in the order that the tie rule puts all options in */
    struct supporter *supporters; /* of option o: from starts[o] up to ends[o] */
    size_t starts[OPTIONS_MAX];
    size_t ends[OPTIONS_MAX];
    bool has_jury;
    int64_t jury[OPTIONS_MAX];    /* what the jury gave, in hundredths */
    struct part parts[PARTS_MAX]; /* all votes or those of channels, then a jury's scores */
    size_t part_count;            /* 0: nothing is weighed */
    bool has_electorate;
    int64_t electorate;
    int64_t invalid; /* who voted with a vote that does not count: of the quorum only */
    int64_t quorum;  /* voters needed by number and share together; 0: none */
    struct span seed;
    recount_progress_fn *progress;
    void *progress_context;
    uint64_t runs;
    bool every_step;         /* for tests: passes over no endowment */
    struct outcome *outcome; /* the result */
    bool quorum_missed;
    bool compared;
    bool greedy_wins;
    int64_t prefer_greedy;
    int64_t prefer_shares;
    char *json;
    size_t json_length;
};

/* What the rules share (recount_outcome.c). */

/* An outcome with nothing funded, all of the budget left; NULL without memory. */
struct outcome *outcome_new(const struct recount *recount);
void outcome_free(struct outcome *outcome);

/* Why a limit keeps the option from getting cost_krw as things stand (incompatible, then the caps of its
 * area and field), or REASON_NONE. */
enum reason outcome_limit(const struct recount *recount, const struct outcome *outcome,
                          uint32_t option, int64_t cost_krw);

/* The same of its whole cost. */
enum reason outcome_limit_whole(const struct recount *recount, const struct outcome *outcome,
                                uint32_t option);

/* Why an option that is not limited cannot be paid from what is left, or REASON_NONE when it can. */
enum reason outcome_fit(const struct recount *recount, const struct outcome *outcome,
                        uint32_t option);

/* What the option can be funded with at its turn, in *ret_krw: its whole cost, or what is to be had of it
 * when that may be adjusted so far; else why it cannot be. A limit comes before the money. */
enum reason outcome_offer(const struct recount *recount, const struct outcome *outcome,
                          uint32_t option, int64_t *ret_krw);

/* Whether a reason is a limit's. */
bool reason_is_limit(enum reason reason);

/* Funds an option with cost_krw, which counts in its caps too. With this left_over may become negative:
 * equal shares may spend more than the budget, and is then thrown away. */
void outcome_fund(const struct recount *recount, struct outcome *outcome, uint32_t option,
                  int64_t cost_krw);

bool outcome_is_funded(const struct outcome *outcome, uint32_t option);

/* Adds a round; the caller has brought left_over up to date. */
struct round *outcome_round(struct outcome *outcome, enum step step, uint32_t option, bool funded);

/* Adds a tie met before the next round, its options in the order of their places. By shares and load one
 * among some of the last tie's options is not repeated. */
enum recount_err outcome_tie(const struct recount *recount, struct outcome *outcome, enum step step,
                             const uint32_t *options, size_t count);

/* Sorts options by their places. */
void recount_sort_places(const struct recount *recount, uint32_t *options, size_t count);

/* Fills in places, and says which criteria put options of this order apart (recount_order.c). */
enum recount_err recount_order(struct recount *recount);
unsigned recount_decided_by(const struct recount *recount, const uint32_t *options, size_t count);

/* Fills in named and scores (recount.c). */
void recount_scores(struct recount *recount);

/* Adds to named and scores, by option, what the votes of one part of channels give; returns how many there
 * are. */
#define RECOUNT_EVERY_PART SIZE_MAX

int64_t recount_add_up(const struct recount *recount, size_t part, int64_t *named, int64_t *scores);

/* Fills in the parts, once scores are there (recount_parts.c). */
void recount_weigh(struct recount *recount);

/* What turns go by: the score, or with parts the combined score in units that all options have in common. */
void recount_rank(const struct recount *recount, uint32_t option, mpz_t ret);

/* A part of a combined score, and their sum. */
void recount_part(const struct recount *recount, uint32_t option, size_t part, mpq_t ret);
void recount_combined(const struct recount *recount, uint32_t option, mpq_t ret);

/* Which classes support which option, by points or by naming it (recount.c). */
enum recount_err recount_support(struct recount *recount, bool by_points);

/* The rules. Each adds to an outcome that is new, or (turns, for what is left over) that has things
 * funded already. by_rate: score / cost in place of score. */
enum recount_err recount_turns(struct recount *recount, struct outcome *outcome, enum step step,
                               bool by_rate);
void recount_partial_fit(const struct recount *recount, struct outcome *outcome);
enum recount_err recount_phragmen(struct recount *recount, struct outcome *outcome);

/* Equal shares with the completion's endowment, without its fill; *ret is the caller's. */
enum recount_err recount_shares(struct recount *recount, struct outcome **ret);

#endif
