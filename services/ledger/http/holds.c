/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/holds: an operator holds money of a line for a commitment or a grant
 * decision until a deadline; POST /v1/holds/{hold_id}:release gives it back;
 * GET /v1/holds lists, GET /v1/holds/{hold_id} shows one. A hold's id is the key
 * it was placed under, so that the same request again is answered with the same
 * hold, as it is then.
 */
#include "ledger/holds.h"
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/hold_json.h"
#include "ledger/http/list.h"
#include "ledger/http/params.h"
#include "ledger/service.h"
#include "runtime/crypto.h"
#include "runtime/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HTTP_OK = 200, HTTP_CREATED = 201, BY_SIZE = KEYRING_ID_SIZE + 16, REASON_SIZE = 301 };

/* One request to place or release, until it is answered. */
struct hold_post {
    struct writer_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    bool releases;
    char traceparent[EVENT_TRACEPARENT_SIZE];
    char by[BY_SIZE];
    struct hold hold; /* to be placed; to release, only its id */
    uint8_t request_hash[ORDER_HASH_SIZE];
    char reason[REASON_SIZE];
    struct order_refusal refusal; /* of placing */
    struct refusal plain_refusal; /* of releasing */
    json_t *answer;
};

static void post_start(struct http_request *request, struct ledger *ledger, bool releases);
static enum err place_read(struct hold_post *post, struct problem *problem);
static void place_read_body(struct json_reader *reader, struct hold *hold);
static void place_hash(const struct hold *hold, uint8_t ret_hash[ORDER_HASH_SIZE]);
static enum err release_read(struct hold_post *post, struct problem *problem);
static enum err post_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static enum err post_write(struct writer_tx *tx, struct hold_post *post);
static enum err post_answer(struct db *db, struct hold_post *post);
static void post_done(struct writer_job *job);
static void post_free(struct hold_post *post);
static enum err hold_list_read(struct list *list, struct problem *ret_problem);
static enum err hold_get_read(struct list *list, struct problem *ret_problem);
static enum err hold_get_work(struct db *db, struct list *list);
static enum err hold_list_work(struct db *db, struct list *list);

static const struct writer_job_type HOLD_POST = {
    .name = "hold_post",
    .run_max = 1,
    .work = post_work,
    .done = post_done,
};

void hold_place_start(struct http_request *request, void *context)
{
    post_start(request, context, false);
}

void hold_release_start(struct http_request *request, void *context)
{
    post_start(request, context, true);
}

void hold_list_start(struct http_request *request, void *context)
{
    list_start(request, context, hold_list_read, hold_list_work);
}

void hold_get_start(struct http_request *request, void *context)
{
    list_start(request, context, hold_get_read, hold_get_work);
}

static void post_start(struct http_request *request, struct ledger *ledger, bool releases)
{
    struct problem problem = {.kind = NULL};
    struct hold_post *post = calloc(1, sizeof *post);
    enum err err = post ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    post->job.type = &HOLD_POST;
    post->job.event_count = 1;
    post->request = request;
    post->ledger = ledger;
    post->releases = releases;
    params_traceparent(request, post->traceparent);
    (void)snprintf(post->by, sizeof post->by, "operator:%s",
                   http_request_principal(request)->id); /* an id fits */
    err = releases ? release_read(post, &problem) : place_read(post, &problem);
    if (err) {
        goto out;
    }
    err = writer_submit(ledger->host.writer, &post->job);
    if (!err) {
        return;
    }

out:
    post_free(post);
    answer_failure(request, &problem, err);
}

static enum err place_read(struct hold_post *post, struct problem *problem)
{
    static const char *const names[] = {"kind",       "fiscal_year",  "programme", "funding_source",
                                        "amount_krw", "expires_time", "document",  NULL};
    struct json_reader reader;
    json_t *value = NULL;
    enum err err = params_key(post->request, post->hold.id, problem);

    if (err) {
        return err;
    }
    err = params_body(post->request, &value, problem);
    if (err) {
        return err;
    }
    json_reader_init(&reader, value, "", problem);
    json_reader_allow(&reader, names);
    place_read_body(&reader, &post->hold);
    json_decref(value);
    if (problem->kind) {
        return ERR_INVALID;
    }
    place_hash(&post->hold, post->request_hash);
    return ERR_OK;
}

static void place_read_body(struct json_reader *reader, struct hold *hold)
{
    char programme[PROGRAMME_LENGTH_MAX + 1] = "";
    struct line line;
    int64_t year = 0;
    int source = 0;

    json_read_text(reader, "kind", 1, hold->kind, sizeof hold->kind);
    if (!hold_kind_valid(hold->kind)) {
        json_reader_refuse(reader, "kind", &PROBLEM_WRONG_VALUE, "kind", hold->kind);
    }
    json_read_int64(reader, "fiscal_year", FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &year);
    json_read_text(reader, "programme", 1, programme, sizeof programme);
    json_read_choice(reader, "funding_source", PARAMS_FUNDING_SOURCES, &source);
    json_read_int64(reader, "amount_krw", 1, INT64_MAX, &hold->amount_krw);
    json_read_time(reader, "expires_time", &hold->expires_time_ms);
    json_read_text(reader, "document", 1, hold->document, sizeof hold->document);
    if (!json_reader_ok(reader)) {
        return;
    }
    enum err err = line_init(&line, (int32_t)year, (enum funding_source)(source + 1), programme);
    if (err) {
        json_reader_refuse(reader, "programme", &PROBLEM_WRONG_VALUE, "programme", programme);
        return;
    }
    hold->account = hold_account(hold->kind, &line);
}

/* What makes two requests the same. The parts of varying length end in a NUL each. */
static void place_hash(const struct hold *hold, uint8_t ret_hash[ORDER_HASH_SIZE])
{
    static const char name[] = "hold/1";
    const struct line *line = &hold->account.line;
    const char *source = funding_source_code(line->funding_source);
    const struct crypto_bytes parts[] = {
        {name, sizeof name},
        {hold->kind, strlen(hold->kind) + 1},
        {&line->fiscal_year, sizeof line->fiscal_year},
        {source, strlen(source) + 1},
        {line->programme, strlen(line->programme) + 1},
        {&hold->amount_krw, sizeof hold->amount_krw},
        {&hold->expires_time_ms, sizeof hold->expires_time_ms},
        {hold->document, strlen(hold->document) + 1},
    };

    crypto_hash_parts(parts, sizeof parts / sizeof parts[0], ret_hash);
}

static enum err release_read(struct hold_post *post, struct problem *problem)
{
    static const char *const names[] = {"reason", NULL};
    struct json_reader reader;
    json_t *value = NULL;
    enum err err = params_uuid(post->request, "hold_id", post->hold.id, problem);

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
    return problem->kind ? ERR_INVALID : ERR_OK;
}

static enum err post_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++) {
        err = post_write(tx, (struct hold_post *)jobs[i]);
    }
    return err;
}

static enum err post_write(struct writer_tx *tx, struct hold_post *post)
{
    const struct event_cause cause = {.traceparent = post->traceparent};
    const char *shard = post->ledger->shard;
    enum err err = ERR_OK;

    memset(&post->refusal, 0, sizeof post->refusal);
    memset(&post->plain_refusal, 0, sizeof post->plain_refusal);
    if (post->releases) {
        const struct holds_unwanted unwanted = {post->hold.id, post->by, post->reason, &cause};
        err = holds_release(tx, shard, &unwanted, &post->plain_refusal);
    } else {
        const struct holds_wanted wanted = {&post->hold, post->request_hash, post->by, &cause};
        err = holds_place(tx, shard, &wanted, &post->refusal);
    }
    if (err || post->refusal.reason || post->plain_refusal.reason) {
        return err;
    }
    return post_answer(tx->db, post);
}

static enum err post_answer(struct db *db, struct hold_post *post)
{
    const struct store_filter filter = {.limit = 1};
    static const uint8_t first[HOLD_ID_SIZE] = {0};
    const struct store_hold_filter holds = {.after = first, .only = post->hold.id};
    struct db_rows *rows = NULL;
    enum err err = store_hold_rows(db, post->ledger->shard, &filter, &holds, &rows);

    json_decref(post->answer); /* of a try before */
    post->answer = NULL;
    if (!err && db_rows_count(rows) == 1) {
        post->answer = hold_json(rows, 0);
    }
    db_rows_release(rows);
    if (err) {
        return err;
    }
    return post->answer ? ERR_OK : ERR_UNAVAILABLE;
}

static void post_done(struct writer_job *job)
{
    struct hold_post *post = (struct hold_post *)job;

    if (job->err) {
        http_respond_error(post->request, job->err);
    } else if (post->refusal.reason) {
        answer_refusal(post->request, &post->refusal);
    } else if (post->plain_refusal.reason) {
        answer_refusal_plain(post->request, &post->plain_refusal);
    } else {
        http_respond_json(post->request, post->releases ? HTTP_OK : HTTP_CREATED,
                          json_incref(post->answer));
    }
    post_free(post);
}

static void post_free(struct hold_post *post)
{
    if (post) {
        json_decref(post->answer);
    }
    free(post);
}

static enum err hold_list_read(struct list *list, struct problem *ret_problem)
{
    const char *state = http_request_query(list->request, "state");
    enum err err = state ? hold_state_parse(state, &list->hold_state) : ERR_OK;

    if (err) {
        problem_set(ret_problem, &PROBLEM_WRONG_VALUE, "state", "choice", state);
        return err;
    }
    return params_uuid(list->request, "after", list->after_id, ret_problem);
}

static enum err hold_list_work(struct db *db, struct list *list)
{
    const struct store_hold_filter filter = {.state = list->hold_state, .after = list->after_id};
    struct db_rows *rows = NULL;
    json_t *holds = NULL;
    enum err err = store_hold_rows(db, list->ledger->shard, &list->filter, &filter, &rows);

    if (err) {
        return err;
    }
    int64_t count = db_rows_count(rows);
    holds = json_array();
    for (int64_t i = 0; i < count; i++) {
        answer_append(&holds, hold_json(rows, i));
    }
    list->answer =
        json_pack("{s:o, s:o}", "holds", holds, "next",
                  count == list->filter.limit ? hold_id_json(rows, count - 1) : json_null());
    db_rows_release(rows);
    return ERR_OK;
}

static enum err hold_get_read(struct list *list, struct problem *ret_problem)
{
    return params_uuid(list->request, "hold_id", list->after_id, ret_problem);
}

static enum err hold_get_work(struct db *db, struct list *list)
{
    return hold_json_read(db, list->ledger->shard, list->after_id, &list->answer);
}
