/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ed25519 and random numbers by libsodium, SHA-256 by OpenSSL, which knows the
 * processor's own instructions for it and is four times as fast; MACs and UUIDs
 * on top of these. ECDSA P-256 is crypto_p256.c and the text forms are
 * crypto_text.c. Never invents a scheme of
 * its own: what is hashed, and how, is VOTING.md section 3.
 */
/* SHA256_Init() and its like are deprecated, not going away; what replaces them allocates memory for
 * every hash, and a vote is made of a dozen short ones. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "runtime/crypto.h"

#include "runtime/crypto_p256.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <string.h>

enum {
    TAG_NAME_LENGTH_MAX = 200,
    MAC_KEY_SIZE = 32,
    UUID_VERSION_BYTE = 6,
    UUID_VARIANT_BYTE = 8,
};

static const char TAG_PREFIX[] = "pbv1/";

static_assert(CRYPTO_HASH_SIZE == SHA256_DIGEST_LENGTH, "SHA-256 is 32 bytes");
static_assert((int)MAC_KEY_SIZE <= SHA256_CBLOCK, "HMAC pads keys that are no longer than a block");
static_assert(CRYPTO_ED25519_PUBLIC_SIZE == crypto_sign_PUBLICKEYBYTES, "sizes agree");
static_assert(CRYPTO_ED25519_SECRET_SIZE == crypto_sign_SEEDBYTES, "the seed is what is stored");
static_assert(CRYPTO_SIGNATURE_SIZE == crypto_sign_BYTES, "sizes agree");

enum err crypto_open(void)
{
    return sodium_init() < 0 ? ERR_INTERNAL : ERR_OK;
}

void crypto_hash_parts(const struct crypto_bytes *parts, size_t count,
                       uint8_t ret_hash[CRYPTO_HASH_SIZE])
{
    SHA256_CTX state;
    size_t i;

    assert(parts != NULL || count == 0);

    (void)SHA256_Init(&state); /* None of these can fail. */
    for (i = 0; i < count; i++) {
        (void)SHA256_Update(&state, parts[i].data, parts[i].length);
    }
    (void)SHA256_Final(ret_hash, &state);
}

static_assert(sizeof(SHA256_CTX) <= sizeof(struct crypto_hasher), "a state fits");
static_assert(_Alignof(SHA256_CTX) <= _Alignof(struct crypto_hasher), "and is aligned in it");

void crypto_hasher_begin(struct crypto_hasher *hasher)
{
    (void)SHA256_Init((SHA256_CTX *)hasher->state); /* Cannot fail. */
}

void crypto_hasher_add(struct crypto_hasher *hasher, const void *data, size_t length)
{
    (void)SHA256_Update((SHA256_CTX *)hasher->state, data, length);
}

void crypto_hasher_end(struct crypto_hasher *hasher, uint8_t ret_hash[CRYPTO_HASH_SIZE])
{
    (void)SHA256_Final(ret_hash, (SHA256_CTX *)hasher->state);
}

void crypto_sha256(const void *data, size_t length, uint8_t ret_hash[CRYPTO_HASH_SIZE])
{
    const struct crypto_bytes part = {data, length};

    crypto_hash_parts(&part, 1, ret_hash);
}

/* T(name) without its length byte is prefix and name; both together must fit that byte. */
static uint8_t tag_length(const char *name)
{
    size_t name_length = strlen(name);

    assert(name_length > 0);
    assert(name_length <= TAG_NAME_LENGTH_MAX);
    return (uint8_t)(sizeof TAG_PREFIX - 1 + name_length);
}

void crypto_tagged_hash(const char *name, const void *data, size_t length,
                        uint8_t ret_hash[CRYPTO_HASH_SIZE])
{
    const uint8_t tag = tag_length(name);
    const struct crypto_bytes parts[] = {
        {&tag, sizeof tag},
        {TAG_PREFIX, sizeof TAG_PREFIX - 1},
        {name, strlen(name)},
        {data, length},
    };

    crypto_hash_parts(parts, sizeof parts / sizeof parts[0], ret_hash);
}

/* Begins a hash with the key's block, as RFC 2104 has it for its inner and its outer one. */
static void mac_begin(SHA256_CTX *state, const uint8_t key[MAC_KEY_SIZE], uint8_t pad)
{
    uint8_t block[SHA256_CBLOCK];
    size_t i;

    memset(block, pad, sizeof block);
    for (i = 0; i < MAC_KEY_SIZE; i++) {
        block[i] ^= key[i];
    }
    (void)SHA256_Init(state); /* None of these can fail. */
    (void)SHA256_Update(state, block, sizeof block);
    sodium_memzero(block, sizeof block);
}

void crypto_tagged_mac(const uint8_t key[32], const char *name, const void *data, size_t length,
                       uint8_t ret_mac[CRYPTO_HASH_SIZE])
{
    const uint8_t tag = tag_length(name);
    uint8_t inner[CRYPTO_HASH_SIZE];
    SHA256_CTX state;

    mac_begin(&state, key, 0x36);
    (void)SHA256_Update(&state, &tag, sizeof tag);
    (void)SHA256_Update(&state, TAG_PREFIX, sizeof TAG_PREFIX - 1);
    (void)SHA256_Update(&state, name, strlen(name));
    (void)SHA256_Update(&state, data, length);
    (void)SHA256_Final(inner, &state);

    mac_begin(&state, key, 0x5c);
    (void)SHA256_Update(&state, inner, sizeof inner);
    (void)SHA256_Final(ret_mac, &state);
    sodium_memzero(inner, sizeof inner);
    sodium_memzero(&state, sizeof state);
}

enum err crypto_keypair(enum crypto_algorithm algorithm, uint8_t ret_secret[32],
                        uint8_t *ret_public, size_t *ret_public_length)
{
    uint8_t secret[32];
    enum err err;

    /* Not every 32 bytes are a P-256 secret; OpenSSL's own generator knows which are. */
    if (algorithm == CRYPTO_ECDSA_P256) {
        err = crypto_p256_secret(secret);
        if (err) {
            return err;
        }
    } else {
        randombytes_buf(secret, sizeof secret);
    }

    err = crypto_public(algorithm, secret, ret_public, ret_public_length);
    if (!err) {
        memcpy(ret_secret, secret, sizeof secret);
    }
    sodium_memzero(secret, sizeof secret);
    return err;
}

enum err crypto_public(enum crypto_algorithm algorithm, const uint8_t secret[32],
                       uint8_t *ret_public, size_t *ret_public_length)
{
    uint8_t expanded[crypto_sign_SECRETKEYBYTES];

    if (algorithm == CRYPTO_ECDSA_P256) {
        enum err err = crypto_p256_public(secret, ret_public);
        if (!err) {
            *ret_public_length = CRYPTO_P256_PUBLIC_SIZE;
        }
        return err;
    }

    assert(algorithm == CRYPTO_ED25519);
    (void)crypto_sign_seed_keypair(ret_public, expanded, secret);
    sodium_memzero(expanded, sizeof expanded);
    *ret_public_length = CRYPTO_ED25519_PUBLIC_SIZE;
    return ERR_OK;
}

enum err crypto_ed25519_parse(const char *text, uint8_t ret_secret[CRYPTO_ED25519_SECRET_SIZE],
                              uint8_t ret_public[CRYPTO_ED25519_PUBLIC_SIZE])
{
    size_t length = 0;
    enum err err =
        crypto_base64url_parse(text, strlen(text), ret_secret, CRYPTO_ED25519_SECRET_SIZE, &length);

    if (err || length != CRYPTO_ED25519_SECRET_SIZE) {
        return ERR_INVALID;
    }
    return crypto_public(CRYPTO_ED25519, ret_secret, ret_public, &length);
}

enum err crypto_sign_data(enum crypto_algorithm algorithm, const uint8_t secret[32],
                          const void *data, size_t length,
                          uint8_t ret_signature[CRYPTO_SIGNATURE_SIZE])
{
    uint8_t public_key[CRYPTO_ED25519_PUBLIC_SIZE];
    uint8_t expanded[crypto_sign_SECRETKEYBYTES];

    if (algorithm == CRYPTO_ECDSA_P256) {
        return crypto_p256_sign(secret, data, length, ret_signature);
    }

    assert(algorithm == CRYPTO_ED25519);
    (void)crypto_sign_seed_keypair(public_key, expanded, secret);
    (void)crypto_sign_detached(ret_signature, NULL, data, length, expanded);
    sodium_memzero(expanded, sizeof expanded);
    return ERR_OK;
}

enum err crypto_verify(enum crypto_algorithm algorithm, const uint8_t *public_key,
                       size_t public_length, const void *data, size_t length,
                       const uint8_t signature[CRYPTO_SIGNATURE_SIZE])
{
    if (algorithm == CRYPTO_ECDSA_P256) {
        return crypto_p256_verify(public_key, public_length, data, length, signature);
    }

    assert(algorithm == CRYPTO_ED25519);
    if (public_length != CRYPTO_ED25519_PUBLIC_SIZE) {
        return ERR_INVALID;
    }
    if (crypto_sign_verify_detached(signature, data, length, public_key) != 0) {
        return ERR_INVALID;
    }
    return ERR_OK;
}

void crypto_random(void *ret_data, size_t length)
{
    randombytes_buf(ret_data, length);
}

void crypto_wipe(void *data, size_t length)
{
    sodium_memzero(data, length);
}

bool crypto_equal(const void *a, const void *b, size_t length)
{
    return sodium_memcmp(a, b, length) == 0;
}

/* Puts version and variant of RFC 9562 over the random or hashed bits. */
static void uuid_mark(uint8_t uuid[CRYPTO_UUID_SIZE], unsigned version)
{
    uuid[UUID_VERSION_BYTE] = (uint8_t)((version << 4) | (uuid[UUID_VERSION_BYTE] & 0x0fU));
    uuid[UUID_VARIANT_BYTE] = (uint8_t)(0x80U | (uuid[UUID_VARIANT_BYTE] & 0x3fU));
}

void crypto_uuid7(int64_t time_ms, uint8_t ret_uuid[CRYPTO_UUID_SIZE])
{
    const uint64_t time = (uint64_t)time_ms;
    int i;

    assert(time_ms >= 0);
    assert(time_ms < (INT64_C(1) << 48));

    randombytes_buf(ret_uuid, CRYPTO_UUID_SIZE);
    for (i = 0; i < 6; i++) {
        ret_uuid[i] = (uint8_t)(time >> (40 - 8 * i));
    }
    uuid_mark(ret_uuid, 7);
}

void crypto_uuid5(const uint8_t namespace_uuid[CRYPTO_UUID_SIZE], const void *name, size_t length,
                  uint8_t ret_uuid[CRYPTO_UUID_SIZE])
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int done = 0;

    /* SHA-1 names things here, it protects nothing; RFC 9562 fixes it for version 5. */
    if (context != NULL) {
        done = EVP_DigestInit_ex(context, EVP_sha1(), NULL) == 1 &&
               EVP_DigestUpdate(context, namespace_uuid, CRYPTO_UUID_SIZE) == 1 &&
               EVP_DigestUpdate(context, name, length) == 1 &&
               EVP_DigestFinal_ex(context, digest, NULL) == 1;
    }
    EVP_MD_CTX_free(context);

    /* Only a machine out of memory, or an OpenSSL without SHA-1, comes here. */
    assert(done);
    memcpy(ret_uuid, digest, CRYPTO_UUID_SIZE);
    uuid_mark(ret_uuid, 5);
}
