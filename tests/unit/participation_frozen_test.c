/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/frozen: key files as they are made, refused and protected, and
 * definitions with the keys that come of them. Needs no server; each test has a
 * folder of its own.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/ballot_encode.h"
#include "participation/frozen.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_SIZE = 32 };

static const char ID_TEXT[] = "00010203-0405-0607-0809-0a0b0c0d0e0f";

struct folder {
    char path[64];
    char key_path[128];
    struct fixture fixture;
    uint8_t definition[BALLOT_ENCODE_BASE_MAX + FIXTURE_OPTION_COUNT * BALLOT_ENCODE_OPTION_MAX];
    size_t length;
};

static int set_up(void **state)
{
    static struct folder folder;
    struct encoder encoder;

    (void)snprintf(folder.path, sizeof folder.path, "/tmp/hyeopchi-frozen-XXXXXX");
    assert_non_null(mkdtemp(folder.path));
    (void)snprintf(folder.key_path, sizeof folder.key_path, "%s/%s.key", folder.path, ID_TEXT);
    fixture_init(&folder.fixture);
    encoder_init(&encoder, folder.definition, sizeof folder.definition);
    ballot_encode(&encoder, &folder.fixture.definition);
    assert_int_equal(encoder_finish(&encoder, &folder.length), ERR_OK);
    *state = &folder;
    return 0;
}

static int tear_down(void **state)
{
    const struct folder *folder = *state;

    (void)unlink(folder->key_path); /* Not every test makes it. */
    return rmdir(folder->path);
}

static enum err create(const struct folder *folder)
{
    return frozen_key_create(folder->path, folder->fixture.definition.ballot_id);
}

static enum err make(const struct folder *folder, struct frozen **ret_frozen)
{
    return frozen_make(folder->definition, folder->length, folder->path, ret_frozen);
}

static void write_key(const struct folder *folder, uint8_t byte, size_t length)
{
    uint8_t key[KEY_SIZE + 1];
    FILE *file = fopen(folder->key_path, "wb");

    memset(key, byte, sizeof key);
    assert_non_null(file);
    assert_int_equal(fwrite(key, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void a_key_file_is_32_bytes_that_only_its_owner_reads(void **state)
{
    const struct folder *folder = *state;
    mode_t before = umask(0);
    enum err err = create(folder);
    struct stat status;

    (void)umask(before);
    assert_int_equal(err, ERR_OK);
    assert_int_equal(stat(folder->key_path, &status), 0);
    assert_int_equal(status.st_size, KEY_SIZE);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_second_key_for_a_ballot_is_refused_and_the_first_one_stays(void **state)
{
    const struct folder *folder = *state;
    struct frozen *first = NULL;
    struct frozen *second = NULL;

    assert_int_equal(create(folder), ERR_OK);
    assert_int_equal(make(folder, &first), ERR_OK);
    assert_int_equal(create(folder), ERR_CONFLICT);
    assert_int_equal(make(folder, &second), ERR_OK);
    assert_memory_equal(first->vtag_key, second->vtag_key, CRYPTO_HASH_SIZE);
    frozen_release(first);
    frozen_release(second);
}

static void every_new_key_is_another_one(void **state)
{
    const struct folder *folder = *state;
    struct frozen *first = NULL;
    struct frozen *second = NULL;

    assert_int_equal(create(folder), ERR_OK);
    assert_int_equal(make(folder, &first), ERR_OK);
    assert_int_equal(unlink(folder->key_path), 0);
    assert_int_equal(create(folder), ERR_OK);
    assert_int_equal(make(folder, &second), ERR_OK);
    assert_memory_not_equal(first->vtag_key, second->vtag_key, CRYPTO_HASH_SIZE);
    assert_memory_not_equal(first->nullifier_key, second->nullifier_key, CRYPTO_HASH_SIZE);
    frozen_release(first);
    frozen_release(second);
}

static void a_key_is_not_made_where_there_is_no_folder(void **state)
{
    const struct folder *folder = *state;
    char nowhere[128];

    (void)snprintf(nowhere, sizeof nowhere, "%s/nowhere", folder->path);
    assert_int_equal(frozen_key_create(nowhere, folder->fixture.definition.ballot_id),
                     ERR_INTERNAL);
}

static void a_missing_short_or_long_key_is_refused(void **state)
{
    const struct folder *folder = *state;
    struct frozen *frozen = NULL;

    assert_int_equal(make(folder, &frozen), ERR_INTERNAL);
    for (size_t length = 0; length <= KEY_SIZE + 1; length++) {
        if (length != KEY_SIZE) {
            write_key(folder, 0x11, length);
            assert_int_equal(make(folder, &frozen), ERR_INTERNAL);
        }
    }
    assert_null(frozen);
}

static void the_keys_are_those_of_the_published_vectors(void **state)
{
    const struct folder *folder = *state;
    struct frozen *frozen = NULL;
    char hex[2 * CRYPTO_HASH_SIZE + 1];

    write_key(folder, 0x11, KEY_SIZE);
    assert_int_equal(make(folder, &frozen), ERR_OK);
    crypto_hex(frozen->vtag_key, CRYPTO_HASH_SIZE, hex, sizeof hex);
    assert_string_equal(hex, "6e193790cdbf76f374a6dde42fbb49f95191135be5c027a74ec302760f919b51");
    crypto_hex(frozen->nullifier_key, CRYPTO_HASH_SIZE, hex, sizeof hex);
    assert_string_equal(hex, "fd799b9629ac841021fc8a0ddc13b1cb345de0caf1427a722d56481d9e4eca5d");
    frozen_release(frozen);
}

static void a_frozen_definition_finds_its_options_and_knows_its_hash(void **state)
{
    const struct folder *folder = *state;
    struct frozen *frozen = NULL;
    uint8_t hash[CRYPTO_HASH_SIZE];

    assert_int_equal(create(folder), ERR_OK);
    assert_int_equal(make(folder, &frozen), ERR_OK);
    assert_string_equal(frozen->id_text, ID_TEXT);
    assert_int_equal(ballot_option_find(&frozen->definition, &frozen->index, "youth-space"), 3);
    assert_int_equal(ballot_option_find(&frozen->definition, &frozen->index, "youth"), 0);
    crypto_tagged_hash("ballot", folder->definition, folder->length, hash);
    assert_memory_equal(frozen->definition_hash, hash, sizeof hash);
    assert_ptr_equal(frozen_hold(frozen), frozen);
    frozen_release(frozen);
    assert_string_equal(frozen->options[0].id, "health-walk"); /* Held still. */
    frozen_release(frozen);
    frozen_release(NULL);
}

static void bytes_that_are_no_definition_are_refused_at_every_length(void **state)
{
    const struct folder *folder = *state;
    struct definition_copy *copy = NULL;
    struct frozen *frozen = NULL;

    assert_int_equal(create(folder), ERR_OK);
    for (size_t length = 0; length < folder->length; length++) {
        assert_int_equal(definition_copy_make(folder->definition, length, &copy), ERR_INVALID);
        assert_int_equal(frozen_make(folder->definition, length, folder->path, &frozen),
                         ERR_INVALID);
    }
    assert_null(copy);
    assert_null(frozen);
}

static void a_copy_needs_no_key(void **state)
{
    const struct folder *folder = *state;
    struct definition_copy *copy = NULL;

    assert_int_equal(definition_copy_make(folder->definition, folder->length, &copy), ERR_OK);
    assert_string_equal(copy->definition.options[2].id, "youth-space");
    assert_int_equal(copy->definition.budget_krw, folder->fixture.definition.budget_krw);
    free(copy);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void a_destroyed_key_is_gone_and_destroying_it_again_is_harmless(void **state)
{
    const struct folder *folder = *state;
    const uint8_t *id = folder->fixture.definition.ballot_id;
    uint8_t before[KEY_SIZE];
    uint8_t after[KEY_SIZE];
    struct frozen *frozen = NULL;
    char other[160];
    int fd;

    assert_int_equal(create(folder), ERR_OK);
    (void)snprintf(other, sizeof other, "%s.linked", folder->key_path);
    assert_int_equal(link(folder->key_path, other), 0);
    fd = open(other, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, before, sizeof before, 0), KEY_SIZE);
    assert_int_equal(frozen_key_destroy(folder->path, id), ERR_OK);
    assert_int_equal(access(folder->key_path, F_OK), -1);
    /* What the name led to holds another 32 bytes. */
    assert_int_equal(pread(fd, after, sizeof after, 0), KEY_SIZE);
    assert_memory_not_equal(before, after, sizeof before);
    assert_int_equal(close(fd), 0);
    assert_int_equal(unlink(other), 0);
    assert_int_equal(frozen_key_destroy(folder->path, id), ERR_OK);
    assert_int_equal(make(folder, &frozen), ERR_INTERNAL);
    assert_int_equal(frozen_make_keyless(folder->definition, folder->length, &frozen), ERR_OK);
    assert_false(frozen->has_key);
    assert_string_equal(frozen->id_text, ID_TEXT);
    frozen_release(frozen);
    assert_int_equal(frozen_key_destroy("/nowhere/at/all", id), ERR_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_file_is_32_bytes_that_only_its_owner_reads),
        TEST(a_second_key_for_a_ballot_is_refused_and_the_first_one_stays),
        TEST(every_new_key_is_another_one),
        TEST(a_key_is_not_made_where_there_is_no_folder),
        TEST(a_missing_short_or_long_key_is_refused),
        TEST(the_keys_are_those_of_the_published_vectors),
        TEST(a_frozen_definition_finds_its_options_and_knows_its_hash),
        TEST(bytes_that_are_no_definition_are_refused_at_every_length),
        TEST(a_copy_needs_no_key),
        TEST(a_destroyed_key_is_gone_and_destroying_it_again_is_harmless),
    };

    if (crypto_open() != ERR_OK) {
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests_name("participation_frozen", tests, NULL, NULL);
}
