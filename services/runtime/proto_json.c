/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a message by its descriptor and writes what it finds as JSON. Knows no
 * message by name. No recursion, neither here nor (for data that comes from a
 * bus) in the decoder: a type that nests deeper than PROTO_JSON_DEPTH_MAX, as
 * one that contains itself does, is refused before its bytes are looked at.
 */
#include "runtime/proto_json.h"

#include "runtime/clock.h"
#include "runtime/crypto.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_TEXT_SIZE = 24 };

/* One message that is being written. */
struct level {
    const ProtobufCMessage *message;
    json_t *object; /* borrowed from its parent, or the result */
    unsigned field;
    size_t element; /* of a repeated field */
    json_t *array;  /* borrowed from object */
};

struct walk {
    struct level levels[PROTO_JSON_DEPTH_MAX];
    size_t depth;
    bool failed;
};

static bool is_shallow(const ProtobufCMessageDescriptor *descriptor);
static void walk_step(struct walk *walk);
static void walk_repeated(struct walk *walk, struct level *level,
                          const ProtobufCFieldDescriptor *field);
static void walk_single(struct walk *walk, struct level *level,
                        const ProtobufCFieldDescriptor *field);
static json_t *walk_value(struct walk *walk, const ProtobufCFieldDescriptor *field,
                          const void *value);
static json_t *scalar(const ProtobufCFieldDescriptor *field, const void *value);
static size_t element_size(ProtobufCType type);

enum err proto_json(const ProtobufCMessageDescriptor *descriptor, const void *data, size_t length,
                    json_t **ret_json)
{
    struct walk walk = {.depth = 1};
    ProtobufCMessage *message = NULL;
    json_t *object = NULL;
    enum err err = ERR_INVALID;

    if (!is_shallow(descriptor)) {
        goto out;
    }
    message = protobuf_c_message_unpack(descriptor, NULL, length, data);
    if (!message) {
        goto out;
    }
    object = json_object();
    if (!object) {
        err = ERR_INTERNAL;
        goto out;
    }
    walk.levels[0] = (struct level){.message = message, .object = object};
    while (walk.depth > 0 && !walk.failed) {
        walk_step(&walk);
    }
    if (walk.failed) {
        goto out;
    }
    *ret_json = object;
    object = NULL;
    err = ERR_OK;

out:
    json_decref(object);
    if (message) {
        protobuf_c_message_free_unpacked(message, NULL);
    }
    return err;
}

/* Walks the types themselves, depth first; a cycle is a path without end. */
static bool is_shallow(const ProtobufCMessageDescriptor *descriptor)
{
    struct {
        const ProtobufCMessageDescriptor *descriptor;
        unsigned field;
    } path[PROTO_JSON_DEPTH_MAX];

    size_t depth = 1;

    path[0].descriptor = descriptor;
    path[0].field = 0;
    while (depth > 0) {
        const ProtobufCFieldDescriptor *field;

        if (path[depth - 1].field == path[depth - 1].descriptor->n_fields) {
            depth--;
            continue;
        }
        field = &path[depth - 1].descriptor->fields[path[depth - 1].field];
        path[depth - 1].field++;
        if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
            continue;
        }
        if (depth == PROTO_JSON_DEPTH_MAX) {
            return false;
        }
        path[depth].descriptor = field->descriptor;
        path[depth].field = 0;
        depth++;
    }
    return true;
}

/* One field, or one element of a repeated one, or the end of a message. */
static void walk_step(struct walk *walk)
{
    struct level *level = &walk->levels[walk->depth - 1];
    const ProtobufCMessageDescriptor *descriptor = level->message->descriptor;
    const ProtobufCFieldDescriptor *field;

    if (level->field == descriptor->n_fields) {
        walk->depth--;
        return;
    }
    field = &descriptor->fields[level->field];
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        walk_repeated(walk, level, field);
    } else {
        level->field++;
        walk_single(walk, level, field);
    }
}

static void walk_repeated(struct walk *walk, struct level *level,
                          const ProtobufCFieldDescriptor *field)
{
    const uint8_t *base = (const uint8_t *)level->message;
    size_t count;
    const uint8_t *elements;

    memcpy(&count, base + field->quantifier_offset, sizeof count);
    memcpy(&elements, base + field->offset, sizeof elements);
    if (!level->array) {
        level->array = json_array();
        if (json_object_set_new(level->object, field->name, level->array) != 0) {
            walk->failed = true;
            return;
        }
    }
    if (level->element < count) {
        const void *element = elements + level->element * element_size(field->type);
        json_t *array = level->array;

        level->element++;
        if (json_array_append_new(array, walk_value(walk, field, element)) != 0) {
            walk->failed = true;
        }
        return;
    }
    level->array = NULL;
    level->element = 0;
    level->field++;
}

static void walk_single(struct walk *walk, struct level *level,
                        const ProtobufCFieldDescriptor *field)
{
    const uint8_t *base = (const uint8_t *)level->message;

    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        uint32_t chosen;

        /* Of a oneof only the member that is set: the others would read as if they were, too. */
        memcpy(&chosen, base + field->quantifier_offset, sizeof chosen);
        if (chosen != field->id) {
            return;
        }
    }
    if (json_object_set_new(level->object, field->name,
                            walk_value(walk, field, base + field->offset)) != 0) {
        walk->failed = true;
    }
}

/* The value as JSON; of a message, its empty object, which becomes the next level. */
static json_t *walk_value(struct walk *walk, const ProtobufCFieldDescriptor *field,
                          const void *value)
{
    const ProtobufCMessage *const *slot = value;
    const ProtobufCMessage *message;
    json_t *object;

    if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
        return scalar(field, value);
    }
    message = *slot;
    if (!message) {
        return json_null();
    }
    object = json_object();
    if (!object) {
        return NULL;
    }
    assert(walk->depth < PROTO_JSON_DEPTH_MAX);
    walk->levels[walk->depth] = (struct level){.message = message, .object = object};
    walk->depth++;
    return object;
}

/* --- Scalars: NULL where there is no JSON for it (or no memory). -------------------------------- */

static json_t *signed_text(int64_t value)
{
    char text[NUMBER_TEXT_SIZE];

    (void)snprintf(text, sizeof text, "%" PRId64, value);
    return json_string(text);
}

static json_t *unsigned_text(uint64_t value)
{
    char text[NUMBER_TEXT_SIZE];

    (void)snprintf(text, sizeof text, "%" PRIu64, value);
    return json_string(text);
}

static json_t *real(double value)
{
    if (isnan(value)) {
        return json_string("NaN");
    }
    if (isinf(value)) {
        return json_string(value > 0 ? "Infinity" : "-Infinity");
    }
    return json_real(value);
}

static json_t *enumeration(const ProtobufCEnumDescriptor *descriptor, int value)
{
    const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value(descriptor, value);

    /* A value newer than this program keeps its number. */
    return known ? json_string(known->name) : json_integer(value);
}

static json_t *base64(const void *data, size_t length)
{
    size_t size = crypto_base64_size(length);
    char *text = malloc(size);
    json_t *string;

    if (!text) {
        return NULL;
    }
    crypto_base64(data, length, text, size);
    string = json_string(text);
    free(text);
    return string;
}

static json_t *bytes(const void *value)
{
    ProtobufCBinaryData data;

    memcpy(&data, value, sizeof data);
    return base64(data.data, data.len);
}

static json_t *text(const void *value)
{
    const char *string;

    memcpy(&string, value, sizeof string);
    return json_string(string ? string : "");
}

static json_t *scalar(const ProtobufCFieldDescriptor *field, const void *value)
{
    union {
        int32_t i32;
        uint32_t u32;
        int64_t i64;
        uint64_t u64;
        float single;
        double real;
        protobuf_c_boolean boolean;
        int enumeration;
    } of = {.u64 = 0};

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return text(value);
    case PROTOBUF_C_TYPE_BYTES:
        return bytes(value);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        memcpy(&of.i32, value, sizeof of.i32);
        return json_integer(of.i32);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        memcpy(&of.u32, value, sizeof of.u32);
        return json_integer(of.u32);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        memcpy(&of.i64, value, sizeof of.i64);
        return signed_text(of.i64);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        memcpy(&of.u64, value, sizeof of.u64);
        return unsigned_text(of.u64);
    case PROTOBUF_C_TYPE_FLOAT:
        memcpy(&of.single, value, sizeof of.single);
        return real((double)of.single);
    case PROTOBUF_C_TYPE_DOUBLE:
        memcpy(&of.real, value, sizeof of.real);
        return real(of.real);
    case PROTOBUF_C_TYPE_BOOL:
        memcpy(&of.boolean, value, sizeof of.boolean);
        return json_boolean(of.boolean != 0);
    case PROTOBUF_C_TYPE_ENUM:
        memcpy(&of.enumeration, value, sizeof of.enumeration);
        return enumeration(field->descriptor, of.enumeration);
    case PROTOBUF_C_TYPE_MESSAGE:
        break;
    }
    return NULL;
}

static size_t element_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return sizeof(uint32_t);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int);
    case PROTOBUF_C_TYPE_STRING:
        return sizeof(char *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(ProtobufCMessage *);
    }
    return 0;
}

/* --- Events. ------------------------------------------------------------------------------------- */

static const ProtobufCMessageDescriptor *find_type(const ProtobufCMessageDescriptor *const *types,
                                                   const char *name)
{
    for (size_t i = 0; types && types[i]; i++) {
        if (strcmp(types[i]->name, name) == 0) {
            return types[i];
        }
    }
    return NULL;
}

/* CloudEvents attributes that are empty are left out. */
static int set_optional(json_t *object, const char *name, const char *value)
{
    return value[0] == '\0' ? 0 : json_object_set_new(object, name, json_string(value));
}

/* The id in the subject, as event.c puts it into the envelope. */
static json_t *partition_key(const char *subject)
{
    const char *slash = strchr(subject, '/');
    const char *key = slash ? slash + 1 : subject;

    return json_stringn(key, strcspn(key, "/"));
}

static enum err set_data(json_t *object, const struct event *event,
                         const ProtobufCMessageDescriptor *const *types)
{
    const ProtobufCMessageDescriptor *descriptor = find_type(types, event->dataschema);
    json_t *data;
    enum err err;

    if (!descriptor) {
        if (json_object_set_new(object, "datacontenttype", json_string("application/protobuf")) !=
                0 ||
            json_object_set_new(object, "data_base64", base64(event->data, event->data_length)) !=
                0) {
            return ERR_INTERNAL;
        }
        return ERR_OK;
    }
    err = proto_json(descriptor, event->data, event->data_length, &data);
    if (err) {
        return err;
    }
    if (json_object_set_new(object, "datacontenttype", json_string("application/json")) != 0) {
        json_decref(data);
        return ERR_INTERNAL;
    }
    return json_object_set_new(object, "data", data) == 0 ? ERR_OK : ERR_INTERNAL;
}

enum err proto_json_event(const struct event *event, const ProtobufCMessageDescriptor *const *types,
                          json_t **ret_json)
{
    char time[CLOCK_TEXT_SIZE];
    json_t *object = json_object();
    enum err err = ERR_INTERNAL;

    if (!object) {
        return ERR_INTERNAL;
    }
    clock_format(event->time_ms, time);
    /* CloudEvents integers have 32 bits, so epoch and seq are strings. */
    if (json_object_set_new(object, "specversion", json_string("1.0")) != 0 ||
        json_object_set_new(object, "id", json_string(event->id)) != 0 ||
        json_object_set_new(object, "source", json_string(event->source)) != 0 ||
        json_object_set_new(object, "type", json_string(event->type)) != 0 ||
        set_optional(object, "subject", event->subject) != 0 ||
        json_object_set_new(object, "time", json_string(time)) != 0 ||
        set_optional(object, "dataschema", event->dataschema) != 0 ||
        json_object_set_new(object, "epoch", unsigned_text(event->epoch)) != 0 ||
        json_object_set_new(object, "seq", unsigned_text(event->seq)) != 0 ||
        json_object_set_new(object, "partitionkey", partition_key(event->subject)) != 0 ||
        set_optional(object, "traceparent", event->traceparent) != 0 ||
        set_optional(object, "correlationid", event->correlation_id) != 0 ||
        set_optional(object, "causationid", event->causation_id) != 0) {
        goto out;
    }
    err = set_data(object, event, types);
    if (err) {
        goto out;
    }
    *ret_json = object;
    object = NULL;

out:
    json_decref(object);
    return err;
}
