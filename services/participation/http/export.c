/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/ballots/{id}/votes.pb: a certified ballot as a file, for those who
 * answer for it. Whether and where it is published is theirs to say.
 */
#include "participation/export.h"

#include "participation/domain/ballot_pb.h"
#include "participation/frozen.h"
#include "participation/http/params.h"
#include "participation/http/routes.h"
#include "runtime/log.h"

#include <stdlib.h>
#include <string.h>

static const struct problem_kind NOT_CERTIFIED = {
    .status = 409,
    .code = "result-not-published",
    .ko = "표는 결과를 확정한 뒤에 내보낼 수 있습니다.",
    .en = "Votes are exported once the result is certified.",
};

static const struct problem_kind NOT_EXPORTABLE = {
    .status = 409,
    .code = "not-exportable",
    .ko =
        "Pabulib 파일에 담을 수 없는 의제가 있습니다. 식별자에 쉼표가 있거나 비용이 "
        "999,999,999원인 의제입니다.",
    .en =
        "A Pabulib file cannot hold one of the options: its id has a comma, or it costs 999999999 "
        "won.",
};

struct export_get {
    struct reader_job job; /* first */
    struct http_request *request;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    const struct problem_kind *refused; /* NULL: text holds the file */
    struct text text;
};

/* On a reader thread. */
static enum err export_work(struct db *db, struct reader_job *job)
{
    struct export_get *get = (struct export_get *)job;
    struct definition_copy *copy = NULL;
    struct ballot_row row = {0};
    enum err err = db == NULL ? ERR_UNAVAILABLE : store_ballot_read(db, get->ballot_id, &row);

    if (err) {
        return err;
    }
    if (row.state != BALLOT_STATE_CERTIFIED) {
        get->refused = &NOT_CERTIFIED;
        goto out;
    }
    err = definition_copy_make(row.definition, row.definition_length, &copy);
    if (err) {
        goto out;
    }
    if (ballot_pb_misfit(&copy->definition) < copy->definition.option_count) {
        get->refused = &NOT_EXPORTABLE;
        goto out;
    }
    err = export_write(db, &row, &copy->definition, &get->text);

out:
    free(copy);
    ballot_row_release(&row);
    return err;
}

static void export_done(struct reader_job *job)
{
    struct export_get *get = (struct export_get *)job;
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(get->ballot_id, ballot_id);
    if (job->err) {
        log_warn("ballot_not_exported", log_str("ballot_id", ballot_id),
                 log_str("error", err_name(job->err)));
        http_respond_error(get->request, job->err);
    } else if (get->refused != NULL) {
        params_refuse(get->request, get->refused, "id");
    } else {
        log_info("ballot_exported", log_str("ballot_id", ballot_id),
                 log_str("by", http_request_principal(get->request)->key_id));
        http_respond(get->request, 200, "text/plain; charset=utf-8", text_bytes(&get->text),
                     text_length(&get->text));
    }
    text_release(&get->text);
    free(get);
}

void handle_ballot_export(struct http_request *request, void *context)
{
    const struct participation *service = context;
    struct export_get *get;
    uint8_t ballot_id[BALLOT_ID_SIZE];

    if (!params_ballot_id(request, ballot_id)) {
        return;
    }
    get = calloc(1, sizeof *get);
    if (get != NULL) {
        get->job.work = export_work;
        get->job.done = export_done;
        get->request = request;
        memcpy(get->ballot_id, ballot_id, BALLOT_ID_SIZE);
        text_init(&get->text, EXPORT_LENGTH_MAX);
    }
    if (get == NULL || reader_submit(service->host.reader, &get->job) != ERR_OK) {
        free(get);
        http_respond_error(request, ERR_FULL);
    }
}
