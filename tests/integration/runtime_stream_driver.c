/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One process of several that write one stream:
 *
 *     runtime_stream_driver CONNINFO NAME SOURCES JOBS once|again
 *
 * Each source submits its jobs 0, 1, 2 … one after another; a job writes a row
 * of `said` and an event. "ack SOURCE NUMBER" says that it is durable, "lost
 * SOURCE NUMBER" that this is not known; then the job is left alone (once) or
 * tried again (again). JOBS 0: until SIGTERM; SOURCES 0: leads and writes
 * nothing. Must never say "ack" for anything but ERR_OK.
 */
#include "runtime/crypto.h"
#include "runtime/writer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STOP_TIMEOUT_MS = 60000,
    SOURCE_COUNT_MAX = 64,
    RUN_MAX = 100,
    RETRY_MS = 10,
    TEXT_SIZE = 64
};

struct source {
    struct writer_job job;
    struct driver *driver;
    uv_timer_t retry;
    int64_t index;
    int64_t number;
};

struct driver {
    struct loop loop;
    struct writer *writer;
    const char *name;
    int64_t source_count;
    int64_t job_count;
    bool again;
    int64_t finished_count;
    uint64_t heard_seq; /* the head, as the hook heard it last */
    struct source sources[SOURCE_COUNT_MAX];
};

static const char SAY[] =
    "INSERT INTO said (name, source, number) VALUES ($1, $2, $3)"
    " ON CONFLICT (name, source, number) DO NOTHING";

/* A row that is there already was said by an earlier try: then there is nothing to say. */
static enum err say(struct writer_tx *tx, const struct source *source)
{
    const struct db_param params[] = {
        db_text(source->driver->name),
        db_int64(source->index),
        db_int64(source->number),
    };
    struct event_draft draft = {
        .type = "kr.hyeopchi.test.number.said.v1",
        .subject = "numbers",
        .dataschema = "none",
    };
    int64_t changed;
    char *text;
    enum err err;

    err = db_exec_count(tx->db, SAY, params, DB_COUNT(params), &changed);
    if (err || changed == 0) {
        return err;
    }
    text = calloc(1, TEXT_SIZE);
    assert(text != NULL);
    (void)snprintf(text, TEXT_SIZE, "%s %lld %lld", source->driver->name, (long long)source->index,
                   (long long)source->number);
    draft.data = (uint8_t *)text;
    draft.data_length = strlen(text);
    return writer_tx_event(tx, &draft);
}

static enum err say_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++) {
        err = say(tx, (const struct source *)jobs[i]);
    }
    return err;
}

static void submit(struct source *source);

static void on_retry(uv_timer_t *timer)
{
    submit(timer->data);
}

static void say_done(struct writer_job *job)
{
    struct source *source = (struct source *)job;
    struct driver *driver = source->driver;

    (void)printf("%s %lld %lld\n", job->err ? "lost" : "ack", (long long)source->index,
                 (long long)source->number);
    if (!job->err || !driver->again) {
        source->number++;
    }
    if (source->number != driver->job_count || driver->job_count == 0) {
        submit(source);
        return;
    }
    driver->finished_count++;
    if (driver->finished_count == driver->source_count) {
        (void)printf("finished\n");
        loop_stop(&driver->loop);
    }
}

static const struct writer_job_type SAYINGS = {"sayings", RUN_MAX, say_work, say_done};

static void submit(struct source *source)
{
    if (loop_is_stopping(&source->driver->loop)) {
        return;
    }
    source->job.type = &SAYINGS;
    if (writer_submit(source->driver->writer, &source->job)) {
        (void)uv_timer_start(&source->retry, on_retry, RETRY_MS, 0);
    }
}

static void on_stop(void *context)
{
    struct driver *driver = context;

    for (int64_t i = 0; i < driver->source_count; i++) {
        uv_close((uv_handle_t *)&driver->sources[i].retry, NULL);
    }
}

static void on_committed(const struct eventlog_head *head, const struct eventlog_entries *entries,
                         void *context)
{
    struct driver *driver = context;

    for (size_t i = 0; i < entries->count; i++) {
        driver->heard_seq++;
        assert(entries->entries[i].seq == driver->heard_seq); /* Or a gap that nobody told of. */
    }
    assert(entries->count == 0 || head->seq == driver->heard_seq);
    driver->heard_seq = head->seq;
}

static enum err run(struct driver *driver, const char *conninfo)
{
    const struct writer_options options = {
        .db = {.conninfo = conninfo,
               .password = "",
               .application_name = driver->name,
               .statement_timeout_ms = 10000},
        .stream = "numbers",
        .source = "//hyeopchi/test/driver",
        .leader_id = driver->name,
        .committed = on_committed,
        .committed_context = driver,
    };
    enum err err;

    loop_block_signals();
    err = loop_open(&driver->loop, STOP_TIMEOUT_MS);
    if (err) {
        return err;
    }
    err = writer_open(&driver->loop, &options, &driver->writer);
    if (!err) {
        err = loop_on_stop(&driver->loop, on_stop, driver);
    }
    for (int64_t i = 0; !err && i < driver->source_count; i++) {
        struct source *source = &driver->sources[i];

        source->driver = driver;
        source->index = i;
        (void)uv_timer_init(&driver->loop.uv, &source->retry); /* Cannot fail. */
        source->retry.data = source;
        submit(source);
    }
    if (!err) {
        loop_run(&driver->loop);
    }
    writer_close(driver->writer);
    loop_close(&driver->loop);
    return err;
}

int main(int argc, char **argv)
{
    static struct driver driver;

    if (argc != 6 || crypto_open()) {
        return EXIT_FAILURE;
    }
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    driver.name = argv[2];
    driver.source_count = strtoll(argv[3], NULL, 10);
    driver.job_count = strtoll(argv[4], NULL, 10);
    driver.again = strcmp(argv[5], "again") == 0;
    assert(driver.source_count >= 0 && driver.source_count <= SOURCE_COUNT_MAX);
    return run(&driver, argv[1]) ? EXIT_FAILURE : EXIT_SUCCESS;
}
