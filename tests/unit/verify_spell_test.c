/* SPDX-License-Identifier: Apache-2.0 */
/* verify/spell, verify/bytes and verify/digest: one spelling for everything, and every other refused. */
#include "verify/spell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "verify/verdict.h"

static struct span text(const char *string)
{
    return (struct span){.data = (const uint8_t *)string, .length = strlen(string)};
}

static void decimals_have_no_sign_no_leading_zero_and_no_overflow(void **state)
{
    static const char *const WRONG[] = {"",   "-1", "+1",  "01", "00",
                                        "1 ", " 1", "0x1", "1a", "9223372036854775808"};
    uint64_t number = 7;

    (void)state;
    assert_true(spell_read_decimal(text("0"), &number));
    assert_int_equal(number, 0);
    assert_true(spell_read_decimal(text("9223372036854775807"), &number));
    assert_int_equal(number, INT64_MAX);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_false(spell_read_decimal(text(WRONG[i]), &number));
    }
}

static void base64_of_every_length_reads_back_and_has_one_spelling(void **state)
{
    uint8_t bytes[40];
    uint8_t back[40];
    char written[SPELL_BASE64_MAX(40) + 1];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 37 + 200);
    }
    for (size_t size = 0; size <= sizeof bytes; size++) {
        size_t counted = 99;

        spell_base64(bytes, size, SPELL_BASE64, written);
        assert_true(spell_read_base64(text(written), SPELL_BASE64, back, size));
        assert_memory_equal(back, bytes, size);
        spell_base64(bytes, size, SPELL_BASE64URL, written);
        assert_true(spell_read_base64(text(written), SPELL_BASE64URL, back, size));
        assert_memory_equal(back, bytes, size);
        assert_true(spell_base64url_size(text(written), &counted));
        assert_int_equal(counted, size);
        assert_false(spell_read_base64(text(written), SPELL_BASE64URL, back, size + 1));
    }
}

static void base64_with_bits_left_over_or_foreign_digits_is_refused(void **state)
{
    uint8_t byte[3];
    size_t size;

    (void)state;
    assert_true(spell_read_base64(text("/w=="), SPELL_BASE64, byte, 1));
    assert_int_equal(byte[0], 0xFF);
    assert_false(spell_read_base64(text("/x=="), SPELL_BASE64, byte, 1));
    assert_false(spell_read_base64(text("/w"), SPELL_BASE64, byte, 1));
    assert_false(spell_read_base64(text("_w=="), SPELL_BASE64, byte, 1));
    assert_true(spell_read_base64(text("_w"), SPELL_BASE64URL, byte, 1));
    assert_false(spell_read_base64(text("/w"), SPELL_BASE64URL, byte, 1));
    assert_false(spell_read_base64(text("_x"), SPELL_BASE64URL, byte, 1));
    assert_false(spell_base64url_size(text("_x"), &size));
    assert_false(spell_base64url_size(text("_"), &size));
    assert_false(spell_base64url_size(text("___="), &size));
    assert_true(spell_base64url_size(text("__8"), &size));
    assert_false(spell_base64url_size(text("__9"), &size));
}

static void a_uuid_is_lower_case_with_hyphens_in_their_places(void **state)
{
    static const char UUID[] = "00010203-0405-0607-0809-0a0b0c0d0e0f";
    uint8_t bytes[SPELL_UUID_BYTES];
    char written[SPELL_UUID_LENGTH + 1];

    (void)state;
    assert_true(spell_read_uuid(text(UUID), bytes));
    for (size_t i = 0; i < sizeof bytes; i++) {
        assert_int_equal(bytes[i], i);
    }
    spell_uuid(bytes, written);
    assert_string_equal(written, UUID);
    assert_false(spell_read_uuid(text("00010203-0405-0607-0809-0A0B0C0D0E0F"), bytes));
    assert_false(spell_read_uuid(text("0001020304050607-0809-0a0b0c0d0e0f--"), bytes));
    assert_false(spell_read_uuid(text("00010203-0405-0607-0809-0a0b0c0d0e0"), bytes));
}

static void a_code_is_fifty_bits_and_their_check_digit(void **state)
{
    /* 364947494791189 is the number of the code that VOTING.md shows. */
    const uint64_t number = 364947494791189ULL << 14;
    uint8_t hash[DIGEST_SIZE] = {0};
    char code[SPELL_CODE_SIZE];

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        hash[i] = (uint8_t)(number >> (56 - 8 * i));
    }
    spell_code(hash, code);
    assert_string_equal(code, "ABXB-TWKT-0NA");
}

static void a_tagged_hash_has_the_length_and_prefix_of_its_tag(void **state)
{
    /* H("ct", 160 bytes 0x33), and C over the body approve {7, 12, 30}: VOTING.md, section 3. */
    static const uint8_t BODY[] = {1,  0, 3, 0, 0, 0, 7, 0, 0,  0, 1, 0, 0, 0,
                                   12, 0, 0, 0, 1, 0, 0, 0, 30, 0, 0, 0, 1};
    static const uint8_t LENGTH[] = {0, sizeof BODY};
    struct digest *digest = digest_new();
    uint8_t ballot_id[16];
    uint8_t blinding[32];
    uint8_t sealed[160];
    uint8_t hash[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];

    (void)state;
    assert_non_null(digest);
    memset(sealed, 0x33, sizeof sealed);
    memset(blinding, 0x22, sizeof blinding);
    for (size_t i = 0; i < sizeof ballot_id; i++) {
        ballot_id[i] = (uint8_t)i;
    }
    digest_begin_tagged(digest, "ct");
    digest_add(digest, (struct span){.data = sealed, .length = sizeof sealed});
    digest_end(digest, hash);
    digest_hex(hash, hex);
    assert_string_equal(hex, "8e65ceee092d111b4cb5cafe4aa4a1d4bff58b763bbc80ad180e8c84f65cb648");

    digest_sha256(digest, text("ballot-def"), hash);
    digest_begin_tagged(digest, "commit");
    digest_add(digest, (struct span){.data = ballot_id, .length = sizeof ballot_id});
    digest_add(digest, (struct span){.data = hash, .length = sizeof hash});
    digest_add(digest, (struct span){.data = blinding, .length = sizeof blinding});
    digest_add(digest, (struct span){.data = LENGTH, .length = sizeof LENGTH});
    digest_add(digest, (struct span){.data = BODY, .length = sizeof BODY});
    digest_end(digest, hash);
    digest_hex(hash, hex);
    assert_string_equal(hex, "2681e73fa06bc2e878423bc6a57095adf879577cc6d22784945f325bdb1e5f8d");
    digest_free(digest);
}

static void reading_past_the_end_breaks_the_reader_for_good(void **state)
{
    static const uint8_t BYTES[] = {1, 2, 3};
    struct reader reader;

    (void)state;
    reader_init(&reader, (struct span){.data = BYTES, .length = sizeof BYTES});
    assert_int_equal(read_u16(&reader), 0x0102);
    assert_int_equal(read_u32(&reader), 0);
    assert_int_equal(read_u8(&reader), 0);
    assert_int_equal(reader_left(&reader), 0);
    assert_null(read_span(&reader, 1).data);
    assert_false(reader_done(&reader));
}

static void text_is_utf8_without_control_characters(void **state)
{
    static const char *const WRONG[] = {"\x1F",
                                        "\x7F",
                                        "\xC2\x80",
                                        "\xC2\x9F",
                                        "\xC0\x80",
                                        "\xE0\x9F\xBF",
                                        "\xED\xA0\x80",
                                        "\xF0\x8F\xBF\xBF",
                                        "\xF4\x90\x80\x80",
                                        "\xEC\x84",
                                        "\x80",
                                        "\xF5\x80\x80\x80"};

    (void)state;
    assert_true(span_is_utf8(text("")));
    assert_true(span_is_utf8(text("성동구 a\xC2\xA0\xF0\x9F\x98\x80\xED\x9F\xBF\xEE\x80\x80")));
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_false(span_is_utf8(text(WRONG[i])));
    }
}

static void a_finding_never_says_what_a_terminal_would_obey(void **state)
{
    struct finding finding = {0};

    (void)state;
    assert_int_equal(finding_fail_at(&finding, "a\x1B[2Jb", 7, "%s", "성동구"), VERDICT_FAILED);
    assert_string_equal(finding.file, "a?[2Jb");
    assert_string_equal(finding.what, "성동구");
    assert_true(finding.at_position);
    assert_int_equal(finding_unreadable(&finding, "", "%s", "\xFF\xFE."), VERDICT_UNREADABLE);
    assert_string_equal(finding.what, "??.");
    assert_false(finding.at_position);
}

static bool time_reads(const char *text, uint64_t *ret_ms)
{
    return spell_read_time((struct span){.data = (const uint8_t *)text, .length = strlen(text)},
                           ret_ms);
}

static void a_time_is_one_that_there_is_in_its_one_spelling(void **state)
{
    static const struct {
        const char *text;
        uint64_t ms;
    } TIMES[] = {
        {"1970-01-01T00:00:00.000Z", 0},
        {"2000-02-29T23:59:59.999Z", 951868799999},
        {"2024-12-31T12:00:00.001Z", 1735646400001},
        {"2026-11-22T23:30:00.000Z", 1795390200000},
        {"9999-12-31T23:59:59.999Z", 253402300799999},
    };

    static const char *const WRONG[] = {
        "",
        "1969-12-31T23:59:59.999Z",
        "2023-02-29T00:00:00.000Z",
        "2100-02-29T00:00:00.000Z",
        "2024-04-31T00:00:00.000Z",
        "2024-00-01T00:00:00.000Z",
        "2024-13-01T00:00:00.000Z",
        "2024-01-00T00:00:00.000Z",
        "2024-12-32T00:00:00.000Z",
        "2024-01-01T24:00:00.000Z",
        "2024-01-01T00:60:00.000Z",
        "2024-01-01T00:00:60.000Z",
        "2024-01-01 00:00:00.000Z",
        "2024-01-01T00:00:00.000z",
        "2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00.0000Z",
        "2024-01-01T00:00:00.-10Z",
    };
    uint64_t ms = 0;

    (void)state;
    for (size_t i = 0; i < sizeof TIMES / sizeof TIMES[0]; i++) {
        assert_true(time_reads(TIMES[i].text, &ms));
        assert_int_equal(ms, TIMES[i].ms);
    }
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_false(time_reads(WRONG[i], &ms));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_is_one_that_there_is_in_its_one_spelling),
        cmocka_unit_test(decimals_have_no_sign_no_leading_zero_and_no_overflow),
        cmocka_unit_test(base64_of_every_length_reads_back_and_has_one_spelling),
        cmocka_unit_test(base64_with_bits_left_over_or_foreign_digits_is_refused),
        cmocka_unit_test(a_uuid_is_lower_case_with_hyphens_in_their_places),
        cmocka_unit_test(a_code_is_fifty_bits_and_their_check_digit),
        cmocka_unit_test(a_tagged_hash_has_the_length_and_prefix_of_its_tag),
        cmocka_unit_test(reading_past_the_end_breaks_the_reader_for_good),
        cmocka_unit_test(text_is_utf8_without_control_characters),
        cmocka_unit_test(a_finding_never_says_what_a_terminal_would_obey),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
