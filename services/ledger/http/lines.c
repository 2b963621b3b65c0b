/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/lines: budget lines with the balance of each stage they have
 * reached. A stage that is not there was never reached, which differs from
 * zero; sums are made here from balances, never kept.
 */
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/list.h"
#include "ledger/http/params.h"

#include <stdio.h>
#include <string.h>

/* The line under way while rows are read. */
struct line_page {
    json_t *lines;
    json_t *stages; /* of the current line; NULL before the first */
    int64_t count;
    int64_t first_row; /* of the current line */
    int64_t budget_krw;
};

enum { CURSOR_SIZE = PROGRAMME_LENGTH_MAX + 32 };

static enum err line_list_read(struct list *list, struct problem *ret_problem);
static enum err line_list_work(struct db *db, struct list *list);
static bool same_line(const struct db_rows *rows, int64_t left, int64_t right);
static enum err line_add_stage(struct line_page *page, const struct db_rows *rows, int64_t row);
static void line_end(struct line_page *page, const struct db_rows *rows);
static json_t *line_cursor(const struct db_rows *rows, int64_t row);

void line_list_start(struct http_request *request, void *context)
{
    list_start(request, context, line_list_read, line_list_work);
}

static enum err line_list_read(struct list *list, struct problem *ret_problem)
{
    return params_line_cursor(list->request, &list->after_line, ret_problem);
}

static enum err line_list_work(struct db *db, struct list *list)
{
    struct line_page page = {.lines = json_array()};
    struct db_rows *rows = NULL;
    int64_t row_count = 0;
    enum err err =
        store_line_list(db, list->ledger->shard, &list->filter, &list->after_line, &rows);

    if (err) {
        goto out;
    }
    row_count = db_rows_count(rows);
    for (int64_t i = 0; !err && i < row_count; i++) {
        if (i == 0 || !same_line(rows, i - 1, i)) {
            line_end(&page, rows);
            page.stages = json_array();
            page.first_row = i;
            page.budget_krw = 0;
        }
        err = line_add_stage(&page, rows, i);
    }
    line_end(&page, rows);
    if (!err) {
        list->answer = json_pack(
            "{s:O, s:o}", "lines", page.lines, "next",
            page.count == list->filter.limit ? line_cursor(rows, page.first_row) : json_null());
    }

out:
    json_decref(page.lines);
    db_rows_release(rows);
    return err;
}

static bool same_line(const struct db_rows *rows, int64_t left, int64_t right)
{
    return db_rows_int64(rows, left, STORE_LINE_FISCAL_YEAR) ==
               db_rows_int64(rows, right, STORE_LINE_FISCAL_YEAR) &&
           strcmp(db_rows_text(rows, left, STORE_LINE_PROGRAMME),
                  db_rows_text(rows, right, STORE_LINE_PROGRAMME)) == 0 &&
           strcmp(db_rows_text(rows, left, STORE_LINE_FUNDING_SOURCE),
                  db_rows_text(rows, right, STORE_LINE_FUNDING_SOURCE)) == 0;
}

static enum err line_add_stage(struct line_page *page, const struct db_rows *rows, int64_t row)
{
    int64_t balance_krw = db_rows_int64(rows, row, STORE_LINE_BALANCE);
    enum stage stage = 0;
    enum err err = stage_parse(db_rows_text(rows, row, STORE_LINE_STAGE), &stage);

    if (err) {
        return ERR_INTERNAL; /* only known stages are posted to */
    }
    /* 예산현액: what was appropriated, at whatever stage it is now. It cannot overflow: it is -R10. */
    page->budget_krw += stage_code(stage)[0] == 'S' ? balance_krw : 0;
    answer_append(&page->stages,
                  json_pack("{s:s, s:s, s:I, s:I, s:I}", "stage", stage_code(stage), "name",
                            stage_name_ko(stage), "balance_krw", (json_int_t)balance_krw,
                            "held_krw", (json_int_t)db_rows_int64(rows, row, STORE_LINE_HELD),
                            "version", (json_int_t)db_rows_int64(rows, row, STORE_LINE_VERSION)));
    return ERR_OK;
}

static void line_end(struct line_page *page, const struct db_rows *rows)
{
    if (!page->stages && page->count == 0 && db_rows_count(rows) == 0) {
        return;
    }
    if (page->stages) {
        int64_t row = page->first_row;
        answer_append(&page->lines,
                      json_pack("{s:I, s:s, s:s, s:I, s:o}", "fiscal_year",
                                (json_int_t)db_rows_int64(rows, row, STORE_LINE_FISCAL_YEAR),
                                "programme", db_rows_text(rows, row, STORE_LINE_PROGRAMME),
                                "funding_source",
                                db_rows_text(rows, row, STORE_LINE_FUNDING_SOURCE), "budget_krw",
                                (json_int_t)page->budget_krw, "stages", page->stages));
        page->stages = NULL;
        page->count++;
    }
}

static json_t *line_cursor(const struct db_rows *rows, int64_t row)
{
    char cursor[CURSOR_SIZE];

    (void)snprintf(cursor, sizeof cursor, "%d/%s/%s",
                   (int)db_rows_int64(rows, row, STORE_LINE_FISCAL_YEAR),
                   db_rows_text(rows, row, STORE_LINE_FUNDING_SOURCE),
                   db_rows_text(rows, row, STORE_LINE_PROGRAMME)); /* the table bounds all three */
    return json_string(cursor);
}
