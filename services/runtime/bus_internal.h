/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the four kinds of bus endpoints share: the inbox that carries messages
 * from nng's threads to the loop, and the guarded listener. For bus_*.c only.
 */
#ifndef HYEOPCHI_RUNTIME_BUS_INTERNAL_H
#define HYEOPCHI_RUNTIME_BUS_INTERNAL_H

#include "runtime/bus.h"

#include <nng/nng.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <uv.h>

enum {
    BUS_GUARD_INTERVAL_MS = 5000,
    BUS_GUARD_MISS_COUNT_MAX = 2,
    BUS_GUARD_HANG_COUNT_MAX =
        4,                     /* rounds in a row, and so many milliseconds, without a connection */
    BUS_GUARD_HANG_MS = 15000, /* being freed: nng will free none any more */
    BUS_GUARD_REDIAL_MS = 3600000,
};

/* One thing that happened on an nng thread. */
struct bus_item {
    nng_msg *message; /* NULL when result is not 0 */
    void *tag;        /* the endpoint's own: which context it happened to */
    uint64_t generation;
    int result; /* nng's error number */
};

typedef void (*bus_item_fn)(struct bus_item *item, void *context);

/*
 * A bounded ring between nng's threads and the loop. The ring is filled by aio
 * callbacks and emptied by the loop; on_item owns the message.
 */
struct bus_inbox {
    uv_async_t async;
    pthread_mutex_t mutex;
    struct bus_item *items;
    size_t capacity;
    size_t first;
    size_t count;
    bool closed; /* under the mutex: nothing is queued or woken any more */
    bus_item_fn on_item;
    void (*on_drained)(void *context); /* after a round that emptied the ring; may be NULL */
    void *context;
    void (*on_closed)(void *context); /* frees the endpoint */
};

ERR_CHECKED enum err bus_inbox_open(struct bus_inbox *inbox, struct loop *loop, size_t capacity);

/* Any thread. Takes the message. Returns false when the ring is full now (or closed): the caller
 * stops receiving until on_drained. */
bool bus_inbox_push(struct bus_inbox *inbox, const struct bus_item *item);

/* Makes the loop drain again. Any thread. */
void bus_inbox_wake(struct bus_inbox *inbox);

/* Drops what is queued; on_closed runs when the loop has let go of it. Loop thread. */
void bus_inbox_close(struct bus_inbox *inbox);

/* A listener that is re-opened when it has stopped accepting (nng < 1.6). */
struct bus_listener {
    nng_socket socket;
    nng_listener listener;
    char url[BUS_URL_SIZE];
    uv_timer_t timer;
    bool guarded;
    nng_socket probe;
    nng_dialer probe_dialer;
    bool probe_dialing;
    atomic_bool probe_answered;
    atomic_int probe_pipes;  /* of the probe, not freed yet */
    atomic_bool probe_freed; /* one of them, since the last round */
    int64_t freed_ms;        /* monotonic: the last round that one was, or none was left */
    int hangs;               /* rounds since then */
    int misses;
    void (*on_closed)(void *context);
    void *context;
};

/* Listens on the socket, of any protocol but PAIR0, which the guard's dials speak. */
ERR_CHECKED enum err bus_listener_open(struct bus_listener *listener, struct loop *loop,
                                       nng_socket socket, const char *url);

/* Loop thread; on_closed runs once its timer is gone. */
void bus_listener_close(struct bus_listener *self);

/* Closes the guard's own socket; from the endpoint's dispose function. */
void bus_listener_dispose(struct bus_listener *self);

/*
 * Runs dispose on a thread of its own. nng_close() may wait for ever in nng
 * before 1.8 (upstream #1543, #1813), so the loop never calls it: an endpoint
 * is closed here, and freed by whoever lets go of it last.
 */
void bus_dispose(void (*dispose)(void *endpoint), void *endpoint);

/* Whether nng is older than 1.6, and what it leaves undone is to be watched for. */
bool bus_nng_is_old(void);

/* nng's error number as ours; logs it as event with the URL. */
ERR_CHECKED enum err bus_error(int result, const char *event, const char *url);

/* Dials from the socket, again and again, until the dialer is closed. */
ERR_CHECKED enum err bus_dial(nng_socket socket, const char *url, nng_dialer *ret_dialer);

/* The same after the dialer was closed. Failing is logged. */
void bus_dial_again(nng_socket socket, const char *url, nng_dialer *dialer);

/* Options every socket gets before it listens or dials; 0: BUS_MESSAGE_SIZE_MAX. */
void bus_socket_limits(nng_socket socket, size_t message_size_max);

#endif
