/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/settlements: an operator settles a programme's grant across all the
 * sources that it was paid from, and a registered one again where it was wrong;
 * the split by source is the ledger's.
 */
#include "ledger/events.h"
#include "ledger/http/answers.h"
#include "ledger/http/entry_body.h"
#include "ledger/http/handlers.h"
#include "ledger/http/params.h"
#include "ledger/service.h"
#include "ledger/settle.h"
#include "runtime/json.h"

#include <stdlib.h>
#include <string.h>

enum { HTTP_CREATED = 201 };

/* One request, until it is answered. */
struct settlement_post {
    struct writer_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    char traceparent[EVENT_TRACEPARENT_SIZE];
    struct entry_body body; /* key, document, effective_date */
    uint8_t request_hash[ORDER_HASH_SIZE];
    int32_t fiscal_year;
    char programme[PROGRAMME_LENGTH_MAX + 1];
    struct settlement_terms terms;
    int32_t effective_date;
    char *metadata; /* malloc'd */
    struct settle_result result;
};

static enum err settlement_read(struct settlement_post *post, struct problem *problem);
static void settlement_read_body(struct json_reader *reader, struct settlement_post *post);
static void settlement_hash(struct settlement_post *post);
static enum err settlement_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static enum err settlement_write(struct writer_tx *tx, struct settlement_post *post);
static void settlement_done(struct writer_job *job);
static void settlement_free(struct settlement_post *post);
static json_t *settlement_json(const struct settlement_post *post);
static json_t *share_json(const struct entry *entry, const struct settlement_terms *share);

static const struct writer_job_type SETTLEMENT = {
    .name = "settlement_post",
    .run_max = 1,
    .work = settlement_work,
    .done = settlement_done,
};

void settlement_post_start(struct http_request *request, void *context)
{
    struct ledger *ledger = context;
    struct problem problem = {.kind = NULL};
    struct settlement_post *post = calloc(1, sizeof *post);
    enum err err = post ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    post->job.type = &SETTLEMENT;
    post->job.event_count = EVENTS_OF_ENTRIES(SETTLE_ORDER_MAX);
    post->request = request;
    post->ledger = ledger;
    params_traceparent(request, post->traceparent);
    err = settlement_read(post, &problem);
    if (err) {
        goto out;
    }
    err = writer_submit(ledger->host.writer, &post->job);
    if (!err) {
        return;
    }

out:
    settlement_free(post);
    answer_failure(request, &problem, err);
}

static enum err settlement_read(struct settlement_post *post, struct problem *problem)
{
    static const char *const names[] = {"fiscal_year",    "programme",    "spent_krw",
                                        "unspent_krw",    "interest_krw", "document",
                                        "effective_date", "grant_id",     NULL};
    struct json_reader reader;
    json_t *value = NULL;
    enum err err = params_key(post->request, post->body.key, problem);

    if (err) {
        return err;
    }
    err = params_body(post->request, &value, problem);
    if (err) {
        return err;
    }
    json_reader_init(&reader, value, "", problem);
    json_reader_allow(&reader, names);
    settlement_read_body(&reader, post);
    json_decref(value);
    if (problem->kind) {
        return ERR_INVALID;
    }
    settlement_hash(post);
    post->metadata = entry_body_metadata(http_request_principal(post->request), NULL, &post->body);
    if (!post->metadata) {
        return ERR_UNAVAILABLE;
    }
    return entry_body_date(post->body.effective_date, &post->effective_date);
}

static void settlement_read_body(struct json_reader *reader, struct settlement_post *post)
{
    int64_t year = 0;

    json_read_int64(reader, "fiscal_year", FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &year);
    json_read_text(reader, "programme", 1, post->programme, sizeof post->programme);
    json_read_int64(reader, "spent_krw", 0, INT64_MAX, &post->terms.spent_krw);
    json_read_int64(reader, "unspent_krw", 0, INT64_MAX, &post->terms.unspent_krw);
    if (json_reader_has(reader, "interest_krw")) {
        json_read_int64(reader, "interest_krw", 0, INT64_MAX, &post->terms.interest_krw);
    }
    entry_body_read_head(reader, &post->body);
    if (json_reader_ok(reader) && !programme_valid(post->programme)) {
        json_reader_refuse(reader, "programme", &PROBLEM_WRONG_VALUE, "programme", post->programme);
    }
    if (json_reader_ok(reader) && post->body.document[strspn(post->body.document, " ")] == '\0') {
        json_reader_refuse(reader, "document", &PROBLEM_WRONG_VALUE, "document", NULL);
    }
    post->fiscal_year = (int32_t)year;
}

/* What makes two requests the same. The texts end in a NUL each. */
static void settlement_hash(struct settlement_post *post)
{
    static const char name[] = "settlement/1";
    const struct crypto_bytes parts[] = {
        {name, sizeof name},
        {&post->fiscal_year, sizeof post->fiscal_year},
        {post->programme, strlen(post->programme) + 1},
        {&post->terms.spent_krw, sizeof post->terms.spent_krw},
        {&post->terms.unspent_krw, sizeof post->terms.unspent_krw},
        {&post->terms.interest_krw, sizeof post->terms.interest_krw},
        {&post->body.effective_date, sizeof post->body.effective_date},
        {post->body.document, strlen(post->body.document) + 1},
        {post->body.grant_id, post->body.has_grant ? ENTRY_KEY_SIZE : 0},
    };

    crypto_hash_parts(parts, sizeof parts / sizeof parts[0], post->request_hash);
}

static enum err settlement_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++) {
        err = settlement_write(tx, (struct settlement_post *)jobs[i]);
    }
    return err;
}

static enum err settlement_write(struct writer_tx *tx, struct settlement_post *post)
{
    const struct event_cause cause = {.traceparent = post->traceparent};
    const struct settle_wanted wanted = {
        .key = post->body.key,
        .request_hash = post->request_hash,
        .fiscal_year = post->fiscal_year,
        .programme = post->programme,
        .grant_id = post->body.has_grant ? post->body.grant_id : NULL,
        .terms = post->terms,
        .effective_date = post->effective_date,
        .document = post->body.document,
        .metadata = post->metadata,
        .cause = &cause,
    };

    return settle_run(&post->ledger->poster, tx, &wanted, &post->result);
}

static void settlement_done(struct writer_job *job)
{
    struct settlement_post *post = (struct settlement_post *)job;
    json_t *answer = NULL;

    if (job->err) {
        http_respond_error(post->request, job->err);
        goto out;
    }
    if (post->result.refusal.reason) {
        answer_refusal(post->request, &post->result.refusal);
        goto out;
    }
    answer = settlement_json(post);
    if (!answer) {
        http_respond_error(post->request, ERR_UNAVAILABLE);
        goto out;
    }
    http_respond_json(post->request, HTTP_CREATED, answer);

out:
    settlement_free(post);
}

static void settlement_free(struct settlement_post *post)
{
    if (post) {
        free(post->metadata);
    }
    free(post);
}

/* Made from the entries alone, so that it is the same whenever it is asked for. */
static json_t *settlement_json(const struct settlement_post *post)
{
    char grant_id[CRYPTO_UUID_TEXT_SIZE];
    json_t *sources = json_array();
    json_t *entries = json_array();

    crypto_uuid_format(post->body.grant_id, grant_id);

    for (size_t i = 0; i < post->result.count; i++) {
        const struct order *order = &post->result.orders[i];
        if (strcmp(order->entry.kind, "settlement") == 0) {
            const struct settlement_terms share = settlement_share(&order->entry);
            answer_append(&sources, share_json(&order->entry, &share));
        }
        answer_append(&entries, answer_entry(order));
    }
    return json_pack("{s:i, s:s, s:s?, s:I, s:I, s:I, s:o, s:o}", "fiscal_year",
                     (int)post->fiscal_year, "programme", post->programme, "grant_id",
                     post->body.has_grant ? grant_id : NULL, "spent_krw",
                     (json_int_t)post->terms.spent_krw, "unspent_krw",
                     (json_int_t)post->terms.unspent_krw, "interest_krw",
                     (json_int_t)post->terms.interest_krw, "sources", sources, "entries", entries);
}

static json_t *share_json(const struct entry *entry, const struct settlement_terms *share)
{
    return json_pack("{s:s, s:I, s:I, s:I}", "funding_source",
                     funding_source_code(entry->legs[0].account.line.funding_source), "spent_krw",
                     (json_int_t)share->spent_krw, "unspent_krw", (json_int_t)share->unspent_krw,
                     "interest_krw", (json_int_t)share->interest_krw);
}
