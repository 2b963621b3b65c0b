/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ballot as the service tells of it (GET /v1/ballots/{id}), read into the
 * domain's definition so that a page checks choices by the very rules of the
 * service. Members that a page does not need are passed over; those it needs
 * must be right. Pure; any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_WEB_BALLOT_READ_H
#define HYEOPCHI_PARTICIPATION_WEB_BALLOT_READ_H

#include "participation/domain/ballot.h"
#include "participation/domain/ballot_state.h"
#include "runtime/crypto.h"
#include "runtime/err.h"

#include <jansson.h>

struct web_ballot {
    struct ballot_definition definition;
    enum ballot_state state;
    int64_t closes_at_ms;      /* when voting ends: later than the definition says where extended */
    int64_t max_merge_delay_s; /* how soon receipts given now promise a vote to be on the board */
    char id[CRYPTO_UUID_TEXT_SIZE];
    char definition_hash[2 * CRYPTO_HASH_SIZE + 1];
    struct ballot_option *options; /* what the definition borrows */
};

/* A new ballot; web_ballot_free() it. ERR_INVALID when a page cannot be made of it, ERR_INTERNAL
 * without memory. */
ERR_CHECKED enum err web_ballot_read(const json_t *json, struct web_ballot **ret_ballot);
void web_ballot_free(struct web_ballot *ballot); /* takes NULL */

/* When a ballot's voting begins and ends, by whatever its window was extended to. ERR_INVALID when the
 * JSON does not say. */
ERR_CHECKED enum err web_json_window(const json_t *json, int64_t *ret_opens_ms,
                                     int64_t *ret_closes_ms);

/* The text of an object's member; "" when there is none. Borrowed from the JSON. */
const char *web_json_text(const json_t *json, const char *name);

#endif
