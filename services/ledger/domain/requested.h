/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries as an accounting system asks for them in a message: any text, any
 * number. What cannot be an entry is refused by name here, as the reading of a
 * request's body refuses it; everything else is posting's to say.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_REQUESTED_H
#define HYEOPCHI_LEDGER_DOMAIN_REQUESTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/entry.h"
#include "ledger/domain/order.h"
#include "ledger/domain/refusal.h"
#include "runtime/err.h"

#define REQUESTED_ENTRY_MAX     256 /* entries of one request */
#define REQUESTED_BY_LENGTH_MAX 128

/* A line as it is named; 0 and "" mean that it is not. */
struct requested_line {
    int32_t fiscal_year;
    int funding_source;
    const char *programme;
};

struct requested_transfer {
    const char *debit;
    const char *credit;
    int64_t amount_krw;
    struct requested_line line; /* what is not named is the entry's */
};

enum requested_id {
    REQUESTED_ID_NONE = 0,
    REQUESTED_ID_NAMED,      /* the id beside it holds */
    REQUESTED_ID_UNREADABLE, /* something that can be no id */
};

/* Texts and transfers are borrowed; none is NULL, but transfers where there are none. */
struct requested_entry {
    const char *kind;
    int32_t effective_date; /* yyyymmdd; 0: not given */
    const char *document;
    struct requested_line line;
    int64_t amount_krw; /* 0: not given */
    const struct requested_transfer *transfers;
    size_t transfer_count;
    int64_t linked_seq; /* 0: not given */
    enum requested_id hold;
    uint8_t hold_id[HOLD_ID_SIZE];
    enum requested_id grant;
    uint8_t grant_id[ENTRY_KEY_SIZE];
};

/* True for who may be named as having asked: 1 to 128 bytes of text, not all of them spaces. */
bool requested_by_valid(const char *requested_by);

/* The line that is named. Refused by its member where it can be none, and nothing written. */
ERR_CHECKED enum err requested_line_read(const struct requested_line *asked, struct line *ret_line,
                                         struct refusal *ret_refusal);

/*
 * Makes the order. base has the key, the metadata, and the day to take when none is given. The
 * request's hash and group are the caller's to set. ERR_INVALID or ERR_CONFLICT with ret_refusal
 * filled, and nothing written.
 */
ERR_CHECKED enum err requested_order(const struct requested_entry *asked,
                                     const struct entry_head *base, struct order *ret_order,
                                     struct refusal *ret_refusal);

#endif
