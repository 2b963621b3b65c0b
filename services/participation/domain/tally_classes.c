/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grouping voters. Two votes must come into one class exactly when they
 * support the same options to the same degree, in whatever order they name them.
 */
#include "participation/domain/tally_classes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST     4096
#define HASH_START     0xcbf29ce484222325ULL
#define HASH_FACTOR    0x100000001b3ULL
#define INSERTION_MAX  24
#define SLOT_EMPTY     UINT32_MAX
#define SLOTS_PER_VOTE 2

/* An option a voter supports, and how much. */
struct support {
    uint32_t option;
    int64_t worth;
};

struct maker {
    const struct election *election;
    enum tally_satisfaction satisfaction;
    struct tally_classes classes;
    bool weighted;
    uint32_t class_capacity;
    uint32_t room; /* places in options and worths */
    uint32_t *slots;
    uint32_t slot_count; /* a power of two */
    struct support *supports;
    int64_t
        *given; /* scoring: per option what this vote gives, the default where it says nothing */
};

/* How much a vote of count options supports the one it names in this place. */
static int64_t worth_of(const struct maker *maker, const struct election_vote *vote, size_t place)
{
    enum election_vote_type type = election_vote_type(maker->election);

    assert(place < vote->count);
    assert(maker->satisfaction < TALLY_SATISFACTION_COUNT);

    if (!maker->weighted) {
        return 1;
    }
    return type == ELECTION_ORDINAL ? (int64_t)(vote->count - place) : vote->points[place];
}

static size_t add_support(struct maker *maker, size_t count, uint32_t option, int64_t worth)
{
    if (worth <= 0 || election_option(maker->election, option)->withdrawn) {
        return count;
    }
    maker->supports[count] = (struct support){.option = option, .worth = worth};
    return count + 1;
}

/* Scoring by points with a default score: a vote speaks of every option. */
static size_t gather_all(struct maker *maker, const struct election_vote *vote)
{
    uint32_t options = maker->classes.option_count;
    size_t count = 0;

    for (uint32_t option = 0; option < options; option++) {
        maker->given[option] = election_default_score(maker->election);
    }
    for (size_t i = 0; i < vote->count; i++) {
        maker->given[vote->options[i]] = vote->points[i];
    }
    for (uint32_t option = 0; option < options; option++) {
        count = add_support(maker, count, option, maker->given[option]);
    }
    return count;
}

static int compare_support(const void *left, const void *right)
{
    uint32_t left_option = ((const struct support *)left)->option;
    uint32_t right_option = ((const struct support *)right)->option;

    return (left_option > right_option) - (left_option < right_option);
}

/* Most votes name few options: those are put in order without a call for each comparison. */
static void sort_supports(struct support *supports, size_t count)
{
    if (count > INSERTION_MAX) {
        qsort(supports, count, sizeof *supports, compare_support);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        struct support support = supports[i];
        size_t place = i;

        for (; place > 0 && supports[place - 1].option > support.option; place--) {
            supports[place] = supports[place - 1];
        }
        supports[place] = support;
    }
}

static size_t gather(struct maker *maker, uint32_t number)
{
    struct election_vote vote = election_vote(maker->election, number);
    size_t count = 0;

    assert(vote.count <= maker->classes.option_count);
    assert(maker->supports != NULL);

    if (maker->given != NULL) {
        return gather_all(maker, &vote);
    }
    for (size_t i = 0; i < vote.count; i++) {
        count = add_support(maker, count, vote.options[i], worth_of(maker, &vote, i));
    }
    sort_supports(maker->supports, count);
    return count;
}

static uint64_t hash_of(const struct support *supports, size_t count)
{
    uint64_t hash = HASH_START;

    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ supports[i].option) * HASH_FACTOR;
        hash = (hash ^ (uint64_t)supports[i].worth) * HASH_FACTOR;
    }
    return hash ^ hash >> 32;
}

static bool is_class(const struct tally_classes *classes, uint32_t class,
                     const struct support *supports, size_t count)
{
    uint32_t first = classes->first[class];

    if (classes->first[class + 1] - first != count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (classes->options[first + i] != supports[i].option ||
            (classes->worths != NULL && classes->worths[first + i] != supports[i].worth)) {
            return false;
        }
    }
    return true;
}

/* The array with room for count elements, or as it was and an error. */
static void *grow(void *array, size_t count, size_t size, enum err *ret_err)
{
    void *grown = realloc(array, count * size);

    if (grown == NULL) {
        *ret_err = ERR_FULL;
        return array;
    }
    return grown;
}

/* One place more for a class, and count more for what it supports. */
static enum err reserve(struct maker *maker, size_t count)
{
    struct tally_classes *classes = &maker->classes;
    uint32_t used = classes->first[classes->count];
    enum err err = ERR_OK;

    assert(classes->count < maker->class_capacity);

    if (count > ELECTION_CHOICES_MAX - used) {
        return ERR_FULL;
    }
    if (classes->count + 1 == maker->class_capacity) {
        maker->class_capacity *= 2;
        classes->first =
            grow(classes->first, (size_t)maker->class_capacity + 1, sizeof *classes->first, &err);
        classes->voters =
            grow(classes->voters, maker->class_capacity, sizeof *classes->voters, &err);
    }
    while (!err && used + count > maker->room) {
        maker->room *= 2;
        classes->options = grow(classes->options, maker->room, sizeof *classes->options, &err);
        if (maker->weighted) {
            classes->worths = grow(classes->worths, maker->room, sizeof *classes->worths, &err);
        }
    }
    return err;
}

static enum err add_class(struct maker *maker, size_t count)
{
    struct tally_classes *classes = &maker->classes;
    uint32_t first = classes->first[classes->count];
    enum err err = reserve(maker, count);

    if (err) {
        return err;
    }
    for (size_t i = 0; i < count; i++) {
        classes->options[first + i] = maker->supports[i].option;
        if (maker->weighted) {
            classes->worths[first + i] = maker->supports[i].worth;
        }
    }
    classes->voters[classes->count] = 1;
    classes->count++;
    classes->first[classes->count] = first + (uint32_t)count;
    return ERR_OK;
}

/* Puts one vote into its class, which may be new. Votes that support nothing have none. */
static enum err add_vote(struct maker *maker, uint32_t number)
{
    size_t count = gather(maker, number);
    uint32_t mask = maker->slot_count - 1;
    uint32_t slot = (uint32_t)hash_of(maker->supports, count) & mask;

    if (count == 0) {
        return ERR_OK;
    }
    /* Ends: fewer than half of the slots are taken. */
    while (maker->slots[slot] != SLOT_EMPTY) {
        if (is_class(&maker->classes, maker->slots[slot], maker->supports, count)) {
            maker->classes.voters[maker->slots[slot]]++;
            return ERR_OK;
        }
        slot = (slot + 1) & mask;
    }
    maker->slots[slot] = maker->classes.count;
    return add_class(maker, count);
}

static enum err maker_open(struct maker *maker)
{
    struct tally_classes *classes = &maker->classes;
    size_t options = classes->option_count;
    bool dense = maker->weighted && election_vote_type(maker->election) == ELECTION_SCORING &&
                 election_default_score(maker->election) > 0;

    maker->slot_count = 1;
    while (maker->slot_count <= SLOTS_PER_VOTE * classes->voter_count) {
        maker->slot_count *= 2;
    }
    maker->class_capacity = ROOM_FIRST;
    maker->room = ROOM_FIRST;
    classes->voters = calloc(ROOM_FIRST, sizeof *classes->voters);
    classes->first = calloc(ROOM_FIRST + 1, sizeof *classes->first);
    classes->options = calloc(ROOM_FIRST, sizeof *classes->options);
    classes->worths = maker->weighted ? calloc(ROOM_FIRST, sizeof *classes->worths) : NULL;
    maker->slots = malloc(maker->slot_count * sizeof *maker->slots);
    maker->supports = calloc(options + 1, sizeof *maker->supports);
    maker->given = dense ? calloc(options + 1, sizeof *maker->given) : NULL;
    if (classes->voters == NULL || classes->first == NULL || classes->options == NULL ||
        (maker->weighted && classes->worths == NULL) || maker->slots == NULL ||
        maker->supports == NULL || (dense && maker->given == NULL)) {
        return ERR_FULL;
    }
    memset(maker->slots, 0xff, maker->slot_count * sizeof *maker->slots);
    return ERR_OK;
}

/* Adds up what each option is worth to its supporters, and how many they are. */
static enum err sum_supports(struct tally_classes *classes)
{
    for (uint32_t class = 0; class < classes->count; class ++) {
        for (uint32_t i = classes->first[class]; i < classes->first[class + 1]; i++) {
            uint32_t option = classes->options[i];
            int64_t worth = classes->worths == NULL ? 1 : classes->worths[i];
            int64_t together;

            classes->worth_max = worth > classes->worth_max ? worth : classes->worth_max;
            classes->support_first[option + 1]++;
            classes->support_voters[option] += classes->voters[class];
            if (__builtin_mul_overflow(worth, (int64_t)classes->voters[class], &together) ||
                together > TALLY_WORTH_MAX - classes->support_total[option]) {
                return ERR_FULL;
            }
            classes->support_total[option] += together;
        }
    }
    for (uint32_t option = 0; option < classes->option_count; option++) {
        classes->support_first[option + 1] += classes->support_first[option];
    }
    return ERR_OK;
}

/* The same incidences once more, by option. */
static enum err turn_round(struct tally_classes *classes)
{
    size_t options = classes->option_count;
    size_t incidences = classes->first[classes->count];
    uint32_t *next = calloc(options + 1, sizeof *next);
    enum err err;

    classes->support_first = calloc(options + 1, sizeof *classes->support_first);
    classes->support_voters = calloc(options + 1, sizeof *classes->support_voters);
    classes->support_total = calloc(options + 1, sizeof *classes->support_total);
    classes->supporters = calloc(incidences + 1, sizeof *classes->supporters);
    classes->support_worths =
        classes->worths == NULL ? NULL : calloc(incidences + 1, sizeof *classes->support_worths);
    err = next == NULL || classes->support_first == NULL || classes->support_voters == NULL ||
                  classes->support_total == NULL || classes->supporters == NULL ||
                  (classes->worths != NULL && classes->support_worths == NULL)
              ? ERR_FULL
              : sum_supports(classes);
    for (uint32_t class = 0; class < classes->count && !err; class ++) {
        for (uint32_t i = classes->first[class]; i < classes->first[class + 1]; i++) {
            uint32_t option = classes->options[i];
            uint32_t place = classes->support_first[option] + next[option];

            next[option]++;
            classes->supporters[place] = class;
            if (classes->worths != NULL) {
                classes->support_worths[place] = classes->worths[i];
            }
        }
    }
    free(next);
    return err;
}

enum err tally_classes_make(const struct election *election, enum tally_satisfaction satisfaction,
                            struct tally_classes *ret)
{
    enum election_vote_type type = election_vote_type(election);
    struct maker maker = {
        .election = election,
        .satisfaction = satisfaction,
        .weighted = satisfaction == TALLY_SATISFACTION_POINTS && type != ELECTION_APPROVAL &&
                    type != ELECTION_CHOOSE_1,
        .classes = {.option_count = election_option_count(election),
                    .voter_count = election_vote_count(election),
                    .worth_max = 1},
    };
    enum err err;

    assert(election_keeps_votes(election));
    assert(ret != NULL);

    err = maker_open(&maker);
    for (uint32_t vote = 0; vote < maker.classes.voter_count && !err; vote++) {
        err = add_vote(&maker, vote);
    }
    if (!err) {
        err = turn_round(&maker.classes);
    }
    free(maker.slots);
    free(maker.supports);
    free(maker.given);
    if (err) {
        tally_classes_release(&maker.classes);
        return err;
    }
    *ret = maker.classes;
    return ERR_OK;
}

void tally_classes_release(struct tally_classes *classes)
{
    if (classes == NULL) {
        return;
    }
    free(classes->voters);
    free(classes->first);
    free(classes->options);
    free(classes->worths);
    free(classes->support_first);
    free(classes->supporters);
    free(classes->support_worths);
    free(classes->support_voters);
    free(classes->support_total);
    *classes = (struct tally_classes){.count = 0};
}
