/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain kind brings one amount, any kind may spell its transfers out, a
 * reversal brings only the number of what it takes back, and what takes up a
 * hold only how much of it.
 */
#include "ledger/domain/requested.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/grant_book.h"
#include "ledger/domain/kind.h"
#include "ledger/domain/text.h"

static_assert(4 * REQUESTED_BY_LENGTH_MAX < ENTRY_METADATA_LENGTH_MAX, "it fits with all the rest");

static enum err build_draw(const struct requested_entry *asked, const struct entry_head *head,
                           struct order *order, struct refusal *ret_refusal);
static enum err build_reversal(const struct requested_entry *asked, const struct entry_head *head,
                               struct order *order, struct refusal *ret_refusal);
static enum err build(const struct requested_entry *asked, const struct entry_head *head,
                      struct order *order, struct refusal *ret_refusal);
static enum err read_transfers(const struct requested_entry *asked, const struct line *line,
                               struct entry_transfer *ret_transfers, struct refusal *ret_refusal);
static enum err read_transfer(const struct requested_transfer *asked, const struct line *line,
                              struct entry_transfer *ret_transfer, struct refusal *ret_refusal);
static bool names_line(const struct requested_line *line);

bool requested_by_valid(const char *requested_by)
{
    size_t length = strlen(requested_by);

    assert(requested_by);
    return length <= REQUESTED_BY_LENGTH_MAX && requested_by[strspn(requested_by, " ")] != '\0' &&
           text_valid(requested_by);
}

enum err requested_line_read(const struct requested_line *asked, struct line *ret_line,
                             struct refusal *ret_refusal)
{
    assert(asked->programme);
    if (asked->fiscal_year < FISCAL_YEAR_MIN || asked->fiscal_year > FISCAL_YEAR_MAX) {
        return refusal_set(ret_refusal, REFUSAL_FISCAL_YEAR_INVALID, "/fiscal_year", 0);
    }
    if (asked->funding_source < 1 || asked->funding_source > FUNDING_SOURCE_COUNT) {
        return refusal_set(ret_refusal, REFUSAL_FUNDING_SOURCE_INVALID, "/funding_source", 0);
    }
    enum err err = line_init(ret_line, asked->fiscal_year,
                             (enum funding_source)asked->funding_source, asked->programme);
    if (err) {
        return refusal_set(ret_refusal, REFUSAL_PROGRAMME_INVALID, "/programme", 0);
    }
    assert(ret_line->fiscal_year == asked->fiscal_year);
    return ERR_OK;
}

enum err requested_order(const struct requested_entry *asked, const struct entry_head *base,
                         struct order *ret_order, struct refusal *ret_refusal)
{
    struct entry_head head = *base;
    struct order order;
    enum err err = ERR_OK;

    assert(asked);
    assert(ret_order);
    assert(ret_refusal);
    if (asked->document[0] == '\0') {
        return refusal_set(ret_refusal, REFUSAL_DOCUMENT_MISSING, "/document", 0);
    }
    if (asked->linked_seq < 0) {
        return refusal_set(ret_refusal, REFUSAL_LINK_UNKNOWN, "/linked_seq", 0);
    }
    if (asked->grant == REQUESTED_ID_UNREADABLE) {
        return refusal_set(ret_refusal, REFUSAL_GRANT_UNKNOWN, "/grant_id", 0);
    }
    if (asked->grant == REQUESTED_ID_NAMED && grant_kind_follows(asked->kind)) {
        return refusal_set(ret_refusal, REFUSAL_GRANT_KIND_INVALID, "/grant_id", 0);
    }
    memset(&order, 0, sizeof order);
    head.document = asked->document;
    head.linked_seq = asked->linked_seq;
    head.effective_date = asked->effective_date != 0 ? asked->effective_date : base->effective_date;
    if (asked->hold != REQUESTED_ID_NONE) {
        err = build_draw(asked, &head, &order, ret_refusal);
    } else if (!kind_may_be_asked(asked->kind)) {
        err = refusal_set(ret_refusal, REFUSAL_KIND_UNKNOWN, "/kind", 0);
    } else if (strcmp(asked->kind, KIND_REVERSAL) == 0) {
        err = build_reversal(asked, &head, &order, ret_refusal);
    } else {
        err = build(asked, &head, &order, ret_refusal);
    }
    if (!err) {
        order.has_grant = asked->grant == REQUESTED_ID_NAMED;
        memcpy(order.grant_id, asked->grant_id, sizeof order.grant_id);
        *ret_order = order;
    }
    return err;
}

/* The hold says the kind and the line, so they are not said again. */
static enum err build_draw(const struct requested_entry *asked, const struct entry_head *head,
                           struct order *order, struct refusal *ret_refusal)
{
    assert(asked->hold != REQUESTED_ID_NONE);
    assert(head->document == asked->document);
    if (asked->kind[0] != '\0' || asked->transfer_count > 0 || names_line(&asked->line)) {
        return refusal_set(ret_refusal, REFUSAL_LEGS_INVALID, "/hold_id", 0);
    }
    if (asked->amount_krw < 1) {
        return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/amount_krw", 0);
    }
    if (asked->hold == REQUESTED_ID_UNREADABLE) {
        return refusal_set(ret_refusal, REFUSAL_HOLD_UNKNOWN, "/hold_id", 0);
    }
    return order_init_draw(order, head, asked->hold_id, asked->amount_krw, ret_refusal);
}

static enum err build_reversal(const struct requested_entry *asked, const struct entry_head *head,
                               struct order *order, struct refusal *ret_refusal)
{
    assert(asked->hold == REQUESTED_ID_NONE);
    assert(head->linked_seq == asked->linked_seq);
    if (asked->amount_krw != 0 || asked->transfer_count > 0 || names_line(&asked->line)) {
        return refusal_set(ret_refusal, REFUSAL_LEGS_INVALID, "/kind", 0);
    }
    return entry_build_reversal(&order->entry, head, ret_refusal);
}

static enum err build(const struct requested_entry *asked, const struct entry_head *head,
                      struct order *order, struct refusal *ret_refusal)
{
    struct entry_transfer transfers[ENTRY_LEG_MAX / 2];
    struct line line;
    size_t count = asked->transfer_count;
    enum err err = requested_line_read(&asked->line, &line, ret_refusal);

    assert(asked->hold == REQUESTED_ID_NONE);
    assert(head->document == asked->document);
    if (err) {
        return err;
    }
    if (count > 0) {
        err = read_transfers(asked, &line, transfers, ret_refusal);
        if (err) {
            return err;
        }
    } else {
        if (asked->amount_krw < 1) {
            return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/amount_krw", 0);
        }
        count = kind_plain(asked->kind, &line, asked->amount_krw, transfers);
    }
    /* Of a kind without a plain form there are none, which is refused. */
    return entry_build(&order->entry, head, asked->kind, transfers, count, ret_refusal);
}

static enum err read_transfers(const struct requested_entry *asked, const struct line *line,
                               struct entry_transfer *ret_transfers, struct refusal *ret_refusal)
{
    enum err err = ERR_OK;

    assert(asked->transfers);
    assert(asked->transfer_count > 0);
    if (asked->amount_krw != 0 || asked->transfer_count > ENTRY_LEG_MAX / 2) {
        return refusal_set(ret_refusal, REFUSAL_LEGS_INVALID, "/transfers", 0);
    }
    for (size_t i = 0; !err && i < asked->transfer_count; i++) {
        err = read_transfer(&asked->transfers[i], line, &ret_transfers[i], ret_refusal);
    }
    return err;
}

static enum err read_transfer(const struct requested_transfer *asked, const struct line *line,
                              struct entry_transfer *ret_transfer, struct refusal *ret_refusal)
{
    const struct requested_line own = {
        .fiscal_year = asked->line.fiscal_year != 0 ? asked->line.fiscal_year : line->fiscal_year,
        .funding_source = asked->line.funding_source != 0 ? asked->line.funding_source
                                                          : (int)line->funding_source,
        .programme = asked->line.programme[0] != '\0' ? asked->line.programme : line->programme,
    };
    enum err err = requested_line_read(&own, &ret_transfer->line, ret_refusal);

    assert(asked->debit);
    assert(asked->credit);
    if (err) {
        return err;
    }
    err = stage_parse(asked->debit, &ret_transfer->debit);
    if (!err) {
        err = stage_parse(asked->credit, &ret_transfer->credit);
    }
    ret_transfer->amount_krw = asked->amount_krw; /* entry_build judges it */
    return err ? refusal_set(ret_refusal, REFUSAL_LEGS_INVALID, "/transfers", 0) : ERR_OK;
}

static bool names_line(const struct requested_line *line)
{
    assert(line);
    assert(line->programme);
    return line->fiscal_year != 0 || line->funding_source != 0 || line->programme[0] != '\0';
}
