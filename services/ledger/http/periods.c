/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/periods, and POST /v1/periods/{fiscal_year}:open and :close. A year
 * that is closed stays closed: opening it is refused, closing it again is
 * answered the same. Closing is answered after its last step; each step is a
 * job of its own, so that others have their turn between two.
 */
#include "ledger/periods.h"
#include "ledger/closing.h"
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/list.h"
#include "ledger/http/params.h"
#include "ledger/service.h"
#include "ledger/store/period.h"
#include "runtime/json.h"
#include "runtime/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HTTP_OK = 200, BY_SIZE = KEYRING_ID_SIZE + 16 };

/* One request, until it is answered. */
struct period_post {
    struct writer_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    bool closes;
    int32_t fiscal_year;
    char traceparent[EVENT_TRACEPARENT_SIZE];
    char by[BY_SIZE];
    char document[ENTRY_DOCUMENT_LENGTH_MAX + 1];
    char *metadata; /* malloc'd */
    struct closing_outcome closing;
    struct refusal refusal;
    json_t *answer;
};

static void period_start(struct http_request *request, struct ledger *ledger, bool closes);
static enum err period_read(struct period_post *post, struct problem *problem);
static enum err closing_read(struct period_post *post, struct problem *problem);
static enum err period_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static enum err period_write(struct writer_tx *tx, struct period_post *post);
static enum err period_answer(struct db *db, struct period_post *post);
static void period_done(struct writer_job *job);
static bool closing_goes_on(struct period_post *post);
static void period_free(struct period_post *post);
static enum err period_list_work(struct db *db, struct list *list);
static json_t *period_json(const struct db_rows *rows, int64_t row);

static const struct writer_job_type PERIOD = {
    .name = "period_post",
    .run_max = 1,
    .work = period_work,
    .done = period_done,
};

void period_list_start(struct http_request *request, void *context)
{
    list_start(request, context, NULL, period_list_work);
}

void period_open_start(struct http_request *request, void *context)
{
    period_start(request, context, false);
}

void period_close_start(struct http_request *request, void *context)
{
    period_start(request, context, true);
}

static void period_start(struct http_request *request, struct ledger *ledger, bool closes)
{
    struct problem problem = {.kind = NULL};
    struct period_post *post = calloc(1, sizeof *post);
    enum err err = post ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    post->job.type = &PERIOD;
    post->request = request;
    post->ledger = ledger;
    post->closes = closes;
    err = period_read(post, &problem);
    if (err) {
        goto out;
    }
    post->job.event_count = closes ? CLOSING_STEP_EVENT_MAX : 0;
    err = writer_submit(ledger->host.writer, &post->job);
    if (!err) {
        return;
    }

out:
    period_free(post);
    answer_failure(request, &problem, err);
}

static enum err period_read(struct period_post *post, struct problem *problem)
{
    const char *year = http_request_param(post->request, "fiscal_year");
    int64_t number = 0;
    enum err err = params_number(year, FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &number);

    if (err) {
        problem_set(problem, &PROBLEM_WRONG_VALUE, "fiscal_year", "range", year);
        return ERR_INVALID;
    }
    post->fiscal_year = (int32_t)number;
    params_traceparent(post->request, post->traceparent);
    return post->closes ? closing_read(post, problem) : ERR_OK;
}

static enum err closing_read(struct period_post *post, struct problem *problem)
{
    static const char *const names[] = {"document", NULL};
    const struct principal *principal = http_request_principal(post->request);
    struct json_reader reader;
    json_t *metadata = NULL;
    json_t *value = NULL;
    enum err err = params_body(post->request, &value, problem);

    if (err) {
        return err;
    }
    json_reader_init(&reader, value, "", problem);
    json_reader_allow(&reader, names);
    json_read_text(&reader, "document", 1, post->document, sizeof post->document);
    if (json_reader_ok(&reader) && post->document[strspn(post->document, " ")] == '\0') {
        json_reader_refuse(&reader, "document", &PROBLEM_WRONG_VALUE, "document", NULL);
    }
    json_decref(value);
    (void)snprintf(post->by, sizeof post->by, "operator:%s", principal->id); /* an id fits */
    metadata = json_pack("{s:s, s:s}", "operator", principal->id, "key_id", principal->key_id);
    post->metadata = metadata ? json_text(metadata) : NULL;
    json_decref(metadata);
    if (problem->kind) {
        return ERR_INVALID;
    }
    return post->metadata ? ERR_OK : ERR_UNAVAILABLE;
}

static enum err period_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++) {
        err = period_write(tx, (struct period_post *)jobs[i]);
    }
    return err;
}

static enum err period_write(struct writer_tx *tx, struct period_post *post)
{
    const struct event_cause cause = {.traceparent = post->traceparent};
    const struct closing closing = {
        .fiscal_year = post->fiscal_year,
        .document = post->document,
        .metadata = post->metadata,
        .by = post->by,
        .cause = &cause,
    };
    enum err err = ERR_OK;

    post->closing = (struct closing_outcome){.closed = false};
    post->refusal = (struct refusal){.reason = REFUSAL_NONE};
    if (post->closes) {
        err = closing_step(&post->ledger->poster, tx, &closing, &post->closing);
        post->refusal = post->closing.refusal;
    } else {
        err = periods_open(tx, post->ledger->shard, post->fiscal_year, &post->refusal);
    }
    if (err || post->refusal.reason) {
        return err;
    }
    return period_answer(tx->db, post);
}

static enum err period_answer(struct db *db, struct period_post *post)
{
    struct db_rows *rows = NULL;
    enum err err = store_period_rows(db, post->ledger->shard, post->fiscal_year, &rows);

    json_decref(post->answer); /* of a try before */
    post->answer = NULL;
    if (!err && db_rows_count(rows) == 1) {
        post->answer = period_json(rows, 0);
    }
    db_rows_release(rows);
    if (err) {
        return err;
    }
    return post->answer ? ERR_OK : ERR_UNAVAILABLE;
}

static void period_done(struct writer_job *job)
{
    struct period_post *post = (struct period_post *)job;

    if (closing_goes_on(post)) {
        return;
    }
    if (job->err) {
        http_respond_error(post->request, job->err);
    } else if (post->refusal.reason) {
        answer_refusal_plain(post->request, &post->refusal);
    } else {
        http_respond_json(post->request, HTTP_OK, json_incref(post->answer));
    }
    period_free(post);
}

/* Queues the next step. Where that fails the service goes on by itself, and the request may come
 * again. */
static bool closing_goes_on(struct period_post *post)
{
    if (post->job.err || !post->closes || post->closing.closed || post->refusal.reason) {
        return false;
    }
    log_info("year_closing", log_int("fiscal_year", post->fiscal_year),
             log_int("entries", (int64_t)post->closing.entry_count));
    post->job.err = writer_submit(post->ledger->host.writer, &post->job);
    return post->job.err == ERR_OK;
}

static void period_free(struct period_post *post)
{
    if (post) {
        json_decref(post->answer);
        free(post->metadata);
    }
    free(post);
}

static enum err period_list_work(struct db *db, struct list *list)
{
    struct db_rows *rows = NULL;
    json_t *periods = NULL;
    enum err err = store_period_rows(db, list->ledger->shard, list->filter.fiscal_year, &rows);

    if (err) {
        return err;
    }
    periods = json_array();
    for (int64_t i = 0; i < db_rows_count(rows); i++) {
        answer_append(&periods, period_json(rows, i));
    }
    db_rows_release(rows);
    list->answer = json_pack("{s:o}", "periods", periods);
    return ERR_OK;
}

static json_t *period_json(const struct db_rows *rows, int64_t row)
{
    bool closed = !db_rows_is_null(rows, row, STORE_PERIOD_CLOSED_SEQ);
    size_t length = 0;
    const uint8_t *hash =
        closed ? db_rows_bytes(rows, row, STORE_PERIOD_CLOSED_HASH, &length) : NULL;

    return json_pack(
        "{s:I, s:s, s:o, s:o, s:o}", "fiscal_year",
        (json_int_t)db_rows_int64(rows, row, STORE_PERIOD_FISCAL_YEAR), "state",
        db_rows_text(rows, row, STORE_PERIOD_STATE), "closed_time",
        closed ? answer_time(db_rows_int64(rows, row, STORE_PERIOD_CLOSED_TIME)) : json_null(),
        "closed_seq",
        closed ? json_integer((json_int_t)db_rows_int64(rows, row, STORE_PERIOD_CLOSED_SEQ))
               : json_null(),
        "closed_hash", closed ? answer_hex(hash, length) : json_null());
}
