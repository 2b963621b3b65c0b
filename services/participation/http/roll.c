/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PUT and GET /v1/ballots/{id}/roll: how many people of each area may vote. The
 * numbers are public, as those of the resident register are.
 */
#include "participation/store/roll.h"
#include "participation/http/params.h"
#include "participation/http/published_json.h"
#include "participation/http/roll_json.h"
#include "participation/http/routes.h"
#include "participation/roll_import.h"
#include "runtime/log.h"

#include <stdlib.h>
#include <string.h>

static const struct problem_kind ROLL_FROZEN = {
    .status = 409,
    .code = "roll-frozen",
    .ko = "유권자 명부는 투표를 열기 전에만 등록할 수 있습니다.",
    .en = "A roll can only be imported before the ballot is opened.",
};
static const struct problem_kind ROLL_TOO_MANY = {
    .status = 409,
    .code = "roll-imports-too-many",
    .ko = "이 투표의 명부를 1,000번 등록하여 더 등록할 수 없습니다. 투표를 새로 만드십시오.",
    .en = "The roll of this ballot was imported 1,000 times; make a new ballot.",
};
static const struct problem_kind ROLL_ABSENT = {
    .status = 404,
    .code = "roll-absent",
    .ko = "이 투표에는 등록된 유권자 명부가 없습니다.",
    .en = "No roll was imported for this ballot.",
};

/* A roll on its way in. */
struct roll_put {
    struct roll_import import; /* first, so that the writer's job is the request */
    struct participation *service;
    struct http_request *request;
};

static void put_free(struct roll_put *put)
{
    frozen_release(put->import.frozen);
    free(put);
}

static void put_answer(struct roll_put *put)
{
    const struct roll_import *import = &put->import;

    if (import->outcome == ROLL_IMPORT_NOT_DRAFT) {
        params_refuse(put->request, &ROLL_FROZEN, "");
        return;
    }
    if (import->outcome == ROLL_IMPORT_TOO_MANY) {
        params_refuse(put->request, &ROLL_TOO_MANY, "");
        return;
    }
    log_info("roll_imported", log_str("ballot_id", import->frozen->id_text),
             log_str("by", import->operator_id), log_int("voters", roll_total(&import->roll)),
             log_bool("repeated", import->outcome == ROLL_IMPORT_REPEATED));
    http_respond_json(put->request, 200,
                      roll_json(&import->frozen->definition, &import->roll,
                                &(const struct roll_json_about){
                                    .roll_hash = import->roll_hash,
                                    .imported_at_ms = import->imported_at_ms,
                                }));
}

static void put_done(struct writer_job *job)
{
    struct roll_put *put = (struct roll_put *)job;

    if (job->err) {
        http_respond_error(put->request, job->err);
    } else {
        put_answer(put);
    }
    put_free(put);
}

static const struct writer_job_type ROLL_JOB_TYPE = {
    .name = "roll",
    .run_max = 1,
    .work = roll_import_work,
    .done = put_done,
};

static void put_found(struct frozen *frozen, enum err err, void *context)
{
    struct roll_put *put = context;
    struct problem problem = {0};
    const uint8_t *body;
    size_t length = 0;

    if (!err) {
        put->import.frozen = frozen_hold(frozen);
        body = http_request_body(put->request, &length);
        if (roll_json_read(body, length, &frozen->definition, &put->import.roll, &problem) !=
            ERR_OK) {
            http_respond_problem(put->request, &problem);
            put_free(put);
            return;
        }
        put->import.job.type = &ROLL_JOB_TYPE;
        err = writer_submit(put->service->host.writer, &put->import.job);
    }
    if (err) {
        http_respond_error(put->request, err);
        put_free(put);
    }
}

void handle_roll_put(struct http_request *request, void *context)
{
    struct participation *service = context;
    const char *operator_id = http_request_principal(request)->id;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    struct roll_put *put;

    if (!params_ballot_id(request, ballot_id) ||
        !params_content_type(request, "application/json")) {
        return;
    }
    put = calloc(1, sizeof *put);
    if (put == NULL || strlen(operator_id) >= sizeof put->import.operator_id) {
        free(put);
        http_respond_error(request, ERR_FULL);
        return;
    }
    put->service = service;
    put->request = request;
    memcpy(put->import.operator_id, operator_id, strlen(operator_id) + 1);
    ballots_find_definition(service->ballots, ballot_id, put_found, put);
}

/* A roll on its way out. */
struct roll_get {
    struct reader_job job; /* first */
    struct http_request *request;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    bool absent;
    json_t *json;
};

/* On a reader thread. */
static enum err get_work(struct db *db, struct reader_job *job)
{
    struct roll_get *get = (struct roll_get *)job;
    struct ballot_row row = {0};
    enum err err = db == NULL ? ERR_UNAVAILABLE : store_ballot_read(db, get->ballot_id, &row);

    if (err) {
        return err;
    }
    get->absent = row.roll_import_no == 0;
    if (!get->absent) {
        err = published_roll(db, &row, &get->json);
    }
    ballot_row_release(&row);
    return err;
}

static void get_done(struct reader_job *job)
{
    struct roll_get *get = (struct roll_get *)job;

    if (job->err) {
        http_respond_error(get->request, job->err);
    } else if (get->absent) {
        params_refuse(get->request, &ROLL_ABSENT, "");
    } else if (get->json == NULL) {
        http_respond_error(get->request, ERR_FULL);
    } else {
        http_respond_json(get->request, 200, get->json);
    }
    free(get);
}

void handle_roll_show(struct http_request *request, void *context)
{
    const struct participation *service = context;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    struct roll_get *get;

    if (!params_ballot_id(request, ballot_id)) {
        return;
    }
    get = calloc(1, sizeof *get);
    if (get != NULL) {
        get->request = request;
        get->job.work = get_work;
        get->job.done = get_done;
        memcpy(get->ballot_id, ballot_id, BALLOT_ID_SIZE);
    }
    if (get == NULL || reader_submit(service->host.reader, &get->job) != ERR_OK) {
        free(get);
        http_respond_error(request, ERR_FULL);
    }
}
