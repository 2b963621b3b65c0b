/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ustar headers, byte by byte. Must never take anything from the system: no
 * owner, no present time.
 */
#include "participation/tar.h"

#include <assert.h>
#include <string.h>

/* Where the fields of a header begin, and how many digits they have before their NUL. */
enum {
    NAME_AT = 0,
    MODE_AT = 100,
    OWNER_AT = 108,
    GROUP_AT = 116,
    LENGTH_AT = 124,
    TIME_AT = 136,
    CHECKSUM_AT = 148,
    TYPE_AT = 156,
    MAGIC_AT = 257,
    ID_DIGITS = 7,
    LENGTH_DIGITS = 11,
    CHECKSUM_DIGITS = 6,
    CHECKSUM_SIZE = 8,
};

static const uint8_t ZEROS[2 * TAR_BLOCK_SIZE];

/* Octal digits with leading zeros; the NUL behind them is there already. */
static void put_octal(uint8_t *field, size_t digits, uint64_t value)
{
    for (size_t i = digits; i > 0; i--) {
        field[i - 1] = (uint8_t)('0' + (value & 7));
        value >>= 3;
    }
    assert(value == 0);
}

enum err tar_add_header(struct buffer *archive, const char *name, int64_t length, int64_t time_s)
{
    static const uint64_t mode = 0644;
    static const char magic[] =
        "ustar\0"
        "00";
    uint8_t header[TAR_BLOCK_SIZE] = {0};
    uint64_t sum = 0;

    assert(strlen(name) <= TAR_NAME_LENGTH_MAX);
    assert(length >= 0 && time_s >= 0);
    if (length > TAR_FILE_SIZE_MAX || time_s > TAR_FILE_SIZE_MAX) {
        return ERR_FULL;
    }
    memcpy(header + NAME_AT, name, strlen(name));
    put_octal(header + MODE_AT, ID_DIGITS, mode);
    put_octal(header + OWNER_AT, ID_DIGITS, 0);
    put_octal(header + GROUP_AT, ID_DIGITS, 0);
    put_octal(header + LENGTH_AT, LENGTH_DIGITS, (uint64_t)length);
    put_octal(header + TIME_AT, LENGTH_DIGITS, (uint64_t)time_s);
    header[TYPE_AT] = '0';
    memcpy(header + MAGIC_AT, magic, sizeof magic - 1);
    memset(header + CHECKSUM_AT, ' ', CHECKSUM_SIZE); /* As these it counts itself. */
    for (size_t i = 0; i < sizeof header; i++) {
        sum += header[i];
    }
    put_octal(header + CHECKSUM_AT, CHECKSUM_DIGITS, sum);
    header[CHECKSUM_AT + CHECKSUM_DIGITS] = '\0';
    buffer_append(archive, header, sizeof header);
    return buffer_status(archive);
}

void tar_add_padding(struct buffer *archive, int64_t length)
{
    const size_t over = (size_t)(length % TAR_BLOCK_SIZE);

    if (over > 0) {
        buffer_append(archive, ZEROS, TAR_BLOCK_SIZE - over);
    }
}

void tar_add_end(struct buffer *archive)
{
    buffer_append(archive, ZEROS, sizeof ZEROS);
}
