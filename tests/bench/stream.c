/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_stream CONNINFO PUB-URL FETCH-URL EVENTS PER-COMMIT: how fast the event
 * log is. Appends EVENTS events, PER-COMMIT in each job, keeping a few jobs
 * waiting; counts what a subscriber on the bus hears of them; then fetches all
 * of them again in ranges of 1,000. Prints the three rates as JSON. The database
 * gets schema event by itself. Must never count an event before its COMMIT.
 */
#include "runtime/bus.h"
#include "runtime/crypto.h"
#include "runtime/event_fetch.h"
#include "runtime/migrate.h"
#include "runtime/publisher.h"
#include "runtime/reader.h"
#include "runtime/writer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STOP_TIMEOUT_MS = 20000,
    CLOSE_TIMEOUT_MS = 2000,
    STATEMENT_TIMEOUT_MS = 10000,
    FETCH_TIMEOUT_MS = 10000,
    HEARING_MS = 500, /* silence on the bus after which nothing more is awaited */
    JOB_COUNT = 32,   /* under way at once */
    DATA_SIZE = 200,  /* bytes of one event's message */
    REQUEST_SIZE_MAX = 1024,
};

#define STREAM "ledger"

struct bench {
    struct loop loop;
    struct reader *reader;
    struct publisher *publisher;
    struct writer *writer;
    struct bus_sub *sub;
    struct bus_req *req;
    uv_timer_t timer;
    uint64_t event_count;
    uint64_t per_commit;
    uint64_t submitted;
    uint64_t appended;
    uint64_t heard;
    uint64_t fetched;
    uint64_t started_ns;
    uint64_t appended_ns;
    uint64_t heard_ns;
    uint64_t fetch_started_ns;
    uint64_t fetched_ns;
    bool connected;
    bool leading;
    enum err err;
};

struct job {
    struct writer_job job; /* first: the writer's job is ours */
    uint64_t count;
};

static struct bench bench;
static struct job jobs[JOB_COUNT];

static void fetch_next(void);

static void end(enum err err)
{
    bench.err = bench.err ? bench.err : err;
    if (!uv_is_closing((uv_handle_t *)&bench.timer)) {
        uv_close((uv_handle_t *)&bench.timer, NULL);
    }
    loop_stop(&bench.loop);
}

static enum err append_one(struct writer_tx *tx)
{
    struct event_draft draft = {
        .type = "kr.hyeopchi.ledger.entries.posted.v1",
        .subject = "entries/00000000-0000-7000-8000-000000000000",
        .dataschema = "hyeopchi.ledger.v1.EntriesPosted",
        .data = malloc(DATA_SIZE),
        .data_length = DATA_SIZE,
    };

    if (draft.data == NULL) {
        return ERR_UNAVAILABLE;
    }
    crypto_random(draft.data, DATA_SIZE);
    return writer_tx_event(tx, &draft);
}

static enum err append_work(struct writer_tx *tx, struct writer_job *const *batch, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < count; i++) {
        const struct job *job = (const struct job *)batch[i];

        for (uint64_t e = 0; e < job->count && !err; e++) {
            err = append_one(tx);
        }
    }
    return err;
}

static void append_done(struct writer_job *done);

static const struct writer_job_type APPEND = {"append", 1, append_work, append_done};

static void submit(struct job *job)
{
    uint64_t left = bench.event_count - bench.submitted;

    job->count = left < bench.per_commit ? left : bench.per_commit;
    if (job->count == 0) {
        return;
    }
    job->job.type = &APPEND;
    bench.submitted += job->count;
    if (writer_submit(bench.writer, &job->job)) {
        end(ERR_UNAVAILABLE);
    }
}

static void append_done(struct writer_job *done)
{
    struct job *job = (struct job *)done;

    if (done->err) {
        end(done->err);
        return;
    }
    bench.appended += job->count;
    bench.appended_ns = uv_hrtime();
    if (!loop_is_stopping(&bench.loop)) {
        submit(job);
    }
}

static void start_if_ready(void)
{
    if (!bench.connected || !bench.leading || bench.started_ns > 0) {
        return;
    }
    bench.started_ns = uv_hrtime();
    bench.heard_ns = bench.started_ns;
    for (size_t i = 0; i < JOB_COUNT; i++) {
        submit(&jobs[i]);
    }
}

static void on_committed(const struct eventlog_head *head, const struct eventlog_entries *entries,
                         void *context)
{
    (void)context;
    publisher_committed(head, entries, bench.publisher);
    if (writer_state(bench.writer) == WRITER_LEADING) {
        bench.leading = true;
        start_if_ready();
    }
}

static void on_message(const void *data, size_t length, void *context)
{
    struct event_frame frame;

    (void)context;
    if (event_frame_decode(data, length, &frame)) {
        return;
    }
    if (frame.kind == EVENT_FRAME_EVENT) {
        bench.heard++;
        bench.heard_ns = uv_hrtime();
    } else {
        bench.connected = true; /* A heartbeat: nothing is said into the void from now on. */
        start_if_ready();
    }
}

static void on_reply(const void *reply, size_t length, void *context)
{
    struct event_fetch_response response = {.owner = NULL};

    (void)context;
    if (reply == NULL || event_fetch_decode_response(reply, length, &response) ||
        response.status != EVENT_FETCH_OK || response.count == 0) {
        end(ERR_UNAVAILABLE);
    } else {
        bench.fetched += response.count;
        bench.fetched_ns = uv_hrtime();
        fetch_next();
    }
    event_fetch_release(&response);
}

static void fetch_next(void)
{
    const struct event_fetch_request request = {
        .stream = STREAM,
        .from_seq = bench.fetched + 1,
        .limit = EVENT_FETCH_COUNT_MAX,
    };
    struct buffer bytes;

    if (bench.fetched >= bench.event_count) {
        end(ERR_OK);
        return;
    }
    buffer_init(&bytes, REQUEST_SIZE_MAX);
    event_fetch_encode_request(&request, &bytes);
    if (buffer_status(&bytes) ||
        bus_req_send(bench.req, bytes.data, bytes.length, FETCH_TIMEOUT_MS, on_reply, NULL)) {
        end(ERR_UNAVAILABLE);
    }
    buffer_release(&bytes);
}

/* Goes on to Fetch when everything is appended and the bus has nothing more to say. */
static void on_timer(uv_timer_t *timer)
{
    bool all_heard = bench.heard >= bench.event_count;
    bool silent = uv_hrtime() - bench.heard_ns > (uint64_t)HEARING_MS * 1000000;

    if (bench.started_ns > 0 && bench.appended >= bench.event_count && (all_heard || silent)) {
        (void)uv_timer_stop(timer); /* Cannot fail. */
        bench.fetch_started_ns = uv_hrtime();
        fetch_next();
    }
}

static void on_stop(void *context)
{
    (void)context;
    bus_sub_close(bench.sub);
    bus_req_close(bench.req);
    writer_close(bench.writer);
    reader_close(bench.reader);
    publisher_close(bench.publisher);
}

static enum err migrate(const struct db_options *options)
{
    struct db *db = NULL;
    enum err err = db_open(options, &db);

    if (!err) {
        err = migrate_apply(db, &migrate_runtime_set);
    }
    db_close(db);
    return err;
}

static enum err open_parts(const struct db_options *db, const char *pub_url, const char *fetch_url)
{
    const struct reader_options reading = {.db = *db, .thread_count = 1};
    struct publisher_options publishing = {
        .stream = STREAM, .pub_url = pub_url, .fetch_url = fetch_url};
    const struct bus_sub_options hearing = {
        .url = pub_url, .topic = STREAM, .on_message = on_message};
    const struct writer_options writing = {
        .db = *db,
        .stream = STREAM,
        .source = "//hyeopchi/bench/ledger",
        .leader_id = "bench",
        .committed = on_committed,
    };
    enum err err = reader_open(&bench.loop, &reading, &bench.reader);

    publishing.reader = bench.reader;
    if (!err) {
        err = publisher_open(&bench.loop, &publishing, &bench.publisher);
    }
    if (!err) {
        err = bus_sub_open(&bench.loop, &hearing, &bench.sub);
    }
    if (!err) {
        err = bus_req_open(&bench.loop, fetch_url, 0, &bench.req);
    }
    return err ? err : writer_open(&bench.loop, &writing, &bench.writer);
}

/* Events in a second. */
static double rate(uint64_t count, uint64_t from_ns, uint64_t to_ns)
{
    return to_ns > from_ns ? (double)count * 1e9 / (double)(to_ns - from_ns) : 0.0;
}

static void print_rates(void)
{
    (void)printf(
        "{\"events\":%llu,\"heard\":%llu,\"fetched\":%llu,\"appended_per_second\":%.0f,"
        "\"heard_per_second\":%.0f,\"fetched_per_second\":%.0f}\n",
        (unsigned long long)bench.appended, (unsigned long long)bench.heard,
        (unsigned long long)bench.fetched,
        rate(bench.appended, bench.started_ns, bench.appended_ns),
        rate(bench.heard, bench.started_ns, bench.heard_ns),
        rate(bench.fetched, bench.fetch_started_ns, bench.fetched_ns));
}

static enum err run(char **argv)
{
    const struct db_options db = {
        .conninfo = argv[1],
        .password = "",
        .application_name = "bench",
        .statement_timeout_ms = STATEMENT_TIMEOUT_MS,
    };
    enum err err = migrate(&db);

    if (!err) {
        err = open_parts(&db, argv[2], argv[3]);
    }
    if (!err) {
        err = loop_on_stop(&bench.loop, on_stop, NULL);
    }
    if (!err) {
        (void)uv_timer_init(&bench.loop.uv, &bench.timer);      /* Cannot fail. */
        (void)uv_timer_start(&bench.timer, on_timer, 100, 100); /* Cannot fail with a callback. */
        loop_run(&bench.loop);
        err = bench.err;
    }
    return err;
}

int main(int argc, char **argv)
{
    enum err err;

    if (argc != 6 || crypto_open()) {
        (void)fprintf(stderr, "usage: bench_stream CONNINFO PUB-URL FETCH-URL EVENTS PER-COMMIT\n");
        return EXIT_FAILURE;
    }
    bench.event_count = strtoull(argv[4], NULL, 10);
    bench.per_commit = strtoull(argv[5], NULL, 10);
    if (bench.event_count == 0 || bench.per_commit == 0 ||
        bench.per_commit * JOB_COUNT > EVENTLOG_APPEND_COUNT_MAX) {
        (void)fprintf(stderr, "bench_stream: more events than one commit takes, or none\n");
        return EXIT_FAILURE;
    }
    loop_block_signals();
    err = loop_open(&bench.loop, STOP_TIMEOUT_MS);
    if (!err) {
        err = run(argv);
    }
    if (!err) {
        loop_close(&bench.loop);
        (void)bus_wait_closed(CLOSE_TIMEOUT_MS); /* What hangs inside nng ends with us. */
        print_rates();
    }
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
