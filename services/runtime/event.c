/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames and envelopes to bytes and back. Decoding is where foreign bytes come
 * in: every length is checked before it is used, and text that is not printable
 * ASCII within its bound is refused, so that whoever holds a struct event may
 * print it anywhere. Must never trust a length it has not compared.
 */
#include "runtime/event.h"

#include "runtime/crypto.h"
#include "runtime/event_pack.h"

#include "hyeopchi/event/v1/envelope.pb-c.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static_assert((int)EVENT_CHAIN_SIZE == (int)CRYPTO_HASH_SIZE, "the chain is SHA-256");
static_assert((int)EVENT_ID_SIZE == (int)CRYPTO_UUID_TEXT_SIZE, "an event's id is a UUID");
static_assert(EVENT_ENVELOPE_SIZE_MAX + EVENT_STREAM_SIZE + EVENT_FRAME_HEADER_SIZE <=
                  EVENT_FRAME_SIZE_MAX,
              "every envelope fits a frame");

static bool is_stream_character(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
           character == '-' || character == '_' || character == '.';
}

/* Length of the stream's name that a NUL ends within size bytes; 0 when there is none. */
static size_t stream_length(const char *text, size_t size)
{
    size_t length = 0;

    while (length < size && length < EVENT_STREAM_SIZE && is_stream_character(text[length])) {
        length++;
    }
    return length < size && length < EVENT_STREAM_SIZE && text[length] == '\0' ? length : 0;
}

void event_frame_encode(struct buffer *buffer, const struct event_frame *frame)
{
    size_t name_length = stream_length(frame->stream, sizeof frame->stream);

    assert(name_length > 0);
    assert(frame->kind >= EVENT_FRAME_EVENT && frame->kind <= EVENT_FRAME_CONTROL);
    assert(frame->payload_length <= EVENT_ENVELOPE_SIZE_MAX);
    buffer_append(buffer, frame->stream, name_length + 1);
    buffer_append_u8(buffer, EVENT_FRAME_VERSION);
    buffer_append_u8(buffer, (uint8_t)frame->kind);
    buffer_append_u16(buffer, frame->flags);
    buffer_append_u64(buffer, frame->epoch);
    buffer_append_u64(buffer, frame->seq);
    buffer_append_u64(buffer, frame->low_seq);
    buffer_append_u32(buffer, crypto_crc32c(frame->payload, frame->payload_length));
    buffer_append(buffer, frame->payload, frame->payload_length);
}

/* Reads size bytes big-endian and moves on; the caller has checked that they are there. */
static uint64_t read_number(const uint8_t **at, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++) {
        value = value << 8 | (*at)[i];
    }
    *at += size;
    return value;
}

/* What each kind may carry. */
static bool is_frame_sound(const struct event_frame *frame)
{
    switch (frame->kind) {
    case EVENT_FRAME_EVENT:
        return frame->seq > 0 && frame->payload_length > 0 &&
               frame->payload_length <= EVENT_ENVELOPE_SIZE_MAX;
    case EVENT_FRAME_HEARTBEAT:
        return frame->payload_length == 0;
    case EVENT_FRAME_CONTROL:
        return frame->payload_length <= EVENT_ENVELOPE_SIZE_MAX;
    }
    return false; /* A number that is no kind. */
}

enum err event_frame_decode(const void *data, size_t length, struct event_frame *ret_frame)
{
    const uint8_t *at = data;
    struct event_frame frame = {.flags = 0};
    size_t name_length;
    uint64_t version;
    uint64_t crc32c;

    if (length > EVENT_FRAME_SIZE_MAX) {
        return ERR_INVALID;
    }
    name_length = stream_length(data, length);
    if (name_length == 0 || length - name_length - 1 < EVENT_FRAME_HEADER_SIZE) {
        return ERR_INVALID;
    }
    memcpy(frame.stream, at, name_length + 1);
    at += name_length + 1;

    version = read_number(&at, 1);
    frame.kind = (enum event_frame_kind)read_number(&at, 1);
    frame.flags = (uint16_t)read_number(&at, 2);
    frame.epoch = read_number(&at, 8);
    frame.seq = read_number(&at, 8);
    frame.low_seq = read_number(&at, 8);
    crc32c = read_number(&at, 4);
    frame.payload = at;
    frame.payload_length = length - name_length - 1 - EVENT_FRAME_HEADER_SIZE;

    if (version != EVENT_FRAME_VERSION || !is_frame_sound(&frame) ||
        crypto_crc32c(frame.payload, frame.payload_length) != crc32c) {
        return ERR_INVALID;
    }
    *ret_frame = frame;
    return ERR_OK;
}

/* Printable ASCII that fits size bytes with its NUL. */
static bool is_text(const char *text, size_t size)
{
    size_t length = 0;

    while (length < size && text[length] != '\0') {
        if (text[length] < 0x20 || text[length] > 0x7E) {
            return false;
        }
        length++;
    }
    return length < size;
}

/* protobuf-c's fields are not const, though packing only reads them. */
static char *field_text(const char *text)
{
    union {
        const char *in;
        char *out;
    } field = {.in = text != NULL ? text : ""};

    return field.out;
}

/* The id in the subject: its second segment; the whole of a subject that has no slash. */
static void partition_key(const char *subject, char ret_key[EVENT_SUBJECT_SIZE])
{
    const char *slash = strchr(subject, '/');
    const char *start = slash != NULL ? slash + 1 : subject;
    size_t length = strcspn(start, "/");

    assert(length < EVENT_SUBJECT_SIZE);
    memcpy(ret_key, start, length);
    ret_key[length] = '\0';
}

/* The bounds that decoding holds a message to. */
static bool is_envelope_sound(const Hyeopchi__Event__V1__Envelope *envelope)
{
    return envelope->seq > 0 && envelope->id[0] != '\0' && envelope->source[0] != '\0' &&
           envelope->type[0] != '\0' && is_text(envelope->id, EVENT_ID_SIZE) &&
           is_text(envelope->source, EVENT_SOURCE_SIZE) &&
           is_text(envelope->type, EVENT_TYPE_SIZE) &&
           is_text(envelope->subject, EVENT_SUBJECT_SIZE) &&
           is_text(envelope->dataschema, EVENT_TYPE_SIZE) &&
           is_text(envelope->traceparent, EVENT_TRACEPARENT_SIZE) &&
           is_text(envelope->correlationid, EVENT_ID_SIZE) &&
           is_text(envelope->causationid, EVENT_ID_SIZE);
}

enum err event_encode(const struct event_draft *draft, const struct event_number *number,
                      struct buffer *ret_envelope)
{
    Hyeopchi__Event__V1__Envelope envelope = HYEOPCHI__EVENT__V1__ENVELOPE__INIT;
    char key[EVENT_SUBJECT_SIZE];

    assert(draft->data != NULL || draft->data_length == 0);
    envelope.id = field_text(number->event_id);
    envelope.source = field_text(number->source);
    envelope.type = field_text(draft->type);
    envelope.subject = field_text(draft->subject);
    envelope.dataschema = field_text(draft->dataschema);
    envelope.event_time_ms = number->time_ms;
    envelope.epoch = number->epoch;
    envelope.seq = number->seq;
    envelope.traceparent = field_text(draft->traceparent);
    envelope.correlationid = field_text(draft->correlation_id);
    envelope.causationid = field_text(draft->causation_id);
    envelope.data.data = draft->data;
    envelope.data.len = draft->data_length;
    if (!is_envelope_sound(&envelope)) {
        return ERR_INVALID;
    }
    partition_key(envelope.subject, key);
    envelope.partitionkey = key;

    if (hyeopchi__event__v1__envelope__get_packed_size(&envelope) > EVENT_ENVELOPE_SIZE_MAX) {
        return ERR_FULL;
    }
    event_pack(&envelope.base, ret_envelope);
    return buffer_status(ret_envelope);
}

static void copy_text(char *ret_text, size_t size, const char *text)
{
    size_t length = strlen(text);

    assert(length < size);
    memcpy(ret_text, text, length + 1);
}

enum err event_decode(const void *envelope, size_t length, struct event *ret_event)
{
    Hyeopchi__Event__V1__Envelope *message;
    struct event event = {.seq = 0};

    if (length == 0 || length > EVENT_ENVELOPE_SIZE_MAX) {
        return ERR_INVALID;
    }
    message = hyeopchi__event__v1__envelope__unpack(NULL, length, envelope);
    if (message == NULL) {
        return ERR_INVALID;
    }
    if (!is_envelope_sound(message)) {
        hyeopchi__event__v1__envelope__free_unpacked(message, NULL);
        return ERR_INVALID;
    }

    copy_text(event.id, sizeof event.id, message->id);
    copy_text(event.source, sizeof event.source, message->source);
    copy_text(event.type, sizeof event.type, message->type);
    copy_text(event.subject, sizeof event.subject, message->subject);
    copy_text(event.dataschema, sizeof event.dataschema, message->dataschema);
    copy_text(event.traceparent, sizeof event.traceparent, message->traceparent);
    copy_text(event.correlation_id, sizeof event.correlation_id, message->correlationid);
    copy_text(event.causation_id, sizeof event.causation_id, message->causationid);
    event.time_ms = message->event_time_ms;
    event.epoch = message->epoch;
    event.seq = message->seq;
    event.data = message->data.data;
    event.data_length = message->data.len;
    event.owner = message;
    *ret_event = event;
    return ERR_OK;
}

void event_release(struct event *event)
{
    if (event->owner != NULL) {
        hyeopchi__event__v1__envelope__free_unpacked(event->owner, NULL);
    }
    event->owner = NULL;
    event->data = NULL;
    event->data_length = 0;
}

void event_chain(uint8_t chain[EVENT_CHAIN_SIZE], uint64_t seq, const void *envelope, size_t length)
{
    uint8_t number[8];
    const struct crypto_bytes parts[] = {
        {chain, EVENT_CHAIN_SIZE},
        {number, sizeof number},
        {envelope, length},
    };
    uint8_t next[EVENT_CHAIN_SIZE];

    for (size_t i = 0; i < sizeof number; i++) {
        number[i] = (uint8_t)(seq >> (56 - 8 * i));
    }
    crypto_hash_parts(parts, sizeof parts / sizeof parts[0], next);
    memcpy(chain, next, sizeof next);
}
