/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public board: a thread with a connection of its own that puts committed
 * votes on their ballot's board, signs checkpoints, and raises the alarm about
 * a receipt whose promise was not kept. Accepting votes never waits for it.
 * Several replicas may run it at once: each step locks its ballot's board.
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
};

struct board;

struct board_options {
    struct db_options db;
    const struct board_signer *signer; /* borrowed */
    int64_t interval_ms; /* between rounds; at most half of what receipts promise is waited */
};

/* Starts the thread; it connects by itself, again and again. Loop thread. */
ERR_CHECKED enum err board_open(const struct board_options *options, struct board **ret_board);

/* Something was decided that the board shows: look now. Any thread; takes NULL. */
void board_wake(struct board *board);

/* Ends the step under way, joins the thread, frees. Takes NULL. */
void board_close(struct board *board);

/* The same as a stop function: board points at a struct board *. */
void board_stop(void *board);

#endif
