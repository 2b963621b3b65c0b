/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result as a table for people: aligned on a terminal, Korean or English.
 * No control character of the file reaches the terminal (text_width.h).
 */
#ifndef HYEOPCHI_CLI_TALLY_TABLE_H
#define HYEOPCHI_CLI_TALLY_TABLE_H

#include <stdio.h>

#include "cli/tally_file.h"
#include "participation/domain/tally_parts.h"

/* What a table shows, borrowed. The title is the file's description, or NULL. */
struct tally_table {
    const struct election *election;
    const struct tally_result *result;
    const char *title;
    enum tally_file_language language;
};

/* Writes the table: what was counted, a row per option in the order of turns, then the ties. */
void tally_table_write(const struct tally_table *table, FILE *output);

/* Writes units / 10^scale with a comma between groups of three digits. */
void tally_table_number(int64_t units, unsigned scale, FILE *output);

/* Room for a part of a combined score, or all of it, with two decimal places. */
enum { TALLY_TABLE_FRACTION_SIZE = 32 };

/* A part as people read it, cut behind two decimal places; what is exact stands in the JSON. */
void tally_table_part(const struct tally_result *result, uint32_t part, uint32_t option,
                      char ret[TALLY_TABLE_FRACTION_SIZE]);
void tally_table_combined(const struct tally_result *result, uint32_t option,
                          char ret[TALLY_TABLE_FRACTION_SIZE]);

/* Whose a part is, as people call it: "web+kiosk", "jury". */
void tally_table_part_name(const struct tally_part *part, enum tally_file_language language,
                           FILE *output);

/* Writes a line about one tie: its options in the order taken, and what decided. */
void tally_table_tie(const struct tally_table *table, const struct tally_tie *tie,
                     enum tally_file_language language, FILE *output);

#endif
