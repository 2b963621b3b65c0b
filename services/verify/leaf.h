/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of one leaf of a ballot's log. Each leaf is exactly as long as
 * its type says, every number in it in its range; a type that is reserved or
 * unknown is no leaf.
 *
 * Hashes are borrowed from the bytes. No allocation; any thread.
 */
#ifndef HYEOPCHI_VERIFY_LEAF_H
#define HYEOPCHI_VERIFY_LEAF_H

#include <stdbool.h>
#include <stdint.h>

#include "verify/bytes.h"

#define LEAF_REVISION_MAX 10

enum leaf_type {
    LEAF_OPEN = 1,
    LEAF_CAST = 2,
    LEAF_ISSUE = 3,
    LEAF_CLOSE = 4,
    LEAF_PAPER = 5,
    LEAF_RESULT = 6,
    LEAF_AUDIT_ANCHOR = 7,
    LEAF_KEY = 8,
    LEAF_VOID = 9,
};

enum leaf_channel {
    LEAF_CHANNEL_WEB = 1,
    LEAF_CHANNEL_KIOSK,
    LEAF_CHANNEL_BOOTH,
    LEAF_CHANNEL_PAPER,
    LEAF_CHANNEL_END,
};

#define LEAF_KEY_RECEIPTS     1 /* the only purpose of a KEY there is */
#define LEAF_VOID_HANDED_BACK 6 /* the reason of a VOID that names an ISSUE */

/* A leaf; which members have a meaning depends on the type. */
struct leaf {
    enum leaf_type type;
    const uint8_t *ballot_id; /* 16 bytes */
    uint64_t time_ms;         /* OPEN, CLOSE, RESULT, KEY */
    /* OPEN def_hash, RESULT result_hash, KEY public key, PAPER sheets_hash: 32 bytes */
    const uint8_t *hash;
    const uint8_t *documents; /* OPEN roll_hash, CLOSE extensions_hash, RESULT documents_hash */
    const uint8_t *nullifier; /* CAST, ISSUE, VOID: 32 bytes */
    const uint8_t *commit;    /* CAST: 32 bytes */
    uint64_t batch_no;        /* CAST, ISSUE; PAPER: of the envelopes */
    uint64_t voters;          /* CLOSE */
    uint64_t revisions;       /* CLOSE */
    uint64_t position;        /* AUDIT-ANCHOR */
    struct span stream;       /* AUDIT-ANCHOR; hash is the stream's */
    uint32_t envelopes;       /* PAPER */
    uint32_t counted;         /* PAPER */
    uint16_t rev;             /* CAST, ISSUE, VOID */
    uint8_t channel;          /* CAST */
    uint8_t reason;           /* VOID */
};

/* False when the bytes are no leaf. *ret is written only on success. */
bool leaf_read(struct span bytes, struct leaf *ret);

/* "CAST". Static. */
const char *leaf_type_name(enum leaf_type type);

#endif
