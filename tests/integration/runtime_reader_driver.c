/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/reader against a real server, and without one: runtime_reader_driver CONNINFO.
 * The role may connect and end its own connections. Must never wait by the clock.
 */
#include "runtime/log.h"
#include "runtime/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STOP_TIMEOUT_MS = 60000, JOB_COUNT = 2000, THREAD_COUNT = 4 };

static const char *conninfo;

struct fixture {
    struct loop loop;
    struct reader *reader;
    int64_t done_count;
};

struct read {
    struct reader_job job;
    struct fixture *fixture;
    int64_t number;
    int64_t answer;
    bool had_connection;
};

static void open_reader(struct fixture *fixture, const char *server, int64_t thread_count)
{
    const struct reader_options options = {
        .db = {.conninfo = server,
               .password = "",
               .application_name = "reader driver",
               .statement_timeout_ms = 600000},
        .thread_count = thread_count,
    };

    fixture->done_count = 0;
    assert_int_equal(loop_open(&fixture->loop, STOP_TIMEOUT_MS), ERR_OK);
    assert_int_equal(reader_open(&fixture->loop, &options, &fixture->reader), ERR_OK);
}

static void close_reader(struct fixture *fixture)
{
    reader_close(fixture->reader);
    loop_stop(&fixture->loop);
    loop_close(&fixture->loop);
}

/* Waits for callbacks until count jobs are done. The signal handles keep the loop waiting. */
static void run_until_done(struct fixture *fixture, int64_t count)
{
    while (fixture->done_count < count) {
        (void)uv_run(&fixture->loop.uv, UV_RUN_ONCE);
    }
}

static const char ANSWER[] = "SELECT $1";

static enum err echo_work(struct db *db, struct reader_job *job)
{
    struct read *read = (struct read *)job;
    const struct db_param params[] = {db_int64(read->number)};
    struct db_rows *rows;
    enum err err;

    read->had_connection = db != NULL;
    if (db == NULL) {
        return ERR_UNAVAILABLE;
    }
    err = db_query(db, ANSWER, params, DB_COUNT(params), &rows);
    if (!err) {
        read->answer = db_rows_int64(rows, 0, 0);
        db_rows_release(rows);
    }
    return err;
}

static enum err write_work(struct db *db, struct reader_job *job)
{
    (void)job;
    return db == NULL ? ERR_UNAVAILABLE
                      : db_exec(db, "CREATE TABLE reader_wrote (id bigint)", NULL, 0);
}

static const char HANG_UP[] =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = 'reader driver'";

/* Ends the connections of the whole pool, its own too. */
static enum err hang_up_work(struct db *db, struct reader_job *job)
{
    struct db_rows *rows;
    enum err err;

    (void)job;
    if (db == NULL) {
        return ERR_UNAVAILABLE;
    }
    err = db_query(db, HANG_UP, NULL, 0, &rows);
    if (!err) {
        db_rows_release(rows);
    }
    return err;
}

static void on_done(struct reader_job *job)
{
    struct read *read = (struct read *)job;

    read->fixture->done_count++;
}

static struct read make_read(struct fixture *fixture,
                             enum err (*work)(struct db *, struct reader_job *), int64_t number)
{
    return (struct read){
        .job = {.work = work, .done = on_done}, .fixture = fixture, .number = number};
}

/* Runs one job to its end. */
static enum err run_one(struct fixture *fixture, enum err (*work)(struct db *, struct reader_job *))
{
    struct read read = make_read(fixture, work, 7);
    int64_t before = fixture->done_count;

    assert_int_equal(reader_submit(fixture->reader, &read.job), ERR_OK);
    run_until_done(fixture, before + 1);
    return read.job.err;
}

static void every_job_is_answered_exactly_once(void **state)
{
    static struct read reads[JOB_COUNT];
    struct fixture fixture;

    (void)state;
    open_reader(&fixture, conninfo, THREAD_COUNT);
    for (int i = 0; i < JOB_COUNT; i++) {
        reads[i] = make_read(&fixture, echo_work, i);
        assert_int_equal(reader_submit(fixture.reader, &reads[i].job), ERR_OK);
    }
    run_until_done(&fixture, JOB_COUNT);
    assert_true(reader_is_ready(fixture.reader));
    for (int i = 0; i < JOB_COUNT; i++) {
        assert_int_equal(reads[i].job.err, ERR_OK);
        assert_true(reads[i].answer == i);
    }
    close_reader(&fixture);
    assert_int_equal(fixture.done_count, JOB_COUNT);
}

static void closing_finishes_what_is_queued(void **state)
{
    static struct read reads[JOB_COUNT];
    struct fixture fixture;

    (void)state;
    open_reader(&fixture, conninfo, 1);
    assert_int_equal(run_one(&fixture, echo_work), ERR_OK);
    for (int i = 0; i < JOB_COUNT; i++) {
        reads[i] = make_read(&fixture, echo_work, i);
        assert_int_equal(reader_submit(fixture.reader, &reads[i].job), ERR_OK);
    }
    close_reader(&fixture);
    assert_int_equal(fixture.done_count, JOB_COUNT + 1);
    for (int i = 0; i < JOB_COUNT; i++) {
        assert_int_equal(reads[i].job.err, ERR_OK);
    }
}

static void a_reader_cannot_write(void **state)
{
    struct fixture fixture;

    (void)state;
    open_reader(&fixture, conninfo, 1);
    assert_int_equal(run_one(&fixture, write_work), ERR_UNAVAILABLE);
    assert_int_equal(run_one(&fixture, echo_work), ERR_OK);
    close_reader(&fixture);
}

static void connections_that_were_hung_up_are_made_again(void **state)
{
    struct fixture fixture;
    enum err err;

    (void)state;
    open_reader(&fixture, conninfo, THREAD_COUNT);
    assert_int_equal(run_one(&fixture, echo_work), ERR_OK);
    for (int i = 0; i < 3; i++) {
        err = run_one(&fixture, hang_up_work);
        assert_true(err == ERR_OK || err == ERR_UNAVAILABLE);
        /* A connection may go while a statement is on its way, but not twice. */
        err = run_one(&fixture, echo_work);
        assert_true(err == ERR_OK || err == ERR_UNAVAILABLE);
        while (run_one(&fixture, echo_work) != ERR_OK) {
        }
    }
    close_reader(&fixture);
}

static uv_sem_t page_read;

/* Reads one page after the other, and never comes to an end. */
static enum err pages_work(struct db *db, struct reader_job *job)
{
    enum err err = db == NULL ? ERR_UNAVAILABLE : ERR_OK;
    bool told = false;

    while (!err) {
        err = echo_work(db, job);
        if (!told) {
            uv_sem_post(&page_read);
            told = true;
        }
    }
    return err;
}

static const char ANSWER_LATE[] = "SELECT pg_sleep(600)";

/* One statement that no test could wait for. */
static enum err late_work(struct db *db, struct reader_job *job)
{
    enum err err = echo_work(db, job);
    struct db_rows *rows;

    uv_sem_post(&page_read);
    if (!err) {
        err = db_query(db, ANSWER_LATE, NULL, 0, &rows);
    }
    if (!err) {
        db_rows_release(rows);
    }
    return err;
}

/* Submits one job that only being cancelled ends, and waits until it works. */
static void start_endless(struct fixture *fixture, struct read *read,
                          enum err (*work)(struct db *, struct reader_job *))
{
    *read = make_read(fixture, work, 7);
    assert_int_equal(reader_submit(fixture->reader, &read->job), ERR_OK);
    uv_sem_wait(&page_read);
}

static void what_is_cancelled_ends_as_unavailable(void **state)
{
    static enum err (*const works[])(struct db *, struct reader_job *) = {pages_work, late_work};

    (void)state;
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        struct fixture fixture;
        struct read endless;
        struct read later;

        open_reader(&fixture, conninfo, 1);
        assert_int_equal(run_one(&fixture, echo_work), ERR_OK);
        start_endless(&fixture, &endless, works[i]);
        later = make_read(&fixture, echo_work, 7);
        assert_int_equal(reader_submit(fixture.reader, &later.job), ERR_OK);
        while (fixture.done_count < 3) {
            reader_cancel(fixture.reader);
            (void)uv_run(&fixture.loop.uv, UV_RUN_NOWAIT);
        }
        assert_int_equal(endless.job.err, ERR_UNAVAILABLE);
        assert_int_equal(later.job.err, ERR_UNAVAILABLE);
        assert_false(later.had_connection);
        close_reader(&fixture);
    }
}

static void closing_cancels_what_goes_on(void **state)
{
    struct fixture fixture;
    struct read endless;

    (void)state;
    open_reader(&fixture, conninfo, 1);
    assert_int_equal(run_one(&fixture, echo_work), ERR_OK);
    start_endless(&fixture, &endless, pages_work);
    close_reader(&fixture);
    assert_int_equal(fixture.done_count, 2);
    assert_int_equal(endless.job.err, ERR_UNAVAILABLE);
}

static void without_a_database_every_job_ends_at_once_as_unavailable(void **state)
{
    static struct read reads[JOB_COUNT];
    struct fixture fixture;

    (void)state;
    open_reader(&fixture, "host=/nonexistent dbname=none", THREAD_COUNT);
    for (int i = 0; i < JOB_COUNT; i++) {
        reads[i] = make_read(&fixture, echo_work, i);
        assert_int_equal(reader_submit(fixture.reader, &reads[i].job), ERR_OK);
    }
    run_until_done(&fixture, JOB_COUNT);
    assert_false(reader_is_ready(fixture.reader));
    for (int i = 0; i < JOB_COUNT; i++) {
        assert_int_equal(reads[i].job.err, ERR_UNAVAILABLE);
        assert_false(reads[i].had_connection);
    }
    close_reader(&fixture);
}

static uv_sem_t blocker_holds;
static uv_sem_t release_blocker;

static enum err block_work(struct db *db, struct reader_job *job)
{
    (void)db;
    (void)job;
    uv_sem_post(&blocker_holds);
    uv_sem_wait(&release_blocker);
    return ERR_OK;
}

static void a_full_queue_refuses_and_its_done_never_runs(void **state)
{
    static struct read reads[READER_QUEUE_LENGTH_MAX];
    struct fixture fixture;
    struct read blocker;
    struct read refused;

    (void)state;
    assert_int_equal(uv_sem_init(&blocker_holds, 0), 0);
    assert_int_equal(uv_sem_init(&release_blocker, 0), 0);
    open_reader(&fixture, conninfo, 1);
    blocker = make_read(&fixture, block_work, 0);
    refused = make_read(&fixture, echo_work, 0);
    assert_int_equal(reader_submit(fixture.reader, &blocker.job), ERR_OK);
    uv_sem_wait(&blocker_holds);
    for (int i = 0; i < READER_QUEUE_LENGTH_MAX; i++) {
        reads[i] = make_read(&fixture, echo_work, i);
        assert_int_equal(reader_submit(fixture.reader, &reads[i].job), ERR_OK);
    }
    assert_int_equal(reader_submit(fixture.reader, &refused.job), ERR_FULL);
    uv_sem_post(&release_blocker);
    close_reader(&fixture);
    assert_int_equal(fixture.done_count, READER_QUEUE_LENGTH_MAX + 1);
    uv_sem_destroy(&blocker_holds);
    uv_sem_destroy(&release_blocker);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_is_answered_exactly_once),
        cmocka_unit_test(closing_finishes_what_is_queued),
        cmocka_unit_test(a_reader_cannot_write),
        cmocka_unit_test(connections_that_were_hung_up_are_made_again),
        cmocka_unit_test(what_is_cancelled_ends_as_unavailable),
        cmocka_unit_test(closing_cancels_what_goes_on),
        cmocka_unit_test(without_a_database_every_job_ends_at_once_as_unavailable),
        cmocka_unit_test(a_full_queue_refuses_and_its_done_never_runs),
    };

    if (argc != 2 || uv_sem_init(&page_read, 0) != 0) {
        return EXIT_FAILURE;
    }
    conninfo = argv[1];
    loop_block_signals();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
