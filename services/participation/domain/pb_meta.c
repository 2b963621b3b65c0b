/* SPDX-License-Identifier: Apache-2.0 */
/*
 * META and PROJECTS of a .pb file: what the election is. It must never let
 * a vote be read before the type of vote and the budget are known.
 */
#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/pb_state.h"

#define CLAIMS_FIRST   64
#define META_ABSENT    SIZE_MAX
#define SELECTED_MAX   3
#define VOTE_TYPE_SIZE 16

/* A limit of META and where it is kept. */
struct bound_row {
    const char *key;
    size_t offset;
};

static const struct bound_row BOUNDS[] = {
    {"min_length", offsetof(struct pb_bounds, length_min)},
    {"max_length", offsetof(struct pb_bounds, length_max)},
    {"min_sum_cost", offsetof(struct pb_bounds, cost_min)},
    {"max_sum_cost", offsetof(struct pb_bounds, cost_max)},
    {"min_points", offsetof(struct pb_bounds, points_min)},
    {"max_points", offsetof(struct pb_bounds, points_max)},
    {"min_sum_points", offsetof(struct pb_bounds, points_sum_min)},
    {"max_sum_points", offsetof(struct pb_bounds, points_sum_max)},
};

static size_t meta_find(const struct pb *pb, const char *key)
{
    for (size_t i = 0; i < pb->meta_count; i++) {
        if (strcmp(pb->metas[i].name, key) == 0) {
            return i;
        }
    }
    return META_ABSENT;
}

struct pb_place pb_meta_place(const struct pb *pb, const char *key)
{
    struct pb_place place = {.field = key, .value = {.text = "", .length = 0}};
    size_t index = meta_find(pb, key);

    if (index != META_ABSENT) {
        place.line = pb->meta_lines[index];
        place.value.text = pb->metas[index].value;
        place.value.length = strlen(pb->metas[index].value);
    }
    return place;
}

enum err pb_meta_row(struct pb *pb, const struct pb_row *row)
{
    struct pb_slice key = pb_cell(pb, row, PB_KEY);
    struct pb_slice value = pb_cell(pb, row, PB_VALUE);
    struct pb_place place = {.line = row->line, .field = key.text, .value = value};
    struct pb_field *meta;
    size_t index;

    assert(pb->meta_count <= PB_META_MAX);

    if (key.length == 0) {
        place.field = pb_column_name(PB_KEY);
        pb_note(pb, PB_CONTRADICTION, PB_VALUE_MISSING, &place);
        return ERR_OK;
    }
    index = meta_find(pb, key.text);
    if (index != META_ABSENT) {
        /* The later value stands, as other readers of these files have it. */
        pb_note(pb, PB_CONTRADICTION, PB_KEY_REPEATED, &place);
    } else if (pb->meta_count == PB_META_MAX) {
        return pb_fail(pb, PB_TOO_MANY_META, &place);
    } else {
        index = pb->meta_count;
        if (text_pool_copy(&pb->texts, key.text, key.length, &pb->metas[index].name) != ERR_OK) {
            return pb_fail(pb, PB_TOO_LARGE, &place);
        }
    }
    meta = &pb->metas[index];
    if (text_pool_copy(&pb->texts, value.text, value.length, &meta->value) != ERR_OK) {
        return pb_fail(pb, PB_TOO_LARGE, &place);
    }
    pb->meta_lines[index] = row->line;
    pb->meta_count += index == pb->meta_count ? 1 : 0;
    return ERR_OK;
}

/* The vote type, in any case. */
static enum err read_vote_type(struct pb *pb, enum election_vote_type *ret)
{
    const struct pb_place place = pb_meta_place(pb, "vote_type");
    char name[VOTE_TYPE_SIZE] = "";

    if (place.value.length == 0) {
        return pb_fail(pb, PB_VALUE_MISSING, &place);
    }
    for (size_t i = 0; i < place.value.length && i < sizeof name - 1; i++) {
        name[i] = pb_lower(place.value.text[i]);
    }
    if (place.value.length >= sizeof name || election_vote_type_find(name, ret) != ERR_OK) {
        return pb_fail(pb, PB_VOTE_TYPE_UNKNOWN, &place);
    }
    return ERR_OK;
}

static enum err read_budget(struct pb *pb)
{
    const struct pb_place place = pb_meta_place(pb, "budget");
    struct decimal budget;
    enum err err = pb_number(pb, &place, &budget);

    if (err) {
        return err;
    }
    err = election_set_budget(pb->election, budget);
    if (err) {
        return pb_fail(pb, err == ERR_INVALID ? PB_NEGATIVE : PB_NUMBER_TOO_LARGE, &place);
    }
    return ERR_OK;
}

static enum err read_default_score(struct pb *pb)
{
    const struct pb_place place = pb_meta_place(pb, "default_score");
    struct decimal score;
    enum err err;

    if (place.value.length == 0) {
        return ERR_OK;
    }
    err = pb_number(pb, &place, &score);
    if (err) {
        return err;
    }
    if (election_set_default_score(pb->election, score) != ERR_OK) {
        return pb_fail(pb, PB_NUMBER_TOO_LARGE, &place);
    }
    return ERR_OK;
}

static bool keeps_votes(const struct pb *pb)
{
    const struct pb_options *options = &pb->options;

    assert(pb->section == PB_META);

    return options->on_meta != NULL ? options->on_meta(options->context, pb) : options->keep_votes;
}

enum err pb_meta_end(struct pb *pb)
{
    enum election_vote_type type = ELECTION_APPROVAL;
    enum err err = read_vote_type(pb, &type);

    assert(pb->election == NULL);
    assert(pb->section == PB_META);

    if (err) {
        return err;
    }
    pb->points_used = type == ELECTION_CUMULATIVE || type == ELECTION_SCORING;
    err = election_new(type, keeps_votes(pb), &pb->election);
    if (err) {
        return err;
    }
    err = read_budget(pb);
    if (!err && type == ELECTION_SCORING) {
        err = read_default_score(pb);
    }
    if (err) {
        return err;
    }
    for (size_t i = 0; i < sizeof BOUNDS / sizeof BOUNDS[0]; i++) {
        const struct pb_place place = pb_meta_place(pb, BOUNDS[i].key);
        char *bounds = (char *)&pb->bounds;

        pb_number_optional(pb, &place, (struct pb_bound *)(void *)(bounds + BOUNDS[i].offset));
    }
    pb_quotas_read(pb);
    return ERR_OK;
}

static enum err claim_reserve(struct pb *pb, uint32_t option)
{
    uint32_t capacity = pb->claim_capacity == 0 ? CLAIMS_FIRST : pb->claim_capacity * 2;
    struct pb_claim *claims;

    assert(option <= pb->claim_capacity);

    if (option < pb->claim_capacity) {
        return ERR_OK;
    }
    claims = realloc(pb->claims, capacity * sizeof *claims);
    if (claims == NULL) {
        return ERR_FULL;
    }
    pb->claims = claims;
    pb->claim_capacity = capacity;
    return ERR_OK;
}

/* A place in the row, in one of its columns. */
static struct pb_place cell_place(const struct pb *pb, const struct pb_row *row,
                                  enum pb_column column)
{
    return (struct pb_place){
        .line = row->line,
        .field = pb_column_name(column),
        .value = pb_cell(pb, row, column),
    };
}

static int read_selected(struct pb *pb, const struct pb_row *row)
{
    const struct pb_place place = cell_place(pb, row, PB_SELECTED);

    if (place.value.length == 0) {
        return ELECTION_SELECTED_UNKNOWN;
    }
    if (place.value.length > 1 || *place.value.text < '0' ||
        *place.value.text > '0' + SELECTED_MAX) {
        pb_note(pb, PB_CONTRADICTION, PB_SELECTED_UNKNOWN, &place);
        return ELECTION_SELECTED_UNKNOWN;
    }
    return *place.value.text - '0';
}

static enum err note_claim(struct pb *pb, const struct pb_row *row, uint32_t option)
{
    const struct pb_place votes = cell_place(pb, row, PB_PROJECT_VOTES);
    const struct pb_place score = cell_place(pb, row, PB_SCORE);
    struct pb_claim claim = {.line = row->line};
    enum err err = claim_reserve(pb, option);

    if (err) {
        return err;
    }
    pb_number_optional(pb, &votes, &claim.votes);
    pb_number_optional(pb, &score, &claim.score);
    pb->claims[option] = claim;
    return ERR_OK;
}

/* Why the election did not take the option, as a fault. */
static enum err refuse_option(struct pb *pb, const struct pb_row *row,
                              const struct election_entry *entry, enum err err)
{
    const struct pb_place id = cell_place(pb, row, PB_PROJECT_ID);
    const struct pb_place cost = cell_place(pb, row, PB_COST);
    int64_t units;

    assert(err != ERR_OK);

    if (err == ERR_CONFLICT) {
        pb_note(pb, PB_CONTRADICTION, PB_OPTION_DUPLICATE, &id);
        return ERR_OK;
    }
    if (err == ERR_INVALID && entry->cost.units < 0) {
        return pb_fail(pb, PB_NEGATIVE, &cost);
    }
    if (err == ERR_INVALID) {
        return pb_fail(pb, id.value.length == 0 ? PB_VALUE_MISSING : PB_VALUE_TOO_LONG, &id);
    }
    if (election_option_count(pb->election) == ELECTION_OPTIONS_MAX) {
        return pb_fail(pb, PB_TOO_MANY_OPTIONS, &id);
    }
    /* A cost that did fit is in the election's scale by now; then it was a text that did not. */
    if (decimal_rescale(entry->cost, election_money_scale(pb->election), &units) != ERR_OK) {
        return pb_fail(pb, PB_NUMBER_TOO_LARGE, &cost);
    }
    return pb_fail(pb, PB_TOO_LARGE, &id);
}

enum err pb_project_row(struct pb *pb, const struct pb_row *row)
{
    struct pb_slice district = pb_cell(pb, row, PB_DISTRICT);
    struct pb_slice neighborhood = pb_cell(pb, row, PB_NEIGHBORHOOD);
    const struct pb_place cost = cell_place(pb, row, PB_COST);
    struct election_entry entry = {
        .id = pb_cell(pb, row, PB_PROJECT_ID).text,
        .name = pb_cell(pb, row, PB_NAME).text,
        .category = pb_cell(pb, row, PB_CATEGORY).text,
        .area = neighborhood.length > 0 ? neighborhood.text : district.text,
    };
    struct pb_option option = {.line = row->line};
    enum err err = pb_number(pb, &cost, &entry.cost);

    assert(pb->election != NULL);

    if (err) {
        return err;
    }
    entry.withdrawn = entry.cost.units == PB_COST_WITHDRAWN && entry.cost.scale == 0;
    entry.selected = read_selected(pb, row);
    err = election_add_option(pb->election, &entry, &option.option);
    if (err) {
        return refuse_option(pb, row, &entry, err);
    }
    err = note_claim(pb, row, option.option);
    if (err || pb->options.on_option == NULL) {
        return err;
    }
    option.fields = pb_fields(pb, row);
    option.field_count = pb->header.count;
    return pb->options.on_option(pb->options.context, pb->election, &option);
}

const char *pb_meta(const struct pb *pb, const char *key)
{
    size_t index;

    assert(pb != NULL);
    assert(key != NULL);

    index = meta_find(pb, key);
    return index == META_ABSENT ? NULL : pb->metas[index].value;
}

enum err pb_meta_decimal(const struct pb *pb, const char *key, struct decimal *ret)
{
    const char *value = pb_meta(pb, key);
    struct decimal number;
    bool comma;

    assert(ret != NULL);

    if (value == NULL || *value == '\0') {
        return ERR_NOT_FOUND;
    }
    if (decimal_parse(value, strlen(value), &comma, &number) != ERR_OK) {
        return ERR_INVALID;
    }
    *ret = number;
    return ERR_OK;
}

const struct pb_field *pb_meta_all(const struct pb *pb, size_t *ret_count)
{
    assert(pb != NULL);
    assert(ret_count != NULL);

    *ret_count = pb->meta_count;
    return pb->metas;
}
