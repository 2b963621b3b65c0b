/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a ballot's paper stands, for those who work on it: numbers of papers,
 * envelopes and batches, and which sheets are still to be entered. Must never
 * show what is on a sheet: the second person would read it from here.
 */
#include "participation/paper_sheets.h"

#include "participation/http/params.h"
#include "participation/http/routes.h"

#include <stdlib.h>
#include <string.h>

struct show {
    struct reader_job job; /* first */
    struct http_request *request;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    int32_t batch_no; /* 0: the ballot */
    json_t *json;
};

static json_t *batch_json(const struct paper_batch *batch)
{
    return json_pack("{s:i, s:i, s:b, s:o}", "batch", (int)batch->batch_no, "envelopes",
                     (int)batch->envelopes, "sealed", batch->sealed_at_ms > 0, "counted",
                     batch->sealed_at_ms > 0 ? json_integer(batch->counted) : json_null());
}

static enum err ballot_json(struct db *db, const struct ballot_row *row, json_t **ret_json)
{
    struct paper_batch *batches = calloc(PAPER_BATCH_MAX, sizeof *batches);
    json_t *list = json_array();
    char reason[BALLOT_REASON_MAX + 1] = "";
    size_t count = 0;
    enum err err = batches == NULL || list == NULL
                       ? ERR_FULL
                       : store_paper_list(db, row->ballot_id, batches, &count);

    for (size_t i = 0; !err && i < count; i++) {
        err = json_array_append_new(list, batch_json(&batches[i])) == 0 ? ERR_OK : ERR_FULL;
    }
    free(batches);
    if (!err) {
        err = store_paper_completed_reason(db, row->ballot_id, reason);
    }
    if (err) {
        json_decref(list);
        return err;
    }
    *ret_json = json_pack(
        "{s:s, s:I, s:I, s:I, s:b, s:s?, s:b, s:o}", "state", ballot_state_name(row->state),
        "issued", (json_int_t)row->paper_issued, "envelopes", (json_int_t)row->paper_envelopes,
        "counted", (json_int_t)row->paper_counted, "complete", row->paper_completed_at_ms > 0,
        "completed_reason", reason[0] != '\0' ? reason : NULL, "awaited",
        (int)ballot_row_awaits_paper(row), "batches", list);
    return *ret_json != NULL ? ERR_OK : ERR_FULL;
}

/* The sheets of the batch in a state. */
static json_t *sheets_in(const struct paper_sheets *sheets, enum paper_sheet_state state)
{
    json_t *list = json_array();

    for (size_t i = 0; i < (size_t)sheets->batch.envelopes; i++) {
        if (sheets->states[i] == state) {
            /* A lack of memory shows as a missing document. */
            (void)json_array_append_new(list, json_integer((json_int_t)i + 1));
        }
    }
    return list;
}

static enum err sheets_json(struct db *db, const struct show *show, json_t **ret_json)
{
    struct paper_sheets *sheets = NULL;
    json_t *json;
    enum err err = paper_sheets_read(db, show->ballot_id, show->batch_no, &sheets);

    if (err) {
        return err;
    }
    json = batch_json(&sheets->batch);
    for (int state = PAPER_SHEET_MISSING; state <= PAPER_SHEET_AGREED && !err; state++) {
        if (json_object_set_new(json, paper_sheet_state_name((enum paper_sheet_state)state),
                                sheets_in(sheets, (enum paper_sheet_state)state)) != 0) {
            err = ERR_FULL;
        }
    }
    if (!err && json_object_set_new(json, "reconciles",
                                    json_boolean(paper_sheets_reconcile(sheets))) != 0) {
        err = ERR_FULL;
    }
    paper_sheets_free(sheets);
    if (err) {
        json_decref(json);
        return err;
    }
    *ret_json = json;
    return ERR_OK;
}

/* On a reader thread. */
static enum err show_work(struct db *db, struct reader_job *job)
{
    struct show *show = (struct show *)job;
    struct ballot_row row = {0};
    enum err err = db == NULL ? ERR_UNAVAILABLE : store_ballot_read(db, show->ballot_id, &row);

    if (!err) {
        err = show->batch_no > 0 ? sheets_json(db, show, &show->json)
                                 : ballot_json(db, &row, &show->json);
    }
    ballot_row_release(&row);
    return err;
}

static void show_done(struct reader_job *job)
{
    struct show *show = (struct show *)job;

    if (job->err) {
        http_respond_error(show->request, job->err);
    } else {
        http_respond_json(show->request, 200, show->json);
    }
    free(show);
}

static void show_start(struct http_request *request, const struct participation *service,
                       bool of_batch)
{
    uint8_t ballot_id[BALLOT_ID_SIZE];
    int32_t batch_no = 0;
    struct show *show;

    if (!params_ballot_id(request, ballot_id) ||
        (of_batch && !params_batch_no(request, &batch_no))) {
        return;
    }
    show = calloc(1, sizeof *show);
    if (show != NULL) {
        show->request = request;
        show->batch_no = batch_no;
        show->job.work = show_work;
        show->job.done = show_done;
        memcpy(show->ballot_id, ballot_id, BALLOT_ID_SIZE);
    }
    if (show == NULL || reader_submit(service->host.reader, &show->job) != ERR_OK) {
        free(show);
        http_respond_error(request, ERR_FULL);
    }
}

void handle_paper_show(struct http_request *request, void *context)
{
    show_start(request, context, false);
}

void handle_paper_batch_show(struct http_request *request, void *context)
{
    show_start(request, context, true);
}
