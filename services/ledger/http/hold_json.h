/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a hold looks in answers. Any database thread.
 */
#ifndef HYEOPCHI_LEDGER_HTTP_HOLD_JSON_H
#define HYEOPCHI_LEDGER_HTTP_HOLD_JSON_H

#include "ledger/store/hold.h"
#include "runtime/db.h"
#include "runtime/err.h"

#include <jansson.h>

/* A row of store_hold_rows(), and only its id; new references, NULL when out of memory. */
json_t *hold_json(const struct db_rows *rows, int64_t row);
json_t *hold_id_json(const struct db_rows *rows, int64_t row);

/* One hold with its extensions; a new reference. ERR_NOT_FOUND when there is none with this id. */
ERR_CHECKED enum err hold_json_read(struct db *db, const char *shard,
                                    const uint8_t hold_id[HOLD_ID_SIZE], json_t **ret_hold);

#endif
