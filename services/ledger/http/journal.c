/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/journal?after=&limit=&fiscal_year=&funding_source=: the journal in order, with everything an
 * auditor needs to recompute its hashes.
 */
#include "ledger/store/journal.h"
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/list.h"
#include "ledger/http/params.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdlib.h>

static_assert((int)PARAMS_LIMIT_MAX <= (int)STORE_JOURNAL_COUNT_MAX, "a page is one read");

static enum err journal_read(struct list *list, struct problem *ret_problem);
static enum err journal_work(struct db *db, struct list *list);
static json_t *journal_json(const struct order *orders, const struct store_page *page);

void journal_get_start(struct http_request *request, void *context)
{
    list_start(request, context, journal_read, journal_work);
}

static enum err journal_read(struct list *list, struct problem *ret_problem)
{
    return params_after(list->request, &list->after_seq, ret_problem);
}

static enum err journal_work(struct db *db, struct list *list)
{
    struct store_page page = {
        .limit = (size_t)list->filter.limit,
        .fiscal_year = list->filter.fiscal_year,
        .funding_source = list->filter.funding_source,
    };
    struct order *orders = calloc(page.limit, sizeof *orders);
    enum err err = orders ? ERR_OK : ERR_UNAVAILABLE;

    if (!err) {
        err = store_journal_read(db, list->ledger->shard, list->after_seq, orders, &page);
    }
    for (size_t i = 0; !err && i < page.count; i++) {
        if (orders[i].result != ORDER_POSTED) {
            log_error("journal_damaged", log_int("seq", orders[i].seq));
            err = ERR_INTERNAL;
        }
    }
    if (!err) {
        list->answer = journal_json(orders, &page);
    }
    free(orders);
    return err;
}

static json_t *journal_json(const struct order *orders, const struct store_page *page)
{
    bool more = page->count == page->limit; /* a limit is at least 1 */
    json_t *entries = json_array();

    for (size_t i = 0; i < page->count; i++) {
        answer_append(&entries, answer_entry(&orders[i]));
    }
    return json_pack("{s:o, s:o}", "entries", entries, "next",
                     more ? json_integer((json_int_t)orders[page->count - 1].seq) : json_null());
}
