/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replier endpoint: a fixed number of contexts, each receiving, then waiting
 * for the loop's answer, then sending it. More requests than contexts wait in
 * nng's own bounded queues. An answer waits for those before it on its
 * connection; whoever asks on and reads nothing would hold every context, and is
 * closed. Each connection may hold a request of the greatest length before a
 * context takes it, so their number has a maximum too.
 */
#include "runtime/bus_internal.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <assert.h>
#include <nng/protocol/reqrep0/rep.h>
#include <stdlib.h>

enum { REP_LOOK_MS = 1000 };

enum rep_step { REP_RECEIVING, REP_ANSWERING, REP_SENDING };

struct bus_request {
    struct bus_rep *rep;
    nng_ctx ctx;
    nng_aio *aio;
    atomic_int step;
    nng_pipe pipe;          /* that it came by; this and the next are the loop's */
    int64_t answered_at_ms; /* monotonic */
};

struct bus_rep {
    nng_socket socket;
    struct bus_listener listener;
    struct bus_inbox inbox;
    uv_timer_t timer; /* looks for answers that nobody takes */
    struct bus_request requests[BUS_REPLY_CONTEXT_COUNT];
    size_t request_count; /* opened so far */
    size_t answer_size_max;
    atomic_int asker_count; /* connections */
    bus_request_fn on_request;
    void *context;
    atomic_int references; /* the inbox's, the listener's, the timer's and the disposal's */
};

static void request_receive(struct bus_request *request)
{
    atomic_store(&request->step, REP_RECEIVING);
    nng_ctx_recv(request->ctx, request->aio);
}

/* On an nng thread: a request came, or an answer is out. */
static void request_completed(void *context)
{
    struct bus_request *request = context;
    int result = nng_aio_result(request->aio);
    struct bus_item item = {.tag = request};

    if (result == NNG_ECLOSED || result == NNG_ECANCELED) {
        if (atomic_load(&request->step) == REP_SENDING && nng_aio_get_msg(request->aio) != NULL) {
            nng_msg_free(nng_aio_get_msg(request->aio)); /* A failed send leaves it with us. */
            nng_aio_set_msg(request->aio, NULL);
        }
        return;
    }
    if (atomic_load(&request->step) == REP_RECEIVING && result == 0) {
        atomic_store(&request->step, REP_ANSWERING);
        item.message = nng_aio_get_msg(request->aio);
        (void)bus_inbox_push(&request->rep->inbox, &item); /* Has room for every context. */
        return;
    }
    if (result != 0 && atomic_load(&request->step) == REP_SENDING) {
        nng_msg_free(nng_aio_get_msg(request->aio)); /* The asker has gone. */
        nng_aio_set_msg(request->aio, NULL);
    }
    request_receive(request);
}

/* On an nng thread: a connection comes, or is gone. */
static void rep_connected(nng_pipe pipe, nng_pipe_ev event, void *context)
{
    struct bus_rep *rep = context;

    (void)event;
    if (atomic_fetch_add(&rep->asker_count, 1) >= BUS_ASKER_COUNT_MAX) {
        (void)nng_pipe_close(pipe); /* Refused, and told of to rep_disconnected() like any other. */
    }
}

static void rep_disconnected(nng_pipe pipe, nng_pipe_ev event, void *context)
{
    struct bus_rep *rep = context;

    (void)pipe;
    (void)event;
    atomic_fetch_sub(&rep->asker_count, 1);
}

static void rep_item(struct bus_item *item, void *context)
{
    struct bus_rep *rep = context;
    struct bus_request *request = item->tag;

    request->pipe = nng_msg_get_pipe(item->message);
    rep->on_request(request, nng_msg_body(item->message), nng_msg_len(item->message), rep->context);
    nng_msg_free(item->message);
}

void bus_request_answer(struct bus_request *request, const void *data, size_t length)
{
    nng_msg *message;

    assert(atomic_load(&request->step) == REP_ANSWERING);
    assert(length <= request->rep->answer_size_max);
    if (nng_msg_alloc(&message, 0) != 0) {
        request_receive(request); /* The asker times out and asks again. */
        return;
    }
    if (nng_msg_append(message, data, length) != 0) {
        nng_msg_free(message);
        request_receive(request);
        return;
    }
    request->answered_at_ms = clock_monotonic_ms();
    atomic_store(&request->step, REP_SENDING);
    nng_aio_set_msg(request->aio, message);
    nng_ctx_send(request->ctx, request->aio);
}

static void rep_look(uv_timer_t *timer)
{
    struct bus_rep *rep = timer->data;
    const int64_t earliest_ms = clock_monotonic_ms() - BUS_ANSWER_TIMEOUT_MS;

    for (size_t i = 0; i < BUS_REPLY_CONTEXT_COUNT; i++) {
        struct bus_request *request = &rep->requests[i];

        if (atomic_load(&request->step) == REP_SENDING && request->answered_at_ms < earliest_ms) {
            log_warn("bus_asker_closed", log_str("url", rep->listener.url),
                     log_str("reason", "it does not take its answers"));
            (void)nng_pipe_close(request->pipe); /* Completes every answer that waits for it. */
        }
    }
}

static void rep_release(void *context)
{
    struct bus_rep *rep = context;

    if (atomic_fetch_sub(&rep->references, 1) == 1) {
        free(rep);
    }
}

static void rep_timer_closed(uv_handle_t *handle)
{
    rep_release(handle->data);
}

static void rep_dispose(void *context)
{
    struct bus_rep *rep = context;

    (void)nng_close(rep->socket); /* Completes every pending receive and send. */
    bus_listener_dispose(&rep->listener);
    for (size_t i = 0; i < rep->request_count; i++) {
        nng_aio_free(rep->requests[i].aio);
    }
    rep_release(rep);
}

static enum err rep_count_askers(struct bus_rep *rep)
{
    int result = nng_pipe_notify(rep->socket, NNG_PIPE_EV_ADD_PRE, rep_connected, rep);

    if (result == 0) {
        result = nng_pipe_notify(rep->socket, NNG_PIPE_EV_REM_POST, rep_disconnected, rep);
    }
    return result == 0 ? ERR_OK : ERR_INTERNAL;
}

static enum err rep_open_contexts(struct bus_rep *rep)
{
    for (size_t i = 0; i < BUS_REPLY_CONTEXT_COUNT; i++) {
        struct bus_request *request = &rep->requests[i];

        request->rep = rep;
        if (nng_aio_alloc(&request->aio, request_completed, request) != 0) {
            return ERR_FULL;
        }
        rep->request_count++;
        if (nng_ctx_open(&request->ctx, rep->socket) != 0) {
            return ERR_FULL;
        }
    }
    return ERR_OK;
}

enum err bus_rep_open(struct loop *loop, const struct bus_rep_options *options,
                      struct bus_rep **ret_rep)
{
    struct bus_rep *rep = calloc(1, sizeof *rep);
    enum err err;

    if (rep == NULL) {
        return ERR_FULL;
    }
    rep->on_request = options->on_request;
    rep->context = options->context;
    rep->answer_size_max =
        options->answer_size_max != 0 ? options->answer_size_max : (size_t)BUS_MESSAGE_SIZE_MAX;
    rep->inbox.on_item = rep_item;
    rep->inbox.on_closed = rep_release;
    rep->inbox.context = rep;
    rep->listener.on_closed = rep_release;
    rep->listener.context = rep;
    if (nng_rep0_open(&rep->socket) != 0) {
        free(rep);
        return ERR_UNAVAILABLE;
    }
    bus_socket_limits(rep->socket, options->request_size_max);
    err = rep_open_contexts(rep);
    if (!err) {
        err = rep_count_askers(rep);
    }
    if (!err) {
        err = bus_inbox_open(&rep->inbox, loop, BUS_REPLY_CONTEXT_COUNT + 1);
    }
    if (err) {
        rep->references = 1;
        bus_dispose(rep_dispose, rep);
        return err;
    }
    err = bus_listener_open(&rep->listener, loop, rep->socket, options->url);
    if (err) {
        rep->references = 2;
        bus_inbox_close(&rep->inbox);
        bus_dispose(rep_dispose, rep);
        return err;
    }
    rep->references = 4;
    (void)uv_timer_init(&loop->uv, &rep->timer); /* Neither can fail. */
    rep->timer.data = rep;
    (void)uv_timer_start(&rep->timer, rep_look, REP_LOOK_MS, REP_LOOK_MS);
    for (size_t i = 0; i < BUS_REPLY_CONTEXT_COUNT; i++) {
        request_receive(&rep->requests[i]);
    }
    *ret_rep = rep;
    return ERR_OK;
}

void bus_rep_close(struct bus_rep *rep)
{
    if (rep == NULL) {
        return;
    }
    bus_inbox_close(&rep->inbox);
    bus_listener_close(&rep->listener);
    uv_close((uv_handle_t *)&rep->timer, rep_timer_closed);
    bus_dispose(rep_dispose, rep);
}
