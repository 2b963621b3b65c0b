/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services' keys file as text: one public key a line, comments kept as they
 * are. Never writes the file: that is key.c's.
 */
#ifndef HYEOPCHI_CLI_KEYS_FILE_H
#define HYEOPCHI_CLI_KEYS_FILE_H

#include "runtime/err.h"
#include "runtime/signing_key.h"

#include <stdbool.h>

enum { KEYS_FILE_LINE_SIZE = SIGNING_KEY_LINE_SIZE };

/* The whole file as text, malloc'd; an absent file is empty. ERR_INVALID after saying that it cannot
 * be read. */
ERR_CHECKED enum err keys_file_read(const char *path, char **ret_text);

/* The line that starts at *at, without its end; *at moves on. False at the end of the text. */
bool keys_file_next_line(const char **at, char ret_line[KEYS_FILE_LINE_SIZE]);

/* True when a line of the text holds the key ("operator:kim"). */
bool keys_file_has(const char *text, const char *key_id);

#endif
