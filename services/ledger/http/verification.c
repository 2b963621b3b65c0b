/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/verification: recomputes the whole ledger on a reader thread and
 * says what it found. One at a time, since it reads every row; how far that one
 * is says GET /v1/verification/progress.
 */
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/service.h"
#include "ledger/verify.h"
#include "runtime/log.h"
#include "runtime/reader.h"

#include <stdlib.h>

enum { HTTP_OK = 200 };

struct verification {
    struct reader_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    struct verify_report report;
};

static enum err verification_work(struct db *db, struct reader_job *job);
static void verification_done(struct reader_job *job);
static json_t *report_json(const struct verify_report *report);
static json_t *fault_json(const struct verify_fault *fault);

void verification_get_start(struct http_request *request, void *context)
{
    struct ledger *ledger = context;
    struct verification *verification = NULL;
    enum err err = ledger->verifying ? ERR_FULL : ERR_OK;

    if (err) {
        goto out;
    }
    verification = calloc(1, sizeof *verification);
    err = verification ? ERR_OK : ERR_UNAVAILABLE;
    if (err) {
        goto out;
    }
    verification->job.work = verification_work;
    verification->job.done = verification_done;
    verification->request = request;
    verification->ledger = ledger;
    atomic_store(&ledger->verify_progress.done, 0);
    atomic_store(&ledger->verify_progress.total, 0);
    err = reader_submit(ledger->host.reader, &verification->job);
    if (!err) {
        ledger->verifying = true;
        return;
    }

out:
    free(verification);
    http_respond_error(request, err);
}

static enum err verification_work(struct db *db, struct reader_job *job)
{
    struct verification *verification = (struct verification *)job;

    if (!db) {
        return ERR_UNAVAILABLE;
    }
    return verify_run(db, verification->ledger->shard, &verification->ledger->verify_progress,
                      &verification->report);
}

static void verification_done(struct reader_job *job)
{
    struct verification *verification = (struct verification *)job;
    const struct verify_report *report = &verification->report;
    json_t *answer = NULL;

    verification->ledger->verifying = false;
    if (job->err) {
        http_respond_error(verification->request, job->err);
        goto out;
    }
    if (report->fault_count > 0) {
        log_error("ledger_unsound", log_int("faults", (int64_t)report->fault_count),
                  log_str("first", journal_fault_code(report->faults[0].fault)),
                  log_int("seq", report->faults[0].seq));
    }
    answer = report_json(report);
    if (answer) {
        http_respond_json(verification->request, HTTP_OK, answer);
    } else {
        http_respond_error(verification->request, ERR_UNAVAILABLE);
    }

out:
    free(verification);
}

void verification_progress_get_start(struct http_request *request, void *context)
{
    struct ledger *ledger = context;
    const int64_t total = atomic_load(&ledger->verify_progress.total);
    const int64_t done = atomic_load(&ledger->verify_progress.done);
    const bool known = ledger->verifying && total > 0;
    json_t *answer = json_pack("{s:b, s:o, s:o}", "running", ledger->verifying, "done",
                               known ? json_integer(done < total ? done : total) : json_null(),
                               "total", known ? json_integer(total) : json_null());

    if (answer) {
        http_respond_json(request, HTTP_OK, answer);
    } else {
        http_respond_error(request, ERR_UNAVAILABLE);
    }
}

static json_t *report_json(const struct verify_report *report)
{
    json_t *faults = json_array();

    for (size_t i = 0; i < report->fault_count; i++) {
        answer_append(&faults, fault_json(&report->faults[i]));
    }
    return json_pack("{s:b, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:o}", "sound",
                     report->fault_count == 0, "epoch", (json_int_t)report->epoch, "seq",
                     (json_int_t)report->seq, "hash", answer_hex(report->hash, sizeof report->hash),
                     "entries", (json_int_t)report->entry_count, "postings",
                     (json_int_t)report->posting_count, "accounts",
                     (json_int_t)report->account_count, "blocks", (json_int_t)report->block_count,
                     "faults", faults);
}

static json_t *fault_json(const struct verify_fault *fault)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:s, s:I}", "code", journal_fault_code(fault->fault),
                     "sentence_ko", journal_fault_sentence_ko(fault->fault), "sentence_en",
                     journal_fault_sentence_en(fault->fault), "seq", (json_int_t)fault->seq,
                     "account", fault->account, "rows", (json_int_t)fault->row_count);
}
