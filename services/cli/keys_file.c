/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the services' keys file. A line that is no key is passed over here:
 * saying so is the caller's.
 */
#include "cli/keys_file.h"

#include "cli/key_file.h"
#include "cli/phrase.h"
#include "runtime/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum err keys_file_read(const char *path, char **ret_text)
{
    char *text = malloc(KEYRING_FILE_SIZE_MAX + 1);
    size_t length = 0;
    enum err err;

    if (text == NULL) {
        return ERR_INTERNAL;
    }
    text[0] = '\0';
    err = file_read_text(path, text, KEYRING_FILE_SIZE_MAX + 1, &length);
    if (err && err != ERR_NOT_FOUND) {
        (void)fprintf(stderr,
                      say("hyeopchi: 키 목록 %s 을(를) 읽을 수 없습니다\n",
                          "hyeopchi: cannot read the keys file %s\n"),
                      path);
        free(text);
        return ERR_INVALID;
    }
    *ret_text = text;
    return ERR_OK;
}

bool keys_file_next_line(const char **at, char ret_line[KEYS_FILE_LINE_SIZE])
{
    const size_t length = strcspn(*at, "\n");

    if (**at == '\0') {
        return false;
    }
    (void)snprintf(ret_line, KEYS_FILE_LINE_SIZE, "%.*s",
                   (int)(length < KEYS_FILE_LINE_SIZE ? length : KEYS_FILE_LINE_SIZE - 1), *at);
    *at += length;
    *at += **at == '\n' ? 1 : 0;
    return true;
}

bool keys_file_has(const char *text, const char *key_id)
{
    char line[KEYS_FILE_LINE_SIZE];
    struct keyring_key key;

    while (keys_file_next_line(&text, line)) {
        if (keyring_parse_line(line, &key) == ERR_OK && strcmp(key.principal.key_id, key_id) == 0) {
            return true;
        }
    }
    return false;
}
