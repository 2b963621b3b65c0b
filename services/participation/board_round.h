/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the board's threads do each round: they look at every ballot whose board
 * is not finished, and take the steps that are theirs. Nothing is kept between
 * rounds: whoever dies is replaced by whoever looks next. The board's threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_BOARD_ROUND_H
#define HYEOPCHI_PARTICIPATION_BOARD_ROUND_H

#include "participation/board_batch.h"
#include "runtime/db.h"
#include "runtime/err.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* One thread's rounds. */
struct board_round {
    enum board_duty duty;
    const struct board_signer *signer; /* borrowed, as is the next */
    const atomic_bool *closing;        /* ends the round between two steps */
    struct db *db;                     /* of the round under way */
    int64_t alarmed_ms;                /* monotonic; 0: never */
};

/* Registers the metrics of all rounds. Loop thread. */
void board_round_register(void);

/*
 * Takes every step of the duty that there is to take. Rounds of BOARD_DUTY_VOTES
 * also say what waits, in metrics and by an alarm. A ballot that fails is
 * logged and keeps no other waiting; an error means that the connection is of
 * no use any more. *ret_results: results wait for BOARD_DUTY_RESULT.
 */
ERR_CHECKED enum err board_round_run(struct board_round *round, struct db *db, bool *ret_results);

#endif
