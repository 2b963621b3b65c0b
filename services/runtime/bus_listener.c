/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listener that survives nng 1.5.2's stalled accept loop: a client that
 * leaves during the handshake can stop it for ever, silently (upstream #1518).
 * The guard dials itself every few seconds through a socket of its own; when
 * two dials in a row complete no handshake, the listener is opened anew. It must
 * never touch pipes that are already established.
 *
 * The same dials show another defect (upstream #1543): a connection that is
 * closed here between the head and the body of a message on its way in is never
 * freed, and the thread that frees connections waits for it for ever. Nothing but
 * a new process helps then. The guard says so, and stops, since its own dials would
 * leave two descriptors each; the host ends the process. So that it does not bring
 * this about itself, it speaks a protocol that no listener here does: after the
 * handshake both ends refuse the connection, before anything is sent over it.
 */
#include "runtime/bus_internal.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <assert.h>
#include <nng/protocol/pair0/pair.h>
#include <stdio.h>
#include <string.h>

static atomic_uint_fast64_t resets;
static atomic_bool hangs;

uint64_t bus_listener_resets(void)
{
    return atomic_load(&resets);
}

bool bus_hangs(void)
{
    return atomic_load(&hangs);
}

bool bus_nng_is_old(void)
{
    const char *version = nng_version(); /* "1.5.2" */

    return version[0] == '1' && version[1] == '.' && version[2] >= '0' && version[2] <= '5' &&
           version[3] == '.';
}

static enum err listener_start(struct bus_listener *self)
{
    int result = nng_listener_create(&self->listener, self->socket, self->url);

    if (result != 0) {
        return bus_error(result, "bus_listen_failed", self->url);
    }
    /* Only TCP knows these two; elsewhere the refusal means nothing. */
    (void)nng_listener_set_bool(self->listener, NNG_OPT_TCP_NODELAY, true);
    (void)nng_listener_set_bool(self->listener, NNG_OPT_TCP_KEEPALIVE, true);
    result = nng_listener_start(self->listener, 0);
    if (result != 0) {
        (void)nng_listener_close(self->listener); /* Never started. */
        return bus_error(result, "bus_listen_failed", self->url);
    }
    return ERR_OK;
}

/* On an nng thread, after the handshake. */
static void probe_connected(nng_pipe pipe, nng_pipe_ev event, void *context)
{
    struct bus_listener *self = context;

    (void)pipe; /* Which pipe does not matter: the probe socket dials nobody but us. */
    (void)event;
    atomic_fetch_add(&self->probe_pipes, 1);
    atomic_store(&self->probe_answered, true);
}

/* On nng's thread that frees connections. */
static void probe_freed(nng_pipe pipe, nng_pipe_ev event, void *context)
{
    struct bus_listener *self = context;

    (void)pipe;
    (void)event;
    atomic_fetch_sub(&self->probe_pipes, 1);
    atomic_store(&self->probe_freed, true);
}

/* False once no connection has been freed for many rounds and long enough: a process that was paused, or
 * a clock that a test winds forward, is only one of these. */
static bool frees_connections(struct bus_listener *self)
{
    int64_t now_ms = clock_monotonic_ms();

    self->hangs++;
    if (atomic_exchange(&self->probe_freed, false) || atomic_load(&self->probe_pipes) == 0) {
        self->hangs = 0;
        self->freed_ms = now_ms;
    }
    return self->hangs < BUS_GUARD_HANG_COUNT_MAX || now_ms - self->freed_ms < BUS_GUARD_HANG_MS;
}

static void give_up(struct bus_listener *self)
{
    log_error("bus_hangs", log_str("url", self->url),
              log_str("action", "to be started anew: its nng frees no connection any more"));
    atomic_store(&hangs, true);
    (void)uv_timer_stop(&self->timer); /* Cannot fail. */
}

static void listener_reset(struct bus_listener *self)
{
    log_warn("bus_listener_stalled", log_str("url", self->url),
             log_str("action", "listening anew"));
    (void)nng_listener_close(self->listener); /* It is of no use either way. */
    if (listener_start(self) == ERR_OK) {
        atomic_fetch_add(&resets, 1);
    }
    self->misses = 0;
}

/* Judges the dial of one interval ago, then dials again. */
static void guard_tick(uv_timer_t *timer)
{
    struct bus_listener *self = timer->data;

    if (!frees_connections(self)) {
        give_up(self);
        return;
    }
    if (self->probe_dialing) {
        self->misses = atomic_load(&self->probe_answered) ? 0 : self->misses + 1;
        (void)nng_dialer_close(self->probe_dialer); /* A dial that never connected, or did. */
        self->probe_dialing = false;
    }
    if (self->misses >= BUS_GUARD_MISS_COUNT_MAX) {
        listener_reset(self);
    }
    atomic_store(&self->probe_answered, false);
    if (nng_dial(self->probe, self->url, &self->probe_dialer, NNG_FLAG_NONBLOCK) == 0) {
        self->probe_dialing = true;
    } else {
        self->misses++;
    }
}

enum err bus_listener_open(struct bus_listener *self, struct loop *loop, nng_socket socket,
                           const char *url)
{
    enum err err;

    assert(self->on_closed != NULL);
    if (strlen(url) >= sizeof self->url) {
        return ERR_INVALID;
    }
    (void)snprintf(self->url, sizeof self->url, "%s", url); /* Length checked above. */
    self->socket = socket;
    err = listener_start(self);
    if (err) {
        return err;
    }

    /* The timer is opened even without a guard, so that closing is the same for both. */
    (void)uv_timer_init(&loop->uv, &self->timer); /* Cannot fail. */
    self->timer.data = self;
    self->guarded = bus_nng_is_old() && nng_pair0_open(&self->probe) == 0;
    if (self->guarded) {
        bus_socket_limits(self->probe, 0);
        /* Refused is not to mean dialled again: the guard dials when it is time. */
        (void)nng_socket_set_ms(self->probe, NNG_OPT_RECONNMINT, BUS_GUARD_REDIAL_MS);
        self->freed_ms = clock_monotonic_ms();
        (void)nng_pipe_notify(self->probe, NNG_PIPE_EV_ADD_PRE, probe_connected, self);
        (void)nng_pipe_notify(self->probe, NNG_PIPE_EV_REM_POST, probe_freed, self);
        (void)uv_timer_start(&self->timer, guard_tick, BUS_GUARD_INTERVAL_MS,
                             BUS_GUARD_INTERVAL_MS);
    }
    return ERR_OK;
}

static void listener_closed(uv_handle_t *handle)
{
    struct bus_listener *self = handle->data;

    self->on_closed(self->context);
}

void bus_listener_close(struct bus_listener *self)
{
    uv_close((uv_handle_t *)&self->timer, listener_closed);
}

void bus_listener_dispose(struct bus_listener *self)
{
    if (self->guarded) {
        (void)nng_close(self->probe); /* Its dialer goes with it. */
    }
}
