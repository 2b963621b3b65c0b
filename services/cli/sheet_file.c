/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a file to a sheet. A file that is not UTF-8 is taken for CP949; iconv
 * is used here and nowhere else.
 */
#include "cli/sheet_file.h"

#include "cli/phrase.h"
#include "cli/process.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

/* A byte more than a sheet may have, so that too large a file is seen; CP949 is never longer. */
enum { BYTES_SIZE = SHEET_SIZE_MAX + 1 };

/* What a file's bytes are read into, on the heap. */
struct bytes {
    char raw[BYTES_SIZE];
    size_t raw_length;
    char text[2 * BYTES_SIZE]; /* a character of two bytes becomes one of three */
    size_t text_length;
};

static enum err load(const char *path, struct bytes *bytes);
static bool convert(struct bytes *bytes, const char *encoding);

enum err sheet_file_read(const char *path, struct sheet_file **ret_file)
{
    struct bytes *bytes = malloc(sizeof *bytes);
    const char *encoding = "utf-8";
    enum err err;

    if (!bytes) {
        (void)fprintf(stderr, "hyeopchi: %s\n", say("메모리가 모자랍니다", "out of memory"));
        return ERR_FULL;
    }
    bytes->raw_length = 0;
    err = load(path, bytes);
    if (err) {
        goto out;
    }
    if (!convert(bytes, "UTF-8")) {
        encoding = "cp949";
        if (!convert(bytes, "CP949")) {
            /* Neither: the sheet's own reader says so, of the bytes as they are. */
            memcpy(bytes->text, bytes->raw, bytes->raw_length);
            bytes->text_length = bytes->raw_length;
        }
    }
    err = sheet_file_parse(path, bytes->text, bytes->text_length, ret_file);
    if (!err) {
        (*ret_file)->encoding = encoding;
    }

out:
    free(bytes);
    return err;
}

enum err sheet_file_parse(const char *path, const char *text, size_t length,
                          struct sheet_file **ret_file)
{
    struct sheet_file *file = malloc(sizeof *file);

    if (!file) {
        (void)fprintf(stderr, "hyeopchi: %s\n", say("메모리가 모자랍니다", "out of memory"));
        return ERR_FULL;
    }
    file->path = path;
    file->encoding = "utf-8";
    file->readable = sheet_read(&file->sheet, text, length) == ERR_OK;
    file->check.count = 0;
    if (file->readable) {
        sheet_check_run(&file->sheet, &file->check);
    }
    *ret_file = file;
    return ERR_OK;
}

void sheet_file_free(struct sheet_file *file)
{
    free(file);
}

static enum err load(const char *path, struct bytes *bytes)
{
    const bool standard = strcmp(path, "-") == 0;
    FILE *input = standard ? stdin : fopen(path, "rb");
    enum err err = ERR_OK;

    if (!input) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, process_error());
        return ERR_INVALID;
    }
    bytes->raw_length = fread(bytes->raw, 1, sizeof bytes->raw, input);
    if (ferror(input) != 0) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, process_error());
        err = ERR_INVALID;
    }
    if (!standard) {
        (void)fclose(input); /* Only read from. */
    }
    return err;
}

/* The raw bytes as UTF-8; false when they are not in this encoding. */
static bool convert(struct bytes *bytes, const char *encoding)
{
    iconv_t iconver = iconv_open("UTF-8", encoding);
    char *from = bytes->raw;
    size_t from_left = bytes->raw_length;
    char *to = bytes->text;
    size_t to_left = sizeof bytes->text;
    size_t wrong;

    if (iconver == (iconv_t)-1) {
        return false;
    }
    wrong = iconv(iconver, &from, &from_left, &to, &to_left);
    (void)iconv_close(iconver); /* Only an unknown descriptor can fail. */
    bytes->text_length = sizeof bytes->text - to_left;
    return wrong != (size_t)-1 && from_left == 0;
}
