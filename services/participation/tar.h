/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers of a ustar archive of regular files that says nothing of the machine
 * it was made on: the same bytes for the same name, length and time. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_TAR_H
#define HYEOPCHI_PARTICIPATION_TAR_H

#include "runtime/buffer.h"
#include "runtime/err.h"

#include <stdint.h>

enum {
    TAR_BLOCK_SIZE = 512,
    TAR_NAME_LENGTH_MAX = 99,
};

#define TAR_FILE_SIZE_MAX ((INT64_C(1) << 33) - 1) /* bytes: eleven octal digits */

/* Appends a file's header. ERR_FULL when it is longer than TAR_FILE_SIZE_MAX. */
ERR_CHECKED enum err tar_add_header(struct buffer *archive, const char *name, int64_t length,
                                    int64_t time_s);

/* Appends the zeros behind a file of that length, up to the next block. */
void tar_add_padding(struct buffer *archive, int64_t length);

/* Appends the two blocks of zeros that end an archive. */
void tar_add_end(struct buffer *archive);

#endif
