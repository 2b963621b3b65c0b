/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the public may see of a ballot: turnout and result. While a ballot is
 * open that is one number, rounded down and at most as fresh as a minute ago; the
 * board beside it says exactly how many leaves there are.
 */
#include "participation/http/outcome.h"
#include "participation/http/params.h"
#include "participation/http/published_json.h"
#include "participation/http/routes.h"
#include "participation/store/ballots.h"
#include "participation/store/roll.h"
#include "runtime/clock.h"

#include <stdlib.h>
#include <string.h>

enum { PUBLIC_TURNOUT_MS = 60 * 1000 };

static const struct problem_kind RESULT_HIDDEN = {
    .status = 409,
    .code = "result-not-published",
    .ko = "결과는 마감하고 인증한 뒤에 공개합니다.",
    .en = "The result is published after the ballot is closed and certified.",
};

struct published {
    struct reader_job job; /* first */
    struct participation *service;
    struct http_request *request;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    bool official; /* an operator or auditor asks */
    enum ballot_state state;
    int64_t voters;
    bool has_roll;
    int64_t eligible;  /* by the roll */
    json_t *json;      /* tables of a closed ballot */
    char *result_json; /* malloc'd */
};

static bool was_closed(enum ballot_state state)
{
    return state == BALLOT_STATE_CLOSED || state == BALLOT_STATE_COUNTED ||
           state == BALLOT_STATE_CERTIFIED;
}

static json_t *eligible_json(const struct published *published)
{
    return published->has_roll ? json_integer(published->eligible) : json_null();
}

/* On a reader thread. */
static enum err turnout_work(struct db *db, struct reader_job *job)
{
    struct published *published = (struct published *)job;
    struct roll_import_row import;
    struct ballot_row row = {0};
    enum err err = db == NULL ? ERR_UNAVAILABLE : store_ballot_read(db, published->ballot_id, &row);

    if (err) {
        return err;
    }
    import = (struct roll_import_row){.ballot_id = row.ballot_id, .import_no = row.roll_import_no};
    published->state = row.state;
    published->voters = row.voters;
    published->has_roll = row.roll_import_no > 0;
    if (published->has_roll) {
        err = store_roll_import_read(db, &import);
        published->eligible = import.voters;
    }
    if (!err && was_closed(row.state)) {
        err = published_turnout(db, &row, &published->json);
    }
    ballot_row_release(&row);
    return err;
}

/* What the public was told last, or is told from now on for a minute. */
static const struct public_turnout *tell_turnout(struct published *published)
{
    struct public_turnout *oldest = &published->service->public_turnout[0];
    int64_t now_ms = clock_now_ms();

    for (size_t i = 0; i < SERVICE_TURNOUT_COUNT_MAX; i++) {
        struct public_turnout *told = &published->service->public_turnout[i];

        if (told->as_of_ms != 0 &&
            memcmp(told->ballot_id, published->ballot_id, BALLOT_ID_SIZE) == 0) {
            oldest = told;
            break;
        }
        oldest = told->as_of_ms < oldest->as_of_ms ? told : oldest;
    }
    if (memcmp(oldest->ballot_id, published->ballot_id, BALLOT_ID_SIZE) != 0 ||
        now_ms - oldest->as_of_ms >= PUBLIC_TURNOUT_MS || oldest->as_of_ms > now_ms) {
        memcpy(oldest->ballot_id, published->ballot_id, BALLOT_ID_SIZE);
        oldest->voters = turnout_round(published->voters);
        oldest->as_of_ms = now_ms;
    }
    return oldest;
}

static void turnout_done(struct reader_job *job)
{
    struct published *published = (struct published *)job;
    char as_of[CLOCK_TEXT_SIZE];

    if (job->err) {
        json_decref(published->json);
        http_respond_error(published->request, job->err);
    } else if (published->json != NULL) {
        http_respond_json(published->request, 200, published->json);
    } else {
        const struct public_turnout *told = tell_turnout(published);

        clock_format(told->as_of_ms, as_of);
        http_respond_json(published->request, 200,
                          json_pack("{s:s, s:I, s:b, s:s, s:o}", "state",
                                    ballot_state_name(published->state), "voters",
                                    (json_int_t)told->voters, "rounded", 1, "as_of", as_of,
                                    "eligible", eligible_json(published)));
    }
    free(published);
}

/* On a reader thread. */
static enum err result_work(struct db *db, struct reader_job *job)
{
    struct published *published = (struct published *)job;
    struct ballot_row row = {0};
    enum err err = db == NULL ? ERR_UNAVAILABLE : store_ballot_read(db, published->ballot_id, &row);

    if (err) {
        return err;
    }
    published->state = row.state;
    if (row.state == BALLOT_STATE_CERTIFIED ||
        (row.state == BALLOT_STATE_COUNTED && published->official)) {
        err = outcome_text(db, &row, &published->result_json);
    }
    ballot_row_release(&row);
    return err;
}

static void result_done(struct reader_job *job)
{
    struct published *published = (struct published *)job;

    if (job->err) {
        http_respond_error(published->request, job->err);
    } else if (published->result_json == NULL) {
        params_refuse(published->request, &RESULT_HIDDEN, "");
    } else {
        http_respond(published->request, 200, "application/json", published->result_json,
                     strlen(published->result_json));
    }
    free(published->result_json);
    free(published);
}

static void published_start(struct http_request *request, struct participation *service,
                            enum err (*work)(struct db *, struct reader_job *),
                            void (*done)(struct reader_job *))
{
    const struct principal *principal = http_request_principal(request);
    struct published *published;
    uint8_t ballot_id[BALLOT_ID_SIZE];

    if (!params_ballot_id(request, ballot_id)) {
        return;
    }
    published = calloc(1, sizeof *published);
    if (published != NULL) {
        published->service = service;
        published->request = request;
        published->official = principal != NULL &&
                              (principal->role == ROLE_OPERATOR || principal->role == ROLE_AUDITOR);
        published->job.work = work;
        published->job.done = done;
        memcpy(published->ballot_id, ballot_id, BALLOT_ID_SIZE);
    }
    if (published == NULL || reader_submit(service->host.reader, &published->job) != ERR_OK) {
        free(published);
        http_respond_error(request, ERR_FULL);
    }
}

void handle_ballot_turnout(struct http_request *request, void *context)
{
    published_start(request, context, turnout_work, turnout_done);
}

void handle_ballot_result(struct http_request *request, void *context)
{
    published_start(request, context, result_work, result_done);
}
