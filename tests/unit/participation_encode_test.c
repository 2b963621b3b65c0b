/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/domain/encode: the exact bytes, the edges of memory, the text
 * that is refused, and random values that come back as they went in.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/encode.h"

static void assert_encoded(const struct encoder *encoder, const uint8_t *data,
                           const uint8_t *expected, size_t length)
{
    size_t written = 0;

    assert_int_equal(encoder_finish(encoder, &written), ERR_OK);
    assert_int_equal(written, length);
    assert_memory_equal(data, expected, length);
}

static void integers_are_written_most_significant_byte_first(void **state)
{
    static const uint8_t EXPECTED[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
                                       0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f};
    uint8_t data[32];
    struct encoder encoder;

    (void)state;
    encoder_init(&encoder, data, sizeof data);
    encode_u8(&encoder, 0x01);
    encode_u16(&encoder, 0x0203);
    encode_u32(&encoder, 0x04050607);
    encode_u64(&encoder, 0x08090a0b0c0d0e0fULL);
    assert_encoded(&encoder, data, EXPECTED, sizeof EXPECTED);
}

static void a_tag_carries_the_prefix_and_the_length_of_both(void **state)
{
    static const uint8_t EXPECTED[] = {9, 'p', 'b', 'v', '1', '/', 'l', 'e', 'a', 'f'};
    uint8_t data[32];
    struct encoder encoder;
    struct decoder decoder;

    (void)state;
    encoder_init(&encoder, data, sizeof data);
    encode_tag(&encoder, "leaf");
    assert_encoded(&encoder, data, EXPECTED, sizeof EXPECTED);

    decoder_init(&decoder, data, sizeof EXPECTED);
    decode_tag(&decoder, "leaf");
    assert_int_equal(decoder_finish(&decoder), ERR_OK);
    decoder_init(&decoder, data, sizeof EXPECTED);
    decode_tag(&decoder, "leak");
    assert_int_equal(decoder_finish(&decoder), ERR_INVALID);
}

static void text_is_its_length_in_bytes_and_then_utf8(void **state)
{
    static const uint8_t EXPECTED[] = {0, 6, 0xed, 0x98, 0x91, 0xec, 0xb9, 0x98, 0, 0};
    uint8_t data[32];
    struct encoder encoder;

    (void)state;
    encoder_init(&encoder, data, sizeof data);
    encode_str(&encoder, "협치");
    encode_str(&encoder, "");
    assert_encoded(&encoder, data, EXPECTED, sizeof EXPECTED);
}

static void a_full_buffer_stays_full_and_no_byte_is_written_past_it(void **state)
{
    uint8_t data[8];
    struct encoder encoder;
    size_t length = 77;

    (void)state;
    memset(data, 0xee, sizeof data);
    encoder_init(&encoder, data, 5);
    encode_u32(&encoder, 1);
    encode_u16(&encoder, 2);
    encode_u8(&encoder, 3);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_FULL);
    assert_int_equal(length, 77);
    for (size_t i = 4; i < sizeof data; i++) {
        assert_int_equal(data[i], 0xee);
    }
}

static void invalid_text_refuses_the_whole_encoding(void **state)
{
    uint8_t data[64];
    struct encoder encoder;
    size_t length = 0;

    (void)state;
    encoder_init(&encoder, data, sizeof data);
    encode_str(&encoder, "bad\n");
    encode_u8(&encoder, 1);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_INVALID);
}

static void a_count_above_its_u16_is_refused(void **state)
{
    uint8_t data[8];
    struct encoder encoder;
    size_t length = 0;

    (void)state;
    encoder_init(&encoder, data, sizeof data);
    encode_count(&encoder, ENCODE_LIST_MAX);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    encode_count(&encoder, ENCODE_LIST_MAX + 1);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_INVALID);
}

static void only_well_formed_utf8_without_control_characters_is_text(void **state)
{
    static const char *const GOOD[] = {
        "",
        "plain",
        "협치",
        "\xc2\xa0", /* the first code point behind C1 */
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf", /* the last before the surrogates */
        "\xee\x80\x80",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
    };
    static const char *const BAD[] = {
        "\x01",
        "\x1f",
        "\x7f",
        "a\tb",
        "\xc2\x80",
        "\xc2\x9f", /* C1 */
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80",
        "\xed\xbf\xbf", /* surrogates */
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xff",
        "\xc2",
        "\xe1\x80",
        "\xf1\x80\x80",
        "\xc2\x41",
        "\xe1\x80\x41",
        "\xf1\x80\x80\xc0",
    };

    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        assert_true(encode_text_valid(GOOD[i], strlen(GOOD[i])));
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_false(encode_text_valid(BAD[i], strlen(BAD[i])));
    }
    assert_false(encode_text_valid("a\0b", 3));
}

static void reading_past_the_end_fails_for_good_and_yields_zero(void **state)
{
    static const uint8_t DATA[] = {1, 2, 3};
    struct decoder decoder;

    (void)state;
    decoder_init(&decoder, DATA, sizeof DATA);
    assert_int_equal(decode_u16(&decoder), 0x0102);
    assert_int_equal(decode_u32(&decoder), 0);
    assert_false(decoder_ok(&decoder));
    assert_int_equal(decode_u8(&decoder), 0);
    assert_int_equal(decoder_finish(&decoder), ERR_INVALID);
}

static void bytes_left_over_are_refused(void **state)
{
    static const uint8_t DATA[] = {1, 2};
    struct decoder decoder;

    (void)state;
    decoder_init(&decoder, DATA, sizeof DATA);
    assert_int_equal(decode_u8(&decoder), 1);
    assert_true(decoder_ok(&decoder));
    assert_int_equal(decoder_finish(&decoder), ERR_INVALID);
}

static void text_that_does_not_fit_the_readers_array_is_refused_not_cut(void **state)
{
    static const uint8_t DATA[] = {0, 3, 'a', 'b', 'c'};
    struct decoder decoder;
    char exact[4];
    char small[3];

    (void)state;
    decoder_init(&decoder, DATA, sizeof DATA);
    decode_str(&decoder, exact, sizeof exact);
    assert_int_equal(decoder_finish(&decoder), ERR_OK);
    assert_string_equal(exact, "abc");

    decoder_init(&decoder, DATA, sizeof DATA);
    decode_str(&decoder, small, sizeof small);
    assert_int_equal(decoder_finish(&decoder), ERR_INVALID);
    assert_string_equal(small, "");
}

static void text_with_a_nul_a_control_character_or_a_false_length_is_refused(void **state)
{
    static const uint8_t WITH_NUL[] = {0, 3, 'a', 0, 'c'};
    static const uint8_t WITH_TAB[] = {0, 1, '\t'};
    static const uint8_t TOO_LONG[] = {0, 4, 'a', 'b', 'c'};
    static const uint8_t CUT[] = {0, 2, 0xed, 0x98};

    const struct {
        const uint8_t *data;
        size_t length;
    } cases[] = {
        {WITH_NUL, sizeof WITH_NUL},
        {WITH_TAB, sizeof WITH_TAB},
        {TOO_LONG, sizeof TOO_LONG},
        {CUT, sizeof CUT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct decoder decoder;
        char text[16];

        decoder_init(&decoder, cases[i].data, cases[i].length);
        decode_str(&decoder, text, sizeof text);
        assert_int_equal(decoder_finish(&decoder), ERR_INVALID);
    }
}

static void random_values_come_back_as_they_went_in(void **state)
{
    struct fixture_random random = fixture_random_start();

    (void)state;
    for (int round = 0; round < 500; round++) {
        uint8_t data[256];
        struct encoder encoder;
        struct decoder decoder;
        uint64_t wide = ((uint64_t)fixture_random_below(&random, UINT32_MAX) << 32) |
                        fixture_random_below(&random, UINT32_MAX);
        uint16_t narrow = (uint16_t)fixture_random_below(&random, UINT16_MAX + 1);
        char text[33] = "";
        char back[33];
        size_t syllables = fixture_random_below(&random, 11);
        size_t length = 0;

        for (size_t i = 0; i < syllables; i++) {
            uint32_t point = 0xac00 + fixture_random_below(&random, 11172);

            text[3 * i] = (char)(0xe0 | (point >> 12));
            text[3 * i + 1] = (char)(0x80 | ((point >> 6) & 0x3f));
            text[3 * i + 2] = (char)(0x80 | (point & 0x3f));
        }
        encoder_init(&encoder, data, sizeof data);
        encode_u64(&encoder, wide);
        encode_str(&encoder, text);
        encode_u16(&encoder, narrow);
        assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);

        decoder_init(&decoder, data, length);
        assert_true(decode_u64(&decoder) == wide);
        decode_str(&decoder, back, sizeof back);
        assert_string_equal(back, text);
        assert_int_equal(decode_u16(&decoder), narrow);
        assert_int_equal(decoder_finish(&decoder), ERR_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_written_most_significant_byte_first),
        cmocka_unit_test(a_tag_carries_the_prefix_and_the_length_of_both),
        cmocka_unit_test(text_is_its_length_in_bytes_and_then_utf8),
        cmocka_unit_test(a_full_buffer_stays_full_and_no_byte_is_written_past_it),
        cmocka_unit_test(invalid_text_refuses_the_whole_encoding),
        cmocka_unit_test(a_count_above_its_u16_is_refused),
        cmocka_unit_test(only_well_formed_utf8_without_control_characters_is_text),
        cmocka_unit_test(reading_past_the_end_fails_for_good_and_yields_zero),
        cmocka_unit_test(bytes_left_over_are_refused),
        cmocka_unit_test(text_that_does_not_fit_the_readers_array_is_refused_not_cut),
        cmocka_unit_test(text_with_a_nul_a_control_character_or_a_false_length_is_refused),
        cmocka_unit_test(random_values_come_back_as_they_went_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
