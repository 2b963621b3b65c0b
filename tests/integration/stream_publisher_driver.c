/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service that only says what a test tells it to say:
 *
 *     stream_publisher_driver CONNINFO STREAM PUB-URL FETCH-URL
 *
 * Each line on standard input is `TYPE SUBJECT DATASCHEMA HEX`; the event is
 * durable and published when "said" is printed, "lost" when that is not known.
 * "ready" is printed once it leads its stream. Ends with its input. The database
 * gets schema event by itself. Must never say anything of its own.
 */
#include "runtime/crypto.h"
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
    STATEMENT_TIMEOUT_MS = 10000,
    LINE_SIZE_MAX = 1024 * 1024,
    FIELD_COUNT = 4,
};

struct saying {
    struct writer_job job; /* first: a job is its saying */
    char *line;            /* cut into its fields */
    char *fields[FIELD_COUNT];
};

struct driver {
    struct loop loop;
    struct reader *reader;
    struct publisher *publisher;
    struct writer *writer;
    uv_pipe_t input;
    uv_timer_t end;
    struct buffer pending; /* input not yet ended by a newline */
    bool ready;
    size_t waiting; /* sayings under way */
    bool input_ended;
};

static struct driver driver;

static void on_end(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, NULL);
    loop_stop(&driver.loop);
}

/* Writer and reader may not be closed from their own done functions, hence the timer. */
static void end_if_done(void)
{
    if (driver.input_ended && driver.waiting == 0) {
        (void)uv_timer_start(&driver.end, on_end, 0, 0); /* Cannot fail with a callback. */
    }
}

static void on_stop(void *context)
{
    (void)context;
    writer_close(driver.writer);
    reader_close(driver.reader);
    publisher_close(driver.publisher);
}

static enum err say(struct writer_tx *tx, const struct saying *saying)
{
    size_t length = strlen(saying->fields[3]) / 2;
    uint8_t *data = malloc(length + 1);
    enum err err = ERR_OK;

    assert(data != NULL);
    err = crypto_hex_parse(saying->fields[3], data, length);
    if (err) {
        free(data);
        return err;
    }
    const struct event_draft draft = {
        .type = saying->fields[0],
        .subject = saying->fields[1],
        .dataschema = saying->fields[2],
        .data = data,
        .data_length = length,
    };
    return writer_tx_event(tx, &draft);
}

static enum err say_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++) {
        err = say(tx, (const struct saying *)jobs[i]);
    }
    return err;
}

static void say_done(struct writer_job *job)
{
    struct saying *saying = (struct saying *)job;

    (void)printf("%s\n", job->err ? "lost" : "said");
    free(saying->line);
    free(saying);
    driver.waiting--;
    end_if_done();
}

static const struct writer_job_type SAYINGS = {"sayings", 100, say_work, say_done};

static void take_line(const char *text, size_t length)
{
    struct saying *saying = calloc(1, sizeof *saying);
    char *rest = NULL;

    assert(saying != NULL);
    saying->line = calloc(1, length + 1);
    assert(saying->line != NULL);
    memcpy(saying->line, text, length);
    for (int i = 0; i < FIELD_COUNT; i++) {
        saying->fields[i] = strtok_r(i == 0 ? saying->line : NULL, " ", &rest);
        assert(saying->fields[i] != NULL);
    }
    saying->job.type = &SAYINGS;
    driver.waiting++;
    if (writer_submit(driver.writer, &saying->job)) {
        saying->job.err = ERR_UNAVAILABLE;
        say_done(&saying->job);
    }
}

static void on_allocate(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    static char memory[65536];

    (void)handle;
    (void)size;
    *buffer = uv_buf_init(memory, sizeof memory);
}

static void on_input(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    if (length < 0) {
        uv_close((uv_handle_t *)stream, NULL);
        driver.input_ended = true;
        end_if_done();
        return;
    }
    buffer_append(&driver.pending, buffer->base, (size_t)length);
    while (driver.pending.length > 0) {
        const char *text = (const char *)driver.pending.data;
        const char *end = memchr(text, '\n', driver.pending.length);
        if (!end) {
            break;
        }
        take_line(text, (size_t)(end - text));
        buffer_consume(&driver.pending, (size_t)(end - text) + 1);
    }
}

static void on_committed(const struct eventlog_head *head, const struct eventlog_entries *entries,
                         void *context)
{
    (void)context;
    publisher_committed(head, entries, driver.publisher);
    if (!driver.ready && writer_state(driver.writer) == WRITER_LEADING) {
        driver.ready = true;
        (void)printf("ready\n");
        (void)uv_read_start((uv_stream_t *)&driver.input, on_allocate, on_input);
    }
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

static enum err run(const struct db_options *db, char **argv)
{
    const struct reader_options reading = {.db = *db, .thread_count = 1};
    struct publisher_options publishing = {
        .stream = argv[2], .pub_url = argv[3], .fetch_url = argv[4]};
    const struct writer_options writing = {
        .db = *db,
        .stream = argv[2],
        .source = "//hyeopchi/test/driver",
        .leader_id = "driver",
        .committed = on_committed,
    };
    enum err err = reader_open(&driver.loop, &reading, &driver.reader);

    publishing.reader = driver.reader;
    if (!err) {
        err = publisher_open(&driver.loop, &publishing, &driver.publisher);
    }
    if (!err) {
        err = writer_open(&driver.loop, &writing, &driver.writer);
    }
    if (!err) {
        err = loop_on_stop(&driver.loop, on_stop, NULL);
    }
    if (!err) {
        loop_run(&driver.loop);
    }
    return err;
}

int main(int argc, char **argv)
{
    enum err err = ERR_INVALID;

    if (argc != 5 || crypto_open()) {
        return EXIT_FAILURE;
    }
    const struct db_options db = {
        .conninfo = argv[1],
        .password = "",
        .application_name = "driver",
        .statement_timeout_ms = STATEMENT_TIMEOUT_MS,
    };
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    buffer_init(&driver.pending, LINE_SIZE_MAX);
    loop_block_signals();
    err = loop_open(&driver.loop, STOP_TIMEOUT_MS);
    if (!err) {
        err = migrate(&db);
    }
    if (!err) {
        (void)uv_timer_init(&driver.loop.uv, &driver.end);     /* Cannot fail. */
        (void)uv_pipe_init(&driver.loop.uv, &driver.input, 0); /* Cannot fail. */
        (void)uv_pipe_open(&driver.input, 0);
        err = run(&db, argv);
        loop_close(&driver.loop);
    }
    buffer_release(&driver.pending);
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
