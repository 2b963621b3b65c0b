/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Problem details (RFC 9457): filling them in, writing them as JSON in the
 * reader's language, and the kinds that every service needs. Never shows a
 * value that its caller did not hand over as safe to show.
 */
#include "runtime/problem.h"

#include "runtime/utf8.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
    QUALITY_MAX = 1000, /* q=1.000 */
    LANGUAGE_RANGE_COUNT_MAX = 32,
};

static const char TYPE_PREFIX[] = "urn:hyeopchi:problem:";

/* Copies what fits, cut at a character; what is no UTF-8 becomes '?', so that JSON can carry it. */
static void copy_text(char *ret_text, size_t size, const char *text)
{
    size_t used = 0;

    assert(size > UTF8_LENGTH_MAX);
    if (text == NULL) {
        text = "";
    }
    while (*text != '\0') {
        const size_t length = utf8_length(text);
        const size_t needed = length > 0 ? length : 1;

        if (used + needed >= size) {
            break;
        }
        if (length > 0) {
            memcpy(ret_text + used, text, length);
        } else {
            ret_text[used] = '?';
        }
        used += needed;
        text += needed;
    }
    ret_text[used] = '\0';
}

void problem_set(struct problem *ret_problem, const struct problem_kind *kind, const char *field,
                 const char *rule, const char *value)
{
    assert(kind != NULL);
    *ret_problem = (struct problem){.kind = kind};
    copy_text(ret_problem->field, sizeof ret_problem->field, field);
    copy_text(ret_problem->rule, sizeof ret_problem->rule, rule);
    copy_text(ret_problem->value, sizeof ret_problem->value, value);
}

void problem_set_error(struct problem *ret_problem, enum err err)
{
    static const struct problem_kind *const kinds[] = {
        [ERR_OK] = &PROBLEM_INTERNAL,         [ERR_INVALID] = &PROBLEM_MALFORMED,
        [ERR_NOT_FOUND] = &PROBLEM_NOT_FOUND, [ERR_CONFLICT] = &PROBLEM_CONFLICT,
        [ERR_FULL] = &PROBLEM_OVERLOADED,     [ERR_UNAVAILABLE] = &PROBLEM_UNAVAILABLE,
        [ERR_INTERNAL] = &PROBLEM_INTERNAL,
    };

    assert(err > ERR_OK && err <= ERR_INTERNAL);
    problem_set(ret_problem, kinds[err], NULL, NULL, NULL);
    if (kinds[err]->status == 503) {
        ret_problem->retry_after_s = PROBLEM_RETRY_AFTER_S;
    }
}

void problem_detail(struct problem *problem, const char *ko, const char *en)
{
    copy_text(problem->detail_ko, sizeof problem->detail_ko, ko);
    copy_text(problem->detail_en, sizeof problem->detail_en, en);
}

static void put_text(json_t *document, const char *name, const char *text)
{
    if (text[0] != '\0') {
        (void)json_object_set_new(document, name, json_string(text));
    }
}

json_t *problem_json(const struct problem *problem, enum problem_language language)
{
    const bool english = language == PROBLEM_ENGLISH;
    const struct problem_kind *kind = problem->kind;
    json_t *document = json_object();

    assert(kind != NULL);
    (void)json_object_set_new(document, "type", json_sprintf("%s%s", TYPE_PREFIX, kind->code));
    put_text(document, "title", english ? kind->en : kind->ko);
    (void)json_object_set_new(document, "status", json_integer(kind->status));
    put_text(document, "code", kind->code);
    put_text(document, "detail", english ? problem->detail_en : problem->detail_ko);
    put_text(document, "field", problem->field);
    put_text(document, "value", problem->value);
    put_text(document, "rule", problem->rule);
    return document;
}

/* The weight of one language range, in thousandths, from what follows its ";". */
static int quality(const char *parameters, size_t length)
{
    const char *end = parameters + length;
    const char *cursor = parameters;
    int value;
    int scale;

    while (cursor < end && (*cursor == ' ' || *cursor == '\t' || *cursor == ';')) {
        cursor++;
    }
    if (end - cursor < 3 || (*cursor != 'q' && *cursor != 'Q') || cursor[1] != '=') {
        return QUALITY_MAX;
    }
    cursor += 2;
    value = *cursor == '1' ? QUALITY_MAX : 0;
    cursor++;
    if (cursor < end && *cursor == '.') {
        cursor++;
        for (scale = QUALITY_MAX / 10; scale > 0 && cursor < end; scale /= 10, cursor++) {
            if (*cursor < '0' || *cursor > '9') {
                break;
            }
            value += (*cursor - '0') * scale;
        }
    }
    return value < QUALITY_MAX ? value : QUALITY_MAX;
}

/* "en", "en-US" */
static bool range_is(const char *range, size_t length, const char *language)
{
    return length >= 2 && strncasecmp(range, language, 2) == 0 && (length == 2 || range[2] == '-');
}

enum problem_language problem_language(const char *accept_language)
{
    const char *cursor = accept_language;
    int korean = -1;
    int english = -1;
    bool english_first = false;
    int ranges;

    for (ranges = 0; cursor != NULL && ranges < LANGUAGE_RANGE_COUNT_MAX; ranges++) {
        const char *range = cursor + strspn(cursor, " \t");
        const size_t whole = strcspn(range, ",");
        const size_t length = strcspn(range, ",; \t");
        const int weight = quality(range + length, whole - length);

        if (range_is(range, length, "ko") && weight > korean) {
            korean = weight;
        } else if (range_is(range, length, "en") && weight > english) {
            english = weight;
            english_first = korean < weight;
        }
        cursor = range[whole] == ',' ? range + whole + 1 : NULL;
    }

    if (english > korean || (english == korean && english_first)) {
        return english > 0 ? PROBLEM_ENGLISH : PROBLEM_KOREAN;
    }
    return PROBLEM_KOREAN;
}
