/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private signing key (runtime/signing_key.h) in a file of its own, mode 0600.
 *
 * The secret never appears in messages or logs, and is wiped after use.
 */
#ifndef HYEOPCHI_CLI_KEY_FILE_H
#define HYEOPCHI_CLI_KEY_FILE_H

#include "runtime/err.h"
#include "runtime/signing_key.h"

#include <stddef.h>

enum { KEY_FILE_SIZE_MAX = 4096 };

/* Reads a key. ERR_INVALID after saying on standard error what is wrong: also when others than its
 * owner may read the file. */
ERR_CHECKED enum err key_file_read(const char *path, struct signing_key *ret_key);

/* Writes a key into a new file, mode 0600, and syncs it. ERR_CONFLICT when there is one already. */
ERR_CHECKED enum err key_file_write(const char *path, const struct signing_key *key);

/* The whole content of a small file, NUL-terminated, into ret_text of size bytes. ERR_NOT_FOUND,
 * ERR_FULL, or ERR_INVALID when it cannot be read or holds a NUL; says nothing. */
ERR_CHECKED enum err file_read_text(const char *path, char *ret_text, size_t size,
                                    size_t *ret_length);

/* Replaces a file atomically: a new one beside it, synced, renamed over it. Keeps its mode;
 * a new file gets `mode`. ERR_INVALID after saying why. */
ERR_CHECKED enum err file_replace_text(const char *path, const char *text, unsigned mode);

#endif
