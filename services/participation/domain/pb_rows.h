/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes in, rows of cells out: the text layer of a .pb file.
 *
 * UTF-8, a BOM passed over, LF, CRLF or CR, `;` between cells, CSV quotes
 * (doubled inside, line ends allowed inside). Cells lose the spaces and tabs
 * around them; rows without any text are passed over. It must never know
 * what a row means, and never hold more than one row.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_PB_ROWS_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_PB_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "participation/domain/pb.h"
#include "runtime/err.h"

enum pb_rows_state {
    PB_ROWS_CELL_START,
    PB_ROWS_PLAIN,
    PB_ROWS_QUOTED,
    PB_ROWS_QUOTE_IN_QUOTED,
    PB_ROWS_AFTER_QUOTE,
};

struct pb_rows {
    pb_row_fn *on_row; /* an error from it ends the reading and comes back from pb_rows_feed */
    void *context;

    enum pb_rows_state state;
    uint64_t offset;
    uint64_t line;
    uint64_t row_line;
    bool text_after_quote;
    bool after_cr;
    unsigned bom;

    /* UTF-8: bytes of the character still to come, and where the next must lie. */
    unsigned utf8_due;
    unsigned char utf8_low;
    unsigned char utf8_high;

    char *bytes;
    size_t length;
    size_t capacity;
    size_t starts[PB_CELLS_MAX + 1]; /* where each cell begins in bytes */
    size_t cell_count;
    struct pb_cell cells[PB_CELLS_MAX];

    /* What is wrong and where, once ERR_INVALID came from here and not from on_row. */
    bool broken;
    enum pb_rule rule;
    uint64_t rule_line;
};

/* Makes a reader that gives its rows to on_row. */
void pb_rows_init(struct pb_rows *rows, pb_row_fn *on_row, void *context);

/* Frees what it holds. Takes NULL and a reader made of zeros. */
void pb_rows_release(struct pb_rows *rows);

/*
 * Reads bytes, cut anywhere. ERR_INVALID with broken, rule and rule_line set
 * when they are no such text; ERR_FULL when there is no memory; otherwise
 * what on_row returned. After an error the reader is not fed again.
 */
ERR_CHECKED enum err pb_rows_feed(struct pb_rows *rows, const void *bytes, size_t length);

/* The text ends here: gives the last row if no line end did. Errors as above. */
ERR_CHECKED enum err pb_rows_finish(struct pb_rows *rows);

#endif
