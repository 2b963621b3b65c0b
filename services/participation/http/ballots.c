/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making and showing ballots. A draft's key file is durable before the draft is,
 * and nothing shown here may tell how a running ballot stands.
 */
#include "participation/decide.h"
#include "participation/domain/ballot_encode.h"
#include "participation/domain/leaf.h"
#include "participation/http/ballot_json.h"
#include "participation/http/params.h"
#include "participation/http/published_json.h"
#include "participation/http/routes.h"
#include "participation/store/roll.h"
#include "runtime/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Reading one or several rows for an answer. */
struct show {
    struct reader_job job; /* first */
    struct participation *service;
    struct http_request *request;
    int status;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    bool has_before;
    size_t limit;
    json_t *json;
};

static void show_done(struct reader_job *job)
{
    struct show *show = (struct show *)job;

    if (job->err || show->json == NULL) {
        json_decref(show->json);
        http_respond_error(show->request, job->err ? job->err : ERR_FULL);
    } else {
        http_respond_json(show->request, show->status, show->json);
    }
    free(show);
}

/* Adds what is shown of the roll: null when there is none. */
static enum err add_roll(struct db *db, const struct ballot_row *row, json_t *json)
{
    struct roll_import_row import = {
        .ballot_id = row->ballot_id,
        .import_no = row->roll_import_no,
    };
    char hash[2 * CRYPTO_HASH_SIZE + 1];
    json_t *roll = NULL;
    enum err err = row->roll_import_no > 0 ? store_roll_import_read(db, &import) : ERR_OK;

    if (err) {
        return err;
    }
    if (row->roll_import_no > 0) {
        crypto_hex(import.roll_hash, CRYPTO_HASH_SIZE, hash, sizeof hash);
        roll = json_pack("{s:I, s:s}", "voters", (json_int_t)import.voters, "roll_hash", hash);
    }
    return json_object_set_new(json, "roll", roll != NULL ? roll : json_null()) == 0 ? ERR_OK
                                                                                     : ERR_FULL;
}

/* Adds every extension of the window, with its reason. */
static enum err add_extensions(struct db *db, const struct ballot_row *row, json_t *json)
{
    json_t *extensions = NULL;
    enum err err = published_extensions(db, row, &extensions);

    if (err) {
        return err;
    }
    return json_object_set_new(json, "extensions", extensions) == 0 ? ERR_OK : ERR_FULL;
}

/* Adds how soon a vote is promised to be on the board by the receipts that are given now. */
static enum err add_promise(const struct participation *service, json_t *json)
{
    json_t *seconds = json_integer(service->signer.max_merge_delay_s);

    return json_object_set_new(json, "max_merge_delay_s", seconds) == 0 ? ERR_OK : ERR_FULL;
}

/* On a reader thread. */
static enum err show_one_work(struct db *db, struct reader_job *job)
{
    struct show *show = (struct show *)job;
    struct ballot_row row = {0};
    struct definition_copy *copy = NULL;
    enum err err = db == NULL ? ERR_UNAVAILABLE : store_ballot_read(db, show->ballot_id, &row);

    if (err) {
        return err;
    }
    err = definition_copy_make(row.definition, row.definition_length, &copy);
    if (!err) {
        show->json = ballot_json(&row, &copy->definition);
        err = show->json != NULL ? add_roll(db, &row, show->json) : ERR_FULL;
    }
    if (!err) {
        err = add_extensions(db, &row, show->json);
    }
    if (!err) {
        err = add_promise(show->service, show->json);
    }
    free(copy);
    ballot_row_release(&row);
    return err;
}

static struct show *show_new(struct http_request *request, struct participation *service)
{
    struct show *show = calloc(1, sizeof *show);

    if (show != NULL) {
        show->service = service;
        show->request = request;
        show->status = 200;
        show->job.done = show_done;
    }
    return show;
}

static void show_start(struct show *show)
{
    enum err err = reader_submit(show->service->host.reader, &show->job);

    if (err) {
        http_respond_error(show->request, err);
        free(show);
    }
}

static void show_ballot(struct http_request *request, struct participation *service, int status,
                        const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    struct show *show = show_new(request, service);

    if (show == NULL) {
        http_respond_error(request, ERR_FULL);
        return;
    }
    memcpy(show->ballot_id, ballot_id, BALLOT_ID_SIZE);
    show->status = status;
    show->job.work = show_one_work;
    show_start(show);
}

void handle_ballot_show(struct http_request *request, void *context)
{
    uint8_t ballot_id[BALLOT_ID_SIZE];

    if (params_ballot_id(request, ballot_id)) {
        show_ballot(request, context, 200, ballot_id);
    }
}

/* On a reader thread. */
static enum err show_list_work(struct db *db, struct reader_job *job)
{
    struct show *show = (struct show *)job;
    struct ballot_row rows[STORE_LIST_COUNT_MAX];
    json_t *ballots = json_array();
    char next[CRYPTO_UUID_TEXT_SIZE] = "";
    size_t count = 0;
    enum err err = db == NULL ? ERR_UNAVAILABLE : ERR_OK;

    if (!err) {
        err = store_ballot_list(db, show->has_before ? show->ballot_id : NULL, show->limit, rows,
                                &count);
    }
    for (size_t i = 0; i < count; i++) {
        struct definition_copy *copy = NULL;

        if (!err) {
            err = definition_copy_make(rows[i].definition, rows[i].definition_length, &copy);
        }
        if (!err) {
            (void)json_array_append_new(ballots, /* A lack of memory shows below. */
                                        ballot_json_short(&rows[i], &copy->definition));
        }
        if (i + 1 == show->limit) {
            crypto_uuid_format(rows[i].ballot_id, next);
        }
        free(copy);
        ballot_row_release(&rows[i]);
    }
    show->json = err ? NULL
                     : json_pack("{s:O, s:o}", "ballots", ballots, "next",
                                 next[0] != '\0' ? json_string(next) : json_null());
    json_decref(ballots);
    return err;
}

/* Reads ?limit=; false when it is none: the request was answered. */
static bool read_limit(struct http_request *request, size_t *ret_limit)
{
    const char *digit = http_request_query(request, "limit");
    size_t limit = 0;

    if (digit == NULL) {
        *ret_limit = STORE_LIST_COUNT_MAX;
        return true;
    }
    for (; *digit >= '0' && *digit <= '9' && limit <= STORE_LIST_COUNT_MAX; digit++) {
        limit = 10 * limit + (size_t)(*digit - '0');
    }
    if (*digit != '\0' || limit == 0 || limit > STORE_LIST_COUNT_MAX) {
        params_refuse(request, &PROBLEM_WRONG_VALUE, "limit");
        return false;
    }
    *ret_limit = limit;
    return true;
}

void handle_ballot_list(struct http_request *request, void *context)
{
    const char *before = http_request_query(request, "before");
    uint8_t before_id[BALLOT_ID_SIZE];
    size_t limit = 0;
    struct show *show;

    if (before != NULL && crypto_uuid_parse(before, before_id) != ERR_OK) {
        params_refuse(request, &PROBLEM_WRONG_VALUE, "before");
        return;
    }
    if (!read_limit(request, &limit)) {
        return;
    }
    show = show_new(request, context);
    if (show == NULL) {
        http_respond_error(request, ERR_FULL);
        return;
    }
    show->limit = limit;
    show->has_before = before != NULL;
    if (show->has_before) {
        memcpy(show->ballot_id, before_id, BALLOT_ID_SIZE);
    }
    show->job.work = show_list_work;
    show_start(show);
}

/* Making a ballot: its key file on the work queue, then its row by the writer. */
struct create {
    struct decide_create decide; /* first, so that the writer's job is the create */
    struct participation *service;
    struct http_request *request;
    struct ballot_definition definition;
    struct ballot_option *options;
    uint8_t *bytes; /* the canonical definition */
    uint8_t definition_hash[CRYPTO_HASH_SIZE];
    uint8_t request_hash[CRYPTO_HASH_SIZE];
    enum err err;
};

static void create_free(struct create *create)
{
    free(create->options);
    free(create->bytes);
    free(create);
}

static void create_fail(struct create *create, enum err err)
{
    http_respond_error(create->request, err);
    create_free(create);
}

static void create_answer(void *context)
{
    struct create *create = context;

    if (create->err) {
        create_fail(create, create->err);
        return;
    }
    if (create->decide.key_reused) {
        params_refuse(create->request, &PROBLEM_KEY_REUSED, "idempotency-key");
        create_free(create);
        return;
    }
    show_ballot(create->request, create->service, 201, create->decide.ballot_id);
    create_free(create);
}

/* On the work queue. */
static void key_drop_work(void *context)
{
    const struct create *create = context;

    frozen_key_remove(create->service->keys_directory, create->definition.ballot_id);
}

/* Takes the key back, since there is no ballot for it, and answers. */
static void create_drop_key(struct create *create)
{
    if (loop_work(&create->service->host.loop, key_drop_work, create_answer, create) != ERR_OK) {
        create_answer(create);
    }
}

static void create_done(struct writer_job *job)
{
    struct create *create = (struct create *)job;

    create->err = job->err;
    /* When the database went away the ballot may be there all the same: then its key must be. */
    if (job->err == ERR_UNAVAILABLE ||
        (!job->err && !create->decide.repeated && !create->decide.key_reused)) {
        create_answer(create);
    } else {
        create_drop_key(create);
    }
}

static const struct writer_job_type CREATE_JOB_TYPE = {
    .name = "create",
    .run_max = 1,
    .work = decide_create_work,
    .done = create_done,
};

/* On the work queue: a key file is synced before anything refers to it. */
static void key_work(void *context)
{
    struct create *create = context;

    create->err = frozen_key_create(create->service->keys_directory, create->definition.ballot_id);
}

static void key_done(void *context)
{
    struct create *create = context;

    if (create->err) {
        create_answer(create);
        return;
    }
    create->decide.job.type = &CREATE_JOB_TYPE;
    create->err = writer_submit(create->service->host.writer, &create->decide.job);
    if (create->err) {
        create_drop_key(create);
    }
}

static enum err encode_definition(struct create *create, size_t *ret_length)
{
    size_t size =
        BALLOT_ENCODE_BASE_MAX + create->definition.option_count * (size_t)BALLOT_ENCODE_OPTION_MAX;
    struct encoder encoder;
    enum err err;

    create->bytes = malloc(size);
    if (create->bytes == NULL) {
        return ERR_FULL;
    }
    encoder_init(&encoder, create->bytes, size);
    ballot_encode(&encoder, &create->definition);
    err = encoder_finish(&encoder, ret_length);
    if (!err) {
        crypto_tagged_hash(LEAF_TAG_BALLOT, create->bytes, *ret_length, create->definition_hash);
    }
    return err;
}

static void create_start(struct create *create, const char *idempotency_key)
{
    size_t length = 0;
    enum err err = encode_definition(create, &length);

    create->decide.ballot = (struct ballot_new){
        .ballot_id = create->definition.ballot_id,
        .district = create->definition.district,
        .definition = create->bytes,
        .definition_length = length,
        .definition_hash = create->definition_hash,
        .request =
            {
                .operator_id = http_request_principal(create->request)->id,
                .idempotency_key = idempotency_key,
                .request_hash = create->request_hash,
            },
    };
    if (!err) {
        err = loop_work(&create->service->host.loop, key_work, key_done, create);
    }
    if (err) {
        create_fail(create, err);
    }
}

void handle_ballot_create(struct http_request *request, void *context)
{
    struct participation *service = context;
    struct problem problem = {0};
    struct create *create;
    const uint8_t *body;
    const char *key;
    size_t length = 0;

    if (!params_content_type(request, "application/json")) {
        return;
    }
    key = params_idempotency_key(request);
    if (key == NULL) {
        return;
    }
    create = calloc(1, sizeof *create);
    if (create == NULL) {
        http_respond_error(request, ERR_FULL);
        return;
    }
    create->service = service;
    create->request = request;
    body = http_request_body(request, &length);
    crypto_sha256(body, length, create->request_hash);
    crypto_uuid7(clock_now_ms(), create->definition.ballot_id);
    create->definition.demonstration = clock_is_demonstration();
    if (ballot_text_set(create->definition.district, sizeof create->definition.district,
                        service->host.config.district) != ERR_OK) {
        create_fail(create, ERR_INTERNAL);
        return;
    }
    if (ballot_json_read(body, length, &create->definition, &create->options, &problem) != ERR_OK) {
        http_respond_problem(request, &problem);
        create_free(create);
        return;
    }
    create_start(create, key);
}
