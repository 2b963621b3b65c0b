/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists for those who ask over HTTP: budget lines, envelopes, limits. One
 * function a statement; the rows are the caller's, to db_rows_release().
 * Reader threads.
 */
#ifndef HYEOPCHI_LEDGER_STORE_LIST_H
#define HYEOPCHI_LEDGER_STORE_LIST_H

#include "ledger/domain/account.h"
#include "ledger/domain/envelope.h"
#include "runtime/db.h"

#include <stdbool.h>
#include <stdint.h>

/* Which rows are asked for; a member that is not set asks for all. */
struct store_filter {
    int32_t fiscal_year;                /* 0: all */
    enum funding_source funding_source; /* 0: all */
    int64_t limit;
};

/* After which line a page starts; year 0 for the first page. */
struct store_line_cursor {
    int32_t fiscal_year;
    enum funding_source funding_source;
    char programme[PROGRAMME_LENGTH_MAX + 1];
};

enum store_line_column {
    STORE_LINE_FISCAL_YEAR,
    STORE_LINE_PROGRAMME,
    STORE_LINE_FUNDING_SOURCE,
    STORE_LINE_STAGE,
    STORE_LINE_BALANCE,
    STORE_LINE_HELD,
    STORE_LINE_VERSION,
};

/* The accounts of up to filter->limit lines after the cursor; all of a line's accounts together. */
ERR_CHECKED enum err store_line_list(struct db *db, const char *shard,
                                     const struct store_filter *filter,
                                     const struct store_line_cursor *after,
                                     struct db_rows **ret_rows);

enum store_envelope_column {
    STORE_ENVELOPE_BALLOT_ID,
    STORE_ENVELOPE_FISCAL_YEAR,
    STORE_ENVELOPE_FUNDING_SOURCE,
    STORE_ENVELOPE_STATE,
    STORE_ENVELOPE_AMOUNT,
    STORE_ENVELOPE_SELECTED,
    STORE_ENVELOPE_CHANGED_TIME,
};

/* Up to filter->limit envelopes with a greater ballot_id than `after`, in its order. */
ERR_CHECKED enum err store_envelope_list(struct db *db, const char *shard,
                                         const struct store_filter *filter,
                                         const uint8_t after[BALLOT_ID_SIZE],
                                         struct db_rows **ret_rows);

enum store_limit_column {
    STORE_LIMIT_FISCAL_YEAR,
    STORE_LIMIT_FUNDING_SOURCE,
    STORE_LIMIT_LIMIT,
    STORE_LIMIT_SET_TIME,
    STORE_LIMIT_USED,
};

/* All limits; at most four for each of two hundred years. */
ERR_CHECKED enum err store_limit_list(struct db *db, const char *shard,
                                      const struct store_filter *filter, struct db_rows **ret_rows);

#endif
