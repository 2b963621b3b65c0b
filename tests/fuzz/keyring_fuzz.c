/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a line of the keys file: refused, or read into a key whose own
 * line is read into the same key.
 */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "runtime/keyring.h"

enum { LINE_SIZE = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char line[LINE_SIZE];
    char written[LINE_SIZE];
    struct keyring_key key;
    struct keyring_key again;

    if (size >= sizeof line || memchr(data, '\0', size) != NULL ||
        memchr(data, '\n', size) != NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(line, data, size);
    }
    line[size] = '\0';
    if (keyring_parse_line(line, &key)) {
        return 0;
    }
    assert(key.not_before_ms < key.not_after_ms);
    assert(key.public_length > 0 && key.public_length <= sizeof key.public_key);
    assert(key.principal.role != ROLE_PUBLIC);
    keyring_format_line(&key, written, sizeof written);
    assert(keyring_parse_line(written, &again) == ERR_OK);
    assert(strcmp(key.principal.key_id, again.principal.key_id) == 0);
    assert(strcmp(key.principal.id, again.principal.id) == 0);
    assert(key.not_before_ms == again.not_before_ms && key.not_after_ms == again.not_after_ms);
    assert(memcmp(key.public_key, again.public_key, key.public_length) == 0);
    return 0;
}
