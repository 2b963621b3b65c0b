/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading tiles' paths. Must never take two spellings for one tile: whoever
 * caches them would keep both.
 */
#include "participation/http/board_path.h"

#include <string.h>

enum { GROUP_DIGITS = 3, GROUP = 1000, WIDTH_DIGITS_MAX = 3 };

/* A number without leading zeros, at most WIDTH_DIGITS_MAX digits. */
static bool read_small(const char *text, int64_t *ret_value)
{
    const size_t length = strspn(text, "0123456789");
    int64_t value = 0;

    if (length == 0 || length > WIDTH_DIGITS_MAX || text[length] != '\0' ||
        (length > 1 && text[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        value = 10 * value + (text[i] - '0');
    }
    *ret_value = value;
    return true;
}

/* Exactly three digits, then `rest`. */
static bool read_group(const char *text, const char *rest, int64_t *value)
{
    if (strspn(text, "0123456789") != GROUP_DIGITS || strcmp(text + GROUP_DIGITS, rest) != 0) {
        return false;
    }
    for (size_t i = 0; i < GROUP_DIGITS; i++) {
        *value = 10 * *value + (text[i] - '0');
    }
    return true;
}

/* The number of a tile: groups with an x in front, the last one without. */
static bool read_number(const char *const *pieces, size_t count, const char *rest,
                        int64_t *ret_number)
{
    int64_t number = 0;

    for (size_t i = 0; i + 1 < count; i++) {
        if (pieces[i][0] != 'x' || !read_group(pieces[i] + 1, "", &number) || number == 0) {
            return false;
        }
    }
    if (!read_group(pieces[count - 1], rest, &number)) {
        return false;
    }
    *ret_number = number;
    return true;
}

bool board_path_parse(const struct board_path *path, struct board_tile *ret_tile, bool *ret_entries)
{
    const bool entries = strcmp(path->level, "entries") == 0;
    const size_t count = path->pieces[1] == NULL ? 1 : (path->pieces[2] == NULL ? 2 : 3);
    struct board_tile tile = {.width = MERKLE_TILE_WIDTH};
    int64_t level = 0;
    int64_t width = MERKLE_TILE_WIDTH;
    bool partial = false;

    if (!entries && (!read_small(path->level, &level) || level >= MERKLE_TILE_LEVEL_MAX)) {
        return false;
    }
    if (count > 1) {
        const char *dot = strchr(path->pieces[count - 2], '.');

        partial = dot != NULL;
    }
    if (partial &&
        (!read_small(path->pieces[count - 1], &width) || width < 1 || width >= MERKLE_TILE_WIDTH)) {
        return false;
    }
    if (!read_number(path->pieces, partial ? count - 1 : count, partial ? ".p" : "",
                     &tile.number)) {
        return false;
    }
    tile.level = (unsigned)level;
    tile.width = (size_t)width;
    *ret_tile = tile;
    *ret_entries = entries;
    return true;
}

bool board_tile_is_within(const struct board_tile *tile, int64_t size)
{
    const int64_t hashes = size >> (MERKLE_TILE_HEIGHT * tile->level);

    return tile->number * MERKLE_TILE_WIDTH + (int64_t)tile->width <= hashes;
}
