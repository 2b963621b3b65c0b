/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Colours on standard output: only where it is a terminal that can show them
 * and nobody asked for none (NO_COLOR, TERM=dumb). A colour never says anything
 * that the words do not.
 */
#ifndef HYEOPCHI_CLI_COLOUR_H
#define HYEOPCHI_CLI_COLOUR_H

enum colour { COLOUR_PLAIN, COLOUR_GOOD, COLOUR_DOUBTFUL, COLOUR_BAD };

/* The sequence that begins a colour, and the one that ends it; "" where colours are not wanted.
 * Static. */
const char *colour_begin(enum colour colour);
const char *colour_end(enum colour colour);

#endif
