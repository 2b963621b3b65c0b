/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a definition may say beyond the method of voting and the rule of
 * counting: its terms. A ballot without any is as valid as one with all; each
 * term that is given is checked, frozen and counted with.
 *
 * Options are named by their numbers in the definition; 0 stands for an id
 * that the ballot does not have, which ballot_check refuses. This header must
 * never know how a term is written in JSON or in bytes.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOT_TERMS_H
#define HYEOPCHI_PARTICIPATION_BALLOT_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BALLOT_OPTION_MAX 1000     /* options of a ballot */
#define BALLOT_GROUP_MAX  200      /* groups of options that exclude each other */
#define BALLOT_NAMED_MAX  1000     /* options in all those groups together */
#define BALLOT_CAP_MAX    100      /* caps of areas, and as many of fields */
#define BALLOT_QUOTA_MAX  100      /* quotas of areas */
#define BALLOT_SHARE_MAX  1000000  /* of a denominator */
#define BALLOT_QUORUM_MAX 10000000 /* voters */

#define BALLOT_WEIGHT_WHOLE_MAX 100  /* what the weights of all parts add up to */
#define BALLOT_JURY_SCORE_MAX   1000 /* that one juror gives one option */
#define BALLOT_CHANNEL_PART_MAX 4    /* a channel each */

/* Longest area or field that has a cap, in bytes of UTF-8 without the NUL. */
#define BALLOT_CAP_NAME_MAX 96

/* Longest seed of a lot, in bytes of UTF-8 without the NUL. */
#define BALLOT_SEED_MAX 512

/* Of the tie rule drawn: every option once, the one drawn first in front. Empty: there is none. */
struct ballot_tie_order {
    uint16_t numbers[BALLOT_OPTION_MAX];
    size_t count;
};

/* The partial fit: the first option that does not fit is funded with what is left when that is at
 * least so much of its cost. Kept as it was given, not in lowest terms. */
struct ballot_share {
    bool present;
    uint32_t numerator;
    uint32_t denominator;
};

/* So many voters it takes, empty votes included, for anything to be funded. */
struct ballot_quorum {
    bool present;
    int64_t voters;
};

/* What the two parts of a score are scaled to before they are weighed; the number is part of the
 * canonical encoding. */
enum ballot_normalisation {
    BALLOT_NORMALISATION_MISSING = 0,
    BALLOT_NORMALISATION_HIGHEST = 1, /* the highest that any option has of that part */
    BALLOT_NORMALISATION_END,
};

/* Residents' votes and a jury's scores, each with its share of the whole: 50 and 50 of 100. */
struct ballot_jury {
    bool present;
    uint32_t resident_weight;
    uint32_t jury_weight;
    uint32_t whole;     /* what both must add up to */
    uint32_t max_score; /* that one juror can give one option */
    enum ballot_normalisation normalisation;
};

/* Channels whose votes are weighed together: a set of BALLOT_BIT(enum ballot_channel). */
struct ballot_channel_part {
    uint32_t channels;
    uint32_t weight;
};

/* What residents' votes weigh by the channel that they came through: each accepted channel in one part. */
struct ballot_channel_weights {
    struct ballot_channel_part parts[BALLOT_CHANNEL_PART_MAX];
    size_t count;   /* 0: every channel counts alike */
    uint32_t whole; /* what all parts add up to: with a jury its resident_weight */
    enum ballot_normalisation normalisation;
};

/* Options whose cost may be adjusted downwards: by place, the least that each can be carried out with; 0
 * where the cost is fixed. */
struct ballot_min_costs {
    int64_t krw[BALLOT_OPTION_MAX];
};

/* Groups of options of which at most one is funded, the better one. The numbers of group i stand in
 * front of ends[i], behind those of the group before it. */
struct ballot_groups {
    uint16_t numbers[BALLOT_NAMED_MAX];
    uint16_t ends[BALLOT_GROUP_MAX];
    size_t count;
};

/* The options of this area (or field) together get at most so much; the name "" is for those without. */
struct ballot_cap {
    char name[BALLOT_CAP_NAME_MAX + 1];
    int64_t cap_krw;
};

struct ballot_caps {
    struct ballot_cap list[BALLOT_CAP_MAX];
    size_t count;
};

/* Which options a quota is for; the numbers are part of the canonical encoding. */
enum ballot_scope {
    BALLOT_SCOPE_MISSING = 0,
    BALLOT_SCOPE_DISTRICT = 1, /* 구: those of the whole district */
    BALLOT_SCOPE_LOCAL = 2,    /* 동: those of any area within it */
    BALLOT_SCOPE_AREA = 3,     /* those of one area */
    BALLOT_SCOPE_END,
};

/* How many of those options a vote that is not empty names. */
struct ballot_quota {
    enum ballot_scope scope;
    char area[BALLOT_CAP_NAME_MAX + 1]; /* of the scope area, else "" */
    uint32_t min_options;
    uint32_t max_options;
};

struct ballot_quotas {
    struct ballot_quota list[BALLOT_QUOTA_MAX];
    size_t count;
};

#endif
