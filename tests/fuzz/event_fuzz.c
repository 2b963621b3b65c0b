/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a message of the bus, and as an envelope of a Fetch answer. A
 * frame that decodes encodes to the same bytes; an event that decodes may be
 * printed anywhere, and encodes to an envelope that decodes to the same event.
 */
#include "runtime/event.h"

#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "runtime/crypto.h"

static void assert_printable(const char *text, size_t size)
{
    size_t length = strlen(text);

    assert(length < size);
    for (size_t i = 0; i < length; i++) {
        assert(text[i] >= 0x20 && text[i] <= 0x7E);
    }
}

static void assert_same(const struct event *left, const struct event *right)
{
    assert(strcmp(left->id, right->id) == 0);
    assert(strcmp(left->source, right->source) == 0);
    assert(strcmp(left->type, right->type) == 0);
    assert(strcmp(left->subject, right->subject) == 0);
    assert(strcmp(left->dataschema, right->dataschema) == 0);
    assert(strcmp(left->traceparent, right->traceparent) == 0);
    assert(strcmp(left->correlation_id, right->correlation_id) == 0);
    assert(strcmp(left->causation_id, right->causation_id) == 0);
    assert(left->time_ms == right->time_ms);
    assert(left->epoch == right->epoch && left->seq == right->seq);
    assert(left->data_length == right->data_length);
    if (left->data_length > 0) {
        assert(memcmp(left->data, right->data, left->data_length) == 0);
    }
}

/* Encodes the event as if it were said anew. */
static enum err encode_again(const struct event *event, uint8_t *data, struct buffer *ret_envelope)
{
    const struct event_draft draft = {
        .type = event->type,
        .subject = event->subject,
        .dataschema = event->dataschema,
        .traceparent = event->traceparent,
        .correlation_id = event->correlation_id,
        .causation_id = event->causation_id,
        .data = data,
        .data_length = event->data_length,
    };
    const struct event_number number = {
        .event_id = event->id,
        .source = event->source,
        .time_ms = event->time_ms,
        .epoch = event->epoch,
        .seq = event->seq,
    };

    return event_encode(&draft, &number, ret_envelope);
}

static void try_envelope(const uint8_t *data, size_t size)
{
    static uint8_t copy[EVENT_ENVELOPE_SIZE_MAX];
    struct event event = {.seq = 0};
    struct event again = {.seq = 0};
    struct buffer envelope;

    if (event_decode(data, size, &event) != ERR_OK) {
        assert(event.owner == NULL);
        return;
    }
    assert(event.seq > 0 && event.id[0] != '\0');
    assert_printable(event.id, sizeof event.id);
    assert_printable(event.type, sizeof event.type);
    assert_printable(event.subject, sizeof event.subject);
    assert_printable(event.traceparent, sizeof event.traceparent);

    if (event.data_length > 0) {
        memcpy(copy, event.data, event.data_length);
    }
    buffer_init(&envelope, EVENT_ENVELOPE_SIZE_MAX);
    /* It may have become too long by the partition key, which decoding does not ask for. */
    if (encode_again(&event, copy, &envelope) == ERR_OK) {
        enum err err = event_decode(envelope.data, envelope.length, &again);

        assert(err == ERR_OK);
        assert_same(&event, &again);
    }
    buffer_release(&envelope);
    event_release(&again);
    event_release(&event);
}

static void try_frame(const uint8_t *data, size_t size)
{
    struct event_frame frame;
    struct buffer again;

    if (event_frame_decode(data, size, &frame) != ERR_OK) {
        return;
    }
    buffer_init(&again, EVENT_FRAME_SIZE_MAX);
    event_frame_encode(&again, &frame);
    assert(buffer_status(&again) == ERR_OK);
    assert(again.length == size && memcmp(again.data, data, size) == 0);
    buffer_release(&again);
    try_envelope(frame.payload, frame.payload_length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum err err = crypto_open();

    assert(err == ERR_OK);
    try_frame(data, size);
    try_envelope(data, size);
    return 0;
}
