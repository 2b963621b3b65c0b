/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/entries/{seq}: one entry of the journal, what corrected it since, and
 * the path that leads from it to the root of its block.
 */
#include "ledger/blocks.h"
#include "ledger/domain/kind.h"
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/list.h"
#include "ledger/http/params.h"
#include "ledger/store/block.h"
#include "ledger/store/journal.h"
#include "runtime/log.h"

#include <stdlib.h>

/* Everything that an answer is made of; one allocation. */
struct found {
    struct order order;
    struct block block;
    bool in_block;
    uint8_t hashes[BLOCK_ENTRY_MAX * JOURNAL_HASH_SIZE];
};

static enum err entry_read(struct list *list, struct problem *ret_problem);
static enum err entry_work(struct db *db, struct list *list);
static enum err load_entry(struct db *db, const struct list *list, struct found *found);
static enum err load_block(struct db *db, const struct list *list, struct found *found);
static enum err add_corrections(struct db *db, const struct list *list, json_t *answer);
static json_t *block_json(const struct found *found);

void entry_get_start(struct http_request *request, void *context)
{
    list_start(request, context, entry_read, entry_work);
}

static enum err entry_read(struct list *list, struct problem *ret_problem)
{
    const char *seq = http_request_param(list->request, "seq");
    enum err err = params_number(seq, 1, INT64_MAX, &list->after_seq);

    if (err) {
        problem_set(ret_problem, &PROBLEM_WRONG_VALUE, "seq", "range", seq);
        return ERR_INVALID;
    }
    return ERR_OK;
}

static enum err entry_work(struct db *db, struct list *list)
{
    struct found *found = calloc(1, sizeof *found);
    json_t *answer = NULL;
    enum err err = found ? ERR_OK : ERR_UNAVAILABLE;

    if (!err) {
        err = load_entry(db, list, found);
    }
    if (!err) {
        err = load_block(db, list, found);
    }
    if (!err) {
        answer = answer_entry(&found->order);
        err = answer ? add_corrections(db, list, answer) : ERR_UNAVAILABLE;
    }
    if (!err && json_object_set_new(answer, "block", block_json(found)) != 0) {
        err = ERR_UNAVAILABLE;
    }
    if (!err) {
        list->answer = json_incref(answer);
    }
    json_decref(answer);
    free(found);
    return err;
}

static enum err load_entry(struct db *db, const struct list *list, struct found *found)
{
    struct store_page page = {.limit = 1};
    enum err err =
        store_journal_read(db, list->ledger->shard, list->after_seq - 1, &found->order, &page);

    if (err) {
        return err;
    }
    if (page.count == 0 || found->order.seq != list->after_seq) {
        return ERR_NOT_FOUND;
    }
    if (found->order.result != ORDER_POSTED) {
        log_error("journal_damaged", log_int("seq", list->after_seq));
        return ERR_INTERNAL;
    }
    return ERR_OK;
}

/* Of a damaged journal there is no path; the entry itself is shown all the same. */
static enum err load_block(struct db *db, const struct list *list, struct found *found)
{
    enum err err = store_block_of(db, list->ledger->shard, list->after_seq, &found->block);

    if (!err) {
        err = store_block_hashes(db, list->ledger->shard, &found->block, found->hashes);
    }
    found->in_block = err == ERR_OK;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err add_corrections(struct db *db, const struct list *list, json_t *answer)
{
    struct db_rows *rows = NULL;
    json_t *corrections = NULL;
    enum err err = store_correction_rows(db, list->ledger->shard, list->after_seq, &rows);

    if (err) {
        return err;
    }
    corrections = json_array();
    for (int64_t i = 0; i < db_rows_count(rows); i++) {
        const char *kind = db_rows_text(rows, i, STORE_CORRECTION_KIND);
        answer_append(&corrections,
                      json_pack("{s:I, s:s, s:s}", "seq",
                                (json_int_t)db_rows_int64(rows, i, STORE_CORRECTION_SEQ), "kind",
                                kind, "kind_name", kind_name_ko(kind)));
    }
    db_rows_release(rows);
    return json_object_set_new(answer, "corrections", corrections) == 0 ? ERR_OK : ERR_UNAVAILABLE;
}

static json_t *block_json(const struct found *found)
{
    uint8_t path[BLOCKS_PATH_SIZE_MAX];
    size_t length = 0;
    json_t *answer = NULL;
    json_t *hashes = json_array();
    const struct block *block = &found->block;

    if (!found->in_block) {
        json_decref(hashes);
        return json_null();
    }
    blocks_path(found->hashes, (size_t)(block->last_seq - block->first_seq + 1),
                (size_t)(found->order.seq - block->first_seq), path, &length);
    for (size_t i = 0; i < length; i++) {
        answer_append(&hashes, answer_hex(&path[i * JOURNAL_HASH_SIZE], JOURNAL_HASH_SIZE));
    }
    answer = answer_block(block);
    if (!answer || json_object_set_new(answer, "path", hashes) != 0) {
        json_decref(answer);
        return NULL;
    }
    return answer;
}
