/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of the roll's reader share: roll_csv.c, which finds fields
 * and lines, and roll_csv_rows.c, which knows what they mean. Must never be
 * included by anybody else.
 */
#ifndef HYEOPCHI_PARTICIPATION_ROLL_CSV_ROWS_H
#define HYEOPCHI_PARTICIPATION_ROLL_CSV_ROWS_H

#include "participation/domain/roll_csv.h"

/* Takes csv->field, the next of its line; field_count is its place. */
void roll_csv_field_end(struct roll_csv *csv);

/* Takes the line's fields together. */
void roll_csv_line_end(struct roll_csv *csv);

/* Says what only the end of the file can tell. */
void roll_csv_file_end(struct roll_csv *csv);

/* Says a fault, or that there are too many of them, which ends the reading. */
void roll_csv_say(struct roll_csv *csv, const struct roll_csv_fault *fault);

#endif
