/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The course of a request for votes. Many are prepared and written on the work
 * queue. Must never log what is in a request.
 */
#include "participation/cast_run.h"

#include "runtime/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct problem_kind KEY_DESTROYED = {
    .status = 409,
    .code = "ballot-key-destroyed",
    .ko = "이의신청 기간이 끝나 이 투표의 키를 파기하였으므로 표를 받거나 찾을 수 없습니다.",
    .en =
        "The objection period is over and the ballot's key is destroyed: no vote can be accepted "
        "or "
        "found again.",
};

enum { SMALL_BODY_SIZE_MAX = 4096 };

ERR_CHECKED static enum err run_step(struct cast_run *run, void (*work)(void *context),
                                     void (*done)(void *context));
static void vote_found(struct frozen *frozen, enum err err, void *context);
static void prepare_work(void *context);
static void prepare_done(void *context);
static void commit_done(struct writer_job *job);
static void write_work(void *context);
static void write_done(void *context);

static const struct writer_job_type CAST_JOB_TYPE = {
    .name = "cast",
    .run_max = CAST_RUN_LENGTH_MAX,
    .work = cast_work,
    .done = commit_done,
};

void cast_run_init(struct cast_run *run, struct participation *service,
                   const struct cast_run_type *type, const struct principal *principal)
{
    run->service = service;
    run->type = type;
    run->cast.signer = &service->signer;
    run->source.caster = principal->role == ROLE_STAFF ? VOTE_CASTER_STAFF : VOTE_CASTER_FRONT_END;
    run->source.front_end_role = role_name(principal->role);
    run->source.front_end_id = principal->id;
    buffer_init(&run->answer, CAST_ANSWER_SIZE_MAX);
}

void cast_run_release(struct cast_run *run)
{
    cast_release(&run->cast);
    buffer_release(&run->answer);
}

void cast_run_start(struct cast_run *run, const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    ballots_find(run->service->ballots, ballot_id, vote_found, run);
}

static void refuse_error(struct cast_run *run, enum err err)
{
    struct problem problem;

    problem_set_error(&problem, err);
    run->type->refused(run, &problem);
}

/* The votes are durable; the same request under the same key gets the receipts. */
static void refuse_unwritten(struct cast_run *run)
{
    refuse_error(run, ERR_UNAVAILABLE);
}

/* One vote costs less than handing it to another thread and back; ten thousand, or one as long as a
 * request may be, are too much for the loop. */
static bool run_is_small(const struct cast_run *run)
{
    return !run->source.batch && run->source.body_length <= SMALL_BODY_SIZE_MAX;
}

static void vote_found(struct frozen *frozen, enum err err, void *context)
{
    struct cast_run *run = context;

    if (err == ERR_CONFLICT) {
        problem_set(&run->problem, &KEY_DESTROYED, NULL, NULL, NULL);
        run->type->refused(run, &run->problem);
        return;
    }
    if (err) {
        refuse_error(run, err);
        return;
    }
    run->cast.frozen = frozen_hold(frozen);
    err = run_step(run, prepare_work, prepare_done);
    if (err) {
        refuse_error(run, err);
    }
}

/* On the work queue and then on the loop, or at once. After an error neither runs; without one the run
 * may be gone. */
static enum err run_step(struct cast_run *run, void (*work)(void *context),
                         void (*done)(void *context))
{
    if (run_is_small(run)) {
        work(run);
        done(run);
        return ERR_OK;
    }
    return loop_work(&run->service->host.loop, work, done, run);
}

static void prepare_work(void *context)
{
    struct cast_run *run = context;

    run->err = cast_prepare(&run->cast, &run->source, &run->problem);
}

static void prepare_done(void *context)
{
    struct cast_run *run = context;
    enum err err;

    if (run->err) {
        run->type->refused(run, &run->problem);
        return;
    }
    if (cast_is_decided(&run->cast)) {
        err = run_step(run, write_work, write_done);
    } else {
        run->cast.job.type = &CAST_JOB_TYPE;
        err = writer_submit(run->service->host.writer, &run->cast.job);
    }
    if (err) {
        refuse_error(run, err);
    }
}

static void commit_done(struct writer_job *job)
{
    struct cast_run *run = (struct cast_run *)job;

    if (job->err) {
        refuse_error(run, job->err);
    } else if (run_step(run, write_work, write_done)) {
        refuse_unwritten(run);
    }
}

/* Appends a document; an unfinished answer is noticed by its missing text. */
static void write_json(struct cast_run *run, json_t *json)
{
    char *text = json != NULL ? json_text(json) : NULL;

    if (text == NULL) {
        run->err = ERR_FULL;
    } else {
        buffer_append_text(&run->answer, text);
    }
    free(text);
    json_decref(json);
}

static void write_accepted(struct cast_run *run, const struct cast_item *item)
{
    const struct commit_receipt_vote vote = {
        .leaf_index = item->leaf_index,
        .rev = item->rev,
        .nullifier = item->nullifier,
    };

    commit_receipt_write(item->receipt, &vote, &run->answer);
}

/* {"line", "status", "vote", "receipt"} or {"line", "status", "problem"}. */
static void write_line(struct cast_run *run, const struct cast_item *item)
{
    int status = 201;

    if (item->outcome == CAST_REFUSED) {
        status = item->problem != NULL ? item->problem->kind->status : 0;
    }
    buffer_append_format(&run->answer, "{\"line\":%u,\"status\":%d,", item->line, status);
    if (item->outcome != CAST_REFUSED) {
        write_accepted(run, item);
    } else {
        buffer_append_text(&run->answer, "\"problem\":");
        write_json(run, item->problem != NULL ? problem_json(item->problem, run->language) : NULL);
    }
    buffer_append_text(&run->answer, "}\n");
}

static void write_work(void *context)
{
    struct cast_run *run = context;

    run->err = ERR_OK;
    if (run->source.batch) {
        for (size_t i = 0; i < run->cast.item_count && !run->err; i++) {
            write_line(run, &run->cast.items[i]);
        }
    } else if (run->cast.items[0].outcome != CAST_REFUSED) {
        buffer_append_u8(&run->answer, '{');
        write_accepted(run, &run->cast.items[0]);
        buffer_append_u8(&run->answer, '}');
    }
    if (!run->err) {
        run->err = buffer_status(&run->answer);
    }
    if (!run->err && run->type->pack != NULL) {
        run->type->pack(run);
    }
}

static void write_done(void *context)
{
    struct cast_run *run = context;
    const struct cast_item *first = &run->cast.items[0];

    if (run->err) {
        refuse_unwritten(run);
        return;
    }
    if (!run->source.batch && first->outcome == CAST_REFUSED) {
        if (first->problem == NULL) {
            refuse_error(run, ERR_FULL);
            return;
        }
        run->type->refused(run, first->problem);
        return;
    }
    assert(run->source.batch || first->receipt != NULL);
    run->type->answered(run);
}
