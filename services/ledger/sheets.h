/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps budget sheets beside the journal: read from their bytes, checked, and
 * written with every figure and discrepancy. Whoever sends a sheet says nothing
 * about what is in it; it is read here. No entry ever comes of it.
 */
#ifndef HYEOPCHI_LEDGER_SHEETS_H
#define HYEOPCHI_LEDGER_SHEETS_H

#include "ledger/domain/order.h"
#include "ledger/domain/sheet.h"
#include "ledger/domain/sheet_check.h"
#include "runtime/crypto.h"
#include "runtime/err.h"
#include "runtime/writer.h"

#include <stdbool.h>
#include <stddef.h>

#define SHEETS_NAME_LENGTH_MAX 300

/* What was read from a sheet's bytes. Nearly two megabytes, on the heap. */
struct sheets_reading {
    const char *encoding; /* "utf-8" or "cp949"; static */
    bool readable;        /* false: sheet.faults says why, and nothing was checked */
    struct sheet sheet;
    struct sheet_check check;
};

/*
 * Reads and checks a sheet of at most SHEET_SIZE_MAX bytes. *ret_reading is the caller's to
 * sheets_reading_free(), also when it is not readable. ERR_UNAVAILABLE when memory runs out. Takes
 * milliseconds: a work thread.
 */
ERR_CHECKED enum err sheets_read(const void *bytes, size_t length,
                                 struct sheets_reading **ret_reading);
void sheets_reading_free(struct sheets_reading *reading); /* takes NULL */

/* A readable sheet that an operator wants kept. All borrowed. */
struct sheets_wanted {
    const uint8_t *key;          /* CRYPTO_UUID_SIZE bytes: becomes the sheet's id */
    const uint8_t *request_hash; /* ORDER_HASH_SIZE bytes */
    const char *name;
    const char *by; /* "operator:<id>" */
    struct crypto_bytes content;
    const struct sheets_reading *reading;
};

struct sheets_outcome {
    uint8_t sheet_id[CRYPTO_UUID_SIZE]; /* also of the same bytes kept under another key before */
    bool known;                         /* they were */
    struct order_refusal refusal;       /* then there is no sheet */
};

/*
 * Keeps a sheet once: the same bytes under whatever key are the sheet that was kept first. Refused
 * when the key was used for something else. Writer thread, in the transaction under way.
 */
ERR_CHECKED enum err sheets_keep(struct writer_tx *tx, const char *shard,
                                 const struct sheets_wanted *wanted,
                                 struct sheets_outcome *ret_outcome);

#endif
