/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events on the wire: the frame header that gap logic reads, and the envelope
 * inside it (proto/hyeopchi/event/v1/envelope.proto, which is CloudEvents 1.0
 * under other spelling). No generated name leaves event.c.
 *
 * frame = topic and its NUL || u8 version = 1 || u8 kind || u16 flags || u64 epoch
 *         || u64 seq || u64 low_seq || u32 crc32c of the payload || payload
 * Big-endian. The topic is the stream's ASCII name. A heartbeat carries the
 * head's seq and no payload.
 *
 * chain_n = SHA-256(chain_{n-1} || be64(n) || envelope), chain_0 = 32 zero bytes.
 *
 * Pure functions; any thread.
 */
#ifndef HYEOPCHI_RUNTIME_EVENT_H
#define HYEOPCHI_RUNTIME_EVENT_H

#include "runtime/buffer.h"
#include "runtime/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
    EVENT_FRAME_VERSION = 1,
    EVENT_STREAM_SIZE = 32, /* a stream's name with its NUL */
    EVENT_ID_SIZE = 37,     /* a UUID as text with its NUL */
    EVENT_TYPE_SIZE = 128,
    EVENT_SUBJECT_SIZE = 128,
    EVENT_SOURCE_SIZE = 128,
    EVENT_TRACEPARENT_SIZE = 56,
    EVENT_CHAIN_SIZE = 32,
    EVENT_ENVELOPE_SIZE_MAX = 256 * 1024,
    EVENT_DATA_SIZE_MAX = EVENT_ENVELOPE_SIZE_MAX - 1024, /* fits whatever its envelope's texts */
    EVENT_FRAME_SIZE_MAX = 1024 * 1024, /* what a subscriber accepts from the bus */
    EVENT_FRAME_HEADER_SIZE = 1 + 1 + 2 + 8 + 8 + 8 + 4,
};

enum event_frame_kind {
    EVENT_FRAME_EVENT = 1,
    EVENT_FRAME_HEARTBEAT = 2,
    EVENT_FRAME_CONTROL = 3,
};

struct event_frame {
    char stream[EVENT_STREAM_SIZE];
    enum event_frame_kind kind;
    uint16_t flags;
    uint64_t epoch;
    uint64_t seq;
    uint64_t low_seq;
    const uint8_t *payload; /* borrowed from the parsed message */
    size_t payload_length;
};

/* What a service says, before it has a number. Text is borrowed until the commit is done. */
struct event_draft {
    const char *type;    /* kr.hyeopchi.<service>.<noun>.<past-verb>.v1 */
    const char *subject; /* ballots/<id> */
    const char *dataschema;
    const char *traceparent;    /* NULL or "" when none */
    const char *correlation_id; /* NULL or "" when none */
    const char *causation_id;   /* NULL or "" when none */
    uint8_t *data;              /* encoded message, malloc'd: taken by whoever takes the draft */
    size_t data_length;
};

/* One event as heard. Strings are copies; data points into the envelope's memory. */
struct event {
    char id[EVENT_ID_SIZE];
    char source[EVENT_SOURCE_SIZE];
    char type[EVENT_TYPE_SIZE];
    char subject[EVENT_SUBJECT_SIZE];
    char dataschema[EVENT_TYPE_SIZE];
    char traceparent[EVENT_TRACEPARENT_SIZE];
    char correlation_id[EVENT_ID_SIZE];
    char causation_id[EVENT_ID_SIZE];
    int64_t time_ms;
    uint64_t epoch;
    uint64_t seq;
    const uint8_t *data;
    size_t data_length;
    void *owner; /* freed by event_release() */
};

/* Appends a whole frame. */
void event_frame_encode(struct buffer *buffer, const struct event_frame *frame);

/* Reads a frame; checks the name ([a-z0-9._-]), version, kind, lengths and CRC. ERR_INVALID for
 * anything else. */
ERR_CHECKED enum err event_frame_decode(const void *data, size_t length,
                                        struct event_frame *ret_frame);

/* Appends the envelope of a numbered draft to an initialised buffer; its partition key is the
 * subject's second segment. ERR_FULL past EVENT_ENVELOPE_SIZE_MAX. ERR_INVALID when a text is too long
 * or not printable ASCII, or id, source, type or seq is missing: nobody could read it. */
struct event_number {
    const char *event_id;
    const char *source;
    int64_t time_ms;
    uint64_t epoch;
    uint64_t seq;
};
ERR_CHECKED enum err event_encode(const struct event_draft *draft,
                                  const struct event_number *number, struct buffer *ret_envelope);

/* Decodes an envelope; ERR_INVALID when it is none, a field is too long, or one of the texts is not
 * printable ASCII. */
ERR_CHECKED enum err event_decode(const void *envelope, size_t length, struct event *ret_event);

/* Frees what event_decode() made; takes zeroed structs. */
void event_release(struct event *event);

/* Moves the chain on by one event. */
void event_chain(uint8_t chain[EVENT_CHAIN_SIZE], uint64_t seq, const void *envelope,
                 size_t length);

#endif
