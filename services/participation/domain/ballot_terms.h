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

/* Groups of options of which at most one is funded, the better one. The numbers of group i stand in
 * front of ends[i], behind those of the group before it. */
struct ballot_groups {
    uint16_t numbers[BALLOT_NAMED_MAX];
    uint16_t ends[BALLOT_GROUP_MAX];
    size_t count;
};

/* The options of this area (or field) together get at most so much. */
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
