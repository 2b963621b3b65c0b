/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading server-sent events (the event stream format of HTML): pieces of bytes
 * in, whole events out. Bounded: an event larger than the buffer ends the
 * stream. Pure but for the callback.
 */
#ifndef HYEOPCHI_CLI_SSE_H
#define HYEOPCHI_CLI_SSE_H

#include "runtime/buffer.h"
#include "runtime/err.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SSE_EVENT_SIZE_MAX = 4 * 1024 * 1024,
    SSE_ID_SIZE = 64,
    SSE_TYPE_SIZE = 160,
};

/* One event, borrowed for the call; false ends the stream. */
struct sse_event {
    const char *id;
    const char *type; /* "message" when not given */
    const char *data;
};

typedef bool (*sse_event_fn)(const struct sse_event *event, void *context);

struct sse {
    struct buffer line;
    struct buffer data;
    bool has_data;
    bool after_return; /* the last byte was a CR: an LF that follows belongs to it */
    char type[SSE_TYPE_SIZE];
    char id[SSE_ID_SIZE]; /* of the last event; stays over reconnections */
    sse_event_fn on_event;
    void *context;
};

void sse_init(struct sse *sse, sse_event_fn on_event, void *context);
void sse_release(struct sse *sse);

/* Forgets a half-read event, keeps the id: for a new connection. */
void sse_restart(struct sse *sse);

/* ERR_CONFLICT when the callback ended it; ERR_FULL when an event is too large. */
ERR_CHECKED enum err sse_feed(struct sse *sse, const char *bytes, size_t length);

#endif
