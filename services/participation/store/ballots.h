/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of ballots and their approvals: one function per statement. All
 * blocking, on database threads; those that change something run inside the
 * writer's transaction.
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_BALLOTS_H
#define HYEOPCHI_PARTICIPATION_STORE_BALLOTS_H

#include "participation/domain/ballot.h"
#include "participation/domain/ballot_state.h"
#include "participation/domain/paper.h"
#include "participation/store/turnout.h"
#include "runtime/crypto.h"
#include "runtime/db.h"
#include "runtime/err.h"

enum {
    STORE_CODE_SIZE = 64,
    STORE_APPROVAL_COUNT_MAX = 64, /* approvals of one action that are looked at */
    STORE_LIST_COUNT_MAX = 100,    /* ballots in one page */
};

/* A ballot's row. Times are UTC milliseconds, 0 where it has not happened. */
struct ballot_row {
    uint8_t ballot_id[BALLOT_ID_SIZE];
    enum ballot_state state;
    uint8_t *definition; /* malloc'd */
    size_t definition_length;
    uint8_t definition_hash[CRYPTO_HASH_SIZE];
    int32_t opening_attempt;
    char refusal_code[STORE_CODE_SIZE]; /* "" when none */
    int64_t refusal_shortfall_krw;
    int64_t batch_no;
    int64_t voters;
    int64_t revisions;
    uint8_t *jury; /* malloc'd; jury.h; NULL before it was published, and without a jury */
    size_t jury_length;
    char *lot_seed;    /* malloc'd; NULL before it was published, and where there is no lot */
    char *result_json; /* malloc'd; NULL before it was counted */
    uint8_t result_hash[CRYPTO_HASH_SIZE];
    int64_t created_at_ms;
    int64_t opened_at_ms;
    int64_t closed_at_ms;
    int64_t counted_at_ms;
    int64_t certified_at_ms;
    int64_t key_destroyed_at_ms;
    int32_t roll_import_no; /* of store/roll.h; 0: the ballot has no roll */
    int64_t voids;          /* of store/void.h: votes declared void */
    int64_t exclusions;     /* of store/exclusion.h: options excluded from the result */
    int64_t extended_to_ms; /* of store/extension.h; 0: the window ends as the definition says */
    int64_t paper_issued;   /* this and the next: of store/paper.h */
    int64_t paper_envelopes;
    int64_t paper_batches;
    int64_t paper_sealed;
    int64_t paper_counted; /* sheets that are votes */
    int64_t paper_completed_at_ms;
};

/* Frees what the row owns; takes zeroed rows. */
void ballot_row_release(struct ballot_row *row);

/* True while the ballot's ties are to be broken by a lot whose seed nobody has published: until then
 * it is not counted. */
bool ballot_row_awaits_lot(const struct ballot_row *row,
                           const struct ballot_definition *definition);

/* How the ballot's paper stands, for the domain. */
struct paper_standing ballot_row_paper(const struct ballot_row *row);

/* True while a closed ballot waits for its paper: until then it is not counted. */
bool ballot_row_awaits_paper(const struct ballot_row *row);

/* How many votes are to be counted, given how many voters' final votes are void: a voter who holds a
 * ballot paper has none in the box, and each sheet that is a vote is one. */
int64_t ballot_row_votes(const struct ballot_row *row, int64_t voids);

/* The same while its jury's scores are not published. */
bool ballot_row_awaits_jury(const struct ballot_row *row,
                            const struct ballot_definition *definition);

/* The first instant a vote is late: as the window was extended to, else as the definition says. */
int64_t ballot_row_closes_at_ms(const struct ballot_row *row,
                                const struct ballot_definition *definition);

/* Who asked for a new ballot, and how. */
struct ballot_request {
    const char *operator_id;
    const char *idempotency_key;
    const uint8_t *request_hash; /* SHA-256 of the body */
};

struct ballot_new {
    const uint8_t *ballot_id;
    const char *district;
    const uint8_t *definition;
    size_t definition_length;
    const uint8_t *definition_hash;
    struct ballot_request request;
    int64_t now_ms;
};

/* Adds a draft. ERR_CONFLICT when the operator has used the key. */
ERR_CHECKED enum err store_ballot_insert(struct db *db, const struct ballot_new *ballot);

/* What the operator's key stands for already. ERR_NOT_FOUND when nothing. */
ERR_CHECKED enum err store_ballot_find_request(struct db *db, const struct ballot_request *request,
                                               uint8_t ret_ballot_id[BALLOT_ID_SIZE],
                                               uint8_t ret_request_hash[CRYPTO_HASH_SIZE]);

/* Reads one row. ERR_NOT_FOUND. *ret_row is the caller's, to ballot_row_release(). */
ERR_CHECKED enum err store_ballot_read(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                       struct ballot_row *ret_row);

/* The same, and locks it until the transaction ends. */
ERR_CHECKED enum err store_ballot_lock(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                       struct ballot_row *ret_row);

/* Locks the row and reads only what accepting votes needs. Asked now and heard later, as
 * store/votes.h says. ERR_NOT_FOUND when it is heard. */
ERR_CHECKED enum err store_ballot_ask_state(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE]);

struct ballot_progress {
    enum ballot_state state;
    int64_t batch_no;
    int64_t voters;
    int32_t roll_import_no;
    int64_t extended_to_ms;
    int64_t voids;
};

/* ERR_INTERNAL when a stored cell of turnout is none of the definition's. */
ERR_CHECKED enum err store_ballot_hear_state(struct db *db,
                                             const struct ballot_definition *definition,
                                             struct ballot_progress *ret_progress,
                                             struct turnout *ret_turnout);

/* Newest first, those before the id given (NULL: from the newest); at most STORE_LIST_COUNT_MAX. */
ERR_CHECKED enum err store_ballot_list(struct db *db, const uint8_t *before, size_t count,
                                       struct ballot_row *ret_rows, size_t *ret_count);

/* The first closed ballot behind this one that waits to be counted. ERR_NOT_FOUND. */
ERR_CHECKED enum err store_ballot_find_uncounted(struct db *db, const uint8_t after[BALLOT_ID_SIZE],
                                                 uint8_t ret_ballot_id[BALLOT_ID_SIZE]);

/* Records an approval; again is harmless. */
ERR_CHECKED enum err store_approval_insert(struct db *db, const struct ballot_row *row,
                                           const struct ballot_approval *approval, int64_t now_ms);

/* The approvals of the same action and content in the ballot's present attempt, oldest first. */
ERR_CHECKED enum err store_approval_list(struct db *db, const struct ballot_row *row,
                                         const struct ballot_approval *wanted,
                                         struct ballot_approval *ret_approvals, size_t *ret_count);

/* Changes of state; each sets its time. */
ERR_CHECKED enum err store_ballot_set_opening(struct db *db, const uint8_t *ballot_id);
ERR_CHECKED enum err store_ballot_set_open(struct db *db, const uint8_t *ballot_id, int64_t now_ms);
ERR_CHECKED enum err store_ballot_set_refused(struct db *db, const uint8_t *ballot_id,
                                              const char *code, int64_t shortfall_krw);
ERR_CHECKED enum err store_ballot_set_closed(struct db *db, const uint8_t *ballot_id,
                                             int64_t now_ms);
ERR_CHECKED enum err store_ballot_set_lot_seed(struct db *db, const uint8_t *ballot_id,
                                               const char *seed);
ERR_CHECKED enum err store_ballot_set_jury(struct db *db, const uint8_t *ballot_id,
                                           const uint8_t *bytes, size_t length);
ERR_CHECKED enum err store_ballot_set_counted(struct db *db, const uint8_t *ballot_id,
                                              const char *result_json, const uint8_t *result_hash,
                                              int64_t now_ms);
ERR_CHECKED enum err store_ballot_set_certified(struct db *db, const uint8_t *ballot_id,
                                                int64_t now_ms);
ERR_CHECKED enum err store_ballot_set_key_destroyed(struct db *db, const uint8_t *ballot_id,
                                                    int64_t now_ms);

/* Whether its key was destroyed. ERR_NOT_FOUND. */
ERR_CHECKED enum err
store_ballot_key_is_destroyed(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE], bool *ret_is);

#endif
