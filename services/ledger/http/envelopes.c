/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/envelopes lists what ballots have reserved. POST
 * /v1/envelopes/{ballot_id}:release gives back the budget of a ballot that
 * will not be certified; messages do everything else.
 */
#include "ledger/ballots.h"
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/list.h"
#include "ledger/http/params.h"
#include "ledger/service.h"
#include "runtime/json.h"
#include "runtime/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HTTP_OK = 200,
    BY_SIZE = KEYRING_ID_SIZE + 16,
    REASON_SIZE = 301,
};

struct release_post {
    struct writer_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    char by[BY_SIZE];
    char reason[REASON_SIZE];
    int64_t now_ms;
    struct envelope envelope;
    struct refusal refusal;
};

static enum err envelope_list_read(struct list *list, struct problem *ret_problem);
static enum err envelope_list_work(struct db *db, struct list *list);
static enum err envelope_row(const struct db_rows *rows, int64_t row,
                             struct envelope *ret_envelope);
static enum err release_read(struct release_post *post, struct problem *problem);
static enum err release_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static void release_done(struct writer_job *job);

static const struct writer_job_type RELEASE_POST = {
    .name = "envelope_release",
    .run_max = 1,
    .work = release_work,
    .done = release_done,
};

void envelope_list_start(struct http_request *request, void *context)
{
    list_start(request, context, envelope_list_read, envelope_list_work);
}

static enum err envelope_list_read(struct list *list, struct problem *ret_problem)
{
    return params_uuid(list->request, "after", list->after_ballot, ret_problem);
}

static enum err envelope_list_work(struct db *db, struct list *list)
{
    struct db_rows *rows = NULL;
    json_t *envelopes = NULL;
    json_t *next = NULL;
    enum err err =
        store_envelope_list(db, list->ledger->shard, &list->filter, list->after_ballot, &rows);

    if (err) {
        return err;
    }
    envelopes = json_array();
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        struct envelope envelope;
        err = envelope_row(rows, i, &envelope);
        if (!err) {
            int64_t changed_ms = db_rows_int64(rows, i, STORE_ENVELOPE_CHANGED_TIME);
            json_t *row = answer_envelope(&envelope, changed_ms);
            json_decref(next);
            next = json_incref(json_object_get(row, "ballot_id"));
            answer_append(&envelopes, row);
        }
    }
    if (db_rows_count(rows) < list->filter.limit) {
        json_decref(next);
        next = json_null();
    }
    db_rows_release(rows);
    list->answer = json_pack("{s:o, s:o}", "envelopes", envelopes, "next", next);
    return err;
}

static enum err envelope_row(const struct db_rows *rows, int64_t row, struct envelope *ret_envelope)
{
    struct envelope envelope = {
        .fiscal_year = (int32_t)db_rows_int64(rows, row, STORE_ENVELOPE_FISCAL_YEAR),
        .amount_krw = db_rows_int64(rows, row, STORE_ENVELOPE_AMOUNT),
        .selected_krw = db_rows_int64(rows, row, STORE_ENVELOPE_SELECTED),
    };
    enum err err = funding_source_parse(db_rows_text(rows, row, STORE_ENVELOPE_FUNDING_SOURCE),
                                        &envelope.funding_source);

    if (!err) {
        err = envelope_state_parse(db_rows_text(rows, row, STORE_ENVELOPE_STATE), &envelope.state);
    }
    if (!err) {
        err =
            db_rows_fixed(rows, row, STORE_ENVELOPE_BALLOT_ID, envelope.ballot_id, BALLOT_ID_SIZE);
    }
    if (err) {
        return ERR_INTERNAL; /* the table's checks name the same words */
    }
    *ret_envelope = envelope;
    return ERR_OK;
}

void envelope_release_start(struct http_request *request, void *context)
{
    struct ledger *ledger = context;
    struct problem problem = {.kind = NULL};
    struct release_post *post = calloc(1, sizeof *post);
    enum err err = post ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    post->job.type = &RELEASE_POST;
    post->request = request;
    post->ledger = ledger;
    err = release_read(post, &problem);
    if (err) {
        goto out;
    }
    err = writer_submit(ledger->host.writer, &post->job);
    if (!err) {
        return;
    }

out:
    free(post);
    answer_failure(request, &problem, err);
}

static enum err release_read(struct release_post *post, struct problem *problem)
{
    static const char *const names[] = {"reason", NULL};
    struct json_reader reader;
    json_t *value = NULL;
    enum err err = params_uuid(post->request, "ballot_id", post->ballot_id, problem);

    if (err) {
        return err;
    }
    err = params_body(post->request, &value, problem);
    if (err) {
        return err;
    }
    json_reader_init(&reader, value, "", problem);
    json_reader_allow(&reader, names);
    json_read_text(&reader, "reason", 1, post->reason, sizeof post->reason);
    json_decref(value);
    (void)snprintf(post->by, sizeof post->by, "operator:%s",
                   http_request_principal(post->request)->id); /* an id fits */
    return problem->kind ? ERR_INVALID : ERR_OK;
}

static enum err release_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++) {
        struct release_post *post = (struct release_post *)jobs[i];
        struct ballots_release release = {.by = post->by, .reason = post->reason};
        memcpy(release.ballot_id, post->ballot_id, BALLOT_ID_SIZE);
        post->now_ms = tx->now_ms;
        err = ballots_release(&post->ledger->poster, tx, &release, &post->envelope, &post->refusal);
    }
    return err;
}

static void release_done(struct writer_job *job)
{
    struct release_post *post = (struct release_post *)job;
    json_t *answer = NULL;

    if (job->err) {
        http_respond_error(post->request, job->err);
        goto out;
    }
    if (post->refusal.reason) {
        answer_refusal_plain(post->request, &post->refusal);
        goto out;
    }
    answer = answer_envelope(&post->envelope, post->now_ms);
    if (answer) {
        http_respond_json(post->request, HTTP_OK, answer);
    } else {
        http_respond_error(post->request, ERR_UNAVAILABLE);
    }

out:
    free(post);
}
