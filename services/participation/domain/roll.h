/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The imported roll of a ballot: how many people of each area may vote.
 *
 * A roll names nobody. Whom a subject stands for only the front ends know
 * (SECURITY, VOTING 2), so that a list of persons could not be held against
 * votes, and keeping one would be a register of its own. What a district does
 * know are numbers, from the resident register: they bound how many different
 * voters an area can have, whatever a front end says. An area whose number is
 * reached is full: nobody new is counted there. Who has voted already may
 * still revise, and moves into another area only where that has room.
 *
 * A ballot without areas has one number, named "all", for everybody.
 *
 *   roll_hash = H("roll", ballot_id || list of (str area || u64 voters)), in
 *               the definition's order of areas; published with the ballot
 *
 * This module decides; it must never store, hash or see a voter. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_ROLL_H
#define HYEOPCHI_PARTICIPATION_ROLL_H

#include <stddef.h>
#include <stdint.h>

#include "participation/domain/ballot.h"
#include "participation/domain/encode.h"
#include "participation/domain/vote.h"
#include "runtime/err.h"

#define ROLL_TAG        "roll"
#define ROLL_VOTERS_MAX 100000000LL /* of one area: more people than the country has */
#define ROLL_ENCODE_MAX (BALLOT_ID_SIZE + 2 + BALLOT_AREA_MAX * (2 + BALLOT_AREA_NAME_MAX + 8))

/* How many may vote, by the place of the area in the definition. */
struct roll {
    size_t count; /* roll_area_count() of its ballot */
    int64_t voters[BALLOT_AREA_MAX];
};

enum roll_refusal {
    ROLL_REFUSAL_NONE = 0,
    ROLL_REFUSAL_VOTERS_OUT_OF_RANGE,
    ROLL_REFUSAL_EMPTY,
    ROLL_REFUSAL_END,
};

/* The areas a roll of this ballot has: the definition's, or one for everybody. */
size_t roll_area_count(const struct ballot_definition *definition);

/* Their names: the definition's, or "all". Borrowed. */
const char *roll_area_name(const struct ballot_definition *definition, size_t place);

/* The place of an area by its name, or roll_area_count() when the roll has no such area. */
size_t roll_area_find(const struct ballot_definition *definition, const char *name);

/* All areas together. */
int64_t roll_total(const struct roll *roll);

/* ERR_INVALID when a number is below 0 or above ROLL_VOTERS_MAX, *ret_place saying whose, or when
 * nobody at all could vote (*ret_place is then the count of areas). */
ERR_CHECKED enum err roll_check(const struct roll *roll, enum roll_refusal *ret_refusal,
                                size_t *ret_place);

/* Writes what roll_hash is the hash of: at most ROLL_ENCODE_MAX bytes. */
void roll_encode(struct encoder *encoder, const struct ballot_definition *definition,
                 const struct roll *roll);

/* How an area stands under the ballot's row lock. */
struct roll_standing {
    int64_t bound; /* the roll's number */
    int64_t taken; /* voters that are counted there, those of this commit included */
};

/*
 * Whether one voter more may be counted in an area. Call it for a voter who is
 * new, or who moves there by a revision.
 *
 * ERR_CONFLICT  the area is full; *refusal, written only then, says so.
 */
ERR_CHECKED enum err roll_admit(const struct roll_standing *standing, struct vote_refusal *refusal);

#endif
