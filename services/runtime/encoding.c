/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tries the encodings one after the other, UTF-8 first. The C library's iconv is
 * used here and nowhere else.
 */
#include "runtime/encoding.h"

#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>

static bool convert(const void *bytes, size_t length, const char *encoding, char *text,
                    size_t *size);

enum err encoding_to_utf8(const void *bytes, size_t length, char *ret_text, size_t size,
                          size_t *ret_length, const char **ret_name)
{
    static const struct {
        const char *encoding;
        const char *name;
    } known[] = {{"UTF-8", "utf-8"}, {"CP949", "cp949"}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t used = size;
        if (convert(bytes, length, known[i].encoding, ret_text, &used)) {
            *ret_length = used;
            *ret_name = known[i].name;
            return ERR_OK;
        }
    }
    return ERR_INVALID;
}

/* *size: room, then how much was written. False when the bytes are not in this encoding. */
static bool convert(const void *bytes, size_t length, const char *encoding, char *text,
                    size_t *size)
{
    iconv_t iconver = iconv_open("UTF-8", encoding);
    char *from = (char *)(uintptr_t)bytes; /* iconv only reads, though its type does not say so */
    size_t from_left = length;
    char *to = text;
    size_t to_left = *size;

    if (iconver == (iconv_t)-1) {
        return false;
    }
    size_t wrong = iconv(iconver, &from, &from_left, &to, &to_left);
    (void)iconv_close(iconver); /* Only an unknown descriptor can fail. */
    *size -= to_left;
    return wrong != (size_t)-1 && from_left == 0;
}
