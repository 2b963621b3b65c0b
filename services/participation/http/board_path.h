/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The paths of tiles, as C2SP tlog-tiles spells them: one spelling for each
 * tile, and everything else is none. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_HTTP_BOARD_PATH_H
#define HYEOPCHI_PARTICIPATION_HTTP_BOARD_PATH_H

#include "participation/store/board_page.h"

#include <stdbool.h>

/* What stands behind "tile/": the level, then "067", "x001/067", "067.p/8", "x001/067.p/8" or
 * "x001/x234/067" piece by piece; NULL where there is no further piece. */
struct board_path {
    const char *level;
    const char *pieces[3];
};

/* False when it is no tile's path. *ret_entries: it names entries, of level 0. */
bool board_path_parse(const struct board_path *path, struct board_tile *ret_tile,
                      bool *ret_entries);

/* True when the whole tile lies in a tree of that size. */
bool board_tile_is_within(const struct board_tile *tile, int64_t size);

#endif
