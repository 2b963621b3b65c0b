/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budget sheets as files: UTF-8 (with or without a BOM) or CP949, as offices'
 * spreadsheets save them. What is in them is ledger/domain/sheet.h's to say.
 */
#ifndef HYEOPCHI_CLI_SHEET_FILE_H
#define HYEOPCHI_CLI_SHEET_FILE_H

#include "ledger/domain/sheet.h"
#include "ledger/domain/sheet_check.h"
#include "runtime/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct sheet_file {
    const char *path;     /* borrowed */
    const char *encoding; /* "utf-8" or "cp949" */
    bool readable;        /* false: sheet.faults says why, and nothing was checked */
    struct sheet sheet;
    struct sheet_check check;
};

/*
 * Reads and checks a file ("-": standard input). *ret_file is the caller's to free, also when it
 * is not readable. ERR_INVALID after saying that there is no such file, ERR_FULL after saying
 * that memory ran out.
 */
ERR_CHECKED enum err sheet_file_read(const char *path, struct sheet_file **ret_file);

/* A byte more than a sheet may have, so that too large a file is seen. */
enum { SHEET_FILE_BYTES_SIZE = SHEET_SIZE_MAX + 1 };

/* The two halves of that: a file's bytes, and the sheet in them. Errors as above. */
ERR_CHECKED enum err sheet_file_load(const char *path, char ret_bytes[SHEET_FILE_BYTES_SIZE],
                                     size_t *ret_length);
ERR_CHECKED enum err sheet_file_decode(const char *path, const char *bytes, size_t length,
                                       struct sheet_file **ret_file);

/* The same with bytes in UTF-8 that are no file's; path names them. Says when memory ran out. */
ERR_CHECKED enum err sheet_file_parse(const char *path, const char *text, size_t length,
                                      struct sheet_file **ret_file);

/* Frees it. Takes NULL. */
void sheet_file_free(struct sheet_file *file);

/* Writes what is wrong, a line each: FILE:LINE: severity: where: sentence (values) [code]. */
void sheet_file_say(const struct sheet_file *file, FILE *output);

/* The same of one fault or discrepancy as JSON; a new reference, NULL when out of memory. */
json_t *sheet_file_fault(const struct sheet_file *file, size_t place);
json_t *sheet_file_discrepancy(const struct sheet_file *file, size_t place);

/* What the sheet came to: counts, and for each year what was planned, secured and executed. */
json_t *sheet_file_counts(const struct sheet_file *file);

/* The name of the programme, year, source and kind of a place, for people ("2022 시비 확보"). */
enum { SHEET_FILE_PLACE_SIZE = 1024 };

void sheet_file_place(const struct sheet *sheet, const struct sheet_place *place,
                      char ret_text[SHEET_FILE_PLACE_SIZE]);

#endif
