/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of paper_file.h. What cannot be read is named by its line; no line
 * is left out.
 */
#include "cli/paper_file.h"

#include "cli/key_file.h"
#include "cli/phrase.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHEET_MAX = 500, NUMBER_DIGITS_MAX = 9 };

/* A number from 0 on, the whole text; -1 when it is none. */
static int read_number(const char *text)
{
    int number = 0;
    size_t digits = 0;

    for (; text[digits] >= '0' && text[digits] <= '9' && digits < NUMBER_DIGITS_MAX; digits++) {
        number = 10 * number + (text[digits] - '0');
    }
    return digits > 0 && text[digits] == '\0' ? number : -1;
}

/* "a" or "a=3". */
static bool add_choice(json_t *choices, char *text)
{
    char *equals = strrchr(text, '=');
    int value = 1;

    if (equals != NULL) {
        *equals = '\0';
        value = read_number(equals + 1);
    }
    return text[0] != '\0' && value >= 0 &&
           json_array_append_new(choices,
                                 json_pack("{s:s, s:i}", "option", text, "value", value)) == 0;
}

/* "a;b", cut up where it stands. */
static json_t *read_choices(char *text)
{
    json_t *choices = json_array();
    bool good = true;

    while (good && text != NULL && *text != '\0') {
        char *semicolon = strchr(text, ';');

        if (semicolon != NULL) {
            *semicolon = '\0';
        }
        good = add_choice(choices, text);
        text = semicolon != NULL ? semicolon + 1 : NULL;
    }
    if (!good) {
        json_decref(choices);
        return NULL;
    }
    return choices;
}

static json_t *read_line(char *line)
{
    char *comma = strchr(line, ',');
    json_t *choices;
    int sheet;

    if (comma == NULL) {
        return NULL;
    }
    *comma = '\0';
    sheet = read_number(line);
    if (sheet < 1 || sheet > SHEET_MAX) {
        return NULL;
    }
    if (comma[1] == '!') {
        return json_pack("{s:i, s:s}", "sheet", sheet, "kind", comma + 2);
    }
    choices = read_choices(comma + 1);
    return choices == NULL ? NULL : json_pack("{s:i, s:o}", "sheet", sheet, "choices", choices);
}

/* The next line without its end, or NULL; *text moves behind it. */
static char *take_line(char **text)
{
    char *line = *text;
    char *end;

    if (line == NULL || *line == '\0') {
        return NULL;
    }
    end = strchr(line, '\n');
    *text = end != NULL ? end + 1 : NULL;
    if (end != NULL) {
        *end = '\0';
    }
    if (line[0] != '\0' && line[strlen(line) - 1] == '\r') {
        line[strlen(line) - 1] = '\0';
    }
    return line;
}

static enum err read_lines(const char *path, char *text, json_t *entries)
{
    static const char mark[] = "\xEF\xBB\xBF";
    char *line = strncmp(text, mark, sizeof mark - 1) == 0 ? text + sizeof mark - 1 : text;
    char *rest = line;
    size_t number = 1;

    line = take_line(&rest);
    if (line == NULL || strcmp(line, "sheet,choices") != 0) {
        (void)fprintf(stderr,
                      say("%s:1: 첫 줄은 sheet,choices 여야 합니다\n",
                          "%s:1: the first line must be sheet,choices\n"),
                      path);
        return ERR_INVALID;
    }
    for (line = take_line(&rest); line != NULL; line = take_line(&rest)) {
        json_t *entry;

        number++;
        if (line[0] == '\0') {
            continue;
        }
        entry = json_array_size(entries) < PAPER_LINE_MAX ? read_line(line) : NULL;
        if (entry == NULL || json_array_append_new(entries, entry) != 0) {
            (void)fprintf(
                stderr,
                say("%s:%zu: 투표지 한 장이 아닙니다. 17,a;b 또는 17,!blank 처럼 적고 "
                    "한 파일에 500장까지 담으십시오\n",
                    "%s:%zu: this is no sheet: write 17,a;b or 17,!blank, and at most 500 "
                    "in a file\n"),
                path, number);
            return ERR_INVALID;
        }
    }
    return ERR_OK;
}

enum err paper_file_read(const char *path, json_t **ret_entries)
{
    char *text = malloc(PAPER_FILE_SIZE_MAX);
    json_t *entries = json_array();
    size_t length = 0;
    enum err err = text == NULL || entries == NULL ? ERR_FULL : ERR_OK;

    if (!err && file_read_text(strcmp(path, "-") == 0 ? "/dev/stdin" : path, text,
                               PAPER_FILE_SIZE_MAX, &length) != ERR_OK) {
        (void)fprintf(stderr, say("%s: 파일을 읽을 수 없습니다\n", "%s: the file cannot be read\n"),
                      path);
        err = ERR_INVALID;
    }
    if (!err) {
        err = read_lines(path, text, entries);
    }
    free(text);
    if (err) {
        json_decref(entries);
        return err;
    }
    *ret_entries = entries;
    return ERR_OK;
}
