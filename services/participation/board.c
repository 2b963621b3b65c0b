/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The board's two threads, each with a connection of its own. One puts votes
 * on the boards by the clock that receipts promise. The other puts results
 * there, for which it sorts the openings of all votes, which may take minutes.
 * Must never make a vote of one ballot wait for the result of another.
 */
#include "participation/board.h"

#include "participation/board_round.h"
#include "runtime/db_link.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <uv.h>

enum {
    NANOSECONDS_PER_MS = 1000000,
    MS_PER_S = 1000,
    UNTIL_WOKEN = -1,
};

/* A thread and its connection. */
struct worker {
    struct board *board;
    struct board_round round;
    struct db_link link;
    uv_thread_t thread;
    bool started;
    bool away_logged;

    /* Under the board's mutex. */
    uv_cond_t changed; /* one of these has, or closing */
    bool running;
    bool woken;
    struct db *busy; /* the connection while a round uses it: others may only cancel it */
};

struct board {
    int64_t interval_ms;
    uv_mutex_t mutex;
    atomic_bool closing; /* written under the mutex */
    struct worker votes;
    struct worker results;
};

static void worker_wake(struct worker *worker)
{
    uv_mutex_lock(&worker->board->mutex);
    worker->woken = true;
    uv_cond_signal(&worker->changed);
    uv_mutex_unlock(&worker->board->mutex);
}

static void worker_set_busy(struct worker *worker, struct db *db)
{
    uv_mutex_lock(&worker->board->mutex);
    worker->busy = db;
    uv_mutex_unlock(&worker->board->mutex);
}

static void give_up(struct worker *worker, enum err err, const char *reason)
{
    db_link_drop(&worker->link, reason);
    if (!worker->away_logged && !atomic_load(&worker->board->closing)) {
        worker->away_logged = true;
        log_warn("database_unavailable",
                 log_str("connection", worker->link.options.application_name),
                 log_str("error", err_name(err)), log_str("reason", reason),
                 log_int("retry_ms", worker->link.wait_ms));
    }
}

/* Returns how long to wait for the next one. */
static int64_t run_round(struct worker *worker)
{
    struct board *board = worker->board;
    bool results = false;
    enum err err = ERR_OK;

    if (worker->link.db == NULL) {
        err = db_link_connect(&worker->link);
        if (err) {
            give_up(worker, err, worker->link.reason);
            return worker->link.wait_ms;
        }
    }
    worker_set_busy(worker, worker->link.db);
    err = board_round_run(&worker->round, worker->link.db, &results);
    worker_set_busy(worker, NULL);
    if (err) {
        give_up(worker, err, "the board cannot be read or written");
        return worker->link.wait_ms;
    }
    db_link_settle(&worker->link);
    worker->away_logged = false;
    if (worker == &board->results) {
        return UNTIL_WOKEN; /* The rounds of votes see what there is to do. */
    }
    if (results) {
        worker_wake(&board->results);
    }
    return board->interval_ms;
}

/* Waits until woken, or for wait_ms. */
static void wait_for_round(struct worker *worker, int64_t wait_ms)
{
    struct board *board = worker->board;

    uv_mutex_lock(&board->mutex);
    while (wait_ms == UNTIL_WOKEN && !worker->woken && !atomic_load(&board->closing)) {
        uv_cond_wait(&worker->changed, &board->mutex);
    }
    if (!worker->woken && !atomic_load(&board->closing) && wait_ms > 0) {
        /* Woken too early, the board only looks too early. */
        (void)uv_cond_timedwait(&worker->changed, &board->mutex,
                                (uint64_t)wait_ms * NANOSECONDS_PER_MS);
    }
    worker->woken = false;
    uv_mutex_unlock(&board->mutex);
}

static void worker_main(void *context)
{
    struct worker *worker = context;
    struct board *board = worker->board;

    while (!atomic_load(&board->closing)) {
        wait_for_round(worker, run_round(worker));
    }
    db_link_drop(&worker->link, "closing");
    uv_mutex_lock(&board->mutex);
    worker->running = false;
    uv_cond_signal(&worker->changed);
    uv_mutex_unlock(&board->mutex);
}

static enum err worker_start(struct worker *worker, const struct db_options *options)
{
    struct db_options by_keys = *options;
    enum err err;

    by_keys.by_keys = true;
    err = db_link_init(&worker->link, &by_keys);
    if (!err) {
        worker->running = true;
        worker->started = uv_thread_create(&worker->thread, worker_main, worker) == 0;
        err = worker->started ? ERR_OK : ERR_INTERNAL;
    }
    return err;
}

/* Joins a thread that was told to close. A statement that goes on is cancelled, again and again: one that
 * was not sent yet is missed. */
static void worker_join(struct worker *worker)
{
    struct board *board = worker->board;

    if (!worker->started) {
        return;
    }
    uv_mutex_lock(&board->mutex);
    while (worker->running) {
        int timed_out = uv_cond_timedwait(&worker->changed, &board->mutex,
                                          (uint64_t)BOARD_CANCEL_MS * NANOSECONDS_PER_MS);

        if (timed_out != 0 && worker->busy != NULL) {
            db_cancel(worker->busy);
        }
    }
    uv_mutex_unlock(&board->mutex);
    (void)uv_thread_join(&worker->thread); /* Fails only for what is no thread. */
}

static void worker_init(struct worker *worker, struct board *board, enum board_duty duty,
                        const struct board_signer *signer)
{
    worker->board = board;
    worker->round = (struct board_round){
        .duty = duty,
        .signer = signer,
        .closing = &board->closing,
    };
    (void)uv_cond_init(&worker->changed); /* On Linux it cannot fail. */
}

static void worker_release(struct worker *worker)
{
    db_link_release(&worker->link);
    uv_cond_destroy(&worker->changed);
}

enum err board_open(const struct board_options *options, struct board **ret_board)
{
    struct board *board = calloc(1, sizeof *board);
    const int64_t promised_ms = options->signer->receipts->max_merge_delay_s * (int64_t)MS_PER_S;
    enum err err;

    assert(options->interval_ms >= BOARD_INTERVAL_MIN_MS);
    if (board == NULL) {
        return ERR_FULL;
    }
    board->interval_ms =
        options->interval_ms > promised_ms / 2 ? promised_ms / 2 : options->interval_ms;
    (void)uv_mutex_init(&board->mutex); /* On Linux it cannot fail. */
    atomic_init(&board->closing, false);
    worker_init(&board->votes, board, BOARD_DUTY_VOTES, options->signer);
    worker_init(&board->results, board, BOARD_DUTY_RESULT, options->signer);
    board_round_register();
    err = worker_start(&board->results, &options->db_results);
    if (!err) {
        err = worker_start(&board->votes, &options->db);
    }
    if (err) {
        board_close(board);
        return err;
    }
    *ret_board = board;
    return ERR_OK;
}

void board_wake(struct board *board)
{
    if (board != NULL) {
        worker_wake(&board->votes);
    }
}

void board_close(struct board *board)
{
    if (board == NULL) {
        return;
    }
    uv_mutex_lock(&board->mutex);
    atomic_store(&board->closing, true);
    uv_cond_signal(&board->votes.changed);
    uv_cond_signal(&board->results.changed);
    uv_mutex_unlock(&board->mutex);
    worker_join(&board->votes);
    worker_join(&board->results);
    worker_release(&board->votes);
    worker_release(&board->results);
    uv_mutex_destroy(&board->mutex);
    free(board);
}

void board_stop(void *board)
{
    struct board **slot = board;

    board_close(*slot);
    *slot = NULL;
}
