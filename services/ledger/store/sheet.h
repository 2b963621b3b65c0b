/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kept budget sheets: their bytes, every figure and every discrepancy. One
 * function a statement. What writes: writer thread, inside the writer's
 * transaction; the rest any database thread. Nothing is ever changed.
 */
#ifndef HYEOPCHI_LEDGER_STORE_SHEET_H
#define HYEOPCHI_LEDGER_STORE_SHEET_H

#include "ledger/domain/order.h"
#include "ledger/domain/sheet.h"
#include "ledger/domain/sheet_check.h"
#include "ledger/store/hold.h"
#include "ledger/store/list.h"
#include "runtime/crypto.h"
#include "runtime/db.h"

/* A sheet to keep. All borrowed. */
struct store_sheet {
    const uint8_t *sheet_id; /* CRYPTO_UUID_SIZE bytes */
    const char *name;
    const char *encoding;
    struct crypto_bytes content;
    const uint8_t *content_hash; /* CRYPTO_HASH_SIZE bytes */
    const struct sheet *sheet;
    const struct sheet_check *check;
};

/* The hash of the request that kept a sheet. ERR_NOT_FOUND when there is no such sheet. */
ERR_CHECKED enum err store_sheet_hash(struct db *db, const char *shard,
                                      const uint8_t sheet_id[CRYPTO_UUID_SIZE],
                                      uint8_t ret_hash[ORDER_HASH_SIZE]);

/* The sheet of these bytes. ERR_NOT_FOUND when none was kept. */
ERR_CHECKED enum err store_sheet_find(struct db *db, const char *shard,
                                      const uint8_t content_hash[CRYPTO_HASH_SIZE],
                                      uint8_t ret_sheet_id[CRYPTO_UUID_SIZE]);

/* Writes a sheet that was read and checked; its figures and discrepancies are next. */
ERR_CHECKED enum err store_sheet_insert(struct db *db, const char *shard,
                                        const struct store_sheet *kept,
                                        const struct store_placing *placing);
ERR_CHECKED enum err store_sheet_figure_insert(struct db *db, const char *shard,
                                               const struct store_sheet *kept);
ERR_CHECKED enum err store_sheet_discrepancy_insert(struct db *db, const char *shard,
                                                    const struct store_sheet *kept);

enum store_sheet_column {
    STORE_SHEET_ID,
    STORE_SHEET_NAME,
    STORE_SHEET_DOCUMENT,
    STORE_SHEET_AS_OF,
    STORE_SHEET_UNITS,
    STORE_SHEET_ENCODING,
    STORE_SHEET_SIZE,
    STORE_SHEET_CONTENT_HASH,
    STORE_SHEET_TABLE_COUNT,
    STORE_SHEET_FIGURE_COUNT,
    STORE_SHEET_GIVEN_COUNT,
    STORE_SHEET_CONTRADICTION_COUNT,
    STORE_SHEET_GAP_COUNT,
    STORE_SHEET_ROUNDING_COUNT,
    STORE_SHEET_KEPT_BY,
    STORE_SHEET_KEPT_TIME,
};

/* Sheets in order of their ids: at most limit of those with a greater id than after. */
ERR_CHECKED enum err store_sheet_rows(struct db *db, const char *shard,
                                      const uint8_t after[CRYPTO_UUID_SIZE], int64_t limit,
                                      struct db_rows **ret_rows);

/* One sheet, in the same columns; no row when there is none. */
ERR_CHECKED enum err store_sheet_row(struct db *db, const char *shard,
                                     const uint8_t sheet_id[CRYPTO_UUID_SIZE],
                                     struct db_rows **ret_rows);

/* The bytes of one sheet, as the only column. */
ERR_CHECKED enum err store_sheet_content(struct db *db, const char *shard,
                                         const uint8_t sheet_id[CRYPTO_UUID_SIZE],
                                         struct db_rows **ret_rows);

enum store_sheet_figure_column {
    STORE_FIGURE_TABLE,
    STORE_FIGURE_LINE,
    STORE_FIGURE_COLUMN,
    STORE_FIGURE_ROW_WORDS,
    STORE_FIGURE_COLUMN_WORDS,
    STORE_FIGURE_KIND,
    STORE_FIGURE_FISCAL_YEAR,
    STORE_FIGURE_FUNDING_SOURCE,
    STORE_FIGURE_PROGRAMME,
    STORE_FIGURE_ITEM,
    STORE_FIGURE_STATE,
    STORE_FIGURE_PRINTED,
    STORE_FIGURE_UNIT,
    STORE_FIGURE_AMOUNT,
    STORE_FIGURE_QUANTITY,
};

/* All figures of a sheet, in reading order; at most SHEET_CELLS_MAX. */
ERR_CHECKED enum err store_sheet_figure_rows(struct db *db, const char *shard,
                                             const uint8_t sheet_id[CRYPTO_UUID_SIZE],
                                             struct db_rows **ret_rows);

enum store_sheet_discrepancy_column {
    STORE_DISCREPANCY_RULE,
    STORE_DISCREPANCY_SEVERITY,
    STORE_DISCREPANCY_LINE,
    STORE_DISCREPANCY_COLUMN,
    STORE_DISCREPANCY_TABLE_TITLE,
    STORE_DISCREPANCY_ROW_WORDS,
    STORE_DISCREPANCY_COLUMN_WORDS,
    STORE_DISCREPANCY_UNIT,
    STORE_DISCREPANCY_PRINTED,
    STORE_DISCREPANCY_COMPUTED,
};

/* All discrepancies of a sheet, in the order of the rules; at most SHEET_DISCREPANCIES_MAX. */
ERR_CHECKED enum err store_sheet_discrepancy_rows(struct db *db, const char *shard,
                                                  const uint8_t sheet_id[CRYPTO_UUID_SIZE],
                                                  struct db_rows **ret_rows);

#endif
