/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The .pb reader: sections, header rows and the life of a reading. It must
 * never go on after an error.
 */
#include "participation/domain/pb.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/pb_state.h"

static const char *const SECTION_NAMES[PB_SECTION_COUNT] = {
    [PB_NO_SECTION] = "",
    [PB_META] = "META",
    [PB_PROJECTS] = "PROJECTS",
    [PB_VOTES] = "VOTES",
};

static const char *const COLUMN_NAMES[PB_COLUMN_COUNT] = {
    [PB_KEY] = "key",
    [PB_VALUE] = "value",
    [PB_PROJECT_ID] = "project_id",
    [PB_COST] = "cost",
    [PB_PROJECT_VOTES] = "votes",
    [PB_SCORE] = "score",
    [PB_NAME] = "name",
    [PB_CATEGORY] = "category",
    [PB_SELECTED] = "selected",
    [PB_VOTER_ID] = "voter_id",
    [PB_VOTE] = "vote",
    [PB_POINTS] = "points",
    [PB_AGE] = "age",
    [PB_SEX] = "sex",
    [PB_VOTING_METHOD] = "voting_method",
    [PB_DISTRICT] = "district",
    [PB_NEIGHBORHOOD] = "neighborhood",
};

/* Which section knows a column, and whether the section can be read without it. */
struct column_row {
    enum pb_section section;
    enum pb_column column;
    bool required;
};

static const struct column_row COLUMNS[] = {
    {PB_META, PB_KEY, true},
    {PB_META, PB_VALUE, true},
    {PB_PROJECTS, PB_PROJECT_ID, true},
    {PB_PROJECTS, PB_COST, true},
    {PB_PROJECTS, PB_PROJECT_VOTES, false},
    {PB_PROJECTS, PB_SCORE, false},
    {PB_PROJECTS, PB_NAME, false},
    {PB_PROJECTS, PB_CATEGORY, false},
    {PB_PROJECTS, PB_SELECTED, false},
    {PB_PROJECTS, PB_DISTRICT, false},
    {PB_PROJECTS, PB_NEIGHBORHOOD, false},
    {PB_VOTES, PB_VOTER_ID, false},
    {PB_VOTES, PB_VOTE, true},
    {PB_VOTES, PB_POINTS, false},
    {PB_VOTES, PB_AGE, false},
    {PB_VOTES, PB_SEX, false},
    {PB_VOTES, PB_VOTING_METHOD, false},
    {PB_VOTES, PB_DISTRICT, false},
    {PB_VOTES, PB_NEIGHBORHOOD, false},
};

#define COLUMN_ROWS (sizeof COLUMNS / sizeof COLUMNS[0])

static pb_row_fn take_row;

enum err pb_new(const struct pb_options *options, struct pb **ret)
{
    struct pb *pb = calloc(1, sizeof *pb);

    assert(options != NULL);
    assert(ret != NULL);

    if (pb == NULL) {
        return ERR_FULL;
    }
    pb->options = *options;
    pb_rows_init(&pb->rows, take_row, pb);
    text_pool_init(&pb->texts, PB_META_LENGTH_MAX);
    text_set_init(&pb->voters, (struct text_set_limits){
                                   .count_max = ELECTION_VOTES_MAX,
                                   .length_max = PB_VOTER_LENGTH_MAX,
                               });
    pb->choices = calloc(PB_VOTE_CHOICES_MAX, sizeof *pb->choices);
    if (pb->choices == NULL) {
        pb_free(pb);
        return ERR_FULL;
    }
    *ret = pb;
    return ERR_OK;
}

void pb_free(struct pb *pb)
{
    if (pb == NULL) {
        return;
    }
    pb_rows_release(&pb->rows);
    text_pool_release(&pb->texts);
    text_set_release(&pb->voters);
    if (!pb->election_taken) {
        election_free(pb->election);
    }
    free(pb->claims);
    free(pb->choices);
    free(pb);
}

static bool same_name(const char *left, const char *right)
{
    while (*left != '\0' && pb_lower(*left) == pb_lower(*right)) {
        left++;
        right++;
    }
    return pb_lower(*left) == pb_lower(*right);
}

/* The section this row opens: its name alone, in any case; spreadsheets add empty cells. */
static enum pb_section section_of(const struct pb_row *row)
{
    assert(row->count > 0);

    for (size_t i = 1; i < row->count; i++) {
        if (row->cells[i].length > 0) {
            return PB_NO_SECTION;
        }
    }
    for (int section = PB_META; section < PB_SECTION_COUNT; section++) {
        if (same_name(row->cells[0].text, SECTION_NAMES[section])) {
            return (enum pb_section)section;
        }
    }
    return PB_NO_SECTION;
}

static enum err open_section(struct pb *pb, const struct pb_row *row, enum pb_section section)
{
    const struct pb_place place = {.line = row->line, .field = SECTION_NAMES[section]};
    enum err err = ERR_OK;

    assert(section != PB_NO_SECTION);
    assert(section < PB_SECTION_COUNT);

    if (pb->header_due) {
        return pb_fail(
            pb, PB_HEADER_MISSING,
            &(struct pb_place){.line = pb->section_line, .field = SECTION_NAMES[pb->section]});
    }
    if (section <= pb->section) {
        return pb_fail(pb, section == pb->section ? PB_SECTION_REPEATED : PB_SECTION_ORDER, &place);
    }
    if ((int)section != (int)pb->section + 1) {
        return pb_fail(pb, PB_SECTION_ORDER, &place);
    }
    if (pb->section == PB_META) {
        err = pb_meta_end(pb);
    }
    pb->section = section;
    pb->section_line = row->line;
    pb->header_due = true;
    return err;
}

/* Finds the known column of that name in the current section. */
static const struct column_row *known_column(const struct pb *pb, const char *name)
{
    for (size_t i = 0; i < COLUMN_ROWS; i++) {
        if (COLUMNS[i].section == pb->section && same_name(COLUMN_NAMES[COLUMNS[i].column], name)) {
            return &COLUMNS[i];
        }
    }
    return NULL;
}

bool pb_has_groups(const struct pb *pb)
{
    return pb->options.groups != NULL && pb->options.groups->count > 0;
}

static enum err check_columns(struct pb *pb, const struct pb_row *row)
{
    for (size_t i = 0; i < COLUMN_ROWS; i++) {
        const struct pb_place place = {.line = row->line, .field = COLUMN_NAMES[COLUMNS[i].column]};

        if (COLUMNS[i].section != pb->section || pb_has(pb, COLUMNS[i].column)) {
            continue;
        }
        if (COLUMNS[i].required || (COLUMNS[i].column == PB_POINTS && pb->points_used) ||
            (COLUMNS[i].column == PB_VOTING_METHOD && pb_has_groups(pb))) {
            return pb_fail(pb, PB_COLUMN_MISSING, &place);
        }
        if (COLUMNS[i].column == PB_VOTER_ID) {
            pb_note(pb, PB_CONTRADICTION, PB_COLUMN_MISSING, &place);
        }
    }
    return ERR_OK;
}

static enum err take_header(struct pb *pb, const struct pb_row *row)
{
    struct pb_header *header = &pb->header;
    enum err err;

    assert(row->count <= PB_CELLS_MAX);
    assert(pb->section != PB_NO_SECTION);

    for (int column = 0; column < PB_COLUMN_COUNT; column++) {
        header->position[column] = PB_COLUMN_ABSENT;
    }
    header->count = row->count;
    for (size_t i = 0; i < row->count; i++) {
        const struct pb_cell *cell = &row->cells[i];
        const struct column_row *known = known_column(pb, cell->text);

        err = text_pool_copy(&pb->texts, cell->text, cell->length, &header->fields[i].name);
        if (err) {
            return pb_fail(pb, PB_TOO_LARGE,
                           &(struct pb_place){.line = row->line, .field = cell->text});
        }
        if (known != NULL && pb_has(pb, known->column)) {
            pb_note(pb, PB_CONTRADICTION, PB_COLUMN_REPEATED,
                    &(struct pb_place){.line = row->line, .field = cell->text});
        } else if (known != NULL) {
            header->position[known->column] = (int)i;
        }
    }
    pb->header_due = false;
    err = check_columns(pb, row);
    if (!err && pb->section == PB_VOTES && pb_has_groups(pb)) {
        err = election_set_groups(pb->election, pb->options.groups->count);
    }
    return err;
}

/* Notes what is odd about a row whatever its section. */
static void check_row(struct pb *pb, const struct pb_row *row)
{
    if (row->text_after_quote) {
        pb_note(pb, PB_CONTRADICTION, PB_TEXT_AFTER_QUOTE, &(struct pb_place){.line = row->line});
    }
    for (size_t i = pb->header.count; i < row->count; i++) {
        const struct pb_cell *cell = &row->cells[i];

        if (cell->length > 0) {
            pb_note(pb, PB_CONTRADICTION, PB_EXTRA_CELL,
                    &(struct pb_place){.line = row->line, .value = {cell->text, cell->length}});
            return;
        }
    }
}

static enum err take_row(void *context, const struct pb_row *row)
{
    struct pb *pb = context;
    enum pb_section section = section_of(row);

    assert(pb->err == ERR_OK);
    assert(row->count > 0);

    if (pb->options.on_row != NULL) {
        enum err err = pb->options.on_row(pb->options.context, row);

        if (err) {
            return err;
        }
    }
    if (section != PB_NO_SECTION) {
        return open_section(pb, row, section);
    }
    if (pb->section == PB_NO_SECTION) {
        return pb_fail(pb, PB_OUTSIDE_SECTION,
                       &(struct pb_place){.line = row->line,
                                          .value = {row->cells[0].text, row->cells[0].length}});
    }
    if (pb->header_due) {
        return take_header(pb, row);
    }
    check_row(pb, row);
    switch (pb->section) {
    case PB_META:
        return pb_meta_row(pb, row);
    case PB_PROJECTS:
        return pb_project_row(pb, row);
    case PB_VOTES:
        return pb_vote_row(pb, row);
    case PB_NO_SECTION:
    case PB_SECTION_COUNT:
        break;
    }
    assert(false && "a row of no section");
    return ERR_INTERNAL;
}

/* Keeps the error; what is wrong with the text itself becomes a fault here. */
static enum err settle(struct pb *pb, enum err err)
{
    if (err && pb->rows.broken) {
        const struct pb_place place = {
            .line = pb->rows.rule_line,
            .field = SECTION_NAMES[pb->section],
        };

        err = pb_fail(pb, pb->rows.rule, &place);
    }
    pb->err = err;
    return err;
}

enum err pb_feed(struct pb *pb, const void *bytes, size_t length)
{
    assert(pb != NULL);
    assert(!pb->finished);

    if (pb->err) {
        return pb->err;
    }
    return settle(pb, pb_rows_feed(&pb->rows, bytes, length));
}

/* The sections that never came; one that came must have had its header row. */
static enum err check_sections(struct pb *pb)
{
    if (pb->header_due) {
        return pb_fail(
            pb, PB_HEADER_MISSING,
            &(struct pb_place){.line = pb->section_line, .field = SECTION_NAMES[pb->section]});
    }
    if (pb->section != PB_VOTES) {
        return pb_fail(
            pb, PB_SECTION_MISSING,
            &(struct pb_place){.line = pb->rows.line, .field = SECTION_NAMES[pb->section + 1]});
    }
    return ERR_OK;
}

enum err pb_finish(struct pb *pb)
{
    enum err err;

    assert(pb != NULL);
    assert(!pb->finished);

    pb->finished = true;
    if (pb->err) {
        return pb->err;
    }
    err = settle(pb, pb_rows_finish(&pb->rows));
    if (!err) {
        err = settle(pb, check_sections(pb));
    }
    if (err) {
        return err;
    }
    pb_compare_counts(pb);
    if (pb->options.strict && pb->severity_counts[PB_CONTRADICTION] > 0) {
        return ERR_CONFLICT;
    }
    return ERR_OK;
}

bool pb_has(const struct pb *pb, enum pb_column column)
{
    assert(column < PB_COLUMN_COUNT);

    return pb->header.position[column] != PB_COLUMN_ABSENT;
}

struct pb_slice pb_cell(const struct pb *pb, const struct pb_row *row, enum pb_column column)
{
    int position = pb->header.position[column];

    assert(column < PB_COLUMN_COUNT);

    /* A row may be shorter than its header: the cells at its end are empty. */
    if (position == PB_COLUMN_ABSENT || (size_t)position >= row->count) {
        return (struct pb_slice){.text = "", .length = 0};
    }
    return (struct pb_slice){
        .text = row->cells[position].text,
        .length = row->cells[position].length,
    };
}

const char *pb_column_name(enum pb_column column)
{
    assert(column < PB_COLUMN_COUNT);
    assert(COLUMN_NAMES[column] != NULL);

    return COLUMN_NAMES[column];
}

const struct pb_field *pb_fields(struct pb *pb, const struct pb_row *row)
{
    assert(pb->header.count <= PB_CELLS_MAX);

    for (size_t i = 0; i < pb->header.count; i++) {
        pb->header.fields[i].value = i < row->count ? row->cells[i].text : "";
    }
    return pb->header.fields;
}

const struct election *pb_election(const struct pb *pb)
{
    assert(pb != NULL);

    return pb->election;
}

struct election *pb_take_election(struct pb *pb)
{
    assert(pb != NULL);
    assert(!pb->election_taken);

    pb->election_taken = pb->election != NULL;
    return pb->election;
}

uint64_t pb_lines(const struct pb *pb)
{
    assert(pb != NULL);

    return pb->rows.line;
}
