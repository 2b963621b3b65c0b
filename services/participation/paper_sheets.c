/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting entries together, sealing and reading. A sheet that two people have
 * not entered the same must never get into what is sealed.
 */
#include "participation/paper_sheets.h"

#include "participation/domain/encode.h"
#include "participation/domain/leaf.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TAG_SEAL     "paper-seal"
#define TAG_COMPLETE "paper-complete"
#define TAG_ORDER    "paper-order"

enum {
    SHEET_HEAD_SIZE = 3, /* u8 kind || u16 length */
    SHEETS_SIZE_MAX = PAPER_SHEET_MAX * (SHEET_HEAD_SIZE + VOTE_BODY_MAX),
};

static_assert(SHEETS_SIZE_MAX + LEAF_PAPER_COMMIT_SIZE <= DB_COLUMN_SIZE_MAX,
              "a batch fits into one column");

void paper_sheets_free(struct paper_sheets *sheets)
{
    if (sheets != NULL) {
        db_rows_release(sheets->rows);
        free(sheets->entries);
        free(sheets);
    }
}

static enum err add_entries(struct paper_sheets *sheets)
{
    for (int64_t i = 0; i < db_rows_count(sheets->rows); i++) {
        struct paper_entry entry;
        const int32_t sheet_no = store_paper_entry_row(sheets->rows, i, &entry);
        size_t *count;

        if (sheet_no < 1 || sheet_no > PAPER_SHEET_MAX) {
            return ERR_INTERNAL;
        }
        count = &sheets->counts[sheet_no - 1];
        if (*count == PAPER_ENTRY_MAX) {
            return ERR_INTERNAL;
        }
        sheets->entries[sheet_no - 1][*count] = entry;
        (*count)++;
    }
    for (size_t i = 0; i < PAPER_SHEET_MAX; i++) {
        sheets->states[i] =
            paper_sheet_judge(sheets->entries[i], sheets->counts[i], &sheets->agreed[i]);
    }
    return ERR_OK;
}

enum err paper_sheets_read(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE], int32_t batch_no,
                           struct paper_sheets **ret_sheets)
{
    struct paper_sheets *sheets = calloc(1, sizeof *sheets);
    enum err err = sheets == NULL ? ERR_FULL : ERR_OK;

    if (!err) {
        sheets->entries = calloc(PAPER_SHEET_MAX, sizeof sheets->entries[0]);
        err = sheets->entries == NULL ? ERR_FULL
                                      : store_paper_read(db, ballot_id, batch_no, &sheets->batch);
    }
    if (!err) {
        err = store_paper_entries(db, ballot_id, batch_no, &sheets->rows);
    }
    if (!err) {
        err = add_entries(sheets);
    }
    if (err) {
        paper_sheets_free(sheets);
        return err;
    }
    *ret_sheets = sheets;
    return ERR_OK;
}

bool paper_sheets_reconcile(const struct paper_sheets *sheets)
{
    for (size_t i = 0; i < PAPER_SHEET_MAX; i++) {
        const bool is_there = i < (size_t)sheets->batch.envelopes;

        if (is_there ? sheets->states[i] != PAPER_SHEET_AGREED : sheets->counts[i] > 0) {
            return false;
        }
    }
    return true;
}

static int compare_sheets(const void *a, const void *b)
{
    const struct paper_entry *left = *(const struct paper_entry *const *)a;
    const struct paper_entry *right = *(const struct paper_entry *const *)b;
    size_t length =
        left->choice_length < right->choice_length ? left->choice_length : right->choice_length;

    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    if (left->choice_length != right->choice_length) {
        return left->choice_length < right->choice_length ? -1 : 1;
    }
    return length == 0 ? 0 : memcmp(left->choice, right->choice, length);
}

/* The agreed sheets as they are published. */
struct sheets_text {
    uint8_t *bytes; /* malloc'd; the caller's */
    size_t length;
    int32_t counted; /* of them votes */
};

static enum err sheets_write(const struct paper_sheets *sheets, struct sheets_text *ret_text)
{
    const struct paper_entry *order[PAPER_SHEET_MAX];
    const size_t count = (size_t)sheets->batch.envelopes;
    struct sheets_text text = {.bytes = NULL};
    struct encoder encoder;
    size_t size = 0;
    enum err err;

    assert(count > 0); /* Its column says so. */
    assert(paper_sheets_reconcile(sheets));
    for (size_t i = 0; i < count; i++) {
        order[i] = &sheets->entries[i][sheets->agreed[i]];
        size += SHEET_HEAD_SIZE + order[i]->choice_length;
        text.counted += order[i]->kind == PAPER_KIND_VOTE ? 1 : 0;
    }
    text.bytes = malloc(size);
    if (text.bytes == NULL) {
        return ERR_FULL;
    }
    qsort(order, count, sizeof(struct paper_entry *), compare_sheets);
    encoder_init(&encoder, text.bytes, size);
    for (size_t i = 0; i < count; i++) {
        encode_u8(&encoder, (uint8_t)order[i]->kind);
        encode_u16(&encoder, (uint16_t)order[i]->choice_length);
        if (order[i]->choice_length > 0) {
            encode_bytes(&encoder, order[i]->choice, order[i]->choice_length);
        }
    }
    err = encoder_finish(&encoder, &text.length);
    if (err) {
        free(text.bytes);
        return err;
    }
    *ret_text = text;
    return ERR_OK;
}

/* H(tag, head || sheets). */
static enum err hash_sheets(const char *tag, const struct leaf_paper_commit *commit,
                            const struct crypto_bytes *sheets, uint8_t ret_hash[CRYPTO_HASH_SIZE])
{
    const size_t size = LEAF_PAPER_COMMIT_SIZE + sheets->length;
    uint8_t *bytes = malloc(size);
    struct encoder encoder;
    size_t length = 0;
    enum err err = bytes == NULL ? ERR_FULL : ERR_OK;

    if (!err) {
        encoder_init(&encoder, bytes, size);
        leaf_paper_commit_encode(&encoder, commit);
        encode_bytes(&encoder, sheets->data, sheets->length);
        err = encoder_finish(&encoder, &length);
    }
    if (!err) {
        crypto_tagged_hash(tag, bytes, length, ret_hash);
    }
    free(bytes);
    return err;
}

/* Hashes a batch, with zeros for r: what operators approve is theirs alone. */
static enum err seal_content(struct db *db, const struct ballot_row *row, int32_t batch_no,
                             uint8_t ret_content[BALLOT_CONTENT_SIZE])
{
    static const uint8_t no_blinding[LEAF_BLINDING_SIZE] = {0};
    const struct leaf_paper_commit commit = {
        .ballot_id = row->ballot_id,
        .def_hash = row->definition_hash,
        .batch_no = (uint32_t)batch_no,
        .blinding = no_blinding,
    };
    struct sheets_text text = {.bytes = NULL};
    struct paper_sheets *sheets = NULL;
    enum err err = paper_sheets_read(db, row->ballot_id, batch_no, &sheets);

    if (!err && paper_sheets_reconcile(sheets)) {
        err = sheets_write(sheets, &text);
    } else if (err == ERR_NOT_FOUND) {
        err = ERR_OK; /* It will be refused: what it would have been for is no matter. */
    }
    if (!err) {
        err = hash_sheets(TAG_SEAL, &commit,
                          &(const struct crypto_bytes){
                              text.bytes != NULL ? text.bytes : no_blinding, text.length},
                          ret_content);
    }
    free(text.bytes);
    paper_sheets_free(sheets);
    return err;
}

enum err paper_content(struct db *db, const struct ballot_row *row, enum ballot_action action,
                       const struct paper_request *request,
                       uint8_t ret_content[BALLOT_CONTENT_SIZE])
{
    uint8_t bytes[CRYPTO_HASH_SIZE + 8 + 8 + 2 + BALLOT_REASON_MAX];
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    static_assert(BALLOT_CONTENT_SIZE == CRYPTO_HASH_SIZE, "a content is a hash");
    if (action == BALLOT_ACTION_SEAL_PAPER) {
        return seal_content(db, row, request->batch_no, ret_content);
    }
    encoder_init(&encoder, bytes, sizeof bytes);
    encode_bytes(&encoder, row->definition_hash, CRYPTO_HASH_SIZE);
    encode_u64(&encoder, (uint64_t)row->paper_issued);
    encode_u64(&encoder, (uint64_t)row->paper_envelopes);
    encode_str(&encoder, request->reason);
    err = encoder_finish(&encoder, &length);
    assert(err == ERR_OK); /* A reason was read as a text that is valid and not too long. */
    if (!err) {
        crypto_tagged_hash(TAG_COMPLETE, bytes, length, ret_content);
    }
    return err;
}

enum err paper_ask(struct db *db, const struct ballot_row *row, const struct paper_request *request,
                   struct ballot_paper *ret_paper)
{
    struct ballot_paper paper = {
        .awaited = ballot_row_awaits_paper(row),
        .unsealed = row->paper_sealed < row->paper_batches,
    };
    struct paper_sheets *sheets = NULL;
    enum err err = ERR_NOT_FOUND;

    if (request->batch_no > 0) {
        err = paper_sheets_read(db, row->ballot_id, request->batch_no, &sheets);
    }
    if (!err) {
        paper.known = true;
        paper.sealed = sheets->batch.sealed_at_ms > 0;
        paper.reconciled = paper_sheets_reconcile(sheets);
    }
    paper_sheets_free(sheets);
    if (err && err != ERR_NOT_FOUND) {
        return err;
    }
    *ret_paper = paper;
    return ERR_OK;
}

enum err paper_seal_carry_out(struct writer_tx *tx, const struct ballot_row *row,
                              const struct paper_request *request)
{
    uint8_t blinding[LEAF_BLINDING_SIZE];
    uint8_t hash[CRYPTO_HASH_SIZE];
    const struct leaf_paper_commit commit = {
        .ballot_id = row->ballot_id,
        .def_hash = row->definition_hash,
        .batch_no = (uint32_t)request->batch_no,
        .blinding = blinding,
    };
    struct paper_seal seal = {
        .batch_no = request->batch_no,
        .blinding = blinding,
        .sheets_hash = hash,
        .sealed_at_ms = tx->now_ms,
    };
    struct paper_sheets *sheets = NULL;
    struct sheets_text text = {.bytes = NULL};
    enum err err = paper_sheets_read(tx->db, row->ballot_id, request->batch_no, &sheets);

    if (!err) {
        err = sheets_write(sheets, &text);
    }
    if (!err) {
        seal.sheets = text.bytes;
        seal.sheets_length = text.length;
        seal.counted = text.counted;
        crypto_random(blinding, sizeof blinding);
        err = hash_sheets(LEAF_TAG_PAPER, &commit,
                          &(const struct crypto_bytes){text.bytes, text.length}, hash);
    }
    if (!err) {
        err = store_paper_seal(tx->db, row->ballot_id, &seal);
    }
    if (!err) {
        err = store_ballot_add_sealed(tx->db, row->ballot_id, seal.counted);
    }
    free(text.bytes);
    paper_sheets_free(sheets);
    return err;
}

enum err paper_complete_carry_out(struct writer_tx *tx, const struct ballot_row *row,
                                  const struct paper_request *request)
{
    return store_ballot_set_paper_completed(tx->db, row->ballot_id, tx->now_ms, request->reason);
}

/* What stands in for a sheet's r where votes are put in an order that says nothing. */
static void make_order(const struct paper_sealed *sealed, uint32_t place,
                       uint8_t ret_blinding[LEAF_BLINDING_SIZE])
{
    uint8_t bytes[LEAF_BLINDING_SIZE + 4];
    struct encoder encoder;

    static_assert(LEAF_BLINDING_SIZE == CRYPTO_HASH_SIZE, "a hash can be one");
    encoder_init(&encoder, bytes, sizeof bytes);
    encode_bytes(&encoder, sealed->blinding, LEAF_BLINDING_SIZE);
    encode_u32(&encoder, place);
    assert(encoder.err == ERR_OK);
    crypto_tagged_hash(TAG_ORDER, bytes, sizeof bytes, ret_blinding);
}

/* ERR_INVALID when the sheets are not those that were sealed. */
static enum err check_sealed(const uint8_t *ballot_id, const struct paper_sealed *sealed)
{
    const struct leaf_paper_commit commit = {
        .ballot_id = ballot_id,
        .def_hash = sealed->definition_hash,
        .batch_no = (uint32_t)sealed->batch_no,
        .blinding = sealed->blinding,
    };
    uint8_t hash[CRYPTO_HASH_SIZE];
    enum err err =
        hash_sheets(LEAF_TAG_PAPER, &commit,
                    &(const struct crypto_bytes){sealed->sheets, sealed->sheets_length}, hash);

    return !err && memcmp(hash, sealed->sheets_hash, sizeof hash) != 0 ? ERR_INVALID : err;
}

/* ERR_INVALID when they cannot be read, or are not as many as the batch says. */
static enum err read_sealed(const struct paper_sealed *sealed, struct box_vote *vote,
                            box_vote_fn *on_vote, void *context, int64_t sheets[PAPER_KIND_END])
{
    struct decoder decoder;
    size_t at = 0;
    uint32_t place = 0;
    int32_t counted = 0;
    enum err err = ERR_OK;

    while (at < sealed->sheets_length && !err) {
        const uint8_t *sheet = sealed->sheets + at;
        size_t left = sealed->sheets_length - at;
        enum paper_kind kind;
        size_t length;

        decoder_init(&decoder, sheet, left < SHEET_HEAD_SIZE ? left : SHEET_HEAD_SIZE);
        kind = (enum paper_kind)decode_u8(&decoder);
        length = decode_u16(&decoder);
        if (decoder_finish(&decoder) != ERR_OK || length > left - SHEET_HEAD_SIZE ||
            length > sizeof vote->choice || kind <= PAPER_KIND_MISSING || kind >= PAPER_KIND_END) {
            return ERR_INVALID;
        }
        sheets[kind]++;
        at += SHEET_HEAD_SIZE + length;
        place++;
        if (kind != PAPER_KIND_VOTE) {
            continue;
        }
        counted++;
        err = vote_body_decode(sheet + SHEET_HEAD_SIZE, length, &vote->body);
        if (!err) {
            memcpy(vote->choice, sheet + SHEET_HEAD_SIZE, length);
            vote->choice_length = length;
            make_order(sealed, place, vote->blinding);
            err = on_vote(context, vote);
        }
    }
    if (!err && ((int32_t)place != sealed->envelopes || counted != sealed->counted)) {
        err = ERR_INVALID;
    }
    return err;
}

static enum err refuse_batch(const uint8_t *ballot_id, int32_t batch_no)
{
    char id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(ballot_id, id);
    log_error("paper_batch_differs", log_str("ballot_id", id), log_int("batch", batch_no));
    return ERR_INTERNAL;
}

enum err paper_read(struct db *db, const uint8_t *ballot_id, box_vote_fn *on_vote, void *context,
                    int64_t sheets[PAPER_KIND_END])
{
    struct box_vote *vote = calloc(1, sizeof *vote);
    int32_t batch_no = 0;
    enum err err = vote == NULL ? ERR_FULL : ERR_OK;

    if (!err) {
        vote->rev = 1;
        vote->on_paper = true;
        vote->channel = BALLOT_CHANNEL_PAPER;
    }
    /* Ends: each batch stands behind the one before, and there are at most PAPER_BATCH_MAX. */
    while (!err) {
        struct paper_sealed sealed;
        struct db_rows *rows = NULL;

        err = store_paper_next(db, ballot_id, batch_no, &rows, &sealed);
        if (!err) {
            batch_no = sealed.batch_no;
            err = check_sealed(ballot_id, &sealed);
            if (!err) {
                err = read_sealed(&sealed, vote, on_vote, context, sheets);
            }
            err = err == ERR_INVALID ? refuse_batch(ballot_id, batch_no) : err;
            err = err == ERR_NOT_FOUND ? ERR_INTERNAL : err;
        }
        db_rows_release(rows);
    }
    free(vote);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}
