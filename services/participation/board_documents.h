/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documents that a ballot's log commits to and its bundle holds: what is
 * published of it besides the votes (services/verify/README.md). They are made
 * once, by the board's step that appends the leaf which commits to them, and
 * kept; nothing makes them anew. Database threads, inside that transaction.
 */
#ifndef HYEOPCHI_PARTICIPATION_BOARD_DOCUMENTS_H
#define HYEOPCHI_PARTICIPATION_BOARD_DOCUMENTS_H

#include "participation/domain/ballot.h"
#include "runtime/crypto.h"
#include "runtime/db.h"
#include "runtime/err.h"

#include <stdbool.h>

enum { BOARD_DOCUMENT_SIZE_MAX = 16 * 1024 * 1024 };

/* In the order in which they stand in the bundle. */
enum board_document {
    BOARD_DOCUMENT_ROLL,       /* where a roll was imported */
    BOARD_DOCUMENT_TURNOUT,    /* always, as are the next */
    BOARD_DOCUMENT_EXTENSIONS, /* why the window was extended */
    BOARD_DOCUMENT_LOT,        /* where a lot breaks ties */
    BOARD_DOCUMENT_JURY,       /* where a jury's scores are weighed */
    BOARD_DOCUMENT_DECIDED,    /* which votes are void and which options excluded, and why */
    BOARD_DOCUMENT_END,
};

/* Its name in the bundle. Static. */
const char *board_document_name(enum board_document document);

/* Whether every bundle has it. */
bool board_document_is_required(enum board_document document);

/* Keeps the extensions of a ballot that is closed; *ret_hash is CLOSE's extensions_hash. */
ERR_CHECKED enum err board_documents_close(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                           uint8_t ret_hash[CRYPTO_HASH_SIZE]);

/* Keeps the others of a ballot that is certified; *ret_hash is RESULT's documents_hash. */
ERR_CHECKED enum err board_documents_finish(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                            uint8_t ret_hash[CRYPTO_HASH_SIZE]);

#endif
