/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/tar: headers byte by byte as an independent program writes
 * them, padding, and the end; nothing that ustar cannot say.
 */
#include "participation/tar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/crypto.h"

/* A name as long as there can be. */
static const char LONGEST[] =
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

static void headers_are_those_that_an_independent_program_writes(void **state)
{
    static const struct {
        const char *name;
        int64_t length;
        int64_t time_s;
        const char *hash; /* SHA-256, of tests/verify/archive.py's header() */
    } HEADERS[] = {
        {"openings", 5, 1700000000,
         "24d50fbb7313b3ebd5fef0a30462a19c247954afc5189cb9d8f43fba7c30d6cb"},
        {"keys.json", 0, 0, "f1d849a4cd1bdb1f9f1b7b9c965961f62e6ac6c64256f031e6e6189286080ee3"},
        {LONGEST, TAR_FILE_SIZE_MAX, TAR_FILE_SIZE_MAX,
         "1376fc99cc3af90610f18c2e1a4694ca8f27d9ebc4a4a171516b828a3ae6439f"},
    };

    (void)state;
    assert_int_equal(strlen(LONGEST), TAR_NAME_LENGTH_MAX);
    for (size_t i = 0; i < sizeof HEADERS / sizeof HEADERS[0]; i++) {
        struct buffer archive;
        uint8_t hash[CRYPTO_HASH_SIZE];
        char hex[2 * CRYPTO_HASH_SIZE + 1];

        buffer_init(&archive, TAR_BLOCK_SIZE);
        assert_int_equal(
            tar_add_header(&archive, HEADERS[i].name, HEADERS[i].length, HEADERS[i].time_s),
            ERR_OK);
        assert_int_equal(archive.length, TAR_BLOCK_SIZE);
        crypto_sha256(archive.data, archive.length, hash);
        crypto_hex(hash, sizeof hash, hex, sizeof hex);
        assert_string_equal(hex, HEADERS[i].hash);
        buffer_release(&archive);
    }
}

static void what_eleven_octal_digits_cannot_say_is_refused(void **state)
{
    struct buffer archive;

    (void)state;
    buffer_init(&archive, TAR_BLOCK_SIZE);
    assert_int_equal(tar_add_header(&archive, "entries", TAR_FILE_SIZE_MAX + 1, 0), ERR_FULL);
    assert_int_equal(tar_add_header(&archive, "entries", 0, TAR_FILE_SIZE_MAX + 1), ERR_FULL);
    assert_int_equal(archive.length, 0);
    buffer_release(&archive);
}

static bool is_zero(const struct buffer *buffer)
{
    for (size_t i = 0; i < buffer->length; i++) {
        if (buffer->data[i] != 0) {
            return false;
        }
    }
    return true;
}

static void padding_goes_up_to_the_next_block_and_no_further(void **state)
{
    static const struct {
        int64_t length;
        size_t padding;
    } FILES[] = {{0, 0},     {1, 511},  {511, 1},  {512, 0},
                 {513, 511}, {1024, 0}, {1535, 1}, {TAR_FILE_SIZE_MAX, 1},
                 {66000, 48}};

    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        struct buffer archive;

        buffer_init(&archive, TAR_BLOCK_SIZE);
        tar_add_padding(&archive, FILES[i].length);
        assert_int_equal(buffer_status(&archive), ERR_OK);
        assert_int_equal(archive.length, FILES[i].padding);
        assert_true(is_zero(&archive));
        buffer_release(&archive);
    }
}

static void an_archive_ends_with_two_blocks_of_zeros(void **state)
{
    struct buffer archive;

    (void)state;
    buffer_init(&archive, (size_t)4 * TAR_BLOCK_SIZE);
    tar_add_end(&archive);
    assert_int_equal(archive.length, 2 * TAR_BLOCK_SIZE);
    assert_true(is_zero(&archive));
    buffer_release(&archive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_those_that_an_independent_program_writes),
        cmocka_unit_test(what_eleven_octal_digits_cannot_say_is_refused),
        cmocka_unit_test(padding_goes_up_to_the_next_block_and_no_further),
        cmocka_unit_test(an_archive_ends_with_two_blocks_of_zeros),
    };

    if (crypto_open() != ERR_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
