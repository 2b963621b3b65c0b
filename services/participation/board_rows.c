/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of a batch: segments that never reach beyond their tile, the nodes
 * above tiles that became full, and the receipt codes by bucket. Must never
 * change the order of the leaves.
 */
#include "participation/board_batch.h"

#include "participation/domain/code.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)STORE_CODE_REST_BITS < CODE_BITS, "the first bits are the bucket");
static_assert((int)STORE_CODE_REST_BITS <= 8 * (int)STORE_CODE_REST_SIZE, "the others fit");

struct placed_code {
    uint64_t code;
    uint32_t offset;
};

static int compare_codes(const void *a, const void *b)
{
    const struct placed_code *left = a;
    const struct placed_code *right = b;

    if (left->code != right->code) {
        return left->code < right->code ? -1 : 1;
    }
    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static void pack_code(const struct placed_code *placed, struct buffer *codes)
{
    const uint64_t rest = placed->code & ((UINT64_C(1) << STORE_CODE_REST_BITS) - 1);

    buffer_append_u8(codes, (uint8_t)(rest >> 32));
    buffer_append_u32(codes, (uint32_t)rest);
    buffer_append_u32(codes, placed->offset);
}

static enum err add_buckets(const struct placed_code *placed, size_t count, struct board_rows *rows)
{
    struct buffer codes;
    enum err err = ERR_OK;

    buffer_init(&codes, count * STORE_CODE_SIZE_PACKED);
    for (size_t i = 0; i < count; i++) {
        const uint64_t bucket = placed[i].code >> STORE_CODE_REST_BITS;

        pack_code(&placed[i], &codes);
        if (i + 1 == count || placed[i + 1].code >> STORE_CODE_REST_BITS != bucket) {
            db_column_add_int16(&rows->code_buckets, (int16_t)bucket);
            db_column_add_bytes(&rows->code_bytes, codes.data, codes.length);
            err = err ? err : buffer_status(&codes);
            buffer_clear(&codes);
        }
    }
    buffer_release(&codes);
    return err;
}

static enum err add_codes(const struct board_batch *batch, struct board_rows *rows)
{
    struct placed_code *placed = calloc(batch->cast_count + 1, sizeof *placed);
    size_t count = 0;
    enum err err;

    if (placed == NULL) {
        return ERR_FULL;
    }
    for (size_t i = 0; i < batch->count; i++) {
        uint8_t hash[CRYPTO_HASH_SIZE];

        if (batch->leaves[i].is_cast) {
            crypto_tagged_hash(CODE_TAG, batch->leaves[i].hash, MERKLE_HASH_SIZE, hash);
            placed[count].code = code_from_hash(hash);
            placed[count].offset = (uint32_t)i;
            count++;
        }
    }
    assert(count == batch->cast_count);
    qsort(placed, count, sizeof *placed, compare_codes);
    err = add_buckets(placed, count, rows);
    free(placed);
    return err;
}

/* Adds a leaf to the tree, and the nodes that it completes to the rows. */
static void grow(struct board_head *head, const uint8_t *leaf_hash, struct board_rows *rows)
{
    uint8_t above[MERKLE_TILE_LEVEL_MAX][MERKLE_HASH_SIZE];
    const size_t levels = merkle_frontier_add(&head->frontier, leaf_hash, above);

    head->size++;
    for (size_t level = 1; level <= levels; level++) {
        db_column_add_int16(&rows->node_levels, (int16_t)level);
        db_column_add_int64(&rows->node_numbers, (head->size >> (MERKLE_TILE_HEIGHT * level)) - 1);
        db_column_add_bytes(&rows->node_hashes, above[level - 1], MERKLE_HASH_SIZE);
    }
}

enum err board_rows_make(struct board_batch *batch, struct board_rows *rows)
{
    uint8_t hashes[MERKLE_TILE_WIDTH * MERKLE_HASH_SIZE];
    struct buffer entries;
    size_t width = 0;
    enum err err;

    rows->code_position = batch->head.size;
    buffer_init(&entries, (size_t)MERKLE_TILE_WIDTH * (2 + LEAF_SIZE_MAX));
    for (size_t i = 0; i < batch->count; i++) {
        const struct board_leaf *leaf = &batch->leaves[i];

        memcpy(hashes + width * MERKLE_HASH_SIZE, leaf->hash, MERKLE_HASH_SIZE);
        buffer_append(&entries, batch->entries.data + leaf->at, leaf->length);
        width++;
        grow(&batch->head, leaf->hash, rows);
        if (i + 1 == batch->count || batch->head.size % MERKLE_TILE_WIDTH == 0) {
            db_column_add_int64(&rows->segment_positions, batch->head.size - (int64_t)width);
            db_column_add_bytes(&rows->segment_hashes, hashes, width * MERKLE_HASH_SIZE);
            db_column_add_bytes(&rows->segment_entries, entries.data, entries.length);
            batch->head.entries_bytes += (int64_t)entries.length;
            width = 0;
            err = buffer_status(&entries);
            buffer_clear(&entries);
            if (err) {
                buffer_release(&entries);
                return err;
            }
        }
    }
    buffer_release(&entries);
    return add_codes(batch, rows);
}
