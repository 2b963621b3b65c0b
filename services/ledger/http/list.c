/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The common steps of a list: start on the loop, work on a reader thread, done
 * on the loop.
 */
#include "ledger/http/list.h"

#include "ledger/http/answers.h"
#include "ledger/http/params.h"

#include <stdlib.h>

enum { HTTP_OK = 200 };

static enum err list_read(struct list *list, list_read_fn read, struct problem *problem);
static enum err list_work(struct db *db, struct reader_job *job);
static void list_done(struct reader_job *job);

void list_start(struct http_request *request, struct ledger *ledger, list_read_fn read,
                list_work_fn work)
{
    struct problem problem = {.kind = NULL};
    struct list *list = calloc(1, sizeof *list);
    enum err err = list ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    list->job.work = list_work;
    list->job.done = list_done;
    list->request = request;
    list->ledger = ledger;
    list->work = work;
    err = list_read(list, read, &problem);
    if (err) {
        goto out;
    }
    err = reader_submit(ledger->host.reader, &list->job);
    if (!err) {
        return;
    }

out:
    free(list);
    answer_failure(request, &problem, err);
}

static enum err list_read(struct list *list, list_read_fn read, struct problem *problem)
{
    enum err err = params_filter(list->request, &list->filter, problem);

    if (err || !read) {
        return err;
    }
    return read(list, problem);
}

static enum err list_work(struct db *db, struct reader_job *job)
{
    struct list *list = (struct list *)job;
    enum err err = db ? list->work(db, list) : ERR_UNAVAILABLE;

    if (!err && !list->answer) {
        err = ERR_UNAVAILABLE;
    }
    return err;
}

static void list_done(struct reader_job *job)
{
    struct list *list = (struct list *)job;

    if (job->err) {
        http_respond_error(list->request, job->err);
    } else {
        http_respond_json(list->request, HTTP_OK, list->answer);
    }
    free(list);
}
