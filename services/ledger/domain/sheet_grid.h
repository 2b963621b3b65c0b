/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV into rows of cells: commas, quotes (doubled inside), LF, CRLF or CR, a BOM
 * passed over. Cells lose the spaces around them, rows the empty cells at their
 * end; a line break inside quotes becomes a space. It must never know what a
 * cell means.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SHEET_GRID_H
#define HYEOPCHI_LEDGER_DOMAIN_SHEET_GRID_H

#include <stddef.h>

#include "ledger/domain/sheet.h"
#include "runtime/err.h"

/* Fills text, cells and rows of an empty sheet. ERR_INVALID with a fault that ends the reading. */
ERR_CHECKED enum err sheet_grid_read(struct sheet *sheet, const char *bytes, size_t length);

#endif
