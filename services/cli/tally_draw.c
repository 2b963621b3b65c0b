/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders drawn in public or by a seed. It must never use a random number:
 * anybody must get the same order from the same file or seed.
 */
#include "cli/tally_draw.h"

#include "cli/phrase.h"
#include "cli/process.h"
#include "participation/domain/tally.h"
#include "runtime/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOT_TAG "lot"

/* An option with the hash that is its lot. */
struct lot {
    uint8_t hash[CRYPTO_HASH_SIZE];
    uint32_t option;
};

static int compare_lots(const void *left, const void *right)
{
    const struct lot *first = left;
    const struct lot *second = right;
    int order = memcmp(first->hash, second->hash, sizeof first->hash);

    return order != 0 ? order : (first->option > second->option) - (first->option < second->option);
}

enum err tally_draw_lot(const struct election *election, const char *seed, uint32_t *ret_places)
{
    uint8_t bytes[2 + TALLY_DRAW_SEED_MAX + ELECTION_ID_LENGTH_MAX];
    uint32_t count = election_option_count(election);
    size_t length = strlen(seed);
    struct lot *lots;

    if (length == 0 || length > TALLY_DRAW_SEED_MAX) {
        return ERR_INVALID;
    }
    lots = calloc((size_t)count + 1, sizeof *lots);
    if (lots == NULL) {
        return ERR_FULL;
    }
    bytes[0] = (uint8_t)(length >> 8);
    bytes[1] = (uint8_t)length;
    memcpy(bytes + 2, seed, length);
    for (uint32_t i = 0; i < count; i++) {
        const char *id = election_option(election, i)->id;
        size_t id_length = strlen(id);

        memcpy(bytes + 2 + length, id, id_length);
        crypto_tagged_hash(LOT_TAG, bytes, 2 + length + id_length, lots[i].hash);
        lots[i].option = i;
    }
    qsort(lots, count, sizeof *lots, compare_lots);
    for (uint32_t place = 0; place < count; place++) {
        ret_places[lots[place].option] = place;
    }
    free(lots);
    return ERR_OK;
}

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
