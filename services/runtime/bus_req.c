/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requester endpoint: one request at a time. The receive starts only after the
 * send has completed, and a time-out closes the context instead of cancelling
 * it, since nng 1.5.2 mishandles the alternatives. The connection goes with it:
 * on one whose other end is gone without a word every request would wait for
 * the kernel to give up, which takes a quarter of an hour.
 */
#include "runtime/bus_internal.h"
#include "runtime/log.h"

#include <assert.h>
#include <nng/protocol/reqrep0/req.h>
#include <stdlib.h>
#include <string.h>

enum { REQ_INBOX_LENGTH = 4 };

enum req_step { REQ_IDLE, REQ_SENDING, REQ_RECEIVING };

struct bus_req {
    nng_socket socket;
    nng_dialer dialer;
    char url[BUS_URL_SIZE];
    nng_ctx ctx;
    bool has_context;
    nng_aio *aio;
    struct bus_inbox inbox;
    uv_timer_t timer;
    atomic_int step;     /* written by the loop while idle, by nng's thread in between */
    uint64_t generation; /* of the request under way; the loop's */
    atomic_uint_fast64_t aio_generation;
    bus_reply_fn on_reply; /* NULL: nothing under way */
    void *context;
    atomic_int references; /* the inbox's, the timer's and the disposal's */
};

/* On an nng thread: send completed, or receive completed. */
static void req_completed(void *context)
{
    struct bus_req *req = context;
    struct bus_item item = {
        .result = nng_aio_result(req->aio),
        .generation = atomic_load(&req->aio_generation),
    };

    if (item.result == 0 && atomic_load(&req->step) == REQ_SENDING) {
        atomic_store(&req->step, REQ_RECEIVING);
        nng_ctx_recv(req->ctx, req->aio);
        return;
    }
    if (item.result == 0) {
        item.message = nng_aio_get_msg(req->aio);
    } else if (atomic_load(&req->step) == REQ_SENDING && nng_aio_get_msg(req->aio) != NULL) {
        nng_msg_free(nng_aio_get_msg(req->aio)); /* A failed send leaves the message with us. */
        nng_aio_set_msg(req->aio, NULL);
    }
    (void)bus_inbox_push(&req->inbox, &item); /* Never full: one completion per generation. */
}

static void req_finish(struct bus_req *req, nng_msg *message)
{
    bus_reply_fn on_reply = req->on_reply;

    req->on_reply = NULL;
    req->generation++;
    (void)uv_timer_stop(&req->timer);
    atomic_store(&req->step, REQ_IDLE);
    if (message != NULL) {
        on_reply(nng_msg_body(message), nng_msg_len(message), req->context);
    } else {
        on_reply(NULL, 0, req->context);
    }
}

static void req_item(struct bus_item *item, void *context)
{
    struct bus_req *req = context;

    if (req->on_reply != NULL && item->generation == req->generation) {
        req_finish(req, item->message);
    }
    if (item->message != NULL) {
        nng_msg_free(item->message);
    }
}

/* Where it fails the next request tries again. Returns nng's error number. */
static int req_open_context(struct bus_req *req)
{
    int result = nng_ctx_open(&req->ctx, req->socket);

    req->has_context = result == 0;
    return result;
}

static void req_timed_out(uv_timer_t *timer)
{
    struct bus_req *req = timer->data;

    if (req->on_reply == NULL) {
        return;
    }
    (void)nng_ctx_close(req->ctx); /* Completes the aio; its item carries an old generation. */
    nng_aio_wait(req->aio);
    (void)nng_dialer_close(req->dialer); /* Gone either way; its pipe goes with it. */
    bus_dial_again(req->socket, req->url, &req->dialer);
    if (req_open_context(req) != 0) {
        log_warn("bus_context_failed", log_str("kind", "req"), log_str("action", "retrying"));
    }
    req_finish(req, NULL);
}

static void req_release(void *context)
{
    struct bus_req *req = context;

    if (atomic_fetch_sub(&req->references, 1) == 1) {
        free(req);
    }
}

static void req_dispose(void *context)
{
    struct bus_req *req = context;

    (void)nng_close(req->socket); /* Completes whatever is pending. */
    nng_aio_free(req->aio);
    req_release(req);
}

static void req_timer_closed(uv_handle_t *handle)
{
    req_release(handle->data);
}

static enum err req_connect(struct bus_req *req, size_t reply_size_max)
{
    int result;

    bus_socket_limits(req->socket, reply_size_max);
    /* A lost request is our caller's to repeat: it may want another peer by then. */
    (void)nng_socket_set_ms(req->socket, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
    result = req_open_context(req);
    return result == 0 ? bus_dial(req->socket, req->url, &req->dialer)
                       : bus_error(result, "bus_dial_failed", req->url);
}

enum err bus_req_open(struct loop *loop, const char *url, size_t reply_size_max,
                      struct bus_req **ret_req)
{
    struct bus_req *req = calloc(1, sizeof *req);
    enum err err;

    if (req == NULL) {
        return ERR_FULL;
    }
    if (strlen(url) >= sizeof req->url) {
        free(req);
        return ERR_INVALID;
    }
    memcpy(req->url, url, strlen(url) + 1);
    req->inbox.on_item = req_item;
    req->inbox.on_closed = req_release;
    req->inbox.context = req;
    if (nng_aio_alloc(&req->aio, req_completed, req) != 0) {
        free(req);
        return ERR_FULL;
    }
    if (nng_req0_open(&req->socket) != 0) {
        nng_aio_free(req->aio);
        free(req);
        return ERR_UNAVAILABLE;
    }
    err = req_connect(req, reply_size_max);
    if (!err) {
        err = bus_inbox_open(&req->inbox, loop, REQ_INBOX_LENGTH);
    }
    if (err) {
        req->references = 1;
        bus_dispose(req_dispose, req);
        return err;
    }
    (void)uv_timer_init(&loop->uv, &req->timer); /* Cannot fail. */
    req->timer.data = req;
    req->references = 3;
    *ret_req = req;
    return ERR_OK;
}

enum err bus_req_send(struct bus_req *req, const void *data, size_t length, int64_t timeout_ms,
                      bus_reply_fn on_reply, void *context)
{
    nng_msg *message;

    assert(on_reply != NULL && timeout_ms > 0);
    if (req->on_reply != NULL) {
        return ERR_CONFLICT;
    }
    if (!req->has_context && req_open_context(req) != 0) {
        return ERR_FULL;
    }
    if (nng_msg_alloc(&message, 0) != 0) {
        return ERR_FULL;
    }
    if (nng_msg_append(message, data, length) != 0) {
        nng_msg_free(message);
        return ERR_FULL;
    }
    req->on_reply = on_reply;
    req->context = context;
    atomic_store(&req->aio_generation, req->generation);
    atomic_store(&req->step, REQ_SENDING);
    nng_aio_set_msg(req->aio, message);
    (void)uv_timer_start(&req->timer, req_timed_out, (uint64_t)timeout_ms, 0); /* Cannot fail. */
    nng_ctx_send(req->ctx, req->aio);
    return ERR_OK;
}

void bus_req_close(struct bus_req *req)
{
    if (req == NULL) {
        return;
    }
    req->on_reply = NULL;
    bus_inbox_close(&req->inbox);
    uv_close((uv_handle_t *)&req->timer, req_timer_closed);
    bus_dispose(req_dispose, req);
}
