/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/accounts/{…}/balance?as_of=: what an account held after an entry of
 * the journal, at a moment, or at the end of a day by effective date. An
 * account that was not there yet has no balance, which differs from zero.
 */
#include "ledger/store/balance.h"
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/params.h"
#include "ledger/service.h"
#include "runtime/clock.h"
#include "runtime/reader.h"

#include <stdlib.h>
#include <string.h>

enum { HTTP_OK = 200 };

struct balance_get {
    struct reader_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    struct account account;
    struct store_moment moment;
    struct store_balance balance;
};

static enum err balance_read(struct balance_get *get, struct problem *problem);
static enum err moment_read(const char *text, struct store_moment *ret_moment);
static enum err balance_work(struct db *db, struct reader_job *job);
static void balance_done(struct reader_job *job);

void balance_get_start(struct http_request *request, void *context)
{
    struct ledger *ledger = context;
    struct problem problem = {.kind = NULL};
    struct balance_get *get = calloc(1, sizeof *get);
    enum err err = get ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    get->job.work = balance_work;
    get->job.done = balance_done;
    get->request = request;
    get->ledger = ledger;
    err = balance_read(get, &problem);
    if (err) {
        goto out;
    }
    err = reader_submit(ledger->host.reader, &get->job);
    if (!err) {
        return;
    }

out:
    free(get);
    answer_failure(request, &problem, err);
}

static enum err balance_read(struct balance_get *get, struct problem *problem)
{
    const char *programme = http_request_param(get->request, "programme");
    const char *stage = http_request_param(get->request, "stage");
    const char *as_of = http_request_query(get->request, "as_of");
    enum funding_source source = 0;
    int32_t year = 0;
    enum err err = params_source(get->request, &year, &source, problem);

    if (err) {
        return err;
    }
    err = line_init(&get->account.line, year, source, programme);
    if (err) {
        problem_set(problem, &PROBLEM_WRONG_VALUE, "programme", "programme", programme);
        return ERR_INVALID;
    }
    err = stage_parse(stage, &get->account.stage);
    if (err) {
        problem_set(problem, &PROBLEM_WRONG_VALUE, "stage", "stage", stage);
        return ERR_INVALID;
    }
    err = as_of ? moment_read(as_of, &get->moment) : ERR_OK;
    if (err) {
        problem_set(problem, &PROBLEM_WRONG_VALUE, "as_of", "as-of", as_of);
    }
    return err;
}

/* A number is an entry of the journal, a day an effective date, a time a moment of posting. */
static enum err moment_read(const char *text, struct store_moment *ret_moment)
{
    struct store_moment moment = {.kind = STORE_MOMENT_SEQ};
    enum err err = params_number(text, 0, INT64_MAX, &moment.seq);

    if (err) {
        moment.kind = STORE_MOMENT_DATE;
        err = entry_date_parse(text, &moment.date);
    }
    if (err) {
        moment.kind = STORE_MOMENT_TIME;
        err = clock_parse(text, &moment.time_ms);
    }
    if (err) {
        return ERR_INVALID;
    }
    *ret_moment = moment;
    return ERR_OK;
}

static enum err balance_work(struct db *db, struct reader_job *job)
{
    struct balance_get *get = (struct balance_get *)job;

    return db ? store_balance_read(db, get->ledger->shard, &get->account, &get->moment,
                                   &get->balance)
              : ERR_UNAVAILABLE;
}

static void balance_done(struct reader_job *job)
{
    struct balance_get *get = (struct balance_get *)job;
    const struct line *line = &get->account.line;

    if (job->err) {
        http_respond_error(get->request, job->err);
    } else if (get->balance.posting_count == 0) {
        http_respond_error(get->request, ERR_NOT_FOUND);
    } else {
        http_respond_json(
            get->request, HTTP_OK,
            json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "fiscal_year",
                      (int)line->fiscal_year, "programme", line->programme, "funding_source",
                      funding_source_code(line->funding_source), "stage",
                      stage_code(get->account.stage), "name", stage_name_ko(get->account.stage),
                      "balance_krw", (json_int_t)get->balance.balance_krw, "postings",
                      (json_int_t)get->balance.posting_count, "seq", (json_int_t)get->balance.seq));
    }
    free(get);
}
