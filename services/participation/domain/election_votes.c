/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Votes of an election and the points in them. The sums of an option must
 * always be those of the votes added.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/election_state.h"

#define VOTES_FIRST   1024
#define CHOICES_FIRST 4096

static_assert(ELECTION_CHOICES_MAX < UINT32_MAX / 2, "an offset of a choice fits in 32 bits");
static_assert(ELECTION_VOTES_MAX < UINT32_MAX / 2, "a vote's number fits in 32 bits");

static bool has_points(const struct election *election)
{
    return election->type == ELECTION_CUMULATIVE || election->type == ELECTION_SCORING;
}

/* The number in units of a finer scale, or ERR_FULL. */
static enum err refine(int64_t units, unsigned from, unsigned to, int64_t *ret)
{
    assert(from <= to);

    return decimal_rescale((struct decimal){.units = units, .scale = from}, to, ret);
}

/* How many sums there are of all groups together. */
static size_t sums_count(const struct election *election)
{
    return (size_t)election->group_count * election->ids.count;
}

static enum err refine_points(struct election *election, unsigned scale)
{
    enum err err;
    int64_t units;

    assert(scale > election->points_scale);
    assert(scale <= DECIMAL_SCALE_MAX);

    err = refine(election->default_score, election->points_scale, scale, &units);
    for (uint32_t i = 0; !err && i < election->ids.count; i++) {
        err = refine(election->options[i].points, election->points_scale, scale, &units);
    }
    for (uint32_t i = 0; !err && election->points != NULL && i < election->choice_count; i++) {
        err = refine(election->points[i], election->points_scale, scale, &units);
    }
    for (size_t i = 0; !err && i < sums_count(election); i++) {
        err = refine(election->sums[i].points, election->points_scale, scale, &units);
    }
    if (err) {
        return err;
    }
    (void)refine(election->default_score, election->points_scale, scale, &election->default_score);
    for (uint32_t i = 0; i < election->ids.count; i++) {
        int64_t *points = &election->options[i].points;

        (void)refine(*points, election->points_scale, scale, points);
    }
    for (uint32_t i = 0; election->points != NULL && i < election->choice_count; i++) {
        (void)refine(election->points[i], election->points_scale, scale, &election->points[i]);
    }
    for (size_t i = 0; i < sums_count(election); i++) {
        int64_t *points = &election->sums[i].points;

        (void)refine(*points, election->points_scale, scale, points);
    }
    election->points_scale = scale;
    return ERR_OK;
}

static enum err points_units(struct election *election, struct decimal points, int64_t *ret)
{
    int64_t units;

    assert(ret != NULL);
    assert(points.scale <= DECIMAL_SCALE_MAX);

    if (points.scale > election->points_scale) {
        enum err err = refine_points(election, points.scale);

        if (err) {
            return err;
        }
    }
    if (decimal_rescale(points, election->points_scale, &units) != ERR_OK) {
        return ERR_FULL;
    }
    *ret = units;
    return ERR_OK;
}

enum err election_set_default_score(struct election *election, struct decimal score)
{
    assert(election != NULL);
    assert(score.scale <= DECIMAL_SCALE_MAX);

    return points_units(election, score, &election->default_score);
}

size_t election_distinct(struct election *election, struct election_choice *choices, size_t count)
{
    size_t distinct = 0;

    assert(election != NULL);
    assert(choices != NULL || count == 0);

    /* A mark that came round again would meet old ones, so all start anew. */
    if (election->mark == UINT32_MAX) {
        memset(election->last_vote, 0, election->ids.count * sizeof *election->last_vote);
        election->mark = 0;
    }
    election->mark++;
    for (size_t i = 0; i < count; i++) {
        assert(choices[i].option < election->ids.count);
        if (election->last_vote[choices[i].option] == election->mark) {
            continue;
        }
        election->last_vote[choices[i].option] = election->mark;
        choices[distinct++] = choices[i];
    }
    return distinct;
}

/* Makes room to keep one more vote of count choices. */
static enum err vote_reserve(struct election *election, size_t count)
{
    uint32_t votes = election->vote_capacity == 0 ? VOTES_FIRST : election->vote_capacity * 2;
    uint32_t choices =
        election->choice_capacity == 0 ? CHOICES_FIRST : election->choice_capacity * 2;
    void *grown;

    assert(count <= ELECTION_OPTIONS_MAX);
    assert(election->choice_count <= ELECTION_CHOICES_MAX);

    if (count > ELECTION_CHOICES_MAX - election->choice_count) {
        return ERR_FULL;
    }
    if (election->vote_count + 2 > election->vote_capacity) {
        grown = realloc(election->offsets, votes * sizeof *election->offsets);
        if (grown == NULL) {
            return ERR_FULL;
        }
        election->offsets = grown;
        election->vote_capacity = votes;
        election->offsets[election->vote_count] = election->choice_count;
    }
    if (election->choice_count + count <= election->choice_capacity) {
        return ERR_OK;
    }
    while (choices < election->choice_count + count) {
        choices *= 2;
    }
    grown = realloc(election->choices, choices * sizeof *election->choices);
    if (grown == NULL) {
        return ERR_FULL;
    }
    election->choices = grown;
    if (has_points(election)) {
        grown = realloc(election->points, choices * sizeof *election->points);
        if (grown == NULL) {
            return ERR_FULL;
        }
        election->points = grown;
    }
    election->choice_capacity = choices;
    return ERR_OK;
}

/* Counts one choice, the rank-th from the last of its list, and keeps it if votes are kept. sums are its
 * option's in the vote's group, or NULL. */
static enum err count_choice(struct election *election, const struct election_choice *choice,
                             size_t rank, struct election_sums *sums)
{
    struct election_option *option = &election->options[choice->option];
    int64_t units = 0;

    assert(rank >= 1);
    assert(choice->option < election->ids.count);

    option->votes++;
    if (election->type == ELECTION_ORDINAL) {
        /* At most votes * options = 10^7 * 2^14, far below 2^63. */
        option->borda += (int64_t)rank;
    }
    if (has_points(election)) {
        enum err err = points_units(election, choice->points, &units);

        if (err) {
            return err;
        }
        if (__builtin_add_overflow(option->points, units, &option->points) ||
            option->points == INT64_MIN) {
            return ERR_FULL;
        }
    }
    if (sums != NULL) {
        sums->votes++;
        sums->borda += election->type == ELECTION_ORDINAL ? (int64_t)rank : 0;
        if (__builtin_add_overflow(sums->points, units, &sums->points) ||
            sums->points == INT64_MIN) {
            return ERR_FULL;
        }
    }
    if (!election->keep_votes) {
        return ERR_OK;
    }
    election->choices[election->choice_count] = choice->option;
    if (has_points(election)) {
        election->points[election->choice_count] = units;
    }
    election->choice_count++;
    return ERR_OK;
}

/* Whether this choice is the first of its option in the list that mark stands for. */
static bool first_naming(struct election *election, uint32_t option)
{
    bool first = election->last_vote[option] != election->mark;

    election->last_vote[option] = election->mark;
    return first;
}

/* How many distinct options the list names; leaves their marks in place of the list's. */
static size_t count_distinct(struct election *election, const struct election_choice *choices,
                             size_t count)
{
    size_t distinct = 0;

    (void)election_distinct(election, NULL, 0); /* a new mark; nothing is in the list */
    for (size_t i = 0; i < count; i++) {
        distinct += first_naming(election, choices[i].option) ? 1 : 0;
    }
    return distinct;
}

/* sums: those of the options in the group that the vote is of, or NULL. */
static enum err add_vote(struct election *election, struct election_sums *sums,
                         const struct election_choice *choices, size_t count)
{
    size_t rank;
    enum err err;

    assert(election != NULL);
    assert(choices != NULL || count == 0);

    for (size_t i = 0; i < count; i++) {
        if (choices[i].option >= election->ids.count) {
            return ERR_INVALID;
        }
    }
    if (election->vote_count == ELECTION_VOTES_MAX) {
        return ERR_FULL;
    }
    rank = count_distinct(election, choices, count);
    if (election->keep_votes) {
        err = vote_reserve(election, rank);
        if (err) {
            return err;
        }
    }
    (void)election_distinct(election, NULL, 0); /* and a new mark for the second walk */
    for (size_t i = 0; i < count; i++) {
        if (!first_naming(election, choices[i].option)) {
            continue;
        }
        err = count_choice(election, &choices[i], rank,
                           sums == NULL ? NULL : sums + choices[i].option);
        if (err) {
            return err;
        }
        rank--;
    }
    assert(rank == 0);
    election->vote_count++;
    if (election->keep_votes) {
        election->offsets[election->vote_count] = election->choice_count;
    }
    return ERR_OK;
}

enum err election_add_vote(struct election *election, const struct election_choice *choices,
                           size_t count)
{
    assert(election != NULL);
    assert(election->group_count == 0);

    return add_vote(election, NULL, choices, count);
}

enum err election_add_vote_of(struct election *election, uint32_t group,
                              const struct election_choice *choices, size_t count)
{
    enum err err;

    assert(election != NULL);
    assert(group < election->group_count);

    err = add_vote(election, election->sums + (size_t)group * election->ids.count, choices, count);
    election->group_votes[group] += err ? 0 : 1;
    return err;
}

enum err election_set_groups(struct election *election, uint32_t count)
{
    assert(count > 0);
    assert(count <= ELECTION_GROUPS_MAX);
    assert(election->vote_count == 0);
    assert(election->group_count == 0);

    election->sums = calloc((size_t)count * election->ids.count + 1, sizeof *election->sums);
    if (election->sums == NULL) {
        return ERR_FULL;
    }
    election->group_count = count;
    return ERR_OK;
}

uint32_t election_group_count(const struct election *election)
{
    return election->group_count;
}

uint32_t election_group_votes(const struct election *election, uint32_t group)
{
    assert(group < election->group_count);

    return election->group_votes[group];
}

const struct election_sums *election_group_sums(const struct election *election, uint32_t group,
                                                uint32_t option)
{
    assert(group < election->group_count);
    assert(option < election->ids.count);

    return &election->sums[(size_t)group * election->ids.count + option];
}

bool election_keeps_votes(const struct election *election)
{
    return election->keep_votes;
}

unsigned election_points_scale(const struct election *election)
{
    return election->points_scale;
}

int64_t election_default_score(const struct election *election)
{
    return election->default_score;
}

uint32_t election_vote_count(const struct election *election)
{
    return election->vote_count;
}

struct election_vote election_vote(const struct election *election, uint32_t vote)
{
    uint32_t offset;

    assert(election->keep_votes);
    assert(vote < election->vote_count);

    offset = election->offsets[vote];
    return (struct election_vote){
        .options = election->choices == NULL ? NULL : election->choices + offset,
        .points = election->points == NULL ? NULL : election->points + offset,
        .count = election->offsets[vote + 1] - offset,
    };
}
