/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making the documents, by the same functions that publish them. Must never
 * change or replace one that was kept.
 */
#include "participation/board_documents.h"

#include "participation/frozen.h"
#include "participation/http/published_json.h"
#include "participation/store/ballots.h"
#include "participation/store/board_document.h"
#include "runtime/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TAG_EXTENSIONS "extensions"
#define TAG_DOCUMENTS  "documents"

enum { NAME_SIZE_MAX = 32 };

/* Makes the JSON of a document; NULL in *ret_json where the ballot has none. */
typedef enum err (*make_fn)(struct db *db, const struct ballot_row *row, json_t **ret_json);

static enum err make_roll(struct db *db, const struct ballot_row *row, json_t **ret_json)
{
    return row->roll_import_no > 0 ? published_roll(db, row, ret_json) : ERR_OK;
}

static const struct {
    const char *name;
    bool required;
    make_fn make; /* NULL: it is kept already, or no JSON */
} DOCUMENTS[BOARD_DOCUMENT_END] = {
    [BOARD_DOCUMENT_ROLL] = {"roll.json", false, make_roll},
    [BOARD_DOCUMENT_TURNOUT] = {"turnout.json", true, published_turnout},
    [BOARD_DOCUMENT_EXTENSIONS] = {"extensions.json", true, NULL},
    [BOARD_DOCUMENT_LOT] = {"lot", false, NULL},
    [BOARD_DOCUMENT_JURY] = {"jury", false, NULL},
    [BOARD_DOCUMENT_DECIDED] = {"decided.json", true, published_decided},
};

const char *board_document_name(enum board_document document)
{
    assert(document < BOARD_DOCUMENT_END);
    return DOCUMENTS[document].name;
}

bool board_document_is_required(enum board_document document)
{
    assert(document < BOARD_DOCUMENT_END);
    return DOCUMENTS[document].required;
}

/* Keeps a text under a document's name. */
static enum err keep_text(struct db *db, const uint8_t *ballot_id, enum board_document document,
                          const char *text, struct buffer *content)
{
    enum err err;

    buffer_append_text(content, text);
    err = buffer_status(content);
    return err ? err : store_document_insert(db, ballot_id, DOCUMENTS[document].name, content);
}

/* Keeps a document of JSON; takes the reference. */
static enum err keep_json(struct db *db, const uint8_t *ballot_id, enum board_document document,
                          json_t *json, struct buffer *content)
{
    char *text = json_text(json);
    enum err err = text == NULL ? ERR_FULL : keep_text(db, ballot_id, document, text, content);

    free(text);
    json_decref(json);
    return err;
}

enum err board_documents_close(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                               uint8_t ret_hash[CRYPTO_HASH_SIZE])
{
    struct ballot_row row = {0};
    struct buffer content;
    json_t *json = NULL;
    enum err err = store_ballot_read(db, ballot_id, &row);

    buffer_init(&content, BOARD_DOCUMENT_SIZE_MAX);
    if (!err) {
        err = published_extensions(db, &row, &json);
    }
    if (!err) {
        json = json_pack("{s:o}", "extensions", json);
        err = keep_json(db, ballot_id, BOARD_DOCUMENT_EXTENSIONS, json, &content);
    }
    if (!err) {
        crypto_tagged_hash(TAG_EXTENSIONS, content.data, content.length, ret_hash);
    }
    buffer_release(&content);
    ballot_row_release(&row);
    return err;
}

/* Keeps the seed where the ballot's ties are broken by a lot. */
static enum err keep_lot(struct db *db, const struct ballot_row *row, struct buffer *content)
{
    struct definition_copy *copy = NULL;
    enum err err = definition_copy_make(row->definition, row->definition_length, &copy);

    if (!err && copy->definition.tie == BALLOT_TIE_LOT) {
        err = row->lot_seed == NULL
                  ? ERR_INTERNAL /* It was counted without one. */
                  : keep_text(db, row->ballot_id, BOARD_DOCUMENT_LOT, row->lot_seed, content);
    }
    free(copy);
    return err;
}

/* Keeps the bytes that two operators approved, where they published a jury's scores. */
static enum err keep_jury(struct db *db, const struct ballot_row *row, struct buffer *content)
{
    enum err err;

    if (row->jury == NULL) {
        return ERR_OK;
    }
    buffer_append(content, row->jury, row->jury_length);
    err = buffer_status(content);
    return err ? err
               : store_document_insert(db, row->ballot_id, DOCUMENTS[BOARD_DOCUMENT_JURY].name,
                                       content);
}

/* Makes and keeps a document, or reads the one that is kept; content stays empty where there is none. */
static enum err settle(struct db *db, const struct ballot_row *row, enum board_document document,
                       struct buffer *content)
{
    json_t *json = NULL;
    enum err err;

    if (document == BOARD_DOCUMENT_LOT) {
        return keep_lot(db, row, content);
    }
    if (document == BOARD_DOCUMENT_JURY) {
        return keep_jury(db, row, content);
    }
    if (DOCUMENTS[document].make == NULL) {
        err = store_document_read(db, row->ballot_id, DOCUMENTS[document].name, content);
        return err == ERR_NOT_FOUND ? ERR_INTERNAL : err; /* CLOSE speaks of it. */
    }
    err = DOCUMENTS[document].make(db, row, &json);
    if (err || json == NULL) {
        return err;
    }
    return keep_json(db, row->ballot_id, document, json, content);
}

/* What documents_hash is the hash of: u16 count || count × (str name || SHA-256 of the content). */
static enum err settle_all(struct db *db, const struct ballot_row *row, struct buffer *list)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    uint16_t count = 0;
    enum err err = ERR_OK;

    buffer_append_u16(list, count);
    for (int i = 0; i < BOARD_DOCUMENT_END && !err; i++) {
        struct buffer content;

        buffer_init(&content, BOARD_DOCUMENT_SIZE_MAX);
        err = settle(db, row, (enum board_document)i, &content);
        if (!err && content.length > 0) {
            const char *name = DOCUMENTS[i].name;

            count++;
            crypto_sha256(content.data, content.length, hash);
            buffer_append_u16(list, (uint16_t)strlen(name));
            buffer_append_text(list, name);
            buffer_append(list, hash, sizeof hash);
        }
        buffer_release(&content);
    }
    err = err ? err : buffer_status(list);
    if (!err) {
        list->data[0] = (uint8_t)(count >> 8);
        list->data[1] = (uint8_t)(count & 0xFF);
    }
    return err;
}

enum err board_documents_finish(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                uint8_t ret_hash[CRYPTO_HASH_SIZE])
{
    struct ballot_row row = {0};
    struct buffer list;
    enum err err = store_ballot_read(db, ballot_id, &row);

    buffer_init(&list, 2 + (size_t)BOARD_DOCUMENT_END * (2 + NAME_SIZE_MAX + CRYPTO_HASH_SIZE));
    if (!err) {
        err = settle_all(db, &row, &list);
    }
    if (!err) {
        crypto_tagged_hash(TAG_DOCUMENTS, list.data, list.length, ret_hash);
    }
    buffer_release(&list);
    ballot_row_release(&row);
    return err;
}
