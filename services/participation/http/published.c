/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the public may see of a ballot: turnout and result. While a ballot is
 * open that is one number, rounded down and at most as fresh as a minute ago.
 */
#include "participation/frozen.h"
#include "participation/http/outcome.h"
#include "participation/http/params.h"
#include "participation/http/routes.h"
#include "participation/store/ballots.h"
#include "participation/store/roll.h"
#include "participation/store/votes.h"
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
    json_t *json;      /* tables of a closed ballot, or the result */
    char *result_json; /* malloc'd */
};

static bool was_closed(enum ballot_state state)
{
    return state == BALLOT_STATE_CLOSED || state == BALLOT_STATE_COUNTED ||
           state == BALLOT_STATE_CERTIFIED;
}

static json_t *table_json(const struct ballot_definition *definition, const struct turnout *turnout,
                          enum turnout_dimension dimension)
{
    struct turnout_table table;
    json_t *cells = json_array();

    turnout_publish(turnout, dimension, &table);
    for (size_t i = 0; i < table.count; i++) {
        char name[TURNOUT_NAME_SIZE];

        turnout_cell_name(definition, dimension, i, name);
        (void)json_array_append_new(/* A lack of memory shows as a missing table. */
                                    cells,
                                    json_pack("{s:s, s:o, s:b}", "name", name, "voters",
                                              table.withheld[i] ? json_null()
                                                                : json_integer(table.voters[i]),
                                              "suppressed", (int)table.withheld[i]));
    }
    return cells;
}

/* Adds to the cells of the areas how many may vote in each. They were the resident register's before
 * they were ours: nothing of them is withheld. */
static enum err add_eligible(struct db *db, const struct roll_import_row *import, json_t *areas)
{
    struct roll roll = {0};
    enum err err = store_roll_bound_read(db, import, &roll);

    if (!err && roll.count != json_array_size(areas)) {
        err = ERR_INTERNAL;
    }
    for (size_t i = 0; !err && i < roll.count; i++) {
        if (json_object_set_new(json_array_get(areas, i), "eligible",
                                json_integer(roll.voters[i])) != 0) {
            err = ERR_FULL;
        }
    }
    return err;
}

static json_t *eligible_json(const struct published *published)
{
    return published->has_roll ? json_integer(published->eligible) : json_null();
}

static enum err read_tables(struct db *db, const struct ballot_row *row, json_t **ret_tables)
{
    struct definition_copy *copy = NULL;
    struct turnout *turnout = malloc(sizeof *turnout);
    json_t *tables = json_object();
    enum err err = turnout == NULL || tables == NULL ? ERR_FULL : ERR_OK;

    if (!err) {
        err = definition_copy_make(row->definition, row->definition_length, &copy);
    }
    if (!err) {
        turnout_init(turnout, &copy->definition);
        turnout_extend(turnout, &copy->definition, row->extended_to_ms);
        turnout->voters = row->voters;
        turnout->revisions = row->revisions;
        err = store_turnout_read(db, row->ballot_id, turnout);
    }
    for (int d = 0; d < TURNOUT_DIMENSION_END && !err; d++) {
        enum turnout_dimension dimension = (enum turnout_dimension)d;

        if (json_object_set_new(tables, turnout_dimension_name(dimension),
                                table_json(&copy->definition, turnout, dimension)) != 0) {
            err = ERR_FULL;
        }
    }
    free(turnout);
    if (err) {
        free(copy);
        json_decref(tables);
        return err;
    }
    *ret_tables = json_pack(
        "{s:s, s:I, s:b, s:I, s:i, s:o}", "state", ballot_state_name(row->state), "voters",
        (json_int_t)row->voters, "rounded", 0, "revisions", (json_int_t)row->revisions, "days",
        (int)turnout_days(&copy->definition, row->extended_to_ms), "tables", tables);
    free(copy);
    return ERR_OK;
}

/* Voters whose vote is void have voted, and stay in every table: nobody can tell which cell to take
 * them from. How many they are stands beside. */
static enum err add_voids(struct db *db, const struct ballot_row *row, json_t *json)
{
    json_t *voids = NULL;
    enum err err = outcome_voids(db, row, &voids);

    if (err) {
        return err;
    }
    return json_object_set_new(json, "voids", voids) == 0 ? ERR_OK : ERR_FULL;
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
        err = read_tables(db, &row, &published->json);
    }
    if (!err && published->json != NULL) {
        err = json_object_set_new(published->json, "eligible", eligible_json(published)) == 0
                  ? ERR_OK
                  : ERR_FULL;
    }
    if (!err && published->json != NULL) {
        err = add_voids(db, &row, published->json);
    }
    if (!err && published->json != NULL && published->has_roll) {
        err = add_eligible(db, &import,
                           json_object_get(json_object_get(published->json, "tables"), "area"));
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
