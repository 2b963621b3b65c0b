/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's SHA-256, fetched once: it uses the processor's own instructions where there are any. */
#include "verify/digest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

struct digest {
    EVP_MD *algorithm;
    EVP_MD_CTX *context;
};

struct digest *digest_new(void)
{
    struct digest *digest = calloc(1, sizeof *digest);

    if (digest == NULL) {
        return NULL;
    }
    digest->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    digest->context = EVP_MD_CTX_new();
    if (digest->algorithm == NULL || digest->context == NULL ||
        EVP_DigestInit_ex2(digest->context, digest->algorithm, NULL) != 1) {
        digest_free(digest);
        return NULL;
    }
    return digest;
}

void digest_free(struct digest *digest)
{
    if (digest == NULL) {
        return;
    }
    EVP_MD_CTX_free(digest->context);
    EVP_MD_free(digest->algorithm);
    free(digest);
}

/* After digest_new() nothing in SHA-256 can fail: there is no memory to ask for any more. */
void digest_begin(struct digest *digest)
{
    int done = EVP_DigestInit_ex2(digest->context, NULL, NULL);

    assert(done == 1);
    (void)done;
}

void digest_add(struct digest *digest, struct span part)
{
    int done = part.length == 0 ? 1 : EVP_DigestUpdate(digest->context, part.data, part.length);

    assert(done == 1);
    (void)done;
}

void digest_end(struct digest *digest, uint8_t ret_hash[DIGEST_SIZE])
{
    unsigned length = 0;
    int done = EVP_DigestFinal_ex(digest->context, ret_hash, &length);

    assert(done == 1);
    assert(length == DIGEST_SIZE);
    (void)done;
}

void digest_begin_tagged(struct digest *digest, const char *name)
{
    static const char PREFIX[] = "pbv1/";
    const size_t prefix_length = sizeof PREFIX - 1;
    const size_t name_length = strlen(name);
    uint8_t tag[DIGEST_TAG_MAX];

    assert(name_length > 0);
    assert(1 + prefix_length + name_length <= sizeof tag);

    tag[0] = (uint8_t)(prefix_length + name_length);
    memcpy(tag + 1, PREFIX, prefix_length);
    memcpy(tag + 1 + prefix_length, name, name_length);
    digest_begin(digest);
    digest_add(digest, (struct span){.data = tag, .length = 1 + prefix_length + name_length});
}

void digest_sha256(struct digest *digest, struct span bytes, uint8_t ret_hash[DIGEST_SIZE])
{
    digest_begin(digest);
    digest_add(digest, bytes);
    digest_end(digest, ret_hash);
}

void digest_leaf(struct digest *digest, struct span leaf, uint8_t ret_hash[DIGEST_SIZE])
{
    static const uint8_t PREFIX[] = {0x00};

    digest_begin(digest);
    digest_add(digest, (struct span){.data = PREFIX, .length = sizeof PREFIX});
    digest_add(digest, leaf);
    digest_end(digest, ret_hash);
}

void digest_node(struct digest *digest, const uint8_t left[DIGEST_SIZE],
                 const uint8_t right[DIGEST_SIZE], uint8_t ret_hash[DIGEST_SIZE])
{
    uint8_t node[1 + 2 * DIGEST_SIZE] = {0x01};

    memcpy(node + 1, left, DIGEST_SIZE);
    memcpy(node + 1 + DIGEST_SIZE, right, DIGEST_SIZE);
    digest_sha256(digest, (struct span){.data = node, .length = sizeof node}, ret_hash);
}

void digest_hex(const uint8_t hash[DIGEST_SIZE], char ret_text[DIGEST_HEX_SIZE])
{
    static const char DIGITS[] = "0123456789abcdef";

    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        ret_text[2 * i] = DIGITS[hash[i] >> 4];
        ret_text[2 * i + 1] = DIGITS[hash[i] & 0x0F];
    }
    ret_text[DIGEST_HEX_SIZE - 1] = '\0';
}
