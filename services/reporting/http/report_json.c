/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes of openapi.yaml. Members keep the order in which people read them.
 */
#include "reporting/http/report_json.h"

#include "reporting/domain/date.h"
#include "reporting/domain/number.h"
#include "reporting/domain/word.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"

#include <stdio.h>
#include <string.h>

#define PATH_FORMAT "/v1/ballot-reports/%s%s"

enum { PATH_SIZE = 80 };

static json_t *integer_if(bool there, int64_t number)
{
    return there ? json_integer(number) : json_null();
}

static json_t *text_or_null(const char *text)
{
    return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *time_if(bool there, int64_t time_ms)
{
    char text[CLOCK_TEXT_SIZE];

    if (!there) {
        return json_null();
    }
    clock_format(time_ms, text);
    return json_string(text);
}

static json_t *path_json(const struct report *report, const char *suffix)
{
    char id[CRYPTO_UUID_TEXT_SIZE];
    char path[PATH_SIZE];

    crypto_uuid_format(report->ballot.ballot_id, id);
    (void)snprintf(path, sizeof path, PATH_FORMAT, id, suffix); /* a UUID fits */
    return json_string(path);
}

/* Appends, or drops the array, so that a lack of memory shows as NULL at the end. */
static void append(json_t **array, json_t *item)
{
    if (json_array_append_new(*array, item) != 0) {
        json_decref(*array);
        *array = NULL;
    }
}

static json_t *tenths_json(enum err err, int64_t tenths)
{
    char text[NUMBER_SIZE];

    if (err) {
        return json_null();
    }
    number_format_tenths(tenths, text);
    return json_string(text);
}

static json_t *window_json(const struct report_ballot *ballot)
{
    int64_t days = 0;
    enum err err = date_days(ballot->opens_time_ms, ballot->closes_time_ms, &days);

    return json_pack("{s:o, s:o, s:o, s:o}", "opens_time", time_if(true, ballot->opens_time_ms),
                     "closes_time", time_if(true, ballot->closes_time_ms), "days",
                     integer_if(err == ERR_OK, days), "extension_reason",
                     text_or_null(ballot->extension_reason));
}

static json_t *cell_json(const struct report_cell *cell, int64_t whole)
{
    int64_t tenths = 0;
    enum err err = cell->suppressed ? ERR_NOT_FOUND : number_share(cell->voters, whole, &tenths);

    return json_pack("{s:s, s:o, s:b, s:o}", "name", cell->name, "voters",
                     integer_if(!cell->suppressed, cell->voters), "suppressed",
                     (int)cell->suppressed, "share_percent", tenths_json(err, tenths));
}

/* Cells come table by table. */
static json_t *tables_json(const struct report *report)
{
    json_t *tables = json_object();

    if (!report->was_closed) {
        json_decref(tables);
        return json_null();
    }
    for (size_t i = 0; i < report->cell_count; i++) {
        const struct report_cell *cell = &report->cells[i];
        json_t *table = json_object_get(tables, cell->dimension);

        if (!table) {
            table = json_array();
            if (json_object_set_new(tables, cell->dimension, table) != 0) {
                json_decref(tables);
                return NULL;
            }
        }
        if (json_array_append_new(table, cell_json(cell, report_voters(report))) != 0) {
            json_decref(tables);
            return NULL;
        }
    }
    return tables;
}

static json_t *turnout_json(const struct report *report)
{
    const struct report_closing *closing = &report->closing;
    int64_t tenths = 0;
    enum err err =
        report->was_closed ? number_tenths(closing->voters, closing->days, &tenths) : ERR_NOT_FOUND;

    return json_pack("{s:I, s:b, s:o, s:o, s:o, s:o, s:o}", "voters",
                     (json_int_t)report_public_voters(report->state, report_voters(report)),
                     "rounded", report->state == REPORT_OPEN, "revisions",
                     integer_if(report->was_closed, closing->revisions), "days",
                     integer_if(report->was_closed, closing->days), "voters_per_day",
                     tenths_json(err, tenths), "closed_time",
                     time_if(report->was_closed, closing->closed_time_ms), "tables",
                     tables_json(report));
}

/* How a jury's scores were weighed; null without one. */
static json_t *jury_json(const struct report_tally *tally)
{
    return tally->jury_weight == 0
               ? json_null()
               : json_pack("{s:i, s:i}", "resident_weight", (int)tally->resident_weight,
                           "jury_weight", (int)tally->jury_weight);
}

static json_t *result_json(const struct report *report)
{
    const struct report_tally *tally = &report->tally;

    if (report->state != REPORT_CERTIFIED) {
        return json_null();
    }
    return json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "certified_time",
                     time_if(true, tally->certified_time_ms), "voters", (json_int_t)tally->voters,
                     "voids", (json_int_t)tally->voids, "selections", (json_int_t)tally->selections,
                     "funded_krw", (json_int_t)tally->funded_krw, "left_krw",
                     (json_int_t)(report->ballot.budget_krw - tally->funded_krw), "jury",
                     jury_json(tally), "channel_weights", text_or_null(tally->channel_weights));
}

/* rank 0: there is no result for it. */
static json_t *option_json(const struct report_option *option, uint32_t rank)
{
    bool has_result = rank > 0;

    return json_pack("{s:i, s:s, s:s, s:I, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "number",
                     (int)option->number, "option_id", option->option_id, "name", option->name,
                     "cost_krw", (json_int_t)option->cost_krw, "area", text_or_null(option->area),
                     "field", text_or_null(option->field), "programme", option->programme, "rank",
                     integer_if(has_result, rank), "score", integer_if(has_result, option->score),
                     "funded", has_result ? json_boolean(option->funded) : json_null(), "reason",
                     has_result ? json_string(option->reason) : json_null(), "exclusion_reason",
                     text_or_null(option->exclusion_reason));
}

static json_t *options_json(const struct report *report)
{
    uint32_t order[REPORT_OPTION_MAX];
    uint32_t ranks[REPORT_OPTION_MAX];
    uint32_t ranks_listed[REPORT_OPTION_MAX] = {0};
    json_t *options = json_array();

    if (report->state == REPORT_CERTIFIED) {
        report_rank(report->options, report->option_count, order, ranks);
        for (size_t i = 0; i < report->option_count; i++) {
            ranks_listed[order[i]] = ranks[i];
        }
    }
    for (size_t i = 0; i < report->option_count; i++) {
        append(&options, option_json(&report->options[i], ranks_listed[i]));
    }
    return options;
}

static json_t *lines_json(const struct report *report)
{
    json_t *lines = json_array();

    for (size_t i = 0; i < report->line_count; i++) {
        const struct report_line *line = &report->lines[i];
        const struct report_account *account = &line->account;

        append(&lines,
               json_pack("{s:s, s:i, s:s, s:s, s:s, s:I, s:I}", "programme", account->programme,
                         "fiscal_year", (int)account->fiscal_year, "funding_source",
                         report_source_name(account->funding_source), "stage", account->stage,
                         "stage_name", word_stage(account->stage), "balance_krw",
                         (json_int_t)line->balance_krw, "version", (json_int_t)line->version));
    }
    return lines;
}

static json_t *envelope_json(const struct report_envelope *envelope)
{
    return json_pack("{s:o, s:o, s:o}", "reserved_krw",
                     integer_if(envelope->was_reserved, envelope->reserved_krw), "released_krw",
                     integer_if(envelope->was_released, envelope->released_krw), "selected_krw",
                     integer_if(envelope->was_released, envelope->selected_krw));
}

static json_t *ballot_json(const struct report *report)
{
    const struct report_ballot *ballot = &report->ballot;
    char id[CRYPTO_UUID_TEXT_SIZE];
    char hash[2 * REPORT_HASH_SIZE + 1];

    crypto_uuid_format(ballot->ballot_id, id);
    crypto_hex(ballot->definition_hash, REPORT_HASH_SIZE, hash, sizeof hash);
    return json_pack("{s:s, s:s, s:s, s:I, s:b, s:i, s:s, s:I, s:s, s:s, s:s, s:o}", "ballot_id",
                     id, "title", ballot->title, "state", report_state_name(report->state),
                     "report_version", (json_int_t)report->report_version, "demonstration",
                     (int)ballot->demonstration, "budget_year", (int)ballot->budget_year,
                     "funding_source", report_source_name(ballot->funding_source), "budget_krw",
                     (json_int_t)ballot->budget_krw, "method", ballot->method, "rule", ballot->rule,
                     "definition_hash", hash, "window", window_json(ballot));
}

static json_t *ledger_root_json(const struct report_block *block)
{
    char root[2 * REPORT_HASH_SIZE + 1];
    char sealed[CLOCK_TEXT_SIZE];

    if (block->number == 0) {
        return json_null();
    }
    crypto_hex(block->root, REPORT_HASH_SIZE, root, sizeof root);
    clock_format(block->sealed_time_ms, sealed);
    return json_pack("{s:I, s:I, s:s, s:s}", "block", (json_int_t)block->number, "seq",
                     (json_int_t)block->last_seq, "root", root, "sealed_time", sealed);
}

json_t *report_json(const struct report *report)
{
    json_t *json = ballot_json(report);
    json_t *rest = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o}", "turnout", turnout_json(report),
        "result", result_json(report), "options", options_json(report), "envelope",
        envelope_json(&report->envelope), "lines", lines_json(report), "participation_seq",
        (json_int_t)report->participation_seq, "ledger_seq", (json_int_t)report->ledger_seq,
        "ledger_root", ledger_root_json(&report->block), "path", path_json(report, ""), "page",
        path_json(report, ".html"));

    if (!json || !rest || json_object_update(json, rest) != 0) {
        json_decref(json);
        json = NULL;
    }
    json_decref(rest);
    return json;
}

json_t *report_json_row(const struct report *report)
{
    const struct report_ballot *ballot = &report->ballot;
    char id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(ballot->ballot_id, id);
    return json_pack("{s:s, s:s, s:s, s:I, s:b, s:i, s:s, s:I, s:o, s:I, s:b, s:o, s:o, s:o}",
                     "ballot_id", id, "title", ballot->title, "state",
                     report_state_name(report->state), "report_version",
                     (json_int_t)report->report_version, "demonstration",
                     (int)ballot->demonstration, "budget_year", (int)ballot->budget_year,
                     "funding_source", report_source_name(ballot->funding_source), "budget_krw",
                     (json_int_t)ballot->budget_krw, "window", window_json(ballot), "voters",
                     (json_int_t)report_public_voters(report->state, report_voters(report)),
                     "rounded", report->state == REPORT_OPEN, "funded_krw",
                     integer_if(report->state == REPORT_CERTIFIED, report->tally.funded_krw),
                     "path", path_json(report, ""), "page", path_json(report, ".html"));
}
