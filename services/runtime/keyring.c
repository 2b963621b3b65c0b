/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys file as a sorted table, read again when it changes. The whole file
 * is compared, not its time stamps: it is small, and two changes within one
 * tick of the file system's clock must not hide each other. A file that is
 * wrong in any line changes nothing.
 */
#include "runtime/keyring.h"

#include "runtime/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct keyring {
    char path[PATH_MAX];
    struct keyring_key *keys; /* sorted by key id */
    size_t count;
    uint8_t file_hash[CRYPTO_HASH_SIZE]; /* of what was read last, right or wrong */
    bool unreadable;                     /* when last tried */
    const char *problem;                 /* why the text read last was refused; NULL: it was not */
    uv_timer_t timer;
    bool watching;
};

/* Why the file is refused, for the log. */
struct refusal {
    const char *reason;
    int64_t line; /* 0: the file as a whole */
};

/* Reads the whole file; ret_text has room for KEYRING_FILE_SIZE_MAX + 1 bytes. */
static enum err read_file(const char *path, char *ret_text, size_t *ret_length)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    enum err err = ERR_UNAVAILABLE;
    size_t length = 0;

    if (file < 0) {
        return ERR_UNAVAILABLE;
    }
    while (length <= KEYRING_FILE_SIZE_MAX) {
        const ssize_t got = read(file, ret_text + length, KEYRING_FILE_SIZE_MAX + 1 - length);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            goto out;
        }
        if (got == 0) {
            *ret_length = length;
            err = ERR_OK;
            goto out;
        }
        length += (size_t)got;
    }
    err = ERR_FULL;

out:
    (void)close(file); /* Only read from. */
    return err;
}

static int compare_keys(const void *a, const void *b)
{
    const struct keyring_key *left = a;
    const struct keyring_key *right = b;

    return strcmp(left->principal.key_id, right->principal.key_id);
}

static int compare_id(const void *id, const void *key)
{
    return strcmp(id, ((const struct keyring_key *)key)->principal.key_id);
}

/* Reads every line; text is NUL-terminated and cut into lines. */
static enum err parse_lines(char *text, struct keyring_key *ret_keys, size_t *ret_count,
                            struct refusal *ret_refusal)
{
    char *line = text;
    size_t count = 0;
    int64_t number;

    for (number = 1; line != NULL; number++) {
        char *end = strchr(line, '\n');
        struct keyring_key key;
        enum err err;

        if (end != NULL) {
            *end = '\0';
        }
        err = keyring_parse_line(line, &key);
        if (!err && count == KEYRING_KEY_COUNT_MAX) {
            *ret_refusal = (struct refusal){"too many keys", number};
            return ERR_INVALID;
        }
        if (!err) {
            ret_keys[count] = key;
            count++;
        } else if (err != ERR_NOT_FOUND) {
            *ret_refusal = (struct refusal){"wrong line", number};
            return ERR_INVALID;
        }
        line = end != NULL ? end + 1 : NULL;
    }
    *ret_count = count;
    return ERR_OK;
}

/* Replaces the keys when the text is right. */
static enum err take_text(struct keyring *keyring, char *text, size_t length,
                          struct refusal *ret_refusal)
{
    struct keyring_key *keys = NULL;
    size_t count = 0;
    size_t i;
    enum err err;

    if (memchr(text, '\0', length) != NULL) {
        *ret_refusal = (struct refusal){"not a text file", 0};
        return ERR_INVALID;
    }
    keys = calloc(KEYRING_KEY_COUNT_MAX, sizeof *keys);
    if (keys == NULL) {
        *ret_refusal = (struct refusal){"out of memory", 0};
        return ERR_INTERNAL;
    }
    err = parse_lines(text, keys, &count, ret_refusal);
    if (err) {
        goto out;
    }
    qsort(keys, count, sizeof *keys, compare_keys);
    for (i = 1; i < count; i++) {
        if (compare_keys(&keys[i - 1], &keys[i]) == 0) {
            *ret_refusal = (struct refusal){"an id given twice", 0};
            err = ERR_INVALID;
            goto out;
        }
    }
    free(keyring->keys);
    keyring->keys = keys;
    keyring->count = count;
    keys = NULL;

out:
    free(keys);
    return err;
}

/*
 * Reads the file. ERR_NOT_FOUND when there is nothing new: the same bytes as
 * last time, or still no file. Any other error keeps the keys of before.
 */
static enum err load(struct keyring *keyring, struct refusal *ret_refusal)
{
    char *text = malloc(KEYRING_FILE_SIZE_MAX + 1);
    uint8_t hash[CRYPTO_HASH_SIZE];
    size_t length = 0;
    enum err err;

    if (text == NULL) {
        *ret_refusal = (struct refusal){"out of memory", 0};
        return ERR_INTERNAL;
    }
    err = read_file(keyring->path, text, &length);
    if (err) {
        *ret_refusal = (struct refusal){
            err == ERR_FULL ? "larger than 256 KiB" : "cannot be read",
            0,
        };
        err = keyring->unreadable ? ERR_NOT_FOUND : ERR_UNAVAILABLE;
        keyring->unreadable = true;
        goto out;
    }

    keyring->unreadable = false;
    crypto_sha256(text, length, hash);
    if (memcmp(hash, keyring->file_hash, sizeof hash) == 0) {
        err = ERR_NOT_FOUND;
        goto out;
    }
    memcpy(keyring->file_hash, hash, sizeof hash);
    text[length] = '\0';
    err = take_text(keyring, text, length, ret_refusal);
    keyring->problem = err ? ret_refusal->reason : NULL;
    if (!err) {
        log_info("keys_loaded", log_str("file", keyring->path),
                 log_int("keys", (int64_t)keyring->count));
    }

out:
    free(text);
    return err;
}

static void on_timer(uv_timer_t *timer)
{
    struct keyring *keyring = timer->data;
    struct refusal refusal = {.reason = NULL};
    const enum err err = load(keyring, &refusal);

    if (err && err != ERR_NOT_FOUND) {
        log_error("keys_file_refused", log_str("file", keyring->path),
                  log_str("reason", refusal.reason), log_int("line", refusal.line),
                  log_str("then", "keeping the keys of before"));
    }
}

static enum err watch(struct keyring *keyring, struct loop *loop)
{
    if (uv_timer_init(&loop->uv, &keyring->timer) != 0) {
        return ERR_INTERNAL;
    }
    keyring->timer.data = keyring;
    keyring->watching = true;
    if (uv_timer_start(&keyring->timer, on_timer, KEYRING_POLL_MS, KEYRING_POLL_MS) != 0) {
        return ERR_INTERNAL;
    }
    /* The loop ends without waiting for this. */
    uv_unref((uv_handle_t *)&keyring->timer);
    return ERR_OK;
}

enum err keyring_open(struct loop *loop, const char *path, struct keyring **ret_keyring)
{
    struct keyring *keyring = calloc(1, sizeof *keyring);
    struct refusal refusal = {.reason = "out of memory"};
    enum err err = ERR_INTERNAL;

    if (keyring == NULL) {
        return ERR_INTERNAL;
    }
    if (strlen(path) >= sizeof keyring->path) {
        refusal.reason = "its name is too long";
        err = ERR_INVALID;
        goto out;
    }
    memcpy(keyring->path, path, strlen(path) + 1);
    err = load(keyring, &refusal);
    if (err) {
        err = err == ERR_INTERNAL ? ERR_INTERNAL : ERR_INVALID;
        goto out;
    }
    if (loop != NULL) {
        refusal.reason = "cannot be watched";
        err = watch(keyring, loop);
    }

out:
    if (err) {
        log_error("keys_file_refused", log_str("file", path), log_str("reason", refusal.reason),
                  log_int("line", refusal.line));
        keyring_close(keyring);
        return err;
    }
    *ret_keyring = keyring;
    return ERR_OK;
}

enum err keyring_find(const struct keyring *keyring, const char *key_id,
                      struct keyring_key *ret_key)
{
    const struct keyring_key *key;

    if (keyring->count == 0) {
        return ERR_NOT_FOUND;
    }
    key = bsearch(key_id, keyring->keys, keyring->count, sizeof *keyring->keys, compare_id);
    if (key == NULL) {
        return ERR_NOT_FOUND;
    }
    *ret_key = *key;
    return ERR_OK;
}

size_t keyring_count(const struct keyring *keyring)
{
    return keyring->count;
}

const struct keyring_key *keyring_at(const struct keyring *keyring, size_t place)
{
    assert(place < keyring->count);
    return &keyring->keys[place];
}

const char *keyring_problem(const struct keyring *keyring)
{
    return keyring->unreadable ? "cannot be read" : keyring->problem;
}

static void keyring_free(struct keyring *keyring)
{
    free(keyring->keys);
    free(keyring);
}

static void on_closed(uv_handle_t *handle)
{
    keyring_free(handle->data);
}

void keyring_close(struct keyring *keyring)
{
    if (keyring == NULL) {
        return;
    }
    if (keyring->watching) {
        uv_close((uv_handle_t *)&keyring->timer, on_closed);
        return;
    }
    keyring_free(keyring);
}
