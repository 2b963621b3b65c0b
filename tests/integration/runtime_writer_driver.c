/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/writer against a real server: runtime_writer_driver CONNINFO. Schema
 * event is there, the role may make tables and end its own connections. Each
 * test writes a stream of its own. What needs several processes is the work of
 * runtime_stream_driver. Must never wait by the clock.
 */
#include "runtime/crypto.h"
#include "runtime/log.h"
#include "runtime/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STOP_TIMEOUT_MS = 60000, MANY = 3000, RUN_MAX = 100, HELD_NUMBER = 777777 };

static const char *conninfo;

/* A writer, what its hook has heard, and how many jobs are done. */
struct fixture {
    struct loop *loop;
    struct writer *writer;
    const char *stream;
    struct eventlog_head head; /* as the hook heard it last */
    int64_t state_changes;     /* hooks without entries */
    int64_t events_heard;
    size_t events_most; /* in one commit */
    int64_t done_count;
};

/* What a job does, and what came of it. */
struct task {
    struct writer_job job;
    struct fixture *fixture;
    int64_t number;
    enum err answer;       /* of work */
    size_t event_count;    /* that it says */
    int64_t work_count;    /* how often work ran with it */
    int64_t after_count;   /* how often what it wanted after its commit was called */
    int64_t done_position; /* 1: done first */
    uint64_t heard_before; /* newest seq the hook had heard when it was done */
};

static void on_committed(const struct eventlog_head *head, const struct eventlog_entries *entries,
                         void *context)
{
    struct fixture *fixture = context;

    if (entries->count == 0) {
        fixture->state_changes++;
    } else {
        assert_true(entries->entries[0].seq == fixture->head.seq + 1);
        assert_true(entries->entries[entries->count - 1].seq == head->seq);
        fixture->events_heard += (int64_t)entries->count;
        if (entries->count > fixture->events_most) {
            fixture->events_most = entries->count;
        }
    }
    assert_true(head->seq >= fixture->head.seq);
    fixture->head = *head;
}

static void open_writer(struct fixture *fixture, struct loop *loop, const char *stream)
{
    const struct writer_options options = {
        .db = {.conninfo = conninfo,
               .password = "",
               .application_name = stream != NULL ? stream : "no stream",
               .statement_timeout_ms = 10000},
        .stream = stream,
        .source = "//hyeopchi/test/driver",
        .leader_id = "driver",
        .committed = on_committed,
        .committed_context = fixture,
    };

    *fixture = (struct fixture){.loop = loop, .stream = stream};
    assert_int_equal(writer_open(loop, &options, &fixture->writer), ERR_OK);
}

static void run_until_state(const struct fixture *fixture, enum writer_state state)
{
    while (writer_state(fixture->writer) != state) {
        (void)uv_run(&fixture->loop->uv, UV_RUN_ONCE);
    }
}

static void run_until_done(const struct fixture *fixture, int64_t count)
{
    while (fixture->done_count < count) {
        (void)uv_run(&fixture->loop->uv, UV_RUN_ONCE);
    }
}

static void close_loop(struct loop *loop)
{
    loop_stop(loop);
    loop_close(loop);
}

static const char INSERT_TASK[] = "INSERT INTO task (stream, number) VALUES ($1, $2)";

static enum err insert_task(struct db *db, const struct task *task)
{
    const struct db_param params[] = {
        db_text(task->fixture->stream != NULL ? task->fixture->stream : ""),
        db_int64(task->number),
    };

    return db_exec(db, INSERT_TASK, params, DB_COUNT(params));
}

static enum err say(struct writer_tx *tx, const struct task *task)
{
    struct event_draft draft = {
        .type = "kr.hyeopchi.test.task.done.v1",
        .subject = "tasks/1",
        .dataschema = "none",
        .data_length = sizeof task->number,
    };
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < task->event_count; i++) {
        draft.data = malloc(draft.data_length);
        assert_non_null(draft.data);
        memcpy(draft.data, &task->number, draft.data_length);
        err = writer_tx_event(tx, &draft);
    }
    return err;
}

/* Whose commit is waited for. */
struct reminder {
    struct task *task;
};

static void after_commit(const void *data)
{
    const struct reminder *reminder = data;

    reminder->task->after_count++;
    assert_true(reminder->task->done_position == 0);
}

static enum err call_after(struct writer_tx *tx, struct task *task)
{
    const struct reminder reminder = {.task = task};

    return writer_tx_after(tx, after_commit, &reminder, sizeof reminder);
}

static enum err task_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err answer = ERR_OK;

    assert_true(count >= 1 && count <= RUN_MAX);
    assert_true(tx->now_ms > 0);
    for (size_t i = 0; i < count; i++) {
        struct task *task = (struct task *)jobs[i];
        enum err err;

        task->work_count++;
        err = insert_task(tx->db, task);
        if (!err) {
            err = say(tx, task);
        }
        if (!err) {
            err = call_after(tx, task);
        }
        if (err) {
            return err;
        }
        answer = task->answer ? task->answer : answer;
    }
    return answer;
}

static void task_done(struct writer_job *job)
{
    struct task *task = (struct task *)job;

    task->fixture->done_count++;
    task->done_position = task->fixture->done_count;
    task->heard_before = task->fixture->head.seq;
    /* Once where it was committed, however often it was tried; else never. */
    assert_int_equal(task->after_count, job->err || task->work_count == 0 ? 0 : 1);
}

static const struct writer_job_type TASKS = {"tasks", RUN_MAX, task_work, task_done};
static const struct writer_job_type SINGLES = {"singles", 1, task_work, task_done};

/* Holds the writer in its work, so that what is submitted meanwhile becomes one batch. */
static uv_sem_t blocker_holds;
static uv_sem_t release_blocker;

static enum err block_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    (void)tx;
    (void)jobs;
    (void)count;
    uv_sem_post(&blocker_holds);
    uv_sem_wait(&release_blocker);
    return ERR_OK;
}

static const struct writer_job_type BLOCKERS = {"blockers", 1, block_work, task_done};

static struct task make_task(struct fixture *fixture, const struct writer_job_type *type,
                             int64_t number)
{
    return (struct task){
        .job = {.type = type}, .fixture = fixture, .number = number, .event_count = 1};
}

/* Also one that was done before. */
static void submit(struct task *task)
{
    task->after_count = 0;
    task->done_position = 0;
    assert_int_equal(writer_submit(task->fixture->writer, &task->job), ERR_OK);
}

static void submit_blocker(struct task *blocker, struct fixture *fixture)
{
    *blocker = make_task(fixture, &BLOCKERS, 0);
    submit(blocker);
    (void)uv_run(&fixture->loop->uv, UV_RUN_NOWAIT); /* A turn of the loop wakes the writer. */
    uv_sem_wait(&blocker_holds);
}

static enum err run_one(struct fixture *fixture, struct task *task)
{
    int64_t before = fixture->done_count;

    submit(task);
    run_until_done(fixture, before + 1);
    return task->job.err;
}

static struct db *connect_here(void)
{
    const struct db_options options = {
        .conninfo = conninfo, .password = "", .application_name = "writer driver"};
    struct db *db = NULL;

    assert_int_equal(db_open(&options, &db), ERR_OK);
    return db;
}

static int64_t query_stream(const char *sql, const char *stream)
{
    const struct db_param params[] = {db_text(stream)};
    struct db *db = connect_here();
    struct db_rows *rows;
    int64_t value;

    assert_int_equal(db_query(db, sql, params, 1, &rows), ERR_OK);
    value = db_rows_int64(rows, 0, 0);
    db_rows_release(rows);
    db_close(db);
    return value;
}

static int64_t count_tasks(const char *stream)
{
    return query_stream("SELECT COUNT(number) FROM task WHERE stream = $1", stream);
}

static int64_t count_events(const char *stream)
{
    return query_stream("SELECT COUNT(seq) FROM event.log WHERE stream = $1", stream);
}

static int64_t highest_seq(const char *stream)
{
    return query_stream("SELECT seq FROM event.stream_head WHERE stream = $1", stream);
}

static void a_job_is_durable_when_it_is_done_and_its_event_was_heard_before(void **state)
{
    struct fixture fixture;
    struct task task;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "one");
    run_until_state(&fixture, WRITER_LEADING);
    for (int i = 1; i <= 5; i++) {
        task = make_task(&fixture, &TASKS, i);
        assert_int_equal(run_one(&fixture, &task), ERR_OK);
        assert_true(count_tasks("one") == i);
        assert_true(highest_seq("one") == i);
        assert_true(task.heard_before == (uint64_t)i);
    }
    assert_true(fixture.head.leader_term == 1);
    writer_close(fixture.writer);
    close_loop(&loop);
}

static void what_waits_together_is_committed_in_order_of_arrival(void **state)
{
    static struct task tasks[MANY];
    struct fixture fixture;
    struct task blocker;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "many");
    run_until_state(&fixture, WRITER_LEADING);
    submit_blocker(&blocker, &fixture);
    for (int i = 0; i < MANY; i++) {
        tasks[i] = make_task(&fixture, i % 7 == 0 ? &SINGLES : &TASKS, i);
        tasks[i].event_count = i % 2 == 0;
        submit(&tasks[i]);
    }
    uv_sem_post(&release_blocker);
    run_until_done(&fixture, MANY + 1);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(tasks[i].job.err, ERR_OK);
        assert_true(tasks[i].work_count == 1);
        assert_true(tasks[i].done_position == i + 2);
        assert_true(tasks[i].heard_before == MANY / 2);
    }
    assert_true(fixture.events_heard == MANY / 2);
    assert_true(count_tasks("many") == MANY);
    writer_close(fixture.writer);
    close_loop(&loop);
}

/* Ten jobs of 300 events each do not fit one commit; nor does one that takes all of it fit with others. */
static void what_says_many_events_is_gathered_only_as_far_as_a_commit_takes_them(void **state)
{
    struct fixture fixture;
    struct task tasks[12];
    struct task blocker;
    struct loop loop;
    int64_t said = 0;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "wordy");
    run_until_state(&fixture, WRITER_LEADING);
    submit_blocker(&blocker, &fixture);
    for (int i = 0; i < 12; i++) {
        tasks[i] = make_task(&fixture, i % 2 == 0 ? &SINGLES : &TASKS, i);
        tasks[i].event_count = i == 5 ? EVENTLOG_APPEND_COUNT_MAX : 300;
        tasks[i].job.event_count = tasks[i].event_count;
        said += (int64_t)tasks[i].event_count;
        submit(&tasks[i]);
    }
    uv_sem_post(&release_blocker);
    run_until_done(&fixture, 13);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(tasks[i].job.err, ERR_OK);
        assert_true(tasks[i].work_count == 1); /* never tried in vain */
        assert_true(tasks[i].done_position == i + 2);
    }
    assert_true(fixture.events_heard == said);
    assert_true(count_events("wordy") == said);
    writer_close(fixture.writer);
    close_loop(&loop);
}

/* Twelve jobs of 1,500 requests each, each of which says one event. */
static void
what_stands_for_many_requests_is_gathered_only_as_far_as_a_commit_is_to_have_them(void **state)
{
    enum { REQUESTS = 1500 };

    struct fixture fixture;
    struct task tasks[12];
    struct task blocker;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "weighty");
    run_until_state(&fixture, WRITER_LEADING);
    submit_blocker(&blocker, &fixture);
    for (int i = 0; i < 12; i++) {
        tasks[i] = make_task(&fixture, &TASKS, i);
        tasks[i].job.request_count = REQUESTS;
        submit(&tasks[i]);
    }
    uv_sem_post(&release_blocker);
    run_until_done(&fixture, 13);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(tasks[i].job.err, ERR_OK);
    }
    assert_true(fixture.events_most == WRITER_BATCH_LENGTH_MAX / REQUESTS);
    writer_close(fixture.writer);
    close_loop(&loop);
}

/* Ten of one type with a bad one, one that is bad alone, and others after it, all in one batch. */
static void a_bad_job_takes_nobody_with_it(void **state)
{
    struct fixture fixture;
    struct task tasks[20];
    struct task blocker;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "bad");
    run_until_state(&fixture, WRITER_LEADING);
    submit_blocker(&blocker, &fixture);
    for (int i = 0; i < 20; i++) {
        tasks[i] = make_task(&fixture, i >= 10 && i < 12 ? &SINGLES : &TASKS, i);
        tasks[i].answer = i == 3 ? ERR_CONFLICT : ERR_OK;
        tasks[i].number = i == 10 ? -1 : i; /* The table's own check refuses that. */
        submit(&tasks[i]);
    }
    uv_sem_post(&release_blocker);
    run_until_done(&fixture, 21);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(tasks[i].job.err, i == 3 || i == 10 ? ERR_CONFLICT : ERR_OK);
    }
    assert_true(tasks[2].work_count == 3);  /* with all, with its run, alone */
    assert_true(tasks[15].work_count == 1); /* its run alone: the first try had stopped before */
    assert_true(count_tasks("bad") == 18);
    assert_true(count_events("bad") == 18);
    assert_true(highest_seq("bad") == 18);
    assert_true(fixture.events_heard == 18);
    writer_close(fixture.writer);
    close_loop(&loop);
}

static void too_many_events_in_one_commit_are_spread_over_several(void **state)
{
    static const size_t event_counts[] = {EVENTLOG_APPEND_COUNT_MAX, EVENTLOG_APPEND_COUNT_MAX - 1,
                                          EVENTLOG_APPEND_COUNT_MAX + 1,
                                          EVENTLOG_APPEND_COUNT_MAX - 3};
    struct fixture fixture;
    struct task tasks[4];
    struct task blocker;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "full");
    run_until_state(&fixture, WRITER_LEADING);
    submit_blocker(&blocker, &fixture);
    for (int i = 0; i < 4; i++) {
        tasks[i] = make_task(&fixture, &TASKS, i);
        tasks[i].event_count = event_counts[i];
        submit(&tasks[i]);
    }
    uv_sem_post(&release_blocker);
    run_until_done(&fixture, 5);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(tasks[i].job.err, i == 2 ? ERR_FULL : ERR_OK);
    }
    assert_true(count_tasks("full") == 3);
    assert_true(highest_seq("full") == 3 * EVENTLOG_APPEND_COUNT_MAX - 4);
    assert_true(count_events("full") == highest_seq("full"));
    writer_close(fixture.writer);
    close_loop(&loop);
}

static void work_that_finds_the_database_away_ends_the_whole_batch(void **state)
{
    struct fixture fixture;
    struct task tasks[3];
    struct task blocker;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "away");
    run_until_state(&fixture, WRITER_LEADING);
    submit_blocker(&blocker, &fixture);
    for (int i = 0; i < 3; i++) {
        tasks[i] = make_task(&fixture, &SINGLES, i);
        tasks[i].answer = i == 1 ? ERR_UNAVAILABLE : ERR_OK;
        submit(&tasks[i]);
    }
    uv_sem_post(&release_blocker);
    run_until_done(&fixture, 4);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(tasks[i].job.err, ERR_UNAVAILABLE);
    }
    assert_true(count_tasks("away") == 0);
    tasks[0] = make_task(&fixture, &SINGLES, 0);
    assert_int_equal(run_one(&fixture, &tasks[0]), ERR_OK);
    writer_close(fixture.writer);
    close_loop(&loop);
}

static void closing_commits_what_is_queued(void **state)
{
    static struct task tasks[MANY];
    struct fixture fixture;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "closing");
    run_until_state(&fixture, WRITER_LEADING);
    for (int i = 0; i < MANY; i++) {
        tasks[i] = make_task(&fixture, &TASKS, i);
        tasks[i].event_count = 0;
        submit(&tasks[i]);
    }
    writer_close(fixture.writer);
    assert_true(fixture.done_count == MANY);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(tasks[i].job.err, ERR_OK);
    }
    assert_true(count_tasks("closing") == MANY);
    close_loop(&loop);
}

static void a_full_queue_refuses_and_its_done_never_runs(void **state)
{
    static struct task tasks[WRITER_QUEUE_LENGTH_MAX];
    struct fixture fixture;
    struct task blocker;
    struct task refused;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "queue");
    refused = make_task(&fixture, &TASKS, 0);
    assert_int_equal(writer_submit(fixture.writer, &refused.job), ERR_UNAVAILABLE);
    run_until_state(&fixture, WRITER_LEADING);
    submit_blocker(&blocker, &fixture);
    for (int i = 0; i < WRITER_QUEUE_LENGTH_MAX; i++) {
        tasks[i] = make_task(&fixture, &TASKS, i);
        tasks[i].event_count = 0;
        tasks[i].answer = ERR_UNAVAILABLE; /* Quickly done with. */
        submit(&tasks[i]);
    }
    assert_int_equal(writer_submit(fixture.writer, &refused.job), ERR_FULL);
    uv_sem_post(&release_blocker);
    run_until_done(&fixture, WRITER_QUEUE_LENGTH_MAX + 1);
    assert_true(refused.work_count == 0 && refused.done_position == 0);
    writer_close(fixture.writer);
    close_loop(&loop);
}

static void the_second_writer_stands_by_follows_the_head_and_takes_over(void **state)
{
    struct fixture first;
    struct fixture second;
    struct task task;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&first, &loop, "pair");
    run_until_state(&first, WRITER_LEADING);
    open_writer(&second, &loop, "pair");
    run_until_state(&second, WRITER_STANDBY);
    task = make_task(&second, &TASKS, 0);
    assert_int_equal(writer_submit(second.writer, &task.job), ERR_UNAVAILABLE);

    task = make_task(&first, &TASKS, 1);
    assert_int_equal(run_one(&first, &task), ERR_OK);
    while (second.head.seq != 1) {
        (void)uv_run(&loop.uv, UV_RUN_ONCE);
    }
    writer_close(first.writer);
    run_until_state(&second, WRITER_LEADING);
    task = make_task(&second, &TASKS, 2);
    assert_int_equal(run_one(&second, &task), ERR_OK);
    assert_true(second.head.seq == 2 && second.head.leader_term == 2);
    assert_true(count_events("pair") == 2);
    writer_close(second.writer);
    close_loop(&loop);
}

static const char RAISE_TERM[] =
    "UPDATE event.stream_head SET leader_term = leader_term + 1 WHERE stream = $1";

/* As if another had taken over while this leader was paused and its session somehow lived on. */
static void a_fenced_leader_changes_nothing_and_says_so_to_its_jobs(void **state)
{
    const struct db_param params[] = {db_text("fenced")};
    struct db *db = connect_here();
    struct fixture fixture;
    struct task tasks[4];
    struct task blocker;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "fenced");
    run_until_state(&fixture, WRITER_LEADING);
    tasks[3] = make_task(&fixture, &TASKS, 9);
    assert_int_equal(run_one(&fixture, &tasks[3]), ERR_OK);
    for (size_t events = 0; events < 2; events++) { /* Jobs without events must not pass either. */
        submit_blocker(&blocker, &fixture);
        for (int i = 0; i < 3; i++) {
            tasks[i] = make_task(&fixture, &TASKS, i);
            tasks[i].event_count = events;
            submit(&tasks[i]);
        }
        assert_int_equal(db_exec(db, RAISE_TERM, params, 1), ERR_OK);
        uv_sem_post(&release_blocker);
        run_until_done(&fixture, 1 + 4 * ((int64_t)events + 1));
        assert_int_equal(blocker.job.err, ERR_UNAVAILABLE);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(tasks[i].job.err, ERR_UNAVAILABLE);
        }
        assert_true(count_tasks("fenced") == 1);
        assert_true(highest_seq("fenced") == 1);
        run_until_state(&fixture, WRITER_LEADING); /* Nobody else really leads. */
    }
    assert_true(fixture.head.leader_term == 5);
    tasks[0] = make_task(&fixture, &TASKS, 10);
    assert_int_equal(run_one(&fixture, &tasks[0]), ERR_OK);
    assert_true(fixture.head.seq == 2);
    db_close(db);
    writer_close(fixture.writer);
    close_loop(&loop);
}

static const char HANG_UP[] =
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE application_name = $1";

static void hang_up(const char *application_name)
{
    const struct db_param params[] = {db_text(application_name)};
    struct db *db = connect_here();
    struct db_rows *rows;

    assert_int_equal(db_query(db, HANG_UP, params, 1, &rows), ERR_OK);
    assert_true(db_rows_count(rows) == 1);
    db_rows_release(rows);
    db_close(db);
}

static void a_leader_whose_session_ends_fails_its_jobs_and_leads_again(void **state)
{
    struct fixture fixture;
    struct task tasks[3];
    struct task blocker;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "hung up");
    run_until_state(&fixture, WRITER_LEADING);
    submit_blocker(&blocker, &fixture);
    for (int i = 0; i < 3; i++) {
        tasks[i] = make_task(&fixture, &TASKS, i);
        submit(&tasks[i]);
    }
    hang_up("hung up");
    uv_sem_post(&release_blocker);
    run_until_done(&fixture, 4);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(tasks[i].job.err, ERR_UNAVAILABLE);
    }
    assert_true(count_tasks("hung up") == 0);
    run_until_state(&fixture, WRITER_LEADING);
    assert_int_equal(run_one(&fixture, &tasks[0]), ERR_OK);
    assert_true(fixture.head.seq == 1 && fixture.head.leader_term == 2);

    /* Idle, it notices by itself. */
    hang_up("hung up");
    while (fixture.head.leader_term != 3) {
        (void)uv_run(&loop.uv, UV_RUN_ONCE);
    }
    writer_close(fixture.writer);
    close_loop(&loop);
}

static const char TAKE_LOCK[] = "SELECT pg_advisory_lock($1)";
static const char WAITS_FOR_LOCK[] =
    "SELECT COUNT(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1::bigint::oid"
    " AND NOT granted";

/* Makes the COMMIT of a task wait: the table's deferred trigger wants the same lock. */
static struct db *hold_commits_of(int64_t number)
{
    const struct db_param params[] = {db_int64(number)};
    struct db *db = connect_here();
    struct db_rows *rows;

    assert_int_equal(db_query(db, TAKE_LOCK, params, 1, &rows), ERR_OK);
    db_rows_release(rows);
    return db;
}

static void wait_for_held_commit(struct db *db, int64_t number)
{
    const struct db_param params[] = {db_int64(number)};
    int64_t waiting = 0;

    while (waiting == 0) {
        struct db_rows *rows;

        assert_int_equal(db_query(db, WAITS_FOR_LOCK, params, 1, &rows), ERR_OK);
        waiting = db_rows_int64(rows, 0, 0);
        db_rows_release(rows);
    }
}

/* The session ends while the server works on the COMMIT: it was rolled back, but who could know? The
 * writer finds out, and sends it again; what is submitted meanwhile waits. */
static void a_commit_of_unknown_outcome_is_looked_for_and_sent_again(void **state)
{
    struct fixture fixture;
    struct task other;
    struct task task;
    struct loop loop;
    struct db *db;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "unknown");
    run_until_state(&fixture, WRITER_LEADING);
    db = hold_commits_of(HELD_NUMBER);
    task = make_task(&fixture, &TASKS, HELD_NUMBER);
    submit(&task);
    wait_for_held_commit(db, HELD_NUMBER);
    other = make_task(&fixture, &TASKS, 1);
    submit(&other);
    hang_up("unknown");
    db_close(db);
    run_until_done(&fixture, 2);
    assert_int_equal(task.job.err, ERR_OK);
    assert_int_equal(other.job.err, ERR_OK);
    assert_true(task.work_count == 2 && other.work_count == 1);
    assert_true(task.done_position == 1);
    assert_true(fixture.events_heard == 2 && fixture.head.leader_term == 2);
    assert_true(count_tasks("unknown") == 2 && count_events("unknown") == 2);
    writer_close(fixture.writer);
    close_loop(&loop);
}

/* Without events a commit leaves nothing in the log to be found by. */
static void a_commit_of_unknown_outcome_without_events_is_not_acknowledged(void **state)
{
    struct fixture fixture;
    struct task task;
    struct loop loop;
    struct db *db;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, "silent");
    run_until_state(&fixture, WRITER_LEADING);
    db = hold_commits_of(HELD_NUMBER);
    task = make_task(&fixture, &TASKS, HELD_NUMBER);
    task.event_count = 0;
    submit(&task);
    wait_for_held_commit(db, HELD_NUMBER);
    hang_up("silent");
    run_until_done(&fixture, 1);
    assert_int_equal(task.job.err, ERR_UNAVAILABLE);
    db_close(db);
    assert_true(count_tasks("silent") == 0);

    run_until_state(&fixture, WRITER_LEADING);
    task.event_count = 1;
    assert_int_equal(run_one(&fixture, &task), ERR_OK);
    assert_true(count_tasks("silent") == 1 && fixture.head.seq == 1);
    writer_close(fixture.writer);
    close_loop(&loop);
}

/* The loop is busy while the writer takes the lead and commits the first job: it then finds both at
 * once, and must be told of the head that the commit's events follow before it is told of them. */
static void a_busy_loop_hears_of_the_head_before_what_is_committed_after_it(void **state)
{
    struct fixture fixture;
    struct task task;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    for (int i = 1; i <= 3; i++) {
        open_writer(&fixture, &loop, "busy");
        while (writer_state(fixture.writer) != WRITER_LEADING) {
            assert_true(fixture.state_changes == 0);
        }
        task = make_task(&fixture, &TASKS, i);
        submit(&task);
        while (highest_seq("busy") != i) {
            assert_true(fixture.events_heard == 0);
        }
        run_until_done(&fixture, 1);
        assert_int_equal(task.job.err, ERR_OK);
        assert_true(fixture.state_changes == 1);
        assert_true(fixture.head.seq == (uint64_t)i);
        writer_close(fixture.writer);
    }
    close_loop(&loop);
}

static void a_writer_without_a_stream_needs_no_lead(void **state)
{
    struct fixture fixture;
    struct task task;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    open_writer(&fixture, &loop, NULL);
    run_until_state(&fixture, WRITER_LEADING);
    task = make_task(&fixture, &TASKS, 1);
    task.event_count = 0;
    assert_int_equal(run_one(&fixture, &task), ERR_OK);
    assert_int_equal(run_one(&fixture, &task), ERR_CONFLICT); /* The same number again. */
    assert_true(count_tasks("") == 1);
    assert_true(fixture.state_changes == 0);
    writer_close(fixture.writer);
    close_loop(&loop);
}

static void the_log_reads_back_as_it_was_written_in_any_pages(void **state)
{
    uint8_t chain[EVENT_CHAIN_SIZE];
    uint8_t before[EVENT_CHAIN_SIZE];
    struct eventlog_entries entries;
    struct eventlog_head head;
    struct db *db = connect_here();
    uint64_t seq = 1;

    (void)state;
    assert_int_equal(eventlog_read_head(db, "full", &head), ERR_OK);
    assert_int_equal(eventlog_read_head(db, "none", &head), ERR_NOT_FOUND);
    memset(chain, 0, sizeof chain);
    while (seq <= head.seq) {
        assert_int_equal(eventlog_read(db, "full", seq, 1 + seq % 1500, &entries, before), ERR_OK);
        assert_memory_equal(before, chain, sizeof chain);
        assert_true(entries.count > 0 && entries.count <= EVENTLOG_READ_COUNT_MAX);
        for (size_t i = 0; i < entries.count; i++) {
            struct event event;

            assert_true(entries.entries[i].seq == seq);
            assert_int_equal(event_decode(entries.entries[i].envelope,
                                          entries.entries[i].envelope_length, &event),
                             ERR_OK);
            assert_true(event.seq == seq && event.epoch == 1);
            assert_string_equal(event.source, "//hyeopchi/test/driver");
            event_release(&event);
            event_chain(chain, seq, entries.entries[i].envelope,
                        entries.entries[i].envelope_length);
            seq++;
        }
        eventlog_entries_release(&entries);
    }
    assert_memory_equal(head.chain, chain, sizeof chain);

    assert_int_equal(eventlog_read(db, "full", seq, 10, &entries, before), ERR_OK);
    assert_int_equal(entries.count, 0);
    assert_memory_equal(before, chain, sizeof chain);
    eventlog_entries_release(&entries);
    assert_int_equal(eventlog_read(db, "full", seq + 1, 10, &entries, before), ERR_NOT_FOUND);
    assert_int_equal(eventlog_read(db, "full", 0, 10, &entries, before), ERR_INVALID);
    db_close(db);
}

/* At COMMIT a task takes the lock of its number, which is free unless a test holds it. */
static const char TABLE[] =
    "DROP TABLE IF EXISTS task;"
    "CREATE TABLE task (stream text, number bigint CHECK (number >= 0),"
    " PRIMARY KEY (stream, number));"
    "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN PERFORM pg_advisory_xact_lock(new.number); RETURN NULL; END $$;"
    "CREATE CONSTRAINT TRIGGER task_hold AFTER INSERT ON task DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW WHEN (new.number = 777777) EXECUTE FUNCTION hold()";

static int set_up_group(void **state)
{
    struct db *db = connect_here();
    enum err err = db_script(db, TABLE);

    (void)state;
    db_close(db);
    return err || uv_sem_init(&blocker_holds, 0) != 0 || uv_sem_init(&release_blocker, 0) != 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_durable_when_it_is_done_and_its_event_was_heard_before),
        cmocka_unit_test(what_waits_together_is_committed_in_order_of_arrival),
        cmocka_unit_test(what_says_many_events_is_gathered_only_as_far_as_a_commit_takes_them),
        cmocka_unit_test(
            what_stands_for_many_requests_is_gathered_only_as_far_as_a_commit_is_to_have_them),
        cmocka_unit_test(a_bad_job_takes_nobody_with_it),
        cmocka_unit_test(too_many_events_in_one_commit_are_spread_over_several),
        cmocka_unit_test(work_that_finds_the_database_away_ends_the_whole_batch),
        cmocka_unit_test(closing_commits_what_is_queued),
        cmocka_unit_test(a_full_queue_refuses_and_its_done_never_runs),
        cmocka_unit_test(the_second_writer_stands_by_follows_the_head_and_takes_over),
        cmocka_unit_test(a_fenced_leader_changes_nothing_and_says_so_to_its_jobs),
        cmocka_unit_test(a_leader_whose_session_ends_fails_its_jobs_and_leads_again),
        cmocka_unit_test(a_commit_of_unknown_outcome_is_looked_for_and_sent_again),
        cmocka_unit_test(a_commit_of_unknown_outcome_without_events_is_not_acknowledged),
        cmocka_unit_test(a_busy_loop_hears_of_the_head_before_what_is_committed_after_it),
        cmocka_unit_test(a_writer_without_a_stream_needs_no_lead),
        cmocka_unit_test(the_log_reads_back_as_it_was_written_in_any_pages),
    };

    if (argc != 2 || crypto_open()) {
        return EXIT_FAILURE;
    }
    conninfo = argv[1];
    loop_block_signals();
    return cmocka_run_group_tests(tests, set_up_group, NULL);
}
