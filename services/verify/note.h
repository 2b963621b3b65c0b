/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed checkpoints of a log and the key that signs them, as C2SP's
 * tlog-checkpoint and signed-note spell them:
 *
 *   <origin>\n<size>\n<base64 of the root>\n\n— <name> <base64(key hash[4] || signature[64])>\n
 *   <name>+<8 hexadecimal digits of the key hash>+<base64(0x01 || public key[32])>
 *
 * Ours have no extension lines and exactly one signature. Nothing is copied:
 * what is read borrows the text. No allocation; any thread.
 */
#ifndef HYEOPCHI_VERIFY_NOTE_H
#define HYEOPCHI_VERIFY_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "verify/bytes.h"
#include "verify/digest.h"
#include "verify/spell.h"

#define NOTE_LENGTH_MAX     1024 /* bytes of a checkpoint */
#define NOTE_KEY_SIZE       32
#define NOTE_SIGNATURE_SIZE 64
#define NOTE_ORIGIN_MAX     256 /* bytes, with a NUL */
#define NOTE_DISTRICT_MAX   64  /* bytes */

struct note_key {
    struct span name;
    uint32_t hash;
    uint8_t key[NOTE_KEY_SIZE]; /* Ed25519 */
};

/* A checkpoint that is well-formed; its signature has not been looked at. */
struct note {
    struct span text; /* what is signed: the three lines */
    struct span origin;
    uint64_t size;
    uint8_t root[DIGEST_SIZE];
    struct span key_name;
    uint32_t key_hash;
    uint8_t signature[NOTE_SIGNATURE_SIZE];
};

/* False when it is no verifier key, or says another hash than its own. */
bool note_key_read(struct span text, struct digest *digest, struct note_key *ret);

bool note_read(struct span text, struct note *ret);

/* True when the note names this key and its signature is the key's. */
bool note_signed_by(const struct note *note, const struct note_key *key);

/* Whether signature is that of key over message. */
bool note_ed25519(const uint8_t signature[NOTE_SIGNATURE_SIZE], struct span message,
                  const uint8_t key[NOTE_KEY_SIZE]);

/* Writes "hyeopchi/<district>/<uuid>" with a NUL; spaces and pluses of the district become "_".
 * False when the district is empty or longer than NOTE_DISTRICT_MAX. */
bool note_origin(struct span district, const uint8_t ballot_id[SPELL_UUID_BYTES],
                 char ret_origin[NOTE_ORIGIN_MAX]);

#endif
