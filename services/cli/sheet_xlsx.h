/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A budget sheet as a workbook (XLSX): the tables as they are printed, every
 * figure a number that is shown just as it was, and a second sheet of what does
 * not add up. A missing figure is an empty cell.
 */
#ifndef HYEOPCHI_CLI_SHEET_XLSX_H
#define HYEOPCHI_CLI_SHEET_XLSX_H

#include "cli/sheet_file.h"
#include "runtime/err.h"

/* Writes the file, over one that is there. ERR_INVALID after saying what is wrong. */
ERR_CHECKED enum err sheet_xlsx_write(const struct sheet_file *file, const char *path);

#endif
