/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PUT /v1/envelope-limits/{fiscal_year}/{funding_source}: an operator says how
 * much ballots may decide on, which also opens the fiscal year. GET lists the
 * limits; a source without one is not in the list, which differs from zero.
 */
#include "ledger/limits.h"
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/list.h"
#include "ledger/http/params.h"
#include "ledger/service.h"
#include "ledger/store/list.h"
#include "runtime/json.h"

#include <stdio.h>
#include <stdlib.h>

enum { HTTP_OK = 200, BY_SIZE = KEYRING_ID_SIZE + 16 };

struct limit_put {
    struct writer_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    char traceparent[EVENT_TRACEPARENT_SIZE];
    char set_by[BY_SIZE];
    struct events_limit wanted;
    struct envelope_limit limit;
    struct refusal refusal;
};

static enum err limit_read(struct limit_put *put, struct problem *problem);
static enum err limit_put_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static void limit_put_done(struct writer_job *job);
static enum err limit_list_work(struct db *db, struct list *list);

static const struct writer_job_type LIMIT_PUT = {
    .name = "limit_put",
    .run_max = 1,
    .work = limit_put_work,
    .done = limit_put_done,
};

void limit_put_start(struct http_request *request, void *context)
{
    struct ledger *ledger = context;
    struct problem problem = {.kind = NULL};
    struct limit_put *put = calloc(1, sizeof *put);
    enum err err = put ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    put->job.type = &LIMIT_PUT;
    put->request = request;
    put->ledger = ledger;
    err = limit_read(put, &problem);
    if (err) {
        goto out;
    }
    err = writer_submit(ledger->host.writer, &put->job);
    if (!err) {
        return;
    }

out:
    free(put);
    answer_failure(request, &problem, err);
}

static enum err limit_read(struct limit_put *put, struct problem *problem)
{
    static const char *const names[] = {"limit_krw", NULL};
    struct json_reader reader;
    json_t *value = NULL;
    enum err err =
        params_source(put->request, &put->wanted.fiscal_year, &put->wanted.funding_source, problem);

    if (err) {
        return err;
    }
    err = params_body(put->request, &value, problem);
    if (err) {
        return err;
    }
    json_reader_init(&reader, value, "", problem);
    json_reader_allow(&reader, names);
    json_read_int64(&reader, "limit_krw", 0, INT64_MAX, &put->wanted.limit_krw);
    json_decref(value);
    params_traceparent(put->request, put->traceparent);
    (void)snprintf(put->set_by, sizeof put->set_by, "operator:%s",
                   http_request_principal(put->request)->id); /* an id fits */
    return problem->kind ? ERR_INVALID : ERR_OK;
}

static enum err limit_put_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++) {
        struct limit_put *put = (struct limit_put *)jobs[i];
        const struct event_cause cause = {.traceparent = put->traceparent};
        const struct limits_wanted wanted = {put->wanted, put->set_by, &cause};
        err = limits_set(tx, put->ledger->shard, &wanted, &put->limit, &put->refusal);
    }
    return err;
}

static void limit_put_done(struct writer_job *job)
{
    struct limit_put *put = (struct limit_put *)job;

    if (job->err) {
        http_respond_error(put->request, job->err);
    } else if (put->refusal.reason) {
        answer_refusal_plain(put->request, &put->refusal);
    } else {
        http_respond_json(put->request, HTTP_OK,
                          json_pack("{s:i, s:s, s:I, s:I}", "fiscal_year",
                                    (int)put->wanted.fiscal_year, "funding_source",
                                    funding_source_code(put->wanted.funding_source), "limit_krw",
                                    (json_int_t)put->limit.limit_krw, "used_krw",
                                    (json_int_t)put->limit.used_krw));
    }
    free(put);
}

void limit_list_start(struct http_request *request, void *context)
{
    list_start(request, context, NULL, limit_list_work);
}

static enum err limit_list_work(struct db *db, struct list *list)
{
    struct db_rows *rows = NULL;
    json_t *limits = NULL;
    enum err err = store_limit_list(db, list->ledger->shard, &list->filter, &rows);

    if (err) {
        return err;
    }
    limits = json_array();
    for (int64_t i = 0; i < db_rows_count(rows); i++) {
        answer_append(&limits,
                      json_pack("{s:I, s:s, s:I, s:I, s:o}", "fiscal_year",
                                (json_int_t)db_rows_int64(rows, i, STORE_LIMIT_FISCAL_YEAR),
                                "funding_source", db_rows_text(rows, i, STORE_LIMIT_FUNDING_SOURCE),
                                "limit_krw", (json_int_t)db_rows_int64(rows, i, STORE_LIMIT_LIMIT),
                                "used_krw", (json_int_t)db_rows_int64(rows, i, STORE_LIMIT_USED),
                                "set_time",
                                answer_time(db_rows_int64(rows, i, STORE_LIMIT_SET_TIME))));
    }
    db_rows_release(rows);
    list->answer = json_pack("{s:o}", "limits", limits);
    return ERR_OK;
}
