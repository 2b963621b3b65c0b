/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What moves a ballot on: operators' approvals, the ledger's answer, the count.
 * The work functions run on the writer thread, under the ballot's row lock; the
 * domain's table of transitions decides, this file only carries it out.
 */
#ifndef HYEOPCHI_PARTICIPATION_DECIDE_H
#define HYEOPCHI_PARTICIPATION_DECIDE_H

#include "participation/decided.h"
#include "participation/domain/ballot_state.h"
#include "participation/domain/jury.h"
#include "participation/extension.h"
#include "participation/frozen.h"
#include "participation/paper_sheets.h"
#include "participation/store/ballots.h"
#include "participation/store/count_sum.h"
#include "participation/voiding.h"
#include "runtime/writer.h"

/* A new draft. All pointers are borrowed until done. */
struct decide_create {
    struct writer_job job; /* first */
    struct ballot_new ballot;

    /* Results. */
    bool repeated;   /* the same request made this ballot before */
    bool key_reused; /* another request has used the key */
    uint8_t ballot_id[BALLOT_ID_SIZE];
};
enum err decide_create_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);

/* One operator's approval of an action. */
struct decide_approve {
    struct writer_job job; /* first */
    struct frozen *frozen; /* borrowed until done */
    enum ballot_action action;
    char operator_id[BALLOT_OPERATOR_MAX + 1];
    char seed[BALLOT_SEED_MAX + 1];     /* of a lot; else "" */
    struct jury_scores jury;            /* of a jury, sound */
    struct extension_request extension; /* of an extension */
    struct void_request voiding;        /* of a void */
    struct exclusion_request exclusion; /* of an exclusion */
    struct paper_request paper;         /* of a seal or a completion */

    /* Results. */
    struct ballot_decision decision;
};
enum err decide_approve_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);

/* Says that a ballot's key is gone; again is harmless. The file is destroyed before, so that nothing is
 * said that is not so. */
struct decide_key {
    struct writer_job job; /* first */
    uint8_t ballot_id[BALLOT_ID_SIZE];
};
enum err decide_key_destroyed_work(struct writer_tx *tx, struct writer_job *const *jobs,
                                   size_t count);

/* A finished count. */
struct decide_count {
    struct writer_job job; /* first */
    uint8_t ballot_id[BALLOT_ID_SIZE];
    char *result_json; /* the job's owner frees it */
    uint8_t result_hash[CRYPTO_HASH_SIZE];
    struct count_sum sum; /* what it was made of */
    int64_t voids;        /* that the ballot had when it was read: with more it is counted again */
};
enum err decide_count_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);

/* The subscriber's apply for the ledger's stream; it needs no context. */
enum err decide_apply(struct writer_tx *tx, const struct event *event, void *context);

#endif
