/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Importing a roll: one request brings all of it, one transaction keeps it. Only
 * a draft takes one; what was approved for opening is approved with the roll as
 * it was then (see roll_opening_content()), so that an import between the first
 * operator's approval and the second's takes the first one back.
 */
#ifndef HYEOPCHI_PARTICIPATION_ROLL_IMPORT_H
#define HYEOPCHI_PARTICIPATION_ROLL_IMPORT_H

#include "participation/domain/ballot_state.h"
#include "participation/domain/roll.h"
#include "participation/frozen.h"
#include "participation/store/ballots.h"
#include "runtime/writer.h"

enum { ROLL_IMPORT_COUNT_MAX = 1000 }; /* imports of one ballot */

enum roll_import_outcome {
    ROLL_IMPORT_DONE = 0,
    ROLL_IMPORT_REPEATED,  /* the ballot has exactly this roll already: nothing was changed */
    ROLL_IMPORT_NOT_DRAFT, /* refused: the ballot is being opened, or was */
    ROLL_IMPORT_TOO_MANY,  /* refused: ROLL_IMPORT_COUNT_MAX */
};

struct roll_import {
    struct writer_job job; /* first */
    struct frozen *frozen; /* borrowed until done */
    struct roll roll;      /* one that roll_check() accepts */
    char operator_id[BALLOT_OPERATOR_MAX + 1];

    /* Results. */
    enum roll_import_outcome outcome;
    uint8_t roll_hash[CRYPTO_HASH_SIZE];
    int64_t imported_at_ms;
};

/* On the writer thread, under the ballot's row lock. */
enum err roll_import_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);

/* roll_hash. Any thread. */
void roll_hash(const struct ballot_definition *definition, const struct roll *roll,
               uint8_t ret_hash[CRYPTO_HASH_SIZE]);

/* What operators approve when they open the ballot: its definition's hash, or, where it has a roll,
 * H("opening", definition's hash || roll's hash). Database threads. */
ERR_CHECKED enum err roll_opening_content(struct db *db, const struct ballot_row *row,
                                          uint8_t ret_content[BALLOT_CONTENT_SIZE]);

#endif
