/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/http/board_path: every tile has one path, as C2SP tlog-tiles
 * spells it, and whatever else looks like one is none.
 */
#include "participation/http/board_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void paths_of_tiles_are_read(void **state)
{
    static const struct {
        struct board_path path;
        unsigned level;
        int64_t number;
        size_t width;
        bool entries;
    } PATHS[] = {
        {{"0", {"000"}}, 0, 0, 256, false},
        {{"0", {"067"}}, 0, 67, 256, false},
        {{"5", {"999"}}, 5, 999, 256, false},
        {{"1", {"067.p", "8"}}, 1, 67, 8, false},
        {{"0", {"000.p", "1"}}, 0, 0, 1, false},
        {{"0", {"000.p", "255"}}, 0, 0, 255, false},
        {{"0", {"x001", "000"}}, 0, 1000, 256, false},
        {{"0", {"x001", "067.p", "8"}}, 0, 1067, 8, false},
        {{"2", {"x001", "x234", "067"}}, 2, 1234067, 256, false},
        {{"0", {"x999", "x999", "999"}}, 0, 999999999, 256, false},
        {{"entries", {"000"}}, 0, 0, 256, true},
        {{"entries", {"x012", "345.p", "6"}}, 0, 12345, 6, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
        struct board_tile tile = {0};
        bool entries = !PATHS[i].entries;

        assert_true(board_path_parse(&PATHS[i].path, &tile, &entries));
        assert_int_equal(tile.level, PATHS[i].level);
        assert_int_equal(tile.number, PATHS[i].number);
        assert_int_equal(tile.width, PATHS[i].width);
        assert_int_equal(entries, PATHS[i].entries);
    }
}

static void other_spellings_and_what_is_no_tile_are_refused(void **state)
{
    static const struct board_path PATHS[] = {
        {"", {"000"}},
        {"00", {"000"}},
        {"01", {"000"}},
        {"6", {"000"}},
        {"-1", {"000"}},
        {"1000", {"000"}},
        {"entry", {"000"}},
        {"0", {""}},
        {"0", {"0"}},
        {"0", {"00"}},
        {"0", {"0000"}},
        {"0", {"00a"}},
        {"0", {" 00"}},
        {"0", {"x000"}},
        {"0", {"000", "000"}},
        {"0", {"x000", "000"}}, /* 000 has no group in front */
        {"0", {"x000", "x001", "000"}},
        {"0", {"001", "000"}},
        {"0", {"X001", "000"}},
        {"0", {"x001", "x000"}},
        {"0", {"x1", "000"}},
        {"0", {"000.p"}},
        {"0", {"000.p", ""}},
        {"0", {"000.p", "0"}},
        {"0", {"000.p", "01"}},
        {"0", {"000.p", "256"}},
        {"0", {"000.p", "1000"}},
        {"0", {"000.p", "-1"}},
        {"0", {"000.p", "1x"}},
        {"0", {"000.q", "1"}},
        {"0", {"000.p.p", "1"}},
        {"0", {"x001.p", "000"}},
        {"0", {"x001", "000.p", "0"}},
        {"0", {"000.p", "1", "1"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
        struct board_tile tile;
        bool entries;

        if (board_path_parse(&PATHS[i], &tile, &entries)) {
            fail_msg("%s / %s was taken for a tile", PATHS[i].level, PATHS[i].pieces[0]);
        }
    }
}

/* Writes a number as a path, whole or partial. */
static void write_path(int64_t number, size_t width, char text[3][8], struct board_path *ret_path)
{
    size_t count = 0;

    *ret_path = (struct board_path){.level = "0"};
    if (number >= 1000000) {
        (void)snprintf(text[count++], 8, "x%03d", (int)(number / 1000000));
    }
    if (number >= 1000) {
        (void)snprintf(text[count++], 8, "x%03d", (int)(number / 1000 % 1000));
    }
    (void)snprintf(text[count++], 8, "%03d%s", (int)(number % 1000), width < 256 ? ".p" : "");
    for (size_t i = 0; i < count; i++) {
        ret_path->pieces[i] = text[i];
    }
}

static void every_number_comes_back_from_its_path(void **state)
{
    char width_text[8];
    char text[3][8];

    (void)state;
    for (int64_t number = 0; number < 2000000; number += 1 + number / 7) {
        const size_t width = (size_t)(1 + number % 256);
        struct board_path path;
        struct board_tile tile;
        bool entries;

        write_path(number, width, text, &path);
        if (width < 256 && path.pieces[2] != NULL) {
            continue; /* Three groups and a width are more pieces than a path has. */
        }
        if (width < 256) {
            (void)snprintf(width_text, sizeof width_text, "%d", (int)width);
            path.pieces[path.pieces[1] == NULL ? 1 : 2] = width_text;
        }
        assert_true(board_path_parse(&path, &tile, &entries));
        assert_int_equal(tile.number, number);
        assert_int_equal(tile.width, width);
    }
}

static void a_tile_is_within_a_tree_that_has_all_its_hashes(void **state)
{
    static const struct {
        struct board_tile tile;
        int64_t least; /* size of a tree that has it */
    } TILES[] = {
        {{.level = 0, .number = 0, .width = 1}, 1},
        {{.level = 0, .number = 0, .width = 256}, 256},
        {{.level = 0, .number = 2, .width = 94}, 606},
        {{.level = 1, .number = 0, .width = 1}, 256},
        {{.level = 1, .number = 0, .width = 2}, 512},
        {{.level = 1, .number = 1, .width = 1}, 65792},
        {{.level = 2, .number = 0, .width = 1}, 65536},
        {{.level = 5, .number = 0, .width = 1}, INT64_C(1) << 40},
    };

    (void)state;
    for (size_t i = 0; i < sizeof TILES / sizeof TILES[0]; i++) {
        assert_true(board_tile_is_within(&TILES[i].tile, TILES[i].least));
        assert_true(board_tile_is_within(&TILES[i].tile, TILES[i].least + 1));
        assert_false(board_tile_is_within(&TILES[i].tile, TILES[i].least - 1));
        assert_false(board_tile_is_within(&TILES[i].tile, 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_of_tiles_are_read),
        cmocka_unit_test(other_spellings_and_what_is_no_tile_are_refused),
        cmocka_unit_test(every_number_comes_back_from_its_path),
        cmocka_unit_test(a_tile_is_within_a_tree_that_has_all_its_hashes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
