/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table's figures: where each belongs, from the names of its column and row,
 * and its amount. An empty cell becomes a figure too, one that is missing.
 */
#include "ledger/domain/sheet_parts.h"

#include <assert.h>
#include <string.h>

/* What the names over a column say. */
struct column {
    struct sheet_word word;
    int32_t item;
    bool holds_figures;
};

/* One table being read. */
struct reading {
    struct sheet *sheet;
    struct sheet_table *table;
    struct column columns[SHEET_COLUMNS_MAX];
    uint32_t labels[SHEET_COLUMNS_MAX]; /* names in front of the rows, place in text */
    struct sheet_place row;             /* what the row under way says */
    bool unit_missed;                   /* and it was said */
};

static void read_column(struct reading *reading, uint32_t column);
static bool spans_all(const struct reading *reading, uint32_t row, uint32_t from);
static bool merge_word(struct column *into, const struct sheet_word *word);
static void read_row(struct reading *reading, uint32_t row);
static void read_labels(struct reading *reading, uint32_t row);
static void read_label(struct reading *reading, uint32_t row, uint32_t column);
static void read_remarks(struct reading *reading, uint32_t row, uint32_t column);
static void read_term(struct reading *reading, uint32_t row, uint32_t column);
static void read_figure(struct reading *reading, uint32_t row, uint32_t column);
static bool place_figure(struct reading *reading, uint32_t row, uint32_t column,
                         struct sheet_place *ret_place);
static bool read_amount(struct reading *reading, uint32_t row, uint32_t column,
                        struct sheet_figure *figure);
static uint32_t skip_bullet(const struct sheet *sheet, uint32_t text);

void sheet_figures_read(struct sheet *sheet, int32_t table)
{
    struct reading reading = {.sheet = sheet, .table = &sheet->tables[table]};

    assert(table >= 0);
    assert((size_t)table < sheet->table_count);
    if (reading.table->body == reading.table->end) {
        return; /* a table without a body was a fault before */
    }
    for (uint32_t i = reading.table->label_count; i < reading.table->width; i++) {
        read_column(&reading, i);
    }
    for (uint32_t i = reading.table->body; i < reading.table->end; i++) {
        if (sheet->rows[i].role == SHEET_BODY) {
            read_row(&reading, i);
        }
    }
}

/* From the uppermost name down: lower ones say more. */
static void read_column(struct reading *reading, uint32_t column)
{
    struct sheet *sheet = reading->sheet;
    struct column *into = &reading->columns[column];
    uint32_t item = 0;
    bool named = false;

    assert(column < SHEET_COLUMNS_MAX);
    assert(reading->table->header < reading->table->body);
    into->holds_figures = true;
    for (uint32_t row = reading->table->header; row < reading->table->body; row++) {
        struct sheet_word word;
        uint32_t from = column;
        uint32_t name = sheet_header_place(sheet, row, column, &from);
        if (name == 0) {
            continue;
        }
        named = true;
        if (!sheet_word_read(sheet_text(sheet, name), &word)) {
            item = spans_all(reading, row, from) ? item : name;
            continue;
        }
        if (!merge_word(into, &word)) {
            sheet_fault_cell(sheet, SHEET_WORD_TWICE, row, from);
        }
    }
    if (!named) {
        sheet_fault_cell(sheet, SHEET_COLUMN_UNNAMED, reading->table->header, column);
        into->holds_figures = false;
    }
    if (into->word.note || into->word.term || into->word.due || into->word.filler) {
        into->holds_figures = false;
    }
    if (item != 0 && into->holds_figures) {
        into->item = sheet_name_intern(sheet, 0, true, item);
    }
    if (into->item < 0) {
        sheet_fault_cell(sheet, SHEET_TOO_MANY_NAMES, reading->table->header, column);
        into->item = 0;
    }
}

/* A caption over all columns names none of them. */
static bool spans_all(const struct reading *reading, uint32_t row, uint32_t from)
{
    const struct sheet *sheet = reading->sheet;

    assert(from >= reading->table->label_count);
    assert(row < reading->table->body);
    if (from != reading->table->label_count || row + 1 == reading->table->body) {
        return false;
    }
    for (uint32_t i = from + 1; i < sheet->rows[row].count; i++) {
        if (sheet_cell_text(sheet, row, i)[0] != '\0') {
            return false;
        }
    }
    return true;
}

/* False when a column would be of two years or two sources. */
static bool merge_word(struct column *into, const struct sheet_word *word)
{
    struct sheet_word *all = &into->word;
    bool twice = (word->year != 0 && all->year != 0 && word->year != all->year) ||
                 (word->source != 0 && all->source != 0 && word->source != all->source);

    assert(all != word);
    assert(word->kind <= SHEET_COUNT);
    all->year = word->year != 0 ? word->year : all->year;
    all->source = word->source != 0 ? word->source : all->source;
    all->kind = word->kind != SHEET_KIND_NONE ? word->kind : all->kind;
    all->unit = word->unit != SHEET_UNIT_NONE ? word->unit : all->unit;
    all->total = all->total || word->total;
    all->note = all->note || word->note;
    all->term = all->term || word->term;
    all->due = all->due || word->due;
    all->filler = all->filler || word->filler;
    return !twice;
}

static void read_row(struct reading *reading, uint32_t row)
{
    const struct sheet_table *table = reading->table;

    assert(row >= table->body);
    assert(row < table->end);
    reading->row = (struct sheet_place){.programme = table->programme};
    read_labels(reading, row);
    reading->sheet->rows[row].programme = reading->row.programme;
    reading->sheet->rows[row].term = (struct sheet_term){.start = 0};
    for (uint32_t i = table->label_count; i < table->width; i++) {
        if (reading->columns[i].holds_figures) {
            read_figure(reading, row, i);
        } else {
            read_remarks(reading, row, i);
        }
    }
}

/* An empty name in front of a filled one repeats the one above it, as merged cells do. */
static void read_labels(struct reading *reading, uint32_t row)
{
    const struct sheet *sheet = reading->sheet;
    uint32_t last = 0; /* the column behind the last name */

    assert(reading->table->label_count > 0);
    assert(reading->table->label_count <= SHEET_COLUMNS_MAX);
    for (uint32_t i = 0; i < reading->table->label_count; i++) {
        uint32_t text = sheet_cell_place(sheet, row, i);
        if (sheet_text(sheet, text)[0] == '\0') {
            continue;
        }
        reading->labels[i] = text;
        for (uint32_t k = i + 1; k < reading->table->label_count; k++) {
            reading->labels[k] = 0;
        }
        last = i + 1;
    }
    for (uint32_t i = 0; i < last; i++) {
        read_label(reading, row, i);
    }
}

static void read_label(struct reading *reading, uint32_t row, uint32_t column)
{
    struct sheet *sheet = reading->sheet;
    struct sheet_place *place = &reading->row;
    uint32_t text = reading->labels[column];
    struct sheet_word word;

    assert(column < reading->table->label_count);
    assert(place->programme >= 0);
    if (sheet_text(sheet, text)[0] == '\0') {
        return;
    }
    if (!sheet_word_read(sheet_text(sheet, text), &word)) {
        int32_t name = sheet_name_intern(sheet, place->programme, false, skip_bullet(sheet, text));
        if (name < 0) {
            sheet_fault_cell(sheet, SHEET_TOO_MANY_NAMES, row, column);
            return;
        }
        place->programme = name;
        return;
    }
    bool twice = (word.year != 0 && place->year != 0) || (word.source != 0 && place->source != 0) ||
                 (word.kind != SHEET_KIND_NONE && place->kind != SHEET_KIND_NONE);
    if (twice) {
        sheet_fault_cell(sheet, SHEET_WORD_TWICE, row, column);
        return;
    }
    place->year = word.year != 0 ? word.year : place->year;
    place->source = word.source != 0 ? word.source : place->source;
    place->kind = word.kind != SHEET_KIND_NONE ? word.kind : place->kind;
}

static void read_remarks(struct reading *reading, uint32_t row, uint32_t column)
{
    struct sheet_term *term = &reading->sheet->rows[row].term;
    const char *at = sheet_cell_text(reading->sheet, row, column);
    const struct sheet_word *word = &reading->columns[column].word;

    assert(!reading->columns[column].holds_figures);
    assert(at);
    if (at[0] == '\0' || strcmp(at, "-") == 0) {
        return;
    }
    if (word->term) {
        read_term(reading, row, column);
    } else if (word->due) {
        term->due_column = column;
        enum err err = sheet_date_find(&at, &term->due);
        if (err) {
            sheet_fault_cell(reading->sheet, SHEET_NOT_A_DATE, row, column);
        }
    }
}

/* "2016.11.01.부터 2017.06.30.까지 (8개월)": two days, and the months if they are said. */
static void read_term(struct reading *reading, uint32_t row, uint32_t column)
{
    struct sheet_term *term = &reading->sheet->rows[row].term;
    const char *at = sheet_cell_text(reading->sheet, row, column);
    const char *word = strstr(at, "개월");
    const char *from = word;

    assert(at[0] != '\0');
    if (term->start != 0) { /* a row has one term, however many columns are of that word */
        sheet_fault_cell(reading->sheet, SHEET_WORD_TWICE, row, column);
        return;
    }
    term->months_column = column;
    enum err err = sheet_date_find(&at, &term->start);
    if (!err) {
        err = sheet_date_find(&at, &term->end);
    }
    if (err || term->end < term->start) {
        term->start = 0;
        term->end = 0;
        sheet_fault_cell(reading->sheet, SHEET_NOT_A_DATE, row, column);
        return;
    }
    while (from && from > at && from[-1] >= '0' && from[-1] <= '9') {
        from--;
    }
    for (; from && from < word && term->months < INT16_MAX; from++) {
        term->months = term->months * 10 + (*from - '0');
    }
}

static void read_figure(struct reading *reading, uint32_t row, uint32_t column)
{
    struct sheet *sheet = reading->sheet;
    struct sheet_figure figure = {.row = row, .column = column};

    assert(row < sheet->row_count);
    assert(reading->columns[column].holds_figures);
    if (!place_figure(reading, row, column, &figure.place) ||
        !read_amount(reading, row, column, &figure)) {
        return;
    }
    if (sheet->figure_count == SHEET_CELLS_MAX) {
        sheet_fault_cell(sheet, SHEET_TOO_MANY_CELLS, row, column);
        return;
    }
    sheet->figures[sheet->figure_count] = figure;
    sheet->figure_count++;
    if (figure.state != SHEET_MISSING) {
        sheet->cells[sheet->rows[row].cell + column].figure = (uint32_t)sheet->figure_count;
    }
}

/* Row and column together, and what the preamble says where both are silent. */
static bool place_figure(struct reading *reading, uint32_t row, uint32_t column,
                         struct sheet_place *ret_place)
{
    const struct sheet_word *word = &reading->columns[column].word;
    const struct sheet_table *table = reading->table;
    struct sheet_place place = reading->row;
    bool filled = sheet_cell_text(reading->sheet, row, column)[0] != '\0';
    /* The row says more than a column's general "예산"; a price or a count is what it is. */
    bool column_first = word->kind >= SHEET_CAP;

    assert(table);
    assert(ret_place);
    if ((place.year != 0 && word->year != 0 && place.year != word->year) ||
        (place.source != 0 && word->source != 0 && place.source != word->source)) {
        sheet_fault_cell(reading->sheet, SHEET_WORD_TWICE, row, column);
        return false;
    }
    place.year = place.year != 0 ? place.year : word->year;
    place.year = place.year != 0 ? place.year : table->year;
    place.source = place.source != 0 ? place.source : word->source;
    place.source = place.source != 0 ? place.source : table->source;
    if (column_first || place.kind == SHEET_KIND_NONE) {
        place.kind = word->kind;
    }
    if (place.kind == SHEET_KIND_NONE) {
        place.kind = table->kind;
    }
    place.item = reading->columns[column].item;
    if (place.kind == SHEET_KIND_NONE) {
        if (filled) {
            sheet_fault_cell(reading->sheet, SHEET_KIND_MISSING, row, column);
        }
        return false;
    }
    *ret_place = place;
    return true;
}

static bool read_amount(struct reading *reading, uint32_t row, uint32_t column,
                        struct sheet_figure *figure)
{
    const char *text = sheet_cell_text(reading->sheet, row, column);
    enum sheet_unit unit = reading->table->unit;
    enum err err;

    assert(figure->state == SHEET_MISSING);
    assert(figure->place.kind != SHEET_KIND_NONE);
    if (text[0] == '\0') {
        return true;
    }
    if (strcmp(text, "-") == 0) {
        figure->state = SHEET_DASH;
        return true;
    }
    if (figure->place.kind == SHEET_COUNT) {
        unit = SHEET_UNIT_NONE;
    }
    err = sheet_number_parse(text, unit, &figure->amount, &figure->step, &figure->print);
    if (!err && figure->place.kind == SHEET_COUNT && figure->print.unit != SHEET_UNIT_NONE) {
        err = ERR_INVALID;
    }
    if (err) {
        sheet_fault_cell(reading->sheet,
                         err == ERR_FULL       ? SHEET_FIGURE_TOO_LARGE
                         : err == ERR_CONFLICT ? SHEET_BELOW_ONE_WON
                                               : SHEET_NOT_A_FIGURE,
                         row, column);
        return false;
    }
    if (figure->place.kind != SHEET_COUNT && unit == SHEET_UNIT_NONE &&
        figure->print.unit == SHEET_UNIT_NONE) {
        if (!reading->unit_missed) {
            sheet_fault_cell(reading->sheet, SHEET_UNIT_MISSING, row, column);
        }
        reading->unit_missed = true;
        return false;
    }
    figure->state = SHEET_GIVEN;
    return true;
}

/* "- 운영비", "○ 운영비" and "운영비" are one name. */
static uint32_t skip_bullet(const struct sheet *sheet, uint32_t text)
{
    static const char *const bullets[] = {"- ", "○ ", "□ ", "• ", "· "};
    const char *name = sheet_text(sheet, text);

    assert(name[0] != '\0');
    for (size_t i = 0; i < sizeof bullets / sizeof bullets[0]; i++) {
        size_t length = strlen(bullets[i]);
        if (strncmp(name, bullets[i], length) == 0 && name[length] != '\0') {
            assert(length < SHEET_CELL_LENGTH_MAX);
            return text + (uint32_t)length;
        }
    }
    return text;
}
