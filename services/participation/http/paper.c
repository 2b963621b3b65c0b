/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What staff do with paper: taking one back, counting envelopes, entering
 * sheets. Issuing is a vote's way (votes.c), sealing an approval
 * (approvals.c), showing in paper_show.c. Must never log what is in a request.
 */
#include "participation/paper.h"

#include "participation/cast.h"
#include "participation/http/params.h"
#include "participation/http/routes.h"
#include "runtime/json.h"
#include "runtime/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct problem_kind SHEET_TWICE = {
    .status = 422,
    .code = "sheet-repeated",
    .ko = "같은 투표지를 한 요청에 두 번 입력했습니다.",
    .en = "The same sheet is entered twice in one request.",
};
static const struct problem_kind SHEETS_NONE = {
    .status = 422,
    .code = "sheets-missing",
    .ko = "입력한 투표지가 없습니다.",
    .en = "No sheet is entered.",
};

/* Any of the three jobs, with its request. */
struct exchange {
    union {
        struct paper_job paper; /* first of each, so that the writer's job is the exchange */
        struct paper_cancel cancel;
        struct paper_set set;
        struct paper_enter enter;
    } job;
    const struct writer_job_type *type;
    struct participation *service;
    struct http_request *request;
};

static void exchange_free(struct exchange *exchange)
{
    if (exchange->type != NULL && strcmp(exchange->type->name, "paper-enter") == 0) {
        for (size_t i = 0; i < exchange->job.enter.sheet_count; i++) {
            free(exchange->job.enter.sheets[i].choice);
        }
        free(exchange->job.enter.sheets);
    }
    frozen_release(exchange->job.paper.frozen);
    free(exchange);
}

static void respond_refused(struct exchange *exchange, const char *field)
{
    static struct problem_kind kinds[PAPER_REFUSAL_END]; /* Loop thread only. */
    const enum paper_refusal refusal = exchange->job.paper.refusal;
    const struct paper_refusal_text *text = paper_refusal_text(refusal);

    kinds[refusal] = (struct problem_kind){
        .status = text->status,
        .code = text->code,
        .ko = text->korean,
        .en = text->english,
    };
    params_refuse(exchange->request, &kinds[refusal], field);
}

static void cancel_done(struct writer_job *job)
{
    struct exchange *exchange = (struct exchange *)job;
    const struct paper_cancel *cancel = &exchange->job.cancel;
    char nullifier[2 * CRYPTO_HASH_SIZE];

    if (job->err) {
        http_respond_error(exchange->request, job->err);
    } else if (cancel->paper.refusal != PAPER_REFUSAL_NONE) {
        respond_refused(exchange, cancel->paper.refusal == PAPER_REFUSAL_OTHER_PAPER ? "/rev" : "");
    } else {
        crypto_base64url(cancel->issue.nullifier, CRYPTO_HASH_SIZE, nullifier, sizeof nullifier);
        log_info("paper_handed_back", log_str("ballot_id", cancel->paper.frozen->id_text),
                 log_str("by", cancel->paper.staff_id),
                 log_bool("repeated", cancel->paper.repeated));
        http_respond_json(exchange->request, 200,
                          json_pack("{s:s, s:s, s:i, s:b}", "ballot_id",
                                    cancel->paper.frozen->id_text, "nullifier", nullifier, "rev",
                                    (int)cancel->issue.rev, "cancelled", 1));
    }
    exchange_free(exchange);
}

static void set_done(struct writer_job *job)
{
    struct exchange *exchange = (struct exchange *)job;
    const struct paper_set *set = &exchange->job.set;

    if (job->err) {
        http_respond_error(exchange->request, job->err);
    } else if (set->paper.refusal != PAPER_REFUSAL_NONE) {
        respond_refused(exchange, set->paper.refusal == PAPER_REFUSAL_REASON_MISSING
                                      ? "/reason"
                                      : "/envelopes");
    } else {
        log_info("paper_envelopes_counted", log_str("ballot_id", set->paper.frozen->id_text),
                 log_int("batch", set->paper.batch_no), log_int("envelopes", set->envelopes),
                 log_str("by", set->paper.staff_id), log_bool("repeated", set->paper.repeated));
        http_respond_json(exchange->request, 200,
                          json_pack("{s:s, s:i, s:i}", "ballot_id", set->paper.frozen->id_text,
                                    "batch", (int)set->paper.batch_no, "envelopes",
                                    (int)set->envelopes));
    }
    exchange_free(exchange);
}

static json_t *entered_json(const struct paper_enter *enter)
{
    json_t *sheets = json_array();
    int disagreeing = 0;

    for (size_t i = 0; i < enter->sheet_count; i++) {
        const struct paper_read_sheet *sheet = &enter->sheets[i];

        disagreeing += sheet->state == PAPER_SHEET_DISAGREEING ? 1 : 0;
        /* A lack of memory shows as a missing document. */
        (void)json_array_append_new(sheets,
                                    json_pack("{s:i, s:s}", "sheet", (int)sheet->sheet_no, "state",
                                              paper_sheet_state_name(sheet->state)));
    }
    return json_pack("{s:s, s:i, s:i, s:o}", "ballot_id", enter->paper.frozen->id_text, "batch",
                     (int)enter->paper.batch_no, "disagreeing", disagreeing, "sheets", sheets);
}

static void enter_done(struct writer_job *job)
{
    struct exchange *exchange = (struct exchange *)job;
    const struct paper_enter *enter = &exchange->job.enter;
    char field[PROBLEM_FIELD_SIZE] = "";

    if (job->err) {
        http_respond_error(exchange->request, job->err);
    } else if (enter->paper.refusal != PAPER_REFUSAL_NONE) {
        if (enter->refused_sheet < enter->sheet_count) {
            (void)snprintf(field, sizeof field, "/entries/%zu/sheet", enter->refused_sheet);
        }
        respond_refused(exchange, field);
    } else {
        http_respond_json(exchange->request, 200, entered_json(enter));
    }
    exchange_free(exchange);
}

static const struct writer_job_type CANCEL_JOB_TYPE = {
    .name = "paper-cancel",
    .run_max = 1,
    .work = paper_cancel_work,
    .done = cancel_done,
};
static const struct writer_job_type SET_JOB_TYPE = {
    .name = "paper-set",
    .run_max = 1,
    .work = paper_set_work,
    .done = set_done,
};
static const struct writer_job_type ENTER_JOB_TYPE = {
    .name = "paper-enter",
    .run_max = 1,
    .work = paper_enter_work,
    .done = enter_done,
};

static void read_cancel(struct exchange *exchange, struct json_reader *reader)
{
    static const char *const keys[] = {"subject", "rev", "reason", NULL};
    struct paper_cancel *cancel = &exchange->job.cancel;
    uint8_t subject[VOTE_SUBJECT_SIZE] = {0};
    int64_t rev = 0;

    json_reader_allow(reader, keys);
    json_read_base64url(reader, "subject", subject, sizeof subject);
    json_read_int64(reader, "rev", 1, VOTE_REVISION_MAX, &rev);
    json_read_text(reader, "reason", 1, cancel->paper.reason, sizeof cancel->paper.reason);
    cancel->issue.rev = (uint16_t)rev;
    if (json_reader_ok(reader) && cast_derive_names(cancel->paper.frozen, subject, cancel->vtag,
                                                    cancel->issue.nullifier) != ERR_OK) {
        json_reader_refuse(reader, "subject", &PROBLEM_INTERNAL, NULL, NULL);
    }
    crypto_wipe(subject, sizeof subject);
}

static void read_set(struct exchange *exchange, struct json_reader *reader)
{
    static const char *const keys[] = {"envelopes", "reason", NULL};
    struct paper_set *set = &exchange->job.set;
    int64_t envelopes = 0;

    json_reader_allow(reader, keys);
    json_read_int64(reader, "envelopes", 1, PAPER_SHEET_MAX, &envelopes);
    if (json_reader_has(reader, "reason")) {
        json_read_text(reader, "reason", 1, set->paper.reason, sizeof set->paper.reason);
    }
    set->envelopes = (int32_t)envelopes;
}

/* Judges a vote's choices and keeps them as their body. */
static void take_choices(struct json_reader *reader, const struct frozen *frozen,
                         const struct vote *vote, struct paper_read_sheet *sheet)
{
    const size_t size = VOTE_BODY_SIZE(vote->choice_count);
    struct vote_refusal refusal;
    struct encoder encoder;

    if (vote_check_choices(&frozen->definition, vote, &refusal) != ERR_OK) {
        char path[2 * PROBLEM_FIELD_SIZE];

        (void)snprintf(path, sizeof path, "%s%s", reader->path, refusal.path); /* Always fits. */
        problem_set(reader->problem, cast_refusal_kind(refusal.reason), path,
                    vote_refusal_text(refusal.reason)->rule, NULL);
        return;
    }
    sheet->choice = malloc(size);
    if (sheet->choice == NULL) {
        json_reader_refuse(reader, "choices", &PROBLEM_OVERLOADED, NULL, NULL);
        return;
    }
    encoder_init(&encoder, sheet->choice, size);
    vote_body_encode(&encoder, vote_body_method(&frozen->definition), vote->choices,
                     vote->choice_count);
    if (encoder_finish(&encoder, &sheet->choice_length) != ERR_OK) {
        json_reader_refuse(reader, "choices", &PROBLEM_INTERNAL, NULL, NULL);
    }
}

static void read_sheet(struct json_reader *reader, const struct frozen *frozen,
                       struct paper_read_sheet *sheet)
{
    static const char *const vote_keys[] = {"sheet", "choices", NULL};
    static const char *const other_keys[] = {"sheet", "kind", NULL};
    static const char *const kinds[] = {"blank",        "unclear",        "rule-broken",
                                        "not-official", "empty-envelope", NULL};
    const bool is_vote = json_reader_has(reader, "choices");
    struct vote vote = {.channel = BALLOT_CHANNEL_PAPER};
    int64_t sheet_no = 0;
    int kind = 0;

    json_reader_allow(reader, is_vote ? vote_keys : other_keys);
    json_read_int64(reader, "sheet", 1, PAPER_SHEET_MAX, &sheet_no);
    sheet->sheet_no = (int32_t)sheet_no;
    if (is_vote) {
        sheet->kind = PAPER_KIND_VOTE;
        cast_read_choices(reader, frozen, &vote);
        if (json_reader_ok(reader)) {
            take_choices(reader, frozen, &vote, sheet);
        }
        free((void *)(uintptr_t)vote.choices);
    } else {
        json_read_choice(reader, "kind", kinds, &kind);
        sheet->kind = (enum paper_kind)(kind + PAPER_KIND_BLANK);
        /* Nothing marked is a vote for nothing where there can be one, as it is online. */
        if (json_reader_ok(reader) && sheet->kind == PAPER_KIND_BLANK &&
            frozen->definition.empty_allowed) {
            sheet->kind = PAPER_KIND_VOTE;
            take_choices(reader, frozen, &vote, sheet);
        }
    }
}

static void read_enter(struct exchange *exchange, struct json_reader *reader)
{
    static const char *const keys[] = {"entries", NULL};
    struct paper_enter *enter = &exchange->job.enter;
    bool seen[PAPER_SHEET_MAX + 1] = {false};
    const json_t *array = NULL;

    json_reader_allow(reader, keys);
    json_read_array(reader, "entries", PAPER_SHEET_MAX, &array);
    if (json_reader_ok(reader) && json_array_size(array) == 0) {
        json_reader_refuse(reader, "entries", &SHEETS_NONE, NULL, NULL);
    }
    if (!json_reader_ok(reader)) {
        return;
    }
    enter->sheets = calloc(json_array_size(array), sizeof enter->sheets[0]);
    if (enter->sheets == NULL) {
        json_reader_refuse(reader, "entries", &PROBLEM_OVERLOADED, NULL, NULL);
        return;
    }
    enter->sheet_count = json_array_size(array);
    for (size_t i = 0; i < enter->sheet_count && json_reader_ok(reader); i++) {
        struct json_reader sheet;
        char path[PROBLEM_FIELD_SIZE];

        (void)snprintf(path, sizeof path, "/entries/%zu", i); /* Always fits. */
        json_reader_init(&sheet, json_array_get(array, i), path, reader->problem);
        read_sheet(&sheet, enter->paper.frozen, &enter->sheets[i]);
        if (json_reader_ok(&sheet) && seen[enter->sheets[i].sheet_no]) {
            json_reader_refuse(&sheet, "sheet", &SHEET_TWICE, NULL, NULL);
        }
        seen[enter->sheets[i].sheet_no] = true;
    }
}

/* Reads the body by what the ballot is. False when the request was answered. */
static bool read_body(struct exchange *exchange)
{
    struct problem problem = {0};
    struct json_reader reader;
    json_t *json = NULL;
    size_t length = 0;
    const uint8_t *body = http_request_body(exchange->request, &length);

    if (json_parse(body, length, &json, &problem) == ERR_OK) {
        json_reader_init(&reader, json, "", &problem);
        if (exchange->type == &CANCEL_JOB_TYPE) {
            read_cancel(exchange, &reader);
        } else if (exchange->type == &SET_JOB_TYPE) {
            read_set(exchange, &reader);
        } else {
            read_enter(exchange, &reader);
        }
        json_decref(json);
    }
    if (problem.kind != NULL) {
        http_respond_problem(exchange->request, &problem);
    }
    return problem.kind == NULL;
}

static void ballot_found(struct frozen *frozen, enum err err, void *context)
{
    struct exchange *exchange = context;

    if (!err) {
        exchange->job.paper.frozen = frozen_hold(frozen);
        if (!read_body(exchange)) {
            exchange_free(exchange);
            return;
        }
        exchange->job.paper.job.type = exchange->type;
        err = writer_submit(exchange->service->host.writer, &exchange->job.paper.job);
    }
    if (err) {
        http_respond_error(exchange->request, err);
        exchange_free(exchange);
    }
}

static void paper_start(struct http_request *request, struct participation *service,
                        const struct writer_job_type *type)
{
    const char *staff_id = http_request_principal(request)->id;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    int32_t batch_no = 0;
    struct exchange *exchange;

    if (!params_ballot_id(request, ballot_id) ||
        (type != &CANCEL_JOB_TYPE && !params_batch_no(request, &batch_no)) ||
        !params_content_type(request, "application/json")) {
        return;
    }
    exchange = calloc(1, sizeof *exchange);
    if (exchange == NULL || strlen(staff_id) >= sizeof exchange->job.paper.staff_id) {
        free(exchange);
        http_respond_error(request, ERR_FULL);
        return;
    }
    exchange->service = service;
    exchange->request = request;
    exchange->type = type;
    exchange->job.paper.batch_no = batch_no;
    memcpy(exchange->job.paper.staff_id, staff_id, strlen(staff_id) + 1);
    /* Who a paper was issued to, only the ballot's key tells. */
    if (type == &CANCEL_JOB_TYPE) {
        ballots_find(service->ballots, ballot_id, ballot_found, exchange);
    } else {
        ballots_find_definition(service->ballots, ballot_id, ballot_found, exchange);
    }
}

void handle_paper_cancel(struct http_request *request, void *context)
{
    paper_start(request, context, &CANCEL_JOB_TYPE);
}

void handle_paper_set(struct http_request *request, void *context)
{
    paper_start(request, context, &SET_JOB_TYPE);
}

void handle_paper_enter(struct http_request *request, void *context)
{
    paper_start(request, context, &ENTER_JOB_TYPE);
}
