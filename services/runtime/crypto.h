/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes, MACs, signatures, random numbers and their text forms. libsodium
 * does the work; ECDSA P-256 is OpenSSL's. crypto_open() once before anything
 * else; then any thread. libsodium's own names crypto_hash and crypto_sign are
 * why two names here are longer.
 *
 * Tagged forms of VOTING.md section 3:
 *   T(name) = u8 length || ASCII("pbv1/" + name)
 *   H(name, x) = SHA-256(T(name) || x)      M(k, name, x) = HMAC-SHA256(k, T(name) || x)
 */
#ifndef HYEOPCHI_RUNTIME_CRYPTO_H
#define HYEOPCHI_RUNTIME_CRYPTO_H

#include "runtime/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CRYPTO_HASH_SIZE = 32,
    CRYPTO_ED25519_PUBLIC_SIZE = 32,
    CRYPTO_ED25519_SECRET_SIZE = 32, /* the seed; the only secret form that is stored */
    CRYPTO_P256_PUBLIC_SIZE = 65,    /* uncompressed point: 04 || x || y */
    CRYPTO_P256_SECRET_SIZE = 32,
    CRYPTO_SIGNATURE_SIZE = 64, /* both suites: Ed25519, or r || s */
    CRYPTO_UUID_SIZE = 16,
    CRYPTO_UUID_TEXT_SIZE = 37,
};

enum crypto_algorithm { CRYPTO_ED25519 = 1, CRYPTO_ECDSA_P256 = 2 };

ERR_CHECKED enum err crypto_open(void);

struct crypto_bytes {
    const void *data;
    size_t length;
};

/* SHA-256 over the parts, one after another. */
void crypto_hash_parts(const struct crypto_bytes *parts, size_t count,
                       uint8_t ret_hash[CRYPTO_HASH_SIZE]);
/* SHA-256 of one run of bytes. */
void crypto_sha256(const void *data, size_t length, uint8_t ret_hash[CRYPTO_HASH_SIZE]);

/* SHA-256 of what comes piece by piece. */
struct crypto_hasher {
    uint64_t state[16]; /* the library's */
};

void crypto_hasher_begin(struct crypto_hasher *hasher);
void crypto_hasher_add(struct crypto_hasher *hasher, const void *data, size_t length);
void crypto_hasher_end(struct crypto_hasher *hasher, uint8_t ret_hash[CRYPTO_HASH_SIZE]);
/* H(name, x). */
void crypto_tagged_hash(const char *name, const void *data, size_t length,
                        uint8_t ret_hash[CRYPTO_HASH_SIZE]);
/* M(k, name, x). */
void crypto_tagged_mac(const uint8_t key[32], const char *name, const void *data, size_t length,
                       uint8_t ret_mac[CRYPTO_HASH_SIZE]);

/* A key pair; secret is a seed. P-256 may fail inside OpenSSL: ERR_INTERNAL. */
ERR_CHECKED enum err crypto_keypair(enum crypto_algorithm algorithm, uint8_t ret_secret[32],
                                    uint8_t *ret_public, size_t *ret_public_length);
/* The public key of a secret. */
ERR_CHECKED enum err crypto_public(enum crypto_algorithm algorithm, const uint8_t secret[32],
                                   uint8_t *ret_public, size_t *ret_public_length);
/* An Ed25519 key as settings hold it, the base64url text of its seed, and its public key. ERR_INVALID
 * when the text is not that of 32 bytes. */
ERR_CHECKED enum err crypto_ed25519_parse(const char *text,
                                          uint8_t ret_secret[CRYPTO_ED25519_SECRET_SIZE],
                                          uint8_t ret_public[CRYPTO_ED25519_PUBLIC_SIZE]);
ERR_CHECKED enum err crypto_sign_data(enum crypto_algorithm algorithm, const uint8_t secret[32],
                                      const void *data, size_t length,
                                      uint8_t ret_signature[CRYPTO_SIGNATURE_SIZE]);
/* ERR_INVALID when the signature is not right. */
ERR_CHECKED enum err crypto_verify(enum crypto_algorithm algorithm, const uint8_t *public_key,
                                   size_t public_length, const void *data, size_t length,
                                   const uint8_t signature[CRYPTO_SIGNATURE_SIZE]);

void crypto_random(void *ret_data, size_t length);
/* Overwrites memory that held a secret. */
void crypto_wipe(void *data, size_t length);
/* Compares without telling where it differs. */
bool crypto_equal(const void *a, const void *b, size_t length);

void crypto_uuid7(int64_t time_ms, uint8_t ret_uuid[CRYPTO_UUID_SIZE]);
void crypto_uuid5(const uint8_t namespace_uuid[CRYPTO_UUID_SIZE], const void *name, size_t length,
                  uint8_t ret_uuid[CRYPTO_UUID_SIZE]);
void crypto_uuid_format(const uint8_t uuid[CRYPTO_UUID_SIZE], char ret_text[CRYPTO_UUID_TEXT_SIZE]);
/* ERR_INVALID unless it is 8-4-4-4-12 lower-case hexadecimal. */
ERR_CHECKED enum err crypto_uuid_parse(const char *text, uint8_t ret_uuid[CRYPTO_UUID_SIZE]);

/* Text forms; size includes the NUL. Base64url has no padding; base64 has. How long writing them takes
 * may tell something of the bytes. */
size_t crypto_base64_size(size_t length);
void crypto_base64url(const void *data, size_t length, char *ret_text, size_t size);
void crypto_base64(const void *data, size_t length, char *ret_text, size_t size);
/* Strict decoding into at most size bytes: ERR_INVALID for other characters, non-canonical ends and
 * more than size bytes; ret_data then holds nothing of use. */
ERR_CHECKED enum err crypto_base64url_parse(const char *text, size_t text_length, uint8_t *ret_data,
                                            size_t size, size_t *ret_length);
ERR_CHECKED enum err crypto_base64_parse(const char *text, size_t text_length, uint8_t *ret_data,
                                         size_t size, size_t *ret_length);
void crypto_hex(const void *data, size_t length, char *ret_text, size_t size);
/* Exactly length bytes, lower-case digits. ERR_INVALID. */
ERR_CHECKED enum err crypto_hex_parse(const char *text, uint8_t *ret_data, size_t length);

/* CRC-32C (Castagnoli), as frames carry it. */
uint32_t crypto_crc32c(const void *data, size_t length);

#endif
