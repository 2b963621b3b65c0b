/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many cells of a terminal a text takes: Hangul, Hanja and full-width forms
 * take two, combining marks none. Pure.
 */
#ifndef HYEOPCHI_CLI_TEXT_WIDTH_H
#define HYEOPCHI_CLI_TEXT_WIDTH_H

#include <stddef.h>

size_t text_width(const char *text);

#endif
