/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes of the read model. Tables are named without their schema, so that one
 * statement serves the model that is shown and the one that a rebuild check
 * computes: store_schema_use() says which. One function a statement; each may
 * be repeated and may come in any order, with the same end.
 *
 * Writer thread, inside its transaction.
 */
#ifndef HYEOPCHI_REPORTING_STORE_MODEL_H
#define HYEOPCHI_REPORTING_STORE_MODEL_H

#include "reporting/domain/report.h"
#include "runtime/db.h"
#include "runtime/err.h"

#include <stddef.h>
#include <stdint.h>

#define STORE_SCHEMA_LIVE  "reporting"
#define STORE_SCHEMA_CHECK "reporting_check"

enum { STORE_BALLOT_MAX = 64 }; /* ballots that one entry may concern */

/* Which of the two the statements below write to, until the transaction ends or this is said anew. */
ERR_CHECKED enum err store_schema_use(struct db *db, const char *schema);

/* Whose rows: every key starts with these two. */
struct store_key {
    const char *district;
    const uint8_t *ballot_id; /* REPORT_ID_SIZE bytes */
};

ERR_CHECKED enum err store_ballot_add(struct db *db, const struct store_key *key,
                                      const struct report_ballot *ballot);
ERR_CHECKED enum err store_extension_add(struct db *db, const struct store_key *key,
                                         const struct report_extension *extension);
ERR_CHECKED enum err store_options_add(struct db *db, const struct store_key *key,
                                       const struct report_option *options, size_t count);
/* A commit of votes that is older than the one known changes nothing. */
ERR_CHECKED enum err store_turnout_set(struct db *db, const struct store_key *key,
                                       const struct report_turnout *turnout);
ERR_CHECKED enum err store_closing_add(struct db *db, const struct store_key *key,
                                       const struct report_closing *closing);
ERR_CHECKED enum err store_cells_add(struct db *db, const struct store_key *key,
                                     const struct report_cell *cells, size_t count);
ERR_CHECKED enum err store_tally_add(struct db *db, const struct store_key *key,
                                     const struct report_tally *tally);
ERR_CHECKED enum err store_results_add(struct db *db, const struct store_key *key,
                                       const struct report_option *options, size_t count);
/* seq is the event's: an older event changes nothing. */
ERR_CHECKED enum err store_envelope_reserve(struct db *db, const struct store_key *key,
                                            int64_t reserved_krw, int64_t seq);
ERR_CHECKED enum err store_envelope_release(struct db *db, const struct store_key *key,
                                            const struct report_envelope *envelope, int64_t seq);

/* The line of an account; version 0 when it has none yet. */
ERR_CHECKED enum err store_line_read(struct db *db, const char *district,
                                     const struct report_account *account,
                                     struct report_line *ret_line);
ERR_CHECKED enum err store_line_set(struct db *db, const char *district,
                                    const struct report_line *line);
/* Notes that an entry named this ballot for this line. */
ERR_CHECKED enum err store_ballot_line_add(struct db *db, const struct store_key *key,
                                           const struct report_account *account);

/* A number that is known keeps the block that was heard first. */
ERR_CHECKED enum err store_block_add(struct db *db, const char *district,
                                     const struct report_block *block);

/* Ballots of that year with an option of that programme; at most STORE_BALLOT_MAX. */
ERR_CHECKED enum err store_ballots_of_programme(struct db *db, const char *district,
                                                const struct report_account *account,
                                                uint8_t ret_ids[][REPORT_ID_SIZE],
                                                size_t *ret_count);

#endif
