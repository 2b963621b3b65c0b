/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every GET of a list has in common: read the filter, ask on a reader
 * thread, answer with JSON. The handlers bring what differs.
 */
#ifndef HYEOPCHI_LEDGER_HTTP_LIST_H
#define HYEOPCHI_LEDGER_HTTP_LIST_H

#include "ledger/domain/envelope.h"
#include "ledger/service.h"
#include "ledger/store/list.h"
#include "runtime/err.h"
#include "runtime/http.h"
#include "runtime/reader.h"

#include <jansson.h>
#include <stdint.h>

/*
 * One request for a list, until it is answered. Where a page starts is one of the `after` members.
 */
struct list {
    struct reader_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    struct store_filter filter;
    int64_t after_seq;
    uint8_t after_ballot[BALLOT_ID_SIZE];
    struct store_line_cursor after_line;
    enum hold_state hold_state; /* of holds; HOLD_NONE: of all states */
    uint8_t after_id[CRYPTO_UUID_SIZE];
    enum err (*work)(struct db *db, struct list *list);
    json_t *answer;
};

/* Reads what list_start() does not; ERR_INVALID with the problem filled. Loop thread. */
typedef enum err (*list_read_fn)(struct list *list, struct problem *ret_problem);

/* Fills list->answer (NULL when out of memory) on a reader thread. */
typedef enum err (*list_work_fn)(struct db *db, struct list *list);

/* Reads the filter, then `read` unless it is NULL, then runs work and answers. Loop thread. */
void list_start(struct http_request *request, struct ledger *ledger, list_read_fn read,
                list_work_fn work);

#endif
