/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements of a rebuild check: emptying the scratch tables, how far the
 * shown model has heard, and comparing the two. Writer thread, inside its
 * transaction.
 */
#ifndef HYEOPCHI_REPORTING_STORE_REBUILD_H
#define HYEOPCHI_REPORTING_STORE_REBUILD_H

#include "runtime/db.h"
#include "runtime/err.h"
#include "runtime/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STORE_TABLE_COUNT = 12, /* tables of the read model */
    STORE_TABLE_NAME_SIZE = 32,
};

ERR_CHECKED enum err store_check_clear(struct db *db);

/* How far a stream has been applied to the shown model. Zeros when nothing was. */
struct store_offset {
    int64_t next_seq;
    uint8_t chain[EVENT_CHAIN_SIZE]; /* at next_seq - 1 */
};
ERR_CHECKED enum err store_offset_read(struct db *db, const char *consumer, const char *stream,
                                       struct store_offset *ret_offset);

struct store_table_comparison {
    char name[STORE_TABLE_NAME_SIZE];
    int64_t rows;         /* of the shown model */
    int64_t rows_rebuilt; /* of the scratch tables */
    bool equal;           /* every row, byte for byte */
};

struct store_comparison {
    struct store_table_comparison tables[STORE_TABLE_COUNT];
    size_t table_count;
};
ERR_CHECKED enum err store_check_compare(struct db *db, struct store_comparison *ret_comparison);

#endif
