/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frozen definitions by ballot id, kept on the loop so that a vote does not
 * cost a query. A definition never changes, so nothing here can be stale; where
 * a ballot stands is only ever read from the database. Loop thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOTS_H
#define HYEOPCHI_PARTICIPATION_BALLOTS_H

#include "participation/frozen.h"
#include "runtime/err.h"
#include "runtime/reader.h"

enum { BALLOTS_COUNT_MAX = 64 };

struct ballots;

/* Gets the definition, borrowed until it returns (frozen_hold() to keep it), or NULL with the error. */
typedef void (*ballots_found_fn)(struct frozen *frozen, enum err err, void *context);

ERR_CHECKED enum err ballots_open(struct reader *reader, const char *keys_directory,
                                  struct ballots **ret_ballots);

/* Finds a definition with its keys: found runs exactly once, at once or later. ERR_NOT_FOUND,
 * ERR_UNAVAILABLE, ERR_INTERNAL (the key file cannot be read), ERR_CONFLICT (the key was destroyed). */
void ballots_find(struct ballots *ballots, const uint8_t ballot_id[BALLOT_ID_SIZE],
                  ballots_found_fn found, void *context);

/* The same for what needs no key: has_key may be false then, and the key's file is not looked for. */
void ballots_find_definition(struct ballots *ballots, const uint8_t ballot_id[BALLOT_ID_SIZE],
                             ballots_found_fn found, void *context);

/* Drops a ballot whose key was destroyed. Requests under way keep it until they are answered. */
void ballots_forget(struct ballots *ballots, const uint8_t ballot_id[BALLOT_ID_SIZE]);

/* After the reader is closed, so that nothing is under way. Takes NULL. */
void ballots_close(struct ballots *ballots);

#endif
