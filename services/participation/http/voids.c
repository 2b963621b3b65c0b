/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The votes that operators declared void, for everybody: which, when and why.
 * Whose they are nobody knows.
 */
#include "participation/http/params.h"
#include "participation/http/routes.h"
#include "participation/store/ballots.h"
#include "participation/store/void.h"
#include "runtime/clock.h"

#include <stdlib.h>
#include <string.h>

struct voids {
    struct reader_job job; /* first */
    struct http_request *request;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    json_t *json;
};

static json_t *void_json(const struct void_row *row)
{
    char nullifier[2 * VOID_NULLIFIER_SIZE];
    char voided_at[CLOCK_TEXT_SIZE];

    crypto_base64url(row->vote.nullifier, VOID_NULLIFIER_SIZE, nullifier, sizeof nullifier);
    clock_format(row->voided_at_ms, voided_at);
    return json_pack("{s:s, s:i, s:s, s:s, s:s}", "nullifier", nullifier, "rev", (int)row->vote.rev,
                     "reason_code", void_reason_name(row->reason_code), "reason", row->reason,
                     "voided_at", voided_at);
}

/* On a reader thread. */
static enum err voids_work(struct db *db, struct reader_job *job)
{
    struct voids *voids = (struct voids *)job;
    struct void_row *rows = calloc(VOID_COUNT_MAX, sizeof *rows);
    struct ballot_row ballot = {0};
    json_t *list = json_array();
    size_t count = 0;
    enum err err = rows == NULL || list == NULL ? ERR_FULL : ERR_OK;

    if (!err) {
        err = db == NULL ? ERR_UNAVAILABLE : store_ballot_read(db, voids->ballot_id, &ballot);
    }
    if (!err && ballot.voids > 0) {
        err = store_void_list(db, voids->ballot_id, 0, VOID_COUNT_MAX, rows, &count);
    }
    for (size_t i = 0; i < count && !err; i++) {
        err = json_array_append_new(list, void_json(&rows[i])) == 0 ? ERR_OK : ERR_FULL;
    }
    ballot_row_release(&ballot);
    free(rows);
    if (err) {
        json_decref(list);
        return err;
    }
    voids->json = json_pack("{s:o}", "voids", list);
    return voids->json != NULL ? ERR_OK : ERR_FULL;
}

static void voids_done(struct reader_job *job)
{
    struct voids *voids = (struct voids *)job;

    if (job->err) {
        http_respond_error(voids->request, job->err);
    } else {
        http_respond_json(voids->request, 200, voids->json);
    }
    free(voids);
}

void handle_ballot_voids(struct http_request *request, void *context)
{
    struct participation *service = context;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    struct voids *voids;

    if (!params_ballot_id(request, ballot_id)) {
        return;
    }
    voids = calloc(1, sizeof *voids);
    if (voids != NULL) {
        voids->request = request;
        voids->job.work = voids_work;
        voids->job.done = voids_done;
        memcpy(voids->ballot_id, ballot_id, BALLOT_ID_SIZE);
    }
    if (voids == NULL || reader_submit(service->host.reader, &voids->job) != ERR_OK) {
        free(voids);
        http_respond_error(request, ERR_FULL);
    }
}
