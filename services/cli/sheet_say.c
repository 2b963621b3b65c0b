/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a sheet, for people and as JSON. Names of the file reach a
 * terminal without their control characters.
 */
#include "cli/sheet_file.h"

#include "cli/phrase.h"
#include "cli/text_width.h"
#include "ledger/domain/sheet_name.h"
#include "ledger/domain/sheet_words.h"

#include <inttypes.h>
#include <string.h>

enum { PERCENT_SIZE = 32 };

static void say_fault(const struct sheet_file *file, const struct sheet_fault *fault, FILE *output);
static void say_discrepancy(const struct sheet_file *file, const struct sheet_discrepancy *found,
                            FILE *output);
static void show_value(const struct sheet_discrepancy *found, int64_t value,
                       char ret_text[SHEET_NUMBER_SIZE]);
static json_t *text_or_null(const char *text);
static json_t *years(const struct sheet_file *file);
static bool year_is_new(const struct sheet *sheet, size_t figure);
static json_t *year_row(const struct sheet_file *file, int32_t year);
static bool amount_of(const struct sheet_file *file, enum sheet_kind kind, int32_t year,
                      int64_t *ret_amount);

void sheet_file_say(const struct sheet_file *file, FILE *output)
{
    size_t kept =
        file->sheet.fault_count < SHEET_FAULTS_MAX ? file->sheet.fault_count : SHEET_FAULTS_MAX;
    size_t i;

    if (!file->readable) {
        for (i = 0; i < kept; i++) {
            say_fault(file, &file->sheet.faults[i], output);
        }
        return;
    }
    for (i = 0; i < sheet_check_kept(&file->check); i++) {
        say_discrepancy(file, &file->check.discrepancies[i], output);
    }
}

json_t *sheet_file_fault(const struct sheet_file *file, size_t place)
{
    const struct sheet_fault *fault = &file->sheet.faults[place];

    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:s}", "file", file->path, "line",
                     fault->line > 0 ? json_integer((json_int_t)fault->line) : json_null(),
                     "column",
                     fault->column > 0 ? json_integer((json_int_t)fault->column) : json_null(),
                     "field", text_or_null(fault->field), "value", text_or_null(fault->value),
                     "severity", "error", "code", sheet_fault_code(fault->rule), "detail",
                     say(sheet_fault_korean(fault->rule), sheet_fault_english(fault->rule)));
}

json_t *sheet_file_discrepancy(const struct sheet_file *file, size_t place)
{
    const struct sheet *sheet = &file->sheet;
    const struct sheet_discrepancy *found = &file->check.discrepancies[place];
    const bool money = found->unit != SHEET_UNIT_NONE;
    char row[SHEET_NAME_SIZE];
    char column[SHEET_NAME_SIZE];
    char printed[SHEET_NUMBER_SIZE];
    char computed[SHEET_NUMBER_SIZE];
    char where[SHEET_FILE_PLACE_SIZE];
    json_t *value;

    sheet_row_name(sheet, found->row, row);
    sheet_column_name(sheet, found->row, found->column, column);
    sheet_file_place(sheet, &found->place, where);
    show_value(found, found->printed, printed);
    show_value(found, found->computed, computed);
    value = json_pack(
        "{s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:s, s:s, s:s}", "file", file->path, "line",
        (json_int_t)sheet->rows[found->row].line, "column_number", (json_int_t)found->column + 1,
        "table", text_or_null(sheet_table_name(sheet, found->row)), "row", text_or_null(row),
        "column", text_or_null(column), "place", text_or_null(where), "severity",
        sheet_severity_code(found->severity), "code", sheet_rule_code(found->rule), "detail",
        say(sheet_rule_korean(found->rule), sheet_rule_english(found->rule)));
    if (!value) {
        return NULL;
    }
    (void)json_object_set_new(value, "unit", text_or_null(sheet_unit_word(found->unit)));
    (void)json_object_set_new(value, "printed",
                              found->printed_given ? json_string(printed) : json_null());
    (void)json_object_set_new(value, "computed", json_string(computed));
    if (money) {
        (void)json_object_set_new(value, "printed_krw",
                                  found->printed_given ? json_integer((json_int_t)found->printed)
                                                       : json_null());
        (void)json_object_set_new(value, "computed_krw", json_integer((json_int_t)found->computed));
    }
    return value;
}

json_t *sheet_file_counts(const struct sheet_file *file)
{
    const struct sheet *sheet = &file->sheet;
    const size_t *counts = file->check.counts;
    size_t given = 0;
    size_t i;

    for (i = 0; i < sheet->figure_count; i++) {
        given += sheet->figures[i].state == SHEET_GIVEN ? 1 : 0;
    }
    return json_pack("{s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "file", file->path,
                     "encoding", file->encoding, "readable", (int)file->readable, "tables",
                     (json_int_t)sheet->table_count, "figures", (json_int_t)given, "errors",
                     (json_int_t)sheet->fault_count, "contradictions",
                     (json_int_t)(file->readable ? counts[SHEET_CONTRADICTION] : 0), "gaps",
                     (json_int_t)(file->readable ? counts[SHEET_GAP] : 0), "roundings",
                     (json_int_t)(file->readable ? counts[SHEET_ROUNDING] : 0), "years",
                     file->readable ? years(file) : json_array());
}

void sheet_file_place(const struct sheet *sheet, const struct sheet_place *place,
                      char ret_text[SHEET_FILE_PLACE_SIZE])
{
    char year[16];

    ret_text[0] = '\0';
    sheet_name_append(ret_text, SHEET_FILE_PLACE_SIZE, sheet_name_text(sheet, place->programme));
    sheet_name_append(ret_text, SHEET_FILE_PLACE_SIZE, sheet_name_text(sheet, place->item));
    if (place->year != 0) {
        (void)snprintf(year, sizeof year, "%" PRId32, place->year);
        sheet_name_append(ret_text, SHEET_FILE_PLACE_SIZE, year);
    }
    if (place->source != 0) {
        sheet_name_append(ret_text, SHEET_FILE_PLACE_SIZE,
                          funding_source_name_ko((enum funding_source)place->source));
    }
    if (place->kind != SHEET_KIND_NONE) {
        sheet_name_append(ret_text, SHEET_FILE_PLACE_SIZE, sheet_kind_name_ko(place->kind));
    }
}

static void say_fault(const struct sheet_file *file, const struct sheet_fault *fault, FILE *output)
{
    text_print(file->path, output);
    if (fault->line > 0) {
        (void)fprintf(output, ":%" PRIu32, fault->line);
    }
    if (fault->column > 0) {
        (void)fprintf(output, ":%" PRIu32, fault->column);
    }
    (void)fprintf(output, ": %s: ", say("오류", "error"));
    if (fault->field[0] != '\0') {
        text_print(fault->field, output);
        (void)fputs(": ", output);
    }
    (void)fputs(say(sheet_fault_korean(fault->rule), sheet_fault_english(fault->rule)), output);
    if (fault->value[0] != '\0') {
        (void)fputs(" (", output);
        text_print(fault->value, output);
        (void)fputs(")", output);
    }
    (void)fprintf(output, " [%s]\n", sheet_fault_code(fault->rule));
}

static void say_discrepancy(const struct sheet_file *file, const struct sheet_discrepancy *found,
                            FILE *output)
{
    const struct sheet *sheet = &file->sheet;
    const char *unit = sheet_unit_word(found->unit);
    char value[SHEET_NUMBER_SIZE];
    char name[SHEET_NAME_SIZE];

    text_print(file->path, output);
    (void)fprintf(
        output, ":%" PRIu32 ":%" PRIu32 ": %s: ", sheet->rows[found->row].line, found->column + 1,
        say(sheet_severity_korean(found->severity), sheet_severity_code(found->severity)));
    if (sheet_table_name(sheet, found->row)[0] != '\0') {
        text_print(sheet_table_name(sheet, found->row), output);
        (void)fputs(" / ", output);
    }
    sheet_row_name(sheet, found->row, name);
    text_print(name, output);
    (void)fputs(name[0] != '\0' ? " / " : "", output);
    sheet_column_name(sheet, found->row, found->column, name);
    text_print(name, output);
    (void)fprintf(output, ": %s (",
                  say(sheet_rule_korean(found->rule), sheet_rule_english(found->rule)));
    show_value(found, found->printed, value);
    (void)fprintf(output, say("적힌 값 %s%s", "printed %s%s"),
                  found->printed_given ? value : say("없음", "nothing"),
                  found->printed_given ? unit : "");
    show_value(found, found->computed, value);
    (void)fprintf(output, say(", 계산한 값 %s%s) [%s]\n", ", computed %s%s) [%s]\n"), value, unit,
                  sheet_rule_code(found->rule));
}

static void show_value(const struct sheet_discrepancy *found, int64_t value,
                       char ret_text[SHEET_NUMBER_SIZE])
{
    sheet_number_show(value, found->unit, ret_text);
}

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

/* All years together first, then each in the order in which the sheet has them. */
static json_t *years(const struct sheet_file *file)
{
    const struct sheet *sheet = &file->sheet;
    json_t *rows = json_array();
    size_t i;

    (void)json_array_append_new(rows, year_row(file, 0));
    for (i = 0; i < sheet->figure_count; i++) {
        if (sheet->figures[i].place.year != 0 && year_is_new(sheet, i)) {
            (void)json_array_append_new(rows, year_row(file, sheet->figures[i].place.year));
        }
    }
    return rows;
}

static bool year_is_new(const struct sheet *sheet, size_t figure)
{
    size_t i;

    for (i = 0; i < figure; i++) {
        if (sheet->figures[i].place.year == sheet->figures[figure].place.year) {
            return false;
        }
    }
    return true;
}

static json_t *year_row(const struct sheet_file *file, int32_t year)
{
    static const struct {
        enum sheet_kind kind;
        const char *name;
    } KINDS[] = {
        {SHEET_PLAN, "plan_krw"},         {SHEET_DEMAND, "demand_krw"},
        {SHEET_BUDGET, "budget_krw"},     {SHEET_SECURED, "secured_krw"},
        {SHEET_EXECUTED, "executed_krw"}, {SHEET_GRANTED, "granted_krw"},
        {SHEET_RETURNED, "returned_krw"},
    };

    static const struct {
        enum sheet_kind part;
        enum sheet_kind whole;
        const char *name;
    } RATES[] = {
        {SHEET_SECURED, SHEET_PLAN, "secured_of_plan_percent"},
        {SHEET_EXECUTED, SHEET_PLAN, "executed_of_plan_percent"},
        {SHEET_EXECUTED, SHEET_SECURED, "executed_of_secured_percent"},
    };

    json_t *row =
        json_pack("{s:o}", "fiscal_year", year != 0 ? json_integer((json_int_t)year) : json_null());
    char percent[PERCENT_SIZE];
    int64_t whole = 0;
    int64_t part = 0;
    int64_t permille = 0;
    size_t i;

    for (i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        const bool given = amount_of(file, KINDS[i].kind, year, &part);
        (void)json_object_set_new(row, KINDS[i].name,
                                  given ? json_integer((json_int_t)part) : json_null());
    }
    for (i = 0; i < sizeof RATES / sizeof RATES[0]; i++) {
        if (!amount_of(file, RATES[i].part, year, &part) ||
            !amount_of(file, RATES[i].whole, year, &whole) ||
            sheet_permille(part, whole, &permille)) {
            (void)json_object_set_new(row, RATES[i].name, json_null());
            continue;
        }
        (void)snprintf(percent, sizeof percent, "%" PRId64 ".%" PRId64, permille / 10,
                       permille % 10);
        (void)json_object_set_new(row, RATES[i].name, json_string(percent));
    }
    return row;
}

static bool amount_of(const struct sheet_file *file, enum sheet_kind kind, int32_t year,
                      int64_t *ret_amount)
{
    const struct sheet_place place = {.kind = kind, .year = year};

    return sheet_check_amount(&file->sheet, &file->check, &place, ret_amount) == ERR_OK;
}
