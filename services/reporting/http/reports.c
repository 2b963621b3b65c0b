/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/ballot-reports, /v1/ballot-reports/{id}, / and the stylesheet, for
 * everybody. While a ballot is open they tell one number of it, its voters
 * rounded down to tens; participation, which knows more, tells no more often
 * than once a minute. Here the rounding is enough: it is all that is ever said.
 *
 * {id} is the ballot's id, with .json or .html behind it or neither; neither
 * answers HTML to whoever asks for it (browsers do) and JSON to everybody else.
 */
#include "reporting/http/handlers.h"

#include "reporting/http/page.h"
#include "reporting/http/report_json.h"
#include "reporting/service.h"
#include "reporting/store/report.h"
#include "runtime/json.h"
#include "runtime/reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    HTTP_OK = 200,
    HTTP_NOT_MODIFIED = 304,
    LIST_LIMIT = 50,
    UUID_LENGTH = CRYPTO_UUID_TEXT_SIZE - 1,
    ETAG_SIZE = 2 * 16 + 3, /* half a SHA-256 in hexadecimal, quotes and a NUL */
};

/* A request for reports, until it is answered. */
struct asking {
    struct reader_job job; /* first: a job is its request */
    struct http_request *request;
    const struct reporting *reporting;
    bool wants_page;
    bool varies; /* the form was chosen by Accept */
    struct store_range range;
    struct buffer body;
};

static enum err report_work(struct db *db, struct reader_job *job);
static enum err list_work(struct db *db, struct reader_job *job);
static void asking_done(struct reader_job *job);

static struct asking *asking_new(struct http_request *request, struct reporting *reporting)
{
    struct asking *asking = calloc(1, sizeof *asking);

    if (asking) {
        asking->job.done = asking_done;
        asking->request = request;
        asking->reporting = reporting;
        asking->range.district = reporting->model.district;
        buffer_init(&asking->body, PAGE_SIZE_MAX);
    }
    return asking;
}

static void asking_free(struct asking *asking)
{
    buffer_release(&asking->body);
    free(asking);
}

static void asking_submit(struct asking *asking)
{
    enum err err = reader_submit(asking->reporting->host.reader, &asking->job);

    if (err) {
        http_respond_error(asking->request, err);
        asking_free(asking);
    }
}

/* True when HTML is asked for, and not after JSON. */
static bool accepts_page(const struct http_request *request)
{
    const char *accept = http_request_header(request, "accept");
    const char *page = accept ? strstr(accept, "text/html") : NULL;
    const char *json = accept ? strstr(accept, "application/json") : NULL;

    return page && (!json || page < json);
}

/* Reads "<uuid>", "<uuid>.json" or "<uuid>.html". */
static enum err read_name(struct asking *asking, const char *name)
{
    char id[CRYPTO_UUID_TEXT_SIZE];
    const char *suffix;
    enum err err;

    if (!name || strlen(name) < UUID_LENGTH) {
        return ERR_NOT_FOUND;
    }
    memcpy(id, name, UUID_LENGTH);
    id[UUID_LENGTH] = '\0';
    suffix = name + UUID_LENGTH;
    err = crypto_uuid_parse(id, asking->range.low);
    if (err) {
        return ERR_NOT_FOUND;
    }
    asking->varies = suffix[0] == '\0';
    asking->wants_page =
        asking->varies ? accepts_page(asking->request) : strcmp(suffix, ".html") == 0;
    return asking->varies || asking->wants_page || strcmp(suffix, ".json") == 0 ? ERR_OK
                                                                                : ERR_NOT_FOUND;
}

void report_get_start(struct http_request *request, void *context)
{
    struct asking *asking = asking_new(request, context);
    enum err err = asking ? read_name(asking, http_request_param(request, "id")) : ERR_UNAVAILABLE;

    if (err) {
        http_respond_error(request, err);
        if (asking) {
            asking_free(asking);
        }
        return;
    }
    asking->job.work = report_work;
    asking_submit(asking);
}

/* The id before this one, so that ranges include both ends; the lowest stays. */
static void step_down(uint8_t id[REPORT_ID_SIZE])
{
    size_t at = REPORT_ID_SIZE;

    while (at > 0 && id[at - 1] == 0) {
        at--;
    }
    if (at == 0) {
        return;
    }
    id[at - 1]--;
    memset(id + at, 0xff, REPORT_ID_SIZE - at);
}

static void list_start(struct http_request *request, void *context, bool wants_page)
{
    const char *after = http_request_query(request, "after");
    struct asking *asking = asking_new(request, context);
    struct problem problem = {.kind = NULL};

    if (!asking) {
        http_respond_error(request, ERR_UNAVAILABLE);
        return;
    }
    asking->job.work = list_work;
    asking->wants_page = wants_page;
    asking->range.limit = LIST_LIMIT + 1;
    memset(asking->range.high, 0xff, sizeof asking->range.high);
    if (after && crypto_uuid_parse(after, asking->range.high)) {
        problem_set(&problem, &PROBLEM_WRONG_VALUE, "after", "uuid", NULL);
        http_respond_problem(request, &problem);
        asking_free(asking);
        return;
    }
    if (after) {
        step_down(asking->range.high);
    }
    asking_submit(asking);
}

void report_list_start(struct http_request *request, void *context)
{
    list_start(request, context, false);
}

void index_get_start(struct http_request *request, void *context)
{
    list_start(request, context, true);
}

/* ---- On a reader thread ---- */

/* Takes the reference. */
static enum err write_json(struct buffer *body, json_t *json)
{
    char *text = json ? json_text(json) : NULL;

    json_decref(json);
    if (!text) {
        return ERR_UNAVAILABLE;
    }
    buffer_append_text(body, text);
    free(text);
    return buffer_status(body);
}

static enum err write_report(struct asking *asking, const struct report *report)
{
    if (!asking->wants_page) {
        return write_json(&asking->body, report_json(report));
    }
    page_report(&asking->body, report, asking->reporting->contact);
    return buffer_status(&asking->body);
}

static enum err report_work(struct db *db, struct reader_job *job)
{
    struct asking *asking = (struct asking *)job;
    const struct store_key key = {asking->range.district, asking->range.low};
    struct report report = {.state = REPORT_MISSING};
    enum err err = db ? db_begin(db) : ERR_UNAVAILABLE;

    if (err) {
        return err;
    }
    err = store_snapshot(db);
    if (!err) {
        err = store_report_read(db, &key, &report);
    }
    db_rollback(db); /* it only read */
    if (!err) {
        err = write_report(asking, &report);
    }
    report_release(&report);
    return err;
}

static json_t *list_json(const struct page_list *list)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < list->count; i++) {
        if (json_array_append_new(rows, report_json_row(&list->reports[i])) != 0) {
            json_decref(rows);
            return NULL;
        }
    }
    return json_pack("{s:o, s:o}", "reports", rows, "next",
                     list->next[0] == '\0' ? json_null() : json_string(list->next));
}

static enum err write_list(struct asking *asking, const struct report *reports, size_t count)
{
    char next[CRYPTO_UUID_TEXT_SIZE] = "";
    struct page_list list = {
        .reports = reports,
        .count = count < LIST_LIMIT ? count : LIST_LIMIT,
        .next = next,
        .contact = asking->reporting->contact,
    };

    if (count > LIST_LIMIT) {
        crypto_uuid_format(reports[LIST_LIMIT - 1].ballot.ballot_id, next);
    }
    if (!asking->wants_page) {
        return write_json(&asking->body, list_json(&list));
    }
    page_list(&asking->body, &list);
    return buffer_status(&asking->body);
}

static enum err list_work(struct db *db, struct reader_job *job)
{
    struct asking *asking = (struct asking *)job;
    struct report *reports = calloc(LIST_LIMIT + 1, sizeof *reports);
    size_t count = 0;
    enum err err = db && reports ? ERR_OK : ERR_UNAVAILABLE;

    if (!err) {
        err = store_report_list(db, &asking->range, reports, &count);
    }
    if (!err) {
        err = write_list(asking, reports, count);
    }
    free(reports);
    return err;
}

/* ---- Back on the loop ---- */

/* Answers a body that whoever has it already need not get again. */
static void respond_cached(struct http_request *request, const char *content_type, const void *body,
                           size_t length)
{
    const char *known = http_request_header(request, "if-none-match");
    uint8_t hash[CRYPTO_HASH_SIZE];
    char etag[ETAG_SIZE] = "\"";

    crypto_sha256(body, length, hash);
    crypto_hex(hash, sizeof hash / 2, etag + 1, ETAG_SIZE - 2);
    etag[ETAG_SIZE - 2] = '"';
    http_response_header(request, "ETag", etag);
    http_response_header(request, "Cache-Control", "no-cache");
    if (known && strstr(known, etag)) {
        http_respond(request, HTTP_NOT_MODIFIED, NULL, NULL, 0);
    } else {
        http_respond(request, HTTP_OK, content_type, body, length);
    }
}

static void asking_done(struct reader_job *job)
{
    struct asking *asking = (struct asking *)job;
    struct http_request *request = asking->request;

    if (asking->varies) {
        http_response_header(request, "Vary", "Accept");
    }
    if (job->err) {
        http_respond_error(request, job->err);
    } else {
        respond_cached(request,
                       asking->wants_page ? "text/html; charset=utf-8" : "application/json",
                       asking->body.data, asking->body.length);
    }
    asking_free(asking);
}

void style_get_start(struct http_request *request, void *context)
{
    (void)context;
    respond_cached(request, "text/css; charset=utf-8", PAGE_STYLE, strlen(PAGE_STYLE));
}
