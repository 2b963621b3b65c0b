/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the checks of one bundle share, in the order in which they fill it. A
 * check may rely on all those in front of it.
 */
#ifndef HYEOPCHI_VERIFY_BUNDLE_INTERNAL_H
#define HYEOPCHI_VERIFY_BUNDLE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verify/archive.h"
#include "verify/bundle.h"
#include "verify/definition.h"
#include "verify/digest.h"
#include "verify/leaf.h"
#include "verify/log.h"
#include "verify/note.h"
#include "verify/receipt.h"
#include "verify/verdict.h"

#define BUNDLE_KEY_MAX        1024 /* KEY leaves */
#define BUNDLE_CHECKPOINT_MAX 4194304
#define BUNDLE_JSON_MAX       16777216 /* bytes of one JSON file that is parsed */
#define BUNDLE_NULLIFIER_SIZE 32
#define BUNDLE_BLINDING_SIZE  32

struct bundle_checkpoint {
    uint64_t size;
    uint8_t root[DIGEST_SIZE];
};

#define BUNDLE_CHANNEL_ISSUE 0xFF /* in the place of a channel: an ISSUE, which is no CAST */

/* One CAST or ISSUE. Sorted by nullifier and rev, the last of each nullifier is the voter's last word. */
struct bundle_cast {
    uint64_t prefix; /* the first 8 bytes of the nullifier, to compare by */
    const uint8_t *nullifier;
    uint32_t position; /* of the leaf */
    uint16_t rev;
    uint8_t channel;
    bool voided;
};

/* A VOID, until its CAST or ISSUE is found. */
struct bundle_void {
    const uint8_t *nullifier;
    uint32_t position;
    uint16_t rev;
    uint8_t reason;
};

/* A final vote, sorted by commitment as the openings are; behind them sheets of paper. */
struct bundle_vote {
    uint64_t prefix;       /* the first 8 bytes of the commitment, to compare by */
    const uint8_t *commit; /* C; of a sheet NULL */
    struct span body;      /* choice_body, once it was opened */
    uint32_t position;     /* of its CAST, or of its PAPER */
    uint8_t channel;
};

struct bundle {
    struct bundle_input input;
    struct receipt *receipts; /* before all checks: those given, read */
    struct note *kept;
    struct bundle_observer observer;
    struct digest *digest;

    struct archive archive;                 /* archive */
    struct span ballot;                     /* manifest: a UUID as text, not yet looked at */
    uint8_t ballot_id[16];                  /* definition */
    struct definition *definition;          /* definition */
    uint8_t def_hash[DIGEST_SIZE];          /* definition */
    char origin[NOTE_ORIGIN_MAX];           /* checkpoints */
    struct note_key board_key;              /* checkpoints */
    uint8_t (*receipt_keys)[NOTE_KEY_SIZE]; /* zero where one has another length */
    size_t receipt_key_count;
    bool receipt_key_misfit; /* one has another length */
    struct bundle_checkpoint *checkpoints;
    size_t checkpoint_count;
    struct log log;

    struct bundle_cast *casts; /* leaves; sorted by revisions */
    size_t cast_count;
    struct bundle_void *voids;
    size_t void_count;
    uint64_t envelopes;                  /* of all PAPERs */
    size_t paper_count;                  /* PAPERs */
    const uint8_t *keys[BUNDLE_KEY_MAX]; /* of the KEY leaves */
    size_t key_count;
    struct leaf open;
    struct leaf close;
    struct leaf result;
    struct leaf ledger; /* the last AUDIT-ANCHOR of stream `ledger`; its hash is NULL without one */

    uint64_t electorate; /* roll: how many may vote, where there is one */
    uint64_t
        voters; /* revisions: different nullifiers, those who handed a paper back not among them */
    uint64_t issues;           /* revisions: final ISSUEs that no VOID names */
    uint64_t sheets;           /* leaves: of all PAPERs, those that are votes */
    struct bundle_vote *votes; /* openings, and behind them paper */
    uint64_t invalid;          /* paper: sheets that were handed in and are no vote */
    size_t vote_count;
    struct recount *recount; /* recount */
};

/* Each makes one check. */
VERDICT_CHECKED enum verdict check_archive(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_manifest(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_definition(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_checkpoints(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_root(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_leaves(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_batches(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_keys(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_revisions(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_close(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_extensions(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_openings(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_choices(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_paper(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_roll(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_recount(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_sums(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_result(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_documents(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_decided(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_kept(struct bundle *bundle, struct finding *finding);
VERDICT_CHECKED enum verdict check_receipt(struct bundle *bundle, struct finding *finding);

/* The last CAST of a nullifier, once they are sorted, or NULL. */
struct bundle_cast *bundle_last_cast(struct bundle *bundle, const uint8_t *nullifier);

/* The first 8 bytes of a hash as a number, which sorts as the hash does. */
uint64_t bundle_prefix(const uint8_t *hash);

/* Tells the observer how far the check has come. */
void bundle_progress(const struct bundle *bundle, uint64_t done, uint64_t total);

/* The checkpoint whose batch a leaf is in: the first whose size is above the position. */
size_t bundle_batch(const struct bundle *bundle, uint64_t position);

#endif
