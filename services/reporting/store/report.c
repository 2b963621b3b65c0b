/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements of report.h. Every table is named with its schema: what is
 * shown is never what a check computes.
 */
#include "reporting/store/report.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char SET_SNAPSHOT[] = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

enum err store_snapshot(struct db *db)
{
    return db_exec(db, SET_SNAPSHOT, NULL, 0);
}

/* False when the column is longer than its place, which the writes of model.c rule out. */
static bool read_text(const struct db_rows *rows, int64_t row, int column, char *ret_text,
                      size_t size)
{
    const char *text = db_rows_text(rows, row, column);
    size_t length = strlen(text);

    if (length >= size) {
        return false;
    }
    memcpy(ret_text, text, length + 1);
    return true;
}

static enum report_source read_source(const struct db_rows *rows, int64_t row, int column)
{
    const char *name = db_rows_text(rows, row, column);

    for (int source = REPORT_SOURCE_NATIONAL; source < REPORT_SOURCE_OTHER; source++) {
        if (strcmp(name, report_source_name((enum report_source)source)) == 0) {
            return (enum report_source)source;
        }
    }
    return REPORT_SOURCE_OTHER; /* the table allows no fifth */
}

/* What is not there reads as 0. */
static int64_t read_int64(const struct db_rows *rows, int64_t row, int column)
{
    return db_rows_is_null(rows, row, column) ? 0 : db_rows_int64(rows, row, column);
}

static const char LIST_REPORTS[] =
    "SELECT b.ballot_id, b.title, b.budget_year, b.funding_source, b.budget_krw,"
    " b.opens_time_ms, coalesce(x.closes_time_ms, b.closes_time_ms), b.definition_hash, b.method, "
    "b.rule, b.demonstration,"
    " u.batch_no, u.voters,"
    " c.closed_time_ms, c.voters, c.revisions, c.days,"
    " y.certified_time_ms, y.funded_krw, y.voters, y.selections,"
    " e.reserved_krw, e.released_krw, e.selected_krw,"
    " p.report_version, p.participation_seq, p.ledger_seq, coalesce(x.reason, ''), y.voids,"
    " y.resident_weight, y.jury_weight, coalesce(y.channel_weights, '')"
    " FROM reporting.ballot AS b"
    " LEFT JOIN reporting.turnout AS u ON u.district = b.district AND u.ballot_id = b.ballot_id"
    " LEFT JOIN reporting.closing AS c ON c.district = b.district AND c.ballot_id = b.ballot_id"
    " LEFT JOIN reporting.tally AS y ON y.district = b.district AND y.ballot_id = b.ballot_id"
    " LEFT JOIN reporting.envelope AS e ON e.district = b.district AND e.ballot_id = b.ballot_id"
    " LEFT JOIN reporting.publication AS p"
    " ON p.district = b.district AND p.ballot_id = b.ballot_id"
    " LEFT JOIN LATERAL ("
    "SELECT n.closes_time_ms, n.reason FROM reporting.ballot_extension AS n"
    " WHERE n.district = b.district AND n.ballot_id = b.ballot_id"
    " ORDER BY n.extension_no DESC LIMIT 1) AS x ON TRUE"
    " WHERE b.district = $1 AND b.ballot_id >= $2 AND b.ballot_id <= $3"
    " ORDER BY b.ballot_id DESC LIMIT $4";

/* Columns of LIST_REPORTS by their place. */
enum {
    REPORT_BALLOT_ID,
    REPORT_TITLE,
    REPORT_BUDGET_YEAR,
    REPORT_FUNDING_SOURCE,
    REPORT_BUDGET,
    REPORT_OPENS,
    REPORT_CLOSES,
    REPORT_DEFINITION_HASH,
    REPORT_METHOD,
    REPORT_RULE,
    REPORT_DEMONSTRATION,
    REPORT_BATCH_NO,
    REPORT_TURNOUT,
    REPORT_CLOSED_TIME,
    REPORT_CLOSED_VOTERS,
    REPORT_REVISIONS,
    REPORT_DAYS,
    REPORT_CERTIFIED_TIME,
    REPORT_FUNDED,
    REPORT_COUNTED,
    REPORT_SELECTIONS,
    REPORT_RESERVED,
    REPORT_RELEASED,
    REPORT_SELECTED,
    REPORT_VERSION,
    REPORT_PARTICIPATION_SEQ,
    REPORT_LEDGER_SEQ,
    REPORT_EXTENSION_REASON,
    REPORT_VOIDS,
    REPORT_RESIDENT_WEIGHT,
    REPORT_JURY_WEIGHT,
    REPORT_CHANNEL_WEIGHTS,
};

static bool read_ballot(const struct db_rows *rows, int64_t row, struct report_ballot *ballot)
{
    ballot->budget_year = (int32_t)db_rows_int64(rows, row, REPORT_BUDGET_YEAR);
    ballot->funding_source = read_source(rows, row, REPORT_FUNDING_SOURCE);
    ballot->budget_krw = db_rows_int64(rows, row, REPORT_BUDGET);
    ballot->opens_time_ms = db_rows_int64(rows, row, REPORT_OPENS);
    ballot->closes_time_ms = db_rows_int64(rows, row, REPORT_CLOSES);
    ballot->demonstration = db_rows_bool(rows, row, REPORT_DEMONSTRATION);
    return db_rows_fixed(rows, row, REPORT_BALLOT_ID, ballot->ballot_id, REPORT_ID_SIZE) ==
               ERR_OK &&
           db_rows_fixed(rows, row, REPORT_DEFINITION_HASH, ballot->definition_hash,
                         REPORT_HASH_SIZE) == ERR_OK &&
           read_text(rows, row, REPORT_TITLE, ballot->title, sizeof ballot->title) &&
           read_text(rows, row, REPORT_METHOD, ballot->method, sizeof ballot->method) &&
           read_text(rows, row, REPORT_RULE, ballot->rule, sizeof ballot->rule) &&
           read_text(rows, row, REPORT_EXTENSION_REASON, ballot->extension_reason,
                     sizeof ballot->extension_reason);
}

static bool read_report(const struct db_rows *rows, int64_t row, struct report *report)
{
    bool closed = !db_rows_is_null(rows, row, REPORT_CLOSED_TIME);
    bool certified = !db_rows_is_null(rows, row, REPORT_CERTIFIED_TIME);

    *report = (struct report){.state = report_state(true, closed, certified)};
    report->turnout.batch_no = read_int64(rows, row, REPORT_BATCH_NO);
    report->turnout.voters = read_int64(rows, row, REPORT_TURNOUT);
    report->was_closed = closed;
    report->closing.closed_time_ms = read_int64(rows, row, REPORT_CLOSED_TIME);
    report->closing.voters = read_int64(rows, row, REPORT_CLOSED_VOTERS);
    report->closing.revisions = read_int64(rows, row, REPORT_REVISIONS);
    report->closing.days = (int32_t)read_int64(rows, row, REPORT_DAYS);
    report->tally.certified_time_ms = read_int64(rows, row, REPORT_CERTIFIED_TIME);
    report->tally.funded_krw = read_int64(rows, row, REPORT_FUNDED);
    report->tally.voters = read_int64(rows, row, REPORT_COUNTED);
    report->tally.selections = read_int64(rows, row, REPORT_SELECTIONS);
    report->tally.voids = read_int64(rows, row, REPORT_VOIDS);
    report->tally.resident_weight = (int32_t)read_int64(rows, row, REPORT_RESIDENT_WEIGHT);
    report->tally.jury_weight = (int32_t)read_int64(rows, row, REPORT_JURY_WEIGHT);
    report->envelope.was_reserved = !db_rows_is_null(rows, row, REPORT_RESERVED);
    report->envelope.reserved_krw = read_int64(rows, row, REPORT_RESERVED);
    report->envelope.was_released = !db_rows_is_null(rows, row, REPORT_RELEASED);
    report->envelope.released_krw = read_int64(rows, row, REPORT_RELEASED);
    report->envelope.selected_krw = read_int64(rows, row, REPORT_SELECTED);
    report->report_version = read_int64(rows, row, REPORT_VERSION);
    report->participation_seq = read_int64(rows, row, REPORT_PARTICIPATION_SEQ);
    report->ledger_seq = read_int64(rows, row, REPORT_LEDGER_SEQ);
    return read_ballot(rows, row, &report->ballot) &&
           read_text(rows, row, REPORT_CHANNEL_WEIGHTS, report->tally.channel_weights,
                     sizeof report->tally.channel_weights);
}

enum err store_report_list(struct db *db, const struct store_range *range,
                           struct report *ret_reports, size_t *ret_count)
{
    const struct db_param params[] = {
        db_text(range->district),
        db_uuid(range->low),
        db_uuid(range->high),
        db_int64(range->limit),
    };
    struct db_rows *rows = NULL;
    enum err err;
    size_t count = 0;

    assert(range->limit <= STORE_REPORT_MAX);
    err = db_query(db, LIST_REPORTS, params, DB_COUNT(params), &rows);
    if (err) {
        return err;
    }
    count = (size_t)db_rows_count(rows);
    for (size_t i = 0; !err && i < count; i++) {
        err = read_report(rows, (int64_t)i, &ret_reports[i]) ? ERR_OK : ERR_INTERNAL;
    }
    db_rows_release(rows);
    *ret_count = err ? 0 : count;
    return err;
}

static const char LIST_OPTIONS[] =
    "SELECT o.number, o.option_id, o.name, o.cost_krw, o.area, o.field, o.programme,"
    " r.score, r.funded, r.reason, r.exclusion_reason"
    " FROM reporting.ballot_option AS o"
    " LEFT JOIN reporting.option_result AS r"
    " ON r.district = o.district AND r.ballot_id = o.ballot_id AND r.option_id = o.option_id"
    " WHERE o.district = $1 AND o.ballot_id = $2"
    " ORDER BY o.number LIMIT $3";

static bool read_option(const struct db_rows *rows, int64_t row, struct report_option *option)
{
    option->number = (int32_t)db_rows_int64(rows, row, 0);
    option->cost_krw = db_rows_int64(rows, row, 3);
    option->has_result = !db_rows_is_null(rows, row, 7);
    if (option->has_result) {
        option->score = db_rows_int64(rows, row, 7);
        option->funded = db_rows_bool(rows, row, 8);
    }
    return read_text(rows, row, 1, option->option_id, sizeof option->option_id) &&
           read_text(rows, row, 2, option->name, sizeof option->name) &&
           read_text(rows, row, 4, option->area, sizeof option->area) &&
           read_text(rows, row, 5, option->field, sizeof option->field) &&
           read_text(rows, row, 6, option->programme, sizeof option->programme) &&
           (!option->has_result ||
            (read_text(rows, row, 9, option->reason, sizeof option->reason) &&
             read_text(rows, row, 10, option->exclusion_reason, sizeof option->exclusion_reason)));
}

static enum err list_options(struct db *db, const struct store_key *key, struct report *report)
{
    const struct db_param params[] = {
        db_text(key->district),
        db_uuid(key->ballot_id),
        db_int64(REPORT_OPTION_MAX),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, LIST_OPTIONS, params, DB_COUNT(params), &rows);

    if (err) {
        return err;
    }
    report->option_count = (size_t)db_rows_count(rows);
    report->options = calloc(report->option_count + 1, sizeof *report->options);
    err = report->options ? ERR_OK : ERR_UNAVAILABLE;
    for (size_t i = 0; !err && i < report->option_count; i++) {
        err = read_option(rows, (int64_t)i, &report->options[i]) ? ERR_OK : ERR_INTERNAL;
    }
    db_rows_release(rows);
    return err;
}

static const char LIST_CELLS[] =
    "SELECT dimension, place, name, voters FROM reporting.turnout_cell"
    " WHERE district = $1 AND ballot_id = $2"
    " ORDER BY dimension, place LIMIT $3";

static bool read_cell(const struct db_rows *rows, int64_t row, struct report_cell *cell)
{
    cell->place = (int32_t)db_rows_int64(rows, row, 1);
    cell->suppressed = db_rows_is_null(rows, row, 3);
    cell->voters = read_int64(rows, row, 3);
    return read_text(rows, row, 0, cell->dimension, sizeof cell->dimension) &&
           read_text(rows, row, 2, cell->name, sizeof cell->name);
}

static enum err list_cells(struct db *db, const struct store_key *key, struct report *report)
{
    const struct db_param params[] = {
        db_text(key->district),
        db_uuid(key->ballot_id),
        db_int64(REPORT_CELL_MAX),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, LIST_CELLS, params, DB_COUNT(params), &rows);

    if (err) {
        return err;
    }
    report->cell_count = (size_t)db_rows_count(rows);
    report->cells = calloc(report->cell_count + 1, sizeof *report->cells);
    err = report->cells ? ERR_OK : ERR_UNAVAILABLE;
    for (size_t i = 0; !err && i < report->cell_count; i++) {
        err = read_cell(rows, (int64_t)i, &report->cells[i]) ? ERR_OK : ERR_INTERNAL;
    }
    db_rows_release(rows);
    return err;
}

/* Lines that entries named the ballot for, and lines of its programmes in its budget year. */
static const char LIST_LINES[] =
    "SELECT l.fiscal_year, l.programme, l.funding_source, l.stage, l.balance_krw, l.version"
    " FROM reporting.ballot_line AS k"
    " INNER JOIN reporting.budget_line AS l ON l.district = k.district"
    " AND l.fiscal_year = k.fiscal_year AND l.programme = k.programme"
    " AND l.funding_source = k.funding_source"
    " WHERE k.district = $1 AND k.ballot_id = $2"
    " UNION"
    " SELECT l.fiscal_year, l.programme, l.funding_source, l.stage, l.balance_krw, l.version"
    " FROM reporting.ballot_option AS o"
    " INNER JOIN reporting.budget_line AS l ON l.district = o.district"
    " AND l.fiscal_year = $3 AND l.programme = o.programme"
    " WHERE o.district = $1 AND o.ballot_id = $2"
    " ORDER BY fiscal_year, programme, funding_source, stage LIMIT $4";

static bool read_line(const struct db_rows *rows, int64_t row, struct report_line *line)
{
    line->account.fiscal_year = (int32_t)db_rows_int64(rows, row, 0);
    line->account.funding_source = read_source(rows, row, 2);
    line->balance_krw = db_rows_int64(rows, row, 4);
    line->version = db_rows_int64(rows, row, 5);
    return read_text(rows, row, 1, line->account.programme, sizeof line->account.programme) &&
           read_text(rows, row, 3, line->account.stage, sizeof line->account.stage);
}

static enum err list_lines(struct db *db, const struct store_key *key, struct report *report)
{
    const struct db_param params[] = {
        db_text(key->district),
        db_uuid(key->ballot_id),
        db_int32(report->ballot.budget_year),
        db_int64(REPORT_LINE_MAX),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, LIST_LINES, params, DB_COUNT(params), &rows);

    if (err) {
        return err;
    }
    report->line_count = (size_t)db_rows_count(rows);
    report->lines = calloc(report->line_count + 1, sizeof *report->lines);
    err = report->lines ? ERR_OK : ERR_UNAVAILABLE;
    for (size_t i = 0; !err && i < report->line_count; i++) {
        err = read_line(rows, (int64_t)i, &report->lines[i]) ? ERR_OK : ERR_INTERNAL;
    }
    db_rows_release(rows);
    return err;
}

static const char READ_BLOCK[] =
    "SELECT number, last_seq, root, sealed_time_ms FROM reporting.ledger_block"
    " WHERE district = $1 ORDER BY number DESC LIMIT 1";

static enum err read_block(struct db *db, const char *district, struct report_block *ret_block)
{
    const struct db_param params[] = {db_text(district)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, READ_BLOCK, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 1) {
        struct report_block block = {
            .number = db_rows_int64(rows, 0, 0),
            .last_seq = db_rows_int64(rows, 0, 1),
            .sealed_time_ms = db_rows_int64(rows, 0, 3),
        };
        err = db_rows_fixed(rows, 0, 2, block.root, sizeof block.root);
        *ret_block = block;
    }
    db_rows_release(rows);
    return err;
}

enum err store_report_read(struct db *db, const struct store_key *key, struct report *ret_report)
{
    struct store_range range = {.district = key->district, .limit = 1};
    struct report report = {.state = REPORT_MISSING};
    size_t count = 0;
    enum err err;

    memcpy(range.low, key->ballot_id, REPORT_ID_SIZE);
    memcpy(range.high, key->ballot_id, REPORT_ID_SIZE);
    err = store_report_list(db, &range, &report, &count);
    if (!err && count == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        err = list_options(db, key, &report);
    }
    if (!err) {
        err = list_cells(db, key, &report);
    }
    if (!err) {
        err = list_lines(db, key, &report);
    }
    if (!err) {
        err = read_block(db, key->district, &report.block);
    }
    if (err) {
        report_release(&report);
        return err;
    }
    *ret_report = report;
    return ERR_OK;
}

static const char NOTE_PUBLICATION[] =
    "INSERT INTO reporting.publication AS p"
    " (district, ballot_id, report_version, participation_seq, ledger_seq)"
    " VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (district, ballot_id) DO UPDATE"
    " SET report_version = p.report_version + excluded.report_version,"
    " participation_seq = greatest(p.participation_seq, excluded.participation_seq),"
    " ledger_seq = greatest(p.ledger_seq, excluded.ledger_seq)";

enum err store_publication_note(struct db *db, const struct store_key *key,
                                const struct store_publication *publication)
{
    const struct db_param params[] = {
        db_text(key->district),
        db_uuid(key->ballot_id),
        db_int64(publication->versions),
        db_int64(publication->participation_seq),
        db_int64(publication->ledger_seq),
    };

    return db_exec(db, NOTE_PUBLICATION, params, DB_COUNT(params));
}
