/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes rows of .pb files (VOTING 5) the way pb.h reads them: UTF-8 without a
 * BOM, `;` between cells, LF, and quotes only around cells that need them.
 * What is written and read again is equal, cell for cell. It must never change
 * a value, nor know what a row means.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_PB_WRITE_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_PB_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "participation/domain/pb.h"
#include "participation/domain/text.h"

/* Bytes of the longest row that can be written: every byte of it a quote, every cell quoted. */
#define PB_WRITE_ROW_MAX (2 * PB_ROW_LENGTH_MAX + 3 * PB_CELLS_MAX)

/* Adds a row and its line end. The cells are text in UTF-8 and not all of them empty. */
void pb_write_row(struct text *text, const struct pb_cell *cells, size_t count);

/* Adds a row of two cells, as META has them; nothing when the value is empty. */
void pb_write_pair(struct text *text, const char *key, const char *value);

/* The same with a number. */
void pb_write_number(struct text *text, const char *key, int64_t number);

#endif
