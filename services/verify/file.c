/* SPDX-License-Identifier: Apache-2.0 */
/* Files by the system's own calls: a bundle of gigabytes is mapped, never copied. */
#include "verify/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERROR_TEXT_SIZE 128

static enum verdict tell_error(struct finding *finding, const char *path, const char *what,
                               int error)
{
    char text[ERROR_TEXT_SIZE] = "";

    if (strerror_r(error, text, sizeof text) != 0) {
        text[0] = '\0';
    }
    return finding_unreadable(finding, path, "%s: %s", what, text);
}

static enum verdict map(struct file *file, int descriptor, const char *path,
                        struct finding *finding)
{
    struct stat about;
    void *mapping;

    if (fstat(descriptor, &about) != 0) {
        return tell_error(finding, path, "it cannot be looked at", errno);
    }
    if (!S_ISREG(about.st_mode)) {
        return finding_unreadable(finding, path, "it is no regular file");
    }
    if (about.st_size == 0) {
        return VERDICT_GOOD;
    }
    mapping = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (mapping == MAP_FAILED) {
        return tell_error(finding, path, "it cannot be read", errno);
    }
    *file = (struct file){
        .bytes = {.data = mapping, .length = (size_t)about.st_size},
        .mapping = mapping,
    };
    return VERDICT_GOOD;
}

enum verdict file_open(struct file *file, const char *path, struct finding *finding)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    enum verdict verdict;

    *file = (struct file){0};
    if (descriptor < 0) {
        return tell_error(finding, path, "it cannot be opened", errno);
    }
    verdict = map(file, descriptor, path, finding);
    (void)close(descriptor); /* It was only read. */
    return verdict;
}

void file_close(struct file *file)
{
    if (file->mapping != NULL) {
        (void)munmap(file->mapping,
                     file->bytes.length); /* It can only fail for what is no mapping. */
    }
    *file = (struct file){0};
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool write_all(int descriptor, struct span bytes)
{
    size_t written = 0;

    while (written < bytes.length) {
        ssize_t part = write(descriptor, bytes.data + written, bytes.length - written);

        if (part < 0 && errno != EINTR) {
            return false;
        }
        written += part > 0 ? (size_t)part : 0;
    }
    return fsync(descriptor) == 0;
}

enum verdict file_replace(const char *path, struct span bytes, struct finding *finding)
{
    char beside[FILE_PATH_MAX];
    int length = snprintf(beside, sizeof beside, "%s.new", path);
    int descriptor;
    bool good;
    int error;

    if (length < 0 || length >= (int)sizeof beside) {
        return finding_unreadable(finding, "", "a file's name is too long");
    }
    descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0) {
        return tell_error(finding, beside, "it cannot be written", errno);
    }
    good = write_all(descriptor, bytes);
    error = errno;
    if (close(descriptor) != 0 && good) {
        good = false;
        error = errno;
    }
    if (good && rename(beside, path) != 0) {
        good = false;
        error = errno;
    }
    if (!good) {
        (void)unlink(beside); /* What matters is that path is as it was. */
        return tell_error(finding, path, "it cannot be written", error);
    }
    return VERDICT_GOOD;
}
