/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public board: a thread with a connection of its own that puts committed
 * votes on their ballot's board, signs checkpoints, and raises the alarm about
 * a receipt whose promise was not kept, and another that puts results there,
 * so that votes need not wait while a large ballot is finished. Accepting votes
 * never waits for either. Several replicas may run it at once: each step locks
 * its ballot's board.
 */
#ifndef HYEOPCHI_PARTICIPATION_BOARD_H
#define HYEOPCHI_PARTICIPATION_BOARD_H

#include "participation/board_batch.h"
#include "runtime/db.h"
#include "runtime/err.h"

enum {
    BOARD_INTERVAL_MIN_MS = 50,
    BOARD_INTERVAL_MAX_MS = 1800000,
    BOARD_ALARM_MS = 10000,    /* an alarm that goes on is logged no more often */
    BOARD_STEP_COUNT_MAX = 64, /* steps for one ballot before the others have their turn */
    BOARD_CANCEL_MS = 100,     /* for a statement to end by itself when the board is closed */
};

struct board;

struct board_options {
    struct db_options db;              /* by_keys is set, here and in the next */
    struct db_options db_results;      /* of the thread that puts results there */
    const struct board_signer *signer; /* borrowed */
    int64_t interval_ms; /* between rounds; at most half of what receipts promise is waited */
};

/* Starts the threads; they connect by themselves, again and again. Loop thread. */
ERR_CHECKED enum err board_open(const struct board_options *options, struct board **ret_board);

/* Something was decided that the board shows: look now. Any thread; takes NULL. */
void board_wake(struct board *board);

/* Ends the steps under way, by cancelling what takes long, joins the threads, frees. What was cancelled is
 * done anew by whoever comes next. Takes NULL. */
void board_close(struct board *board);

/* The same as a stop function: board points at a struct board *. */
void board_stop(void *board);

#endif
