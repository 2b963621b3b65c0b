/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking votes in, and what is done with them once all are there: the sums,
 * and the rule that the definition names. It must never look at how a rule
 * works.
 */
#include "verify/recount.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "verify/recount_internal.h"

#define CLASSES_MAX    UINT32_MAX
#define TABLE_SMALLEST 1024

static const char *const ERR_TEXTS[] = {
    [RECOUNT_OK] = "counted",
    [RECOUNT_NO_MEMORY] = "there is not enough memory to count",
    [RECOUNT_FULL] = "there are more votes than can be counted",
    [RECOUNT_NO_LOT] = "ties are broken by a lot and no seed is given, or the other way round",
    [RECOUNT_NO_JURY] = "a jury's scores are missing, are none of this ballot, or are not weighed",
    [RECOUNT_NO_ROLL] = "the quorum is a share of a roll, and there is none",
    [RECOUNT_STOPPED] = "the count was stopped",
};

const char *recount_err_text(enum recount_err err)
{
    assert(err >= RECOUNT_OK);
    assert(err <= RECOUNT_STOPPED);
    return ERR_TEXTS[err];
}

enum recount_err recount_create(const struct definition *definition, struct recount **ret)
{
    struct recount *recount = NULL;

    assert(definition != NULL);
    assert(ret != NULL);
    recount = calloc(1, sizeof *recount);
    if (recount == NULL) {
        return RECOUNT_NO_MEMORY;
    }
    recount->definition = definition;
    *ret = recount;
    return RECOUNT_OK;
}

void recount_free(struct recount *recount)
{
    if (recount != NULL) {
        outcome_free(recount->outcome);
        free(recount->choices);
        free(recount->classes);
        free(recount->table);
        free(recount->supporters);
        free(recount->json);
        free(recount);
    }
}

/* FNV-1a: votes only need to be spread, whoever chose them. */
static uint64_t hash_of(struct span body, size_t part)
{
    uint64_t hash = 14695981039346656037ULL + part;

    for (size_t i = 0; i < body.length; i++) {
        hash = (hash ^ body.data[i]) * 1099511628211ULL;
    }
    return hash ^ hash >> 29;
}

static bool class_says(const struct recount *recount, const struct vote_class *class,
                       struct span body, size_t part)
{
    if (class->count != choice_count(body) || class->part != part) {
        return false;
    }
    for (size_t i = 0; i < class->count; i++) {
        struct choice choice = choice_at(body, i);
        const struct choice *kept = &recount->choices[class->first + i];

        if (kept->option != choice.option || kept->value != choice.value) {
            return false;
        }
    }
    return true;
}

/* Room for needed elements of this size: twice as many as before, or the array as it was and false. */
static bool grow(void **array, size_t *room, size_t needed, size_t size)
{
    size_t larger = *room < 64 ? 64 : *room * 2;
    void *moved;

    if (needed <= *room) {
        return true;
    }
    while (larger < needed) {
        larger *= 2;
    }
    moved = realloc(*array, larger * size);
    if (moved == NULL) {
        return false;
    }
    *array = moved;
    *room = larger;
    return true;
}

/* The hash of a class again, from what was kept of its body. */
static uint64_t hash_again(const struct recount *recount, const struct vote_class *class,
                           uint8_t method)
{
    uint8_t bytes[CHOICE_BODY_MAX] = {method, (uint8_t)(class->count >> 8), (uint8_t) class->count};
    uint8_t *at = bytes + CHOICE_HEAD_SIZE;

    for (size_t i = 0; i < class->count; i++) {
        const struct choice *choice = &recount->choices[class->first + i];

        for (unsigned shift = 32; shift > 0; shift -= 8) {
            *at = (uint8_t)(choice->option >> (shift - 8));
            at[4] = (uint8_t)(choice->value >> (shift - 8));
            at++;
        }
        at += 4;
    }
    return hash_of((struct span){bytes, (size_t)(at - bytes)}, class->part);
}

/* Keeps the table at most half full. */
static enum recount_err grow_table(struct recount *recount, uint8_t method)
{
    size_t size = recount->table_size == 0 ? TABLE_SMALLEST : recount->table_size * 2;
    uint32_t *table;

    if (recount->class_count * 2 < recount->table_size) {
        return RECOUNT_OK;
    }
    table = calloc(size, sizeof *table);
    if (table == NULL) {
        return RECOUNT_NO_MEMORY;
    }
    for (size_t i = 0; i < recount->class_count; i++) {
        size_t at = hash_again(recount, &recount->classes[i], method) & (size - 1);

        while (table[at] != 0) {
            at = (at + 1) & (size - 1);
        }
        table[at] = (uint32_t)(i + 1);
    }
    free(recount->table);
    recount->table = table;
    recount->table_size = size;
    return RECOUNT_OK;
}

static enum recount_err add_class(struct recount *recount, struct span body, size_t part, size_t at)
{
    size_t count = choice_count(body);
    void *choices = recount->choices;
    void *classes = recount->classes;
    bool fits = recount->class_count < CLASSES_MAX &&
                grow(&choices, &recount->choice_room, recount->choice_count + count,
                     sizeof *recount->choices);

    recount->choices = choices;
    fits = fits &&
           grow(&classes, &recount->class_room, recount->class_count + 1, sizeof *recount->classes);
    recount->classes = classes;
    if (!fits) {
        return RECOUNT_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        recount->choices[recount->choice_count + i] = choice_at(body, i);
    }
    recount->classes[recount->class_count] = (struct vote_class){
        .first = recount->choice_count, .count = (uint32_t)count, .part = part, .votes = 1};
    recount->choice_count += count;
    recount->class_count++;
    recount->table[at] = (uint32_t)recount->class_count;
    return RECOUNT_OK;
}

enum recount_err recount_add(struct recount *recount, uint8_t channel, struct span body)
{
    const struct definition *d = recount->definition;
    const size_t part = d->channel_part_count > 0 ? definition_channel_part(d, channel) : 0;
    enum recount_err err = RECOUNT_OK;
    size_t at;

    assert(recount->outcome == NULL);
    assert(body.length >= CHOICE_HEAD_SIZE && body.length <= CHOICE_BODY_MAX);
    if (recount->votes >= RECOUNT_VOTES_MAX) {
        return RECOUNT_FULL;
    }
    err = grow_table(recount, body.data[0]);
    if (err) {
        return err;
    }
    at = hash_of(body, part) & (recount->table_size - 1);
    while (recount->table[at] != 0 &&
           !class_says(recount, &recount->classes[recount->table[at] - 1], body, part)) {
        at = (at + 1) & (recount->table_size - 1);
    }
    if (recount->table[at] != 0) {
        recount->classes[recount->table[at] - 1].votes++;
    } else {
        err = add_class(recount, body, part, at);
    }
    if (!err) {
        recount->votes++;
    }
    return err;
}

struct recount_sums recount_sums(const struct recount *recount)
{
    int64_t named[OPTIONS_MAX] = {0};
    struct recount_sums sums = {.votes = recount->votes};

    for (size_t i = 0; i < recount->class_count; i++) {
        const struct vote_class *class = &recount->classes[i];

        sums.choices += class->votes * class->count;
        for (size_t k = 0; k < class->count; k++) {
            named[recount->choices[class->first + k].option - 1] += class->votes;
        }
    }
    for (size_t i = 0; i < recount->definition->option_count; i++) {
        sums.selections += named[i];
    }
    return sums;
}

/* How much one choice of a vote gives its option: 1, its points, or k for the first of k places. */
static int64_t worth_of(const struct definition *d, const struct vote_class *class,
                        const struct choice *choice)
{
    if (d->method == DEFINITION_ORDINAL) {
        return (int64_t) class->count + 1 - choice->value;
    }
    return definition_has_points(d) ? (int64_t)choice->value : 1;
}

int64_t recount_add_up(const struct recount *recount, size_t part, int64_t *named, int64_t *scores)
{
    const struct definition *d = recount->definition;
    int64_t votes = 0;

    for (size_t i = 0; i < recount->class_count; i++) {
        const struct vote_class *class = &recount->classes[i];

        if (part != RECOUNT_EVERY_PART && part != class->part) {
            continue;
        }
        votes += class->votes;
        for (size_t k = 0; k < class->count; k++) {
            const struct choice *choice = &recount->choices[class->first + k];

            named[choice->option - 1] += class->votes;
            scores[choice->option - 1] += class->votes * worth_of(d, class, choice);
        }
    }
    for (size_t i = 0; i < d->option_count; i++) {
        scores[i] += d->default_score.value * (votes - named[i]);
    }
    return votes;
}

void recount_scores(struct recount *recount)
{
    (void)recount_add_up(recount, RECOUNT_EVERY_PART, recount->named, recount->scores);
}

/* A default score above 0 is given by every vote to every option that it does not name. */
static void count_supporters(struct recount *recount, bool by_points, size_t *counts)
{
    const struct definition *d = recount->definition;
    bool defaults = by_points && d->default_score.value > 0;

    for (size_t i = 0; i < recount->class_count; i++) {
        const struct vote_class *class = &recount->classes[i];

        for (size_t k = 0; k < class->count; k++) {
            const struct choice *choice = &recount->choices[class->first + k];

            if (!by_points || worth_of(d, class, choice) > 0) {
                counts[choice->option - 1]++;
            }
        }
    }
    for (size_t i = 0; defaults && i < d->option_count; i++) {
        counts[i] = recount->class_count;
    }
}

static void put_supporters(struct recount *recount, bool by_points, size_t *ends)
{
    const struct definition *d = recount->definition;
    int64_t unnamed = by_points ? d->default_score.value : 0;

    for (size_t i = 0; i < recount->class_count; i++) {
        const struct vote_class *class = &recount->classes[i];
        int64_t worth[OPTIONS_MAX];

        if (unnamed > 0) {
            for (size_t k = 0; k < d->option_count; k++) {
                worth[k] = unnamed;
            }
        }
        for (size_t k = 0; k < class->count; k++) {
            const struct choice *choice = &recount->choices[class->first + k];
            int64_t given = by_points ? worth_of(d, class, choice) : 1;

            worth[choice->option - 1] = given;
            if (unnamed == 0 && given > 0) {
                recount->supporters[ends[choice->option - 1]++] =
                    (struct supporter){(uint32_t)i, given};
            }
        }
        for (size_t k = 0; unnamed > 0 && k < d->option_count; k++) {
            if (worth[k] > 0) {
                recount->supporters[ends[k]++] = (struct supporter){(uint32_t)i, worth[k]};
            }
        }
    }
}

enum recount_err recount_support(struct recount *recount, bool by_points)
{
    size_t counts[OPTIONS_MAX] = {0};
    size_t count = recount->definition->option_count;
    size_t total = 0;

    count_supporters(recount, by_points, counts);
    for (size_t i = 0; i < count; i++) {
        total += counts[i];
    }
    free(recount->supporters);
    recount->supporters = malloc((total + 1) * sizeof *recount->supporters);
    if (recount->supporters == NULL) {
        return RECOUNT_NO_MEMORY;
    }
    total = 0;
    for (size_t i = 0; i < count; i++) {
        recount->starts[i] = total;
        total += counts[i];
        counts[i] = recount->starts[i];
    }
    put_supporters(recount, by_points, counts);
    /* What was counted may be more than what was put: an option named with 0 points. */
    for (size_t i = 0; i < count; i++) {
        recount->ends[i] = counts[i];
    }
    return RECOUNT_OK;
}
