/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A round surveys the ballots whose boards are not finished, takes every step
 * there is to take, and (where it is about votes) surveys them again for the
 * metrics. Must never wait for anything but the database.
 */
#include "participation/board_round.h"

#include "participation/board.h"
#include "participation/store/votes.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/metrics.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { NANOSECONDS_PER_US = 1000, MS_PER_S = 1000 };

/* What a survey found, all ballots together. */
struct survey_sum {
    int64_t leaves;
    int64_t oldest_issued_ms; /* 0: no vote waits */
    int64_t overdue;
    bool results; /* wait to be put on their boards */
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

void board_round_register(void)
{
    metrics_register(&leaves_number);
    metrics_register(&oldest_seconds);
    metrics_register(&overdue_ballots);
    metrics_register(&batches_total);
    metrics_register(&checkpoints_total);
    metrics_register(&failures_total);
    metrics_register(&step_duration);
}

static void alarm_about(struct board_round *round, const struct board_survey *found, int64_t age_ms)
{
    char id[CRYPTO_UUID_TEXT_SIZE];
    const int64_t now_ms = clock_monotonic_ms();

    if (round->alarmed_ms != 0 && now_ms - round->alarmed_ms < BOARD_ALARM_MS) {
        return;
    }
    round->alarmed_ms = now_ms;
    crypto_uuid_format(found->ballot_id, id);
    log_error("board_overdue", log_str("ballot_id", id), log_int("age_ms", age_ms),
              log_int("promised_ms", found->max_merge_delay_s * MS_PER_S),
              log_str("reason", found->is_missing ? "the commit's receipt is gone"
                                                  : "votes with receipts are not on the board"),
              log_str("action", "see what the board's log says before this"));
}

static void count_survey(struct board_round *round, const struct board_survey *found,
                         struct survey_sum *sum)
{
    const int64_t age_ms = found->has_pending ? clock_now_ms() - found->issued_ms : 0;

    sum->leaves += found->signed_size;
    sum->results = sum->results || found->has_result;
    if (!found->has_pending) {
        return;
    }
    if (!found->is_missing &&
        (sum->oldest_issued_ms == 0 || found->issued_ms < sum->oldest_issued_ms)) {
        sum->oldest_issued_ms = found->issued_ms;
    }
    if (found->is_missing || age_ms > found->max_merge_delay_s * MS_PER_S) {
        sum->overdue++;
        alarm_about(round, found, age_ms);
    }
}

/* Takes the steps of one ballot. True when there may be more of them. */
static enum err work_ballot(struct board_round *round, const uint8_t *ballot_id)
{
    enum board_outcome outcome = BOARD_SIGNED;
    enum err err = ERR_OK;

    for (int i = 0;
         i < BOARD_STEP_COUNT_MAX && !err && outcome != BOARD_IDLE && !atomic_load(round->closing);
         i++) {
        uint64_t started_ns = uv_hrtime();

        err = board_step(round->db, round->signer, ballot_id, round->duty, &outcome);
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
static enum err work_page(struct board_round *round, const struct board_survey *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char id[CRYPTO_UUID_TEXT_SIZE];
        const bool has_work =
            round->duty == BOARD_DUTY_RESULT ? found[i].has_result : found[i].has_work;
        enum err err = has_work ? work_ballot(round, found[i].ballot_id) : ERR_OK;

        if (!err) {
            continue;
        }
        if (!db_is_usable(round->db)) {
            return ERR_UNAVAILABLE;
        }
        crypto_uuid_format(found[i].ballot_id, id);
        log_warn("board_step_failed", log_str("ballot_id", id), log_str("error", err_name(err)),
                 log_str("action", "retrying"));
    }
    return ERR_OK;
}

/* Reads a page in a transaction of its own. */
static enum err survey_page(struct board_round *round, const uint8_t *after,
                            struct board_survey *ret, size_t *ret_count)
{
    struct db *db = round->db;
    enum err err = db_begin(db);

    if (!err) {
        err = store_board_survey(db, after, ret, ret_count);
    }
    db_rollback(db); /* It changed nothing. */
    return err;
}

/* Looks at every board, counting, and works on them if told to. */
static enum err survey(struct board_round *round, bool work, struct survey_sum *ret_sum)
{
    struct board_survey *found = calloc(STORE_BOARD_LIST_COUNT_MAX, sizeof *found);
    uint8_t after[BALLOT_ID_SIZE] = {0};
    struct survey_sum sum = {0};
    size_t count = STORE_BOARD_LIST_COUNT_MAX;
    enum err err = found == NULL ? ERR_FULL : ERR_OK;

    /* Ends: each page starts behind the one before, and all but the last are full. */
    while (!err && count == STORE_BOARD_LIST_COUNT_MAX && !atomic_load(round->closing)) {
        err = survey_page(round, after, found, &count);
        for (size_t i = 0; !err && round->duty == BOARD_DUTY_VOTES && i < count; i++) {
            count_survey(round, &found[i], &sum);
        }
        if (!err && count > 0) {
            memcpy(after, found[count - 1].ballot_id, sizeof after);
            err = work ? work_page(round, found, count) : ERR_OK;
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

enum err board_round_run(struct board_round *round, struct db *db, bool *ret_results)
{
    const bool tells = round->duty == BOARD_DUTY_VOTES;
    struct survey_sum sum = {0};
    enum err err;

    round->db = db;
    err = survey(round, true, &sum);
    if (!err && tells) {
        publish(&sum);
        err = survey(round, false, &sum);
    }
    if (err) {
        return err;
    }
    if (tells) {
        publish(&sum);
    }
    *ret_results = sum.results;
    return ERR_OK;
}
