/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames and envelopes: golden bytes made by other programs (protoc and a
 * CRC-32C and SHA-256 of Python's), round trips, and every way a frame or an
 * envelope can be wrong. Changing a golden sample breaks the wire: publish a
 * new version beside the old one instead.
 */
#include "runtime/event.h"

#include "runtime/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { GOLDEN_SIZE = 512 };

static const char GOLDEN_FULL[] =
    "0a2430313833353336662d633830302d376162632d386465662d303132333435363738396162121b2f2f6879656f70"
    "6368692f73656f6e67646f6e672f6c65646765721a276b722e6879656f706368692e6c65646765722e656e76656c6f"
    "70652e72657365727665642e7631221362616c6c6f74732f34322f656e76656c6f70652a236879656f706368692e6c"
    "65646765722e76312e456e76656c6f706552657365727665643080d0ad98b530380140ac024a023432523730302d30"
    "616637363531393136636434336464383434386562323131633830333139632d623761643662373136393230333333"
    "312d30315a2430313833353336662d633830302d376162632d386465662d3031323334353637383961636224303138"
    "33353336662d633830302d376162632d386465662d3031323334353637383961646a06080112026869";

static const char GOLDEN_SMALL[] =
    "0a2430313833353336662d633830302d376162632d386465662d303132333435363738396162121b2f2f6879656f70"
    "6368692f73656f6e67646f6e672f6c65646765721a266b722e6879656f706368692e6c65646765722e706f7374696e"
    "672e7265636f726465642e763122047965617230ffffffffffffffffff0140ffffffffffffffffff014a047965617"
    "2";

static const char GOLDEN_EVENT_FRAME[] =
    "6c656467657200010100000000000000000007000000000000012c000000000000000cf4e369707061796c6f6164";

static const char GOLDEN_HEARTBEAT_FRAME[] =
    "6c656467657200010280010000000000000007000000000000012c000000000000000c00000000";

static uint8_t message_data[] = {0x08, 0x01, 0x12, 0x02, 'h', 'i'};

static const struct event_draft full_draft = {
    .type = "kr.hyeopchi.ledger.envelope.reserved.v1",
    .subject = "ballots/42/envelope",
    .dataschema = "hyeopchi.ledger.v1.EnvelopeReserved",
    .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    .correlation_id = "0183536f-c800-7abc-8def-0123456789ac",
    .causation_id = "0183536f-c800-7abc-8def-0123456789ad",
    .data = message_data,
    .data_length = sizeof message_data,
};

static const struct event_number full_number = {
    .event_id = "0183536f-c800-7abc-8def-0123456789ab",
    .source = "//hyeopchi/seongdong/ledger",
    .time_ms = 1663545600000,
    .epoch = 1,
    .seq = 300,
};

static size_t from_hex(const char *hex, uint8_t ret_bytes[GOLDEN_SIZE])
{
    size_t length = strlen(hex) / 2;

    assert_true(length <= GOLDEN_SIZE);
    assert_int_equal(crypto_hex_parse(hex, ret_bytes, length), ERR_OK);
    return length;
}

static void check_hex(const struct buffer *buffer, const char *expected)
{
    uint8_t bytes[GOLDEN_SIZE];
    size_t length = from_hex(expected, bytes);

    assert_int_equal(buffer_status(buffer), ERR_OK);
    assert_int_equal(buffer->length, length);
    assert_memory_equal(buffer->data, bytes, length);
}

static int open_crypto(void **state)
{
    (void)state;
    return (int)crypto_open();
}

static void an_envelope_is_encoded_to_its_golden_bytes(void **state)
{
    struct buffer envelope;

    (void)state;
    buffer_init(&envelope, EVENT_ENVELOPE_SIZE_MAX);
    assert_int_equal(event_encode(&full_draft, &full_number, &envelope), ERR_OK);
    check_hex(&envelope, GOLDEN_FULL);
    buffer_release(&envelope);
}

static void an_envelope_without_optional_fields_has_golden_bytes_too(void **state)
{
    const struct event_draft draft = {
        .type = "kr.hyeopchi.ledger.posting.recorded.v1",
        .subject = "year",
    };
    const struct event_number number = {
        .event_id = "0183536f-c800-7abc-8def-0123456789ab",
        .source = "//hyeopchi/seongdong/ledger",
        .time_ms = -1,
        .seq = UINT64_MAX,
    };
    struct buffer envelope;
    struct event event;

    (void)state;
    buffer_init(&envelope, EVENT_ENVELOPE_SIZE_MAX);
    assert_int_equal(event_encode(&draft, &number, &envelope), ERR_OK);
    check_hex(&envelope, GOLDEN_SMALL);

    assert_int_equal(event_decode(envelope.data, envelope.length, &event), ERR_OK);
    assert_string_equal(event.traceparent, "");
    assert_string_equal(event.causation_id, "");
    assert_int_equal(event.time_ms, -1);
    assert_true(event.seq == UINT64_MAX);
    assert_int_equal(event.data_length, 0);
    event_release(&event);
    buffer_release(&envelope);
}

static void golden_bytes_are_decoded_to_every_field(void **state)
{
    uint8_t bytes[GOLDEN_SIZE];
    size_t length = from_hex(GOLDEN_FULL, bytes);
    struct event event;

    (void)state;
    assert_int_equal(event_decode(bytes, length, &event), ERR_OK);
    assert_string_equal(event.id, full_number.event_id);
    assert_string_equal(event.source, full_number.source);
    assert_string_equal(event.type, full_draft.type);
    assert_string_equal(event.subject, full_draft.subject);
    assert_string_equal(event.dataschema, full_draft.dataschema);
    assert_string_equal(event.traceparent, full_draft.traceparent);
    assert_string_equal(event.correlation_id, full_draft.correlation_id);
    assert_string_equal(event.causation_id, full_draft.causation_id);
    assert_int_equal(event.time_ms, full_number.time_ms);
    assert_int_equal(event.epoch, 1);
    assert_int_equal(event.seq, 300);
    assert_int_equal(event.data_length, sizeof message_data);
    assert_memory_equal(event.data, message_data, sizeof message_data);
    event_release(&event);
    event_release(&event);
}

static void release_takes_zeroed_structs(void **state)
{
    struct event event = {.seq = 0};

    (void)state;
    event_release(&event);
}

static void check_draft_refused(const struct event_draft *draft, const struct event_number *number)
{
    struct buffer envelope;

    buffer_init(&envelope, EVENT_ENVELOPE_SIZE_MAX);
    assert_int_equal(event_encode(draft, number, &envelope), ERR_INVALID);
    assert_int_equal(envelope.length, 0);
    buffer_release(&envelope);
}

static void a_draft_nobody_could_read_is_refused(void **state)
{
    char long_subject[EVENT_SUBJECT_SIZE + 1];
    struct event_draft draft = full_draft;
    struct event_number number = full_number;
    struct buffer envelope;

    (void)state;
    memset(long_subject, 's', sizeof long_subject);
    long_subject[EVENT_SUBJECT_SIZE] = '\0';
    draft.subject = long_subject;
    check_draft_refused(&draft, &number);
    long_subject[EVENT_SUBJECT_SIZE - 1] = '\0';
    buffer_init(&envelope, EVENT_ENVELOPE_SIZE_MAX);
    assert_int_equal(event_encode(&draft, &number, &envelope), ERR_OK);
    buffer_release(&envelope);

    draft.subject = "ballots/1\nevent: forged";
    check_draft_refused(&draft, &number);
    draft.subject = "ballots/성동";
    check_draft_refused(&draft, &number);
    draft = full_draft;
    draft.type = "";
    check_draft_refused(&draft, &number);
    number.seq = 0;
    check_draft_refused(&full_draft, &number);
    number = full_number;
    number.event_id = "";
    check_draft_refused(&full_draft, &number);
}

static void an_envelope_past_its_size_is_refused(void **state)
{
    struct event_draft draft = full_draft;
    struct buffer envelope;
    struct event event;

    (void)state;
    draft.data_length = EVENT_ENVELOPE_SIZE_MAX;
    draft.data = calloc(1, draft.data_length);
    assert_non_null(draft.data);
    buffer_init(&envelope, 2 * EVENT_ENVELOPE_SIZE_MAX);
    assert_int_equal(event_encode(&draft, &full_number, &envelope), ERR_FULL);
    assert_int_equal(envelope.length, 0);

    /* The golden sample but for its data and the two more bytes of a longer length. */
    draft.data_length =
        EVENT_ENVELOPE_SIZE_MAX - (strlen(GOLDEN_FULL) / 2 - sizeof message_data) - 2;
    assert_int_equal(event_encode(&draft, &full_number, &envelope), ERR_OK);
    assert_int_equal(envelope.length, EVENT_ENVELOPE_SIZE_MAX);
    assert_int_equal(event_decode(envelope.data, envelope.length, &event), ERR_OK);
    event_release(&event);
    buffer_append_u8(&envelope, 0);
    assert_int_equal(event_decode(envelope.data, envelope.length, &event), ERR_INVALID);
    buffer_release(&envelope);
    free(draft.data);
}

static void what_is_no_envelope_is_refused(void **state)
{
    uint8_t bytes[GOLDEN_SIZE];
    size_t length = from_hex(GOLDEN_FULL, bytes);
    struct event event;

    (void)state;
    assert_int_equal(event_decode("", 0, &event), ERR_INVALID);
    assert_int_equal(event_decode("garbage", 7, &event), ERR_INVALID);
    /* Its data field is last and 8 bytes long, so every shorter run ends inside a field. */
    for (size_t cut = 1; cut < 8; cut++) {
        assert_int_equal(event_decode(bytes, length - cut, &event), ERR_INVALID);
    }
    /* A control character in the id, then an id that is too long. */
    bytes[5] = '\n';
    assert_int_equal(event_decode(bytes, length, &event), ERR_INVALID);
    length = from_hex(GOLDEN_FULL, bytes);
    memmove(bytes + 3, bytes + 2, length - 2);
    bytes[1] = 37;
    bytes[2] = '0';
    assert_int_equal(event_decode(bytes, length + 1, &event), ERR_INVALID);
}

static void a_frame_is_encoded_to_its_golden_bytes(void **state)
{
    const struct event_frame event = {
        .stream = "ledger",
        .kind = EVENT_FRAME_EVENT,
        .epoch = 7,
        .seq = 300,
        .low_seq = 12,
        .payload = (const uint8_t *)"payload",
        .payload_length = 7,
    };
    const struct event_frame heartbeat = {
        .stream = "ledger",
        .kind = EVENT_FRAME_HEARTBEAT,
        .flags = 0x8001,
        .epoch = 7,
        .seq = 300,
        .low_seq = 12,
    };
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, EVENT_FRAME_SIZE_MAX);
    event_frame_encode(&buffer, &event);
    check_hex(&buffer, GOLDEN_EVENT_FRAME);
    buffer_clear(&buffer);
    event_frame_encode(&buffer, &heartbeat);
    check_hex(&buffer, GOLDEN_HEARTBEAT_FRAME);
    buffer_release(&buffer);
}

static void golden_frames_are_decoded_to_every_field(void **state)
{
    uint8_t bytes[GOLDEN_SIZE];
    size_t length = from_hex(GOLDEN_EVENT_FRAME, bytes);
    struct event_frame frame;

    (void)state;
    assert_int_equal(event_frame_decode(bytes, length, &frame), ERR_OK);
    assert_string_equal(frame.stream, "ledger");
    assert_int_equal(frame.kind, EVENT_FRAME_EVENT);
    assert_int_equal(frame.flags, 0);
    assert_int_equal(frame.epoch, 7);
    assert_int_equal(frame.seq, 300);
    assert_int_equal(frame.low_seq, 12);
    assert_int_equal(frame.payload_length, 7);
    assert_memory_equal(frame.payload, "payload", 7);
    assert_ptr_equal(frame.payload, bytes + length - 7);

    length = from_hex(GOLDEN_HEARTBEAT_FRAME, bytes);
    assert_int_equal(event_frame_decode(bytes, length, &frame), ERR_OK);
    assert_int_equal(frame.kind, EVENT_FRAME_HEARTBEAT);
    assert_int_equal(frame.flags, 0x8001);
    assert_int_equal(frame.payload_length, 0);
}

static void every_flipped_bit_of_version_crc_or_payload_is_noticed(void **state)
{
    uint8_t bytes[GOLDEN_SIZE];
    size_t length = from_hex(GOLDEN_EVENT_FRAME, bytes);
    struct event_frame frame;

    (void)state;
    for (size_t i = 0; i < length; i++) {
        /* Kind, flags, epoch, seq and low_seq are told apart by who reads them. */
        if (i > 7 && i < length - 7 - 4) {
            continue;
        }
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] ^= (uint8_t)(1 << bit);
            if (event_frame_decode(bytes, length, &frame) == ERR_OK) {
                /* Another stream's name, but a good one. */
                assert_true(i < 6);
                assert_string_not_equal(frame.stream, "ledger");
            }
            bytes[i] ^= (uint8_t)(1 << bit);
        }
    }
    assert_int_equal(event_frame_decode(bytes, length, &frame), ERR_OK);
}

static void every_cut_frame_is_refused(void **state)
{
    uint8_t bytes[GOLDEN_SIZE];
    size_t length = from_hex(GOLDEN_EVENT_FRAME, bytes);
    struct event_frame frame;

    (void)state;
    for (size_t cut = 0; cut < length; cut++) {
        assert_int_equal(event_frame_decode(bytes, cut, &frame), ERR_INVALID);
    }
}

static void frames_that_contradict_their_kind_are_refused(void **state)
{
    uint8_t bytes[GOLDEN_SIZE];
    size_t length = from_hex(GOLDEN_EVENT_FRAME, bytes);
    struct event_frame frame;

    (void)state;
    for (unsigned kind = 0; kind < 256; kind++) {
        bytes[8] = (uint8_t)kind;
        assert_int_equal(event_frame_decode(bytes, length, &frame),
                         kind == EVENT_FRAME_EVENT || kind == EVENT_FRAME_CONTROL ? ERR_OK
                                                                                  : ERR_INVALID);
    }
    /* An event without a number, then one without a payload. */
    bytes[8] = EVENT_FRAME_EVENT;
    memset(bytes + 19, 0, 8);
    assert_int_equal(event_frame_decode(bytes, length, &frame), ERR_INVALID);
    length = from_hex(GOLDEN_HEARTBEAT_FRAME, bytes);
    bytes[8] = EVENT_FRAME_EVENT;
    assert_int_equal(event_frame_decode(bytes, length, &frame), ERR_INVALID);
}

static void wrong_stream_names_are_refused(void **state)
{
    static const char *const names[] = {"", "Ledger", "led ger", "led/ger", "l\xC3\xA9", "led\n"};
    char long_name[EVENT_STREAM_SIZE + 1];
    uint8_t bytes[GOLDEN_SIZE];
    uint8_t golden[GOLDEN_SIZE];
    size_t length = from_hex(GOLDEN_HEARTBEAT_FRAME, golden);
    struct event_frame frame;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t name_length = strlen(names[i]);

        memcpy(bytes, names[i], name_length + 1);
        memcpy(bytes + name_length + 1, golden + 7, length - 7);
        assert_int_equal(event_frame_decode(bytes, name_length + 1 + length - 7, &frame),
                         ERR_INVALID);
    }
    memset(long_name, 'a', sizeof long_name);
    long_name[EVENT_STREAM_SIZE] = '\0';
    memcpy(bytes, long_name, sizeof long_name);
    memcpy(bytes + sizeof long_name, golden + 7, length - 7);
    assert_int_equal(event_frame_decode(bytes, sizeof long_name + length - 7, &frame), ERR_INVALID);
    /* One shorter is the longest there is. */
    assert_int_equal(event_frame_decode(bytes + 1, sizeof long_name - 1 + length - 7, &frame),
                     ERR_OK);
}

static void frames_larger_than_the_bus_allows_are_refused(void **state)
{
    uint8_t *bytes = calloc(1, EVENT_FRAME_SIZE_MAX + 1);
    struct event_frame frame;

    (void)state;
    assert_non_null(bytes);
    memcpy(bytes, "ledger", 7);
    assert_int_equal(event_frame_decode(bytes, EVENT_FRAME_SIZE_MAX + 1, &frame), ERR_INVALID);
    assert_int_equal(event_frame_decode(bytes, EVENT_FRAME_SIZE_MAX, &frame), ERR_INVALID);
    free(bytes);
}

static void random_bytes_never_decode_to_something_unsound(void **state)
{
    uint64_t random = (uint64_t)time(NULL);
    uint8_t golden[GOLDEN_SIZE];
    uint8_t bytes[GOLDEN_SIZE];
    size_t length = from_hex(GOLDEN_FULL, golden);

    (void)state;
    print_message("seed %llu\n", (unsigned long long)random);
    for (int i = 0; i < 20000; i++) {
        struct event event;

        memcpy(bytes, golden, length);
        for (int flips = 0; flips < 3; flips++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            bytes[(random >> 33) % length] ^= (uint8_t)(1U << ((random >> 20) % 8));
        }
        if (event_decode(bytes, length, &event) == ERR_OK) {
            assert_true(event.seq > 0);
            assert_true(strlen(event.id) > 0 && strlen(event.id) < EVENT_ID_SIZE);
            assert_null(strpbrk(event.type, "\n\r\t"));
            event_release(&event);
        }
    }
}

static void the_chain_has_golden_values(void **state)
{
    uint8_t chain[EVENT_CHAIN_SIZE] = {0};
    uint8_t envelope[GOLDEN_SIZE];
    size_t length = from_hex(GOLDEN_FULL, envelope);
    char text[2 * EVENT_CHAIN_SIZE + 1];

    (void)state;
    event_chain(chain, 300, envelope, length);
    crypto_hex(chain, sizeof chain, text, sizeof text);
    assert_string_equal(text, "cc914cc63c3a837afda8893a5de52d9439da8f4a6344668807774dcbf34bb150");
    event_chain(chain, 301, "x", 1);
    crypto_hex(chain, sizeof chain, text, sizeof text);
    assert_string_equal(text, "b451060c7315d55353a2582f9e290f14b7ec0884c1d302d954a7abc84c114443");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_envelope_is_encoded_to_its_golden_bytes),
        cmocka_unit_test(an_envelope_without_optional_fields_has_golden_bytes_too),
        cmocka_unit_test(golden_bytes_are_decoded_to_every_field),
        cmocka_unit_test(release_takes_zeroed_structs),
        cmocka_unit_test(a_draft_nobody_could_read_is_refused),
        cmocka_unit_test(an_envelope_past_its_size_is_refused),
        cmocka_unit_test(what_is_no_envelope_is_refused),
        cmocka_unit_test(a_frame_is_encoded_to_its_golden_bytes),
        cmocka_unit_test(golden_frames_are_decoded_to_every_field),
        cmocka_unit_test(every_flipped_bit_of_version_crc_or_payload_is_noticed),
        cmocka_unit_test(every_cut_frame_is_refused),
        cmocka_unit_test(frames_that_contradict_their_kind_are_refused),
        cmocka_unit_test(wrong_stream_names_are_refused),
        cmocka_unit_test(frames_larger_than_the_bus_allows_are_refused),
        cmocka_unit_test(random_bytes_never_decode_to_something_unsound),
        cmocka_unit_test(the_chain_has_golden_values),
    };

    return cmocka_run_group_tests(tests, open_crypto, NULL);
}
