/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of others on a terminal: how many cells it takes, and how it is written
 * so that it cannot do anything there. Pure.
 */
#ifndef HYEOPCHI_CLI_TEXT_WIDTH_H
#define HYEOPCHI_CLI_TEXT_WIDTH_H

#include <stddef.h>
#include <stdio.h>

/* Cells: Hangul, Hanja, full-width forms and emoji take two, combining marks none. */
size_t text_width(const char *text);

/* Writes text with `?` for every control character in it. */
void text_print(const char *text, FILE *output);

#endif
