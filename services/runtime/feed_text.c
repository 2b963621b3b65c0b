/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event as text: CloudEvents JSON, and around it what each form of the feed
 * wants. JSON text has no line breaks, so it is one data: line and one line of
 * NDJSON as it is.
 */
#include "runtime/feed_internal.h"

#include "runtime/json.h"
#include "runtime/proto_json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err render(struct feed_text *text, const struct event *event,
                       const ProtobufCMessageDescriptor *const *types);

void feed_text_init(struct feed_text *text)
{
    text->epoch = 0;
    text->seq = 0;
    text->type[0] = '\0';
    buffer_init(&text->json, FEED_EVENT_TEXT_SIZE_MAX);
}

void feed_text_release(struct feed_text *text)
{
    buffer_release(&text->json);
}

enum err feed_text_render(struct feed_text *text, const void *envelope, size_t length,
                          const ProtobufCMessageDescriptor *const *types)
{
    struct event event;
    enum err err;

    text->seq = 0;
    err = event_decode(envelope, length, &event);
    if (err) {
        return err;
    }
    err = render(text, &event, types);
    if (err) {
        err = render(text, &event, NULL);
    }
    if (!err) {
        text->seq = event.seq;
        memcpy(text->type, event.type, sizeof text->type);
    }
    event_release(&event);
    return err;
}

static enum err render(struct feed_text *text, const struct event *event,
                       const ProtobufCMessageDescriptor *const *types)
{
    json_t *json = NULL;
    char *bytes;
    enum err err;

    err = proto_json_event(event, types, &json);
    if (err) {
        return err;
    }
    bytes = json_text(json);
    json_decref(json);
    if (!bytes) {
        return ERR_INTERNAL;
    }
    buffer_clear(&text->json);
    buffer_append_text(&text->json, bytes);
    free(bytes);
    return buffer_status(&text->json);
}

void feed_text_append(const struct feed_text *text, enum feed_form form, uint64_t epoch,
                      bool is_first, struct buffer *ret_bytes)
{
    assert(text->seq > 0);
    switch (form) {
    case FEED_EVENT_STREAM:
        buffer_append_format(ret_bytes, "id: %" PRIu64 "-%" PRIu64 "\nevent: %s\ndata: ", epoch,
                             text->seq, text->type);
        buffer_append(ret_bytes, text->json.data, text->json.length);
        buffer_append_text(ret_bytes, "\n\n");
        break;
    case FEED_NDJSON:
        buffer_append(ret_bytes, text->json.data, text->json.length);
        buffer_append_text(ret_bytes, "\n");
        break;
    case FEED_BATCH:
        buffer_append_text(ret_bytes, is_first ? "[" : ",");
        buffer_append(ret_bytes, text->json.data, text->json.length);
        break;
    }
}
