/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/blocks?after=&limit=: the blocks that the journal's entries are
 * sealed in, with their roots.
 */
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/list.h"
#include "ledger/http/params.h"
#include "ledger/store/block.h"

#include <assert.h>
#include <stdlib.h>

static_assert((int)PARAMS_LIMIT_MAX <= (int)STORE_BLOCK_COUNT_MAX, "a page is one read");

static enum err block_read(struct list *list, struct problem *ret_problem);
static enum err block_work(struct db *db, struct list *list);
static json_t *blocks_json(const struct block *blocks, const struct store_page *page);

void block_list_start(struct http_request *request, void *context)
{
    list_start(request, context, block_read, block_work);
}

static enum err block_read(struct list *list, struct problem *ret_problem)
{
    return params_after(list->request, &list->after_seq, ret_problem);
}

static enum err block_work(struct db *db, struct list *list)
{
    struct store_page page = {.limit = (size_t)list->filter.limit};
    struct block *blocks = calloc(page.limit, sizeof *blocks);
    enum err err = blocks ? ERR_OK : ERR_UNAVAILABLE;

    if (!err) {
        err = store_block_list(db, list->ledger->shard, list->after_seq, blocks, &page);
    }
    if (!err) {
        list->answer = blocks_json(blocks, &page);
    }
    free(blocks);
    return err;
}

static json_t *blocks_json(const struct block *blocks, const struct store_page *page)
{
    bool more = page->count == page->limit; /* a limit is at least 1 */
    json_t *rows = json_array();

    for (size_t i = 0; i < page->count; i++) {
        answer_append(&rows, answer_block(&blocks[i]));
    }
    return json_pack("{s:o, s:o}", "blocks", rows, "next",
                     more ? json_integer((json_int_t)blocks[page->count - 1].number) : json_null());
}
