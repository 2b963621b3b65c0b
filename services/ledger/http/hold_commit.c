/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/holds/{hold_id}:commit: an operator takes up a hold, in whole or in
 * part; what is left of it is free. The answer is the entry, and everything
 * that holds for entries and their keys holds for it.
 */
#include "ledger/http/entry_body.h"
#include "ledger/http/entry_order.h"
#include "ledger/http/handlers.h"
#include "ledger/http/params.h"

#include <stdlib.h>
#include <string.h>

/* What a request asks for. */
struct commit {
    struct entry_body body;
    uint8_t hold_id[HOLD_ID_SIZE];
    int64_t amount_krw;
};

static enum err commit_read(struct http_request *request, struct order *ret_order,
                            struct problem *problem, struct refusal *refusal);
static enum err commit_read_body(struct http_request *request, struct commit *commit,
                                 struct problem *problem);
static enum err commit_order(const struct commit *commit, const struct principal *principal,
                             struct order *ret_order, struct refusal *refusal);
static void commit_hash(const struct commit *commit, uint8_t ret_hash[ORDER_HASH_SIZE]);

void hold_commit_start(struct http_request *request, void *context)
{
    entry_order_start(request, context, commit_read);
}

static enum err commit_read(struct http_request *request, struct order *ret_order,
                            struct problem *problem, struct refusal *refusal)
{
    struct commit commit;
    enum err err = ERR_OK;

    memset(&commit, 0, sizeof commit);
    err = params_uuid(request, "hold_id", commit.hold_id, problem);
    if (!err) {
        err = params_key(request, commit.body.key, problem);
    }
    if (!err) {
        err = commit_read_body(request, &commit, problem);
    }
    return err ? err : commit_order(&commit, http_request_principal(request), ret_order, refusal);
}

static enum err commit_read_body(struct http_request *request, struct commit *commit,
                                 struct problem *problem)
{
    static const char *const names[] = {"amount_krw", "document", "effective_date", "grant_id",
                                        NULL};
    struct json_reader reader;
    json_t *value = NULL;
    enum err err = params_body(request, &value, problem);

    if (err) {
        return err;
    }
    json_reader_init(&reader, value, "", problem);
    json_reader_allow(&reader, names);
    json_read_int64(&reader, "amount_krw", 1, INT64_MAX, &commit->amount_krw);
    entry_body_read_head(&reader, &commit->body);
    json_decref(value);
    return problem->kind ? ERR_INVALID : ERR_OK;
}

static enum err commit_order(const struct commit *commit, const struct principal *principal,
                             struct order *ret_order, struct refusal *refusal)
{
    struct entry_head head = {.key = commit->body.key, .document = commit->body.document};
    char hold_id[CRYPTO_UUID_TEXT_SIZE];
    char *metadata = NULL;
    enum err err = ERR_OK;

    crypto_uuid_format(commit->hold_id, hold_id);
    metadata = entry_body_metadata(principal, hold_id, &commit->body);
    err = metadata ? ERR_OK : ERR_UNAVAILABLE;
    if (!err) {
        err = entry_body_date(commit->body.effective_date, &head.effective_date);
    }
    if (!err) {
        head.metadata = metadata;
        err = order_init_draw(ret_order, &head, commit->hold_id, commit->amount_krw, refusal);
    }
    if (!err) {
        entry_body_grant(&commit->body, ret_order);
        commit_hash(commit, ret_order->request_hash);
    }
    free(metadata);
    return err;
}

/* What makes two requests the same; the day only where it was given. */
static void commit_hash(const struct commit *commit, uint8_t ret_hash[ORDER_HASH_SIZE])
{
    static const char plain[] = "hold-commit/1";
    static const char granted[] = "hold-commit/2";
    const struct crypto_bytes parts[] = {
        {commit->body.has_grant ? granted : plain, sizeof plain},
        {commit->body.grant_id, commit->body.has_grant ? ENTRY_KEY_SIZE : 0},
        {commit->hold_id, HOLD_ID_SIZE},
        {&commit->amount_krw, sizeof commit->amount_krw},
        {&commit->body.effective_date, sizeof commit->body.effective_date},
        {commit->body.document, strlen(commit->body.document)},
    };

    crypto_hash_parts(parts, sizeof parts / sizeof parts[0], ret_hash);
}
