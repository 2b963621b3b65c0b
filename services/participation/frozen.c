/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frozen definitions and their key files. A key must never be logged, and
 * never be in memory longer than the definition it belongs to.
 */
#include "participation/frozen.h"

#include "participation/domain/ballot_encode.h"
#include "participation/domain/leaf.h"
#include "runtime/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum { KEY_SIZE = 32, KEY_PATH_SIZE = 1024 };

#define TAG_KEY_REQUEST "key/request"

static enum err key_path(const char *directory, const char *id_text, char ret_path[KEY_PATH_SIZE])
{
    int length = snprintf(ret_path, KEY_PATH_SIZE, "%s/%s.key", directory, id_text);

    return length > 0 && length < KEY_PATH_SIZE ? ERR_OK : ERR_INVALID;
}

static enum err key_read(const char *directory, const char *id_text, uint8_t ret_key[KEY_SIZE])
{
    char path[KEY_PATH_SIZE];
    uint8_t content[KEY_SIZE + 1];
    ssize_t length = -1;
    int fd;

    if (key_path(directory, id_text, path) != ERR_OK) {
        return ERR_INTERNAL;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        length = read(fd, content, sizeof content);
        (void)close(fd); /* Only read from. */
    }
    if (length != KEY_SIZE) {
        log_error("ballot_key_unreadable", log_str("ballot_id", id_text),
                  log_str("action", "restore the key file from the sealed copy"));
        return ERR_INTERNAL;
    }
    memcpy(ret_key, content, KEY_SIZE);
    crypto_wipe(content, sizeof content);
    return ERR_OK;
}

static bool directory_sync(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced;

    if (fd < 0) {
        return false;
    }
    synced = fsync(fd) == 0;
    (void)close(fd); /* Only read from. */
    return synced;
}

enum err frozen_key_create(const char *keys_directory, const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    char id_text[CRYPTO_UUID_TEXT_SIZE];
    char path[KEY_PATH_SIZE];
    uint8_t key[KEY_SIZE];
    bool written;
    int fd;

    crypto_uuid_format(ballot_id, id_text);
    if (key_path(keys_directory, id_text, path) != ERR_OK) {
        return ERR_INTERNAL;
    }
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) {
        return ERR_CONFLICT;
    }
    if (fd < 0) {
        log_error("ballot_key_not_written", log_str("directory", keys_directory),
                  log_str("reason", uv_strerror(uv_translate_sys_error(errno))));
        return ERR_INTERNAL;
    }
    crypto_random(key, sizeof key);
    written = write(fd, key, sizeof key) == (ssize_t)sizeof key && fsync(fd) == 0;
    crypto_wipe(key, sizeof key);
    written = close(fd) == 0 && written;
    if (!written || !directory_sync(keys_directory)) {
        log_error("ballot_key_not_written", log_str("directory", keys_directory),
                  log_str("reason", uv_strerror(uv_translate_sys_error(errno))));
        (void)unlink(path); /* Nothing was made with it. */
        return ERR_INTERNAL;
    }
    return ERR_OK;
}

void frozen_key_remove(const char *keys_directory, const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    char id_text[CRYPTO_UUID_TEXT_SIZE];
    char path[KEY_PATH_SIZE];

    crypto_uuid_format(ballot_id, id_text);
    if (key_path(keys_directory, id_text, path) != ERR_OK || unlink(path) != 0) {
        log_warn("ballot_key_not_removed", log_str("ballot_id", id_text),
                 log_str("reason", uv_strerror(uv_translate_sys_error(errno))));
    }
}

/* Random bytes in place of the key, on the disk. What a copying file system or a flash disk keeps of
 * the old ones is out of reach from here. */
static bool key_overwrite(int fd)
{
    uint8_t noise[KEY_SIZE];

    crypto_random(noise, sizeof noise);
    return write(fd, noise, sizeof noise) == (ssize_t)sizeof noise && fsync(fd) == 0;
}

enum err frozen_key_destroy(const char *keys_directory, const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    char id_text[CRYPTO_UUID_TEXT_SIZE];
    char path[KEY_PATH_SIZE];
    bool done = false;
    int fd;

    crypto_uuid_format(ballot_id, id_text);
    if (key_path(keys_directory, id_text, path) != ERR_OK) {
        return ERR_INTERNAL;
    }
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        done = errno == ENOENT; /* Also what a crash after unlink() leaves. */
    } else {
        done = key_overwrite(fd);
        done = close(fd) == 0 && done;
        done = done && unlink(path) == 0;
    }
    if (!done || !directory_sync(keys_directory)) {
        log_error("ballot_key_not_destroyed", log_str("ballot_id", id_text),
                  log_str("reason", uv_strerror(uv_translate_sys_error(errno))),
                  log_str("action", "mend the directory of the keys, and approve again"));
        return ERR_INTERNAL;
    }
    return ERR_OK;
}

static void derive_keys(struct frozen *frozen, const uint8_t ballot_key[KEY_SIZE])
{
    const uint8_t *id = frozen->definition.ballot_id;

    crypto_tagged_mac(ballot_key, LEAF_TAG_KEY_VTAG, id, BALLOT_ID_SIZE, frozen->vtag_key);
    crypto_tagged_mac(ballot_key, LEAF_TAG_KEY_NULL, id, BALLOT_ID_SIZE, frozen->nullifier_key);
    crypto_tagged_mac(ballot_key, TAG_KEY_REQUEST, id, BALLOT_ID_SIZE, frozen->request_key);
}

enum err definition_copy_make(const uint8_t *definition, size_t length,
                              struct definition_copy **ret_copy)
{
    struct ballot_option_store options;
    struct definition_copy *copy;
    size_t count = 0;
    enum err err = ballot_decode_count(definition, length, &count);

    if (err) {
        return err;
    }
    copy = calloc(1, sizeof *copy + count * sizeof copy->options[0]);
    if (copy == NULL) {
        return ERR_FULL;
    }
    options = (struct ballot_option_store){.options = copy->options, .capacity = count};
    err = ballot_decode(definition, length, &options, &copy->definition);
    if (err) {
        free(copy);
        return err;
    }
    *ret_copy = copy;
    return ERR_OK;
}

enum err frozen_make_keyless(const uint8_t *definition, size_t length, struct frozen **ret_frozen)
{
    struct ballot_option_store options;
    struct frozen *frozen;
    size_t count = 0;
    enum err err = ballot_decode_count(definition, length, &count);

    if (err) {
        return err;
    }
    frozen = calloc(1, sizeof *frozen + count * sizeof frozen->options[0]);
    if (frozen == NULL) {
        return ERR_FULL;
    }
    atomic_init(&frozen->references, 1);
    options = (struct ballot_option_store){.options = frozen->options, .capacity = count};
    err = ballot_decode(definition, length, &options, &frozen->definition);
    if (err) {
        frozen_release(frozen);
        return err;
    }
    ballot_index_build(&frozen->definition, &frozen->index);
    crypto_tagged_hash(LEAF_TAG_BALLOT, definition, length, frozen->definition_hash);
    crypto_uuid_format(frozen->definition.ballot_id, frozen->id_text);
    *ret_frozen = frozen;
    return ERR_OK;
}

enum err frozen_make(const uint8_t *definition, size_t length, const char *keys_directory,
                     struct frozen **ret_frozen)
{
    struct frozen *frozen = NULL;
    uint8_t key[KEY_SIZE];
    enum err err = frozen_make_keyless(definition, length, &frozen);

    if (err) {
        return err;
    }
    err = key_read(keys_directory, frozen->id_text, key);
    if (err) {
        frozen_release(frozen);
        return err;
    }
    derive_keys(frozen, key);
    crypto_wipe(key, sizeof key);
    frozen->has_key = true;
    *ret_frozen = frozen;
    return ERR_OK;
}

struct frozen *frozen_hold(struct frozen *frozen)
{
    atomic_fetch_add(&frozen->references, 1);
    return frozen;
}

void frozen_release(struct frozen *frozen)
{
    if (frozen != NULL && atomic_fetch_sub(&frozen->references, 1) == 1) {
        crypto_wipe(frozen->vtag_key, sizeof frozen->vtag_key);
        crypto_wipe(frozen->nullifier_key, sizeof frozen->nullifier_key);
        crypto_wipe(frozen->request_key, sizeof frozen->request_key);
        free(frozen);
    }
}
