/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/migrate without a server: what was applied against what the binary
 * holds, and the embedded set. Applying is tests/integration/test_runtime_db.py.
 */
#include "runtime/migrate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct migration MIGRATIONS[] = {
    {1, "0001_first.sql", "CREATE TABLE first (id bigint)"},
    {2, "0002_second.sql", "CREATE TABLE second (id bigint)"},
    {3, "0003_third.sql", "CREATE TABLE third (id bigint)"},
};
static const struct migration_set SET = {"test", MIGRATIONS, 3};

/* What a database remembers of the first count migrations. */
static void remember(struct migration_record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        records[i].number = MIGRATIONS[i].number;
        crypto_sha256(MIGRATIONS[i].sql, strlen(MIGRATIONS[i].sql), records[i].sha256);
    }
}

static void what_was_applied_need_not_be_applied_again(void **state)
{
    struct migration_record records[3];
    size_t applied;

    (void)state;
    remember(records, 3);
    for (size_t count = 0; count <= 3; count++) {
        assert_int_equal(migrate_compare(&SET, records, count, &applied), ERR_OK);
        assert_int_equal(applied, count);
    }
}

static void an_applied_text_that_has_changed_is_refused(void **state)
{
    struct migration_record records[3];
    size_t applied = 99;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        remember(records, 3);
        records[i].sha256[31] ^= 1;
        assert_int_equal(migrate_compare(&SET, records, 3, &applied), ERR_CONFLICT);
        assert_int_equal(applied, 99);
    }
}

static void a_schema_newer_than_the_binary_is_refused(void **state)
{
    const struct migration_set older = {"test", MIGRATIONS, 2};
    struct migration_record records[3];
    size_t applied;

    (void)state;
    remember(records, 3);
    assert_int_equal(migrate_compare(&older, records, 3, &applied), ERR_CONFLICT);
}

static void a_hole_in_what_was_applied_is_refused(void **state)
{
    struct migration_record records[3];
    size_t applied;

    (void)state;
    remember(records, 3);
    records[1] = records[2];
    assert_int_equal(migrate_compare(&SET, records, 2, &applied), ERR_CONFLICT);
    records[0] = records[2];
    assert_int_equal(migrate_compare(&SET, records, 1, &applied), ERR_CONFLICT);
}

static void the_embedded_text_is_the_file_byte_for_byte(void **state)
{
    const struct migration *migration = &migrate_runtime_set.migrations[0];
    char text[64 * 1024];
    FILE *file = fopen(TEST_SOURCE_DIR "/services/runtime/schema/0001_event.sql", "rb");
    size_t length;

    (void)state;
    assert_non_null(file);
    length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_string_equal(migrate_runtime_set.name, "runtime");
    assert_string_equal(migration->file, "0001_event.sql");
    assert_int_equal(migration->number, 1);
    assert_string_equal(migration->sql, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_applied_need_not_be_applied_again),
        cmocka_unit_test(an_applied_text_that_has_changed_is_refused),
        cmocka_unit_test(a_schema_newer_than_the_binary_is_refused),
        cmocka_unit_test(a_hole_in_what_was_applied_is_refused),
        cmocka_unit_test(the_embedded_text_is_the_file_byte_for_byte),
    };

    assert_int_equal(crypto_open(), ERR_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
