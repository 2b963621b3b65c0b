/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that grows to a stated maximum and no further: what results are
 * written with, byte for byte the same wherever they are printed.
 *
 * The first thing that does not fit makes the text fail for good; adding to
 * a failed text does nothing, so a writer adds everything and asks
 * text_err() once. It must never depend on locale or on stdio.
 * One text belongs to one thread at a time.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TEXT_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/err.h"

/* The bytes are read through text_bytes(); nothing else here is for callers. */
struct text {
    char *bytes;
    size_t length;
    size_t capacity;
    size_t length_max;
    enum err err;
};

/* Makes an empty text of at most length_max bytes. It holds no memory until something is added. */
void text_init(struct text *text, size_t length_max);

/* Frees the bytes; the text is empty again, with the same maximum. Takes NULL. */
void text_release(struct text *text);

/* ERR_FULL once something did not fit (length_max, or memory), else ERR_OK. */
ERR_CHECKED enum err text_err(const struct text *text);

/* Makes the text fail, as if something had not fitted: for what was to be added and could not be made. */
void text_fail(struct text *text);

/* The text, always ended by NUL, borrowed until the text changes; "" while it is empty. */
const char *text_bytes(const struct text *text);

/* How many bytes that is. */
size_t text_length(const struct text *text);

/* Adds length bytes as they are. */
void text_add_bytes(struct text *text, const char *bytes, size_t length);

/* Adds a string as it is. */
void text_add(struct text *text, const char *string);

/* Adds units / 10^scale as decimal_format writes it, in quotes: money and scores in JSON. */
void text_add_json_decimal(struct text *text, int64_t units, unsigned scale);

/*
 * Adds a JSON string with its quotes. The string is UTF-8; only what JSON
 * demands is escaped, in one way: \" \\ \b \f \n \r \t, else \u00xx in lower
 * case for control characters.
 */
void text_add_json_string(struct text *text, const char *string);

#endif
