/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protobuf-c's way into a struct buffer. Must never look into a message.
 */
#include "runtime/event_pack.h"

/* What protobuf-c packs into. */
struct sink {
    ProtobufCBuffer base; /* first, so that the base is the sink */
    struct buffer *buffer;
};

static void sink_append(ProtobufCBuffer *base, size_t length, const uint8_t *data)
{
    buffer_append(((struct sink *)base)->buffer, data, length);
}

void event_pack(const ProtobufCMessage *message, struct buffer *buffer)
{
    struct sink sink = {.base = {.append = sink_append}, .buffer = buffer};

    (void)protobuf_c_message_pack_to_buffer(message, &sink.base); /* The buffer knows. */
}
