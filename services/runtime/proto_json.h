/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON form of protobuf messages, by their descriptors: proto3's mapping
 * with the proto's own field names, 64-bit integers as strings, enums by name,
 * bytes as base64, every field present. For the HTTP feed and `events tail`.
 */
#ifndef HYEOPCHI_RUNTIME_PROTO_JSON_H
#define HYEOPCHI_RUNTIME_PROTO_JSON_H

#include "runtime/err.h"
#include "runtime/event.h"

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

enum { PROTO_JSON_DEPTH_MAX = 8 };

/* The message as JSON; a new reference. ERR_INVALID when it does not decode. */
ERR_CHECKED enum err proto_json(const ProtobufCMessageDescriptor *descriptor, const void *data,
                                size_t length, json_t **ret_json);

/* A CloudEvents 1.0 JSON document of an event; data is JSON where its dataschema is among the types,
 * else data_base64. A new reference. */
ERR_CHECKED enum err proto_json_event(const struct event *event,
                                      const ProtobufCMessageDescriptor *const *types,
                                      json_t **ret_json);

#endif
