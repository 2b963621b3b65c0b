/* SPDX-License-Identifier: Apache-2.0 */
/* verify/note: checkpoints and keys are read in their one spelling, and believed only when signed. */
#include "verify/note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { TEXT_SIZE = 1024 };

static const char NAME[] = "hyeopchi/성동구/00010203-0405-0607-0809-0a0b0c0d0e0f";

/* A key, and a checkpoint of 7 leaves signed by it. */
struct fixture {
    struct digest *digest;
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    char key[TEXT_SIZE];
    char note[2 * TEXT_SIZE];
};

static struct span text(const char *string)
{
    return (struct span){.data = (const uint8_t *)string, .length = strlen(string)};
}

static void write_key(struct fixture *fixture, const unsigned char *public_key)
{
    static const uint8_t MIDDLE[] = {'\n', 1};
    uint8_t typed[1 + NOTE_KEY_SIZE] = {1};
    uint8_t hash[DIGEST_SIZE];
    char base64[SPELL_BASE64_MAX(sizeof typed) + 1];

    memcpy(typed + 1, public_key, NOTE_KEY_SIZE);
    digest_begin(fixture->digest);
    digest_add(fixture->digest, text(NAME));
    digest_add(fixture->digest, (struct span){.data = MIDDLE, .length = sizeof MIDDLE});
    digest_add(fixture->digest, (struct span){.data = public_key, .length = NOTE_KEY_SIZE});
    digest_end(fixture->digest, hash);
    spell_base64(typed, sizeof typed, SPELL_BASE64, base64);
    (void)snprintf(fixture->key, sizeof fixture->key, "%s+%02x%02x%02x%02x+%s", NAME, hash[0],
                   hash[1], hash[2], hash[3], base64);
}

/* Signs what a checkpoint says, by whichever key hash is given. */
static void write_note(struct fixture *fixture, const char *size, uint32_t key_hash)
{
    uint8_t root[DIGEST_SIZE];
    uint8_t bytes[4 + NOTE_SIGNATURE_SIZE] = {(uint8_t)(key_hash >> 24), (uint8_t)(key_hash >> 16),
                                              (uint8_t)(key_hash >> 8), (uint8_t)key_hash};
    char base64[SPELL_BASE64_MAX(sizeof bytes) + 1];
    char signed_text[TEXT_SIZE];

    memset(root, 0xAB, sizeof root);
    spell_base64(root, sizeof root, SPELL_BASE64, base64);
    (void)snprintf(signed_text, sizeof signed_text, "%s\n%s\n%s\n", NAME, size, base64);
    assert_int_equal(crypto_sign_detached(bytes + 4, NULL, (const unsigned char *)signed_text,
                                          strlen(signed_text), fixture->secret),
                     0);
    spell_base64(bytes, sizeof bytes, SPELL_BASE64, base64);
    (void)snprintf(fixture->note, sizeof fixture->note, "%s\n\xE2\x80\x94 %s %s\n", signed_text,
                   NAME, base64);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    unsigned char seed[crypto_sign_SEEDBYTES];
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    struct note_key key;

    assert_non_null(fixture);
    fixture->digest = digest_new();
    assert_non_null(fixture->digest);
    memset(seed, 5, sizeof seed);
    assert_int_equal(crypto_sign_seed_keypair(public_key, fixture->secret, seed), 0);
    write_key(fixture, public_key);
    assert_true(note_key_read(text(fixture->key), fixture->digest, &key));
    write_note(fixture, "7", key.hash);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    digest_free(fixture->digest);
    free(fixture);
    return 0;
}

static void a_checkpoint_says_origin_size_and_root_and_is_signed_by_its_key(void **state)
{
    struct fixture *fixture = *state;
    struct note_key key;
    struct note note;

    assert_true(note_key_read(text(fixture->key), fixture->digest, &key));
    assert_true(note_read(text(fixture->note), &note));
    assert_true(span_is_text(note.origin, NAME));
    assert_int_equal(note.size, 7);
    assert_int_equal(note.root[31], 0xAB);
    assert_true(note_signed_by(&note, &key));
}

static void a_checkpoint_with_any_bit_changed_is_refused_or_not_signed(void **state)
{
    struct fixture *fixture = *state;
    size_t length = strlen(fixture->note);
    struct note_key key;
    struct note note;

    assert_true(note_key_read(text(fixture->key), fixture->digest, &key));
    for (size_t at = 0; at < length; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            fixture->note[at] = (char)(fixture->note[at] ^ (1 << bit));
            if (note_read((struct span){.data = (const uint8_t *)fixture->note, .length = length},
                          &note)) {
                assert_false(note_signed_by(&note, &key));
            }
            fixture->note[at] = (char)(fixture->note[at] ^ (1 << bit));
        }
    }
}

static void a_checkpoint_cut_anywhere_or_with_more_behind_it_is_refused(void **state)
{
    struct fixture *fixture = *state;
    size_t length = strlen(fixture->note);
    struct note note;

    for (size_t cut = 0; cut < length; cut++) {
        assert_false(
            note_read((struct span){.data = (const uint8_t *)fixture->note, .length = cut}, &note));
    }
    fixture->note[length] = '\n';
    assert_false(note_read(
        (struct span){.data = (const uint8_t *)fixture->note, .length = length + 1}, &note));
}

static void sizes_that_are_zero_or_have_a_leading_zero_are_refused(void **state)
{
    static const char *const WRONG[] = {"0", "07", "+7", "", "9223372036854775808"};
    struct fixture *fixture = *state;
    struct note note;

    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        write_note(fixture, WRONG[i], 0);
        assert_false(note_read(text(fixture->note), &note));
    }
}

static void a_signature_under_another_key_hash_is_not_the_keys(void **state)
{
    struct fixture *fixture = *state;
    struct note_key key;
    struct note note;

    assert_true(note_key_read(text(fixture->key), fixture->digest, &key));
    write_note(fixture, "7", key.hash ^ 1);
    assert_true(note_read(text(fixture->note), &note));
    assert_false(note_signed_by(&note, &key));
}

static void a_verifier_key_that_names_another_hash_or_type_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct note_key key;
    size_t length = strlen(fixture->key);

    for (size_t at = 0; at < length; at++) {
        char kept = fixture->key[at];

        fixture->key[at] = kept == 'A' ? 'B' : 'A';
        assert_false(note_key_read(text(fixture->key), fixture->digest, &key));
        fixture->key[at] = kept;
    }
    fixture->key[length - 1] = '\0';
    assert_false(note_key_read(text(fixture->key), fixture->digest, &key));
    assert_false(note_key_read(text(""), fixture->digest, &key));
    assert_false(note_key_read(text("++"), fixture->digest, &key));
}

static void an_origin_has_no_space_or_plus(void **state)
{
    uint8_t id[SPELL_UUID_BYTES];
    char origin[NOTE_ORIGIN_MAX];
    char longest[NOTE_DISTRICT_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof id; i++) {
        id[i] = (uint8_t)i;
    }
    assert_true(note_origin(text("성동구"), id, origin));
    assert_string_equal(origin, NAME);
    assert_true(note_origin(text("a b+c"), id, origin));
    assert_string_equal(origin, "hyeopchi/a_b_c/00010203-0405-0607-0809-0a0b0c0d0e0f");
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_false(note_origin(text(longest), id, origin));
    assert_false(note_origin(text(""), id, origin));
    assert_false(note_origin(text("\n"), id, origin));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_checkpoint_says_origin_size_and_root_and_is_signed_by_its_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_checkpoint_with_any_bit_changed_is_refused_or_not_signed,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_checkpoint_cut_anywhere_or_with_more_behind_it_is_refused,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(sizes_that_are_zero_or_have_a_leading_zero_are_refused,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_signature_under_another_key_hash_is_not_the_keys, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_verifier_key_that_names_another_hash_or_type_is_refused,
                                        set_up, tear_down),
        cmocka_unit_test(an_origin_has_no_space_or_plus),
    };

    if (sodium_init() < 0) {
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
