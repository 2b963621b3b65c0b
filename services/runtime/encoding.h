/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text as offices' programs save it: UTF-8, or CP949, which Korean
 * spreadsheets still write. It guesses nothing else, and what the text says is
 * its caller's to judge. Any thread.
 */
#ifndef HYEOPCHI_RUNTIME_ENCODING_H
#define HYEOPCHI_RUNTIME_ENCODING_H

#include "runtime/err.h"

#include <stddef.h>

/* Bytes that so many of CP949 or UTF-8 take at most as UTF-8: two become three. */
#define ENCODING_UTF8_SIZE(length) (2 * (length))

/*
 * Bytes as UTF-8; *ret_name, static, is what they were: "utf-8" or "cp949". ret_text holds `size` bytes,
 * ENCODING_UTF8_SIZE of the length at least, and gets no NUL. ERR_INVALID when they are neither; ret_text
 * is then undefined.
 */
ERR_CHECKED enum err encoding_to_utf8(const void *bytes, size_t length, char *ret_text, size_t size,
                                      size_t *ret_length, const char **ret_name);

#endif
