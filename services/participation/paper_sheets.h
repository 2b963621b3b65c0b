/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sheets of paper: a batch's entries as one list, sealing it, and reading
 * what is sealed. Sealed sheets stand in the order of their bytes, so that not
 * even the order of the envelopes remains. Database threads; those that change
 * something run under the ballot's row lock.
 */
#ifndef HYEOPCHI_PARTICIPATION_PAPER_SHEETS_H
#define HYEOPCHI_PARTICIPATION_PAPER_SHEETS_H

#include "participation/box.h"
#include "participation/domain/ballot_state.h"
#include "participation/store/ballots.h"
#include "participation/store/paper.h"
#include "runtime/writer.h"

/* What two operators approve: a batch to seal, or that no more envelopes will come, and why. */
struct paper_request {
    int32_t batch_no;                   /* of a seal; else 0 */
    char reason[BALLOT_REASON_MAX + 1]; /* of a completion; else "" */
};

/* The entries of a batch, sheet by sheet. */
struct paper_sheets {
    struct paper_batch batch;
    struct db_rows *rows;                           /* what the entries borrow */
    struct paper_entry (*entries)[PAPER_ENTRY_MAX]; /* malloc'd; of sheet i + 1 */
    size_t counts[PAPER_SHEET_MAX];                 /* how many of them */
    size_t agreed[PAPER_SHEET_MAX];                 /* the one that holds, where agreed */
    enum paper_sheet_state states[PAPER_SHEET_MAX];
};

/* Reads a batch. ERR_NOT_FOUND; ERR_INTERNAL when its entries cannot be. *ret is the caller's. */
ERR_CHECKED enum err paper_sheets_read(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                       int32_t batch_no, struct paper_sheets **ret_sheets);

/* Takes NULL. */
void paper_sheets_free(struct paper_sheets *sheets);

/* True if two people agree on as many sheets as there are envelopes. */
bool paper_sheets_reconcile(const struct paper_sheets *sheets);

/* The hash that both operators approve: of the definition, and of all agreed sheets, or of the numbers of
 * papers and envelopes and the reason. */
ERR_CHECKED enum err paper_content(struct db *db, const struct ballot_row *row,
                                   enum ballot_action action, const struct paper_request *request,
                                   uint8_t ret_content[BALLOT_CONTENT_SIZE]);

/* The same for the domain to decide on. */
ERR_CHECKED enum err paper_ask(struct db *db, const struct ballot_row *row,
                               const struct paper_request *request, struct ballot_paper *ret_paper);

/* Carries it out. */
ERR_CHECKED enum err paper_seal_carry_out(struct writer_tx *tx, const struct ballot_row *row,
                                          const struct paper_request *request);
ERR_CHECKED enum err paper_complete_carry_out(struct writer_tx *tx, const struct ballot_row *row,
                                              const struct paper_request *request);

/* Hands every sheet that is a vote to on_vote, batch by batch, and adds every sheet to those of its
 * kind. Errors as box_read() has them, and
 * ERR_INTERNAL, logged, where a batch is not what was sealed: then nothing may be made of any vote. */
ERR_CHECKED enum err paper_read(struct db *db, const uint8_t *ballot_id, box_vote_fn *on_vote,
                                void *context, int64_t sheets[PAPER_KIND_END]);

#endif
