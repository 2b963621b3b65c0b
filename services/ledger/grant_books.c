/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants between their rows and the orders of a run. The rules are the
 * domain's.
 */
#include "ledger/grant_books.h"

#include "ledger/store/grant_entry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static enum err resolve(struct writer_tx *tx, const char *shard, struct order *const *orders,
                        size_t count);
static enum err load(struct writer_tx *tx, const char *shard, struct grant_book *books,
                     size_t count);
static struct grant_book *find(const struct grant_books *books, const uint8_t *grant_id);

enum err grant_books_load(struct writer_tx *tx, const char *shard, struct order *const *orders,
                          size_t count, struct grant_books *ret_books)
{
    struct grant_books books = {.rows = NULL};
    size_t granted = 0;
    enum err err = resolve(tx, shard, orders, count);

    if (err) {
        return err;
    }
    for (size_t i = 0; i < count; i++) {
        granted += orders[i]->has_grant ? 1 : 0;
    }
    if (granted == 0) {
        return ERR_OK;
    }
    books.rows = calloc(granted, sizeof *books.rows);
    if (!books.rows) {
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; i < count; i++) {
        if (orders[i]->has_grant && !find(&books, orders[i]->grant_id)) {
            memcpy(books.rows[books.count].id, orders[i]->grant_id, ENTRY_KEY_SIZE);
            books.count++;
        }
    }
    err = load(tx, shard, books.rows, books.count);
    if (err) {
        grant_books_release(&books);
        return err;
    }
    *ret_books = books;
    return ERR_OK;
}

enum err grant_books_load_one(struct writer_tx *tx, const char *shard,
                              const uint8_t grant_id[ENTRY_KEY_SIZE], struct grant_book *ret_book)
{
    struct grant_book book = {.fiscal_year = 0};

    memcpy(book.id, grant_id, ENTRY_KEY_SIZE);
    enum err err = load(tx, shard, &book, 1);
    if (!err && book.fiscal_year == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        *ret_book = book;
    }
    return err;
}

struct grant_book *grant_books_find(const struct grant_books *books, const struct order *order)
{
    struct grant_book *book = order->has_grant ? find(books, order->grant_id) : NULL;

    return book && book->fiscal_year > 0 ? book : NULL;
}

void grant_books_release(struct grant_books *books)
{
    free(books->rows);
    books->rows = NULL;
    books->count = 0;
}

/* What the orders themselves do not say of grants; the run may be tried again. */
static enum err resolve(struct writer_tx *tx, const char *shard, struct order *const *orders,
                        size_t count)
{
    bool follows = false;
    bool needs = false;
    enum err err = ERR_OK;

    for (size_t i = 0; i < count; i++) {
        struct order *order = orders[i];
        bool corrects = grant_kind_follows(order->entry.kind);
        order->grant_required = false;
        order->has_grant = order->has_grant && !corrects;
        follows = follows || (corrects && order->entry.linked_seq > 0);
        needs = needs || (!order->has_grant && grant_entry_needs(&order->entry));
    }
    if (follows) {
        err = store_grant_follow(tx->db, shard, orders, count);
    }
    if (!err && needs) {
        err = store_grant_require(tx->db, shard, orders, count);
    }
    return err;
}

/* Sums are read after the terms, which say what is one of the grant's lines. */
static enum err load(struct writer_tx *tx, const char *shard, struct grant_book *books,
                     size_t count)
{
    enum err err = store_grant_book_load(tx->db, shard, books, count);

    assert(count > 0);
    return err ? err : store_grant_balance_load(tx->db, shard, books, count);
}

static struct grant_book *find(const struct grant_books *books, const uint8_t *grant_id)
{
    for (size_t i = 0; i < books->count; i++) {
        if (memcmp(books->rows[i].id, grant_id, ENTRY_KEY_SIZE) == 0) {
            return &books->rows[i];
        }
    }
    return NULL;
}
