/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECDSA P-256 over OpenSSL 3, for front ends whose key stores (PKCS#11, HSM,
 * WebCrypto) cannot do Ed25519. Only the calls that OpenSSL 3 does not
 * deprecate; nothing of OpenSSL's types leaves this file.
 */
#include "runtime/crypto_p256.h"

#include <assert.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

enum {
    POINT_UNCOMPRESSED = 0x04,
    DER_SIGNATURE_SIZE_MAX = 80, /* two INTEGERs of 33 bytes and their headers: 72 */
    HALF = CRYPTO_SIGNATURE_SIZE / 2,
};

/* An OpenSSL key of a public point and, where secret is not NULL, its secret. */
static EVP_PKEY *key_new(const uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE], const BIGNUM *secret)
{
    const int selection = secret != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;

    if (builder == NULL || context == NULL) {
        goto out;
    }
    if (OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1,
                                        0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, public_key,
                                         CRYPTO_P256_PUBLIC_SIZE) != 1) {
        goto out;
    }
    if (secret != NULL && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, secret) != 1) {
        goto out;
    }
    params = OSSL_PARAM_BLD_to_param(builder);
    if (params == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, selection, params) != 1) {
        key = NULL;
    }

out:
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    return key;
}

enum err crypto_p256_secret(uint8_t ret_secret[CRYPTO_P256_SECRET_SIZE])
{
    EVP_PKEY *key = EVP_EC_gen(SN_X9_62_prime256v1);
    BIGNUM *secret = NULL;
    enum err err = ERR_INTERNAL;

    if (key == NULL || EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &secret) != 1) {
        goto out;
    }
    if (BN_bn2binpad(secret, ret_secret, CRYPTO_P256_SECRET_SIZE) == CRYPTO_P256_SECRET_SIZE) {
        err = ERR_OK;
    }

out:
    BN_clear_free(secret);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return err;
}

enum err crypto_p256_public(const uint8_t secret[CRYPTO_P256_SECRET_SIZE],
                            uint8_t ret_public[CRYPTO_P256_PUBLIC_SIZE])
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    BIGNUM *number = BN_bin2bn(secret, CRYPTO_P256_SECRET_SIZE, NULL);
    EC_POINT *point = NULL;
    enum err err = ERR_INTERNAL;

    if (group == NULL || number == NULL) {
        goto out;
    }
    if (BN_is_zero(number) || BN_cmp(number, EC_GROUP_get0_order(group)) >= 0) {
        err = ERR_INVALID;
        goto out;
    }
    BN_set_flags(number, BN_FLG_CONSTTIME);
    point = EC_POINT_new(group);
    if (point == NULL || EC_POINT_mul(group, point, number, NULL, NULL, NULL) != 1) {
        goto out;
    }
    if (EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, ret_public,
                           CRYPTO_P256_PUBLIC_SIZE, NULL) == CRYPTO_P256_PUBLIC_SIZE) {
        err = ERR_OK;
    }

out:
    EC_POINT_free(point);
    BN_clear_free(number);
    EC_GROUP_free(group);
    ERR_clear_error();
    return err;
}

/* DER to r || s. */
static enum err signature_from_der(const uint8_t *der, size_t der_length,
                                   uint8_t ret_signature[CRYPTO_SIGNATURE_SIZE])
{
    const uint8_t *cursor = der;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &cursor, (long)der_length);
    enum err err = ERR_INTERNAL;

    if (pair != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(pair), ret_signature, HALF) == HALF &&
        BN_bn2binpad(ECDSA_SIG_get0_s(pair), ret_signature + HALF, HALF) == HALF) {
        err = ERR_OK;
    }
    ECDSA_SIG_free(pair);
    return err;
}

/* r || s to DER; *ret_der is freed with OPENSSL_free(). */
static enum err signature_to_der(const uint8_t signature[CRYPTO_SIGNATURE_SIZE], uint8_t **ret_der,
                                 size_t *ret_length)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, HALF, NULL);
    BIGNUM *s = BN_bin2bn(signature + HALF, HALF, NULL);
    enum err err = ERR_INTERNAL;
    uint8_t *der = NULL;
    int length;

    if (pair == NULL || r == NULL || s == NULL) {
        goto out;
    }
    if (ECDSA_SIG_set0(pair, r, s) != 1) {
        goto out;
    }
    /* The pair owns them now. */
    r = NULL;
    s = NULL;

    length = i2d_ECDSA_SIG(pair, &der);
    if (length <= 0) {
        goto out;
    }
    assert(length <= DER_SIGNATURE_SIZE_MAX);
    *ret_der = der;
    *ret_length = (size_t)length;
    err = ERR_OK;

out:
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return err;
}

enum err crypto_p256_sign(const uint8_t secret[CRYPTO_P256_SECRET_SIZE], const void *data,
                          size_t length, uint8_t ret_signature[CRYPTO_SIGNATURE_SIZE])
{
    uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
    uint8_t der[DER_SIGNATURE_SIZE_MAX];
    size_t der_length = sizeof der;
    BIGNUM *number = NULL;
    EVP_PKEY *key = NULL;
    EVP_MD_CTX *context = NULL;
    enum err err;

    err = crypto_p256_public(secret, public_key);
    if (err) {
        return err;
    }

    err = ERR_INTERNAL;
    number = BN_secure_new();
    context = EVP_MD_CTX_new();
    if (number == NULL || context == NULL ||
        BN_bin2bn(secret, CRYPTO_P256_SECRET_SIZE, number) == NULL) {
        goto out;
    }
    key = key_new(public_key, number);
    if (key == NULL || EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1) {
        goto out;
    }
    if (EVP_DigestSign(context, der, &der_length, data, length) != 1) {
        goto out;
    }
    err = signature_from_der(der, der_length, ret_signature);

out:
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    BN_clear_free(number);
    ERR_clear_error();
    return err;
}

enum err crypto_p256_verify(const uint8_t *public_key, size_t public_length, const void *data,
                            size_t length, const uint8_t signature[CRYPTO_SIGNATURE_SIZE])
{
    EVP_PKEY *key = NULL;
    EVP_MD_CTX *context = NULL;
    uint8_t *der = NULL;
    size_t der_length = 0;
    enum err err;

    if (public_length != CRYPTO_P256_PUBLIC_SIZE || public_key[0] != POINT_UNCOMPRESSED) {
        return ERR_INVALID;
    }

    err = signature_to_der(signature, &der, &der_length);
    if (err) {
        goto out;
    }
    err = ERR_INVALID;
    /* Refuses what is no point of the curve. */
    key = key_new(public_key, NULL);
    if (key == NULL) {
        goto out;
    }
    context = EVP_MD_CTX_new();
    if (context == NULL) {
        err = ERR_INTERNAL;
        goto out;
    }
    if (EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
        EVP_DigestVerify(context, der, der_length, data, length) == 1) {
        err = ERR_OK;
    }

out:
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    OPENSSL_free(der);
    ERR_clear_error();
    return err;
}
