/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of paper: papers handed back, batches, what was entered of their
 * sheets, and sheets that are sealed. One function per statement. All blocking,
 * on database threads; those that change something run inside the writer's
 * transaction, which holds the ballot's row.
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_PAPER_H
#define HYEOPCHI_PARTICIPATION_STORE_PAPER_H

#include "participation/domain/ballot.h"
#include "participation/domain/ballot_state.h"
#include "participation/domain/paper.h"
#include "participation/store/turnout.h"
#include "runtime/buffer.h"
#include "runtime/crypto.h"
#include "runtime/db.h"
#include "runtime/err.h"

enum { STORE_PAPER_PAGE_COUNT = 256 };

/* A paper that was issued, by what the public board calls it. */
struct paper_issue {
    uint8_t nullifier[CRYPTO_HASH_SIZE];
    uint16_t rev;
};

struct paper_cancellation {
    struct paper_issue issue;
    const char *reason;
    const char *staff_id;
    int64_t cancelled_at_ms;
};

/* Records that a paper was handed back. */
ERR_CHECKED enum err store_paper_cancel(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                        const struct paper_cancellation *cancellation);

/* Whether that paper was handed back. */
ERR_CHECKED enum err store_paper_is_cancelled(struct db *db,
                                              const uint8_t ballot_id[BALLOT_ID_SIZE],
                                              const struct paper_issue *issue, bool *ret_is);

/* Takes its voter off the ballot's counters, and sets the turnout tables without them. */
ERR_CHECKED enum err store_ballot_take_paper(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                             const struct turnout *turnout);

/* The papers handed back behind that one, in the order of nullifier and rev; there is room for
 * STORE_PAPER_PAGE_COUNT. */
ERR_CHECKED enum err store_paper_cancelled(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                           const struct paper_issue *after,
                                           struct paper_issue *ret_issues, size_t *ret_count);

/* A batch of envelopes. */
struct paper_batch {
    int32_t batch_no;
    int32_t envelopes;
    int64_t sealed_at_ms; /* 0: it is not; then the two below say nothing */
    int32_t counted;
    uint8_t sheets_hash[CRYPTO_HASH_SIZE];
};

/* ERR_NOT_FOUND. */
ERR_CHECKED enum err store_paper_read(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                      int32_t batch_no, struct paper_batch *ret_batch);

/* All batches in order; there is room for PAPER_BATCH_MAX. */
ERR_CHECKED enum err store_paper_list(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                      struct paper_batch *ret_batches, size_t *ret_count);

/* The first batch that is not sealed. ERR_NOT_FOUND. */
ERR_CHECKED enum err store_paper_find_unsealed(struct db *db,
                                               const uint8_t ballot_id[BALLOT_ID_SIZE],
                                               int32_t *ret_batch_no);

/* Somebody's count of a batch's envelopes. */
struct paper_count {
    int32_t batch_no;
    int32_t envelopes;
    const char *reason; /* "" for the first */
    const char *staff_id;
    int64_t counted_at_ms;
};

/* Makes the batch, or gives it another number of envelopes. */
ERR_CHECKED enum err store_paper_set(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                     const struct paper_count *count);

/* Records the count behind those before. */
ERR_CHECKED enum err store_paper_count(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                       const struct paper_count *count);

/* How often a batch was counted, and the last sheet that was entered of it; 0 for none. */
ERR_CHECKED enum err store_paper_progress(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                          int32_t batch_no, int64_t *ret_counts,
                                          int64_t *ret_last_sheet);

/* Adds to the ballot's envelopes and batches; either may be 0, envelopes negative. */
ERR_CHECKED enum err store_ballot_add_envelopes(struct db *db,
                                                const uint8_t ballot_id[BALLOT_ID_SIZE],
                                                int64_t envelopes, int64_t batches);

/* The entries of a batch, by sheet and in their order; see store_paper_entry_row(). */
ERR_CHECKED enum err store_paper_entries(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                         int32_t batch_no, struct db_rows **ret_rows);

/* The row's sheet, and its entry, borrowed from the rows. */
int32_t store_paper_entry_row(const struct db_rows *rows, int64_t row,
                              struct paper_entry *ret_entry);

/* An entry that is added. */
struct paper_entry_new {
    int32_t sheet_no;
    int32_t entry_no;
    struct paper_entry entry;
};

ERR_CHECKED enum err store_paper_enter(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                       int32_t batch_no, const struct paper_entry_new *added,
                                       int64_t now_ms);

/* What a batch is sealed with. */
struct paper_seal {
    int32_t batch_no;
    int32_t counted;
    const uint8_t *blinding;
    const uint8_t *sheets_hash;
    const uint8_t *sheets;
    size_t sheets_length;
    int64_t sealed_at_ms;
};

ERR_CHECKED enum err store_paper_seal(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                      const struct paper_seal *seal);
ERR_CHECKED enum err store_ballot_add_sealed(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                             int64_t counted);

/* Says when operators said that no more envelopes will come, and why. */
ERR_CHECKED enum err store_ballot_set_paper_completed(struct db *db,
                                                      const uint8_t ballot_id[BALLOT_ID_SIZE],
                                                      int64_t now_ms, const char *reason);

/* Why, with "" where nobody did. */
ERR_CHECKED enum err store_paper_completed_reason(struct db *db,
                                                  const uint8_t ballot_id[BALLOT_ID_SIZE],
                                                  char ret_reason[BALLOT_REASON_MAX + 1]);

/* The first sealed batch behind that number, with what it was sealed as; borrowed from *ret_rows, which
 * is the caller's. ERR_NOT_FOUND. */
struct paper_sealed {
    int32_t batch_no;
    int32_t envelopes;
    int32_t counted;
    const uint8_t *definition_hash; /* CRYPTO_HASH_SIZE, as are the next two */
    const uint8_t *sheets_hash;
    const uint8_t *blinding;
    const uint8_t *sheets;
    size_t sheets_length;
};
ERR_CHECKED enum err store_paper_next(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                      int32_t after_no, struct db_rows **ret_rows,
                                      struct paper_sealed *ret_sealed);

/* How far the bundle's file of all sealed batches was read. */
struct paper_place {
    int32_t batch_no; /* the last begun; 0: none */
    int64_t offset;   /* in it; its end when it is done */
};

/* The length of that file, and its next bytes, of one batch and at most that many. */
ERR_CHECKED enum err store_paper_length(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                        int64_t *ret_length);
ERR_CHECKED enum err store_paper_slice(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                       struct paper_place *place, int64_t length_max,
                                       struct buffer *piece);

#endif
