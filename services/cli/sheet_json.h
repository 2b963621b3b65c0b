/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A budget sheet as one JSON document: its tables row by row as they are
 * printed, every figure with its place and whole won, and what does not add up.
 * A missing figure is null, never 0.
 */
#ifndef HYEOPCHI_CLI_SHEET_JSON_H
#define HYEOPCHI_CLI_SHEET_JSON_H

#include "cli/sheet_file.h"

#include <jansson.h>

/* A new reference; NULL when out of memory. */
json_t *sheet_json(const struct sheet_file *file);

/* One figure: where it stands and belongs, as printed, and in won. A new reference. */
json_t *sheet_json_figure(const struct sheet *sheet, const struct sheet_figure *figure);

#endif
