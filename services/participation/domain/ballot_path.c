/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON pointers of ballot_path.h, written without stdio, which the domain does
 * without. It must never write past BALLOT_PATH_SIZE.
 */
#include "participation/domain/ballot_path.h"

#include <assert.h>
#include <string.h>

static size_t append(char *path, size_t length, const char *part);

void ballot_path_set(char path[BALLOT_PATH_SIZE], const char *list, size_t index, const char *field)
{
    size_t length = 0;

    assert(path != NULL);
    assert(index == BALLOT_PATH_WHOLE || list != NULL);

    path[0] = '\0';
    if (list != NULL) {
        length = append(path, length, list);
    }
    if (index != BALLOT_PATH_WHOLE) {
        char digits[21];
        size_t at = sizeof digits - 1;

        digits[at] = '\0';
        do {
            at--;
            digits[at] = (char)('0' + (char)(index % 10));
            index /= 10;
        } while (index > 0);
        length = append(path, length, digits + at);
    }
    if (field != NULL) {
        length = append(path, length, field);
    }
    assert(length < BALLOT_PATH_SIZE);
}

static size_t append(char *path, size_t length, const char *part)
{
    size_t part_length = strlen(part);

    /* The parts are the program's own words: one that does not fit is a bug. */
    assert(part_length > 0);
    assert(length + 1 + part_length < BALLOT_PATH_SIZE);

    path[length] = '/';
    memcpy(path + length + 1, part, part_length + 1);
    return length + 1 + part_length;
}
