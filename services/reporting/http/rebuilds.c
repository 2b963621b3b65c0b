/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/rebuild:check and GET /v1/rebuild-checks/{id}. Starting while a
 * check is running answers that one, so that asking again does no harm and no
 * idempotency key is needed.
 */
#include "reporting/http/handlers.h"
#include "reporting/service.h"

enum { HTTP_OK = 200, HTTP_ACCEPTED = 202 };

static json_t *comparison_json(const struct store_comparison *comparison)
{
    json_t *tables = json_array();

    for (size_t i = 0; i < comparison->table_count; i++) {
        const struct store_table_comparison *table = &comparison->tables[i];

        if (json_array_append_new(tables, json_pack("{s:s, s:I, s:I, s:b}", "name", table->name,
                                                    "rows", (json_int_t)table->rows, "rows_rebuilt",
                                                    (json_int_t)table->rows_rebuilt, "equal",
                                                    (int)table->equal)) != 0) {
            json_decref(tables);
            return NULL;
        }
    }
    return tables;
}

static json_t *stream_json(const struct rebuild_stream_status *stream, bool done)
{
    return json_pack("{s:s, s:I, s:I, s:o}", "name", stream->name, "seq", (json_int_t)stream->seq,
                     "target_seq", (json_int_t)stream->target_seq, "equal",
                     done ? json_boolean(stream->chain_equal) : json_null());
}

static json_t *status_json(const struct rebuild_status *status)
{
    static const char *const states[] = {"running", "done", "failed"};
    bool done = status->state == REBUILD_DONE;

    return json_pack(
        "{s:s, s:s, s:o, s:o, s:I, s:I, s:[o, o], s:I, s:o}", "check_id", status->check_id, "state",
        states[status->state], "equal", done ? json_boolean(status->equal) : json_null(), "tables",
        comparison_json(&status->comparison), "participation_seq",
        (json_int_t)status->streams[0].seq, "ledger_seq", (json_int_t)status->streams[1].seq,
        "streams", stream_json(&status->streams[0], done), stream_json(&status->streams[1], done),
        "skipped", (json_int_t)status->skipped, "failure",
        status->failure[0] == '\0' ? json_null() : json_string(status->failure));
}

static void respond(struct http_request *request, int http_status,
                    const struct rebuild_status *status)
{
    json_t *json = status_json(status);

    if (json) {
        http_respond_json(request, http_status, json);
    } else {
        http_respond_error(request, ERR_UNAVAILABLE);
    }
}

void rebuild_check_start(struct http_request *request, void *context)
{
    struct reporting *reporting = context;
    struct rebuild_status status;
    enum err err = rebuild_start(reporting->rebuild, &status);

    if (err) {
        http_respond_error(request, err);
        return;
    }
    respond(request, HTTP_ACCEPTED, &status);
}

void rebuild_get_start(struct http_request *request, void *context)
{
    const struct reporting *reporting = context;
    struct rebuild_status status;
    enum err err = rebuild_read(reporting->rebuild, http_request_param(request, "id"), &status);

    if (err) {
        http_respond_error(request, err);
        return;
    }
    respond(request, HTTP_OK, &status);
}
