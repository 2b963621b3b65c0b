/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/ballots/{id}/bundle: the bundle, piece by piece as the client takes
 * it. What cannot be finished breaks the connection: nobody must take half a
 * bundle for a whole one.
 */
#include "participation/bundle.h"

#include "participation/http/params.h"
#include "participation/http/routes.h"
#include "runtime/log.h"

#include <stdlib.h>
#include <string.h>

enum { BUNDLE_COUNT_MAX = 16 }; /* downloads at once */

static const struct problem_kind NOT_CERTIFIED = {
    .status = 409,
    .code = "result-not-published",
    .ko = "검증 자료는 결과를 확정한 뒤에 공개합니다.",
    .en = "The bundle is published once the result is certified.",
};

static const struct problem_kind NOT_ON_BOARD = {
    .status = 409,
    .code = "bundle-not-ready",
    .ko = "결과를 공개 게시판에 올리고 있습니다. 잠시 뒤에 다시 받아 주십시오.",
    .en = "The result is being put on the public board. Try again in a minute.",
};

/* One download. Its job is never under way twice; it is freed once the stream has ended and no job is
 * under way. */
struct bundle_get {
    struct reader_job job; /* first */
    struct participation *service;
    struct http_request *request;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    enum bundle_state state;
    struct bundle *bundle;
    struct buffer piece;
    bool more;
    bool working; /* a job is under way */
    bool closed;  /* the stream has ended */
};

static void get_free(struct bundle_get *get)
{
    get->service->bundle_count--;
    bundle_free(get->bundle);
    buffer_release(&get->piece);
    free(get);
}

/* On a reader thread. */
static enum err piece_work(struct db *db, struct reader_job *job)
{
    struct bundle_get *get = (struct bundle_get *)job;

    buffer_clear(&get->piece);
    return db == NULL ? ERR_UNAVAILABLE : bundle_next(db, get->bundle, &get->piece, &get->more);
}

static void piece_start(struct bundle_get *get);

static void fail(struct bundle_get *get, enum err err)
{
    char id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(get->ballot_id, id);
    log_warn("bundle_not_given", log_str("ballot_id", id), log_str("error", err_name(err)));
    http_stream_abort(get->request);
}

static void piece_done(struct reader_job *job)
{
    struct bundle_get *get = (struct bundle_get *)job;
    enum err err = job->err;

    get->working = false;
    if (get->closed) {
        get_free(get);
        return;
    }
    if (!err) {
        err = http_stream_write(get->request, get->piece.data, get->piece.length);
    }
    if (err) {
        fail(get, err);
    } else if (!get->more) {
        http_stream_end(get->request);
    } else if (http_stream_backlog(get->request) == 0) {
        piece_start(get); /* Else when the client has taken it. */
    }
}

static void piece_start(struct bundle_get *get)
{
    if (get->working) {
        return;
    }
    get->job.work = piece_work;
    get->job.done = piece_done;
    get->working = true;
    if (reader_submit(get->service->host.reader, &get->job) != ERR_OK) {
        get->working = false;
        fail(get, ERR_FULL);
    }
}

static void on_drained(void *context)
{
    struct bundle_get *get = context;

    if (get->more) {
        piece_start(get);
    }
}

static void on_closed(void *context)
{
    struct bundle_get *get = context;

    get->closed = true;
    if (!get->working) {
        get_free(get);
    }
}

/* On a reader thread. */
static enum err open_work(struct db *db, struct reader_job *job)
{
    struct bundle_get *get = (struct bundle_get *)job;

    return db == NULL ? ERR_UNAVAILABLE
                      : bundle_open(db, get->service->host.config.district, get->ballot_id,
                                    &get->state, &get->bundle);
}

static void open_done(struct reader_job *job)
{
    struct bundle_get *get = (struct bundle_get *)job;

    get->working = false;
    if (job->err) {
        http_respond_error(get->request, job->err);
        get_free(get);
        return;
    }
    if (get->state != BUNDLE_READY) {
        params_refuse(get->request,
                      get->state == BUNDLE_NOT_CERTIFIED ? &NOT_CERTIFIED : &NOT_ON_BOARD, "id");
        get_free(get);
        return;
    }
    http_response_header(get->request, "cache-control", "public, max-age=31536000, immutable");
    get->more = true;
    http_stream_begin(get->request, 200, "application/x-tar", on_closed, get);
    http_stream_whole(get->request);
    http_stream_on_drained(get->request, on_drained);
    piece_start(get);
}

void handle_ballot_bundle(struct http_request *request, void *context)
{
    struct participation *service = context;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    struct bundle_get *get;

    if (!params_ballot_id(request, ballot_id)) {
        return;
    }
    get = service->bundle_count < BUNDLE_COUNT_MAX ? calloc(1, sizeof *get) : NULL;
    if (get == NULL) {
        http_respond_error(request, ERR_FULL);
        return;
    }
    service->bundle_count++;
    get->service = service;
    get->request = request;
    memcpy(get->ballot_id, ballot_id, sizeof get->ballot_id);
    buffer_init(&get->piece, BUNDLE_PIECE_SIZE_MAX);
    get->job.work = open_work;
    get->job.done = open_done;
    get->working = true;
    if (reader_submit(service->host.reader, &get->job) != ERR_OK) {
        http_respond_error(request, ERR_FULL);
        get_free(get);
    }
}
