/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What staff do with paper, each in one transaction under the ballot's row
 * lock: taking a paper back, counting a batch's envelopes, entering sheets.
 * Papers are issued by cast.h, batches sealed by paper_sheets.h. Everything is
 * harmless when it is asked again.
 */
#ifndef HYEOPCHI_PARTICIPATION_PAPER_JOBS_H
#define HYEOPCHI_PARTICIPATION_PAPER_JOBS_H

#include "participation/domain/paper.h"
#include "participation/frozen.h"
#include "participation/paper_sheets.h"
#include "runtime/writer.h"

/* What all of these have; the rest of each begins behind it. */
struct paper_job {
    struct writer_job job; /* first */
    struct frozen *frozen; /* a reference, which the job's owner releases */
    char staff_id[BALLOT_OPERATOR_MAX + 1];
    char reason[BALLOT_REASON_MAX + 1]; /* of a cancellation or a recount; else "" */
    int32_t batch_no;

    /* Results. */
    enum paper_refusal refusal; /* NONE: it was done */
    bool repeated;              /* it had been done before: nothing changed */
};

/* A paper is handed back: its voter has no vote now, and may vote again in any way. */
struct paper_cancel {
    struct paper_job paper; /* first */
    uint8_t vtag[CRYPTO_HASH_SIZE];
    struct paper_issue issue; /* the paper */
};
enum err paper_cancel_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);

/* The envelopes of a batch are counted: the first time that makes the batch. */
struct paper_set {
    struct paper_job paper; /* first */
    int32_t envelopes;
};
enum err paper_set_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);

/* One sheet that somebody has read. */
struct paper_read_sheet {
    int32_t sheet_no;
    enum paper_kind kind;
    uint8_t *choice; /* malloc'd, the job owner's; NULL unless it is a vote */
    size_t choice_length;
    enum paper_sheet_state state; /* a result */
};

/* Sheets are entered: all of them or, with a refusal, none. */
struct paper_enter {
    struct paper_job paper; /* first */
    struct paper_read_sheet *sheets;
    size_t sheet_count;   /* at most PAPER_SHEET_MAX, each sheet_no once and from 1 on */
    size_t refused_sheet; /* its place, where the refusal is about one; else sheet_count */
};
enum err paper_enter_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);

#endif
