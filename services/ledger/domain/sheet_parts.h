/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the sheet reader share. Nobody else includes this.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SHEET_PARTS_H
#define HYEOPCHI_LEDGER_DOMAIN_SHEET_PARTS_H

#include "ledger/domain/sheet.h"
#include "ledger/domain/sheet_words.h"

/* Gives every row its role and table, and reads the preambles. Faults are noted. */
void sheet_layout_read(struct sheet *sheet);

/* Reads one row of preamble into its table. */
void sheet_preamble_read(struct sheet *sheet, uint32_t row, struct sheet_table *table);

/* True when the row is one of preamble: its key with the right number of values. */
bool sheet_preamble_is(const struct sheet *sheet, uint32_t row);

/* Reads a table's columns, rows and figures. */
void sheet_figures_read(struct sheet *sheet, int32_t table);

/* The programme or item of that name, made when it is new; -1 when there are too many. */
int32_t sheet_name_intern(struct sheet *sheet, int32_t parent, bool is_item, uint32_t text);

/* Notes a fault of a cell, with what stands there. */
void sheet_fault_cell(struct sheet *sheet, enum sheet_fault_rule rule, uint32_t row,
                      uint32_t column);

/* Place in text of a cell; 0 (the empty text) where the row has none. */
uint32_t sheet_cell_place(const struct sheet *sheet, uint32_t row, uint32_t column);

/*
 * The name that a row of column names has for a column: its own, or in all rows but the lowest that
 * of a column before it. 0: none. ret_from: where it stands.
 */
uint32_t sheet_header_place(const struct sheet *sheet, uint32_t row, uint32_t column,
                            uint32_t *ret_from);

#endif
