/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Percent-decoding of what clients write into paths, queries and forms. Pure;
 * any thread.
 */
#ifndef HYEOPCHI_RUNTIME_HTTP_TEXT_H
#define HYEOPCHI_RUNTIME_HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Decodes [begin, end), and + to a space when told, into ret_text, which has room for as many bytes
 * and a NUL. False for a broken escape, a NUL or invalid UTF-8; ret_text then holds nothing of use. */
bool http_text_decode(const char *begin, const char *end, bool plus_is_space, char *ret_text,
                      size_t *ret_length);

#endif
