/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows in front of a table's columns: what is the same for all its figures.
 */
#include "ledger/domain/sheet_parts.h"

#include <assert.h>
#include <string.h>

static void read_kind(struct sheet *sheet, uint32_t row, struct sheet_table *table);
static void read_year(struct sheet *sheet, uint32_t row, uint32_t column, int32_t *ret_year);
static void read_source(struct sheet *sheet, uint32_t row, int32_t *ret_source);
static void read_programme(struct sheet *sheet, uint32_t row, struct sheet_table *table);
static void read_cap(struct sheet *sheet, uint32_t row, struct sheet_table *table);
static void read_ending(struct sheet *sheet, uint32_t row);
static void read_as_of(struct sheet *sheet, uint32_t row);

bool sheet_preamble_is(const struct sheet *sheet, uint32_t row)
{
    uint32_t count = sheet->rows[row].count;
    struct sheet_word word;

    assert(row < sheet->row_count);
    if (count < 2) {
        return false;
    }
    enum sheet_key key = sheet_key_read(sheet_cell_text(sheet, row, 0));
    switch (key) {
    case SHEET_KEY_NONE:
        return false;
    case SHEET_KEY_CAP:
        return count <= 3;
    case SHEET_KEY_ENDING:
        return count == 3;
    case SHEET_KEY_YEAR:
    case SHEET_KEY_SOURCE:
    case SHEET_KEY_PROGRAMME:
        /* These are names of columns too. */
        (void)sheet_word_read(sheet_cell_text(sheet, row, 1), &word); /* zero for a name */
        return count == 2 &&
               (key == SHEET_KEY_YEAR ? word.year != 0
                                      : sheet_word_places(&word) == (key == SHEET_KEY_SOURCE));
    case SHEET_KEY_TABLE:
    case SHEET_KEY_DOCUMENT:
    case SHEET_KEY_UNIT:
    case SHEET_KEY_AS_OF:
    case SHEET_KEY_KIND:
    case SHEET_KEY_BUSINESS:
    case SHEET_KEY_PROGRESS:
        return count == 2;
    }
    assert(false && "a key without a form");
    return false;
}

void sheet_preamble_read(struct sheet *sheet, uint32_t row, struct sheet_table *table)
{
    uint32_t value = sheet_cell_place(sheet, row, 1);
    const char *text = sheet_text(sheet, value);

    assert(table);
    assert(sheet->rows[row].role == SHEET_PREAMBLE);
    switch (sheet_key_read(sheet_cell_text(sheet, row, 0))) {
    case SHEET_KEY_TABLE:
        table->title = value;
        break;
    case SHEET_KEY_DOCUMENT:
        sheet->document = value;
        break;
    case SHEET_KEY_UNIT:
        if (sheet_unit_parse(text, &table->unit)) {
            sheet_fault_cell(sheet, SHEET_UNIT_UNKNOWN, row, 1);
        }
        break;
    case SHEET_KEY_AS_OF:
        read_as_of(sheet, row);
        break;
    case SHEET_KEY_YEAR:
        read_year(sheet, row, 1, &table->year);
        break;
    case SHEET_KEY_SOURCE:
        read_source(sheet, row, &table->source);
        break;
    case SHEET_KEY_PROGRAMME:
        read_programme(sheet, row, table);
        break;
    case SHEET_KEY_KIND:
        read_kind(sheet, row, table);
        break;
    case SHEET_KEY_CAP:
        read_cap(sheet, row, table);
        break;
    case SHEET_KEY_ENDING:
        read_ending(sheet, row);
        break;
    case SHEET_KEY_BUSINESS:
        sheet->own_business = strstr(text, "자체") != NULL;
        break;
    case SHEET_KEY_PROGRESS:
        sheet->completed = strstr(text, "완료") != NULL;
        break;
    case SHEET_KEY_NONE:
        assert(false && "a row of preamble has a key");
        break;
    }
}

static void read_kind(struct sheet *sheet, uint32_t row, struct sheet_table *table)
{
    struct sheet_word word;
    bool known = sheet_word_read(sheet_cell_text(sheet, row, 1), &word);

    assert(table);
    if (!known || word.kind == SHEET_KIND_NONE) {
        sheet_fault_cell(sheet, SHEET_KIND_MISSING, row, 1);
        return;
    }
    assert(word.kind <= SHEET_COUNT);
    table->kind = word.kind;
}

static void read_year(struct sheet *sheet, uint32_t row, uint32_t column, int32_t *ret_year)
{
    struct sheet_word word;
    bool known = sheet_word_read(sheet_cell_text(sheet, row, column), &word);

    assert(ret_year);
    if (!known || word.year == 0) {
        sheet_fault_cell(sheet, SHEET_NOT_A_YEAR, row, column);
        return;
    }
    assert(word.year >= FISCAL_YEAR_MIN);
    *ret_year = word.year;
}

static void read_source(struct sheet *sheet, uint32_t row, int32_t *ret_source)
{
    struct sheet_word word;
    bool known = sheet_word_read(sheet_cell_text(sheet, row, 1), &word);

    assert(ret_source);
    if (!known || word.source == 0) {
        sheet_fault_cell(sheet, SHEET_SOURCE_UNKNOWN, row, 1);
        return;
    }
    assert(word.source <= FUNDING_SOURCE_COUNT);
    *ret_source = word.source;
}

static void read_programme(struct sheet *sheet, uint32_t row, struct sheet_table *table)
{
    int32_t name = sheet_name_intern(sheet, 0, false, sheet_cell_place(sheet, row, 1));

    assert(table);
    assert(name != 0);
    if (name < 0) {
        sheet_fault_cell(sheet, SHEET_TOO_MANY_NAMES, row, 1);
        return;
    }
    table->programme = name;
}

/* "한도,300000천원,12": so much for so many months; without months, for any term. */
static void read_cap(struct sheet *sheet, uint32_t row, struct sheet_table *table)
{
    struct sheet_print print = {.sign = SHEET_PLUS};
    int64_t months = 0;
    int64_t step = 0;
    enum err err = sheet_number_parse(sheet_cell_text(sheet, row, 1), table->unit, &table->cap_krw,
                                      &step, &print);

    assert(table);
    assert(!table->has_cap || table->cap_months >= 0);
    if (err || (table->unit == SHEET_UNIT_NONE && print.unit == SHEET_UNIT_NONE) ||
        table->cap_krw < 0) {
        sheet_fault_cell(sheet, err == ERR_FULL ? SHEET_FIGURE_TOO_LARGE : SHEET_NOT_A_FIGURE, row,
                         1);
        return;
    }
    if (sheet->rows[row].count == 3) {
        err = sheet_number_parse(sheet_cell_text(sheet, row, 2), SHEET_UNIT_NONE, &months, &step,
                                 &print);
        if (err || months < 1 || months > INT16_MAX || print.unit != SHEET_UNIT_NONE) {
            sheet_fault_cell(sheet, SHEET_NOT_A_FIGURE, row, 2);
            return;
        }
    }
    table->has_cap = true;
    table->cap_months = (int32_t)months;
}

static void read_ending(struct sheet *sheet, uint32_t row)
{
    struct sheet_ending ending = {.source = 0};

    read_source(sheet, row, &ending.source);
    read_year(sheet, row, 2, &ending.year);
    if (ending.source == 0 || ending.year == 0) {
        return;
    }
    if (sheet->ending_count == SHEET_ENDINGS_MAX) {
        sheet_fault_cell(sheet, SHEET_TOO_MANY_ROWS, row, 0);
        return;
    }
    sheet->endings[sheet->ending_count] = ending;
    sheet->ending_count++;
    assert(sheet->ending_count <= SHEET_ENDINGS_MAX);
    assert(ending.year >= FISCAL_YEAR_MIN);
}

static void read_as_of(struct sheet *sheet, uint32_t row)
{
    const char *at = sheet_cell_text(sheet, row, 1);
    enum err err = sheet_date_find(&at, &sheet->as_of);

    assert(at);
    assert(sheet->as_of >= 0);
    if (err) {
        sheet_fault_cell(sheet, SHEET_NOT_A_DATE, row, 1);
    }
}
