/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/holds/{hold_id}:extend: an operator moves a hold's deadline later.
 * The same deadline again is answered the same and changes nothing.
 */
#include "ledger/holds.h"
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/hold_json.h"
#include "ledger/http/params.h"
#include "ledger/service.h"
#include "runtime/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HTTP_OK = 200, BY_SIZE = KEYRING_ID_SIZE + 16, REASON_SIZE = 301 };

/* One request, until it is answered. */
struct hold_extend {
    struct writer_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    char traceparent[EVENT_TRACEPARENT_SIZE];
    char by[BY_SIZE];
    uint8_t hold_id[HOLD_ID_SIZE];
    int64_t expires_time_ms;
    char reason[REASON_SIZE];
    struct refusal refusal;
    json_t *answer;
};

static enum err extend_read(struct hold_extend *extend, struct problem *problem);
static enum err extend_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static void extend_done(struct writer_job *job);
static void extend_free(struct hold_extend *extend);

static const struct writer_job_type HOLD_EXTEND = {
    .name = "hold_extend",
    .run_max = 1,
    .work = extend_work,
    .done = extend_done,
};

void hold_extend_start(struct http_request *request, void *context)
{
    struct ledger *ledger = context;
    struct problem problem = {.kind = NULL};
    struct hold_extend *extend = calloc(1, sizeof *extend);
    enum err err = extend ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    extend->job.type = &HOLD_EXTEND;
    extend->request = request;
    extend->ledger = ledger;
    params_traceparent(request, extend->traceparent);
    (void)snprintf(extend->by, sizeof extend->by, "operator:%s",
                   http_request_principal(request)->id); /* an id fits */
    err = extend_read(extend, &problem);
    if (err) {
        goto out;
    }
    err = writer_submit(ledger->host.writer, &extend->job);
    if (!err) {
        return;
    }

out:
    extend_free(extend);
    answer_failure(request, &problem, err);
}

static enum err extend_read(struct hold_extend *extend, struct problem *problem)
{
    static const char *const names[] = {"expires_time", "reason", NULL};
    struct json_reader reader;
    json_t *value = NULL;
    enum err err = params_uuid(extend->request, "hold_id", extend->hold_id, problem);

    if (err) {
        return err;
    }
    err = params_body(extend->request, &value, problem);
    if (err) {
        return err;
    }
    json_reader_init(&reader, value, "", problem);
    json_reader_allow(&reader, names);
    json_read_time(&reader, "expires_time", &extend->expires_time_ms);
    json_read_text(&reader, "reason", 1, extend->reason, sizeof extend->reason);
    json_decref(value);
    return problem->kind ? ERR_INVALID : ERR_OK;
}

static enum err extend_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++) {
        struct hold_extend *extend = (struct hold_extend *)jobs[i];
        const struct event_cause cause = {.traceparent = extend->traceparent};
        const struct holds_extended extended = {extend->hold_id, extend->expires_time_ms,
                                                extend->by, extend->reason, &cause};
        json_decref(extend->answer); /* of a try before */
        extend->answer = NULL;
        err = holds_extend(tx, extend->ledger->shard, &extended, &extend->refusal);
        if (!err && !extend->refusal.reason) {
            err = hold_json_read(tx->db, extend->ledger->shard, extend->hold_id, &extend->answer);
        }
    }
    return err;
}

static void extend_done(struct writer_job *job)
{
    struct hold_extend *extend = (struct hold_extend *)job;

    if (job->err) {
        http_respond_error(extend->request, job->err);
    } else if (extend->refusal.reason) {
        answer_refusal_plain(extend->request, &extend->refusal);
    } else {
        http_respond_json(extend->request, HTTP_OK, json_incref(extend->answer));
    }
    extend_free(extend);
}

static void extend_free(struct hold_extend *extend)
{
    if (extend) {
        json_decref(extend->answer);
    }
    free(extend);
}
