/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scores from JSON, each fault by its name, and back.
 */
#include "participation/http/jury_json.h"

#include "participation/domain/ballot_check_parts.h"
#include "runtime/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCORE_SIZE = 32 };

static const struct problem_kind JURY_OPTION_UNKNOWN = {
    .status = 422,
    .code = "jury-option-unknown",
    .ko = "심사 점수에 이 투표에 없는 의제가 있습니다.",
    .en = "A score is for an option that the ballot does not have.",
};
static const struct problem_kind JURY_OPTION_REPEATED = {
    .status = 422,
    .code = "jury-option-repeated",
    .ko = "같은 의제의 심사 점수가 두 번 있습니다.",
    .en = "The same option has two scores.",
};
static const struct problem_kind JURY_OPTION_MISSING = {
    .status = 422,
    .code = "jury-option-missing",
    .ko = "심사 점수가 없는 의제가 있습니다. 0점이면 0이라고 적으십시오.",
    .en = "An option has no score; one that got nothing has the score 0.",
};
static const struct problem_kind JURY_SCORE_INVALID = {
    .status = 422,
    .code = "jury-score-invalid",
    .ko = "심사 점수는 0 이상이고 소수점 아래 두 자리까지인 수여야 합니다.",
    .en = "A score is a number from 0 on with at most two decimal places.",
};
static const struct problem_kind JURY_SCORE_TOO_HIGH = {
    .status = 422,
    .code = "jury-score-too-high",
    .ko = "심사 점수의 합이 심사위원 수와 만점을 곱한 값보다 큽니다.",
    .en = "A score is above what so many jurors can give together.",
};
static const struct problem_kind JURY_SOURCE_INVALID = {
    .status = 422,
    .code = "jury-source-invalid",
    .ko = "근거 문서에 사용할 수 없는 문자가 있거나 앞뒤에 공백이 있습니다.",
    .en = "The source has characters that are not allowed, or starts or ends with a space.",
};

/* What is being read, and the options that had a score. */
struct reading {
    const struct ballot_definition *definition;
    struct ballot_index index;
    struct jury_scores *scores;
    bool seen[BALLOT_OPTION_MAX];
};

/* A string of a decimal, or a whole number. */
static void read_score(struct json_reader *reader, int64_t *ret_score)
{
    const json_t *value = json_object_get(reader->object, "score");
    char text[SCORE_SIZE] = "";

    if (json_is_integer(value)) {
        (void)snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT,
                       json_integer_value(value)); /* Always fits. */
    } else {
        json_read_text(reader, "score", 1, text, sizeof text);
    }
    if (json_reader_ok(reader) && jury_score_parse(text, ret_score) != ERR_OK) {
        json_reader_refuse(reader, "score", &JURY_SCORE_INVALID, NULL, text);
    }
}

static void read_one(struct reading *reading, struct json_reader *reader)
{
    const struct ballot_definition *definition = reading->definition;
    static const char *const keys[] = {"option", "score", NULL};
    char id[BALLOT_OPTION_ID_MAX + 1] = "";
    int64_t score = 0;
    uint32_t number;

    json_reader_allow(reader, keys);
    json_read_text(reader, "option", 1, id, sizeof id);
    read_score(reader, &score);
    if (!json_reader_ok(reader)) {
        return;
    }
    number = ballot_option_find(definition, &reading->index, id);
    if (number == 0) {
        json_reader_refuse(reader, "option", &JURY_OPTION_UNKNOWN, NULL, id);
    } else if (reading->seen[number - 1]) {
        json_reader_refuse(reader, "option", &JURY_OPTION_REPEATED, NULL, id);
    } else if (definition->jury.present &&
               score > jury_score_max(definition, reading->scores->jurors)) {
        json_reader_refuse(reader, "score", &JURY_SCORE_TOO_HIGH, NULL, NULL);
    } else {
        reading->seen[number - 1] = true;
        reading->scores->scores[number - 1] = score;
        reading->scores->count++;
    }
}

static void read_members(struct reading *reading, struct json_reader *reader)
{
    static const char *const keys[] = {"jurors", "source", "scores", NULL};
    struct jury_scores *scores = reading->scores;
    const json_t *array = NULL;
    int64_t jurors = 0;

    json_reader_allow(reader, keys);
    json_read_int64(reader, "jurors", 1, JURY_MEMBERS_MAX, &jurors);
    json_read_text(reader, "source", 1, scores->source, sizeof scores->source);
    json_read_array(reader, "scores", BALLOT_OPTION_MAX, &array);
    if (json_reader_ok(reader) && ballot_text_reason(scores->source, true) != BALLOT_REFUSAL_NONE) {
        json_reader_refuse(reader, "source", &JURY_SOURCE_INVALID, NULL, NULL);
    }
    scores->jurors = (uint32_t)jurors;
    for (size_t i = 0; json_reader_ok(reader) && i < json_array_size(array); i++) {
        struct json_reader one;
        char path[PROBLEM_FIELD_SIZE];

        (void)snprintf(path, sizeof path, "/scores/%zu", i); /* Always fits. */
        json_reader_init(&one, json_array_get(array, i), path, reader->problem);
        read_one(reading, &one);
    }
    if (json_reader_ok(reader) && scores->count != reading->definition->option_count) {
        json_reader_refuse(reader, "scores", &JURY_OPTION_MISSING, NULL, NULL);
    }
}

enum err jury_json_read(const void *text, size_t length, const struct ballot_definition *definition,
                        struct jury_scores *ret_scores, struct problem *ret_problem)
{
    struct reading reading = {.definition = definition, .scores = ret_scores};
    struct json_reader reader;
    json_t *json = NULL;

    *ret_scores = (struct jury_scores){0};
    if (json_parse(text, length, &json, ret_problem) != ERR_OK) {
        return ERR_INVALID;
    }
    ballot_index_build(definition, &reading.index);
    json_reader_init(&reader, json, "", ret_problem);
    read_members(&reading, &reader);
    json_decref(json);
    return ret_problem->kind == NULL ? ERR_OK : ERR_INVALID;
}

static json_t *score_json(const char *id, int64_t score)
{
    char text[DECIMAL_TEXT_SIZE];

    (void)decimal_format(score, JURY_SCALE, text);
    return json_pack("{s:s, s:s}", "option", id, "score", text);
}

json_t *jury_scores_json(const struct ballot_row *row, const struct ballot_definition *definition)
{
    struct jury_scores *scores;
    json_t *array;
    json_t *json;

    if (row->jury == NULL) {
        return json_null();
    }
    scores = calloc(1, sizeof *scores);
    if (scores == NULL ||
        jury_scores_decode(definition, row->jury, row->jury_length, scores) != ERR_OK) {
        free(scores);
        return NULL;
    }
    array = json_array();
    for (size_t i = 0; i < scores->count && array != NULL; i++) {
        if (json_array_append_new(array,
                                  score_json(definition->options[i].id, scores->scores[i])) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    json = json_pack("{s:I, s:s, s:o}", "jurors", (json_int_t)scores->jurors, "source",
                     scores->source, "scores", array);
    free(scores);
    return json;
}
