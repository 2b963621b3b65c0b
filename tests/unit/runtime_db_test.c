/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/db without a server: the bytes of parameters and arrays, the meaning
 * of SQLSTATEs, and the reading of COPY's format in whatever pieces it comes.
 * What a server makes of them is tests/integration/runtime_db_driver.c.
 */
#include "runtime/db_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_param(const struct db_param *param, uint32_t type, const char *bytes, int length)
{
    assert_int_equal(param->type, type);
    assert_int_equal(param->length, length);
    assert_memory_equal(param->data != NULL ? param->data : param->bytes, bytes, (size_t)length);
}

static void numbers_are_sent_big_endian(void **state)
{
    struct db_param param = db_int16(-2);

    (void)state;
    assert_param(&param, DB_OID_INT2, "\xff\xfe", 2);
    param = db_int32(0x01020304);
    assert_param(&param, DB_OID_INT4, "\x01\x02\x03\x04", 4);
    param = db_int64(INT64_MIN);
    assert_param(&param, DB_OID_INT8, "\x80\0\0\0\0\0\0\0", 8);
    param = db_bool(true);
    assert_param(&param, DB_OID_BOOL, "\x01", 1);
}

static void text_and_bytes_are_lent_not_copied(void **state)
{
    static const char text[] = "협치";
    struct db_param param = db_text(text);

    (void)state;
    assert_ptr_equal(param.data, text);
    assert_param(&param, DB_OID_TEXT, text, 6);
    param = db_bytes(text, 2);
    assert_ptr_equal(param.data, text);
    assert_param(&param, DB_OID_BYTEA, text, 2);
}

static void null_is_not_an_empty_value(void **state)
{
    (void)state;
    assert_int_equal(db_text(NULL).length, DB_LENGTH_NULL);
    assert_int_equal(db_text("").length, 0);
    assert_int_equal(db_bytes(NULL, 0).length, 0);
    assert_int_equal(db_null_int64().length, DB_LENGTH_NULL);
    assert_int_equal(db_null_bytes().length, DB_LENGTH_NULL);
}

static void a_column_is_an_array_with_its_head_and_lengths(void **state)
{
    static const char expected[] =
        "\0\0\0\1"   /* dimensions */
        "\0\0\0\1"   /* has NULLs */
        "\0\0\0\x19" /* elements are text */
        "\0\0\0\3"   /* length */
        "\0\0\0\1"   /* lower bound */
        "\0\0\0\2"
        "ab"
        "\xff\xff\xff\xff"
        "\0\0\0\0";
    struct db_column column;
    struct db_param param;

    (void)state;
    db_column_init(&column, DB_COLUMN_TEXT);
    db_column_add_text(&column, "ab");
    db_column_add_text(&column, NULL);
    db_column_add_text(&column, "");
    param = db_column_param(&column);
    assert_param(&param, DB_OID_TEXT_ARRAY, expected, sizeof expected - 1);
    db_column_release(&column);
}

static void every_column_type_names_its_array_and_its_elements(void **state)
{
    static const struct {
        enum db_column_type type;
        uint32_t array;
        uint8_t element[4];
    } types[] = {
        {DB_COLUMN_TEXT, 1009, {0, 0, 0, 25}},   {DB_COLUMN_BYTES, 1001, {0, 0, 0, 17}},
        {DB_COLUMN_INT16, 1005, {0, 0, 0, 21}},  {DB_COLUMN_INT32, 1007, {0, 0, 0, 23}},
        {DB_COLUMN_INT64, 1016, {0, 0, 0, 20}},  {DB_COLUMN_BOOL, 1000, {0, 0, 0, 16}},
        {DB_COLUMN_UUID, 2951, {0, 0, 11, 134}},
    };

    (void)state;
    for (size_t i = 0; i < DB_COUNT(types); i++) {
        struct db_column column;
        struct db_param param;

        db_column_init(&column, types[i].type);
        param = db_column_param(&column);
        assert_int_equal(param.type, types[i].array);
        assert_memory_equal((const uint8_t *)param.data + 8, types[i].element, 4);
        db_column_release(&column);
    }
}

static void a_column_past_its_limit_is_no_parameter(void **state)
{
    static const uint8_t bytes[1024 * 1024];
    struct db_column column;

    (void)state;
    db_column_init(&column, DB_COLUMN_BYTES);
    for (int i = 0; i < 64; i++) {
        db_column_add_bytes(&column, bytes, sizeof bytes);
    }
    assert_int_equal(db_column_param(&column).length, DB_LENGTH_OVERFLOWED);
    db_column_release(&column);
}

static void sqlstates_say_whether_to_retry_refuse_or_stop(void **state)
{
    static const struct {
        const char *sqlstate;
        enum err err;
    } cases[] = {
        {"08006", ERR_UNAVAILABLE}, /* connection failure */
        {"40001", ERR_UNAVAILABLE}, /* serialization failure */
        {"40P01", ERR_UNAVAILABLE}, /* deadlock */
        {"40002", ERR_INTERNAL},    /* another of its class is not */
        {"53100", ERR_UNAVAILABLE}, /* disk full */
        {"53300", ERR_UNAVAILABLE}, /* too many connections */
        {"55P03", ERR_UNAVAILABLE}, /* lock timeout */
        {"55000", ERR_INTERNAL},    /* not in the right state */
        {"57P01", ERR_UNAVAILABLE}, /* admin shutdown */
        {"57P03", ERR_UNAVAILABLE}, /* cannot connect now */
        {"57014", ERR_UNAVAILABLE}, /* statement timeout */
        {"57000", ERR_INTERNAL},    /* another of its class is not */
        {"58030", ERR_UNAVAILABLE}, /* I/O error */
        {"58000", ERR_UNAVAILABLE}, /* system error */
        {"23505", ERR_CONFLICT},    /* unique violation */
        {"23514", ERR_CONFLICT},    /* check violation */
        {"22003", ERR_INVALID},     /* out of range */
        {"22021", ERR_INVALID},     /* not in the encoding */
        {"42P01", ERR_INTERNAL},    /* undefined table */
        {"42501", ERR_INTERNAL},    /* insufficient privilege */
        {"25006", ERR_UNAVAILABLE}, /* read only */
        {"25001", ERR_INTERNAL},    /* another of its class is not */
        {"XX000", ERR_INTERNAL},    {"", ERR_INTERNAL},
    };

    (void)state;
    for (size_t i = 0; i < DB_COUNT(cases); i++) {
        assert_int_equal(db_error_of_sqlstate(cases[i].sqlstate), cases[i].err);
    }
}

struct seen {
    int rows;
    char text[64];
    enum err answer;
};

static enum err on_row(const struct db_field *fields, int field_count, void *context)
{
    struct seen *seen = context;

    for (int i = 0; i < field_count; i++) {
        (void)strncat(seen->text, fields[i].data == NULL ? "-" : (const char *)fields[i].data,
                      fields[i].data == NULL ? 1 : (size_t)fields[i].length);
    }
    seen->rows++;
    return seen->answer;
}

#define HEADER  "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"
#define ROW     "\0\2\0\0\0\2ab\xff\xff\xff\xff"
#define TRAILER "\xff\xff"

static enum err read_chunk(struct db_copy *copy, const char *chunk, size_t length)
{
    return db_copy_read(copy, (const uint8_t *)chunk, length);
}

static void copy_is_read_alike_in_one_piece_or_row_by_row(void **state)
{
    struct seen seen = {.rows = 0};
    struct db_copy copy = {.on_row = on_row, .context = &seen};

    (void)state;
    assert_int_equal(read_chunk(&copy, HEADER ROW ROW TRAILER, sizeof HEADER ROW ROW TRAILER - 1),
                     ERR_OK);
    assert_int_equal(seen.rows, 2);
    assert_string_equal(seen.text, "ab-ab-");
    assert_true(copy.trailer_seen);

    seen = (struct seen){.rows = 0};
    copy = (struct db_copy){.on_row = on_row, .context = &seen};
    assert_int_equal(read_chunk(&copy, HEADER, sizeof HEADER - 1), ERR_OK);
    assert_int_equal(read_chunk(&copy, ROW, sizeof ROW - 1), ERR_OK);
    assert_false(copy.trailer_seen);
    assert_int_equal(read_chunk(&copy, ROW, sizeof ROW - 1), ERR_OK);
    assert_int_equal(read_chunk(&copy, TRAILER, sizeof TRAILER - 1), ERR_OK);
    assert_int_equal(seen.rows, 2);
    assert_true(copy.trailer_seen);
}

static void copy_that_is_cut_short_anywhere_is_refused(void **state)
{
    static const char whole[] = HEADER ROW;

    (void)state;
    for (size_t length = 1; length < sizeof whole - 1; length++) {
        struct seen seen = {.rows = 0};
        struct db_copy copy = {.on_row = on_row, .context = &seen};
        enum err err = read_chunk(&copy, whole, length);

        assert_int_equal(err, length == sizeof HEADER - 1 ? ERR_OK : ERR_INTERNAL);
        assert_int_equal(seen.rows, 0);
    }
}

static void copy_with_a_wrong_header_length_or_tail_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        enum err err;
    } cases[] = {
        {"PGCOPX\n\377\r\n\0\0\0\0\0\0\0\0\0", 19, ERR_INTERNAL},
        {"PGCOPY\n\377\r\n\0\0\1\0\0\0\0\0\0", 19, ERR_INTERNAL},
        {HEADER "\0\1\xff\xff\xff\xfe", sizeof HEADER - 1 + 6, ERR_INTERNAL},
        {HEADER "\0\1\x7f\xff\xff\xff", sizeof HEADER - 1 + 6, ERR_INTERNAL},
        {HEADER "\xff\xfe", sizeof HEADER - 1 + 2, ERR_INTERNAL},
        {HEADER TRAILER ROW, sizeof HEADER TRAILER ROW - 1, ERR_INTERNAL},
        {HEADER "\0\x21", sizeof HEADER - 1 + 2, ERR_FULL},
    };

    (void)state;
    for (size_t i = 0; i < DB_COUNT(cases); i++) {
        struct seen seen = {.rows = 0};
        struct db_copy copy = {.on_row = on_row, .context = &seen};

        assert_int_equal(read_chunk(&copy, cases[i].bytes, cases[i].length), cases[i].err);
        assert_int_equal(seen.rows, 0);
    }
}

static void copy_stops_at_the_row_that_says_so(void **state)
{
    struct seen seen = {.answer = ERR_CONFLICT};
    struct db_copy copy = {.on_row = on_row, .context = &seen};

    (void)state;
    assert_int_equal(read_chunk(&copy, HEADER ROW ROW, sizeof HEADER ROW ROW - 1), ERR_CONFLICT);
    assert_int_equal(seen.rows, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_sent_big_endian),
        cmocka_unit_test(text_and_bytes_are_lent_not_copied),
        cmocka_unit_test(null_is_not_an_empty_value),
        cmocka_unit_test(a_column_is_an_array_with_its_head_and_lengths),
        cmocka_unit_test(every_column_type_names_its_array_and_its_elements),
        cmocka_unit_test(a_column_past_its_limit_is_no_parameter),
        cmocka_unit_test(sqlstates_say_whether_to_retry_refuse_or_stop),
        cmocka_unit_test(copy_is_read_alike_in_one_piece_or_row_by_row),
        cmocka_unit_test(copy_that_is_cut_short_anywhere_is_refused),
        cmocka_unit_test(copy_with_a_wrong_header_length_or_tail_is_refused),
        cmocka_unit_test(copy_stops_at_the_row_that_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
