/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of each file stand in one table here, from which both the CSV
 * header and the descriptor are made. The column types are those of the
 * specification's budget taxonomy, which says of which type a column is, and
 * wants no label without its code: a sheet has names only, which are its codes.
 *
 * The profile is that of tabular packages, which version 1.0 of the specification
 * extends; the one called fiscal is of version 0.3, which had another model.
 */
#include "cli/sheet_package.h"

#include "cli/phrase.h"
#include "cli/process.h"
#include "ledger/domain/sheet_words.h"
#include "ledger/domain/sheet_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 4096, VALUE_SIZE = 32, FOLDER_MODE = 0777 };

static const char TAXONOMY[] = "https://specs.frictionlessdata.io/taxonomies/fiscal/budgets.json";

struct column {
    const char *name;
    const char *type;
    const char *column_type; /* NULL: none of the taxonomy */
    const char *title;
    const char *description;
};

static const struct column FIGURE_COLUMNS[] = {
    {"id", "string", "budget-line-id", "번호", "표, 줄, 열: where the figure is printed"},
    {"fiscal_year", "integer", "date:fiscal-year", "회계연도", "empty: a total over years"},
    {"funding_source", "string", "fin-source:generic:code", "재원", "empty: a total over sources"},
    {"funding_source_name", "string", "fin-source:generic:label", "재원 이름", ""},
    {"parent_programme", "string", "activity:generic:program:code", "상위 사업", ""},
    {"programme", "string", "activity:generic:subprogram:code", "사업",
     "empty: a total over programmes"},
    {"item", "string", "economic-classification:generic:code", "통계목",
     "empty: a total over items"},
    {"phase", "string", "phase:id", "단계", "plan, budget, secured, executed, …"},
    {"phase_name", "string", "phase:label", "단계 이름", ""},
    {"amount_krw", "number", "value", "금액(원)", "whole won; empty: the document gives none"},
    {"printed", "string", NULL, "적힌 금액", "as it is printed, in its unit"},
    {"unit", "string", NULL, "적힌 단위", ""},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct column DISCREPANCY_COLUMNS[] = {
    {"id", "string", "budget-line-id", "번호", "표, 줄, 열: where the printed value stands"},
    {"table", "string", NULL, "표", ""},
    {"place", "string", NULL, "금액의 자리", "programme, item, year, source, phase"},
    {"severity", "string", NULL, "정도", "contradiction, gap or rounding"},
    {"code", "string", NULL, "규칙", "the rule that is broken"},
    {"printed", "string", NULL, "적힌 값", "empty: nothing is printed"},
    {"computed", "string", NULL, "계산한 값", ""},
    {"unit", "string", NULL, "단위", "empty: plain numbers"},
    {NULL, NULL, NULL, NULL, NULL},
};

static FILE *open_file(const char *folder, const char *name);
static enum err close_file(FILE *output, const char *folder, enum err err);
static void put(void *context, const char *bytes, size_t length);
static void put_cell(FILE *output, const char *text, bool last);
static void put_header(FILE *output, const struct column *columns);
static enum err write_figures(const struct sheet_file *file, const char *folder);
static void put_figure(const struct sheet *sheet, const struct sheet_figure *figure, FILE *output);
static enum err write_discrepancies(const struct sheet_file *file, const char *folder);
static enum err write_descriptor(const struct sheet_file *file, const char *folder);
static json_t *descriptor(const struct sheet_file *file);
static json_t *resource(const char *name, const char *title, const struct column *columns,
                        bool fiscal);

enum err sheet_package_write(const struct sheet_file *file, const char *folder)
{
    enum err err;

    if (mkdir(folder, FOLDER_MODE) != 0) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", folder, process_error());
        return ERR_INVALID;
    }
    err = write_figures(file, folder);
    if (!err) {
        err = write_discrepancies(file, folder);
    }
    return err ? err : write_descriptor(file, folder);
}

static FILE *open_file(const char *folder, const char *name)
{
    char path[PATH_SIZE];
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *output = length > 0 && length < PATH_SIZE ? fopen(path, "wb") : NULL;

    if (output == NULL) {
        (void)fprintf(stderr, "hyeopchi: %s/%s: %s\n", folder, name, process_error());
    }
    return output;
}

/* What was not written out must not pass for written. */
static enum err close_file(FILE *output, const char *folder, enum err err)
{
    const bool failed = ferror(output) != 0;

    if (fclose(output) != 0 || failed) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", folder, process_error());
        return ERR_INVALID;
    }
    return err;
}

static void put(void *context, const char *bytes, size_t length)
{
    (void)fwrite(bytes, 1, length, context); /* closing looks at ferror */
}

static void put_cell(FILE *output, const char *text, bool last)
{
    sheet_write_text(text, put, output);
    (void)fputs(last ? "\r\n" : ",", output);
}

static void put_header(FILE *output, const struct column *columns)
{
    size_t i;

    for (i = 0; columns[i].name != NULL; i++) {
        put_cell(output, columns[i].name, columns[i + 1].name == NULL);
    }
}

/* Every amount of money that has a place, the missing ones too: a gap is data. */
static enum err write_figures(const struct sheet_file *file, const char *folder)
{
    FILE *output = open_file(folder, "figures.csv");
    size_t i;

    if (output == NULL) {
        return ERR_INVALID;
    }
    put_header(output, FIGURE_COLUMNS);
    for (i = 0; i < file->sheet.figure_count; i++) {
        if (file->sheet.figures[i].place.kind != SHEET_COUNT) {
            put_figure(&file->sheet, &file->sheet.figures[i], output);
        }
    }
    return close_file(output, folder, ERR_OK);
}

static void put_id(const struct sheet *sheet, uint32_t row, uint32_t column, FILE *output)
{
    (void)fprintf(output, "%" PRId32 ".%" PRIu32 ".%" PRIu32 ",", sheet->rows[row].table + 1,
                  sheet->rows[row].line, column + 1);
}

static void put_figure(const struct sheet *sheet, const struct sheet_figure *figure, FILE *output)
{
    const struct sheet_place *place = &figure->place;
    const enum funding_source source = (enum funding_source)place->source;
    char number[SHEET_NUMBER_SIZE];
    char value[VALUE_SIZE] = "";

    put_id(sheet, figure->row, figure->column, output);
    if (place->year != 0) {
        (void)snprintf(value, sizeof value, "%" PRId32, place->year);
    }
    put_cell(output, value, false);
    put_cell(output, place->source != 0 ? funding_source_code(source) : "", false);
    put_cell(output, place->source != 0 ? funding_source_name_ko(source) : "", false);
    put_cell(output, sheet_name_text(sheet, sheet->names[place->programme].parent), false);
    put_cell(output, sheet_name_text(sheet, place->programme), false);
    put_cell(output, sheet_name_text(sheet, place->item), false);
    put_cell(output, sheet_kind_code(place->kind), false);
    put_cell(output, sheet_kind_name_ko(place->kind), false);
    value[0] = '\0';
    if (figure->state == SHEET_GIVEN) {
        (void)snprintf(value, sizeof value, "%" PRId64, figure->amount);
    }
    put_cell(output, value, false);
    put_cell(output, sheet_write_cell(sheet, figure->row, figure->column, number), false);
    put_cell(output, sheet_unit_word(sheet_figure_unit(sheet, figure)), true);
}

static enum err write_discrepancies(const struct sheet_file *file, const char *folder)
{
    const struct sheet *sheet = &file->sheet;
    FILE *output = open_file(folder, "discrepancies.csv");
    char where[SHEET_FILE_PLACE_SIZE];
    char number[SHEET_NUMBER_SIZE];
    size_t i;

    if (output == NULL) {
        return ERR_INVALID;
    }
    put_header(output, DISCREPANCY_COLUMNS);
    for (i = 0; i < sheet_check_kept(&file->check); i++) {
        const struct sheet_discrepancy *found = &file->check.discrepancies[i];
        const struct sheet_table *table = &sheet->tables[sheet->rows[found->row].table];

        put_id(sheet, found->row, found->column, output);
        put_cell(output, sheet_text(sheet, table->title), false);
        sheet_file_place(sheet, &found->place, where);
        put_cell(output, where, false);
        put_cell(output, sheet_severity_code(found->severity), false);
        put_cell(output, sheet_rule_code(found->rule), false);
        sheet_number_show(found->printed, found->unit, number);
        put_cell(output, found->printed_given ? number : "", false);
        sheet_number_show(found->computed, found->unit, number);
        put_cell(output, number, false);
        put_cell(output, sheet_unit_word(found->unit), true);
    }
    return close_file(output, folder, ERR_OK);
}

static enum err write_descriptor(const struct sheet_file *file, const char *folder)
{
    FILE *output = open_file(folder, "datapackage.json");
    json_t *value = descriptor(file);
    char *text = value != NULL ? json_dumps(value, JSON_INDENT(2)) : NULL;
    enum err err = text != NULL ? ERR_OK : ERR_FULL;

    json_decref(value);
    if (text == NULL) {
        (void)fprintf(stderr, "hyeopchi: %s\n", say("메모리가 모자랍니다", "out of memory"));
    }
    if (output != NULL) {
        (void)fprintf(output, "%s\n", text != NULL ? text : ""); /* closing looks at ferror */
        err = close_file(output, folder, err);
    }
    free(text);
    return output != NULL ? err : ERR_INVALID;
}

static json_t *descriptor(const struct sheet_file *file)
{
    const struct sheet *sheet = &file->sheet;
    const char *title = sheet_text(sheet, sheet->document);

    if (title[0] == '\0') {
        title = sheet_text(sheet, sheet->tables[0].title);
    }
    return json_pack("{s:s, s:[s], s:s, s:s, s:s, s:[o, o]}", "profile", "tabular-data-package",
                     "columnTypes", TAXONOMY, "name", "budget-sheet", "title",
                     title[0] != '\0' ? title : "예산표", "countryCode", "KR", "resources",
                     resource("figures", "예산표의 금액", FIGURE_COLUMNS, true),
                     resource("discrepancies", "맞지 않는 금액", DISCREPANCY_COLUMNS, false));
}

static json_t *resource(const char *name, const char *title, const struct column *columns,
                        bool fiscal)
{
    json_t *fields = json_array();
    json_t *schema = NULL;
    char path[VALUE_SIZE];
    size_t i;

    (void)snprintf(path, sizeof path, "%s.csv", name);
    for (i = 0; columns[i].name != NULL; i++) {
        json_t *field = json_pack("{s:s, s:s, s:s}", "name", columns[i].name, "type",
                                  columns[i].type, "title", columns[i].title);

        if (columns[i].column_type != NULL) {
            (void)json_object_set_new(field, "columnType", json_string(columns[i].column_type));
        }
        if (columns[i].description[0] != '\0') {
            (void)json_object_set_new(field, "description", json_string(columns[i].description));
        }
        (void)json_array_append_new(fields, field);
    }
    schema = json_pack("{s:o, s:[s]}", "fields", fields, "missingValues", "");
    if (fiscal) {
        (void)json_object_set_new(schema, "primaryKey", json_string(columns[0].name));
        (void)json_object_set_new(schema, "extraFields",
                                  json_pack("[{s:s, s:s, s:s, s:s}, {s:s, s:s, s:s, s:s}]", "name",
                                            "currency", "type", "string", "columnType",
                                            "value-currency:code", "constant", "KRW", "name",
                                            "direction", "type", "string", "columnType",
                                            "direction", "constant", "expenditure"));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "name", name, "title", title,
                     "path", path, "profile", "tabular-data-resource", "format", "csv", "mediatype",
                     "text/csv", "encoding", "utf-8", "schema", schema);
}
