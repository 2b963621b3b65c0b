/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening, extending, closing, publishing the seed of a lot or a jury's scores, and certifying:
 * each takes two operators. The first one's approval is recorded (202), the second one's
 * carries it out (200).
 */
#include "participation/decide.h"
#include "participation/domain/vote.h"
#include "participation/http/jury_json.h"
#include "participation/http/params.h"
#include "participation/http/routes.h"
#include "runtime/json.h"
#include "runtime/log.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct approval {
    struct decide_approve decide; /* first, so that the writer's job is the approval */
    struct participation *service;
    struct http_request *request;
    struct decide_key key; /* what follows the destruction of the key */
    enum err key_err;
};

static void key_start(struct approval *approval);

static void approval_free(struct approval *approval)
{
    frozen_release(approval->decide.frozen);
    free(approval);
}

static int verdict_status(enum ballot_verdict verdict)
{
    if (verdict == BALLOT_VERDICT_VOTE_NOT_FOUND || verdict == BALLOT_VERDICT_OPTION_NOT_FOUND ||
        verdict == BALLOT_VERDICT_BATCH_NOT_FOUND) {
        return 404;
    }
    return verdict == BALLOT_VERDICT_NOT_OPERATOR ? 403 : 409;
}

static void respond_refused(struct approval *approval)
{
    static struct problem_kind kinds[BALLOT_VERDICT_END]; /* Loop thread only. */
    enum ballot_verdict verdict = approval->decide.decision.verdict;
    const struct ballot_verdict_text *text = ballot_verdict_text(verdict);

    kinds[verdict] = (struct problem_kind){
        .status = verdict_status(verdict),
        .code = text->code,
        .ko = text->korean,
        .en = text->english,
    };
    params_refuse(approval->request, &kinds[verdict], "");
}

static void respond_decided(struct approval *approval)
{
    const struct decide_approve *decide = &approval->decide;
    bool completes = decide->decision.verdict == BALLOT_VERDICT_COMPLETES;

    http_respond_json(approval->request, completes ? 200 : 202,
                      json_pack("{s:s, s:s, s:s, s:i, s:i, s:b}", "ballot_id",
                                decide->frozen->id_text, "action",
                                ballot_action_name(decide->action), "state",
                                ballot_state_name(decide->decision.to), "approvals",
                                (int)decide->decision.approvals, "needed", BALLOT_APPROVALS_NEEDED,
                                "done", (int)completes));
    if (completes &&
        (decide->action == BALLOT_ACTION_CLOSE || decide->action == BALLOT_ACTION_LOT ||
         decide->action == BALLOT_ACTION_SEAL_PAPER ||
         decide->action == BALLOT_ACTION_COMPLETE_PAPER || decide->action == BALLOT_ACTION_JURY)) {
        counter_wake(approval->service->counter);
    }
    if (completes &&
        (decide->action == BALLOT_ACTION_CLOSE || decide->action == BALLOT_ACTION_CERTIFY)) {
        board_wake(approval->service->board);
    }
}

static void approve_done(struct writer_job *job)
{
    struct approval *approval = (struct approval *)job;

    if (!job->err && approval->decide.decision.verdict == BALLOT_VERDICT_COMPLETES &&
        approval->decide.action == BALLOT_ACTION_DESTROY_KEY) {
        key_start(approval);
        return;
    }
    if (job->err) {
        http_respond_error(approval->request, job->err);
    } else if (approval->decide.decision.verdict == BALLOT_VERDICT_RECORDED ||
               approval->decide.decision.verdict == BALLOT_VERDICT_COMPLETES ||
               approval->decide.decision.verdict == BALLOT_VERDICT_REPEATED) {
        respond_decided(approval);
    } else {
        respond_refused(approval);
    }
    approval_free(approval);
}

static const struct writer_job_type APPROVE_JOB_TYPE = {
    .name = "approve",
    .run_max = 1,
    .work = decide_approve_work,
    .done = approve_done,
};

/* A jury's scores are of the definition's options: they are read once it is there. False when the request
 * was answered. */
static bool read_jury(struct approval *approval, const struct frozen *frozen)
{
    struct problem problem = {0};
    size_t length = 0;
    const uint8_t *body = http_request_body(approval->request, &length);

    if (approval->decide.action != BALLOT_ACTION_JURY) {
        return true;
    }
    if (jury_json_read(body, length, &frozen->definition, &approval->decide.jury, &problem)) {
        http_respond_problem(approval->request, &problem);
        return false;
    }
    return true;
}

static void approval_found(struct frozen *frozen, enum err err, void *context)
{
    struct approval *approval = context;

    if (!err && !read_jury(approval, frozen)) {
        approval_free(approval);
        return;
    }
    if (!err) {
        approval->decide.frozen = frozen_hold(frozen);
        approval->decide.job.type = &APPROVE_JOB_TYPE;
        err = writer_submit(approval->service->host.writer, &approval->decide.job);
    }
    if (err) {
        http_respond_error(approval->request, err);
        approval_free(approval);
    }
}

static void read_void(struct void_request *voiding, struct json_reader *reader)
{
    static const char *const codes[] = {
        "not-cast-by-voter", "not-eligible", "cast-twice", "coerced", "other", NULL,
    };
    int64_t rev = 0;
    int code = 0;

    json_read_base64url(reader, "nullifier", voiding->vote.nullifier,
                        sizeof voiding->vote.nullifier);
    json_read_int64(reader, "rev", 1, VOTE_REVISION_MAX, &rev);
    json_read_choice(reader, "reason_code", codes, &code);
    json_read_text(reader, "reason", 1, voiding->reason, sizeof voiding->reason);
    voiding->vote.rev = (uint16_t)rev;
    voiding->reason_code = (enum void_reason)(code + 1);
}

/* What beside the action an approval is for. */
static void read_members(struct decide_approve *decide, struct json_reader *reader)
{
    static const char *const seed_keys[] = {"seed", NULL};
    static const char *const reason_keys[] = {"reason", NULL};
    static const char *const exclusion_keys[] = {"option", "reason", NULL};
    static const char *const void_keys[] = {"nullifier", "rev", "reason_code", "reason", NULL};
    static const char *const extension_keys[] = {"closes_at", "reason", NULL};

    if (decide->action == BALLOT_ACTION_LOT) {
        json_reader_allow(reader, seed_keys);
        json_read_text(reader, "seed", 1, decide->seed, sizeof decide->seed);
    } else if (decide->action == BALLOT_ACTION_COMPLETE_PAPER) {
        json_reader_allow(reader, reason_keys);
        json_read_text(reader, "reason", 1, decide->paper.reason, sizeof decide->paper.reason);
    } else if (decide->action == BALLOT_ACTION_VOID) {
        json_reader_allow(reader, void_keys);
        read_void(&decide->voiding, reader);
    } else if (decide->action == BALLOT_ACTION_EXCLUDE) {
        json_reader_allow(reader, exclusion_keys);
        json_read_text(reader, "option", 1, decide->exclusion.option,
                       sizeof decide->exclusion.option);
        json_read_text(reader, "reason", 1, decide->exclusion.reason,
                       sizeof decide->exclusion.reason);
    } else {
        json_reader_allow(reader, extension_keys);
        json_read_time(reader, "closes_at", &decide->extension.closes_at_ms);
        json_read_text(reader, "reason", 1, decide->extension.reason,
                       sizeof decide->extension.reason);
    }
}

static bool has_body(enum ballot_action action)
{
    return action == BALLOT_ACTION_LOT || action == BALLOT_ACTION_EXTEND ||
           action == BALLOT_ACTION_VOID || action == BALLOT_ACTION_EXCLUDE ||
           action == BALLOT_ACTION_COMPLETE_PAPER;
}

/* Reads the body of an action that has one; false when the request was answered. */
static bool read_body(struct approval *approval)
{
    struct problem problem = {0};
    struct json_reader reader;
    json_t *json = NULL;
    size_t length = 0;
    const uint8_t *body = http_request_body(approval->request, &length);

    if (!params_content_type(approval->request, "application/json")) {
        return false;
    }
    if (json_parse(body, length, &json, &problem) == ERR_OK) {
        json_reader_init(&reader, json, "", &problem);
        read_members(&approval->decide, &reader);
        json_decref(json);
    }
    if (problem.kind != NULL) {
        http_respond_problem(approval->request, &problem);
    }
    return problem.kind == NULL;
}

static void approve_start(struct http_request *request, struct participation *service,
                          enum ballot_action action)
{
    uint8_t ballot_id[BALLOT_ID_SIZE];
    struct approval *approval;
    const char *operator_id = http_request_principal(request)->id;

    if (!params_ballot_id(request, ballot_id)) {
        return;
    }
    approval = calloc(1, sizeof *approval);
    if (approval == NULL || strlen(operator_id) >= sizeof approval->decide.operator_id) {
        free(approval);
        http_respond_error(request, ERR_FULL);
        return;
    }
    approval->service = service;
    approval->request = request;
    approval->decide.action = action;
    if (action == BALLOT_ACTION_SEAL_PAPER &&
        !params_batch_no(request, &approval->decide.paper.batch_no)) {
        free(approval);
        return;
    }
    memcpy(approval->decide.operator_id, operator_id, strlen(operator_id) + 1);
    if ((has_body(action) && !read_body(approval)) ||
        (action == BALLOT_ACTION_JURY && !params_content_type(request, "application/json"))) {
        free(approval);
        return;
    }
    ballots_find_definition(service->ballots, ballot_id, approval_found, approval);
}

void handle_ballot_open(struct http_request *request, void *context)
{
    approve_start(request, context, BALLOT_ACTION_OPEN);
}

void handle_ballot_close(struct http_request *request, void *context)
{
    approve_start(request, context, BALLOT_ACTION_CLOSE);
}

void handle_ballot_extend(struct http_request *request, void *context)
{
    approve_start(request, context, BALLOT_ACTION_EXTEND);
}

void handle_ballot_void(struct http_request *request, void *context)
{
    approve_start(request, context, BALLOT_ACTION_VOID);
}

void handle_paper_seal(struct http_request *request, void *context)
{
    approve_start(request, context, BALLOT_ACTION_SEAL_PAPER);
}

void handle_paper_complete(struct http_request *request, void *context)
{
    approve_start(request, context, BALLOT_ACTION_COMPLETE_PAPER);
}

void handle_ballot_exclude(struct http_request *request, void *context)
{
    approve_start(request, context, BALLOT_ACTION_EXCLUDE);
}

void handle_ballot_certify(struct http_request *request, void *context)
{
    approve_start(request, context, BALLOT_ACTION_CERTIFY);
}

void handle_ballot_lot(struct http_request *request, void *context)
{
    approve_start(request, context, BALLOT_ACTION_LOT);
}

void handle_ballot_jury(struct http_request *request, void *context)
{
    approve_start(request, context, BALLOT_ACTION_JURY);
}

void handle_ballot_destroy_key(struct http_request *request, void *context)
{
    approve_start(request, context, BALLOT_ACTION_DESTROY_KEY);
}

/* Both approvals are durable now. Then the file goes, then it is said: should this process end in
 * between, either approval given again takes it up where it was left. */
static void key_said(struct writer_job *job)
{
    /* The job is a member of its approval. */
    struct approval *approval = (void *)((char *)job - offsetof(struct approval, key));

    if (job->err) {
        http_respond_error(approval->request, job->err);
    } else {
        log_info("ballot_key_destroyed", log_str("ballot_id", approval->decide.frozen->id_text),
                 log_str("by", approval->decide.operator_id));
        respond_decided(approval);
    }
    approval_free(approval);
}

static const struct writer_job_type KEY_JOB_TYPE = {
    .name = "key",
    .run_max = 1,
    .work = decide_key_destroyed_work,
    .done = key_said,
};

/* On the work queue. */
static void key_work(void *context)
{
    struct approval *approval = context;

    approval->key_err =
        frozen_key_destroy(approval->service->keys_directory, approval->key.ballot_id);
}

static void key_gone(void *context)
{
    struct approval *approval = context;
    enum err err = approval->key_err;

    ballots_forget(approval->service->ballots, approval->key.ballot_id);
    if (!err) {
        approval->key.job.type = &KEY_JOB_TYPE;
        err = writer_submit(approval->service->host.writer, &approval->key.job);
    }
    if (err) {
        http_respond_error(approval->request, err);
        approval_free(approval);
    }
}

static void key_start(struct approval *approval)
{
    enum err err;

    memcpy(approval->key.ballot_id, approval->decide.frozen->definition.ballot_id, BALLOT_ID_SIZE);
    err = loop_work(&approval->service->host.loop, key_work, key_gone, approval);
    if (err) {
        http_respond_error(approval->request, err);
        approval_free(approval);
    }
}
