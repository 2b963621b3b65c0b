/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/lines:freeze and /v1/lines:thaw: an operator stops a budget line,
 * so that every entry that touches it is refused, and lets it go again.
 */
#include "ledger/freezes.h"
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/params.h"
#include "ledger/service.h"
#include "runtime/json.h"

#include <stdio.h>
#include <stdlib.h>

enum { HTTP_OK = 200, BY_SIZE = KEYRING_ID_SIZE + 16 };

static_assert((int)BY_SIZE <= (int)FREEZES_BY_SIZE, "who asked is logged whole");

/* One request, until it is answered. */
struct freeze {
    struct writer_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    bool frozen; /* what it asks for */
    struct line line;
    char reason[FREEZES_REASON_SIZE];
    char by[BY_SIZE];
    struct refusal refusal;
};

static void freeze_start(struct http_request *request, struct ledger *ledger, bool frozen);
static enum err freeze_read(struct freeze *freeze, struct problem *problem);
static enum err freeze_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static void freeze_done(struct writer_job *job);

static const struct writer_job_type FREEZE = {
    .name = "line_freeze",
    .run_max = 1,
    .work = freeze_work,
    .done = freeze_done,
};

void line_freeze_start(struct http_request *request, void *context)
{
    freeze_start(request, context, true);
}

void line_thaw_start(struct http_request *request, void *context)
{
    freeze_start(request, context, false);
}

static void freeze_start(struct http_request *request, struct ledger *ledger, bool frozen)
{
    struct problem problem = {.kind = NULL};
    struct freeze *freeze = calloc(1, sizeof *freeze);
    enum err err = freeze ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    freeze->job.type = &FREEZE;
    freeze->request = request;
    freeze->ledger = ledger;
    freeze->frozen = frozen;
    err = freeze_read(freeze, &problem);
    if (err) {
        goto out;
    }
    err = writer_submit(ledger->host.writer, &freeze->job);
    if (!err) {
        return;
    }

out:
    free(freeze);
    answer_failure(request, &problem, err);
}

static enum err freeze_read(struct freeze *freeze, struct problem *problem)
{
    static const char *const names[] = {"fiscal_year", "programme", "funding_source", "reason",
                                        NULL};
    char programme[PROGRAMME_LENGTH_MAX + 1] = "";
    struct json_reader reader;
    json_t *value = NULL;
    int64_t year = 0;
    int source = 0;
    enum err err = params_body(freeze->request, &value, problem);

    if (err) {
        return err;
    }
    json_reader_init(&reader, value, "", problem);
    json_reader_allow(&reader, names);
    json_read_int64(&reader, "fiscal_year", FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &year);
    json_read_text(&reader, "programme", 1, programme, sizeof programme);
    json_read_choice(&reader, "funding_source", PARAMS_FUNDING_SOURCES, &source);
    json_read_text(&reader, "reason", 1, freeze->reason, sizeof freeze->reason);
    if (json_reader_ok(&reader)) {
        err = line_init(&freeze->line, (int32_t)year, (enum funding_source)(source + 1), programme);
        if (err) {
            json_reader_refuse(&reader, "programme", &PROBLEM_WRONG_VALUE, "programme", programme);
        }
    }
    (void)snprintf(freeze->by, sizeof freeze->by, "operator:%s",
                   http_request_principal(freeze->request)->id); /* an id fits */
    json_decref(value);
    return problem->kind ? ERR_INVALID : ERR_OK;
}

static enum err freeze_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++) {
        struct freeze *freeze = (struct freeze *)jobs[i];
        const struct freezes_wanted wanted = {&freeze->line, freeze->frozen, freeze->by,
                                              freeze->reason};
        err = freezes_set(tx, freeze->ledger->shard, &wanted, &freeze->refusal);
    }
    return err;
}

static void freeze_done(struct writer_job *job)
{
    struct freeze *freeze = (struct freeze *)job;
    const struct line *line = &freeze->line;

    if (job->err) {
        http_respond_error(freeze->request, job->err);
    } else if (freeze->refusal.reason) {
        answer_refusal_plain(freeze->request, &freeze->refusal);
    } else {
        http_respond_json(freeze->request, HTTP_OK,
                          json_pack("{s:i, s:s, s:s, s:b}", "fiscal_year", (int)line->fiscal_year,
                                    "programme", line->programme, "funding_source",
                                    funding_source_code(line->funding_source), "frozen",
                                    freeze->frozen));
    }
    free(freeze);
}
