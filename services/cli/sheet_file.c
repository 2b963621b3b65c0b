/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a file to a sheet. A file that is not UTF-8 is taken for CP949.
 */
#include "cli/sheet_file.h"

#include "cli/phrase.h"
#include "cli/process.h"
#include "runtime/encoding.h"

#include <stdlib.h>
#include <string.h>

enum err sheet_file_read(const char *path, struct sheet_file **ret_file)
{
    char *bytes = malloc(SHEET_FILE_BYTES_SIZE);
    size_t length = 0;
    enum err err = ERR_FULL;

    if (!bytes) {
        (void)fprintf(stderr, "hyeopchi: %s\n", say("메모리가 모자랍니다", "out of memory"));
        return err;
    }
    err = sheet_file_load(path, bytes, &length);
    if (!err) {
        err = sheet_file_decode(path, bytes, length, ret_file);
    }
    free(bytes);
    return err;
}

enum err sheet_file_load(const char *path, char ret_bytes[SHEET_FILE_BYTES_SIZE],
                         size_t *ret_length)
{
    const bool standard = strcmp(path, "-") == 0;
    FILE *input = standard ? stdin : fopen(path, "rb");
    enum err err = ERR_OK;

    if (!input) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, process_error());
        return ERR_INVALID;
    }
    *ret_length = fread(ret_bytes, 1, SHEET_FILE_BYTES_SIZE, input);
    if (ferror(input) != 0) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, process_error());
        err = ERR_INVALID;
    }
    if (!standard) {
        (void)fclose(input); /* Only read from. */
    }
    return err;
}

enum err sheet_file_decode(const char *path, const char *bytes, size_t length,
                           struct sheet_file **ret_file)
{
    const size_t size = ENCODING_UTF8_SIZE(length) + 1;
    char *text = malloc(size);
    const char *encoding = "cp949";
    size_t text_length = 0;
    enum err err;

    if (!text) {
        (void)fprintf(stderr, "hyeopchi: %s\n", say("메모리가 모자랍니다", "out of memory"));
        return ERR_FULL;
    }
    if (encoding_to_utf8(bytes, length, text, size, &text_length, &encoding)) {
        /* Neither: the sheet's own reader says so, of the bytes as they are. */
        memcpy(text, bytes, length);
        text_length = length;
    }
    err = sheet_file_parse(path, text, text_length, ret_file);
    if (!err) {
        (*ret_file)->encoding = encoding;
    }
    free(text);
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
