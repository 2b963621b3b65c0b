/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECDSA P-256 with SHA-256 over OpenSSL 3, the second suite of crypto.h. Only
 * crypto.c includes this; everybody else goes through crypto_sign_data() and
 * crypto_verify(). Signatures are r || s (RFC 9421, JOSE), never DER. Any thread.
 */
#ifndef HYEOPCHI_RUNTIME_CRYPTO_P256_H
#define HYEOPCHI_RUNTIME_CRYPTO_P256_H

#include "runtime/crypto.h"
#include "runtime/err.h"

#include <stddef.h>
#include <stdint.h>

/* A fresh secret. ERR_INTERNAL when OpenSSL cannot. */
ERR_CHECKED enum err crypto_p256_secret(uint8_t ret_secret[CRYPTO_P256_SECRET_SIZE]);

/* The uncompressed point of a secret. ERR_INVALID unless 0 < secret < order of the group. */
ERR_CHECKED enum err crypto_p256_public(const uint8_t secret[CRYPTO_P256_SECRET_SIZE],
                                        uint8_t ret_public[CRYPTO_P256_PUBLIC_SIZE]);

/* ERR_INVALID for a secret that is none; ERR_INTERNAL when OpenSSL cannot. */
ERR_CHECKED enum err crypto_p256_sign(const uint8_t secret[CRYPTO_P256_SECRET_SIZE],
                                      const void *data, size_t length,
                                      uint8_t ret_signature[CRYPTO_SIGNATURE_SIZE]);

/* ERR_INVALID when the signature is not right or the key is no point of the curve. */
ERR_CHECKED enum err crypto_p256_verify(const uint8_t *public_key, size_t public_length,
                                        const void *data, size_t length,
                                        const uint8_t signature[CRYPTO_SIGNATURE_SIZE]);

#endif
