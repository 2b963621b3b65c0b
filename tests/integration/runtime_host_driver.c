/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest service there can be, put together as every service is: it
 * stores notes, announces each as an event, and hears the notes of another
 * instance under another name. Its routes ask for no signature, so that a test
 * needs none; the shared routes keep their roles.
 */
#include "runtime/host.h"

#include <assert.h>
#include <nng/nng.h>
#include <nng/protocol/pair1/pair.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_SIZE = 128, ROUTE_COUNT = 4 };

struct driver_config {
    struct host_config host;
    char service_name[CONFIG_TEXT_SIZE];
    char hear_stream[CONFIG_TEXT_SIZE];
    char hear_pub_url[CONFIG_TEXT_SIZE];
    char hear_fetch_url[CONFIG_TEXT_SIZE];
    bool park;
};

#define TEXT(setting, value, meaning)                                                              \
    {                                                                                              \
        .name = #setting, .type = CONFIG_TEXT, .minimum = 0, .maximum = CONFIG_TEXT_SIZE - 1,      \
        .default_value = (value), .unit = "", .sentence = (meaning),                               \
        .offset = offsetof(struct driver_config, setting)                                          \
    }

static const struct config_row rows[] = {
    TEXT(service_name, "ledger", "Name of the service and its stream."),
    TEXT(hear_stream, "", "The stream it hears; none by default."),
    TEXT(hear_pub_url, "", "Where that stream is published."),
    TEXT(hear_fetch_url, "", "Where that stream is fetched."),
    {.name = "park",
     .type = CONFIG_BOOLEAN,
     .default_value = "off",
     .unit = "",
     .sentence = "Whether a poison event is parked rather than halting the stream.",
     .offset = offsetof(struct driver_config, park)},
};

static const struct config_table own_table = {rows, sizeof rows / sizeof rows[0]};

static const struct migration migrations[] = {
    {1, "0001_note.sql",
     "CREATE SCHEMA note;"
     "CREATE TABLE note.written (text text NOT NULL);"
     "CREATE TABLE note.heard (seq bigint PRIMARY KEY, text text NOT NULL);"
     "DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA note TO %I', current_database());"
     " EXECUTE format('GRANT SELECT, INSERT ON note.written, note.heard TO %I',"
     " current_database()); END $$"},
};

static const struct migration_set migration_set = {"driver", migrations, 1};
static const ProtobufCMessageDescriptor *const event_types[] = {NULL};

/* One note on its way into the database. */
struct note {
    struct writer_job job;
    struct http_request *request;
    char text[NOTE_SIZE];
};

static const char INSERT_NOTE[] = "INSERT INTO note.written (text) VALUES ($1)";
static const char WAIT_A_SECOND[] = "SELECT pg_sleep(1)";

static enum err write_note(struct writer_tx *tx, struct note *note)
{
    const struct db_param params[] = {db_text(note->text)};
    struct event_draft draft = {
        .type = "kr.hyeopchi.driver.note.written.v1",
        .subject = "notes/1",
        .data = malloc(NOTE_SIZE),
        .data_length = strlen(note->text),
    };
    struct db_rows *waited;
    enum err err;

    assert(draft.data != NULL);
    memcpy(draft.data, note->text, strlen(note->text));
    if (strcmp(note->text, "slow") == 0) {
        err = db_query(tx->db, WAIT_A_SECOND, NULL, 0, &waited);
        if (err) {
            free(draft.data);
            return err;
        }
        db_rows_release(waited);
    }
    err = db_exec(tx->db, INSERT_NOTE, params, DB_COUNT(params));
    if (err) {
        free(draft.data);
        return err;
    }
    return writer_tx_event(tx, &draft);
}

static enum err note_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++) {
        err = write_note(tx, (struct note *)jobs[i]);
    }
    return err;
}

/* A part of the service's own, which handlers need until the last answer. */
static bool part_stopped;

static void stop_part(void *context)
{
    (void)context;
    part_stopped = true;
}

static void note_done(struct writer_job *job)
{
    struct note *note = (struct note *)job;

    assert(!part_stopped);
    if (job->err) {
        http_respond_error(note->request, job->err);
    } else {
        http_respond_json(note->request, 201, json_pack("{s:s}", "text", note->text));
    }
    free(note);
}

static const struct writer_job_type note_type = {"note", 100, note_work, note_done};

static void handle_write(struct http_request *request, void *context)
{
    struct host *host = context;
    struct note *note = calloc(1, sizeof *note);
    size_t length;
    const uint8_t *body = http_request_body(request, &length);
    enum err err;

    assert(note != NULL);
    assert(length < NOTE_SIZE);
    memcpy(note->text, body, length);
    note->request = request;
    note->job.type = &note_type;
    err = writer_submit(host->writer, &note->job);
    if (err) {
        http_respond_error(request, err);
        free(note);
    }
}

struct count {
    struct reader_job job;
    struct http_request *request;
    const char *sql;
    int64_t count;
};

static const char COUNT_WRITTEN[] = "SELECT COUNT(text) FROM note.written";
static const char COUNT_HEARD[] = "SELECT COUNT(seq) FROM note.heard";

static enum err count_work(struct db *db, struct reader_job *job)
{
    struct count *count = (struct count *)job;
    struct db_rows *found;
    enum err err;

    if (db == NULL) {
        return ERR_UNAVAILABLE;
    }
    err = db_query(db, count->sql, NULL, 0, &found);
    if (err) {
        return err;
    }
    count->count = db_rows_int64(found, 0, 0);
    db_rows_release(found);
    return ERR_OK;
}

static void count_done(struct reader_job *job)
{
    struct count *count = (struct count *)job;

    if (job->err) {
        http_respond_error(count->request, job->err);
    } else {
        http_respond_json(count->request, 200,
                          json_pack("{s:I}", "count", (json_int_t)count->count));
    }
    free(count);
}

static void submit_count(struct http_request *request, struct host *host, const char *sql)
{
    struct count *count = calloc(1, sizeof *count);
    enum err err;

    assert(count != NULL);
    *count = (struct count){
        .job = {.work = count_work, .done = count_done},
        .request = request,
        .sql = sql,
    };
    err = reader_submit(host->reader, &count->job);
    if (err) {
        http_respond_error(request, err);
        free(count);
    }
}

static void handle_count_written(struct http_request *request, void *context)
{
    submit_count(request, context, COUNT_WRITTEN);
}

static void handle_count_heard(struct http_request *request, void *context)
{
    submit_count(request, context, COUNT_HEARD);
}

/* On nng's thread that frees connections, which comes back never. */
static void wait_for_ever(nng_pipe pipe, nng_pipe_ev event, void *context)
{
    (void)pipe;
    (void)event;
    while (true) {
        (void)sem_wait(context);
    }
}

/* Before nng_dial() returns. */
static void close_at_once(nng_pipe pipe, nng_pipe_ev event, void *context)
{
    (void)event;
    (void)context;
    (void)nng_pipe_close(pipe);
}

/* Brings nng to where a defect of 1.5.2 brings it. */
static void handle_jam(struct http_request *request, void *context)
{
    static sem_t never;
    nng_socket listener;
    nng_socket dialer;
    int wrong = sem_init(&never, 0, 0);

    (void)context;
    wrong = wrong != 0 ? wrong : nng_pair1_open(&listener);
    wrong = wrong != 0 ? wrong : nng_pair1_open(&dialer);
    wrong = wrong != 0 ? wrong : nng_pipe_notify(dialer, NNG_PIPE_EV_ADD_POST, close_at_once, NULL);
    wrong =
        wrong != 0 ? wrong : nng_pipe_notify(dialer, NNG_PIPE_EV_REM_POST, wait_for_ever, &never);
    wrong = wrong != 0 ? wrong : nng_listen(listener, "inproc://jam", NULL, 0);
    wrong = wrong != 0 ? wrong : nng_dial(dialer, "inproc://jam", NULL, 0);
    assert(wrong == 0);
    http_respond_json(request, 200, json_pack("{s:s}", "nng", nng_version()));
}

static const char HEAR_NOTE[] = "INSERT INTO note.heard (seq, text) VALUES ($1, $2)";

/* "poison" never applies; "sick" does once the note "medicine" has been written here. */
static const char FIND_MEDICINE[] = "SELECT COUNT(text) FROM note.written WHERE text = 'medicine'";

static enum err cure(struct writer_tx *tx, bool *ret_cured)
{
    struct db_rows *found;
    enum err err = db_query(tx->db, FIND_MEDICINE, NULL, 0, &found);

    if (err) {
        return err;
    }
    *ret_cured = db_rows_int64(found, 0, 0) > 0;
    db_rows_release(found);
    return ERR_OK;
}

static enum err hear(struct writer_tx *tx, const struct event *event, void *context)
{
    char text[NOTE_SIZE] = "";
    bool cured = true;
    enum err err = ERR_OK;

    (void)context;
    assert(event->data_length < NOTE_SIZE);
    memcpy(text, event->data, event->data_length);
    if (strcmp(text, "poison") == 0) {
        return ERR_INVALID;
    }
    if (strcmp(text, "sick") == 0) {
        err = cure(tx, &cured);
    }
    if (!err && !cured) {
        err = ERR_CONFLICT;
    }
    const struct db_param params[] = {db_int64((int64_t)event->seq), db_text(text)};

    return err ? err : db_exec(tx->db, HEAR_NOTE, params, DB_COUNT(params));
}

static enum err subscribe(struct host *host, const struct driver_config *config)
{
    const struct subscriber_options options = {
        .stream = config->hear_stream,
        .sub_url = config->hear_pub_url,
        .fetch_url = config->hear_fetch_url,
        .policy = config->park ? SUBSCRIBER_PARK : SUBSCRIBER_HALT,
        .apply = hear,
    };

    return config->hear_stream[0] != '\0' ? host_subscribe(host, &options) : ERR_OK;
}

static enum err run(const struct driver_config *config, const struct host_options *options)
{
    static const struct http_route routes[ROUTE_COUNT] = {
        {"POST", "/v1/notes", ROLE_PUBLIC, 0, handle_write},
        {"GET", "/v1/notes", ROLE_PUBLIC, 0, handle_count_written},
        {"GET", "/v1/heard", ROLE_PUBLIC, 0, handle_count_heard},
        {"POST", "/v1/jam", ROLE_PUBLIC, 0, handle_jam},
    };
    static struct host host;
    const struct http_route_table table = {routes, ROUTE_COUNT, &host};
    enum err err = host_open(&host, &config->host, options);

    if (err) {
        return err;
    }
    err = loop_on_stop(&host.loop, stop_part, NULL);
    if (!err) {
        err = subscribe(&host, config);
    }
    if (!err) {
        err = host_run(&host, &table);
    }
    host_close(&host);
    assert(part_stopped);
    return err;
}

int main(int argc, char **argv)
{
    static struct driver_config config;
    struct config_table all[2] = {host_config_table, own_table};
    const struct config_program program = {
        .name = "host driver",
        .summary = "the smallest service.",
        .usage = "commands: run, migrate, healthcheck",
        .tables = all,
        .table_count = 2,
    };
    enum config_action action;
    const char *command;
    enum err err = config_load(&program, argc, argv, &config, &action, &command);

    if (err || action == CONFIG_DONE) {
        return err ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    const struct host_options options = {
        .service = config.service_name,
        .migrations = &migration_set,
        .feed_roles = ROLE_PUBLIC,
        .event_types = event_types,
    };

    err = strcmp(command, "run") == 0 ? run(&config, &options)
                                      : host_command(command, &config.host, &options);
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
