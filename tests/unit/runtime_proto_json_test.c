/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages as JSON: every type a field can have, alone and repeated, messages
 * in messages, what is not set, what is new, and what does not decode. The
 * message types are made here by hand, so that all of that can be in one.
 */
#include "runtime/proto_json.h"

#include "runtime/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ONEOF = PROTOBUF_C_FIELD_FLAG_ONEOF };

/* --- An enumeration. ----------------------------------------------------------------------------- */

static const ProtobufCEnumValue colour_values[] = {
    {"COLOUR_UNSPECIFIED", "C0", 0},
    {"COLOUR_RED", "C1", 1},
};
static const ProtobufCIntRange colour_ranges[] = {{0, 0}, {0, 2}};
static const ProtobufCEnumDescriptor colour_descriptor = {
    .magic = PROTOBUF_C__ENUM_DESCRIPTOR_MAGIC,
    .name = "test.Colour",
    .n_values = 2,
    .values = colour_values,
    .n_value_ranges = 1,
    .value_ranges = colour_ranges,
};

/* --- A message in a message. --------------------------------------------------------------------- */

struct inner {
    ProtobufCMessage base;
    int32_t number;
};

static const ProtobufCFieldDescriptor inner_fields[] = {
    {.name = "number",
     .id = 1,
     .label = PROTOBUF_C_LABEL_NONE,
     .type = PROTOBUF_C_TYPE_INT32,
     .offset = offsetof(struct inner, number)},
};
static const ProtobufCIntRange inner_ranges[] = {{1, 0}, {0, 1}};
static const ProtobufCMessageDescriptor inner_descriptor = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "test.Inner",
    .sizeof_message = sizeof(struct inner),
    .n_fields = 1,
    .fields = inner_fields,
    .n_field_ranges = 1,
    .field_ranges = inner_ranges,
};

/* --- A message with everything. ------------------------------------------------------------------ */

struct outer {
    ProtobufCMessage base;
    int32_t i32;
    int64_t i64;
    uint32_t u32;
    uint64_t u64;
    float single;
    double real;
    protobuf_c_boolean flag;
    int colour;
    char *text;
    ProtobufCBinaryData bytes;
    struct inner *one;
    size_t n_many;
    struct inner **many;
    size_t n_longs;
    int64_t *longs;
    size_t n_texts;
    char **texts;
    size_t n_colours;
    int *colours;
    size_t n_flags;
    protobuf_c_boolean *flags;
    size_t n_blobs;
    ProtobufCBinaryData *blobs;
    uint32_t choice_case;

    union {
        int32_t left;
        int32_t right;
    } choice;
};

#define SINGLE(number, field_name, kind, more)                                                     \
    {                                                                                              \
        .name = #field_name, .id = (number), .label = PROTOBUF_C_LABEL_NONE,                       \
        .type = PROTOBUF_C_TYPE_##kind, .offset = offsetof(struct outer, field_name),              \
        .descriptor = (more)                                                                       \
    }
#define REPEATED(number, field_name, kind, more)                                                   \
    {                                                                                              \
        .name = #field_name, .id = (number), .label = PROTOBUF_C_LABEL_REPEATED,                   \
        .type = PROTOBUF_C_TYPE_##kind, .offset = offsetof(struct outer, field_name),              \
        .quantifier_offset = offsetof(struct outer, n_##field_name), .descriptor = (more)          \
    }
#define CHOICE(number, field_name)                                                                 \
    {                                                                                              \
        .name = #field_name, .id = (number), .label = PROTOBUF_C_LABEL_NONE,                       \
        .type = PROTOBUF_C_TYPE_INT32, .offset = offsetof(struct outer, choice.field_name),        \
        .quantifier_offset = offsetof(struct outer, choice_case), .flags = ONEOF                   \
    }

static const ProtobufCFieldDescriptor outer_fields[] = {
    SINGLE(1, i32, SINT32, NULL),
    SINGLE(2, i64, INT64, NULL),
    SINGLE(3, u32, FIXED32, NULL),
    SINGLE(4, u64, UINT64, NULL),
    SINGLE(5, single, FLOAT, NULL),
    SINGLE(6, real, DOUBLE, NULL),
    SINGLE(7, flag, BOOL, NULL),
    SINGLE(8, colour, ENUM, &colour_descriptor),
    SINGLE(9, text, STRING, NULL),
    SINGLE(10, bytes, BYTES, NULL),
    SINGLE(11, one, MESSAGE, &inner_descriptor),
    REPEATED(12, many, MESSAGE, &inner_descriptor),
    REPEATED(13, longs, SFIXED64, NULL),
    REPEATED(14, texts, STRING, NULL),
    REPEATED(15, colours, ENUM, &colour_descriptor),
    REPEATED(16, flags, BOOL, NULL),
    REPEATED(17, blobs, BYTES, NULL),
    CHOICE(18, left),
    CHOICE(19, right),
};

enum { OUTER_FIELD_COUNT = sizeof outer_fields / sizeof outer_fields[0] };

static const ProtobufCIntRange outer_ranges[] = {{1, 0}, {0, OUTER_FIELD_COUNT}};
static const ProtobufCMessageDescriptor outer_descriptor = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "test.Outer",
    .sizeof_message = sizeof(struct outer),
    .n_fields = OUTER_FIELD_COUNT,
    .fields = outer_fields,
    .n_field_ranges = 1,
    .field_ranges = outer_ranges,
};

/* --- A message that contains itself. ------------------------------------------------------------- */

struct knot {
    ProtobufCMessage base;
    struct knot *next;
};

static const ProtobufCMessageDescriptor knot_descriptor;
static const ProtobufCFieldDescriptor knot_fields[] = {
    {.name = "next",
     .id = 1,
     .label = PROTOBUF_C_LABEL_NONE,
     .type = PROTOBUF_C_TYPE_MESSAGE,
     .descriptor = &knot_descriptor,
     .offset = offsetof(struct knot, next)},
};
static const ProtobufCMessageDescriptor knot_descriptor = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "test.Knot",
    .sizeof_message = sizeof(struct knot),
    .n_fields = 1,
    .fields = knot_fields,
    .n_field_ranges = 1,
    .field_ranges = inner_ranges,
};

static struct outer empty_outer(void)
{
    return (struct outer){.base = {.descriptor = &outer_descriptor},
                          .text = (char *)(uintptr_t) ""};
}

/* The JSON text of a message; the caller frees it. */
static char *json_of(const struct outer *message)
{
    size_t length = protobuf_c_message_get_packed_size(&message->base);
    uint8_t *data = malloc(length + 1);
    json_t *json;
    char *text;

    assert_non_null(data);
    assert_int_equal(protobuf_c_message_pack(&message->base, data), length);
    assert_int_equal(proto_json(&outer_descriptor, data, length, &json), ERR_OK);
    free(data);
    text = json_text(json);
    json_decref(json);
    assert_non_null(text);
    return text;
}

static void an_empty_message_shows_every_field(void **state)
{
    struct outer message = empty_outer();
    char *text = json_of(&message);

    (void)state;
    assert_string_equal(text,
                        "{\"i32\":0,\"i64\":\"0\",\"u32\":0,\"u64\":\"0\",\"single\":0.0,"
                        "\"real\":0.0,\"flag\":false,\"colour\":\"COLOUR_UNSPECIFIED\","
                        "\"text\":\"\",\"bytes\":\"\",\"one\":null,\"many\":[],\"longs\":[],"
                        "\"texts\":[],\"colours\":[],\"flags\":[],\"blobs\":[]}");
    free(text);
}

static void a_full_message_shows_every_value(void **state)
{
    struct inner inner[3];
    struct inner *many[] = {&inner[1], &inner[2]};
    int64_t longs[] = {INT64_MIN, INT64_MAX};
    char words[][8] = {"가", ""};
    char *texts[] = {words[0], words[1]};
    int colours[] = {1, 7};
    protobuf_c_boolean flags[] = {1, 0};
    uint8_t blob[] = {0xff, 0xfe, 0x00};
    ProtobufCBinaryData blobs[] = {{.len = 3, .data = blob}};
    struct outer message = empty_outer();
    char *text;

    (void)state;
    for (int i = 0; i < 3; i++) {
        inner[i] = (struct inner){.base = {.descriptor = &inner_descriptor}, .number = i};
    }
    message.i32 = INT32_MIN;
    message.i64 = INT64_MIN;
    message.u32 = UINT32_MAX;
    message.u64 = UINT64_MAX;
    message.single = 0.5F;
    message.real = (double)INFINITY;
    message.flag = 1;
    message.colour = 1;
    message.text = words[0];
    message.bytes = blobs[0];
    message.one = &inner[0];
    message.n_many = 2;
    message.many = many;
    message.n_longs = 2;
    message.longs = longs;
    message.n_texts = 2;
    message.texts = texts;
    message.n_colours = 2;
    message.colours = colours;
    message.n_flags = 2;
    message.flags = flags;
    message.n_blobs = 1;
    message.blobs = blobs;
    message.choice_case = 19;
    message.choice.right = 0;
    text = json_of(&message);
    assert_string_equal(
        text,
        "{\"i32\":-2147483648,\"i64\":\"-9223372036854775808\",\"u32\":4294967295,"
        "\"u64\":\"18446744073709551615\",\"single\":0.5,\"real\":\"Infinity\",\"flag\":true,"
        "\"colour\":\"COLOUR_RED\",\"text\":\"가\",\"bytes\":\"//4A\",\"one\":{\"number\":0},"
        "\"many\":[{\"number\":1},{\"number\":2}],"
        "\"longs\":[\"-9223372036854775808\",\"9223372036854775807\"],\"texts\":[\"가\",\"\"],"
        "\"colours\":[\"COLOUR_RED\",7],\"flags\":[true,false],\"blobs\":[\"//4A\"],"
        "\"right\":0}");
    free(text);
}

static void what_does_not_decode_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        {"\x08", 1},             /* a field without its value */
        {"\x4a\x05hi", 4},       /* text shorter than it says */
        {"\x4a\x02\xff\xfe", 4}, /* text that is not UTF-8 */
        {"\x5a\x01\x08", 3},     /* a broken message in a message */
        {"\x0f", 1},             /* a wire type that does not exist */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12}, /* a number without end */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *json = NULL;

        assert_int_equal(proto_json(&outer_descriptor, cases[i].bytes, cases[i].length, &json),
                         ERR_INVALID);
        assert_null(json);
    }
}

static void a_type_that_contains_itself_is_refused_unread(void **state)
{
    json_t *json = NULL;

    (void)state;
    assert_int_equal(proto_json(&knot_descriptor, "", 0, &json), ERR_INVALID);
    assert_null(json);
}

static struct event sample_event(void)
{
    struct event event = {.time_ms = 1663545600123, .epoch = 1, .seq = 42};

    (void)snprintf(event.id, sizeof event.id, "01890000-0000-7000-8000-000000000000");
    (void)snprintf(event.source, sizeof event.source, "//hyeopchi/seongdong/participation");
    (void)snprintf(event.type, sizeof event.type, "kr.hyeopchi.test.thing.happened.v1");
    (void)snprintf(event.subject, sizeof event.subject, "ballots/b-1/votes");
    (void)snprintf(event.dataschema, sizeof event.dataschema, "test.Inner");
    event.data = (const uint8_t *)"\x08\x07";
    event.data_length = 2;
    return event;
}

static void an_event_is_a_cloud_event_with_its_data_as_json(void **state)
{
    const ProtobufCMessageDescriptor *const types[] = {&outer_descriptor, &inner_descriptor, NULL};
    struct event event = sample_event();
    json_t *json;
    char *text;

    (void)state;
    assert_int_equal(proto_json_event(&event, types, &json), ERR_OK);
    text = json_text(json);
    json_decref(json);
    assert_string_equal(text,
                        "{\"specversion\":\"1.0\","
                        "\"id\":\"01890000-0000-7000-8000-000000000000\","
                        "\"source\":\"//hyeopchi/seongdong/participation\","
                        "\"type\":\"kr.hyeopchi.test.thing.happened.v1\","
                        "\"subject\":\"ballots/b-1/votes\","
                        "\"time\":\"2022-09-19T00:00:00.123Z\",\"dataschema\":\"test.Inner\","
                        "\"epoch\":\"1\",\"seq\":\"42\",\"partitionkey\":\"b-1\","
                        "\"datacontenttype\":\"application/json\",\"data\":{\"number\":7}}");
    free(text);
}

static void an_unknown_type_travels_as_base64(void **state)
{
    struct event event = sample_event();
    json_t *json;
    char *text;

    (void)state;
    (void)snprintf(event.traceparent, sizeof event.traceparent, "00-1-2-01");
    (void)snprintf(event.correlation_id, sizeof event.correlation_id, "c");
    (void)snprintf(event.causation_id, sizeof event.causation_id, "d");
    assert_int_equal(proto_json_event(&event, NULL, &json), ERR_OK);
    text = json_text(json);
    json_decref(json);
    assert_non_null(strstr(text,
                           "\"traceparent\":\"00-1-2-01\",\"correlationid\":\"c\","
                           "\"causationid\":\"d\",\"datacontenttype\":"
                           "\"application/protobuf\",\"data_base64\":\"CAc=\"}"));
    free(text);
}

static void an_event_whose_data_does_not_decode_is_refused(void **state)
{
    const ProtobufCMessageDescriptor *const types[] = {&inner_descriptor, NULL};
    struct event event = sample_event();
    json_t *json = NULL;

    (void)state;
    event.data_length = 1;
    assert_int_equal(proto_json_event(&event, types, &json), ERR_INVALID);
    assert_null(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_message_shows_every_field),
        cmocka_unit_test(a_full_message_shows_every_value),
        cmocka_unit_test(what_does_not_decode_is_refused),
        cmocka_unit_test(a_type_that_contains_itself_is_refused_unread),
        cmocka_unit_test(an_event_is_a_cloud_event_with_its_data_as_json),
        cmocka_unit_test(an_unknown_type_travels_as_base64),
        cmocka_unit_test(an_event_whose_data_does_not_decode_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
