/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/crypto against published vectors: VOTING.md section 3, RFC 8032,
 * RFC 6979, RFC 4648, RFC 9562, and CRC-32C of RFC 3720. Never compares the
 * code with itself where an independent answer exists.
 */
#include "runtime/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_SIZE = 512 };

static void assert_hex(const void *data, size_t length, const char *expected)
{
    char text[TEXT_SIZE];

    crypto_hex(data, length, text, sizeof text);
    assert_string_equal(text, expected);
}

static void from_hex(const char *text, uint8_t *ret_data, size_t length)
{
    assert_int_equal(crypto_hex_parse(text, ret_data, length), ERR_OK);
}

/* The constants that the vectors of VOTING.md section 3 share. */
struct vector {
    uint8_t ballot_id[16];
    uint8_t ballot_key[32];
    uint8_t subject[32];
    uint8_t definition_hash[32];
};

static void vector_init(struct vector *vector)
{
    int i;

    for (i = 0; i < 16; i++) {
        vector->ballot_id[i] = (uint8_t)i;
    }
    memset(vector->ballot_key, 0x11, sizeof vector->ballot_key);
    crypto_sha256("subject-1", 9, vector->subject);
    crypto_sha256("ballot-def", 10, vector->definition_hash);
}

static void tagged_mac_reproduces_the_voter_tag_and_nullifier_vectors(void **state)
{
    struct vector v;
    uint8_t k_t[32];
    uint8_t k_n[32];
    uint8_t input[48];
    uint8_t mac[32];

    (void)state;
    vector_init(&v);
    crypto_tagged_mac(v.ballot_key, "key/vtag", v.ballot_id, 16, k_t);
    assert_hex(k_t, 32, "6e193790cdbf76f374a6dde42fbb49f95191135be5c027a74ec302760f919b51");
    crypto_tagged_mac(v.ballot_key, "key/null", v.ballot_id, 16, k_n);
    assert_hex(k_n, 32, "fd799b9629ac841021fc8a0ddc13b1cb345de0caf1427a722d56481d9e4eca5d");

    memcpy(input, v.ballot_id, 16);
    memcpy(input + 16, v.subject, 32);
    crypto_tagged_mac(k_t, "vtag", input, sizeof input, mac);
    assert_hex(mac, 32, "71ef0ed9042cc2f9a8d8c0dd0e9c0da2ecc012d4292e4ea19c1bd34202abf1f6");

    memcpy(input + 16, mac, 32);
    crypto_tagged_mac(k_n, "null", input, sizeof input, mac);
    assert_hex(mac, 32, "8780a22ead80e32cc86f6bcf458c14e7ed0493c8274e0890056bc05c4e265042");
}

static void tagged_hash_reproduces_the_commitment_vectors(void **state)
{
    static const char BODY[] = "01000300000007000000010000000c000000010000001e00000001";
    struct vector v;
    uint8_t input[16 + 32 + 32 + 2 + 27];
    uint8_t sealed[160];
    uint8_t hash[32];

    (void)state;
    vector_init(&v);
    memcpy(input, v.ballot_id, 16);
    memcpy(input + 16, v.definition_hash, 32);
    memset(input + 48, 0x22, 32);
    input[80] = 0;
    input[81] = 27;
    from_hex(BODY, input + 82, 27);
    crypto_tagged_hash("commit", input, sizeof input, hash);
    assert_hex(hash, 32, "2681e73fa06bc2e878423bc6a57095adf879577cc6d22784945f325bdb1e5f8d");

    memset(sealed, 0x33, sizeof sealed);
    crypto_tagged_hash("ct", sealed, sizeof sealed, hash);
    assert_hex(hash, 32, "8e65ceee092d111b4cb5cafe4aa4a1d4bff58b763bbc80ad180e8c84f65cb648");
}

static void hash_of_parts_is_the_hash_of_the_whole(void **state)
{
    const struct crypto_bytes parts[] = {{"a", 1}, {NULL, 0}, {"bc", 2}};
    uint8_t hash[32];

    (void)state;
    crypto_hash_parts(parts, 3, hash);
    assert_hex(hash, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_hash_parts(NULL, 0, hash);
    assert_hex(hash, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    crypto_sha256(NULL, 0, hash);
    assert_hex(hash, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void ed25519_reproduces_rfc_8032_and_refuses_any_flipped_bit(void **state)
{
    static const struct {
        const char *secret;
        const char *public_key;
        const char *message;
        const char *signature;
    } VECTORS[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
         "cf"
         "9b46bd25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
         "0f"
         "11d8c387b2eaeb4302aeeb00d291612bb0c00"},
        {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f7609"
         "84"
         "dc6594a7c15e9716ed28dc027beceea1ec40a"},
    };

    size_t i;

    (void)state;
    for (i = 0; i < sizeof VECTORS / sizeof VECTORS[0]; i++) {
        uint8_t secret[32];
        uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
        uint8_t message[2];
        uint8_t signature[64];
        const size_t length = strlen(VECTORS[i].message) / 2;
        size_t public_length = 0;
        int bit;

        from_hex(VECTORS[i].secret, secret, 32);
        from_hex(VECTORS[i].message, message, length);
        assert_int_equal(crypto_public(CRYPTO_ED25519, secret, public_key, &public_length), ERR_OK);
        assert_int_equal(public_length, 32);
        assert_hex(public_key, 32, VECTORS[i].public_key);
        assert_int_equal(crypto_sign_data(CRYPTO_ED25519, secret, message, length, signature),
                         ERR_OK);
        assert_hex(signature, 64, VECTORS[i].signature);
        assert_int_equal(crypto_verify(CRYPTO_ED25519, public_key, 32, message, length, signature),
                         ERR_OK);
        assert_int_equal(crypto_verify(CRYPTO_ED25519, public_key, 31, message, length, signature),
                         ERR_INVALID);
        for (bit = 0; bit < 512; bit++) {
            signature[bit / 8] ^= (uint8_t)(1U << (bit % 8));
            assert_int_equal(
                crypto_verify(CRYPTO_ED25519, public_key, 32, message, length, signature),
                ERR_INVALID);
            signature[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        }
    }
}

static void p256_reproduces_rfc_6979s_key_and_accepts_its_signature(void **state)
{
    uint8_t secret[32];
    uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
    uint8_t signature[64];
    size_t length = 0;

    (void)state;
    from_hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721", secret, 32);
    assert_int_equal(crypto_public(CRYPTO_ECDSA_P256, secret, public_key, &length), ERR_OK);
    assert_int_equal(length, CRYPTO_P256_PUBLIC_SIZE);
    assert_hex(public_key, length,
               "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
               "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
    from_hex(
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
        signature, 64);
    assert_int_equal(crypto_verify(CRYPTO_ECDSA_P256, public_key, length, "sample", 6, signature),
                     ERR_OK);
    assert_int_equal(crypto_verify(CRYPTO_ECDSA_P256, public_key, length, "Sample", 6, signature),
                     ERR_INVALID);
    signature[40] ^= 1;
    assert_int_equal(crypto_verify(CRYPTO_ECDSA_P256, public_key, length, "sample", 6, signature),
                     ERR_INVALID);
}

static void p256_refuses_secrets_and_points_that_are_none(void **state)
{
    uint8_t secret[32] = {0};
    uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
    uint8_t signature[64];
    size_t length = 0;

    (void)state;
    assert_int_equal(crypto_public(CRYPTO_ECDSA_P256, secret, public_key, &length), ERR_INVALID);
    assert_int_equal(crypto_sign_data(CRYPTO_ECDSA_P256, secret, "x", 1, signature), ERR_INVALID);
    /* The order of the group: one more than the largest secret. */
    from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", secret, 32);
    assert_int_equal(crypto_public(CRYPTO_ECDSA_P256, secret, public_key, &length), ERR_INVALID);
    from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", secret, 32);
    assert_int_equal(crypto_public(CRYPTO_ECDSA_P256, secret, public_key, &length), ERR_OK);
    assert_int_equal(crypto_sign_data(CRYPTO_ECDSA_P256, secret, "x", 1, signature), ERR_OK);
    assert_int_equal(crypto_verify(CRYPTO_ECDSA_P256, public_key, length, "x", 1, signature),
                     ERR_OK);
    public_key[64] ^= 1;
    assert_int_equal(crypto_verify(CRYPTO_ECDSA_P256, public_key, length, "x", 1, signature),
                     ERR_INVALID);
    public_key[64] ^= 1;
    public_key[0] = 0x06;
    assert_int_equal(crypto_verify(CRYPTO_ECDSA_P256, public_key, length, "x", 1, signature),
                     ERR_INVALID);
    memset(signature, 0, sizeof signature);
    public_key[0] = 0x04;
    assert_int_equal(crypto_verify(CRYPTO_ECDSA_P256, public_key, length, "x", 1, signature),
                     ERR_INVALID);
}

static void fresh_keys_of_both_suites_sign_what_they_verify(void **state)
{
    static const enum crypto_algorithm ALGORITHMS[] = {CRYPTO_ED25519, CRYPTO_ECDSA_P256};

    size_t i;
    int round;

    (void)state;
    for (i = 0; i < 2; i++) {
        for (round = 0; round < 20; round++) {
            uint8_t secret[32];
            uint8_t other_secret[32];
            uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
            uint8_t other_key[CRYPTO_P256_PUBLIC_SIZE];
            uint8_t signature[64];
            size_t length = 0;

            assert_int_equal(crypto_keypair(ALGORITHMS[i], secret, public_key, &length), ERR_OK);
            assert_int_equal(crypto_keypair(ALGORITHMS[i], other_secret, other_key, &length),
                             ERR_OK);
            assert_memory_not_equal(secret, other_secret, 32);
            assert_int_equal(
                crypto_sign_data(ALGORITHMS[i], secret, &round, sizeof round, signature), ERR_OK);
            assert_int_equal(
                crypto_verify(ALGORITHMS[i], public_key, length, &round, sizeof round, signature),
                ERR_OK);
            assert_int_equal(
                crypto_verify(ALGORITHMS[i], other_key, length, &round, sizeof round, signature),
                ERR_INVALID);
        }
    }
}

static void base64url_writes_and_reads_rfc_4648_without_padding(void **state)
{
    static const char *const TEXTS[] = {"", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"};
    char text[16];
    uint8_t bytes[8];
    size_t length;
    size_t i;

    (void)state;
    for (i = 0; i < 7; i++) {
        crypto_base64url("foobar", i, text, sizeof text);
        assert_string_equal(text, TEXTS[i]);
        assert_true(crypto_base64_size(i) > strlen(text));
        length = 99;
        assert_int_equal(crypto_base64url_parse(text, strlen(text), bytes, 8, &length), ERR_OK);
        assert_int_equal(length, i);
        assert_memory_equal(bytes, "foobar", i);
    }
    crypto_base64url("\xfb\xff", 2, text, sizeof text);
    assert_string_equal(text, "-_8");
    crypto_base64("\xfb\xff", 2, text, sizeof text);
    assert_string_equal(text, "+/8=");
}

static void base64_of_any_bytes_is_read_back_and_fits_exactly(void **state)
{
    uint8_t bytes[200];
    uint8_t back[sizeof bytes];

    (void)state;
    for (size_t n = 0; n <= sizeof bytes; n++) {
        const size_t url_size = (4 * n + 2) / 3 + 1;
        const size_t size = crypto_base64_size(n);
        char *text = malloc(size); /* exactly: a byte more would be found */
        char *url_text = malloc(url_size);
        size_t length = 0;

        assert_non_null(text);
        assert_non_null(url_text);
        crypto_random(bytes, sizeof bytes);
        crypto_base64(bytes, n, text, size);
        assert_int_equal(strlen(text), size - 1);
        assert_int_equal(crypto_base64_parse(text, size - 1, back, sizeof back, &length), ERR_OK);
        assert_int_equal(length, n);
        assert_memory_equal(back, bytes, n);
        crypto_base64url(bytes, n, url_text, url_size);
        assert_int_equal(strlen(url_text), url_size - 1);
        assert_int_equal(crypto_base64url_parse(url_text, url_size - 1, back, sizeof back, &length),
                         ERR_OK);
        assert_int_equal(length, n);
        assert_memory_equal(back, bytes, n);
        free(text);
        free(url_text);
    }
}

static void base64_refuses_second_spellings_and_what_does_not_fit(void **state)
{
    static const char *const URL_WRONG[] = {"Zg==", "Zh", "Zm9=", "Zm 8", "Z", "Zm+v", "Zm9v\n"};
    static const char *const WRONG[] = {"Zg", "Zg=", "Zh==", "Zm-v", "Zg===", "Zg==Zg=="};
    uint8_t bytes[8];
    size_t length = 99;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof URL_WRONG / sizeof URL_WRONG[0]; i++) {
        assert_int_equal(
            crypto_base64url_parse(URL_WRONG[i], strlen(URL_WRONG[i]), bytes, 8, &length),
            ERR_INVALID);
    }
    for (i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_int_equal(crypto_base64_parse(WRONG[i], strlen(WRONG[i]), bytes, 8, &length),
                         ERR_INVALID);
    }
    assert_int_equal(crypto_base64url_parse("Zm9v", 4, bytes, 2, &length), ERR_INVALID);
    assert_int_equal(length, 99);
    assert_int_equal(crypto_base64_parse("Zm8=", 4, bytes, 2, &length), ERR_OK);
    assert_int_equal(length, 2);
}

static void hex_is_read_only_in_its_one_spelling(void **state)
{
    uint8_t bytes[2] = {7, 7};

    (void)state;
    assert_int_equal(crypto_hex_parse("0AFF", bytes, 2), ERR_INVALID);
    assert_int_equal(crypto_hex_parse("0af", bytes, 2), ERR_INVALID);
    assert_int_equal(crypto_hex_parse("0afff", bytes, 2), ERR_INVALID);
    assert_int_equal(crypto_hex_parse("0a g", bytes, 2), ERR_INVALID);
    assert_int_equal(bytes[0], 7);
    assert_int_equal(crypto_hex_parse("0aff", bytes, 2), ERR_OK);
    assert_int_equal(bytes[0], 0x0a);
    assert_int_equal(bytes[1], 0xff);
}

static void uuids_have_one_spelling_and_the_right_version(void **state)
{
    static const char *const WRONG[] = {
        "",
        "2ed6657d-e927-568b-95e1-2665a8aea6a",
        "2ed6657d-e927-568b-95e1-2665a8aea6a22",
        "2ED6657D-e927-568b-95e1-2665a8aea6a2",
        "2ed6657de-927-568b-95e1-2665a8aea6a2",
        "2ed6657d-e927-568b-95e1-2665a8aea6ag",
        "{ed6657d-e927-568b-95e1-2665a8aea6a}",
    };
    uint8_t namespace_uuid[16];
    uint8_t uuid[16];
    uint8_t later[16];
    char text[CRYPTO_UUID_TEXT_SIZE];
    size_t i;

    (void)state;
    assert_int_equal(crypto_uuid_parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8", namespace_uuid),
                     ERR_OK);
    crypto_uuid5(namespace_uuid, "www.example.com", 15, uuid);
    crypto_uuid_format(uuid, text);
    assert_string_equal(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    assert_int_equal(crypto_uuid_parse(text, later), ERR_OK);
    assert_memory_equal(uuid, later, 16);
    for (i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_int_equal(crypto_uuid_parse(WRONG[i], uuid), ERR_INVALID);
    }

    /* RFC 9562, A.6: 2022-02-22T19:22:22Z is 017f22e2-79b0-7…. */
    crypto_uuid7(INT64_C(1645557742000), uuid);
    crypto_uuid_format(uuid, text);
    assert_memory_equal(text, "017f22e2-79b0-7", 15);
    assert_non_null(strchr("89ab", text[19]));
    crypto_uuid7(INT64_C(1645557742001), later);
    assert_true(memcmp(uuid, later, 16) < 0);
    crypto_uuid7(INT64_C(1645557742000), later);
    assert_memory_not_equal(uuid, later, 16);
}

static void crc32c_reproduces_rfc_3720(void **state)
{
    uint8_t bytes[32];
    int i;

    (void)state;
    assert_int_equal(crypto_crc32c("", 0), 0);
    assert_int_equal(crypto_crc32c("123456789", 9), 0xe3069283U);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(crypto_crc32c(bytes, 32), 0x8a9136aaU);
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(crypto_crc32c(bytes, 32), 0x62a8ab43U);
    for (i = 0; i < 32; i++) {
        bytes[i] = (uint8_t)i;
    }
    assert_int_equal(crypto_crc32c(bytes, 32), 0x46dd794eU);
}

static void equal_and_wipe_do_what_they_say(void **state)
{
    uint8_t secret[4] = {1, 2, 3, 4};

    (void)state;
    assert_true(crypto_equal(secret, "\1\2\3\4", 4));
    assert_false(crypto_equal(secret, "\1\2\3\5", 4));
    crypto_wipe(secret, sizeof secret);
    assert_memory_equal(secret, "\0\0\0\0", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tagged_mac_reproduces_the_voter_tag_and_nullifier_vectors),
        cmocka_unit_test(tagged_hash_reproduces_the_commitment_vectors),
        cmocka_unit_test(hash_of_parts_is_the_hash_of_the_whole),
        cmocka_unit_test(ed25519_reproduces_rfc_8032_and_refuses_any_flipped_bit),
        cmocka_unit_test(p256_reproduces_rfc_6979s_key_and_accepts_its_signature),
        cmocka_unit_test(p256_refuses_secrets_and_points_that_are_none),
        cmocka_unit_test(fresh_keys_of_both_suites_sign_what_they_verify),
        cmocka_unit_test(base64url_writes_and_reads_rfc_4648_without_padding),
        cmocka_unit_test(base64_of_any_bytes_is_read_back_and_fits_exactly),
        cmocka_unit_test(base64_refuses_second_spellings_and_what_does_not_fit),
        cmocka_unit_test(hex_is_read_only_in_its_one_spelling),
        cmocka_unit_test(uuids_have_one_spelling_and_the_right_version),
        cmocka_unit_test(crc32c_reproduces_rfc_3720),
        cmocka_unit_test(equal_and_wipe_do_what_they_say),
    };

    if (crypto_open()) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
