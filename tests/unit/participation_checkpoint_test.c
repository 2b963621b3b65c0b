/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/domain/checkpoint: a note and a verifier key that an
 * independent program made of the same key, ballot, size and root.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/checkpoint.h"
#include "runtime/crypto.h"

#define NAME "hyeopchi/seongdong/00010203-0405-0607-0809-0a0b0c0d0e0f"
#define TEXT NAME "\n1000000\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n"
#define SIGNATURE                                                                                  \
    "ieNWP6a6eIc/GZCBnU1aPu6h9z/yP/FOp4tYH9o+3MsCCA"                                               \
    "2yUnlbrvVwYRUtdnwl/Foe+ZVJLfmlRZiDGhVJpnukvgk="

struct vector {
    char name[CHECKPOINT_NAME_SIZE];
    uint8_t secret[CRYPTO_ED25519_SECRET_SIZE];
    uint8_t public_key[CRYPTO_ED25519_PUBLIC_SIZE];
    uint8_t key_hash[CRYPTO_HASH_SIZE];
};

static struct vector make_vector(void)
{
    struct vector vector;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    uint8_t x[CHECKPOINT_KEY_SIZE];
    struct encoder encoder;
    size_t length = 0;

    for (size_t i = 0; i < BALLOT_ID_SIZE; i++) {
        ballot_id[i] = (uint8_t)i;
    }
    checkpoint_name("seongdong", ballot_id, vector.name);
    memset(vector.secret, 0x44, sizeof vector.secret);
    assert_int_equal(crypto_public(CRYPTO_ED25519, vector.secret, vector.public_key, &length),
                     ERR_OK);
    encoder_init(&encoder, x, sizeof x);
    checkpoint_key_encode(&encoder, vector.name, vector.public_key);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    crypto_sha256(x, length, vector.key_hash);
    return vector;
}

static void a_note_is_what_an_independent_program_made(void **state)
{
    struct vector vector = make_vector();
    char text[CHECKPOINT_TEXT_SIZE];
    char note[CHECKPOINT_NOTE_SIZE];
    uint8_t root[ENCODE_HASH_SIZE];
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];

    (void)state;
    assert_string_equal(vector.name, NAME);
    memset(root, 0xab, sizeof root);
    checkpoint_text(vector.name, 1000000, root, text);
    assert_string_equal(text, TEXT);
    assert_int_equal(crypto_sign_data(CRYPTO_ED25519, vector.secret, text, strlen(text), signature),
                     ERR_OK);
    checkpoint_note(vector.name, text, vector.key_hash, signature, note);
    assert_string_equal(note, TEXT "\n\xe2\x80\x94 " NAME " " SIGNATURE "\n");
}

static void the_verifier_key_is_what_an_independent_program_made(void **state)
{
    struct vector vector = make_vector();
    char text[CHECKPOINT_VERIFIER_SIZE];

    (void)state;
    checkpoint_verifier(vector.name, vector.key_hash, vector.public_key, text);
    assert_string_equal(text, NAME "+89e3563f+AddZeTu8E6KBmoJ8dq22+6ikmu4Af0ny0JktmbglrSxI");
}

static void the_longest_names_and_numbers_fit(void **state)
{
    const char *district = "a-district-of-thirty-two-letters";
    uint8_t bytes[CHECKPOINT_SIGNATURE_SIZE];
    char name[CHECKPOINT_NAME_SIZE];
    char text[CHECKPOINT_TEXT_SIZE];
    char note[CHECKPOINT_NOTE_SIZE];
    char verifier[CHECKPOINT_VERIFIER_SIZE];

    (void)state;
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(strlen(district), CHECKPOINT_DISTRICT_MAX);
    checkpoint_name(district, bytes, name);
    checkpoint_text(name, UINT64_MAX, bytes, text);
    checkpoint_note(name, text, bytes, bytes, note);
    checkpoint_verifier(name, bytes, bytes, verifier);
    assert_int_equal(strlen(text), CHECKPOINT_TEXT_SIZE - 1);
    assert_int_equal(strlen(note), CHECKPOINT_NOTE_SIZE - 1);
    assert_int_equal(strlen(verifier), CHECKPOINT_VERIFIER_SIZE - 1);
    checkpoint_text(name, 0, bytes, text);
    assert_non_null(strstr(text, "\n0\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_what_an_independent_program_made),
        cmocka_unit_test(the_verifier_key_is_what_an_independent_program_made),
        cmocka_unit_test(the_longest_names_and_numbers_fit),
    };

    if (crypto_open() != ERR_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
