/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publisher and subscriber endpoints. PUB drops without a word when a peer is
 * slow: nothing here may be relied on for delivery, only for speed.
 *
 * A subscriber's connection is ended with care: nng 1.5.2 never frees one that is
 * closed between the head and the body of a message on its way in (bus_listener.c).
 * While a receive is called back that had been waiting for its message, none is on
 * its way, since nng reads on only when the callback has returned. So the next
 * message ends the connection, when it comes soon.
 */
#include "runtime/bus_internal.h"
#include "runtime/log.h"

#include <assert.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/pubsub0/sub.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bus_pub {
    atomic_int references; /* the loop's and the disposal's */
    nng_socket socket;
    struct bus_listener listener;
};

static void pub_release(void *context)
{
    struct bus_pub *pub = context;

    if (atomic_fetch_sub(&pub->references, 1) == 1) {
        free(pub);
    }
}

static void pub_dispose(void *context)
{
    struct bus_pub *pub = context;

    (void)nng_close(pub->socket); /* It is gone whatever it answers. */
    bus_listener_dispose(&pub->listener);
    pub_release(pub);
}

enum err bus_pub_open(struct loop *loop, const char *url, struct bus_pub **ret_pub)
{
    struct bus_pub *pub = calloc(1, sizeof *pub);
    enum err err;
    int result;

    if (pub == NULL) {
        return ERR_FULL;
    }
    result = nng_pub0_open(&pub->socket);
    if (result != 0) {
        free(pub);
        return bus_error(result, "bus_open_failed", url);
    }
    bus_socket_limits(pub->socket, 0);
    (void)nng_socket_set_int(pub->socket, NNG_OPT_SENDBUF, BUS_SEND_QUEUE_LENGTH_MAX);
    pub->references = 2;
    pub->listener.on_closed = pub_release;
    pub->listener.context = pub;
    err = bus_listener_open(&pub->listener, loop, pub->socket, url);
    if (err) {
        pub->references = 1;
        bus_dispose(pub_dispose, pub);
        return err;
    }
    *ret_pub = pub;
    return ERR_OK;
}

void bus_pub_send(struct bus_pub *pub, const void *data, size_t length)
{
    nng_msg *message;

    assert(length <= BUS_MESSAGE_SIZE_MAX);
    if (nng_msg_alloc(&message, 0) != 0) {
        return; /* As good as dropped on the way: subscribers repair it. */
    }
    if (nng_msg_append(message, data, length) != 0 ||
        nng_sendmsg(pub->socket, message, NNG_FLAG_NONBLOCK) != 0) {
        nng_msg_free(message);
    }
}

void bus_pub_close(struct bus_pub *pub)
{
    if (pub == NULL) {
        return;
    }
    bus_listener_close(&pub->listener);
    bus_dispose(pub_dispose, pub);
}

enum { SUB_LEAVE_MS = 500 };

struct bus_sub {
    atomic_int references; /* the loop's, the disposal's and each redial's */
    nng_socket socket;
    pthread_mutex_t leave_mutex; /* of whoever ends the connection; guards the next two */
    nng_dialer dialer;
    bool gone;
    atomic_int connections; /* one at most, and those that nng has not freed yet */
    nng_aio *aio;
    struct bus_inbox inbox;
    char url[BUS_URL_SIZE];
    atomic_bool idle;   /* no receive is pending; only the loop changes it back */
    atomic_bool paused; /* by bus_sub_pause() */
    bus_message_fn on_message;
    void (*on_connected)(void *context);
    void *context;
    atomic_bool connected; /* anew, which the loop has not been told of */
};

/* On an nng thread, before the pipe receives anything. */
static void sub_connected(nng_pipe pipe, nng_pipe_ev event, void *context)
{
    struct bus_sub *sub = context;

    (void)pipe;
    (void)event;
    atomic_fetch_add(&sub->connections, 1);
    atomic_store(&sub->connected, true);
    bus_inbox_wake(&sub->inbox);
}

/* On an nng thread. */
static void sub_disconnected(nng_pipe pipe, nng_pipe_ev event, void *context)
{
    struct bus_sub *sub = context;

    (void)pipe;
    (void)event;
    atomic_fetch_sub(&sub->connections, 1);
}

/* On an nng thread. */
static void sub_received(void *context)
{
    struct bus_sub *sub = context;
    int result = nng_aio_result(sub->aio);
    struct bus_item item = {.result = result};

    if (result == NNG_ECLOSED || result == NNG_ECANCELED) {
        return;
    }
    if (result != 0) {
        nng_recv_aio(sub->socket, sub->aio);
        return;
    }
    item.message = nng_aio_get_msg(sub->aio);
    if (!bus_inbox_push(&sub->inbox, &item) || atomic_load(&sub->paused)) {
        /* The loop takes up receiving again in sub_drained(), which the wake-up makes sure of: it
         * may have emptied the ring before it could see that nobody receives. */
        atomic_store(&sub->idle, true);
        bus_inbox_wake(&sub->inbox);
        return;
    }
    nng_recv_aio(sub->socket, sub->aio);
}

static void tell_connected(struct bus_sub *sub)
{
    if (atomic_exchange(&sub->connected, false) && sub->on_connected != NULL) {
        sub->on_connected(sub->context);
    }
}

static void sub_item(struct bus_item *item, void *context)
{
    struct bus_sub *sub = context;

    tell_connected(sub);
    if (!atomic_load(&sub->paused)) {
        sub->on_message(nng_msg_body(item->message), nng_msg_len(item->message), sub->context);
    }
    nng_msg_free(item->message);
}

static void sub_drained(void *context)
{
    struct bus_sub *sub = context;

    tell_connected(sub);
    /* Idle means that no callback is to come, so nobody else writes it now. */
    if (atomic_load(&sub->idle) && !atomic_load(&sub->paused)) {
        atomic_store(&sub->idle, false);
        nng_recv_aio(sub->socket, sub->aio);
    }
}

static void sub_release(void *context)
{
    struct bus_sub *sub = context;

    if (atomic_fetch_sub(&sub->references, 1) == 1) {
        pthread_mutex_destroy(&sub->leave_mutex);
        free(sub);
    }
}

/* A receive of its own beside the subscriber's, which the next message ends the connection by. */
struct leave {
    struct bus_sub *sub;
    nng_ctx context;
    nng_aio *aio;
};

/* On the nng thread that read the message, unless none came. */
static void leave_received(void *context)
{
    struct leave *leave = context;

    if (nng_aio_result(leave->aio) == 0) {
        nng_msg_free(nng_aio_get_msg(leave->aio));
        (void)nng_dialer_close(leave->sub->dialer); /* Gone either way; its pipe goes with it. */
    }
}

/* Waits for the next message. It waits before it subscribes, so that nothing is in its queue then: a
 * message from there would come on another thread, while nng reads the next. */
static void leave_with_message(struct bus_sub *sub)
{
    struct leave leave = {.sub = sub};

    if (nng_ctx_open(&leave.context, sub->socket) != 0) {
        return;
    }
    if (nng_aio_alloc(&leave.aio, leave_received, &leave) == 0) {
        nng_aio_set_timeout(leave.aio, SUB_LEAVE_MS);
        nng_ctx_recv(leave.context, leave.aio);
        (void)nng_ctx_set(leave.context, NNG_OPT_SUB_SUBSCRIBE, "", 0); /* Else none comes. */
        nng_aio_wait(leave.aio);
        nng_aio_free(leave.aio);
    }
    (void)nng_ctx_close(leave.context); /* Just opened. */
}

/* Ends the connection; with the leave mutex, and never on the loop, for it waits. */
static void sub_leave(struct bus_sub *sub)
{
    if (bus_nng_is_old() && atomic_load(&sub->connections) > 0) {
        leave_with_message(sub);
    }
    (void)nng_dialer_close(sub->dialer); /* It may be closed by now. */
}

static void sub_dispose(void *context)
{
    struct bus_sub *sub = context;

    pthread_mutex_lock(&sub->leave_mutex);
    sub_leave(sub);
    (void)nng_close(sub->socket); /* Completes the pending receive with NNG_ECLOSED. */
    nng_aio_free(sub->aio);
    sub->gone = true;
    pthread_mutex_unlock(&sub->leave_mutex);
    sub_release(sub);
}

static void sub_redial(void *context)
{
    struct bus_sub *sub = context;

    pthread_mutex_lock(&sub->leave_mutex);
    if (!sub->gone) {
        sub_leave(sub);
        bus_dial_again(sub->socket, sub->url, &sub->dialer);
    }
    pthread_mutex_unlock(&sub->leave_mutex);
    sub_release(sub);
}

static enum err sub_subscribe(struct bus_sub *sub, const struct bus_sub_options *options,
                              size_t queue_length)
{
    int result;

    bus_socket_limits(sub->socket, 0);
    result = nng_socket_set_int(sub->socket, NNG_OPT_RECVBUF, (int)queue_length);
    if (result == 0) {
        /* With its NUL, so that "ledger" does not match "ledger2". */
        result = nng_socket_set(sub->socket, NNG_OPT_SUB_SUBSCRIBE, options->topic,
                                strlen(options->topic) + 1);
    }
    if (result == 0) {
        result = nng_pipe_notify(sub->socket, NNG_PIPE_EV_ADD_PRE, sub_connected, sub);
    }
    if (result == 0) {
        result = nng_pipe_notify(sub->socket, NNG_PIPE_EV_REM_POST, sub_disconnected, sub);
    }
    if (result != 0) {
        return bus_error(result, "bus_subscribe_failed", options->url);
    }
    return bus_dial(sub->socket, sub->url, &sub->dialer);
}

enum err bus_sub_open(struct loop *loop, const struct bus_sub_options *options,
                      struct bus_sub **ret_sub)
{
    size_t queue_length =
        options->queue_length != 0 ? options->queue_length : BUS_RECEIVE_QUEUE_LENGTH_MAX;
    struct bus_sub *sub = calloc(1, sizeof *sub);
    enum err err = ERR_UNAVAILABLE;

    assert(queue_length <= BUS_RECEIVE_QUEUE_LENGTH_MAX);
    if (sub == NULL) {
        return ERR_FULL;
    }
    if (strlen(options->url) >= sizeof sub->url) {
        free(sub);
        return ERR_INVALID;
    }
    (void)snprintf(sub->url, sizeof sub->url, "%s", options->url); /* Length checked above. */
    sub->on_message = options->on_message;
    sub->on_connected = options->on_connected;
    sub->context = options->context;
    sub->inbox.on_item = sub_item;
    sub->inbox.on_drained = sub_drained;
    sub->references = 2;
    pthread_mutex_init(&sub->leave_mutex, NULL);
    sub->inbox.on_closed = sub_release;
    sub->inbox.context = sub;
    if (nng_aio_alloc(&sub->aio, sub_received, sub) != 0) {
        free(sub);
        return ERR_FULL;
    }
    if (nng_sub0_open(&sub->socket) != 0) {
        nng_aio_free(sub->aio);
        free(sub);
        return ERR_UNAVAILABLE;
    }
    err = bus_inbox_open(&sub->inbox, loop, queue_length);
    if (err) {
        sub->references = 1;
        bus_dispose(sub_dispose, sub);
        return err;
    }
    err = sub_subscribe(sub, options, queue_length); /* From here on nng calls back. */
    if (err) {
        bus_sub_close(sub);
        return err;
    }
    nng_recv_aio(sub->socket, sub->aio);
    *ret_sub = sub;
    return ERR_OK;
}

void bus_sub_pause(struct bus_sub *sub)
{
    atomic_store(&sub->paused, true);
}

void bus_sub_resume(struct bus_sub *sub)
{
    atomic_store(&sub->paused, false);
    bus_inbox_wake(&sub->inbox); /* Not at once: the ring may be full. */
}

void bus_sub_redial(struct bus_sub *sub)
{
    atomic_fetch_add(&sub->references, 1);
    bus_dispose(sub_redial, sub);
}

void bus_sub_close(struct bus_sub *sub)
{
    if (sub == NULL) {
        return;
    }
    bus_inbox_close(&sub->inbox);
    bus_dispose(sub_dispose, sub);
}
