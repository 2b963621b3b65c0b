/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 over parts, and the two uses the specification has for it: H(name, x)
 * and the hashes of an RFC 6962 tree.
 *
 * A digest belongs to one thread.
 */
#ifndef HYEOPCHI_VERIFY_DIGEST_H
#define HYEOPCHI_VERIFY_DIGEST_H

#include <stdint.h>

#include "verify/bytes.h"

#define DIGEST_SIZE     32
#define DIGEST_TAG_MAX  64 /* bytes of T(name) with its length */
#define DIGEST_HEX_SIZE (2 * DIGEST_SIZE + 1)

struct digest;

/* NULL when there is no memory. */
struct digest *digest_new(void);

/* Takes NULL. */
void digest_free(struct digest *digest);

/* One hash: begin, any number of parts, end. */
void digest_begin(struct digest *digest);
void digest_add(struct digest *digest, struct span part);
void digest_end(struct digest *digest, uint8_t ret_hash[DIGEST_SIZE]);

/* Begins H(name, x); the parts of x follow. */
void digest_begin_tagged(struct digest *digest, const char *name);

void digest_sha256(struct digest *digest, struct span bytes, uint8_t ret_hash[DIGEST_SIZE]);
void digest_leaf(struct digest *digest, struct span leaf, uint8_t ret_hash[DIGEST_SIZE]);

/* ret_hash may be left or right. */
void digest_node(struct digest *digest, const uint8_t left[DIGEST_SIZE],
                 const uint8_t right[DIGEST_SIZE], uint8_t ret_hash[DIGEST_SIZE]);

/* Lower-case hexadecimal with a NUL. */
void digest_hex(const uint8_t hash[DIGEST_SIZE], char ret_text[DIGEST_HEX_SIZE]);

#endif
