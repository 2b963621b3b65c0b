/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffers: content, growth, the overflow mark, and hand-over of memory.
 */
#include "runtime/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void an_empty_buffer_is_an_empty_string(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 10);
    assert_string_equal(buffer_text(&buffer), "");
    assert_int_equal(buffer_status(&buffer), ERR_OK);
    assert_null(buffer.data);
    buffer_release(&buffer);
}

static void release_takes_null_and_zeroed_structs(void **state)
{
    struct buffer zeroed = {0};

    (void)state;
    buffer_release(NULL);
    buffer_release(&zeroed);
}

static void appended_pieces_follow_one_another(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 100);
    buffer_append(&buffer, "ab", 2);
    buffer_append_text(&buffer, "cd");
    buffer_append_format(&buffer, "%d-%s", 42, "x");
    buffer_append(&buffer, NULL, 0);
    assert_string_equal(buffer_text(&buffer), "abcd42-x");
    assert_int_equal(buffer.length, 8);
    buffer_release(&buffer);
}

static void numbers_are_big_endian(void **state)
{
    static const uint8_t expected[] = {
        0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F,
    };
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 100);
    buffer_append_u8(&buffer, 0x01);
    buffer_append_u16(&buffer, 0x0203);
    buffer_append_u32(&buffer, 0x04050607);
    buffer_append_u64(&buffer, 0x08090A0B0C0D0E0F);
    assert_int_equal(buffer.length, sizeof expected);
    assert_memory_equal(buffer.data, expected, sizeof expected);
    buffer_release(&buffer);
}

static void a_buffer_may_be_filled_to_its_last_byte(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 1000);
    for (int i = 0; i < 1000; i++) {
        buffer_append_u8(&buffer, 'x');
    }
    assert_int_equal(buffer_status(&buffer), ERR_OK);
    assert_int_equal(buffer.length, 1000);
    assert_int_equal(strlen(buffer_text(&buffer)), 1000);

    buffer_append_u8(&buffer, 'x');
    assert_int_equal(buffer_status(&buffer), ERR_FULL);
    assert_int_equal(buffer.length, 1000);
    buffer_release(&buffer);
}

static void after_an_overflow_even_what_would_fit_is_ignored(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 4);
    buffer_append_text(&buffer, "ab");
    buffer_append_format(&buffer, "%s", "cde");
    buffer_append_text(&buffer, "f");
    assert_string_equal(buffer_text(&buffer), "ab");
    assert_int_equal(buffer_status(&buffer), ERR_FULL);

    buffer_clear(&buffer);
    assert_int_equal(buffer_status(&buffer), ERR_OK);
    buffer_append_text(&buffer, "wxyz");
    assert_string_equal(buffer_text(&buffer), "wxyz");
    buffer_release(&buffer);
}

static void a_buffer_of_maximum_zero_takes_nothing(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 0);
    buffer_append_u8(&buffer, 1);
    assert_int_equal(buffer_status(&buffer), ERR_FULL);
    assert_string_equal(buffer_text(&buffer), "");
    buffer_release(&buffer);
}

static void consuming_moves_the_rest_to_the_front(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 100);
    buffer_consume(&buffer, 0);
    buffer_append_text(&buffer, "header body");
    buffer_consume(&buffer, 7);
    assert_string_equal(buffer_text(&buffer), "body");
    buffer_consume(&buffer, 4);
    assert_string_equal(buffer_text(&buffer), "");
    buffer_release(&buffer);
}

static void taken_memory_belongs_to_the_taker(void **state)
{
    struct buffer buffer;
    uint8_t *data;
    size_t length;

    (void)state;
    buffer_init(&buffer, 100);
    buffer_append_text(&buffer, "mine");
    data = buffer_take(&buffer, &length);
    assert_int_equal(length, 4);
    assert_memory_equal(data, "mine", 4);
    assert_int_equal(buffer.length, 0);
    assert_int_equal(buffer.length_max, 100);
    buffer_append_text(&buffer, "new");
    assert_memory_equal(data, "mine", 4);
    buffer_release(&buffer);
    free(data);
}

static void clearing_keeps_the_memory(void **state)
{
    struct buffer buffer;
    const uint8_t *before;

    (void)state;
    buffer_init(&buffer, 1000);
    buffer_append_text(&buffer, "some text");
    before = buffer.data;
    buffer_clear(&buffer);
    buffer_append_text(&buffer, "other");
    assert_ptr_equal(buffer.data, before);
    buffer_release(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_an_empty_string),
        cmocka_unit_test(release_takes_null_and_zeroed_structs),
        cmocka_unit_test(appended_pieces_follow_one_another),
        cmocka_unit_test(numbers_are_big_endian),
        cmocka_unit_test(a_buffer_may_be_filled_to_its_last_byte),
        cmocka_unit_test(after_an_overflow_even_what_would_fit_is_ignored),
        cmocka_unit_test(a_buffer_of_maximum_zero_takes_nothing),
        cmocka_unit_test(consuming_moves_the_rest_to_the_front),
        cmocka_unit_test(taken_memory_belongs_to_the_taker),
        cmocka_unit_test(clearing_keeps_the_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
