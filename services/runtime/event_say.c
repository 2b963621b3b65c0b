/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs messages by their descriptors. Must never look into one.
 */
#include "runtime/event_say.h"

#include <assert.h>
#include <stdlib.h>

struct event_cause event_cause_of(const struct event *event)
{
    if (event == NULL) {
        return (struct event_cause){.causation_id = NULL};
    }
    return (struct event_cause){
        .traceparent = event->traceparent,
        .correlation_id = event->correlation_id[0] != '\0' ? event->correlation_id : event->id,
        .causation_id = event->id,
    };
}

enum err event_say(struct writer_tx *tx, const struct event_saying *saying,
                   const ProtobufCMessage *message)
{
    struct event_draft draft = {
        .type = saying->type,
        .subject = saying->subject,
        .dataschema = message->descriptor->name,
        .traceparent = saying->cause->traceparent,
        .correlation_id = saying->cause->correlation_id,
        .causation_id = saying->cause->causation_id,
        .data_length = protobuf_c_message_get_packed_size(message),
    };
    size_t packed;

    draft.data = malloc(draft.data_length + 1);
    if (draft.data == NULL) {
        return ERR_UNAVAILABLE;
    }
    packed = protobuf_c_message_pack(message, draft.data);
    assert(packed == draft.data_length);
    (void)packed; /* Only read by the assertion. */
    return writer_tx_event(tx, &draft);
}

char *event_say_text(const char *text)
{
    return (char *)(uintptr_t)text;
}
