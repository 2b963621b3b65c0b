/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in a bundle, and the walk through it. A file is either read into
 * memory when the bundle is opened, or from the database page by page; of
 * those the lengths are known from the board's head, since a header comes
 * before its file.
 */
#include "participation/bundle.h"

#include "participation/board_batch.h"
#include "participation/board_documents.h"
#include "participation/store/ballots.h"
#include "participation/store/board_document.h"
#include "participation/store/board_page.h"
#include "participation/store/paper.h"
#include "participation/tar.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_COUNT_MAX = 8 + (int)BOARD_DOCUMENT_END,
    MEMORY_SLICE_SIZE = 64 * 1024,
    PAGE_SIZE_MAX = BUNDLE_PIECE_SIZE_MAX - BUNDLE_PIECE_SIZE - 4 * TAR_BLOCK_SIZE,
    MS_PER_S = 1000,
};

static_assert((int)STORE_OPENING_PAGE_SIZE_MAX <= (int)PAGE_SIZE_MAX,
              "a page of openings fits behind what does not end a piece yet");
static_assert((int)STORE_TILE_ENTRIES_SIZE_MAX <= (int)BUNDLE_PIECE_SIZE, "and a tile");
static_assert(STORE_NOTE_PAGE_COUNT_MAX * (2 + CHECKPOINT_NOTE_SIZE) <= 2 * BUNDLE_PIECE_SIZE,
              "and checkpoints");

enum file_source { FROM_MEMORY, FROM_CHECKPOINTS, FROM_ENTRIES, FROM_OPENINGS, FROM_PAPER };

struct file {
    const char *name;
    enum file_source source;
    int64_t length;
    uint8_t *content; /* malloc'd; NULL unless it is made in memory */
    uint8_t sha256[CRYPTO_HASH_SIZE];
};

struct bundle {
    uint8_t ballot_id[BALLOT_ID_SIZE];
    struct board_head head;
    struct file files[FILE_COUNT_MAX];
    size_t file_count;

    /* Where the walk is. */
    size_t at;       /* the file; file_count: only the end is left */
    bool begun;      /* its header is there */
    int64_t written; /* of its bytes */
    struct crypto_hasher hasher;
    int64_t noted;            /* size of the last checkpoint written */
    int64_t tile;             /* the next one of the entries */
    int32_t opening_page;     /* the next one */
    struct paper_place paper; /* how far the batches of paper were read */
};

static struct file *add_file(struct bundle *bundle, const char *name, enum file_source source,
                             int64_t length)
{
    struct file *file = &bundle->files[bundle->file_count];

    assert(bundle->file_count < FILE_COUNT_MAX);
    *file = (struct file){.name = name, .source = source, .length = length};
    bundle->file_count++;
    return file;
}

/* Adds a file with a copy of the bytes. */
static enum err add_bytes(struct bundle *bundle, const char *name, const void *bytes, size_t length)
{
    struct file *file = add_file(bundle, name, FROM_MEMORY, (int64_t)length);

    file->content = malloc(length + 1);
    if (file->content == NULL) {
        return ERR_FULL;
    }
    memcpy(file->content, bytes, length);
    return ERR_OK;
}

static enum err add_buffer(struct bundle *bundle, const char *name, struct buffer *buffer)
{
    enum err err = buffer_status(buffer);

    if (!err) {
        err = add_bytes(bundle, name, buffer->data, buffer->length);
    }
    buffer_release(buffer);
    return err;
}

static enum err add_keys(struct bundle *bundle, const char *district)
{
    char name[CHECKPOINT_NAME_SIZE];
    char verifier[CHECKPOINT_VERIFIER_SIZE];
    char key[64];
    uint8_t key_hash[CHECKPOINT_KEY_HASH_SIZE];
    struct buffer text;

    checkpoint_name(district, bundle->ballot_id, name);
    board_key_hash(name, bundle->head.key, key_hash);
    checkpoint_verifier(name, key_hash, bundle->head.key, verifier);
    buffer_init(&text, BUNDLE_PIECE_SIZE);
    buffer_append_format(&text, "{\"board\":\"%s\",\"receipts\":[", verifier);
    for (size_t i = 0; i < bundle->head.receipt_key_count; i++) {
        crypto_base64url(bundle->head.receipt_keys[i], CRYPTO_ED25519_PUBLIC_SIZE, key, sizeof key);
        buffer_append_format(&text, "%s\"%s\"", i == 0 ? "" : ",", key);
    }
    buffer_append_text(&text, "]}");
    return add_buffer(bundle, "keys.json", &text);
}

/* Adds the documents that the log commits to. ERR_NOT_FOUND when one that every bundle has is missing. */
static enum err add_documents(struct db *db, struct bundle *bundle)
{
    enum err err = ERR_OK;

    for (int i = 0; i < BOARD_DOCUMENT_END && !err; i++) {
        const enum board_document document = (enum board_document)i;
        struct buffer content;

        buffer_init(&content, BUNDLE_FILE_SIZE_MAX);
        err = store_document_read(db, bundle->ballot_id, board_document_name(document), &content);
        if (!err) {
            err = add_buffer(bundle, board_document_name(document), &content);
        } else {
            buffer_release(&content);
        }
        if (err == ERR_NOT_FOUND && !board_document_is_required(document)) {
            err = ERR_OK;
        }
    }
    return err;
}

/* All files but the manifest, in their order. */
static enum err add_files(struct db *db, struct bundle *bundle, const char *district,
                          const struct ballot_row *row)
{
    int64_t notes_length = 0;
    int64_t paper_length = 0;
    enum err err = add_bytes(bundle, "definition", row->definition, row->definition_length);

    if (!err) {
        err = add_keys(bundle, district);
    }
    if (!err) {
        err = store_board_notes_length(db, bundle->ballot_id, &notes_length);
    }
    if (!err) {
        err = store_paper_length(db, bundle->ballot_id, &paper_length);
    }
    if (!err) {
        (void)add_file(bundle, "checkpoints", FROM_CHECKPOINTS, notes_length);
        (void)add_file(bundle, "entries", FROM_ENTRIES, bundle->head.entries_bytes);
        (void)add_file(bundle, "openings", FROM_OPENINGS, bundle->head.openings_bytes);
        if (row->paper_batches > 0) {
            (void)add_file(bundle, "paper", FROM_PAPER, paper_length);
        }
        err = add_documents(db, bundle);
    }
    if (!err) {
        err = row->result_json == NULL
                  ? ERR_INTERNAL
                  : add_bytes(bundle, "result.json", row->result_json, strlen(row->result_json));
    }
    return err;
}

static enum err make_bundle(struct db *db, const char *district, const struct ballot_row *row,
                            enum bundle_state *ret_state, struct bundle **ret_bundle)
{
    struct bundle *bundle = calloc(1, sizeof *bundle);
    enum err err = bundle == NULL ? ERR_FULL : ERR_OK;

    if (!err) {
        memcpy(bundle->ballot_id, row->ballot_id, sizeof bundle->ballot_id);
        err = store_board_read(db, row->ballot_id, &bundle->head);
    }
    if (!err && !(bundle->head.finished && bundle->head.signed_size == bundle->head.size)) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        err = add_files(db, bundle, district, row);
    }
    if (err) {
        bundle_free(bundle);
        *ret_state = BUNDLE_NOT_ON_BOARD;
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    }
    *ret_state = BUNDLE_READY;
    *ret_bundle = bundle;
    return ERR_OK;
}

enum err bundle_open(struct db *db, const char *district, const uint8_t ballot_id[BALLOT_ID_SIZE],
                     enum bundle_state *ret_state, struct bundle **ret_bundle)
{
    struct ballot_row row = {0};
    enum err err = store_ballot_read(db, ballot_id, &row);

    if (err) {
        return err;
    }
    *ret_bundle = NULL;
    *ret_state = BUNDLE_NOT_CERTIFIED;
    if (row.state == BALLOT_STATE_CERTIFIED) {
        err = make_bundle(db, district, &row, ret_state, ret_bundle);
    }
    ballot_row_release(&row);
    return err;
}

void bundle_free(struct bundle *bundle)
{
    for (size_t i = 0; bundle != NULL && i < bundle->file_count; i++) {
        free(bundle->files[i].content);
    }
    free(bundle);
}

static void add_slice(struct bundle *bundle, const struct file *file, struct buffer *piece)
{
    const int64_t left = file->length - bundle->written;

    buffer_append(piece, file->content + bundle->written,
                  left < MEMORY_SLICE_SIZE ? (size_t)left : MEMORY_SLICE_SIZE);
}

static enum err add_tile(struct db *db, struct bundle *bundle, struct buffer *piece)
{
    const int64_t left = bundle->head.size - bundle->tile * MERKLE_TILE_WIDTH;
    const struct board_tile tile = {
        .number = bundle->tile,
        .width = left < MERKLE_TILE_WIDTH ? (size_t)left : MERKLE_TILE_WIDTH,
    };

    if (left <= 0) {
        return ERR_INTERNAL;
    }
    bundle->tile++;
    return store_board_entries(db, bundle->ballot_id, &tile, piece);
}

/* Adds some of the file's bytes. */
static enum err add_body(struct db *db, struct bundle *bundle, struct buffer *piece)
{
    struct file *file = &bundle->files[bundle->at];
    const size_t before = piece->length;
    enum err err = ERR_OK;

    switch (file->source) {
    case FROM_MEMORY:
        add_slice(bundle, file, piece);
        break;
    case FROM_CHECKPOINTS:
        err = store_board_notes(db, bundle->ballot_id, bundle->noted, piece, &bundle->noted);
        if (!err && piece->length == before) {
            err = ERR_INTERNAL; /* Fewer than were added up. */
        }
        break;
    case FROM_ENTRIES:
        err = add_tile(db, bundle, piece);
        break;
    case FROM_OPENINGS:
        err = store_openings_page(db, bundle->ballot_id, bundle->opening_page, piece);
        err = err == ERR_NOT_FOUND ? ERR_INTERNAL : err; /* Fewer than were added up. */
        bundle->opening_page++;
        break;
    case FROM_PAPER:
        err = store_paper_slice(db, bundle->ballot_id, &bundle->paper, MEMORY_SLICE_SIZE, piece);
        if (!err && piece->length == before) {
            err = ERR_INTERNAL; /* Fewer than were added up. */
        }
        break;
    }
    if (!err) {
        err = buffer_status(piece);
    }
    if (!err && piece->length > before) {
        bundle->written += (int64_t)(piece->length - before);
        crypto_hasher_add(&bundle->hasher, piece->data + before, piece->length - before);
    }
    return err;
}

/* The last file, once the hashes of the others are known. */
static enum err add_manifest(struct bundle *bundle)
{
    char id[CRYPTO_UUID_TEXT_SIZE];
    char hash[2 * CRYPTO_HASH_SIZE + 1];
    struct buffer text;

    crypto_uuid_format(bundle->ballot_id, id);
    buffer_init(&text, BUNDLE_PIECE_SIZE);
    buffer_append_format(&text, "{\"format\":\"hyeopchi-bundle/2\",\"ballot\":\"%s\",\"files\":[",
                         id);
    for (size_t i = 0; i < bundle->file_count; i++) {
        const struct file *file = &bundle->files[i];

        crypto_hex(file->sha256, sizeof file->sha256, hash, sizeof hash);
        buffer_append_format(&text, "%s{\"name\":\"%s\",\"bytes\":%lld,\"sha256\":\"%s\"}",
                             i == 0 ? "" : ",", file->name, (long long)file->length, hash);
    }
    buffer_append_text(&text, "]}");
    return add_buffer(bundle, "manifest.json", &text);
}

/* Ends the file under way. */
static enum err end_file(struct bundle *bundle, struct buffer *piece)
{
    struct file *file = &bundle->files[bundle->at];
    const bool is_manifest = strcmp(file->name, "manifest.json") == 0;

    tar_add_padding(piece, file->length);
    crypto_hasher_end(&bundle->hasher, file->sha256);
    bundle->at++;
    bundle->begun = false;
    bundle->written = 0;
    return bundle->at == bundle->file_count && !is_manifest ? add_manifest(bundle) : ERR_OK;
}

static enum err add_next(struct db *db, struct bundle *bundle, struct buffer *piece)
{
    const struct file *file = &bundle->files[bundle->at];
    enum err err = ERR_OK;

    if (!bundle->begun) {
        bundle->begun = true;
        crypto_hasher_begin(&bundle->hasher);
        err = tar_add_header(piece, file->name, file->length, bundle->head.closed_at_ms / MS_PER_S);
    } else if (bundle->written < file->length) {
        err = add_body(db, bundle, piece);
    }
    if (!err && bundle->written > file->length) {
        err = ERR_INTERNAL;
    }
    if (!err && bundle->written == file->length) {
        err = end_file(bundle, piece);
    }
    return err;
}

enum err bundle_next(struct db *db, struct bundle *bundle, struct buffer *piece, bool *ret_more)
{
    enum err err = ERR_OK;

    assert(piece->length == 0);
    while (!err && bundle->at < bundle->file_count && piece->length < BUNDLE_PIECE_SIZE) {
        err = add_next(db, bundle, piece);
    }
    if (!err && bundle->at == bundle->file_count) {
        tar_add_end(piece);
    }
    if (!err) {
        err = buffer_status(piece);
    }
    if (!err) {
        *ret_more = bundle->at < bundle->file_count;
    }
    return err;
}
