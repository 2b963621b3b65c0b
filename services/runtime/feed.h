/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/events: a service's own stream over HTTP, for those who do not speak
 * nng (EVENTS.md section 5). One cursor per client over the publisher's ring
 * and the log: a slow client is an old cursor, not a queue.
 *
 *   after=<epoch>-<seq> (or Last-Event-ID), types=a,b (exact event types), limit=1..1000, wait=0..20 s
 *   text/event-stream                  id: <epoch>-<seq>, event: <type>, data: CloudEvents JSON; `: hb` every 15 s;
 *                                      `event: reset` when the cursor is older than what is kept
 *   application/x-ndjson               what there is now (or within wait), one CloudEvents JSON a line
 *   application/cloudevents-batch+json the same as one array
 */
#ifndef HYEOPCHI_RUNTIME_FEED_H
#define HYEOPCHI_RUNTIME_FEED_H

#include "runtime/http.h"
#include "runtime/proto_json.h"
#include "runtime/publisher.h"
#include "runtime/reader.h"

enum { FEED_CLIENT_COUNT_MAX = 1000, FEED_COMMENT_MS = 15000 };

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
void feed_handle(struct http_request *request, void *feed);
/* Ends every stream; before the server stops. Takes NULL. */
void feed_close(struct feed *feed);

#endif
