/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A budget sheet as a Fiscal Data Package 1.0: a folder with datapackage.json, every
 * amount with its place (figures.csv) and what does not add up
 * (discrepancies.csv). Amounts are whole won; a missing one is empty.
 */
#ifndef HYEOPCHI_CLI_SHEET_PACKAGE_H
#define HYEOPCHI_CLI_SHEET_PACKAGE_H

#include "cli/sheet_file.h"
#include "runtime/err.h"

/* Makes the folder, which must not be there yet. ERR_INVALID after saying what is wrong. */
ERR_CHECKED enum err sheet_package_write(const struct sheet_file *file, const char *folder);

#endif
