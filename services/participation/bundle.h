/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bundle of a certified ballot: everything that is published of it as one
 * ustar archive, the same bytes for whoever asks (services/verify/README.md).
 * It is made piece by piece from what never changes any more, and never held as
 * a whole. It must never see the roll of voters, nor a ballot's key. Reader
 * threads, one at a time.
 */
#ifndef HYEOPCHI_PARTICIPATION_BUNDLE_H
#define HYEOPCHI_PARTICIPATION_BUNDLE_H

#include "participation/domain/ballot.h"
#include "runtime/buffer.h"
#include "runtime/db.h"
#include "runtime/err.h"

#include <stdbool.h>

enum {
    BUNDLE_PIECE_SIZE = 128 * 1024,          /* a piece ends behind this many bytes … */
    BUNDLE_PIECE_SIZE_MAX = 1000 * 1024,     /* … and never has more than these */
    BUNDLE_FILE_SIZE_MAX = 64 * 1024 * 1024, /* of one that is made in memory */
};

struct bundle;

/* Whether there is a bundle yet. */
enum bundle_state { BUNDLE_READY, BUNDLE_NOT_CERTIFIED, BUNDLE_NOT_ON_BOARD };

/* Reads what is small and adds up the rest. *ret_bundle is NULL unless *ret_state is BUNDLE_READY.
 * ERR_NOT_FOUND when there is no such ballot. */
ERR_CHECKED enum err bundle_open(struct db *db, const char *district,
                                 const uint8_t ballot_id[BALLOT_ID_SIZE],
                                 enum bundle_state *ret_state, struct bundle **ret_bundle);

/* Appends the next piece to an empty buffer of BUNDLE_PIECE_SIZE_MAX; *ret_more is false behind the last
 * one. ERR_INTERNAL when what is stored is not what was added up. Again after an error it goes on
 * nowhere: the bundle can only be freed. */
ERR_CHECKED enum err bundle_next(struct db *db, struct bundle *bundle, struct buffer *piece,
                                 bool *ret_more);

void bundle_free(struct bundle *bundle); /* takes NULL */

#endif
