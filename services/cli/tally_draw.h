/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders that were drawn in public and written down in a file. Each option
 * gets its place; tally.h says how ties use it.
 */
#ifndef HYEOPCHI_CLI_TALLY_DRAW_H
#define HYEOPCHI_CLI_TALLY_DRAW_H

#include "participation/domain/election.h"
#include "runtime/err.h"

#include <stdint.h>

/* Longest file of an order, in bytes. */
enum { TALLY_DRAW_SIZE_MAX = 8 * 1024 * 1024 };

/*
 * Reads an order: one id a line, the first drawn first; empty lines and lines
 * that begin with # are passed over. Options it does not name get
 * TALLY_NOT_DRAWN. ret_places has room for every option. ERR_INVALID after
 * saying what is wrong on standard error.
 */
ERR_CHECKED enum err tally_draw_file(const struct election *election, const char *path,
                                     uint32_t *ret_places);

#endif
