/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elections: their options and their money. All money must always be in one
 * scale.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/election_state.h"

#define OPTIONS_FIRST 64

static const char *const VOTE_TYPE_NAMES[ELECTION_VOTE_TYPE_COUNT] = {
    [ELECTION_APPROVAL] = "approval",     [ELECTION_CHOOSE_1] = "choose-1",
    [ELECTION_CUMULATIVE] = "cumulative", [ELECTION_SCORING] = "scoring",
    [ELECTION_ORDINAL] = "ordinal",
};

const char *election_vote_type_name(enum election_vote_type type)
{
    assert(type >= 0);
    assert(type < ELECTION_VOTE_TYPE_COUNT);

    return VOTE_TYPE_NAMES[type];
}

enum err election_vote_type_find(const char *name, enum election_vote_type *ret)
{
    assert(name != NULL);
    assert(ret != NULL);

    for (int type = 0; type < ELECTION_VOTE_TYPE_COUNT; type++) {
        if (strcmp(name, VOTE_TYPE_NAMES[type]) == 0) {
            *ret = (enum election_vote_type)type;
            return ERR_OK;
        }
    }
    return ERR_NOT_FOUND;
}

enum err election_new(enum election_vote_type type, bool keep_votes, struct election **ret)
{
    struct election *election = calloc(1, sizeof *election);

    assert(type >= 0);
    assert(type < ELECTION_VOTE_TYPE_COUNT);
    assert(ret != NULL);

    if (election == NULL) {
        return ERR_FULL;
    }
    election->type = type;
    election->keep_votes = keep_votes;
    text_set_init(&election->ids, (struct text_set_limits){
                                      .count_max = ELECTION_OPTIONS_MAX,
                                      .length_max = ELECTION_TEXT_MAX,
                                  });
    text_pool_init(&election->texts, ELECTION_TEXT_MAX);
    *ret = election;
    return ERR_OK;
}

void election_free(struct election *election)
{
    if (election == NULL) {
        return;
    }
    text_set_release(&election->ids);
    text_pool_release(&election->texts);
    free(election->options);
    free(election->last_vote);
    free(election->sums);
    free(election->offsets);
    free(election->choices);
    free(election->points);
    free(election);
}

/* The number in units of a finer scale, or ERR_FULL. */
static enum err refine(int64_t units, unsigned from, unsigned to, int64_t *ret)
{
    assert(from <= to);

    return decimal_rescale((struct decimal){.units = units, .scale = from}, to, ret);
}

/* Gives all money a finer scale: first sees that everything fits, then changes it. */
static enum err refine_money(struct election *election, unsigned scale)
{
    enum err err;
    int64_t units;

    assert(scale > election->money_scale);
    assert(scale <= DECIMAL_SCALE_MAX);

    err = refine(election->budget, election->money_scale, scale, &units);
    for (uint32_t i = 0; !err && i < election->ids.count; i++) {
        err = refine(election->options[i].cost, election->money_scale, scale, &units);
    }
    if (err) {
        return err;
    }
    (void)refine(election->budget, election->money_scale, scale, &election->budget);
    for (uint32_t i = 0; i < election->ids.count; i++) {
        int64_t *cost = &election->options[i].cost;

        (void)refine(*cost, election->money_scale, scale, cost);
    }
    election->money_scale = scale;
    return ERR_OK;
}

/* The amount in the election's units, after giving the election a finer scale if it needs one. */
static enum err money_units(struct election *election, struct decimal amount, int64_t *ret)
{
    int64_t units;

    assert(amount.units >= 0);
    assert(ret != NULL);

    if (amount.scale > election->money_scale) {
        enum err err = refine_money(election, amount.scale);

        if (err) {
            return err;
        }
    }
    if (decimal_rescale(amount, election->money_scale, &units) != ERR_OK) {
        return ERR_FULL;
    }
    *ret = units;
    return ERR_OK;
}

enum err election_set_budget(struct election *election, struct decimal budget)
{
    enum err err;

    assert(election != NULL);
    assert(budget.scale <= DECIMAL_SCALE_MAX);

    if (budget.units < 0) {
        return ERR_INVALID;
    }
    err = money_units(election, budget, &election->budget);
    if (err) {
        return err;
    }
    election->has_budget = true;
    return ERR_OK;
}

static enum err option_reserve(struct election *election)
{
    uint32_t capacity =
        election->option_capacity == 0 ? OPTIONS_FIRST : election->option_capacity * 2;
    struct election_option *options;
    uint32_t *last_vote;

    assert(election->ids.count <= election->option_capacity);
    assert(election->option_capacity <= ELECTION_OPTIONS_MAX);

    if (election->ids.count < election->option_capacity) {
        return ERR_OK;
    }
    options = realloc(election->options, capacity * sizeof *options);
    if (options == NULL) {
        return ERR_FULL;
    }
    election->options = options;
    last_vote = realloc(election->last_vote, capacity * sizeof *last_vote);
    if (last_vote == NULL) {
        return ERR_FULL;
    }
    election->last_vote = last_vote;
    election->option_capacity = capacity;
    return ERR_OK;
}

static enum err copy_text(struct election *election, const char *text, const char **ret)
{
    assert(ret != NULL);
    assert(election != NULL);

    if (text == NULL || *text == '\0') {
        *ret = "";
        return ERR_OK;
    }
    return text_pool_copy(&election->texts, text, strlen(text), ret);
}

static enum err copy_texts(struct election *election, const struct election_entry *entry,
                           struct election_option *option)
{
    enum err err;

    assert(entry != NULL);
    assert(option != NULL);

    err = copy_text(election, entry->name, &option->name);
    if (!err) {
        err = copy_text(election, entry->category, &option->category);
    }
    if (!err) {
        err = copy_text(election, entry->area, &option->area);
    }
    return err;
}

enum err election_add_option(struct election *election, const struct election_entry *entry,
                             uint32_t *ret_option)
{
    struct election_option option = {.withdrawn = entry->withdrawn, .selected = entry->selected};
    size_t length = strlen(entry->id);
    uint32_t number;
    bool added;
    enum err err;

    assert(election != NULL);
    assert(ret_option != NULL);
    assert(election->group_count == 0);

    if (length == 0 || length > ELECTION_ID_LENGTH_MAX || entry->cost.units < 0) {
        return ERR_INVALID;
    }
    if (election_find_option(election, entry->id, length, &number) == ERR_OK) {
        return ERR_CONFLICT;
    }
    if (election->ids.count == ELECTION_OPTIONS_MAX) {
        return ERR_FULL;
    }
    err = option_reserve(election);
    if (!err) {
        err = money_units(election, entry->cost, &option.cost);
    }
    if (!err) {
        err = copy_texts(election, entry, &option);
    }
    if (!err) {
        err = text_set_add(&election->ids, entry->id, length, &added, &number);
    }
    if (err) {
        return err;
    }
    assert(added);
    option.id = text_set_text(&election->ids, number);
    election->options[number] = option;
    election->last_vote[number] = 0;
    *ret_option = number;
    return ERR_OK;
}

enum err election_find_option(const struct election *election, const char *id, size_t length,
                              uint32_t *ret_option)
{
    assert(election != NULL);
    assert(id != NULL);
    assert(ret_option != NULL);

    return text_set_find(&election->ids, id, length, ret_option);
}

enum election_vote_type election_vote_type(const struct election *election)
{
    return election->type;
}

bool election_has_budget(const struct election *election)
{
    return election->has_budget;
}

int64_t election_budget(const struct election *election)
{
    return election->budget;
}

unsigned election_money_scale(const struct election *election)
{
    return election->money_scale;
}

uint32_t election_option_count(const struct election *election)
{
    return election->ids.count;
}

const struct election_option *election_option(const struct election *election, uint32_t option)
{
    assert(election != NULL);
    assert(option < election->ids.count);

    return &election->options[option];
}
