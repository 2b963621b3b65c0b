/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From any message of protobuf-c to bytes, in one place. Any thread.
 */
#ifndef HYEOPCHI_RUNTIME_EVENT_PACK_H
#define HYEOPCHI_RUNTIME_EVENT_PACK_H

#include "runtime/buffer.h"

#include <protobuf-c/protobuf-c.h>

/* Appends the packed message; the buffer's status is the caller's to ask for. */
void event_pack(const ProtobufCMessage *message, struct buffer *buffer);

#endif
