/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service that only hears:
 *
 *     subscriber_driver CONNINFO STREAM PUB-URL FETCH-URL halt|park QUEUE-LENGTH
 *
 * Each event of STREAM becomes a row of heard (seq, text). The text "poison"
 * never applies; "pause" applies only after as long as table pause says; of two
 * texts "count …" the later replaces the earlier; an event whose type says
 * "patient" may wait for a minute.
 * "status STATE NEXT-SEQ HEAD-SEQ GAPS APPLIED DEAD" is printed when any of them
 * has changed; the metrics are printed at the end, which SIGTERM brings. The
 * database gets schema event by itself. Must never hide an event heard twice:
 * the table has no key.
 */
#include "runtime/bus.h"
#include "runtime/crypto.h"
#include "runtime/metrics.h"
#include "runtime/migrate.h"
#include "runtime/subscriber.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STOP_TIMEOUT_MS = 20000,
    CLOSE_TIMEOUT_MS = 2000,
    STATEMENT_TIMEOUT_MS = 60000,
    LOOK_MS = 20,
    TEXT_SIZE = 64,
    PATIENT_MS = 60000,
    METRICS_SIZE_MAX = 1024 * 1024,
};

struct driver {
    struct loop loop;
    struct writer *writer;
    struct subscriber *subscriber;
    uv_timer_t look;
    struct subscriber_status shown;
};

static struct driver driver;

static void print_status(uv_timer_t *timer)
{
    struct subscriber_status now;

    (void)timer;
    subscriber_status(driver.subscriber, &now);
    if (now.state == driver.shown.state && now.next_seq == driver.shown.next_seq &&
        now.head_seq == driver.shown.head_seq && now.gaps_repaired == driver.shown.gaps_repaired &&
        now.events_applied == driver.shown.events_applied &&
        now.dead_letters == driver.shown.dead_letters && driver.shown.stream != NULL) {
        return;
    }
    driver.shown = now;
    (void)printf("status %s %llu %llu %llu %llu %llu\n", subscriber_state_name(now.state),
                 (unsigned long long)now.next_seq, (unsigned long long)now.head_seq,
                 (unsigned long long)now.gaps_repaired, (unsigned long long)now.events_applied,
                 (unsigned long long)now.dead_letters);
}

static void print_metrics(void)
{
    struct buffer text;

    buffer_init(&text, METRICS_SIZE_MAX);
    metrics_write(&text);
    assert(buffer_status(&text) == ERR_OK);
    (void)fwrite(text.data, 1, text.length, stdout);
    buffer_release(&text);
}

static void on_stop(void *context)
{
    (void)context;
    print_metrics();
    uv_close((uv_handle_t *)&driver.look, NULL);
    subscriber_close(driver.subscriber);
    writer_close(driver.writer);
}

static const char PAUSE[] = "SELECT pg_sleep(seconds) FROM pause";
static const char INSERT_HEARD[] = "INSERT INTO heard (seq, text) VALUES ($1, $2)";

static enum err hear(struct writer_tx *tx, const struct event *event, void *context)
{
    char text[TEXT_SIZE] = "";
    struct db_rows *paused;
    enum err err;

    (void)context;
    assert(event->data_length < sizeof text);
    if (event->data_length > 0) {
        memcpy(text, event->data, event->data_length);
    }
    if (strcmp(text, "poison") == 0) {
        return ERR_INVALID;
    }
    const struct db_param params[] = {db_int64((int64_t)event->seq), db_text(text)};

    /* "clash" breaks a constraint of the table, which nobody waits to hear. */
    err = strcmp(text, "clash") == 0 ? db_exec_later(tx->db, INSERT_HEARD, params, DB_COUNT(params))
                                     : db_exec(tx->db, INSERT_HEARD, params, DB_COUNT(params));
    if (!err && strcmp(text, "pause") == 0) {
        err = db_query(tx->db, PAUSE, NULL, 0, &paused);
        if (!err) {
            db_rows_release(paused);
        }
    }
    return err;
}

static bool replaces(const struct event *event, const struct event *earlier)
{
    static const char count[] = "count ";
    const size_t length = sizeof count - 1;

    return event->data_length > length && earlier->data_length > length &&
           memcmp(event->data, count, length) == 0 && memcmp(earlier->data, count, length) == 0;
}

static int64_t rest_ms(const char *type)
{
    return strstr(type, ".patient.") != NULL ? PATIENT_MS : SUBSCRIBER_REST_MS;
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
    const struct writer_options writing = {
        .db = *db,
        .stream = "ledger",
        .source = "//hyeopchi/test/ledger",
        .leader_id = "subscriber driver",
    };
    const struct subscriber_options hearing = {
        .consumer = "ledger",
        .stream = argv[2],
        .sub_url = argv[3],
        .fetch_url = argv[4],
        .policy = strcmp(argv[5], "park") == 0 ? SUBSCRIBER_PARK : SUBSCRIBER_HALT,
        .apply = hear,
        .rest_ms = rest_ms,
        .replaces = replaces,
        .sub_queue_length = strtoul(argv[6], NULL, 10),
    };
    enum err err = writer_open(&driver.loop, &writing, &driver.writer);

    if (!err) {
        err = subscriber_open(&driver.loop, driver.writer, &hearing, &driver.subscriber);
    }
    if (!err) {
        err = loop_on_stop(&driver.loop, on_stop, NULL);
    }
    if (!err) {
        (void)uv_timer_init(&driver.loop.uv, &driver.look); /* Neither can fail. */
        (void)uv_timer_start(&driver.look, print_status, 0, LOOK_MS);
        loop_run(&driver.loop);
    }
    return err;
}

int main(int argc, char **argv)
{
    enum err err = ERR_INVALID;

    if (argc != 7 || crypto_open()) {
        return EXIT_FAILURE;
    }
    const struct db_options db = {
        .conninfo = argv[1],
        .password = "",
        .application_name = "subscriber driver",
        .statement_timeout_ms = STATEMENT_TIMEOUT_MS,
    };
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    loop_block_signals();
    err = loop_open(&driver.loop, STOP_TIMEOUT_MS);
    if (!err) {
        err = migrate(&db);
    }
    if (!err) {
        err = run(&db, argv);
        loop_close(&driver.loop);
    }
    (void)bus_wait_closed(CLOSE_TIMEOUT_MS); /* nng 1.5.2 may hang there: nothing depends on it. */
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
