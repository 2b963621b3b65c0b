/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the board keeps for a ballot's bundle beside the log: documents, and the
 * openings of final votes in the order of their commitments. Written once,
 * inside the transaction of the board's step that commits to them; read for
 * ever after. Database threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_BOARD_DOCUMENT_H
#define HYEOPCHI_PARTICIPATION_STORE_BOARD_DOCUMENT_H

#include "participation/domain/vote_body.h"
#include "runtime/buffer.h"
#include "runtime/db.h"
#include "runtime/err.h"

enum {
    STORE_OPENING_SIZE = 34,             /* of an opening beside its choices */
    STORE_OPENING_PAGE_SIZE = 64 * 1024, /* a page ends with the opening that reaches this … */
    STORE_OPENING_PAGE_SIZE_MAX =        /* … and is never longer */
    STORE_OPENING_PAGE_SIZE + STORE_OPENING_SIZE + VOTE_BODY_MAX,
    STORE_OPENINGS_TIMEOUT_MS = 600 * 1000, /* for all of them: millions take minutes to sort */
    STORE_OPENINGS_CHECK_MS = 1000,         /* until it is noticed that who wants them is dead */
};

/* Keeps a document. ERR_CONFLICT when the ballot has one of that name. */
ERR_CHECKED enum err store_document_insert(struct db *db, const uint8_t *ballot_id,
                                           const char *name, const struct buffer *content);

/* Appends a document's bytes. ERR_NOT_FOUND. */
ERR_CHECKED enum err store_document_read(struct db *db, const uint8_t *ballot_id, const char *name,
                                         struct buffer *content);

/* Keeps the openings of all final votes that are not void, sorted in the database; *ret_bytes is their
 * length together. The transaction's statement timeout is STORE_OPENINGS_TIMEOUT_MS from then on, and one
 * whose client is dead ends soon. */
ERR_CHECKED enum err store_openings_insert(struct db *db, const uint8_t *ballot_id,
                                           int64_t *ret_bytes);

/* Appends a page of openings. ERR_NOT_FOUND. */
ERR_CHECKED enum err store_openings_page(struct db *db, const uint8_t *ballot_id, int32_t page,
                                         struct buffer *openings);

#endif
