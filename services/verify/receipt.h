/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A voter's receipt, and what can be said of it without the log: that its
 * parts belong together and that its key signed them. Whether the log has the
 * vote, only the log can say.
 *
 * Any thread; no pointer is kept.
 */
#ifndef HYEOPCHI_VERIFY_RECEIPT_H
#define HYEOPCHI_VERIFY_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verify/bytes.h"
#include "verify/digest.h"
#include "verify/note.h"
#include "verify/spell.h"
#include "verify/tree.h"

#define RECEIPT_LENGTH_MAX 65536 /* bytes of the JSON */
#define RECEIPT_BODY_SIZE  71    /* T("receipt") is 13 of them */

struct receipt {
    bool misfit; /* something is not as long as it must be; the rest is then undefined */
    uint64_t rev;
    uint8_t nullifier[DIGEST_SIZE];
    uint8_t leaf_hash[DIGEST_SIZE];
    char code[SPELL_CODE_SIZE];
    uint8_t body[RECEIPT_BODY_SIZE];
    uint8_t signature[NOTE_SIGNATURE_SIZE];
    uint8_t key[NOTE_KEY_SIZE];
    uint64_t index;
    uint64_t size;
    size_t hash_count;
    uint8_t hashes[TREE_HEIGHT_MAX][DIGEST_SIZE];
};

/* Reads the JSON; false when it lacks a member, or one is no integer from 0 on or no base64url. */
bool receipt_read(struct span json, struct receipt *ret);

/* What of body, signature, path and code is wrong, as a static English phrase; NULL when nothing. */
const char *receipt_fault(const struct receipt *receipt, struct digest *digest,
                          const uint8_t ballot_id[SPELL_UUID_BYTES]);

#endif
