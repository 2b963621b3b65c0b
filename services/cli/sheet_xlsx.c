/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workbooks hold numbers in floating point, which is the format's and not ours:
 * a figure of at most fifteen digits comes out of it as it went in, and one of
 * more is written as text. The amount itself is never computed with here.
 */
#include "cli/sheet_xlsx.h"

#include "cli/phrase.h"
#include "ledger/domain/sheet_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xlsxwriter.h>

enum { FORMATS_MAX = 64, PATTERN_SIZE = 128, NAME_WIDTH = 34, COLUMN_WIDTH = 14 };

/* Whole units and decimals together; more is not kept by the format. */
static const int64_t EXACT_MAX = INT64_C(999999999999999);

/* A workbook under way, and the formats of numbers that were made for it. */
struct book {
    const struct sheet_file *file;
    lxw_workbook *workbook;
    lxw_format *formats[FORMATS_MAX];
    char patterns[FORMATS_MAX][PATTERN_SIZE];
    size_t format_count;
    lxw_format *bold;
    lxw_error error; /* the first */
};

static void keep_error(struct book *book, lxw_error error);
static void write_tables(struct book *book, lxw_worksheet *worksheet);
static void write_cell(struct book *book, lxw_worksheet *worksheet, uint32_t row, uint32_t column);
static bool write_figure(struct book *book, lxw_worksheet *worksheet,
                         const struct sheet_figure *figure);
static void make_pattern(const struct sheet_print *print, char ret_pattern[PATTERN_SIZE]);
static lxw_format *find_format(struct book *book, const char *pattern);
static void write_discrepancies(struct book *book, lxw_worksheet *worksheet);

enum err sheet_xlsx_write(const struct sheet_file *file, const char *path)
{
    struct book book = {.file = file, .workbook = workbook_new(path), .error = LXW_NO_ERROR};
    lxw_worksheet *tables;
    lxw_worksheet *discrepancies;
    lxw_error error;

    if (!book.workbook) {
        (void)fprintf(stderr, "hyeopchi: %s\n", say("메모리가 모자랍니다", "out of memory"));
        return ERR_INVALID;
    }
    tables = workbook_add_worksheet(book.workbook, "예산표");
    discrepancies = workbook_add_worksheet(book.workbook, "맞지 않는 금액");
    book.bold = workbook_add_format(book.workbook);
    if (tables && discrepancies && book.bold) {
        format_set_bold(book.bold);
        write_tables(&book, tables);
        write_discrepancies(&book, discrepancies);
    } else {
        book.error = LXW_ERROR_MEMORY_MALLOC_FAILED;
    }
    error = workbook_close(book.workbook); /* frees it, whatever happens */
    keep_error(&book, error);
    if (book.error != LXW_NO_ERROR) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, lxw_strerror(book.error));
        return ERR_INVALID;
    }
    return ERR_OK;
}

static void keep_error(struct book *book, lxw_error error)
{
    if (book->error == LXW_NO_ERROR) {
        book->error = error;
    }
}

static void write_tables(struct book *book, lxw_worksheet *worksheet)
{
    const struct sheet *sheet = &book->file->sheet;
    const uint32_t rows = sheet_write_rows(sheet);
    uint32_t row;
    uint32_t column;

    keep_error(book, worksheet_set_column(worksheet, 0, 0, NAME_WIDTH, NULL));
    keep_error(book, worksheet_set_column(worksheet, 1, SHEET_COLUMNS_MAX - 1, COLUMN_WIDTH, NULL));
    for (row = 0; row < rows; row++) {
        for (column = 0; column < sheet_write_width(sheet, row); column++) {
            write_cell(book, worksheet, row, column);
        }
    }
}

static void write_cell(struct book *book, lxw_worksheet *worksheet, uint32_t row, uint32_t column)
{
    const struct sheet *sheet = &book->file->sheet;
    const struct sheet_row *at = &sheet->rows[row];
    lxw_format *format = at->role == SHEET_HEADER || at->role == SHEET_TITLE ? book->bold : NULL;
    char number[SHEET_NUMBER_SIZE];
    const char *text;

    if (column < at->count && sheet->cells[at->cell + column].figure != 0 &&
        write_figure(book, worksheet,
                     &sheet->figures[sheet->cells[at->cell + column].figure - 1])) {
        return;
    }
    text = sheet_write_cell(sheet, row, column, number);
    if (text[0] != '\0') {
        keep_error(book, worksheet_write_string(worksheet, row, (lxw_col_t)column, text, format));
    }
}

/* False when it is no number, or one with more digits than the format keeps. */
static bool write_figure(struct book *book, lxw_worksheet *worksheet,
                         const struct sheet_figure *figure)
{
    const enum sheet_unit unit = sheet_figure_unit(&book->file->sheet, figure);
    const bool given = figure->state == SHEET_GIVEN;
    const int64_t digits = given ? figure->amount / figure->step : 0;
    const int64_t digits_of_one = given ? sheet_unit_krw(unit) / figure->step : 1;
    char pattern[PATTERN_SIZE];
    lxw_format *format;

    if (!given || digits > EXACT_MAX || digits < -EXACT_MAX) {
        return false;
    }
    make_pattern(&figure->print, pattern);
    format = find_format(book, pattern);
    if (!format) {
        return false;
    }
    /* Two exact numbers: their quotient is the nearest there is to what was printed. */
    keep_error(book, worksheet_write_number(worksheet, figure->row, (lxw_col_t)figure->column,
                                            (double)digits / (double)digits_of_one, format));
    return true;
}

/* #,##0.0"백만원";△#,##0.0"백만원": how the figure is shown, which is how it was printed. */
static void make_pattern(const struct sheet_print *print, char ret_pattern[PATTERN_SIZE])
{
    static const char *const SIGNS[] = {
        [SHEET_PLUS] = "-",
        [SHEET_MINUS] = "-",
        [SHEET_TRIANGLE] = "\"△\"",
        [SHEET_BLACK_TRIANGLE] = "\"▲\"",
    };
    static const char ZEROS[] = "00000000";
    const char *unit = sheet_unit_word(print->unit);
    const char *quote = unit[0] != '\0' ? "\"" : "";
    char plain[PATTERN_SIZE / 3];

    (void)snprintf(plain, sizeof plain, "%s%s%.*s%s%s%s", print->grouped ? "#,##0" : "0",
                   print->decimals > 0 ? "." : "", (int)print->decimals, ZEROS, quote, unit, quote);
    (void)snprintf(ret_pattern, PATTERN_SIZE, "%s;%s%s", plain, SIGNS[print->sign], plain);
}

/* The format of that pattern; NULL when there are too many, or no memory. */
static lxw_format *find_format(struct book *book, const char *pattern)
{
    size_t i;

    for (i = 0; i < book->format_count; i++) {
        if (strcmp(book->patterns[i], pattern) == 0) {
            return book->formats[i];
        }
    }
    if (book->format_count == FORMATS_MAX) {
        return NULL;
    }
    lxw_format *format = workbook_add_format(book->workbook);
    if (format) {
        format_set_num_format(format, pattern);
        (void)snprintf(book->patterns[book->format_count], PATTERN_SIZE, "%s", pattern);
        book->formats[book->format_count] = format;
        book->format_count++;
    }
    return format;
}

static void write_discrepancies(struct book *book, lxw_worksheet *worksheet)
{
    enum { COLUMN_COUNT = 8 };

    static const char *const NAMES[COLUMN_COUNT] = {"행",      "열",        "정도", "금액의 자리",
                                                    "적힌 값", "계산한 값", "단위", "맞지 않는 점"};
    const struct sheet *sheet = &book->file->sheet;
    char where[SHEET_FILE_PLACE_SIZE];
    char printed[SHEET_NUMBER_SIZE];
    char computed[SHEET_NUMBER_SIZE];
    char line[SHEET_NUMBER_SIZE];
    char column[SHEET_NUMBER_SIZE];
    size_t i;
    size_t k;

    for (k = 0; k < COLUMN_COUNT; k++) {
        keep_error(book, worksheet_write_string(worksheet, 0, (lxw_col_t)k, NAMES[k], book->bold));
    }
    for (i = 0; i < sheet_check_kept(&book->file->check); i++) {
        const struct sheet_discrepancy *found = &book->file->check.discrepancies[i];

        (void)snprintf(line, sizeof line, "%" PRIu32, sheet->rows[found->row].line);
        (void)snprintf(column, sizeof column, "%" PRIu32, found->column + 1);
        sheet_file_place(sheet, &found->place, where);
        sheet_number_show(found->printed, found->unit, printed);
        sheet_number_show(found->computed, found->unit, computed);

        const char *const cells[COLUMN_COUNT] = {
            line,
            column,
            sheet_severity_korean(found->severity),
            where,
            found->printed_given ? printed : "",
            computed,
            sheet_unit_word(found->unit),
            sheet_rule_korean(found->rule),
        };
        for (k = 0; k < COLUMN_COUNT; k++) {
            if (cells[k][0] != '\0') {
                keep_error(book, worksheet_write_string(worksheet, (lxw_row_t)(i + 1), (lxw_col_t)k,
                                                        cells[k], NULL));
            }
        }
    }
}
