/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The votes that operators declared void, for everybody: which, when and why.
 * Whose they are nobody knows.
 */
#include "participation/http/params.h"
#include "participation/http/published_json.h"
#include "participation/http/routes.h"
#include "participation/store/ballots.h"

#include <stdlib.h>
#include <string.h>

struct voids {
    struct reader_job job; /* first */
    struct http_request *request;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    json_t *json;
};

/* On a reader thread. */
static enum err voids_work(struct db *db, struct reader_job *job)
{
    struct voids *voids = (struct voids *)job;
    struct ballot_row ballot = {0};
    json_t *list = NULL;
    enum err err = db == NULL ? ERR_UNAVAILABLE : store_ballot_read(db, voids->ballot_id, &ballot);

    if (!err) {
        err = published_voids(db, &ballot, &list);
    }
    ballot_row_release(&ballot);
    if (err) {
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
