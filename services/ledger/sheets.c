/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes to the rows of a kept sheet. What of it does not add up is the
 * domain's to find, and nobody's to mend.
 */
#include "ledger/sheets.h"

#include "ledger/store/posting.h"
#include "ledger/store/sheet.h"
#include "runtime/encoding.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static enum err recall(struct writer_tx *tx, const char *shard, const struct sheets_wanted *wanted,
                       struct sheets_outcome *outcome, bool *ret_answered);
static enum err recall_key(struct writer_tx *tx, const char *shard,
                           const struct sheets_wanted *wanted, bool *ret_used);
static enum err write_sheet(struct writer_tx *tx, const char *shard,
                            const struct sheets_wanted *wanted, const uint8_t *content_hash);

enum err sheets_read(const void *bytes, size_t length, struct sheets_reading **ret_reading)
{
    struct sheets_reading *reading = calloc(1, sizeof *reading);
    const size_t size = ENCODING_UTF8_SIZE(length) + 1;
    char *text = malloc(size);
    size_t text_length = 0;
    enum err err = ERR_OK;

    assert(length <= SHEET_SIZE_MAX);
    if (!reading || !text) {
        sheets_reading_free(reading);
        free(text);
        return ERR_UNAVAILABLE;
    }
    reading->encoding = "utf-8";
    err = encoding_to_utf8(bytes, length, text, size, &text_length, &reading->encoding);
    if (err) {
        /* Neither: the sheet's own reader says so, of the bytes as they are. */
        memcpy(text, bytes, length);
        text_length = length;
    }
    reading->readable = sheet_read(&reading->sheet, text, text_length) == ERR_OK;
    if (reading->readable) {
        sheet_check_run(&reading->sheet, &reading->check);
    }
    free(text);
    *ret_reading = reading;
    return ERR_OK;
}

void sheets_reading_free(struct sheets_reading *reading)
{
    free(reading);
}

enum err sheets_keep(struct writer_tx *tx, const char *shard, const struct sheets_wanted *wanted,
                     struct sheets_outcome *ret_outcome)
{
    struct sheets_outcome outcome = {.known = false};
    uint8_t content_hash[CRYPTO_HASH_SIZE];
    bool answered = false;
    enum err err = recall(tx, shard, wanted, &outcome, &answered);

    assert(wanted->reading->readable);
    if (err || answered) {
        goto out;
    }
    crypto_sha256(wanted->content.data, wanted->content.length, content_hash);
    err = store_sheet_find(tx->db, shard, content_hash, outcome.sheet_id);
    if (err != ERR_NOT_FOUND) {
        outcome.known = true;
        goto out;
    }
    memcpy(outcome.sheet_id, wanted->key, CRYPTO_UUID_SIZE);
    err = write_sheet(tx, shard, wanted, content_hash);

out:
    if (!err) {
        *ret_outcome = outcome;
    }
    return err;
}

/* What was answered under the key before, as a sheet or as anything else. */
static enum err recall(struct writer_tx *tx, const char *shard, const struct sheets_wanted *wanted,
                       struct sheets_outcome *outcome, bool *ret_answered)
{
    uint8_t hash[ORDER_HASH_SIZE];
    bool used = false;
    enum err err = store_sheet_hash(tx->db, shard, wanted->key, hash);

    if (err == ERR_NOT_FOUND) {
        err = recall_key(tx, shard, wanted, &used);
        *ret_answered = used;
    } else if (!err) {
        used = memcmp(hash, wanted->request_hash, ORDER_HASH_SIZE) != 0;
        *ret_answered = true;
    }
    if (!err && used) {
        outcome->refusal.reason = REFUSAL_KEY_REUSED;
    }
    memcpy(outcome->sheet_id, wanted->key, CRYPTO_UUID_SIZE);
    return err;
}

/* Whether an entry, or the refusal of one, has the key. */
static enum err recall_key(struct writer_tx *tx, const char *shard,
                           const struct sheets_wanted *wanted, bool *ret_used)
{
    struct order *order = calloc(1, sizeof *order);
    enum err err = order ? ERR_OK : ERR_UNAVAILABLE;

    if (!err) {
        memcpy(order->entry.key, wanted->key, ENTRY_KEY_SIZE);
        memcpy(order->request_hash, wanted->request_hash, ORDER_HASH_SIZE);
        err = store_key_recall(tx->db, shard, &order, 1);
    }
    if (!err) {
        *ret_used = order->result != ORDER_PENDING;
    }
    free(order);
    return err;
}

static enum err write_sheet(struct writer_tx *tx, const char *shard,
                            const struct sheets_wanted *wanted, const uint8_t *content_hash)
{
    const struct store_placing placing = {wanted->request_hash, wanted->by, tx->now_ms};
    const struct store_sheet kept = {
        .sheet_id = wanted->key,
        .name = wanted->name,
        .encoding = wanted->reading->encoding,
        .content = wanted->content,
        .content_hash = content_hash,
        .sheet = &wanted->reading->sheet,
        .check = &wanted->reading->check,
    };
    enum err err = store_sheet_insert(tx->db, shard, &kept, &placing);

    if (!err) {
        err = store_sheet_figure_insert(tx->db, shard, &kept);
    }
    return err ? err : store_sheet_discrepancy_insert(tx->db, shard, &kept);
}
