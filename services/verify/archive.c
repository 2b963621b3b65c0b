/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A header is read by writing the one it must be and comparing: what ustar
 * leaves open cannot then be used to hide anything.
 */
#include "verify/archive.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_SIZE 512

/* Where a header's fields are; POSIX, pax, "ustar Interchange Format". */
enum {
    AT_NAME = 0,
    AT_MODE = 100,
    AT_OWNER = 108,
    AT_GROUP = 116,
    AT_SIZE = 124,
    AT_TIME = 136,
    AT_CHECKSUM = 148,
    AT_TYPE = 156,
    AT_MAGIC = 257,
    NUMBER_DIGITS = 11,
};

const char *archive_file_name(enum archive_file file)
{
    static const char *const NAMES[ARCHIVE_END] = {
        [ARCHIVE_DEFINITION] = "definition",
        [ARCHIVE_KEYS] = "keys.json",
        [ARCHIVE_CHECKPOINTS] = "checkpoints",
        [ARCHIVE_ENTRIES] = "entries",
        [ARCHIVE_OPENINGS] = "openings",
        [ARCHIVE_PAPER] = "paper",
        [ARCHIVE_ROLL] = "roll.json",
        [ARCHIVE_TURNOUT] = "turnout.json",
        [ARCHIVE_EXTENSIONS] = "extensions.json",
        [ARCHIVE_LOT] = "lot",
        [ARCHIVE_JURY] = "jury",
        [ARCHIVE_DECIDED] = "decided.json",
        [ARCHIVE_RESULT] = "result.json",
        [ARCHIVE_MANIFEST] = "manifest.json",
    };

    assert(file < ARCHIVE_END);
    return NAMES[file];
}

static bool may_be_missing(enum archive_file file)
{
    return file == ARCHIVE_PAPER || file == ARCHIVE_ROLL || file == ARCHIVE_LOT ||
           file == ARCHIVE_JURY;
}

/* Eleven octal digits and a NUL: at most 2^33 - 1. */
static bool read_octal(const uint8_t *field, uint64_t *ret)
{
    uint64_t number = 0;

    for (size_t i = 0; i < NUMBER_DIGITS; i++) {
        if (field[i] < '0' || field[i] > '7') {
            return false;
        }
        number = number * 8 + (uint64_t)(field[i] - '0');
    }
    *ret = number;
    return field[NUMBER_DIGITS] == '\0';
}

/* The header that a file must have. */
static void write_header(const char *name, uint64_t size, uint64_t modified_s,
                         char ret_header[BLOCK_SIZE])
{
    unsigned sum = 0;

    memset(ret_header, 0, BLOCK_SIZE);
    memcpy(ret_header + AT_NAME, name, strlen(name));
    memcpy(ret_header + AT_MODE, "0000644", 7);
    memcpy(ret_header + AT_OWNER, "0000000", 7);
    memcpy(ret_header + AT_GROUP, "0000000", 7);
    (void)snprintf(ret_header + AT_SIZE, NUMBER_DIGITS + 1, "%011" PRIo64, size);
    (void)snprintf(ret_header + AT_TIME, NUMBER_DIGITS + 1, "%011" PRIo64, modified_s);
    memset(ret_header + AT_CHECKSUM, ' ', 8);
    ret_header[AT_TYPE] = '0';
    memcpy(ret_header + AT_MAGIC,
           "ustar\0"
           "00",
           8);
    for (size_t i = 0; i < BLOCK_SIZE; i++) {
        sum += (unsigned char)ret_header[i];
    }
    (void)snprintf(ret_header + AT_CHECKSUM, 7, "%06o", sum);
}

static bool all_zero(struct span span)
{
    for (size_t i = 0; i < span.length; i++) {
        if (span.data[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Whether the next block is the header of a file with that name; a header is not read over. */
static bool next_is(const struct reader *reader, const char *name)
{
    size_t length = strlen(name) + 1;

    return reader_left(reader) >= BLOCK_SIZE &&
           memcmp(reader->data + reader->offset + AT_NAME, name, length) == 0;
}

/* Reads one file whose name was seen; first says that its modification time decides all others'. */
static enum verdict read_file(struct reader *reader, enum archive_file file, bool first,
                              struct archive *archive, struct finding *finding)
{
    const char *name = archive_file_name(file);
    struct span header = read_span(reader, BLOCK_SIZE);
    char wanted[BLOCK_SIZE];
    uint64_t size = 0;
    uint64_t modified_s = 0;
    struct span padding;

    assert(header.length == BLOCK_SIZE);
    if (!read_octal(header.data + AT_SIZE, &size) ||
        !read_octal(header.data + AT_TIME, &modified_s)) {
        return finding_unreadable(finding, name, "the archive's header has no size or time");
    }
    if (first) {
        archive->modified_s = modified_s;
    }
    write_header(name, size, archive->modified_s, wanted);
    if (memcmp(header.data, wanted, sizeof wanted) != 0) {
        return finding_unreadable(finding, name, "the archive's header is not the one it must be");
    }
    archive->present[file] = true;
    archive->files[file] = read_span(reader, (size_t)size);
    padding = read_span(reader, (size_t)((BLOCK_SIZE - size % BLOCK_SIZE) % BLOCK_SIZE));
    if (reader->broken) {
        return finding_unreadable(finding, name, "the archive ends inside this file");
    }
    if (!all_zero(padding)) {
        return finding_unreadable(finding, name, "the bytes behind the file are not all zero");
    }
    return VERDICT_GOOD;
}

enum verdict archive_read(struct span bytes, struct archive *ret, struct finding *finding)
{
    struct archive archive = {0};
    struct reader reader;
    struct span end;

    if (bytes.length > ARCHIVE_LENGTH_MAX) {
        return finding_unreadable(finding, "", "the archive has more than %lld bytes",
                                  ARCHIVE_LENGTH_MAX);
    }
    reader_init(&reader, bytes);
    for (int i = 0; i < ARCHIVE_END; i++) {
        enum archive_file file = (enum archive_file)i;
        enum verdict verdict;

        if (!next_is(&reader, archive_file_name(file))) {
            if (may_be_missing(file)) {
                continue;
            }
            return finding_unreadable(finding, archive_file_name(file),
                                      "the file is not where it must be in the archive");
        }
        verdict = read_file(&reader, file, i == 0, &archive, finding);
        if (verdict != VERDICT_GOOD) {
            return verdict;
        }
    }
    end = read_span(&reader, (size_t)2 * BLOCK_SIZE);
    if (!reader_done(&reader) || !all_zero(end)) {
        return finding_unreadable(finding, "",
                                  "the archive does not end with exactly two zero blocks");
    }
    *ret = archive;
    return VERDICT_GOOD;
}
