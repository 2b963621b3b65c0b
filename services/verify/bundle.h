/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that must hold about one ballot's bundle, check by check in the
 * order of README.md; the first that fails decides. Nothing is asked of the
 * network, the clock or the services: the bytes are all there is.
 *
 * One bundle is looked at by one thread at a time (hashing uses more inside).
 */
#ifndef HYEOPCHI_VERIFY_BUNDLE_H
#define HYEOPCHI_VERIFY_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "verify/bytes.h"
#include "verify/verdict.h"

#define BUNDLE_GIVEN_MAX 10000 /* receipts, and checkpoints, that may be given with a bundle */

enum check {
    CHECK_ARCHIVE = 0,
    CHECK_MANIFEST,
    CHECK_DEFINITION,
    CHECK_CHECKPOINTS,
    CHECK_ROOT,
    CHECK_LEAVES,
    CHECK_BATCHES,
    CHECK_KEYS,
    CHECK_REVISIONS,
    CHECK_CLOSE,
    CHECK_EXTENSIONS,
    CHECK_OPENINGS,
    CHECK_CHOICES,
    CHECK_PAPER,
    CHECK_ROLL,
    CHECK_RECOUNT,
    CHECK_SUMS,
    CHECK_RESULT,
    CHECK_DOCUMENTS,
    CHECK_DECIDED,
    CHECK_KEPT,
    CHECK_RECEIPT,
    CHECK_END,
};

/* A file that somebody kept: a receipt or a checkpoint. Both are borrowed. */
struct bundle_given {
    const char *name; /* for findings */
    struct span bytes;
};

struct bundle_input {
    struct span archive;
    const struct bundle_given *receipts;
    size_t receipt_count; /* at most BUNDLE_GIVEN_MAX */
    const struct bundle_given *kept;
    size_t kept_count; /* at most BUNDLE_GIVEN_MAX */
};

/* Told on the calling thread; every function may be NULL. */
struct bundle_observer {
    void *argument;
    void (*begin)(void *argument, enum check check);
    void (*progress)(void *argument, uint64_t done, uint64_t total);
    void (*end)(void *argument, enum check check, enum verdict verdict,
                const struct finding *finding);
};

struct bundle;

/* "recount". Static. */
const char *check_name(enum check check);

/*
 * Makes every check until one does not hold; kept and receipt only when any is
 * given. *ret_check is the last that was made. *ret, which the caller frees,
 * is written with VERDICT_GOOD only and borrows the input.
 */
VERDICT_CHECKED enum verdict bundle_verify(const struct bundle_input *input,
                                           const struct bundle_observer *observer,
                                           enum check *ret_check, struct finding *ret_finding,
                                           struct bundle **ret);

/* Takes NULL. */
void bundle_free(struct bundle *bundle);

/* What a verified bundle is about; texts borrow the bundle and are not ended by NUL. */
struct bundle_summary {
    struct span district;
    struct span title;
    uint8_t ballot_id[16];
    uint64_t leaves;
    uint64_t checkpoints;
    uint64_t voters;    /* different nullifiers, those who handed a paper back not among them */
    uint64_t votes;     /* that count */
    uint64_t revisions; /* votes that took an earlier one's place */
    int64_t budget_krw;
    const uint8_t *ledger_root; /* of the ledger's journal, as last anchored; NULL: it never was */
    uint64_t ledger_seq;        /* the journal's last entry under it */
};

void bundle_summary(const struct bundle *bundle, struct bundle_summary *ret);

/* An option that is funded. */
struct bundle_option {
    struct span id;
    struct span name;
    int64_t cost_krw;
    int64_t granted_krw; /* its cost, or less where it is funded partly */
};

typedef void (*bundle_funded_fn)(void *argument, const struct bundle_option *option);

/* Tells every option that is funded, in the order they were, those left out that operators excluded;
 * VERDICT_UNREADABLE without memory. For a bundle that was verified. */
VERDICT_CHECKED enum verdict bundle_each_funded(const struct bundle *bundle, bundle_funded_fn tell,
                                                void *argument);

#endif
