/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terms and their months, caps that hold for a term, prices times counts, and
 * settlements: what was paid less what was spent is what goes back.
 */
#include "ledger/domain/sheet_check_parts.h"

#include <assert.h>

#include "ledger/domain/krw.h"

static void check_term(struct sheet_checking *checking, uint32_t row);
static void check_cap(struct sheet_checking *checking, const struct sheet_figure *figure);
static int64_t term_months(const struct sheet_row *row);
static void check_product(struct sheet_checking *checking, const struct sheet_figure *figure);
static void check_settlement(struct sheet_checking *checking, const struct sheet_figure *figure);
static bool is_allowance(enum sheet_kind kind);

void sheet_check_grants(struct sheet_checking *checking)
{
    const struct sheet *sheet = checking->sheet;

    assert(sheet->row_count <= SHEET_ROWS_MAX);
    assert(sheet->figure_count <= SHEET_CELLS_MAX);
    for (size_t i = 0; i < sheet->row_count; i++) {
        if (sheet->rows[i].role == SHEET_BODY) {
            check_term(checking, (uint32_t)i);
        }
    }
    for (size_t i = 0; i < sheet->figure_count; i++) {
        const struct sheet_figure *figure = &sheet->figures[i];
        if (figure->state != SHEET_GIVEN) {
            continue;
        }
        if (is_allowance(figure->place.kind)) {
            check_cap(checking, figure);
            check_product(checking, figure);
        }
        if (figure->place.kind == SHEET_GRANTED && sheet_check_leads(checking, figure)) {
            check_settlement(checking, figure);
        }
    }
}

static void check_term(struct sheet_checking *checking, uint32_t row)
{
    const struct sheet_term *term = &checking->sheet->rows[row].term;

    assert(row < checking->sheet->row_count);
    assert(term->end >= term->start);
    if (term->start == 0 || term->months == 0 ||
        term->months == sheet_months(term->start, term->end)) {
        return;
    }
    sheet_check_add(checking, &(const struct sheet_discrepancy){
                                  .rule = SHEET_TERM_MONTHS,
                                  .severity = SHEET_CONTRADICTION,
                                  .row = row,
                                  .column = term->months_column,
                                  .place = {.programme = checking->sheet->rows[row].programme},
                                  .printed_given = true,
                                  .printed = term->months,
                                  .computed = sheet_months(term->start, term->end),
                              });
}

/* The row's own cap, else the table's: so much for so many months, and that much of it a term. */
static void check_cap(struct sheet_checking *checking, const struct sheet_figure *figure)
{
    const struct sheet *sheet = checking->sheet;
    const struct sheet_row *row = &sheet->rows[figure->row];
    const struct sheet_table *table = &sheet->tables[row->table];
    const struct sheet_figure *own = sheet_check_other(checking, &figure->place, SHEET_CAP);
    int64_t months = term_months(row);
    int64_t cap = own ? own->amount : table->cap_krw;

    assert(row->table >= 0);
    assert(figure->state == SHEET_GIVEN);
    /* A total is not one grant: the cap holds for what the rows name. */
    if ((!own && !table->has_cap) || figure->place.programme == table->programme) {
        return;
    }
    if (table->cap_months > 0 && months > 0) {
        if (cap > INT64_MAX / months) {
            return; /* so high a cap is over everything */
        }
        cap = cap * months / table->cap_months;
    }
    if (figure->amount > cap) {
        sheet_check_note(checking, &(const struct sheet_finding){
                                       .rule = SHEET_OVER_CAP,
                                       .severity = SHEET_CONTRADICTION,
                                       .figure = figure,
                                       .computed = cap,
                                   });
    }
}

/* The months of a row's term, by its days before what is printed; 0 when it has none. */
static int64_t term_months(const struct sheet_row *row)
{
    assert(row->role == SHEET_BODY);
    assert(row->term.months >= 0);
    return row->term.start != 0 ? sheet_months(row->term.start, row->term.end) : row->term.months;
}

static void check_product(struct sheet_checking *checking, const struct sheet_figure *figure)
{
    const struct sheet_figure *price =
        sheet_check_other(checking, &figure->place, SHEET_UNIT_PRICE);
    const struct sheet_figure *count = sheet_check_other(checking, &figure->place, SHEET_COUNT);

    assert(figure->state == SHEET_GIVEN);
    assert(is_allowance(figure->place.kind));
    if (!price || !count || price->amount < 0 || count->amount < 0 ||
        (count->amount > 0 && price->amount > INT64_MAX / count->amount) ||
        price->amount * count->amount == figure->amount) {
        return;
    }
    sheet_check_note(checking, &(const struct sheet_finding){
                                   .rule = SHEET_PRODUCT,
                                   .severity = SHEET_CONTRADICTION,
                                   .figure = figure,
                                   .computed = price->amount * count->amount,
                               });
}

static void check_settlement(struct sheet_checking *checking, const struct sheet_figure *figure)
{
    const struct sheet *sheet = checking->sheet;
    const struct sheet_figure *spent = sheet_check_other(checking, &figure->place, SHEET_EXECUTED);
    const struct sheet_figure *back = sheet_check_other(checking, &figure->place, SHEET_RETURNED);
    const struct sheet_term *term = &sheet->rows[figure->row].term;
    int64_t left = 0;

    assert(figure->place.kind == SHEET_GRANTED);
    assert(figure->state == SHEET_GIVEN);
    if (!spent || !back) {
        if (term->due != 0 && sheet->as_of > term->due) {
            sheet_check_add(checking, &(const struct sheet_discrepancy){
                                          .rule = SHEET_SETTLEMENT_DUE,
                                          .severity = SHEET_GAP,
                                          .row = figure->row,
                                          .column = term->due_column,
                                          .place = figure->place,
                                          .unit = sheet_figure_unit(sheet, figure),
                                          .computed = figure->amount,
                                      });
        }
        return;
    }
    enum err err = krw_subtract(figure->amount, spent->amount, &left);
    if (!err && left != back->amount) {
        sheet_check_note(checking, &(const struct sheet_finding){
                                       .rule = SHEET_SETTLEMENT_BALANCE,
                                       .severity = SHEET_CONTRADICTION,
                                       .figure = back,
                                       .computed = left,
                                   });
    }
}

static bool is_allowance(enum sheet_kind kind)
{
    assert(kind != SHEET_KIND_NONE);
    assert(kind <= SHEET_COUNT);
    return kind == SHEET_PLAN || kind == SHEET_BUDGET || kind == SHEET_GRANTED;
}
