/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What well-formed UTF-8 is, for text that came from outside. Pure; any thread.
 */
#ifndef HYEOPCHI_RUNTIME_UTF8_H
#define HYEOPCHI_RUNTIME_UTF8_H

#include <stdbool.h>
#include <stddef.h>

enum { UTF8_LENGTH_MAX = 4 };

/* Bytes of the well-formed character that text, which ends with a NUL, starts with: the shortest form
 * only, no surrogate, nothing past U+10FFFF. 0 when there is none; 1 for the NUL. */
size_t utf8_length(const char *text);

/* True when all of text up to its NUL is well-formed. */
bool utf8_is_sound(const char *text);

#endif
