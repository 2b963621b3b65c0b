/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An entry as people ask for it: one JSON object, alone or in a batch, read
 * into what posting wants. It decides nothing about money: that is the
 * domain's. Loop thread.
 */
#ifndef HYEOPCHI_LEDGER_HTTP_ENTRY_BODY_H
#define HYEOPCHI_LEDGER_HTTP_ENTRY_BODY_H

#include "ledger/domain/entry.h"
#include "ledger/domain/order.h"
#include "runtime/err.h"
#include "runtime/http.h"
#include "runtime/json.h"
#include "runtime/problem.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { ENTRY_TRANSFER_MAX = ENTRY_LEG_MAX / 2 };

struct entry_body {
    char kind[KIND_LENGTH_MAX + 1];
    uint8_t key[ENTRY_KEY_SIZE]; /* of an entry in a batch; else the header's, set by the caller */
    int32_t effective_date;      /* 0 when it is not given: today in Korea */
    int64_t linked_seq;          /* 0 when it is not given */
    bool has_grant;
    uint8_t grant_id[ENTRY_KEY_SIZE]; /* meaningful only with has_grant */
    char document[ENTRY_DOCUMENT_LENGTH_MAX + 1];
    struct entry_transfer transfers[ENTRY_TRANSFER_MAX];
    size_t transfer_count; /* 0 for a reversal */
};

/*
 * Reads one entry. path: where it stands in the request, "" when it is the whole body; anywhere
 * else it brings its own key. ERR_INVALID with the problem filled.
 */
ERR_CHECKED enum err entry_body_read(const json_t *value, const char *path,
                                     struct entry_body *ret_body, struct problem *problem);

/* The members document, and effective_date, linked_seq and grant_id where they are given. */
void entry_body_read_head(struct json_reader *reader, struct entry_body *body);

/*
 * What an entry's metadata says: the operator, the hold it takes up unless hold_id is NULL, and the
 * grant that it names. Malloc'd; NULL when out of memory. It is hashed, so its members come in one
 * order for ever.
 */
char *entry_body_metadata(const struct principal *principal, const char *hold_id,
                          const struct entry_body *body);

/* Gives the order the grant that the body names, if it names one. */
void entry_body_grant(const struct entry_body *body, struct order *order);

/* The day an entry counts for: the one given, else today in Korea. ERR_INTERNAL past 2199. */
ERR_CHECKED enum err entry_body_date(int32_t given_date, int32_t *ret_date);

/*
 * Makes the order: the entry, and the hash by which a repeated request is known. ERR_INVALID with
 * ret_refusal filled; ERR_UNAVAILABLE when out of memory.
 */
ERR_CHECKED enum err entry_body_order(const struct entry_body *body,
                                      const struct principal *principal, struct order *ret_order,
                                      struct refusal *ret_refusal);

#endif
