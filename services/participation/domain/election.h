/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An election in memory: what a tally rule needs to know and nothing else.
 *
 * Options and votes are added one at a time, from a .pb file or from a
 * ballot's rows, and never taken away. Money has one scale for the whole
 * election and so do points: both grow by themselves when a finer number
 * comes in, so no number is ever rounded. It never knows who voted.
 * One election belongs to one thread at a time.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_ELECTION_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_ELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "participation/domain/decimal.h"
#include "runtime/err.h"

#define ELECTION_OPTIONS_MAX   16384
#define ELECTION_VOTES_MAX     10000000
#define ELECTION_CHOICES_MAX   100000000
#define ELECTION_ID_LENGTH_MAX 255
#define ELECTION_TEXT_MAX      67108864 /* bytes in all texts of all options together */
#define ELECTION_GROUPS_MAX    4        /* of votes that are added up apart */

/* `selected` of an option whose published outcome is not known. */
#define ELECTION_SELECTED_UNKNOWN (-1)

enum election_vote_type {
    ELECTION_APPROVAL,
    ELECTION_CHOOSE_1,
    ELECTION_CUMULATIVE,
    ELECTION_SCORING,
    ELECTION_ORDINAL,
    ELECTION_VOTE_TYPE_COUNT,
};

struct election;

/*
 * One option. Texts end in NUL and belong to the election. Its number is its
 * place in the listed order, from 0.
 */
struct election_option {
    const char *id;
    const char *name;     /* "" where there is none, and so below */
    const char *category; /* the field of work */
    const char *area;     /* the district or neighbourhood it is for */
    int64_t cost;         /* units of 10^-election_money_scale() */
    int64_t votes;        /* votes that name it */
    int64_t points;       /* their points together, units of 10^-election_points_scale() */
    int64_t borda;        /* ordinal only: k for the first of a list of k, k - 1 for the next */
    bool withdrawn;       /* listed, and never funded */
    int selected;         /* the outcome published with it, or ELECTION_SELECTED_UNKNOWN */
};

/* An option to add; the texts are copied, and those of NULL are taken as "". */
struct election_entry {
    const char *id;
    const char *name;
    const char *category;
    const char *area;
    struct decimal cost;
    bool withdrawn;
    int selected;
};

/* One line of a vote to add. The points of approval, choose-1 and ordinal votes are not looked at. */
struct election_choice {
    uint32_t option;
    struct decimal points;
};

/* What the votes of a group gave one option; as in struct election_option. */
struct election_sums {
    int64_t votes;
    int64_t points;
    int64_t borda;
};

/* A vote as it is kept: borrowed from the election until the next vote is added. */
struct election_vote {
    const uint32_t *options;
    const int64_t *points; /* NULL unless cumulative or scoring */
    size_t count;
};

/* "approval", "choose-1", "cumulative", "scoring" or "ordinal". Static. */
const char *election_vote_type_name(enum election_vote_type type);

/* The type of that name; ERR_NOT_FOUND when there is none. */
ERR_CHECKED enum err election_vote_type_find(const char *name, enum election_vote_type *ret);

/*
 * Makes an election without options and votes; the caller frees it. With
 * keep_votes false votes are counted and not kept: enough for greedy, which
 * looks at sums only, and as small as the list of options.
 * ERR_FULL when there is no memory.
 */
ERR_CHECKED enum err election_new(enum election_vote_type type, bool keep_votes,
                                  struct election **ret);

/* Frees the election with everything in it. Takes NULL. */
void election_free(struct election *election);

/*
 * Sets the budget. ERR_INVALID when it is negative; ERR_FULL when the money
 * of this election has no common scale that fits; nothing changes then.
 */
ERR_CHECKED enum err election_set_budget(struct election *election, struct decimal budget);

/* Sets the score of an option that a scoring vote does not name (0 unless set). Errors as above. */
ERR_CHECKED enum err election_set_default_score(struct election *election, struct decimal score);

/*
 * Adds an option behind the others and stores its number.
 *
 * ERR_INVALID   the id is empty or too long, or the cost negative.
 * ERR_CONFLICT  an option of that id is there.
 * ERR_FULL      a maximum is reached, or the costs have no common scale.
 */
ERR_CHECKED enum err election_add_option(struct election *election,
                                         const struct election_entry *entry, uint32_t *ret_option);

/*
 * Leaves only the first of several choices of one option, in place and in
 * order, and returns how many remain. Every option number must exist.
 */
size_t election_distinct(struct election *election, struct election_choice *choices, size_t count);

/*
 * Adds the votes up by groups too, 1 to ELECTION_GROUPS_MAX: once, behind the last option and before the
 * first vote. ERR_FULL when there is no memory.
 */
ERR_CHECKED enum err election_set_groups(struct election *election, uint32_t count);

/*
 * Adds one vote; an option named twice counts once, where it is named first. It is of no group; where there
 * are groups every vote is of one.
 *
 * ERR_INVALID  an option does not exist.
 * ERR_FULL     a maximum is reached, or a sum of points does not fit.
 *              After it the election's sums are not to be used.
 */
ERR_CHECKED enum err election_add_vote(struct election *election,
                                       const struct election_choice *choices, size_t count);

/* The same for a vote of this group, from 0 on; it must exist. */
ERR_CHECKED enum err election_add_vote_of(struct election *election, uint32_t group,
                                          const struct election_choice *choices, size_t count);

/* The number of the option with this id; ERR_NOT_FOUND when there is none. */
ERR_CHECKED enum err election_find_option(const struct election *election, const char *id,
                                          size_t length, uint32_t *ret_option);

/* Plain readers; an option's or vote's number must exist, a vote must have been kept. */
enum election_vote_type election_vote_type(const struct election *election);
bool election_has_budget(const struct election *election);
bool election_keeps_votes(const struct election *election);
int64_t election_budget(const struct election *election);
unsigned election_money_scale(const struct election *election);
unsigned election_points_scale(const struct election *election);
int64_t election_default_score(const struct election *election);
uint32_t election_option_count(const struct election *election);
const struct election_option *election_option(const struct election *election, uint32_t option);
uint32_t election_vote_count(const struct election *election);
struct election_vote election_vote(const struct election *election, uint32_t vote);
uint32_t election_group_count(const struct election *election);
uint32_t election_group_votes(const struct election *election, uint32_t group);
const struct election_sums *election_group_sums(const struct election *election, uint32_t group,
                                                uint32_t option);

#endif
