/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frozen definitions by ballot id, kept on the loop so that a vote does not
 * cost a query. A definition never changes, so nothing here can be stale but its
 * keys: whether another process had them destroyed is looked up every
 * BALLOTS_LOOK_MS, and then they are forgotten here too. Where a ballot stands is
 * only ever read from the database. Loop thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOTS_H
#define HYEOPCHI_PARTICIPATION_BALLOTS_H

#include "participation/frozen.h"
#include "runtime/err.h"
#include "runtime/reader.h"

enum { BALLOTS_COUNT_MAX = 64, BALLOTS_LOOK_MS = 2000 };

struct ballots;

/* Gets the definition, borrowed until it returns (frozen_hold() to keep it), or NULL with the error. */
typedef void (*ballots_found_fn)(struct frozen *frozen, enum err err, void *context);

struct ballots_options {
    struct loop *loop;
    struct reader *reader;
    const char *keys_directory;
};

ERR_CHECKED enum err ballots_open(const struct ballots_options *options,
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

/* Looks no more; a stop function: context is the struct ballots *. More than once changes nothing. */
void ballots_stop(void *context);

/* After ballots_stop(), and after reader and loop are closed, so that nothing is under way. Takes NULL. */
void ballots_close(struct ballots *ballots);

#endif
