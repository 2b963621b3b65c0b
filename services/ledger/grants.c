/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to a grant's rows. The terms are the domain's to judge.
 */
#include "ledger/grants.h"

#include "ledger/store/grant.h"
#include "ledger/store/posting.h"

#include <stdlib.h>
#include <string.h>

static enum err recall(struct writer_tx *tx, const char *shard, const struct grants_wanted *wanted,
                       struct order *order, bool *ret_known);
static enum err write_grant(struct writer_tx *tx, const char *shard,
                            const struct grants_wanted *wanted, struct refusal *ret_refusal);

enum err grants_register(struct writer_tx *tx, const char *shard,
                         const struct grants_wanted *wanted, struct order_refusal *ret_refusal)
{
    struct order *order = calloc(1, sizeof *order); /* what a refusal is remembered as */
    struct refusal refusal = {.reason = REFUSAL_NONE};
    bool known = false;
    enum err err = order ? ERR_OK : ERR_UNAVAILABLE;

    memset(ret_refusal, 0, sizeof *ret_refusal);
    if (err) {
        goto out;
    }
    memcpy(order->entry.key, wanted->grant->id, ENTRY_KEY_SIZE);
    memcpy(order->request_hash, wanted->request_hash, ORDER_HASH_SIZE);
    err = recall(tx, shard, wanted, order, &known);
    if (err || known) {
        goto out;
    }
    err = write_grant(tx, shard, wanted, &refusal);
    if (!err && refusal.reason) {
        order_refuse(order, &refusal);
        err = store_key_insert(tx->db, shard, tx->now_ms, &order, 1);
    }

out:
    if (!err) {
        *ret_refusal = order->refusal;
    }
    free(order);
    return err;
}

/* What was answered under the key before, as a grant or as a refusal. The grant comes first: an entry may
 * have been posted under its key since. */
static enum err recall(struct writer_tx *tx, const char *shard, const struct grants_wanted *wanted,
                       struct order *order, bool *ret_known)
{
    uint8_t hash[ORDER_HASH_SIZE];
    enum err err = store_grant_hash(tx->db, shard, wanted->grant->id, hash);

    if (!err) {
        *ret_known = true;
        if (memcmp(hash, wanted->request_hash, ORDER_HASH_SIZE) != 0) {
            order->refusal.reason = REFUSAL_KEY_REUSED;
        }
        return ERR_OK;
    }
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    err = store_key_recall(tx->db, shard, &order, 1);
    *ret_known = order->result != ORDER_PENDING;
    /* A key of an entry has another request's hash, so that it is refused, too. */
    return !err && order->result == ORDER_REPEATED ? ERR_INTERNAL : err;
}

static enum err write_grant(struct writer_tx *tx, const char *shard,
                            const struct grants_wanted *wanted, struct refusal *ret_refusal)
{
    const struct store_placing placing = {wanted->request_hash, wanted->by, tx->now_ms};
    const struct grant *grant = wanted->grant;
    enum period_state state = PERIOD_MISSING;
    struct grant_rule rule;
    enum err err = store_period_state(tx->db, shard, grant->fiscal_year, &state);

    if (err) {
        return err;
    }
    err = store_grant_rule_load(tx->db, grant->instrument, &rule);
    if (err && err != ERR_NOT_FOUND) {
        return err;
    }
    err = grant_check(grant, err ? NULL : &rule, state, ret_refusal);
    if (err) {
        return ERR_OK; /* a refusal is an answer */
    }
    err = store_grant_insert(tx->db, shard, grant, &placing);
    return err ? err : store_grant_body_insert(tx->db, shard, grant);
}
