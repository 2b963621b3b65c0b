/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bounded ring between nng's threads and the loop, and what every socket
 * needs before it is used. It must never let an nng thread wait for the loop.
 */
#include "runtime/bus_internal.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdlib.h>

enum { RECONNECT_MIN_MS = 50, RECONNECT_MAX_MS = 1000 };

static bool inbox_take(struct bus_inbox *inbox, struct bus_item *ret_item)
{
    bool taken = false;

    pthread_mutex_lock(&inbox->mutex);
    if (inbox->count > 0) {
        *ret_item = inbox->items[inbox->first];
        inbox->first = (inbox->first + 1) % inbox->capacity;
        inbox->count--;
        taken = true;
    }
    pthread_mutex_unlock(&inbox->mutex);
    return taken;
}

static void inbox_drain(uv_async_t *async)
{
    struct bus_inbox *inbox = async->data;
    struct bus_item item;

    /* One ring's worth at most, so that a flood cannot keep the loop here for ever. */
    for (size_t i = 0; i < inbox->capacity && !inbox->closed; i++) {
        if (!inbox_take(inbox, &item)) {
            break;
        }
        inbox->on_item(&item, inbox->context);
    }
    if (!inbox->closed && inbox->on_drained != NULL) {
        inbox->on_drained(inbox->context);
    }
}

enum err bus_inbox_open(struct bus_inbox *inbox, struct loop *loop, size_t capacity)
{
    assert(capacity > 0);
    assert(inbox->on_item != NULL);

    inbox->items = calloc(capacity, sizeof inbox->items[0]);
    if (inbox->items == NULL) {
        return ERR_FULL;
    }
    inbox->capacity = capacity;
    pthread_mutex_init(&inbox->mutex, NULL);
    if (uv_async_init(&loop->uv, &inbox->async, inbox_drain) != 0) {
        pthread_mutex_destroy(&inbox->mutex);
        free(inbox->items);
        inbox->items = NULL;
        return ERR_INTERNAL;
    }
    inbox->async.data = inbox;
    return ERR_OK;
}

bool bus_inbox_push(struct bus_inbox *inbox, const struct bus_item *item)
{
    bool has_room;

    pthread_mutex_lock(&inbox->mutex);
    if (inbox->closed) {
        pthread_mutex_unlock(&inbox->mutex);
        if (item->message != NULL) {
            nng_msg_free(item->message);
        }
        return false;
    }
    assert(inbox->count < inbox->capacity);
    inbox->items[(inbox->first + inbox->count) % inbox->capacity] = *item;
    inbox->count++;
    has_room = inbox->count < inbox->capacity;
    /* Sends coalesce, which inbox_drain() allows for. */
    uv_async_send(&inbox->async);
    pthread_mutex_unlock(&inbox->mutex);
    return has_room;
}

void bus_inbox_wake(struct bus_inbox *inbox)
{
    pthread_mutex_lock(&inbox->mutex);
    if (!inbox->closed) {
        uv_async_send(&inbox->async);
    }
    pthread_mutex_unlock(&inbox->mutex);
}

static void inbox_closed(uv_handle_t *handle)
{
    struct bus_inbox *inbox = handle->data;
    void (*on_closed)(void *) = inbox->on_closed;
    void *context = inbox->context;

    /* The mutex stays: an nng thread may still come to find the inbox closed. */
    free(inbox->items);
    inbox->items = NULL;
    on_closed(context);
}

void bus_inbox_close(struct bus_inbox *inbox)
{
    struct bus_item item;

    pthread_mutex_lock(&inbox->mutex);
    assert(!inbox->closed);
    inbox->closed = true;
    pthread_mutex_unlock(&inbox->mutex);
    while (inbox_take(inbox, &item)) {
        if (item.message != NULL) {
            nng_msg_free(item.message);
        }
    }
    uv_close((uv_handle_t *)&inbox->async, inbox_closed);
}

enum err bus_error(int result, const char *event, const char *url)
{
    log_error(event, log_str("url", url), log_str("reason", nng_strerror(result)));
    switch (result) {
    case NNG_EADDRINUSE:
        return ERR_CONFLICT;
    case NNG_EADDRINVAL:
    case NNG_EINVAL:
    case NNG_ENOTSUP:
        return ERR_INVALID;
    default:
        return ERR_UNAVAILABLE;
    }
}

enum err bus_dial(nng_socket socket, const char *url, nng_dialer *ret_dialer)
{
    int result = nng_dialer_create(ret_dialer, socket, url);

    if (result == 0) {
        /* Only TCP knows these two; elsewhere the refusal means nothing. */
        (void)nng_dialer_set_bool(*ret_dialer, NNG_OPT_TCP_NODELAY, true);
        (void)nng_dialer_set_bool(*ret_dialer, NNG_OPT_TCP_KEEPALIVE, true);
        (void)nng_dialer_set_ms(*ret_dialer, NNG_OPT_RECONNMINT, RECONNECT_MIN_MS);
        (void)nng_dialer_set_ms(*ret_dialer, NNG_OPT_RECONNMAXT, RECONNECT_MAX_MS);
        result = nng_dialer_start(*ret_dialer, NNG_FLAG_NONBLOCK);
    }
    return result == 0 ? ERR_OK : bus_error(result, "bus_dial_failed", url);
}

void bus_dial_again(nng_socket socket, const char *url, nng_dialer *dialer)
{
    if (bus_dial(socket, url, dialer) != ERR_OK) {
        log_warn("bus_redial_failed", log_str("url", url), log_str("action", "retrying"));
    }
}

void bus_socket_limits(nng_socket socket, size_t message_size_max)
{
    /* nng's default is no limit at all: a stranger could make us allocate anything. */
    int result = nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ,
                                     message_size_max != 0 ? message_size_max
                                                           : (size_t)BUS_MESSAGE_SIZE_MAX);

    assert(result == 0);
    (void)result; /* Only read by the assertion. */
}
