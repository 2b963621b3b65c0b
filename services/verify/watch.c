/* SPDX-License-Identifier: Apache-2.0 */
/* One look at a board: key, checkpoint, tiles. */
#include "verify/watch.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define STATE_FORMAT "hyeopchi-watch/1"
#define TILE_BITS    8

/* The tile of each level that was fetched last; hashes are used one after another. */
struct tiles {
    const struct watch_source *source;
    uint64_t size; /* of the checkpoint whose tree they are of */

    struct {
        bool held;
        uint64_t number;
        size_t width;
        uint8_t hashes[WATCH_TILE_WIDTH * DIGEST_SIZE];
    } level[WATCH_TILE_LEVEL_MAX + 1];
};

void watch_tile_path(unsigned level, uint64_t number, unsigned width,
                     char ret_path[WATCH_TILE_PATH_MAX])
{
    char groups[WATCH_TILE_PATH_MAX] = "";
    char partial[16] = "";
    size_t at = sizeof groups - 1;
    bool last = true;

    assert(level <= WATCH_TILE_LEVEL_MAX);
    assert(width > 0 && width <= WATCH_TILE_WIDTH);
    /* Written from the end: three digits a group, an x in front of all but the last. */
    for (uint64_t rest = number; last || rest > 0; rest /= 1000) {
        char group[8];
        int length = snprintf(group, sizeof group, "%s%03u%s", last ? "" : "x",
                              (unsigned)(rest % 1000), last ? "" : "/");

        assert(length > 0 && (size_t)length <= at);
        at -= (size_t)length;
        memcpy(groups + at, group, (size_t)length);
        last = false;
    }
    if (width < WATCH_TILE_WIDTH) {
        (void)snprintf(partial, sizeof partial, ".p/%u", width);
    }
    (void)snprintf(ret_path, WATCH_TILE_PATH_MAX, "tile/%u/%s%s", level, groups + at, partial);
}

/* Hashes of a tile in a tree of this size. */
static unsigned tile_width(uint64_t size, unsigned level, uint64_t number)
{
    uint64_t hashes = size >> (TILE_BITS * level);
    uint64_t before = number * WATCH_TILE_WIDTH;

    assert(hashes > before);
    return (unsigned)(hashes - before < WATCH_TILE_WIDTH ? hashes - before : WATCH_TILE_WIDTH);
}

/* Fetches a tile; a partial one may have been replaced by the whole tile since. */
static enum verdict fetch_tile(struct tiles *tiles, unsigned level, uint64_t number,
                               struct finding *finding)
{
    unsigned width = tile_width(tiles->size, level, number);
    char path[WATCH_TILE_PATH_MAX];
    struct fetch_body *body = malloc(sizeof *body);
    enum fetch_outcome outcome;
    enum verdict verdict = VERDICT_GOOD;

    watch_tile_path(level, number, width, path);
    if (body == NULL) {
        return finding_unreadable(finding, path, "there is no memory for it");
    }
    outcome = tiles->source->fetch(tiles->source->argument, path, body, finding);
    if (outcome == FETCH_ABSENT && width < WATCH_TILE_WIDTH) {
        watch_tile_path(level, number, WATCH_TILE_WIDTH, path);
        outcome = tiles->source->fetch(tiles->source->argument, path, body, finding);
    }
    if (outcome == FETCH_ABSENT) {
        verdict = finding_unreadable(finding, path, "the board does not have this tile");
    } else if (outcome != FETCH_GOT) {
        verdict = VERDICT_UNREADABLE;
    } else if (body->length % DIGEST_SIZE != 0 || body->length < (size_t)width * DIGEST_SIZE ||
               body->length > sizeof tiles->level[level].hashes) {
        verdict = finding_unreadable(finding, path, "the tile has %zu bytes", body->length);
    } else {
        tiles->level[level].held = true;
        tiles->level[level].number = number;
        tiles->level[level].width = body->length / DIGEST_SIZE;
        memcpy(tiles->level[level].hashes, body->bytes, body->length);
    }
    free(body);
    return verdict;
}

/* The greatest level whose hashes cover whole subtrees from here on. */
static unsigned next_level(uint64_t from, uint64_t to)
{
    unsigned level = 0;

    while (level < WATCH_TILE_LEVEL_MAX) {
        uint64_t leaves = 1ULL << (TILE_BITS * (level + 1));

        if ((from & (leaves - 1)) != 0 || leaves > to - from) {
            break;
        }
        level++;
    }
    return level;
}

/* Extends the frontier to tiles->size. */
static enum verdict extend(struct frontier *frontier, struct tiles *tiles, struct digest *digest,
                           struct finding *finding)
{
    while (frontier->size < tiles->size) {
        unsigned level = next_level(frontier->size, tiles->size);
        uint64_t place = frontier->size >> (TILE_BITS * level);
        uint64_t number = place / WATCH_TILE_WIDTH;
        bool added;

        if (!tiles->level[level].held || tiles->level[level].number != number) {
            enum verdict verdict = fetch_tile(tiles, level, number, finding);

            if (verdict != VERDICT_GOOD) {
                return verdict;
            }
        }
        assert(place % WATCH_TILE_WIDTH < tiles->level[level].width);
        added = frontier_add(frontier, digest, TILE_BITS * level,
                             tiles->level[level].hashes + place % WATCH_TILE_WIDTH * DIGEST_SIZE);
        assert(added);
        (void)added;
    }
    return VERDICT_GOOD;
}

/* Whether the log of a checkpoint goes on from the state's; *state then is that log's. */
static enum verdict follow(struct watch_state *state, const struct watch_source *source,
                           const struct note *note, struct digest *digest, struct finding *finding)
{
    struct tiles *tiles = NULL;
    uint64_t before = state->frontier.size;
    uint8_t root[DIGEST_SIZE];
    enum verdict verdict;

    if (note->size < before) {
        return finding_fail(finding, "checkpoint",
                            "the log shrank from %" PRIu64 " leaves to %" PRIu64, before,
                            note->size);
    }
    if (note->size > before) {
        tiles = calloc(1, sizeof *tiles);
        if (tiles == NULL) {
            return finding_unreadable(finding, "", "there is no memory for tiles");
        }
        tiles->source = source;
        tiles->size = note->size;
        verdict = extend(&state->frontier, tiles, digest, finding);
        free(tiles);
        if (verdict != VERDICT_GOOD) {
            return verdict;
        }
    }
    frontier_root(&state->frontier, digest, root);
    if (memcmp(root, note->root, DIGEST_SIZE) != 0) {
        if (note->size == before) {
            return finding_fail(finding, "checkpoint",
                                "the log forked: there are two roots of %" PRIu64 " leaves",
                                before);
        }
        return finding_fail(finding, "checkpoint",
                            "the log forked: that of %" PRIu64
                            " leaves does not go on from the "
                            "%" PRIu64 " that were seen",
                            note->size, before);
    }
    memcpy(state->root, root, sizeof state->root);
    return VERDICT_GOOD;
}

/* Asks the board for its key, for lack of a better one. */
static enum verdict learn_key(struct watch_state *state, const struct watch_source *source,
                              struct fetch_body *body, struct finding *finding)
{
    enum fetch_outcome outcome = source->fetch(source->argument, "key", body, finding);

    if (outcome == FETCH_ABSENT) {
        return finding_unreadable(finding, "key", "the board has no key");
    }
    if (outcome != FETCH_GOT) {
        return VERDICT_UNREADABLE;
    }
    if (body->length > 0 && body->bytes[body->length - 1] == '\n') {
        body->length--;
    }
    if (body->length >= sizeof state->key ||
        !span_is_utf8((struct span){.data = body->bytes, .length = body->length})) {
        return finding_unreadable(finding, "key", "this is no verifier key");
    }
    memcpy(state->key, body->bytes, body->length);
    state->key[body->length] = '\0';
    return VERDICT_GOOD;
}

/* Whether the origin names the ballot that the address names. */
static bool names_ballot(struct span origin, const char *uuid)
{
    size_t length = strlen(uuid);

    return length == 0 ||
           (origin.length > length && origin.data[origin.length - length - 1] == '/' &&
            memcmp(origin.data + origin.length - length, uuid, length) == 0);
}

/* Reads the checkpoint in body and whether the key signed it. */
static enum verdict judge_checkpoint(const struct watch_state *state,
                                     const struct watch_source *source,
                                     const struct fetch_body *body, struct digest *digest,
                                     struct note *ret, struct finding *finding)
{
    struct span text = {.data = body->bytes, .length = body->length};
    struct note_key key;

    if (!note_key_read(
            (struct span){.data = (const uint8_t *)state->key, .length = strlen(state->key)},
            digest, &key)) {
        return finding_unreadable(finding, "key", "this is no verifier key");
    }
    if (!note_read(text, ret)) {
        return finding_unreadable(finding, "checkpoint", "this is no checkpoint");
    }
    if (!span_equal(ret->origin, key.name) || !names_ballot(ret->origin, source->uuid)) {
        return finding_fail(finding, "checkpoint", "it is of another log, %.*s",
                            (int)ret->origin.length, (const char *)ret->origin.data);
    }
    if (!note_signed_by(ret, &key)) {
        return finding_fail(finding, "checkpoint", "it is not signed by the board's key");
    }
    return VERDICT_GOOD;
}

static enum verdict look(struct watch_state *state, const struct watch_source *source,
                         struct digest *digest, struct fetch_body *body, struct finding *finding)
{
    enum verdict verdict;
    struct note note;

    if (state->key[0] == '\0') {
        verdict = learn_key(state, source, body, finding);
        if (verdict != VERDICT_GOOD) {
            return verdict;
        }
    }
    body->length = 0;
    switch (source->fetch(source->argument, "checkpoint", body, finding)) {
    case FETCH_GOT:
        break;
    case FETCH_ABSENT:
        return finding_unreadable(finding, "checkpoint", "there is no board at this address");
    case FETCH_FAILED:
    default:
        return VERDICT_UNREADABLE;
    }
    verdict = judge_checkpoint(state, source, body, digest, &note, finding);
    if (verdict == VERDICT_GOOD) {
        verdict = follow(state, source, &note, digest, finding);
    }
    if (verdict == VERDICT_GOOD) {
        assert(body->length < sizeof state->checkpoint);
        memcpy(state->checkpoint, body->bytes, body->length);
        state->checkpoint[body->length] = '\0';
    }
    return verdict;
}

enum verdict watch_look(struct watch_state *state, const struct watch_source *source,
                        uint64_t now_ms, struct fetch_body *ret_evidence, struct finding *finding)
{
    struct digest *digest = digest_new();
    struct watch_state next = *state;
    enum verdict verdict;

    ret_evidence->length = 0;
    if (digest == NULL) {
        return finding_unreadable(finding, "", "there is no memory to hash with");
    }
    verdict = look(&next, source, digest, ret_evidence, finding);
    if (verdict == VERDICT_GOOD) {
        next.seen_ms = now_ms;
        *state = next;
    }
    digest_free(digest);
    return verdict;
}

/* Reads the frontier's subtrees: as many as the size has bits. */
static bool read_frontier(const json_t *json, struct frontier *ret)
{
    const json_t *size = json_object_get(json, "size");
    const json_t *subtrees = json_object_get(json, "subtrees");
    struct frontier frontier = {0};
    size_t bits = 0;

    if (!json_is_integer(size) || json_integer_value(size) < 0) {
        return false;
    }
    frontier.size = (uint64_t)json_integer_value(size);
    for (uint64_t rest = frontier.size; rest > 0; rest &= rest - 1) {
        bits++;
    }
    if (!json_is_array(subtrees) || json_array_size(subtrees) != bits || bits > TREE_HEIGHT_MAX) {
        return false;
    }
    for (size_t i = 0; i < bits; i++) {
        const json_t *hash = json_array_get(subtrees, i);
        struct span text = {
            .data = (const uint8_t *)json_string_value(hash),
            .length = json_string_length(hash),
        };

        if (!json_is_string(hash) ||
            !spell_read_base64(text, SPELL_BASE64, frontier.subtrees[i], DIGEST_SIZE)) {
            return false;
        }
    }
    frontier.count = bits;
    *ret = frontier;
    return true;
}

/* Copies a text member; false when it is none, or too long. */
static bool read_text(const json_t *json, const char *name, char *ret, size_t size)
{
    const json_t *text = json_object_get(json, name);

    if (!json_is_string(text) || json_string_length(text) >= size) {
        return false;
    }
    memcpy(ret, json_string_value(text), json_string_length(text) + 1);
    return true;
}

static bool read_state(const json_t *json, struct watch_state *state)
{
    const json_t *seen = json_object_get(json, "seen_ms");
    char format[sizeof STATE_FORMAT];

    if (!read_text(json, "format", format, sizeof format) || strcmp(format, STATE_FORMAT) != 0 ||
        !read_text(json, "key", state->key, sizeof state->key) ||
        !read_text(json, "checkpoint", state->checkpoint, sizeof state->checkpoint) ||
        !json_is_integer(seen) || json_integer_value(seen) < 0) {
        return false;
    }
    state->seen_ms = (uint64_t)json_integer_value(seen);
    return read_frontier(json, &state->frontier);
}

/* Whether the checkpoint kept is of the frontier kept. */
static bool belong_together(struct watch_state *state)
{
    struct digest *digest = digest_new();
    struct note note;
    bool good = false;

    if (digest != NULL) {
        frontier_root(&state->frontier, digest, state->root);
        good = note_read((struct span){.data = (const uint8_t *)state->checkpoint,
                                       .length = strlen(state->checkpoint)},
                         &note) &&
               note.size == state->frontier.size &&
               memcmp(note.root, state->root, DIGEST_SIZE) == 0;
    }
    digest_free(digest);
    return good;
}

bool watch_state_read(struct span json, struct watch_state *ret)
{
    struct watch_state state = {0};
    json_t *root;
    bool good;

    if (json.length == 0 || json.length > WATCH_STATE_MAX) {
        return false;
    }
    root = json_loadb((const char *)json.data, json.length, JSON_REJECT_DUPLICATES, NULL);
    good = root != NULL && read_state(root, &state) && belong_together(&state);
    json_decref(root);
    if (good) {
        *ret = state;
    }
    return good;
}

size_t watch_state_write(const struct watch_state *state, char ret_json[WATCH_STATE_MAX])
{
    json_t *subtrees = json_array();
    json_t *json;
    size_t length = 0;

    for (size_t i = 0; i < state->frontier.count; i++) {
        char text[SPELL_BASE64_MAX(DIGEST_SIZE) + 1];

        spell_base64(state->frontier.subtrees[i], DIGEST_SIZE, SPELL_BASE64, text);
        (void)json_array_append_new(subtrees, json_string(text));
    }
    json = json_pack("{s:s,s:s,s:I,s:o,s:s,s:I}", "format", STATE_FORMAT, "key", state->key, "size",
                     (json_int_t)state->frontier.size, "subtrees", subtrees, "checkpoint",
                     state->checkpoint, "seen_ms", (json_int_t)state->seen_ms);
    if (json != NULL) {
        length = json_dumpb(json, ret_json, WATCH_STATE_MAX - 1, JSON_INDENT(2));
    }
    json_decref(json);
    if (length >= WATCH_STATE_MAX) {
        length = 0;
    }
    ret_json[length] = '\0';
    return length;
}
