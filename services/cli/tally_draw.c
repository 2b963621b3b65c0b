/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders drawn in public, line by line. An order that names an option twice, or
 * one that there is not, must never be counted with.
 */
#include "cli/tally_draw.h"

#include "cli/phrase.h"
#include "cli/process.h"
#include "participation/domain/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Says what is wrong with a line of the order. */
static enum err refuse_line(const char *path, size_t line, const char *what)
{
    (void)fprintf(stderr, "%s:%zu: %s\n", path, line, what);
    return ERR_INVALID;
}

static enum err take_line(const struct election *election, const char *path, size_t line,
                          const char *id, uint32_t *places, uint32_t *place)
{
    uint32_t option;

    if (*id == '\0' || *id == '#') {
        return ERR_OK;
    }
    if (election_find_option(election, id, strlen(id), &option)) {
        return refuse_line(path, line, say("이 선거에 없는 사업입니다", "there is no such option"));
    }
    if (places[option] != TALLY_NOT_DRAWN) {
        return refuse_line(path, line,
                           say("이미 나온 사업입니다", "this option was drawn already"));
    }
    places[option] = *place;
    (*place)++;
    return ERR_OK;
}

/* Takes the order line by line; text is cut up. */
static enum err take_lines(const struct election *election, const char *path, char *text,
                           uint32_t *places)
{
    uint32_t place = 0;
    size_t line = 0;
    enum err err = ERR_OK;

    while (text != NULL && !err) {
        char *end = strchr(text, '\n');
        size_t length = end == NULL ? strlen(text) : (size_t)(end - text);

        line++;
        while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL) {
            length--;
        }
        text[length] = '\0';
        err = take_line(election, path, line, text + strspn(text, " \t"), places, &place);
        text = end == NULL ? NULL : end + 1;
    }
    return err;
}

enum err tally_draw_file(const struct election *election, const char *path, uint32_t *ret_places)
{
    FILE *file = fopen(path, "rb");
    char *text = file == NULL ? NULL : malloc(TALLY_DRAW_SIZE_MAX + 1);
    size_t length = 0;
    enum err err = ERR_OK;

    if (file == NULL) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, process_error());
        return ERR_INVALID;
    }
    for (uint32_t i = 0; i < election_option_count(election); i++) {
        ret_places[i] = TALLY_NOT_DRAWN;
    }
    if (text != NULL) {
        length = fread(text, 1, TALLY_DRAW_SIZE_MAX, file);
    }
    if (text == NULL || ferror(file) != 0 || fgetc(file) != EOF) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path,
                      say("읽을 수 없거나 너무 큽니다", "cannot be read, or is too large"));
        err = ERR_INVALID;
    } else {
        text[length] = '\0';
        err = take_lines(election, path, text, ret_places);
    }
    free(text);
    (void)fclose(file); /* only read: nothing can be lost */
    return err;
}
