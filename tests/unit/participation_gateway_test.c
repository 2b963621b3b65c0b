/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/domain/cast_statement and participation/gateway/events: what is
 * signed of votes by message, byte by byte, and what the gateway reads of a
 * stranger's bytes. The messages are written by hand.
 */
#include "../support/participation_fixture.h"

#include "participation/gateway/events.h"

enum { MESSAGE_SIZE_MAX = 4096 };

static const char STATEMENT[] =
    "11706276312f636173742d7265717565737401000102030405060708090a0b0c0d0e0f000f66726f6e742d656e643a"
    "6b696f736b001030313233343536373839616263646566000001817e68b400000000000000000000046f6e63654413"
    "6fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
static const char REQ_HASH[] = "5c278fbd1929607b94b20f05a37750913068bc3790de6cb912f131c65722c64e";

static struct cast_statement statement_make(void)
{
    struct cast_statement statement = {
        .kind = CAST_KIND_VOTE,
        .key_id = "front-end:kiosk",
        .nonce = "0123456789abcdef",
        .created_ms = 1655683200000,
        .idempotency_key = "once",
    };

    for (size_t i = 0; i < BALLOT_ID_SIZE; i++) {
        statement.ballot_id[i] = (uint8_t)i;
    }
    crypto_sha256("{}", 2, statement.body_hash);
    return statement;
}

static void what_is_signed_is_the_published_layout(void **state)
{
    const struct cast_statement statement = statement_make();
    uint8_t data[CAST_STATEMENT_SIZE_MAX];
    char hex[2 * CAST_STATEMENT_SIZE_MAX + 1];
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct encoder encoder;
    size_t length = 0;

    (void)state;
    encoder_init(&encoder, data, sizeof data);
    cast_statement_encode(&encoder, &statement);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    crypto_hex(data, length, hex, sizeof hex);
    assert_string_equal(hex, STATEMENT);
    crypto_sha256(data, length, hash);
    crypto_hex(hash, sizeof hash, hex, sizeof hex);
    assert_string_equal(hex, REQ_HASH);
}

static void the_longest_statement_fits(void **state)
{
    char key_id[CAST_STATEMENT_KEY_ID_MAX + 1];
    char nonce[CAST_STATEMENT_NONCE_MAX + 1];
    char key[CAST_STATEMENT_IDEMPOTENCY_KEY_MAX + 1];
    struct cast_statement statement = statement_make();
    uint8_t data[CAST_STATEMENT_SIZE_MAX];
    struct encoder encoder;
    size_t length = 0;

    (void)state;
    memset(key_id, 'k', sizeof key_id - 1);
    memset(nonce, 'n', sizeof nonce - 1);
    memset(key, '~', sizeof key - 1);
    key_id[sizeof key_id - 1] = '\0';
    nonce[sizeof nonce - 1] = '\0';
    key[sizeof key - 1] = '\0';
    statement.key_id = key_id;
    statement.nonce = nonce;
    statement.idempotency_key = key;
    assert_null(cast_statement_fault(&statement));
    encoder_init(&encoder, data, sizeof data);
    cast_statement_encode(&encoder, &statement);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    assert_int_equal(length, CAST_STATEMENT_SIZE_MAX);
}

static void assert_fault(const struct cast_statement *statement, const char *field)
{
    const char *fault = cast_statement_fault(statement);

    assert_non_null(fault);
    assert_string_equal(fault, field);
}

static void each_member_that_breaks_its_rule_is_named(void **state)
{
    struct cast_statement statement = statement_make();

    (void)state;
    assert_null(cast_statement_fault(&statement));
    statement.kind = (enum cast_kind)3;
    assert_fault(&statement, "kind");
    statement = statement_make();
    statement.key_id = "";
    assert_fault(&statement, "key_id");
    statement = statement_make();
    statement.nonce = "0123456789abcde";
    assert_fault(&statement, "nonce");
    statement.nonce = "0123456789abcde\x7f";
    assert_fault(&statement, "nonce");
    statement = statement_make();
    statement.created_ms = -1;
    assert_fault(&statement, "created_time_ms");
    statement = statement_make();
    statement.expires_ms = -1;
    assert_fault(&statement, "expires_time_ms");
    statement = statement_make();
    statement.idempotency_key = "a b";
    assert_fault(&statement, "idempotency_key");
    statement.idempotency_key = "열쇠";
    assert_fault(&statement, "idempotency_key");
    statement.idempotency_key = "";
    assert_null(cast_statement_fault(&statement));
}

/* A field of bytes shorter than 128. */
static void put_bytes(struct buffer *message, unsigned number, const void *data, size_t length)
{
    assert_in_range(length, 0, 127);
    buffer_append_u8(message, (uint8_t)(number << 3 | 2));
    buffer_append_u8(message, (uint8_t)length);
    buffer_append(message, data, length);
}

static void put_text(struct buffer *message, unsigned number, const char *text)
{
    put_bytes(message, number, text, strlen(text));
}

static void put_small(struct buffer *message, unsigned number, uint8_t value)
{
    assert_in_range(value, 0, 127);
    buffer_append_u8(message, (uint8_t)(number << 3));
    buffer_append_u8(message, value);
}

static void write_request(struct buffer *message)
{
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];

    memset(signature, 0x5a, sizeof signature);
    buffer_init(message, MESSAGE_SIZE_MAX);
    put_small(message, 1, 2);
    put_text(message, 2, "00010203-0405-0607-0809-0a0b0c0d0e0f");
    put_text(message, 3, "once");
    put_text(message, 4, "{}\n{}");
    put_text(message, 5, "front-end:kiosk");
    put_text(message, 6, "0123456789abcdef");
    put_small(message, 7, 100);
    put_small(message, 8, 120);
    put_bytes(message, 9, signature, sizeof signature);
    put_small(message, 10, 2);
}

static void a_request_is_read_from_its_field_numbers(void **state)
{
    const struct cast_statement expected = statement_make();
    struct gateway_request request;
    struct buffer message;
    const char *fault = NULL;

    (void)state;
    write_request(&message);
    put_small(&message, 15, 1); /* One that a later release may know. */
    assert_int_equal(gateway_request_read(message.data, message.length, &request, &fault), ERR_OK);
    assert_int_equal(request.statement.kind, CAST_KIND_BATCH);
    assert_memory_equal(request.statement.ballot_id, expected.ballot_id, BALLOT_ID_SIZE);
    assert_string_equal(request.statement.idempotency_key, "once");
    assert_int_equal(request.body_length, 5);
    assert_memory_equal(request.body, "{}\n{}", 5);
    assert_string_equal(request.statement.key_id, "front-end:kiosk");
    assert_string_equal(request.statement.nonce, "0123456789abcdef");
    assert_int_equal(request.statement.created_ms, 100);
    assert_int_equal(request.statement.expires_ms, 120);
    assert_int_equal(request.signature_length, CRYPTO_SIGNATURE_SIZE);
    assert_int_equal(request.signature[63], 0x5a);
    assert_int_equal(request.language, PROBLEM_ENGLISH);
    gateway_request_release(&request);
    gateway_request_release(&request);
    buffer_release(&message);
}

static void assert_no_request(const struct buffer *message, const char *field)
{
    struct gateway_request request;
    const char *fault = NULL;

    assert_int_equal(gateway_request_read(message->data, message->length, &request, &fault),
                     ERR_INVALID);
    assert_string_equal(fault, field);
}

static void a_message_of_many_fields_is_refused_before_it_costs_memory(void **state)
{
    struct gateway_request request;
    struct buffer message;
    const char *fault = NULL;

    (void)state;
    write_request(&message);
    for (int i = 0; i < 22; i++) {
        put_small(&message, 15, 1);
    }
    assert_int_equal(gateway_request_read(message.data, message.length, &request, &fault), ERR_OK);
    gateway_request_release(&request);
    put_small(&message, 15, 1); /* The 33rd. */
    assert_no_request(&message, "");
    buffer_release(&message);
}

static void a_message_that_was_cut_or_is_none_is_refused(void **state)
{
    struct buffer message;
    struct buffer cut;

    (void)state;
    write_request(&message);
    cut = message;
    cut.length--;
    assert_no_request(&cut, "");
    cut.length = 1;
    assert_no_request(&cut, "");
    cut.length = 0;
    assert_no_request(&cut, "ballot_id");
    memset(message.data, 0xff, message.length);
    assert_no_request(&message, "");
    buffer_release(&message);
}

static void a_ballot_that_is_no_uuid_is_named(void **state)
{
    struct buffer message;

    (void)state;
    write_request(&message);
    put_text(&message, 2, "all"); /* The last of a field counts. */
    assert_no_request(&message, "ballot_id");
    buffer_release(&message);
}

static void an_answer_is_written_with_its_field_numbers(void **state)
{
    static const uint8_t expected[] = {0x08, 0xf7, 0x03, 0x10, 0xe8, 0x07, 0x1a, 0x02, '{', '}'};
    const struct gateway_response response = {
        .status = 503,
        .retry_after_ms = 1000,
        .body = "{}",
        .body_length = 2,
    };
    struct buffer message;

    (void)state;
    buffer_init(&message, MESSAGE_SIZE_MAX);
    gateway_response_write(&response, &message);
    assert_int_equal(buffer_status(&message), ERR_OK);
    assert_int_equal(message.length, sizeof expected);
    assert_memory_equal(message.data, expected, sizeof expected);
    buffer_release(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_signed_is_the_published_layout),
        cmocka_unit_test(the_longest_statement_fits),
        cmocka_unit_test(each_member_that_breaks_its_rule_is_named),
        cmocka_unit_test(a_request_is_read_from_its_field_numbers),
        cmocka_unit_test(a_message_of_many_fields_is_refused_before_it_costs_memory),
        cmocka_unit_test(a_message_that_was_cut_or_is_none_is_refused),
        cmocka_unit_test(a_ballot_that_is_no_uuid_is_named),
        cmocka_unit_test(an_answer_is_written_with_its_field_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
