/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a ballot to the rows of a .pb file.
 */
#include "participation/domain/ballot_pb.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/ballot_pb_meta.h"
#include "participation/domain/decimal.h"
#include "participation/domain/pb_write.h"

enum { PROJECT_COLUMNS = 8, VOTE_COLUMNS_MAX = 4 };

static struct pb_cell cell(const char *text)
{
    return (struct pb_cell){.text = text, .length = strlen(text)};
}

size_t ballot_pb_misfit(const struct ballot_definition *definition)
{
    assert(definition != NULL);
    assert(definition->option_count <= BALLOT_OPTION_MAX);

    for (size_t i = 0; i < definition->option_count; i++) {
        const struct ballot_option *option = &definition->options[i];

        if (strchr(option->id, ',') != NULL || option->cost_krw == PB_COST_WITHDRAWN) {
            return i;
        }
    }
    return definition->option_count;
}

/* The last column is for ballots whose scores are not votes. */
static size_t project_columns(const struct ballot_definition *definition)
{
    const bool votes = definition->method == BALLOT_METHOD_APPROVAL ||
                       definition->method == BALLOT_METHOD_CHOOSE_1;

    return votes ? PROJECT_COLUMNS - 1 : PROJECT_COLUMNS;
}

static void add_project(struct text *text, const struct ballot_definition *definition, size_t place,
                        const struct ballot_pb_count *count)
{
    const struct ballot_option *option = &definition->options[place];
    char cost[DECIMAL_TEXT_SIZE];
    char votes[DECIMAL_TEXT_SIZE];
    char score[DECIMAL_TEXT_SIZE];

    (void)decimal_format(option->cost_krw, 0, cost);
    (void)decimal_format(count->votes[place], 0, votes);
    (void)decimal_format(count->scores[place], 0, score);
    const struct pb_cell cells[PROJECT_COLUMNS] = {
        cell(option->id),
        cell(cost),
        cell(option->name),
        cell(option->field),
        cell(option->area),
        cell(votes),
        cell(count->funded[place] ? "1" : "0"),
        cell(score),
    };
    pb_write_row(text, cells, project_columns(definition));
}

void ballot_pb_add_head(struct text *text, const struct ballot_definition *definition,
                        const struct ballot_pb_count *count)
{
    const struct pb_cell projects = cell("PROJECTS");
    const struct pb_cell votes = cell("VOTES");
    const struct pb_cell columns[PROJECT_COLUMNS] = {
        cell("project_id"),   cell("cost"),  cell("name"),     cell("category"),
        cell("neighborhood"), cell("votes"), cell("selected"), cell("score"),
    };
    struct pb_cell vote_columns[VOTE_COLUMNS_MAX] = {cell("voter_id"), cell("vote")};
    size_t vote_column_count = 2;

    assert(count->voters >= 0);
    assert(ballot_pb_misfit(definition) == definition->option_count);

    ballot_pb_add_meta(text, definition, count);
    pb_write_row(text, &projects, 1);
    pb_write_row(text, columns, project_columns(definition));
    for (size_t i = 0; i < definition->option_count; i++) {
        add_project(text, definition, i, count);
    }
    pb_write_row(text, &votes, 1);
    if (ballot_has_points(definition)) {
        vote_columns[vote_column_count] = cell("points");
        vote_column_count++;
    }
    if (definition->channel_weights.count > 0) {
        vote_columns[vote_column_count] = cell("voting_method");
        vote_column_count++;
    }
    pb_write_row(text, vote_columns, vote_column_count);
}

enum err ballot_pb_add_choices(struct text *text, const struct ballot_definition *definition,
                               const struct vote_body *body)
{
    const bool rank = body->method == VOTE_BODY_METHOD_RANK;
    uint32_t ranked[VOTE_CHOICE_MAX];

    assert(body->count <= VOTE_CHOICE_MAX);

    if (rank && vote_body_ranked(body, ranked) != ERR_OK) {
        return ERR_INVALID;
    }
    for (size_t i = 0; i < body->count; i++) {
        const uint32_t number = rank ? ranked[i] : body->choices[i].option;

        if (number == 0 || number > definition->option_count) {
            return ERR_INVALID;
        }
        text_add(text, i > 0 ? "," : "");
        text_add(text, definition->options[number - 1].id);
    }
    return ERR_OK;
}

void ballot_pb_add_points(struct text *text, const struct vote_body *body)
{
    for (size_t i = 0; i < body->count; i++) {
        char points[DECIMAL_TEXT_SIZE];

        (void)decimal_format(body->choices[i].value, 0, points);
        text_add(text, i > 0 ? "," : "");
        text_add(text, points);
    }
}

void ballot_pb_add_vote(struct text *text, int64_t voter, const struct ballot_pb_vote *vote)
{
    char number[DECIMAL_TEXT_SIZE];
    struct pb_cell cells[VOTE_COLUMNS_MAX];
    size_t count = 2;

    assert(voter > 0);
    assert(vote->choices != NULL || vote->choices_length == 0);

    (void)decimal_format(voter, 0, number);
    cells[0] = cell(number);
    cells[1] = (struct pb_cell){.text = vote->choices, .length = vote->choices_length};
    if (vote->points != NULL) {
        cells[count] = (struct pb_cell){.text = vote->points, .length = vote->points_length};
        count++;
    }
    if (vote->channel != NULL) {
        cells[count] = cell(vote->channel);
        count++;
    }
    pb_write_row(text, cells, count);
}
