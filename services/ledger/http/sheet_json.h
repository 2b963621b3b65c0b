/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kept budget sheets as JSON, from their rows. A missing figure is null, never
 * 0. Any database thread.
 */
#ifndef HYEOPCHI_LEDGER_HTTP_SHEET_JSON_H
#define HYEOPCHI_LEDGER_HTTP_SHEET_JSON_H

#include "runtime/crypto.h"
#include "runtime/db.h"

#include <jansson.h>

/* One row of store_sheet_rows() or store_sheet_row(); a new reference, NULL when out of memory. */
json_t *sheet_json(const struct db_rows *rows, int64_t row);

/* The id of one such row; likewise. */
json_t *sheet_json_id(const struct db_rows *rows, int64_t row);

/* A sheet without its figures. ERR_NOT_FOUND when there is none. */
ERR_CHECKED enum err sheet_json_read(struct db *db, const char *shard,
                                     const uint8_t sheet_id[CRYPTO_UUID_SIZE], json_t **ret_sheet);

/* The same with all its figures and discrepancies, and its content as text. */
ERR_CHECKED enum err sheet_json_read_whole(struct db *db, const char *shard,
                                           const uint8_t sheet_id[CRYPTO_UUID_SIZE],
                                           json_t **ret_sheet);

#endif
