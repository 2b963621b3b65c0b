/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/sheets: an operator has a budget sheet kept as its document gives
 * it; GET lists kept sheets and shows one with its figures and discrepancies.
 *
 * A post goes sheet_post_start -> read_work (work queue) -> read_done ->
 * keep_work (writer) -> keep_done. How many are under way is bounded, since
 * each takes megabytes while it is read.
 */
#include "ledger/sheets.h"
#include "ledger/domain/text.h"
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/list.h"
#include "ledger/http/params.h"
#include "ledger/http/sheet_json.h"
#include "ledger/service.h"
#include "ledger/store/sheet.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HTTP_OK = 200, HTTP_CREATED = 201, BY_SIZE = KEYRING_ID_SIZE + 16 };

static const struct problem_kind UNREADABLE = {
    422,
    "sheet-unreadable",
    "예산표를 읽을 수 없습니다.",
    "The budget sheet cannot be read.",
};

/* One request, until it is answered. */
struct sheet_post {
    struct writer_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    char by[BY_SIZE];
    uint8_t key[CRYPTO_UUID_SIZE];
    uint8_t request_hash[ORDER_HASH_SIZE];
    const char *name;            /* borrowed from the request */
    struct crypto_bytes content; /* likewise */
    struct sheets_reading *reading;
    enum err read_err;
    struct sheets_outcome outcome;
    json_t *answer;
};

static enum err post_read(struct sheet_post *post, struct problem *problem);
static enum err check_type(struct http_request *request, struct problem *problem);
static void post_hash(struct sheet_post *post);
static void read_work(void *context);
static void read_done(void *context);
static void say_unreadable(const struct sheet_post *post, struct problem *problem);
static enum err keep_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static enum err keep_one(struct writer_tx *tx, struct sheet_post *post);
static void keep_done(struct writer_job *job);
static void post_refuse(struct sheet_post *post, const struct problem *problem, enum err err);
static void post_free(struct sheet_post *post);
static enum err list_read_after(struct list *list, struct problem *ret_problem);
static enum err list_work(struct db *db, struct list *list);
static enum err get_read(struct list *list, struct problem *ret_problem);
static enum err get_work(struct db *db, struct list *list);

static const struct writer_job_type SHEET_POST = {
    .name = "sheet_post",
    .run_max = 1,
    .work = keep_work,
    .done = keep_done,
};

void sheet_post_start(struct http_request *request, void *context)
{
    struct ledger *ledger = context;
    struct problem problem = {.kind = NULL};
    struct sheet_post *post = NULL;
    enum err err = ledger->sheet_count < LEDGER_SHEETS_MAX ? ERR_OK : ERR_FULL;

    if (!err) {
        post = calloc(1, sizeof *post);
        err = post ? ERR_OK : ERR_UNAVAILABLE;
    }
    if (err) {
        http_respond_error(request, err);
        return;
    }
    post->job.type = &SHEET_POST;
    post->request = request;
    post->ledger = ledger;
    ledger->sheet_count++;
    (void)snprintf(post->by, sizeof post->by, "operator:%s",
                   http_request_principal(request)->id); /* an id fits */
    err = post_read(post, &problem);
    if (!err) {
        post_hash(post);
        err = loop_work(&ledger->host.loop, read_work, read_done, post);
    }
    if (err) {
        post_refuse(post, &problem, err);
    }
}

void sheet_list_start(struct http_request *request, void *context)
{
    list_start(request, context, list_read_after, list_work);
}

void sheet_get_start(struct http_request *request, void *context)
{
    list_start(request, context, get_read, get_work);
}

static enum err post_read(struct sheet_post *post, struct problem *problem)
{
    struct http_request *request = post->request;
    enum err err = params_key(request, post->key, problem);

    if (!err) {
        err = check_type(request, problem);
    }
    if (err) {
        return err;
    }
    post->name = http_request_query(request, "name");
    if (!post->name || post->name[0] == '\0' || strlen(post->name) > SHEETS_NAME_LENGTH_MAX ||
        !text_valid(post->name)) {
        problem_set(problem, &PROBLEM_WRONG_VALUE, "name", "length", NULL);
        return ERR_INVALID;
    }
    post->content.data = http_request_body(request, &post->content.length);
    if (post->content.length == 0) {
        problem_set(problem, &UNREADABLE, NULL, NULL, NULL);
        return ERR_INVALID;
    }
    return ERR_OK;
}

static enum err check_type(struct http_request *request, struct problem *problem)
{
    static const char csv[] = "text/csv";
    const char *type = http_request_header(request, "content-type");
    bool right = type && strncmp(type, csv, sizeof csv - 1) == 0;

    if (right) {
        const char after = type[sizeof csv - 1];
        right = after == '\0' || after == ';' || after == ' ';
    }
    if (!right) {
        problem_set(problem, &PROBLEM_WRONG_TYPE, "Content-Type", NULL, type);
        return ERR_INVALID;
    }
    return ERR_OK;
}

/* What makes two requests the same. The texts end in a NUL each. */
static void post_hash(struct sheet_post *post)
{
    static const char domain[] = "sheet/1";
    const struct crypto_bytes parts[] = {
        {domain, sizeof domain},
        {post->name, strlen(post->name) + 1},
        post->content,
    };

    crypto_hash_parts(parts, sizeof parts / sizeof parts[0], post->request_hash);
}

static void read_work(void *context)
{
    struct sheet_post *post = context;

    post->read_err = sheets_read(post->content.data, post->content.length, &post->reading);
}

static void read_done(void *context)
{
    struct sheet_post *post = context;
    struct problem problem = {.kind = NULL};
    enum err err = post->read_err;

    if (!err && !post->reading->readable) {
        say_unreadable(post, &problem);
        err = ERR_INVALID;
    }
    if (!err) {
        err = writer_submit(post->ledger->host.writer, &post->job);
    }
    if (err) {
        post_refuse(post, &problem, err);
    }
}

/* The first of what is wrong: where it stands, the rule, and the cell. */
static void say_unreadable(const struct sheet_post *post, struct problem *problem)
{
    const struct sheet_fault *fault = &post->reading->sheet.faults[0];
    char where[PROBLEM_FIELD_SIZE];

    assert(post->reading->sheet.fault_count > 0);
    (void)snprintf(where, sizeof where, "/%u/%u", (unsigned)fault->line,
                   (unsigned)fault->column); /* short */
    problem_set(problem, &UNREADABLE, where, sheet_fault_code(fault->rule), fault->value);
    problem_detail(problem, sheet_fault_korean(fault->rule), sheet_fault_english(fault->rule));
}

static enum err keep_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++) {
        err = keep_one(tx, (struct sheet_post *)jobs[i]);
    }
    return err;
}

static enum err keep_one(struct writer_tx *tx, struct sheet_post *post)
{
    const struct sheets_wanted wanted = {
        .key = post->key,
        .request_hash = post->request_hash,
        .name = post->name,
        .by = post->by,
        .content = post->content,
        .reading = post->reading,
    };
    enum err err = sheets_keep(tx, post->ledger->shard, &wanted, &post->outcome);

    json_decref(post->answer); /* of a try before */
    post->answer = NULL;
    if (err || post->outcome.refusal.reason) {
        return err;
    }
    return sheet_json_read(tx->db, post->ledger->shard, post->outcome.sheet_id, &post->answer);
}

static void keep_done(struct writer_job *job)
{
    struct sheet_post *post = (struct sheet_post *)job;

    if (job->err) {
        http_respond_error(post->request, job->err);
    } else if (post->outcome.refusal.reason) {
        answer_refusal(post->request, &post->outcome.refusal);
    } else {
        http_respond_json(post->request, post->outcome.known ? HTTP_OK : HTTP_CREATED,
                          json_incref(post->answer));
    }
    post_free(post);
}

static void post_refuse(struct sheet_post *post, const struct problem *problem, enum err err)
{
    answer_failure(post->request, problem, err);
    post_free(post);
}

static void post_free(struct sheet_post *post)
{
    assert(post->ledger->sheet_count > 0);
    post->ledger->sheet_count--;
    sheets_reading_free(post->reading);
    json_decref(post->answer);
    free(post);
}

static enum err list_read_after(struct list *list, struct problem *ret_problem)
{
    return params_uuid(list->request, "after", list->after_id, ret_problem);
}

static enum err list_work(struct db *db, struct list *list)
{
    const int64_t limit = list->filter.limit;
    struct db_rows *rows = NULL;
    json_t *sheets = NULL;
    enum err err = store_sheet_rows(db, list->ledger->shard, list->after_id, limit, &rows);

    if (err) {
        return err;
    }
    int64_t count = db_rows_count(rows);
    sheets = json_array();
    for (int64_t i = 0; i < count; i++) {
        answer_append(&sheets, sheet_json(rows, i));
    }
    list->answer = json_pack("{s:o, s:o}", "sheets", sheets, "next",
                             count == limit ? sheet_json_id(rows, count - 1) : json_null());
    db_rows_release(rows);
    return ERR_OK;
}

static enum err get_read(struct list *list, struct problem *ret_problem)
{
    return params_uuid(list->request, "sheet_id", list->after_id, ret_problem);
}

static enum err get_work(struct db *db, struct list *list)
{
    return sheet_json_read_whole(db, list->ledger->shard, list->after_id, &list->answer);
}
