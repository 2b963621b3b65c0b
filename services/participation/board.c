/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The board's thread. A round surveys the ballots whose boards are not
 * finished, takes every step there is to take, and surveys them again for the
 * metrics. Nothing is kept between rounds: whoever dies is replaced by whoever
 * looks next.
 */
#include "participation/board.h"

#include "participation/store/votes.h"
#include "runtime/clock.h"
#include "runtime/db_link.h"
#include "runtime/log.h"
#include "runtime/metrics.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { NANOSECONDS_PER_MS = 1000000, NANOSECONDS_PER_US = 1000, MS_PER_S = 1000 };

struct board {
    struct board_options options;
    struct db_link link;
    uv_thread_t thread;
    uv_mutex_t mutex;
    uv_cond_t changed;
    bool woken; /* this and the next are under the mutex, and closing is read without it */
    atomic_bool closing;
    bool away_logged;
    int64_t alarmed_ms; /* monotonic; 0: never */
};

/* What a survey found, all ballots together. */
struct survey_sum {
    int64_t leaves;
    int64_t oldest_issued_ms; /* 0: no vote waits */
    int64_t overdue;
};

static struct metric leaves_number = {
    .type = METRIC_GAUGE,
    .name = "hyeopchi_board_leaves",
    .help = "Leaves under checkpoints, of all ballots whose boards are not finished.",
    .labels = "",
};

static struct metric oldest_seconds = {
    .type = METRIC_GAUGE,
    .name = "hyeopchi_board_oldest_vote_seconds",
    .help = "Age of the oldest vote that is under no checkpoint; 0 when all are.",
    .labels = "",
};

static struct metric overdue_ballots = {
    .type = METRIC_GAUGE,
    .name = "hyeopchi_board_overdue_ballots",
    .help = "Ballots with a receipt whose vote is not on the board by the promised time.",
    .labels = "",
};

static struct metric batches_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_board_batches_total",
    .help = "Batches of leaves appended to boards.",
    .labels = "",
};

static struct metric checkpoints_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_board_checkpoints_total",
    .help = "Checkpoints signed.",
    .labels = "",
};

static struct metric failures_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_board_failures_total",
    .help = "Steps of a board that failed and are tried again.",
    .labels = "",
};

static struct metric step_duration = {
    .type = METRIC_HISTOGRAM,
    .name = "hyeopchi_board_step_seconds",
    .help = "How long a step of a board took: to append a batch, or to sign.",
    .labels = "",
};

static void register_metrics(void)
{
    metrics_register(&leaves_number);
    metrics_register(&oldest_seconds);
    metrics_register(&overdue_ballots);
    metrics_register(&batches_total);
    metrics_register(&checkpoints_total);
    metrics_register(&failures_total);
    metrics_register(&step_duration);
}

static void alarm_about(struct board *board, const struct board_survey *found, int64_t age_ms)
{
    char id[CRYPTO_UUID_TEXT_SIZE];
    const int64_t now_ms = clock_monotonic_ms();

    if (board->alarmed_ms != 0 && now_ms - board->alarmed_ms < BOARD_ALARM_MS) {
        return;
    }
    board->alarmed_ms = now_ms;
    crypto_uuid_format(found->ballot_id, id);
    log_error("board_overdue", log_str("ballot_id", id), log_int("age_ms", age_ms),
              log_int("promised_ms", found->max_merge_delay_s * MS_PER_S),
              log_str("reason", found->is_missing ? "the commit's receipt is gone"
                                                  : "votes with receipts are not on the board"),
              log_str("action", "see what the board's log says before this"));
}

static void count_survey(struct board *board, const struct board_survey *found,
                         struct survey_sum *sum)
{
    const int64_t age_ms = found->has_pending ? clock_now_ms() - found->issued_ms : 0;

    sum->leaves += found->signed_size;
    if (!found->has_pending) {
        return;
    }
    if (!found->is_missing &&
        (sum->oldest_issued_ms == 0 || found->issued_ms < sum->oldest_issued_ms)) {
        sum->oldest_issued_ms = found->issued_ms;
    }
    if (found->is_missing || age_ms > found->max_merge_delay_s * MS_PER_S) {
        sum->overdue++;
        alarm_about(board, found, age_ms);
    }
}

/* Takes the steps of one ballot. True when there may be more of them. */
static enum err work_ballot(struct board *board, const uint8_t *ballot_id)
{
    enum board_outcome outcome = BOARD_SIGNED;
    enum err err = ERR_OK;

    for (int i = 0;
         i < BOARD_STEP_COUNT_MAX && !err && outcome != BOARD_IDLE && !atomic_load(&board->closing);
         i++) {
        uint64_t started_ns = uv_hrtime();

        err = board_step(board->link.db, board->options.signer, ballot_id, &outcome);
        metrics_observe(&step_duration, (int64_t)((uv_hrtime() - started_ns) / NANOSECONDS_PER_US));
        if (err) {
            metrics_add(&failures_total, 1);
        } else {
            metrics_add(&batches_total, outcome == BOARD_APPENDED ? 1 : 0);
            metrics_add(&checkpoints_total, outcome == BOARD_SIGNED ? 1 : 0);
        }
    }
    return err;
}

/* A ballot that fails keeps no other waiting; a connection that is lost ends the round. */
static enum err work_page(struct board *board, const struct board_survey *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char id[CRYPTO_UUID_TEXT_SIZE];
        enum err err = found[i].has_work ? work_ballot(board, found[i].ballot_id) : ERR_OK;

        if (!err) {
            continue;
        }
        if (!db_is_usable(board->link.db)) {
            return ERR_UNAVAILABLE;
        }
        crypto_uuid_format(found[i].ballot_id, id);
        log_warn("board_step_failed", log_str("ballot_id", id), log_str("error", err_name(err)),
                 log_str("action", "retrying"));
    }
    return ERR_OK;
}

/* Reads a page in a transaction of its own, whose plans go by keys. */
static enum err survey_page(struct board *board, const uint8_t *after, struct board_survey *ret,
                            size_t *ret_count)
{
    struct db *db = board->link.db;
    enum err err = db_begin(db);

    if (!err) {
        err = store_use_keys(db);
    }
    if (!err) {
        err = store_board_survey(db, after, ret, ret_count);
    }
    db_rollback(db); /* It changed nothing. */
    return err;
}

/* Looks at every board, and works on them or only counts. */
static enum err survey(struct board *board, bool work, struct survey_sum *ret_sum)
{
    struct board_survey *found = calloc(STORE_BOARD_LIST_COUNT_MAX, sizeof *found);
    uint8_t after[BALLOT_ID_SIZE] = {0};
    struct survey_sum sum = {0};
    size_t count = STORE_BOARD_LIST_COUNT_MAX;
    enum err err = found == NULL ? ERR_FULL : ERR_OK;

    /* Ends: each page starts behind the one before, and all but the last are full. */
    while (!err && count == STORE_BOARD_LIST_COUNT_MAX && !atomic_load(&board->closing)) {
        err = survey_page(board, after, found, &count);
        for (size_t i = 0; !err && i < count; i++) {
            count_survey(board, &found[i], &sum);
        }
        if (!err && count > 0) {
            memcpy(after, found[count - 1].ballot_id, sizeof after);
            err = work ? work_page(board, found, count) : ERR_OK;
        }
    }
    free(found);
    if (!err) {
        *ret_sum = sum;
    }
    return err;
}

static void publish(const struct survey_sum *sum)
{
    const int64_t age_ms = sum->oldest_issued_ms == 0 ? 0 : clock_now_ms() - sum->oldest_issued_ms;

    metrics_set(&leaves_number, sum->leaves);
    metrics_set(&oldest_seconds, age_ms > 0 ? age_ms / MS_PER_S : 0);
    metrics_set(&overdue_ballots, sum->overdue);
}

static void give_up(struct board *board, enum err err, const char *reason)
{
    db_link_drop(&board->link, reason);
    if (!board->away_logged) {
        board->away_logged = true;
        log_warn("database_unavailable",
                 log_str("connection", board->link.options.application_name),
                 log_str("error", err_name(err)), log_str("reason", reason),
                 log_int("retry_ms", board->link.wait_ms));
    }
}

/* Returns how long to wait for the next one. */
static int64_t round_run(struct board *board)
{
    struct survey_sum sum = {0};
    enum err err = ERR_OK;

    if (board->link.db == NULL) {
        err = db_link_connect(&board->link);
        if (err) {
            give_up(board, err, board->link.reason);
            return board->link.wait_ms;
        }
    }
    err = survey(board, true, &sum);
    if (!err) {
        publish(&sum);
        err = survey(board, false, &sum);
    }
    if (err) {
        give_up(board, err, "the board cannot be read or written");
        return board->link.wait_ms;
    }
    publish(&sum);
    db_link_settle(&board->link);
    board->away_logged = false;
    return board->options.interval_ms;
}

/* Waits until woken or for wait_ms. */
static void wait_for_round(struct board *board, int64_t wait_ms)
{
    uv_mutex_lock(&board->mutex);
    if (!board->woken && !atomic_load(&board->closing) && wait_ms > 0) {
        /* Woken too early, the board only looks too early. */
        (void)uv_cond_timedwait(&board->changed, &board->mutex,
                                (uint64_t)wait_ms * NANOSECONDS_PER_MS);
    }
    board->woken = false;
    uv_mutex_unlock(&board->mutex);
}

static void thread_main(void *context)
{
    struct board *board = context;

    while (!atomic_load(&board->closing)) {
        wait_for_round(board, round_run(board));
    }
    db_link_drop(&board->link, "closing");
}

static void board_free(struct board *board)
{
    db_link_release(&board->link);
    uv_cond_destroy(&board->changed);
    uv_mutex_destroy(&board->mutex);
    free(board);
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
    board->options = *options;
    if (board->options.interval_ms > promised_ms / 2) {
        board->options.interval_ms = promised_ms / 2;
    }
    /* On Linux neither can fail. */
    (void)uv_mutex_init(&board->mutex);
    (void)uv_cond_init(&board->changed);
    atomic_init(&board->closing, false);
    register_metrics();
    err = db_link_init(&board->link, &options->db);
    if (!err && uv_thread_create(&board->thread, thread_main, board) != 0) {
        err = ERR_INTERNAL;
    }
    if (err) {
        board_free(board);
        return err;
    }
    *ret_board = board;
    return ERR_OK;
}

void board_wake(struct board *board)
{
    if (board != NULL) {
        uv_mutex_lock(&board->mutex);
        board->woken = true;
        uv_cond_signal(&board->changed);
        uv_mutex_unlock(&board->mutex);
    }
}

void board_close(struct board *board)
{
    if (board == NULL) {
        return;
    }
    uv_mutex_lock(&board->mutex);
    atomic_store(&board->closing, true);
    uv_cond_signal(&board->changed);
    uv_mutex_unlock(&board->mutex);
    (void)uv_thread_join(&board->thread); /* Fails only for what is no thread. */
    board_free(board);
}

void board_stop(void *board)
{
    struct board **slot = board;

    board_close(*slot);
    *slot = NULL;
}
