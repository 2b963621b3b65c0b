/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Votes that operators declare void: by nullifier and revision, since nobody
 * knows whose vote it is. Here are the reasons there can be; whether a vote may
 * be declared void is ballot_state.h's to say. No clock, no allocation.
 */
#ifndef HYEOPCHI_PARTICIPATION_VOID_H
#define HYEOPCHI_PARTICIPATION_VOID_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/err.h"

#define VOID_COUNT_MAX      1000 /* of one ballot */
#define VOID_NULLIFIER_SIZE 32

/* The numbers are stored and stand in the leaves of the public board: they never change. */
enum void_reason {
    VOID_REASON_MISSING = 0,
    VOID_REASON_NOT_CAST_BY_VOTER = 1, /* somebody else voted in the voter's name */
    VOID_REASON_NOT_ELIGIBLE = 2,      /* the voter has no vote here */
    VOID_REASON_CAST_TWICE = 3,        /* one person voted as two */
    VOID_REASON_COERCED = 4,           /* by force, or for money */
    VOID_REASON_OTHER = 5,             /* as the published text says */
    VOID_REASON_END,
};

/* The words of JSON: "not-cast-by-voter". "missing" for any other number. Static, never NULL. */
const char *void_reason_name(enum void_reason reason);

/* The value of a word; VOID_REASON_MISSING when there is none. */
enum void_reason void_reason_from_name(const char *name);

/* Which vote. */
struct void_vote {
    uint8_t nullifier[VOID_NULLIFIER_SIZE];
    uint16_t rev;
};

/* Their order, for qsort() and bsearch(). */
int void_vote_compare(const void *a, const void *b);

#endif
