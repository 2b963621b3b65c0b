/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private keys on disk, and small text files in general. A key that others may
 * read is refused, as ssh does. Must never print a secret.
 */
#include "cli/key_file.h"

#include "cli/phrase.h"
#include "cli/process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const mode_t KEY_MODE = S_IRUSR | S_IWUSR;

/* Reads until the end or until size - 1 bytes are there. */
static enum err read_all(int file, char *ret_text, size_t size, size_t *ret_length)
{
    size_t length = 0;

    while (length < size) {
        const ssize_t got = read(file, ret_text + length, size - length);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return ERR_INVALID;
        }
        if (got == 0) {
            ret_text[length] = '\0';
            *ret_length = length;
            return memchr(ret_text, '\0', length) == NULL ? ERR_OK : ERR_INVALID;
        }
        length += (size_t)got;
    }
    return ERR_FULL;
}

static enum err write_all(int file, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        const ssize_t wrote = write(file, text, left);

        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote < 0) {
            return ERR_INVALID;
        }
        text += wrote;
        left -= (size_t)wrote;
    }
    return fsync(file) == 0 ? ERR_OK : ERR_INVALID;
}

enum err file_read_text(const char *path, char *ret_text, size_t size, size_t *ret_length)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    enum err err;

    if (file < 0) {
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_INVALID;
    }
    err = read_all(file, ret_text, size, ret_length);
    (void)close(file); /* Only read from. */
    return err;
}

static enum err refuse(const char *path, const char *reason)
{
    (void)fprintf(stderr, say("hyeopchi: 키 파일 %s: %s\n", "hyeopchi: key file %s: %s\n"), path,
                  reason);
    return ERR_INVALID;
}

enum err key_file_read(const char *path, struct signing_key *ret_key)
{
    char text[KEY_FILE_SIZE_MAX];
    struct stat status;
    struct signing_key key = {.algorithm = CRYPTO_ED25519};
    size_t length = 0;
    enum err err;

    if (stat(path, &status) != 0) {
        return refuse(path, process_error());
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return refuse(path, say("다른 사용자가 읽을 수 있습니다. chmod 600 으로 막아 주십시오.",
                                "others may read it; protect it with chmod 600."));
    }
    err = file_read_text(path, text, sizeof text, &length);
    if (!err) {
        err = signing_key_parse(text, &key);
    }
    crypto_wipe(text, sizeof text);
    if (err) {
        signing_key_wipe(&key);
        return refuse(path, say("협치 개인 키가 아닙니다. 'hyeopchi key new'로 만들어 주십시오.",
                                "it is no private key; make one with 'hyeopchi key new'."));
    }
    *ret_key = key;
    signing_key_wipe(&key);
    return ERR_OK;
}

enum err key_file_write(const char *path, const struct signing_key *key)
{
    char text[SIGNING_KEY_TEXT_SIZE];
    int file;
    enum err err;

    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, KEY_MODE);
    if (file < 0) {
        const bool exists = errno == EEXIST;

        (void)refuse(path, exists ? say("이미 있습니다. 다른 이름을 쓰거나 먼저 지워 주십시오.",
                                        "it exists already; choose another name or remove it.")
                                  : process_error());
        return exists ? ERR_CONFLICT : ERR_INVALID;
    }
    signing_key_format(key, text);
    err = write_all(file, text);
    crypto_wipe(text, sizeof text);
    if (close(file) != 0) {
        err = ERR_INVALID;
    }
    if (err) {
        (void)unlink(path); /* Half a key is worse than none. */
        return refuse(path, process_error());
    }
    return ERR_OK;
}

static enum err say_cannot_write(const char *path)
{
    (void)fprintf(
        stderr, say("hyeopchi: %s 파일을 쓸 수 없습니다: %s\n", "hyeopchi: cannot write %s: %s\n"),
        path, process_error());
    return ERR_INVALID;
}

enum err file_replace_text(const char *path, const char *text, unsigned mode)
{
    char beside[PATH_MAX];
    struct stat status;
    enum err err;
    int file;

    if (stat(path, &status) == 0) {
        mode = status.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
    }
    if ((size_t)snprintf(beside, sizeof beside, "%s.XXXXXX", path) >= sizeof beside) {
        errno = ENAMETOOLONG;
        return say_cannot_write(path);
    }
    file = mkstemp(beside);
    if (file < 0) {
        return say_cannot_write(path);
    }
    err = write_all(file, text);
    if (fchmod(file, (mode_t)mode) != 0 || close(file) != 0) {
        err = ERR_INVALID;
    }
    if (err || rename(beside, path) != 0) {
        err = say_cannot_write(path);
        (void)unlink(beside); /* Nothing was replaced. */
    }
    return err;
}
