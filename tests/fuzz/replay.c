/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over every file of the folders named, where libFuzzer
 * is not there. A folder without files fails: it would test nothing.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define INPUT_MAX 16777216
#define PATH_SIZE 4096

/* Tries one file; false when it cannot be read. */
static bool replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *input = NULL;
    bool tried = false;
    long size = 0;

    if (file == NULL) {
        return false;
    }
    if (fseek(file, 0, SEEK_END) == 0) {
        size = ftell(file);
    }
    if (size >= 0 && size <= INPUT_MAX && fseek(file, 0, SEEK_SET) == 0) {
        /* Of just this size, so that reading past the end is seen. */
        input = malloc(size == 0 ? 1 : (size_t)size);
    }
    if (input != NULL && fread(input, 1, (size_t)size, file) == (size_t)size) {
        (void)LLVMFuzzerTestOneInput(input, (size_t)size);
        tried = true;
    }
    free(input);
    (void)fclose(file);
    return tried;
}

/* Tries every file of a folder and returns how many; -1 when one cannot be read. */
static int replay_folder(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    int count = 0;

    if (folder == NULL) {
        return -1;
    }
    for (entry = readdir(folder); entry != NULL && count >= 0; entry = readdir(folder)) {
        char file[PATH_SIZE];
        int length = snprintf(file, sizeof file, "%s/%s", path, entry->d_name);

        if (entry->d_name[0] == '.') {
            continue;
        }
        count = length > 0 && length < PATH_SIZE && replay_file(file) ? count + 1 : -1;
    }
    (void)closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    int status = argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;

    for (int i = 1; i < argc; i++) {
        int count = replay_folder(argv[i]);

        (void)printf("%s: %d inputs\n", argv[i], count);
        if (count <= 0) {
            status = EXIT_FAILURE;
        }
    }
    return status;
}
