/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a sheet again as CSV: the same rows and names, and every figure from
 * its amount, in the unit and with the decimals it was printed with. What is
 * written and read again is the same sheet, and written once more the same
 * bytes, so that a digest of them names the sheet and not one file of it.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SHEET_WRITE_H
#define HYEOPCHI_LEDGER_DOMAIN_SHEET_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/sheet.h"

/* Takes the next bytes of what is written. */
typedef void (*sheet_put_fn)(void *context, const char *bytes, size_t length);

/* Writes all rows, UTF-8 without a BOM, each ended by CRLF; empty rows at the end are left out. */
void sheet_write(const struct sheet *sheet, sheet_put_fn put, void *context);

/* How many columns a row is written with: its table's, or its own in a preamble. */
uint32_t sheet_write_width(const struct sheet *sheet, uint32_t row);

/* How many rows are written. */
uint32_t sheet_write_rows(const struct sheet *sheet);

/*
 * What a cell is written as: its figure as it was printed, else its text. The result is borrowed
 * from the sheet or stands in number.
 */
const char *sheet_write_cell(const struct sheet *sheet, uint32_t row, uint32_t column,
                             char number[SHEET_NUMBER_SIZE]);

/* One cell as CSV: in quotes where it needs them. */
void sheet_write_text(const char *text, sheet_put_fn put, void *context);

#endif
