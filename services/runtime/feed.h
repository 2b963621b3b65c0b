/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/events: a service's own stream over HTTP, for those who do not speak
 * nng (EVENTS.md section 5). One cursor per client over the publisher's ring
 * and the log: a slow client is an old cursor, not a queue.
 *
 *   after=<epoch>-<seq> (or Last-Event-ID, which goes first; neither: from the oldest kept),
 *   types=a,b (exact event types), limit=1..1000 (default 100), wait=0..20 s (default 0)
 *   text/event-stream                  id: <epoch>-<seq>, event: <type>, data: CloudEvents JSON; `: hb` every 15 s;
 *                                      `event: reset` when the cursor is older than what is kept, of
 *                                      another epoch, or ahead of everything: all that is kept follows.
 *                                      Never ends by itself; limit and wait mean nothing to it
 *   application/x-ndjson               what there is now (or within wait), one CloudEvents JSON a line
 *   application/cloudevents-batch+json the same as one array; also the answer to no or any Accept
 *
 * The last two answer 410 where an event stream is reset, and carry Next-After: the cursor to go on
 * from, which also moves past events that `types` left out. They end early, and may be empty, at
 * FEED_ANSWER_SIZE_MAX bytes or FEED_SCAN_COUNT_MAX events looked at.
 */
#ifndef HYEOPCHI_RUNTIME_FEED_H
#define HYEOPCHI_RUNTIME_FEED_H

#include "runtime/http.h"
#include "runtime/proto_json.h"
#include "runtime/publisher.h"
#include "runtime/reader.h"

enum {
    FEED_CLIENT_COUNT_MAX = 1000,
    FEED_COMMENT_MS = 15000,
    FEED_LIMIT_MAX = 1000,
    FEED_LIMIT_DEFAULT = 100,
    FEED_WAIT_MAX_S = 20,
    FEED_TYPE_COUNT_MAX = 16,
    FEED_ANSWER_SIZE_MAX = 1024 * 1024, /* no further event is added past this */
    FEED_SCAN_COUNT_MAX = 10000,        /* events looked at for one answer */
};

struct feed_options {
    struct loop *loop;
    struct publisher *publisher;
    struct reader *reader;
    const char *stream;
    const ProtobufCMessageDescriptor *const *types; /* NULL-terminated */
};

struct feed;
ERR_CHECKED enum err feed_open(const struct feed_options *options, struct feed **ret_feed);
/* The route's handler; context is the struct feed. */
void feed_handle(struct http_request *request, void *context);
/* Ends every stream and answers who waits; before the server stops. Its memory goes when the reader
 * has finished what it reads for it. Takes NULL. */
void feed_close(struct feed *feed);

#endif
