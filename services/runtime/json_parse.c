/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsing one JSON document strictly. Depth is checked before jansson, which
 * recurses, sees the text; the same walk names the place of any later error as
 * a JSON pointer. Never quotes the text itself: it may hold somebody's identity.
 */
#include "runtime/json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { KEY_SHOWN_MAX = 32 };

/* One open object or array. Keys are borrowed from the text. */
struct json_frame {
    bool is_array;
    bool expects_key;
    size_t index;
    const char *key; /* NULL until the first one */
    size_t key_length;
};

struct json_walk {
    const char *text;
    size_t length;
    struct json_frame frames[JSON_DEPTH_MAX];
    size_t depth;
};

/* The place just past the string that starts at text[from] == '"'. */
static size_t string_end(const struct json_walk *walk, size_t from)
{
    size_t at;

    for (at = from + 1; at < walk->length; at++) {
        if (walk->text[at] == '\\') {
            at++;
        } else if (walk->text[at] == '"') {
            return at + 1;
        }
    }
    return walk->length;
}

static void walk_string(struct json_walk *walk, size_t from, size_t end)
{
    struct json_frame *frame;

    if (walk->depth == 0) {
        return;
    }
    frame = &walk->frames[walk->depth - 1];
    if (!frame->is_array && frame->expects_key && end - from >= 2) {
        frame->key = walk->text + from + 1;
        frame->key_length = end - from - 2;
        frame->expects_key = false;
    }
}

static void walk_comma(struct json_walk *walk)
{
    struct json_frame *frame;

    if (walk->depth == 0) {
        return;
    }
    frame = &walk->frames[walk->depth - 1];
    frame->index++;
    frame->expects_key = true;
}

/*
 * Walks until `until`. Knows only strings, brackets and commas: whether the
 * rest is JSON is for jansson to say. ERR_FULL when it nests too deeply.
 */
static enum err walk_text(struct json_walk *walk, const char *text, size_t until)
{
    size_t at = 0;

    *walk = (struct json_walk){.text = text, .length = until};
    while (at < until) {
        const char byte = text[at];

        at++;
        if (byte == '"') {
            const size_t end = string_end(walk, at - 1);

            walk_string(walk, at - 1, end);
            at = end;
        } else if (byte == '{' || byte == '[') {
            if (walk->depth == JSON_DEPTH_MAX) {
                return ERR_FULL;
            }
            walk->frames[walk->depth] =
                (struct json_frame){.is_array = byte == '[', .expects_key = true};
            walk->depth++;
        } else if ((byte == '}' || byte == ']') && walk->depth > 0) {
            walk->depth--;
        } else if (byte == ',') {
            walk_comma(walk);
        }
    }
    return ERR_OK;
}

/* "/choices/3/option" of where the walk stopped; keys as they are written, long ones cut. */
static void walk_pointer(const struct json_walk *walk, char ret_pointer[PROBLEM_FIELD_SIZE])
{
    size_t used = 0;
    size_t i;

    ret_pointer[0] = '\0';
    for (i = 0; i < walk->depth && used < PROBLEM_FIELD_SIZE; i++) {
        const struct json_frame *frame = &walk->frames[i];
        int wrote = 0;

        if (frame->is_array) {
            wrote = snprintf(ret_pointer + used, PROBLEM_FIELD_SIZE - used, "/%zu", frame->index);
        } else if (frame->key != NULL) {
            const size_t length =
                frame->key_length < KEY_SHOWN_MAX ? frame->key_length : (size_t)KEY_SHOWN_MAX;

            wrote = snprintf(ret_pointer + used, PROBLEM_FIELD_SIZE - used, "/%.*s", (int)length,
                             frame->key);
        }
        assert(wrote >= 0);
        used += (size_t)wrote;
    }
}

static void refuse_depth(const struct json_walk *walk, struct problem *ret_problem)
{
    char pointer[PROBLEM_FIELD_SIZE];

    walk_pointer(walk, pointer);
    problem_set(ret_problem, &PROBLEM_INVALID_JSON, pointer, "depth", NULL);
    problem_detail(ret_problem, "16단계보다 깊이 중첩되어 있습니다.",
                   "It is nested more than 16 levels deep.");
}

static void refuse_text(const char *text, size_t length, const json_error_t *error,
                        struct problem *ret_problem)
{
    const enum json_error_code code = json_error_code(error);
    const bool duplicate = code == json_error_duplicate_key;
    size_t until = error->position > 0 ? (size_t)error->position : 0;
    char pointer[PROBLEM_FIELD_SIZE];
    char ko[PROBLEM_DETAIL_SIZE];
    char en[PROBLEM_DETAIL_SIZE];
    struct json_walk walk;

    /* jansson stands behind what it stumbled on. A bracket there is not yet part of the place. */
    if (!duplicate && until > 0) {
        until--;
    }
    /* The whole text is no deeper than this part of it, which json_parse() has walked. */
    (void)walk_text(&walk, text, until < length ? until : length);
    walk_pointer(&walk, pointer);

    if (duplicate) {
        problem_set(ret_problem, &PROBLEM_INVALID_JSON, pointer, "duplicate-key", NULL);
        problem_detail(ret_problem, "같은 이름의 항목이 두 번 있습니다.",
                       "The same key is there twice.");
        return;
    }
    if (code == json_error_numeric_overflow) {
        problem_set(ret_problem, &PROBLEM_INVALID_JSON, pointer, "range", NULL);
        problem_detail(ret_problem, "다룰 수 있는 범위를 벗어난 수입니다.",
                       "The number is beyond what can be kept.");
        return;
    }
    problem_set(ret_problem, &PROBLEM_INVALID_JSON, pointer,
                code == json_error_invalid_utf8 ? "utf-8" : "syntax", NULL);
    (void)snprintf(ko, sizeof ko, "%d번째 줄 %d번째 글자 부근을 읽을 수 없습니다.", error->line,
                   error->column);
    (void)snprintf(en, sizeof en, "It cannot be read near line %d, column %d.", error->line,
                   error->column);
    problem_detail(ret_problem, ko, en);
}

enum err json_parse(const void *text, size_t length, json_t **ret_value,
                    struct problem *ret_problem)
{
    struct json_walk walk;
    json_error_t error;
    json_t *value;

    if (walk_text(&walk, text, length)) {
        refuse_depth(&walk, ret_problem);
        return ERR_INVALID;
    }
    value = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (value == NULL) {
        refuse_text(text, length, &error, ret_problem);
        return ERR_INVALID;
    }
    *ret_value = value;
    return ERR_OK;
}
