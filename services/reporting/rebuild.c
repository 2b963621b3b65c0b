/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One step leads to the next; each ends on the loop:
 *
 *   CLEAR    empty the scratch tables
 *   COMPARE  look how far the shown model has heard; where the copy has heard the same: compare,
 *            and the check is done
 *   FETCH    ask for the events of the first stream that the copy is behind in
 *   APPLY    apply them, then FETCH again, or COMPARE when the copy is behind in none
 *
 * CLEAR, COMPARE and APPLY are writer jobs; while one runs, its thread alone
 * uses what the job points to. A step that found something away is repeated by
 * a timer.
 */
#include "reporting/rebuild_internal.h"

#include "reporting/hear/events.h"
#include "reporting/store/model.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FETCH_TIMEOUT_MS = 10000, FETCH_REQUEST_SIZE_MAX = 1024 };

static void rebuild_step(struct rebuild *rebuild, enum step step);
static void rebuild_wait(struct rebuild *rebuild, int64_t wait_ms, const char *failure);
static void rebuild_fail(struct rebuild *rebuild, const char *failure);
static void fetch_start(struct rebuild *rebuild);
static void on_fetched(const void *reply, size_t length, void *context);
static void rebuild_done(struct writer_job *job);
static void on_timer(uv_timer_t *timer);

static const struct writer_job_type JOB_TYPE = {
    .name = "rebuild",
    .run_max = 1,
    .work = rebuild_work,
    .done = rebuild_done,
};

/* ---- Life ---- */

enum err rebuild_open(const struct rebuild_options *options, struct rebuild **ret_rebuild)
{
    struct rebuild *rebuild = calloc(1, sizeof *rebuild);
    enum err err;

    if (!rebuild) {
        return ERR_UNAVAILABLE;
    }
    rebuild->job.type = &JOB_TYPE;
    rebuild->loop = options->loop;
    rebuild->writer = options->writer;
    rebuild->model.district = options->district;
    rebuild->model.schema = STORE_SCHEMA_CHECK;
    rebuild->streams[0].name = EVENTS_STREAM_PARTICIPATION;
    rebuild->streams[1].name = EVENTS_STREAM_LEDGER;
    rebuild->failure = "";
    err =
        bus_req_open(options->loop, options->participation_fetch_url, 0, &rebuild->streams[0].req);
    if (!err) {
        err = bus_req_open(options->loop, options->ledger_fetch_url, 0, &rebuild->streams[1].req);
    }
    if (!err) {
        err = uv_timer_init(&options->loop->uv, &rebuild->timer) == 0 ? ERR_OK : ERR_INTERNAL;
        rebuild->timer.data = rebuild;
        rebuild->timer_open = !err;
    }
    if (err) {
        rebuild_stop(rebuild);
        rebuild_free(rebuild);
        return err;
    }
    *ret_rebuild = rebuild;
    return ERR_OK;
}

void rebuild_stop(void *context)
{
    struct rebuild *rebuild = context;

    if (!rebuild || rebuild->stopping) {
        return;
    }
    rebuild->stopping = true;
    for (int i = 0; i < REBUILD_STREAM_COUNT; i++) {
        bus_req_close(rebuild->streams[i].req);
        rebuild->streams[i].req = NULL;
    }
    if (rebuild->timer_open) {
        rebuild->timer_open = false;
        uv_close((uv_handle_t *)&rebuild->timer, NULL);
    }
}

void rebuild_free(struct rebuild *rebuild)
{
    if (rebuild) {
        event_fetch_release(&rebuild->response);
    }
    free(rebuild);
}

/* ---- Asked for ---- */

static void read_status(const struct rebuild *rebuild, struct rebuild_status *ret_status)
{
    *ret_status = (struct rebuild_status){
        .state = rebuild->state,
        .skipped = rebuild->skipped,
        .failure = rebuild->failure,
        .equal = rebuild->equal,
    };

    /* Until then it may be the writer's. */
    if (rebuild->state == REBUILD_DONE) {
        ret_status->comparison = rebuild->comparison;
    }
    memcpy(ret_status->check_id, rebuild->check_id, sizeof ret_status->check_id);
    for (int i = 0; i < REBUILD_STREAM_COUNT; i++) {
        const struct stream *stream = &rebuild->streams[i];

        ret_status->streams[i] = (struct rebuild_stream_status){
            .name = stream->name,
            .seq = (int64_t)stream->next_seq - 1,
            .target_seq = (int64_t)stream->target_seq - 1,
            .chain_equal = stream->chain_equal,
        };
    }
}

static void begin_check(struct rebuild *rebuild)
{
    uint8_t id[CRYPTO_UUID_SIZE];

    crypto_uuid7(clock_now_ms(), id);
    crypto_uuid_format(id, rebuild->check_id);
    rebuild->state = REBUILD_RUNNING;
    rebuild->retry_count = 0;
    rebuild->skipped = 0;
    rebuild->failure = "";
    rebuild->equal = false;
    rebuild->comparison = (struct store_comparison){.table_count = 0};
    for (int i = 0; i < REBUILD_STREAM_COUNT; i++) {
        struct stream *stream = &rebuild->streams[i];

        stream->next_seq = 1;
        stream->target_seq = 1;
        stream->chain_equal = false;
        memset(stream->chain, 0, sizeof stream->chain);
    }
    log_info("rebuild_check_started", log_str("check", rebuild->check_id));
    rebuild_step(rebuild, STEP_CLEAR);
}

enum err rebuild_start(struct rebuild *rebuild, struct rebuild_status *ret_status)
{
    if (rebuild->stopping || writer_state(rebuild->writer) != WRITER_LEADING) {
        return ERR_UNAVAILABLE;
    }
    if (rebuild->step == STEP_NONE) {
        begin_check(rebuild);
    }
    read_status(rebuild, ret_status);
    return ERR_OK;
}

enum err rebuild_read(const struct rebuild *rebuild, const char *check_id,
                      struct rebuild_status *ret_status)
{
    if (rebuild->check_id[0] == '\0' || strcmp(rebuild->check_id, check_id) != 0) {
        return ERR_NOT_FOUND;
    }
    read_status(rebuild, ret_status);
    return ERR_OK;
}

/* ---- Steps ---- */

/* The only writer of step, but for the end of a check. */
static void rebuild_step(struct rebuild *rebuild, enum step step)
{
    assert(step != STEP_NONE);
    rebuild->step = step;
    if (rebuild->stopping) {
        return;
    }
    if (step == STEP_FETCH) {
        fetch_start(rebuild);
    } else if (writer_submit(rebuild->writer, &rebuild->job) != ERR_OK) {
        rebuild_wait(rebuild, REBUILD_RETRY_MS, "database-away");
    }
}

static void rebuild_end(struct rebuild *rebuild, enum rebuild_state state)
{
    rebuild->step = STEP_NONE;
    rebuild->state = state;
    event_fetch_release(&rebuild->response);
    rebuild->response = (struct event_fetch_response){.count = 0};
}

static void rebuild_fail(struct rebuild *rebuild, const char *failure)
{
    rebuild->failure = failure;
    rebuild_end(rebuild, REBUILD_FAILED);
    log_error("rebuild_check_failed", log_str("check", rebuild->check_id),
              log_str("failure", failure));
}

/* Tries the same step again, or gives up with the reason. */
static void rebuild_wait(struct rebuild *rebuild, int64_t wait_ms, const char *failure)
{
    rebuild->retry_count++;
    if (rebuild->stopping) {
        return;
    }
    if (rebuild->retry_count > REBUILD_RETRY_COUNT_MAX ||
        uv_timer_start(&rebuild->timer, on_timer, (uint64_t)wait_ms, 0) != 0) {
        rebuild_fail(rebuild, failure);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct rebuild *rebuild = timer->data;

    rebuild_step(rebuild, rebuild->step);
}

static void rebuild_finish(struct rebuild *rebuild)
{
    rebuild->equal = true;
    for (int i = 0; i < REBUILD_STREAM_COUNT; i++) {
        struct stream *stream = &rebuild->streams[i];

        stream->chain_equal =
            memcmp(stream->chain, rebuild->offsets[i].chain, sizeof stream->chain) == 0;
        rebuild->equal = rebuild->equal && stream->chain_equal;
    }
    for (size_t i = 0; i < rebuild->comparison.table_count; i++) {
        rebuild->equal = rebuild->equal && rebuild->comparison.tables[i].equal;
    }
    rebuild_end(rebuild, REBUILD_DONE);
    log_info("rebuild_check_done", log_str("check", rebuild->check_id),
             log_bool("equal", rebuild->equal), log_int("skipped", rebuild->skipped));
}

/* Fetches for a stream that the copy is behind in; compares when there is none. */
static void rebuild_go_on(struct rebuild *rebuild)
{
    for (int i = 0; i < REBUILD_STREAM_COUNT; i++) {
        if (rebuild->streams[i].next_seq < rebuild->streams[i].target_seq) {
            rebuild->stream = &rebuild->streams[i];
            rebuild_step(rebuild, STEP_FETCH);
            return;
        }
    }
    rebuild_step(rebuild, STEP_COMPARE);
}

/* ---- Fetch ---- */

static uint32_t fetch_limit(const struct stream *stream)
{
    uint64_t behind = stream->target_seq - stream->next_seq;

    return behind < EVENT_FETCH_COUNT_MAX ? (uint32_t)behind : EVENT_FETCH_COUNT_MAX;
}

static void fetch_start(struct rebuild *rebuild)
{
    const struct stream *stream = rebuild->stream;
    struct event_fetch_request request = {
        .from_seq = stream->next_seq,
        .limit = fetch_limit(stream),
    };
    struct buffer buffer;
    enum err err;

    assert(strlen(stream->name) < sizeof request.stream);
    memcpy(request.stream, stream->name, strlen(stream->name) + 1);
    buffer_init(&buffer, FETCH_REQUEST_SIZE_MAX);
    event_fetch_encode_request(&request, &buffer);
    err = buffer_status(&buffer);
    if (!err) {
        err = bus_req_send(stream->req, buffer.data, buffer.length, FETCH_TIMEOUT_MS, on_fetched,
                           rebuild);
    }
    buffer_release(&buffer);
    if (err) {
        rebuild_wait(rebuild, REBUILD_RETRY_MS, "publisher-away");
    }
}

static void take_batch(struct rebuild *rebuild)
{
    uint64_t behind = rebuild->stream->target_seq - rebuild->stream->next_seq;
    size_t left = rebuild->response.count - rebuild->first;
    size_t most = rebuild->one_by_one ? 1 : REBUILD_BATCH_MAX;

    rebuild->count = left < most ? left : most;
    if (rebuild->count > behind) {
        rebuild->count = (size_t)behind; /* more than was asked for is not heard yet */
    }
    rebuild_step(rebuild, STEP_APPLY);
}

static void fetched(struct rebuild *rebuild)
{
    const struct event_fetch_response *response = &rebuild->response;

    switch (response->status) {
    case EVENT_FETCH_OK:
        if (response->count == 0) {
            rebuild_wait(rebuild, REBUILD_RETRY_MS, "publisher-behind");
            return;
        }
        rebuild->retry_count = 0;
        rebuild->first = 0;
        rebuild->one_by_one = false;
        take_batch(rebuild);
        return;
    case EVENT_FETCH_OVERLOADED:
        rebuild_wait(rebuild,
                     response->retry_after_ms > 0 ? response->retry_after_ms : REBUILD_RETRY_MS,
                     "publisher-busy");
        return;
    case EVENT_FETCH_GONE:
        rebuild_fail(rebuild, "history-gone");
        return;
    case EVENT_FETCH_INVALID:
        break;
    }
    rebuild_fail(rebuild, "publisher-refuses");
}

static void on_fetched(const void *reply, size_t length, void *context)
{
    struct rebuild *rebuild = context;

    event_fetch_release(&rebuild->response);
    rebuild->response = (struct event_fetch_response){.count = 0};
    if (!reply) {
        rebuild_wait(rebuild, REBUILD_RETRY_MS, "publisher-away");
    } else if (event_fetch_decode_response(reply, length, &rebuild->response) != ERR_OK) {
        rebuild_fail(rebuild, "publisher-refuses");
    } else {
        fetched(rebuild);
    }
}

/* ---- Back on the loop ---- */

/* Goes past the envelopes of this batch, applied or not. */
static void pass_batch(struct rebuild *rebuild)
{
    struct stream *stream = rebuild->stream;

    for (size_t i = 0; i < rebuild->count; i++) {
        const struct event_fetch_piece *piece = &rebuild->response.envelopes[rebuild->first + i];

        event_chain(stream->chain, stream->next_seq, piece->data, piece->length);
        stream->next_seq++;
    }
    rebuild->first += rebuild->count;
}

static void applied(struct rebuild *rebuild, enum err err)
{
    if (err && rebuild->count > 1) {
        rebuild->one_by_one = true;
        take_batch(rebuild);
        return;
    }
    rebuild->skipped += err ? 1 : 0;
    pass_batch(rebuild);
    if (rebuild->first < rebuild->response.count &&
        rebuild->stream->next_seq < rebuild->stream->target_seq) {
        take_batch(rebuild);
    } else {
        rebuild_go_on(rebuild);
    }
}

static void compared(struct rebuild *rebuild)
{
    if (rebuild->compared) {
        rebuild_finish(rebuild);
        return;
    }
    for (int i = 0; i < REBUILD_STREAM_COUNT; i++) {
        struct stream *stream = &rebuild->streams[i];

        stream->target_seq = (uint64_t)rebuild->offsets[i].next_seq;
        if (stream->target_seq < stream->next_seq) {
            rebuild_fail(rebuild, "offset-moved-back");
            return;
        }
    }
    rebuild_go_on(rebuild);
}

static void rebuild_done(struct writer_job *job)
{
    struct rebuild *rebuild = (struct rebuild *)job;
    enum err err = job->err;

    if (rebuild->stopping) {
        return;
    }
    if (err == ERR_UNAVAILABLE) {
        rebuild_wait(rebuild, REBUILD_RETRY_MS, "database-away");
        return;
    }
    if (rebuild->step == STEP_APPLY) {
        rebuild->retry_count = 0;
        applied(rebuild, err);
        return;
    }
    if (err) {
        rebuild_fail(rebuild, "internal-error");
        return;
    }
    rebuild->retry_count = 0;
    if (rebuild->step == STEP_CLEAR) {
        rebuild_step(rebuild, STEP_COMPARE);
    } else {
        compared(rebuild);
    }
}
