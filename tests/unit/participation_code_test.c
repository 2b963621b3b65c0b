/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/domain/code: codes an independent program computed, the ways
 * people type them, and that no single slip of the pen goes unnoticed.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/code.h"
#include "runtime/crypto.h"

static const char DIGITS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";

static void assert_reads(const char *text, uint64_t expected)
{
    uint64_t code = 0;

    if (code_parse(text, &code) != ERR_OK) {
        fail_msg("not read: '%s'", text);
    }
    assert_true(code == expected);
}

static void assert_refuses(const char *text)
{
    uint64_t code = 77;

    if (code_parse(text, &code) != ERR_INVALID) {
        fail_msg("read: '%s'", text);
    }
    assert_true(code == 77);
}

static void a_code_is_the_first_fifty_bits_of_the_tagged_hash(void **state)
{
    uint8_t leaf_hash[32];
    uint8_t hash[32];
    char text[CODE_SIZE];

    (void)state;
    assert_int_equal(
        crypto_hex_parse("88251655782c4f77770d7c9d42587e34d82201e4414e26b0e050594abd2e4b04",
                         leaf_hash, sizeof leaf_hash),
        ERR_OK);
    crypto_tagged_hash(CODE_TAG, leaf_hash, sizeof leaf_hash, hash);
    assert_true(code_from_hash(hash) == 364947494791189ULL);
    code_format(code_from_hash(hash), text);
    assert_string_equal(text, "ABXB-TWKT-0NA");
}

static void all_bits_set_and_none_are_codes_too(void **state)
{
    uint8_t hash[32];
    char text[CODE_SIZE];

    (void)state;
    memset(hash, 0, sizeof hash);
    code_format(code_from_hash(hash), text);
    assert_string_equal(text, "0000-0000-000");
    memset(hash, 0xff, sizeof hash);
    assert_true(code_from_hash(hash) == (1ULL << 50) - 1);
    code_format(code_from_hash(hash), text);
    assert_memory_equal(text, "ZZZZ-ZZZZ-ZZ", 12);
    assert_reads(text, (1ULL << 50) - 1);
}

static void the_five_extra_check_digits_are_read_and_written(void **state)
{
    static const char *const TEXTS[] = {"WDFT-JCD0-0Z*", "WDFT-JCD0-10~", "WDFT-JCD0-11$",
                                        "WDFT-JCD0-12=", "WDFT-JCD0-13U"};

    (void)state;
    for (uint64_t i = 0; i < 5; i++) {
        char text[CODE_SIZE];

        code_format(1000000000000031ULL + i, text);
        assert_string_equal(text, TEXTS[i]);
        assert_reads(TEXTS[i], 1000000000000031ULL + i);
    }
    assert_reads("wdftjcd013u", 1000000000000035ULL);
}

static void a_code_is_read_however_people_type_it(void **state)
{
    (void)state;
    assert_reads("ABXB-TWKT-0NA", 364947494791189ULL);
    assert_reads("abxbtwkt0na", 364947494791189ULL);
    assert_reads("  AbXb TwKt OnA ", 364947494791189ULL);
    assert_reads("A-B-X-B-T-W-K-T-o-N-A", 364947494791189ULL);
    assert_reads("3G9230VQVSQ", 123456789012345ULL);
    /* 2^45 + 1: ten digits "1000000001", its check digit found by asking for all of them. */
    for (size_t i = 0; i < sizeof DIGITS - 1; i++) {
        char ones[] = "I00000000L?";
        uint64_t code;

        ones[10] = DIGITS[i];
        if (code_parse(ones, &code) == ERR_OK) {
            assert_true(code == (1ULL << 45) + 1);
            assert_int_equal(i, ((1ULL << 45) + 1) % 37);
        } else {
            assert_int_not_equal(i, ((1ULL << 45) + 1) % 37);
        }
    }
}

static void what_is_no_code_is_refused(void **state)
{
    char endless[CODE_INPUT_MAX + 20];

    (void)state;
    assert_refuses("");
    assert_refuses("-");
    assert_refuses("ABXBTWKT0N");    /* no check digit */
    assert_refuses("ABXBTWKT0NAA");  /* one too many */
    assert_refuses("ABXB-TWKT-0NB"); /* another check digit */
    assert_refuses("UBXB-TWKT-0NA"); /* a check symbol among the digits */
    assert_refuses("ABXB_TWKT_0NA");
    assert_refuses("협치-ABXB-TWKT");
    memset(endless, ' ', sizeof endless);
    memcpy(endless + CODE_INPUT_MAX, "ABXBTWKT0NA", 12);
    assert_refuses(endless);
}

static void no_wrong_digit_and_no_two_swapped_neighbours_go_unnoticed(void **state)
{
    struct fixture_random random = fixture_random_start();

    (void)state;
    for (int round = 0; round < 50; round++) {
        uint64_t code = ((uint64_t)fixture_random_below(&random, 1U << 25) << 25) |
                        fixture_random_below(&random, 1U << 25);
        char text[CODE_SIZE];

        code_format(code, text);
        assert_reads(text, code);
        for (size_t at = 0; at < CODE_SIZE - 1; at++) {
            char right = text[at];

            if (right == '-') {
                continue;
            }
            for (size_t digit = 0; digit < sizeof DIGITS - 1; digit++) {
                if (DIGITS[digit] != right) {
                    text[at] = DIGITS[digit];
                    assert_refuses(text);
                }
            }
            text[at] = right;
        }
        for (size_t at = 0; at + 2 < CODE_SIZE - 1; at++) {
            size_t next = text[at + 1] == '-' ? at + 2 : at + 1;
            char right = text[at];

            if (right == '-' || next >= CODE_SIZE - 2 || right == text[next]) {
                continue;
            }
            text[at] = text[next];
            text[next] = right;
            assert_refuses(text);
            text[next] = text[at];
            text[at] = right;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_the_first_fifty_bits_of_the_tagged_hash),
        cmocka_unit_test(all_bits_set_and_none_are_codes_too),
        cmocka_unit_test(the_five_extra_check_digits_are_read_and_written),
        cmocka_unit_test(a_code_is_read_however_people_type_it),
        cmocka_unit_test(what_is_no_code_is_refused),
        cmocka_unit_test(no_wrong_digit_and_no_two_swapped_neighbours_go_unnoticed),
    };

    if (crypto_open() != ERR_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
