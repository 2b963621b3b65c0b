/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sheet calls its rows and columns, as one line of words each. Only the
 * sheet's own words are used.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SHEET_NAME_H
#define HYEOPCHI_LEDGER_DOMAIN_SHEET_NAME_H

#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/sheet.h"

#define SHEET_NAME_SIZE 2048 /* a longer name is cut, at a character */

/* The words in front of a row of a table's body, a space between two; "" when it has none. */
void sheet_row_name(const struct sheet *sheet, uint32_t row, char ret_name[SHEET_NAME_SIZE]);

/* The names of a column in the table that the row belongs to, the upper first; "" likewise. */
void sheet_column_name(const struct sheet *sheet, uint32_t row, uint32_t column,
                       char ret_name[SHEET_NAME_SIZE]);

/* The title of the table that the row belongs to; "" when it has none. Borrowed. */
const char *sheet_table_name(const struct sheet *sheet, uint32_t row);

/* Appends a word to a name that ends in NUL, with a space in between; "" is no word. */
void sheet_name_append(char *name, size_t size, const char *word);

/* The word of a figure's state: "missing", "dash" or "given". Static. */
const char *sheet_state_code(enum sheet_state state);

#endif
