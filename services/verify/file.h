/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole files: mapped to be read, or written so that nobody ever sees half of
 * one. A mapped file must not be cut short by somebody else while it is used.
 */
#ifndef HYEOPCHI_VERIFY_FILE_H
#define HYEOPCHI_VERIFY_FILE_H

#include <stdbool.h>

#include "verify/bytes.h"
#include "verify/verdict.h"

#define FILE_PATH_MAX 4096 /* bytes, with the NUL */

/* A file in memory; zeroed memory is none. */
struct file {
    struct span bytes;
    void *mapping; /* NULL when the file is empty */
};

/* VERDICT_UNREADABLE, saying why, unless path is a regular file that can be read. */
VERDICT_CHECKED enum verdict file_open(struct file *file, const char *path,
                                       struct finding *finding);

/* Takes a zeroed file. */
void file_close(struct file *file);

/* Whether there is something of this name. */
bool file_exists(const char *path);

/* Writes bytes durably under a name beside path, and then puts that in path's place. */
VERDICT_CHECKED enum verdict file_replace(const char *path, struct span bytes,
                                          struct finding *finding);

#endif
