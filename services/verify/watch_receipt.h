/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts beside a board that is watched: each promises that its vote is in
 * the log by a certain time, and whoever holds it can see whether that was
 * kept. The board's word that it has the vote counts only with a path that
 * leads to the root which the watch itself has seen signed.
 *
 * One thread. It never reads a clock: the time is given.
 */
#ifndef HYEOPCHI_VERIFY_WATCH_RECEIPT_H
#define HYEOPCHI_VERIFY_WATCH_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verify/receipt.h"
#include "verify/verdict.h"
#include "verify/watch.h"

#define WATCH_RECEIPT_MAX     100
#define WATCH_RECEIPT_SKEW_MS 2000 /* clocks may differ by so much before a promise is broken */

/* One receipt. */
struct watch_receipt {
    const char *path; /* borrowed */
    struct receipt receipt;
    bool seen; /* its vote is in the log: it is not asked for again */
};

struct watch_receipts {
    struct watch_receipt list[WATCH_RECEIPT_MAX];
    size_t count; /* whose path is set */
};

/* Reads the files. VERDICT_UNREADABLE when one is no receipt. */
VERDICT_CHECKED enum verdict watch_receipts_read(struct watch_receipts *receipts,
                                                 struct finding *finding);

/* What a receipt has come to. */
enum watch_place {
    WATCH_PLACE_SEEN,    /* its vote is in the log */
    WATCH_PLACE_WAITING, /* not yet, and its promise still holds */
    WATCH_PLACE_MOVED,   /* the board answers of another size than the state's: look again first */
};

/*
 * Asks the board for a receipt's vote, right after the state was looked at.
 *
 * VERDICT_FAILED      it was promised by now and is not there, the receipt does not hold together or
 *                     is of another ballot, or what the board proves is wrong.
 * VERDICT_UNREADABLE  the board did not answer, or not with what a board says of a code.
 */
VERDICT_CHECKED enum verdict watch_receipt_look(struct watch_receipt *one,
                                                const struct watch_state *state,
                                                const struct watch_source *source, uint64_t now_ms,
                                                enum watch_place *ret_place,
                                                struct finding *finding);

#endif
