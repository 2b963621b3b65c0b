/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a checkpoint: a C2SP tlog-checkpoint note without extension
 * lines, and the names around it. Hashes and signatures are made outside; this
 * module must never sign, read a clock or keep anything. Any thread.
 *
 *   hyeopchi/<district>/<ballot uuid>          the origin, which is also the key's name
 *   <number of leaves>
 *   <base64 of the root>
 *
 *   — <name> <base64(key hash[4] || signature[64])>
 *
 * The signature is over the first three lines, each with its LF. key hash = the
 * first 4 bytes of SHA-256(name || 0x0A || 0x01 || public key).
 */
#ifndef HYEOPCHI_PARTICIPATION_CHECKPOINT_H
#define HYEOPCHI_PARTICIPATION_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "participation/domain/ballot.h"
#include "participation/domain/encode.h"

enum {
    CHECKPOINT_DISTRICT_MAX = 32,                                            /* bytes */
    CHECKPOINT_NAME_SIZE = 9 + CHECKPOINT_DISTRICT_MAX + 1 + 36 + 1,         /* with its NUL */
    CHECKPOINT_TEXT_SIZE = CHECKPOINT_NAME_SIZE + 1 + 20 + 1 + 44 + 1,       /* with its NUL */
    CHECKPOINT_NOTE_SIZE = CHECKPOINT_TEXT_SIZE + CHECKPOINT_NAME_SIZE + 98, /* with its NUL */
    CHECKPOINT_VERIFIER_SIZE = CHECKPOINT_NAME_SIZE + 1 + 8 + 1 + 44,        /* with its NUL */
    CHECKPOINT_KEY_HASH_SIZE = 4,
    CHECKPOINT_SIGNATURE_SIZE = 64,
    CHECKPOINT_KEY_SIZE = CHECKPOINT_NAME_SIZE + 1 + ENCODE_HASH_SIZE, /* room for its x */
};

/* Writes the origin. The district is a text of 1 to CHECKPOINT_DISTRICT_MAX bytes; asserted. */
void checkpoint_name(const char *district, const uint8_t ballot_id[BALLOT_ID_SIZE],
                     char ret_name[CHECKPOINT_NAME_SIZE]);

/* Writes what is signed: three lines. root is ENCODE_HASH_SIZE bytes. */
void checkpoint_text(const char *name, uint64_t size, const uint8_t *root,
                     char ret_text[CHECKPOINT_TEXT_SIZE]);

/* x of the key hash: the caller takes the first bytes of its SHA-256. */
void checkpoint_key_encode(struct encoder *encoder, const char *name, const uint8_t *public_key);

/* Writes the whole note: the text and its signature line. */
void checkpoint_note(const char *name, const char *text,
                     const uint8_t key_hash[CHECKPOINT_KEY_HASH_SIZE],
                     const uint8_t signature[CHECKPOINT_SIGNATURE_SIZE],
                     char ret_note[CHECKPOINT_NOTE_SIZE]);

/* Writes the verifier key: <name>+<key hash in hex>+<base64(0x01 || public key)>. */
void checkpoint_verifier(const char *name, const uint8_t key_hash[CHECKPOINT_KEY_HASH_SIZE],
                         const uint8_t *public_key, char ret_text[CHECKPOINT_VERIFIER_SIZE]);

#endif
