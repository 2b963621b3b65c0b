/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/grants: an operator registers a grant with its terms; GET lists
 * grants with what their entries come to; GET /v1/grant-rules says
 * what each kind of grant may be at most.
 */
#include "ledger/grants.h"
#include "ledger/http/answers.h"
#include "ledger/http/grant_body.h"
#include "ledger/http/handlers.h"
#include "ledger/http/list.h"
#include "ledger/http/params.h"
#include "ledger/service.h"
#include "ledger/store/grant.h"
#include "runtime/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HTTP_CREATED = 201, BY_SIZE = KEYRING_ID_SIZE + 16 };

/* One request, until it is answered. */
struct grant_post {
    struct writer_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    char by[BY_SIZE];
    struct grant grant;
    uint8_t request_hash[ORDER_HASH_SIZE];
    struct order_refusal refusal;
    json_t *answer;
};

static enum err grant_post_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static enum err grant_write(struct writer_tx *tx, struct grant_post *post);
static enum err grant_answer(struct db *db, struct grant_post *post);
static void grant_post_done(struct writer_job *job);
static void grant_free(struct grant_post *post);
static enum err grant_list_read(struct list *list, struct problem *ret_problem);
static enum err grant_list_work(struct db *db, struct list *list);
static enum err rule_list_work(struct db *db, struct list *list);
static enum err today_in_korea(int32_t *ret_today);
static bool same_grant(const struct db_rows *rows, int64_t left, int64_t right);
static json_t *grant_json(const struct db_rows *rows, int64_t first, int32_t today);
static enum err add_figures(const struct db_rows *rows, int64_t row, int32_t today, json_t *grant);
static json_t *amounts_json(const struct db_rows *rows, int64_t row, int64_t *ret_sum_krw);
static json_t *bodies_json(const struct db_rows *rows, int64_t first);
static json_t *date_json(const struct db_rows *rows, int64_t row, int column);
static json_t *grant_id_json(const struct db_rows *rows, int64_t row);
static json_t *rule_json(const struct db_rows *rows, int64_t row);
static json_t *optional_number(const struct db_rows *rows, int64_t row, int column);

static const struct writer_job_type GRANT_POST = {
    .name = "grant_post",
    .run_max = 1,
    .work = grant_post_work,
    .done = grant_post_done,
};

void grant_post_start(struct http_request *request, void *context)
{
    struct ledger *ledger = context;
    struct problem problem = {.kind = NULL};
    struct grant_post *post = calloc(1, sizeof *post);
    enum err err = post ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    post->job.type = &GRANT_POST;
    post->request = request;
    post->ledger = ledger;
    (void)snprintf(post->by, sizeof post->by, "operator:%s",
                   http_request_principal(request)->id); /* an id fits */
    err = grant_body_read(request, &post->grant, &problem);
    if (err) {
        goto out;
    }
    grant_body_hash(&post->grant, post->request_hash);
    err = writer_submit(ledger->host.writer, &post->job);
    if (!err) {
        return;
    }

out:
    grant_free(post);
    answer_failure(request, &problem, err);
}

void grant_list_start(struct http_request *request, void *context)
{
    list_start(request, context, grant_list_read, grant_list_work);
}

void grant_rule_list_start(struct http_request *request, void *context)
{
    list_start(request, context, NULL, rule_list_work);
}

static enum err grant_post_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++) {
        err = grant_write(tx, (struct grant_post *)jobs[i]);
    }
    return err;
}

static enum err grant_write(struct writer_tx *tx, struct grant_post *post)
{
    const struct grants_wanted wanted = {&post->grant, post->request_hash, post->by};
    enum err err = grants_register(tx, post->ledger->shard, &wanted, &post->refusal);

    if (err || post->refusal.reason) {
        return err;
    }
    return grant_answer(tx->db, post);
}

static enum err grant_answer(struct db *db, struct grant_post *post)
{
    static const uint8_t first[ENTRY_KEY_SIZE] = {0};
    const struct store_filter filter = {.limit = 1};
    const struct store_grant_filter grants = {.after = first, .only = post->grant.id};
    struct db_rows *rows = NULL;
    int32_t today = 0;
    enum err err = today_in_korea(&today);

    if (!err) {
        err = store_grant_rows(db, post->ledger->shard, &filter, &grants, &rows);
    }
    json_decref(post->answer); /* of a try before */
    post->answer = NULL;
    if (!err && db_rows_count(rows) > 0) {
        post->answer = grant_json(rows, 0, today);
    }
    db_rows_release(rows);
    if (err) {
        return err;
    }
    return post->answer ? ERR_OK : ERR_UNAVAILABLE;
}

static void grant_post_done(struct writer_job *job)
{
    struct grant_post *post = (struct grant_post *)job;

    if (job->err) {
        http_respond_error(post->request, job->err);
    } else if (post->refusal.reason) {
        answer_refusal(post->request, &post->refusal);
    } else {
        http_respond_json(post->request, HTTP_CREATED, json_incref(post->answer));
    }
    grant_free(post);
}

static void grant_free(struct grant_post *post)
{
    if (post) {
        json_decref(post->answer);
    }
    free(post);
}

static enum err grant_list_read(struct list *list, struct problem *ret_problem)
{
    return params_uuid(list->request, "after", list->after_id, ret_problem);
}

static enum err grant_list_work(struct db *db, struct list *list)
{
    const struct store_grant_filter filter = {.after = list->after_id};
    struct db_rows *rows = NULL;
    json_t *grants = NULL;
    int64_t count = 0;
    int64_t last = 0;
    int32_t today = 0;
    enum err err = today_in_korea(&today);

    if (!err) {
        err = store_grant_rows(db, list->ledger->shard, &list->filter, &filter, &rows);
    }
    if (err) {
        return err;
    }
    grants = json_array();
    for (int64_t i = 0; i < db_rows_count(rows); i++) {
        if (i == 0 || !same_grant(rows, i - 1, i)) {
            answer_append(&grants, grant_json(rows, i, today));
            count++;
            last = i;
        }
    }
    list->answer = json_pack("{s:o, s:o}", "grants", grants, "next",
                             count == list->filter.limit ? grant_id_json(rows, last) : json_null());
    db_rows_release(rows);
    return ERR_OK;
}

static enum err rule_list_work(struct db *db, struct list *list)
{
    struct db_rows *rows = NULL;
    json_t *rules = NULL;
    enum err err = store_grant_rule_rows(db, &rows);

    if (err) {
        return err;
    }
    rules = json_array();
    for (int64_t i = 0; i < db_rows_count(rows); i++) {
        answer_append(&rules, rule_json(rows, i));
    }
    db_rows_release(rows);
    list->answer = json_pack("{s:o}", "rules", rules);
    return ERR_OK;
}

static enum err today_in_korea(int32_t *ret_today)
{
    char day[CLOCK_DAY_SIZE];

    clock_day_in_korea(clock_now_ms(), day);
    enum err err = entry_date_parse(day, ret_today);
    return err ? ERR_INTERNAL : ERR_OK; /* a clock beyond 2199 */
}

static bool same_grant(const struct db_rows *rows, int64_t left, int64_t right)
{
    size_t length = 0;
    const uint8_t *left_id = db_rows_bytes(rows, left, STORE_GRANT_ID, &length);

    return memcmp(left_id, db_rows_bytes(rows, right, STORE_GRANT_ID, &length), ENTRY_KEY_SIZE) ==
           0;
}

static json_t *grant_json(const struct db_rows *rows, int64_t first, int32_t today)
{
    const struct grant_rule rule = {
        .cap_krw = db_rows_int64(rows, first, STORE_GRANT_CAP),
        .cap_month_count = db_rows_is_null(rows, first, STORE_GRANT_CAP_MONTH_COUNT)
                               ? 0
                               : (int32_t)db_rows_int64(rows, first, STORE_GRANT_CAP_MONTH_COUNT),
    };
    int32_t months = (int32_t)db_rows_int64(rows, first, STORE_GRANT_MONTH_COUNT);
    int64_t sum_krw = 0;
    json_t *amounts = amounts_json(rows, first, &sum_krw);
    json_t *grant = json_pack(
        "{s:o, s:s, s:s, s:I, s:s, s:o, s:I, s:I, s:o, s:o, s:i, s:I, s:o, s:o, s:s, s:s, s:o}",
        "grant_id", grant_id_json(rows, first), "instrument",
        db_rows_text(rows, first, STORE_GRANT_INSTRUMENT), "instrument_name",
        db_rows_text(rows, first, STORE_GRANT_INSTRUMENT_NAME_KO), "fiscal_year",
        (json_int_t)db_rows_int64(rows, first, STORE_GRANT_FISCAL_YEAR), "programme",
        db_rows_text(rows, first, STORE_GRANT_PROGRAMME), "amounts", amounts, "amount_krw",
        (json_int_t)sum_krw, "cap_krw", (json_int_t)grant_cap(&rule, months), "start_date",
        date_json(rows, first, STORE_GRANT_START_DATE), "end_date",
        date_json(rows, first, STORE_GRANT_END_DATE), "month_count", (int)months,
        "planning_month_count",
        (json_int_t)db_rows_int64(rows, first, STORE_GRANT_PLANNING_MONTH_COUNT),
        "settlement_due_date", date_json(rows, first, STORE_GRANT_SETTLEMENT_DUE_DATE), "bodies",
        bodies_json(rows, first), "document", db_rows_text(rows, first, STORE_GRANT_DOCUMENT),
        "registered_by", db_rows_text(rows, first, STORE_GRANT_REGISTERED_BY), "registered_time",
        answer_time(db_rows_int64(rows, first, STORE_GRANT_REGISTERED_TIME)));

    if (grant && add_figures(rows, first, today, grant)) {
        json_decref(grant);
        return NULL;
    }
    return grant;
}

/* What the grant's entries come to, each a sum of postings, and whether it should be settled by now. */
static enum err add_figures(const struct db_rows *rows, int64_t row, int32_t today, json_t *grant)
{
    static const struct {
        const char *name;
        enum store_grant_column column;
    } FIGURES[] = {
        {"decided_krw", STORE_GRANT_DECIDED},
        {"paid_krw", STORE_GRANT_PAID},
        {"spent_krw", STORE_GRANT_SPENT},
        {"settled_krw", STORE_GRANT_SETTLED},
        {"to_return_krw", STORE_GRANT_TO_RETURN},
        {"returned_krw", STORE_GRANT_RETURNED},
        {"interest_to_return_krw", STORE_GRANT_INTEREST},
        {"programme_unsettled_krw", STORE_GRANT_UNSETTLED},
        {"programme_to_refund_krw", STORE_GRANT_TO_REFUND},
    };

    const bool is_due = db_rows_int64(rows, row, STORE_GRANT_SETTLEMENT_DUE_DATE) < today;
    const bool is_open = db_rows_int64(rows, row, STORE_GRANT_DECIDED) >
                             db_rows_int64(rows, row, STORE_GRANT_PAID) ||
                         db_rows_int64(rows, row, STORE_GRANT_PAID) >
                             db_rows_int64(rows, row, STORE_GRANT_SETTLED) ||
                         db_rows_int64(rows, row, STORE_GRANT_TO_RETURN) > 0 ||
                         db_rows_int64(rows, row, STORE_GRANT_INTEREST) > 0;

    for (size_t i = 0; i < sizeof FIGURES / sizeof FIGURES[0]; i++) {
        const int64_t amount_krw = db_rows_int64(rows, row, (int)FIGURES[i].column);
        if (json_object_set_new(grant, FIGURES[i].name, json_integer((json_int_t)amount_krw)) !=
            0) {
            return ERR_UNAVAILABLE;
        }
    }
    return json_object_set_new(grant, "overdue", json_boolean(is_due && is_open)) == 0
               ? ERR_OK
               : ERR_UNAVAILABLE;
}

static json_t *amounts_json(const struct db_rows *rows, int64_t row, int64_t *ret_sum_krw)
{
    json_t *amounts = json_array();
    int64_t sum_krw = 0;

    for (int i = 0; i < FUNDING_SOURCE_COUNT; i++) {
        if (db_rows_is_null(rows, row, STORE_GRANT_NATIONAL + i)) {
            continue;
        }
        int64_t amount_krw = db_rows_int64(rows, row, STORE_GRANT_NATIONAL + i);
        sum_krw += amount_krw; /* within its cap */
        answer_append(&amounts, json_pack("{s:s, s:I}", "funding_source",
                                          funding_source_code((enum funding_source)(i + 1)),
                                          "amount_krw", (json_int_t)amount_krw));
    }
    *ret_sum_krw = sum_krw;
    return amounts;
}

/* The rows of one grant, from its first on; the first body leads. */
static json_t *bodies_json(const struct db_rows *rows, int64_t first)
{
    json_t *bodies = json_array();

    for (int64_t i = first; i < db_rows_count(rows) && same_grant(rows, first, i); i++) {
        answer_append(&bodies,
                      json_pack("{s:s, s:s}", "name", db_rows_text(rows, i, STORE_GRANT_BODY_NAME),
                                "role", i == first ? "lead" : "member"));
    }
    return bodies;
}

static json_t *date_json(const struct db_rows *rows, int64_t row, int column)
{
    char text[ENTRY_DATE_SIZE];

    entry_date_format((int32_t)db_rows_int64(rows, row, column), text);
    return json_string(text);
}

static json_t *grant_id_json(const struct db_rows *rows, int64_t row)
{
    char text[CRYPTO_UUID_TEXT_SIZE];
    size_t length = 0;

    crypto_uuid_format(db_rows_bytes(rows, row, STORE_GRANT_ID, &length), text);
    return json_string(text);
}

static json_t *rule_json(const struct db_rows *rows, int64_t row)
{
    return json_pack("{s:s, s:s, s:I, s:o, s:o, s:o, s:s}", "instrument",
                     db_rows_text(rows, row, STORE_GRANT_RULE_INSTRUMENT), "instrument_name",
                     db_rows_text(rows, row, STORE_GRANT_RULE_NAME_KO), "cap_krw",
                     (json_int_t)db_rows_int64(rows, row, STORE_GRANT_RULE_CAP), "cap_month_count",
                     optional_number(rows, row, STORE_GRANT_RULE_CAP_MONTH_COUNT), "month_max",
                     optional_number(rows, row, STORE_GRANT_RULE_MONTH_MAX), "planning_month_max",
                     optional_number(rows, row, STORE_GRANT_RULE_PLANNING_MONTH_MAX), "basis",
                     db_rows_text(rows, row, STORE_GRANT_RULE_BASIS));
}

static json_t *optional_number(const struct db_rows *rows, int64_t row, int column)
{
    return db_rows_is_null(rows, row, column)
               ? json_null()
               : json_integer((json_int_t)db_rows_int64(rows, row, column));
}
