/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding things in a definition: an option by id or number, an area, two
 * options that are one. It must never change the definition. The rules are in
 * ballot_check.c.
 */
#include "participation/domain/ballot.h"

#include <assert.h>
#include <string.h>

static_assert(BALLOT_OPTION_MAX <= UINT16_MAX, "an option number fits into the index");

static void numbers_sort(const struct ballot_definition *definition, bool by_programme,
                         struct ballot_index *ret);
static const char *sort_key(const struct ballot_definition *definition, uint32_t number,
                            bool by_programme);

enum err ballot_text_set(char *to, size_t size, const char *from)
{
    size_t length;

    assert(to != NULL);
    assert(from != NULL);
    assert(size > 0);

    length = strlen(from);
    if (length >= size) {
        return ERR_INVALID;
    }
    memcpy(to, from, length + 1);
    return ERR_OK;
}

int64_t ballot_closes_at_ms(const struct ballot_definition *definition, int64_t extended_to_ms)
{
    assert(definition != NULL);
    assert(extended_to_ms >= 0);

    return extended_to_ms > 0 ? extended_to_ms : definition->closes_at_ms;
}

void ballot_index_build(const struct ballot_definition *definition, struct ballot_index *ret)
{
    assert(definition != NULL);
    assert(definition->option_count <= BALLOT_OPTION_MAX);

    numbers_sort(definition, false, ret);
}

uint32_t ballot_option_find(const struct ballot_definition *definition,
                            const struct ballot_index *index, const char *id)
{
    size_t low = 0;
    size_t high = index->count;

    assert(index->count == definition->option_count);
    assert(id != NULL);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint32_t number = index->numbers[middle];
        int order = strcmp(id, definition->options[number - 1].id);

        if (order == 0) {
            return number;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return 0;
}

const struct ballot_option *ballot_option(const struct ballot_definition *definition,
                                          uint32_t number)
{
    assert(definition != NULL);
    assert(definition->options != NULL || definition->option_count == 0);

    if (number == 0 || number > definition->option_count) {
        return NULL;
    }
    return &definition->options[number - 1];
}

size_t ballot_area_find(const struct ballot_definition *definition, const char *area)
{
    assert(definition->area_count <= BALLOT_AREA_MAX);
    assert(area != NULL);

    for (size_t i = 0; i < definition->area_count; i++) {
        if (strcmp(definition->areas[i], area) == 0) {
            return i;
        }
    }
    return definition->area_count;
}

uint32_t ballot_duplicate_find(const struct ballot_definition *definition, bool by_programme)
{
    struct ballot_index index;
    uint32_t found = 0;

    assert(definition != NULL);
    assert(definition->option_count <= BALLOT_OPTION_MAX);

    numbers_sort(definition, by_programme, &index);
    for (size_t i = 1; i < index.count; i++) {
        uint32_t first = index.numbers[i - 1];
        uint32_t second = index.numbers[i];

        /* The sort is stable, so that of two equal ones the second is the one listed later. */
        if (strcmp(sort_key(definition, first, by_programme),
                   sort_key(definition, second, by_programme)) == 0 &&
            (found == 0 || second < found)) {
            assert(first < second);
            found = second;
        }
    }
    return found;
}

/* An insertion sort: at most 1,000 elements, once per definition, and qsort may allocate. */
static void numbers_sort(const struct ballot_definition *definition, bool by_programme,
                         struct ballot_index *ret)
{
    assert(definition->option_count <= BALLOT_OPTION_MAX);
    assert(ret != NULL);

    ret->count = definition->option_count;
    for (size_t i = 0; i < ret->count; i++) {
        const char *key = sort_key(definition, (uint32_t)i + 1, by_programme);
        size_t at = i;

        while (at > 0 &&
               strcmp(sort_key(definition, ret->numbers[at - 1], by_programme), key) > 0) {
            ret->numbers[at] = ret->numbers[at - 1];
            at--;
        }
        ret->numbers[at] = (uint16_t)(i + 1);
    }
}

static const char *sort_key(const struct ballot_definition *definition, uint32_t number,
                            bool by_programme)
{
    const struct ballot_option *option = ballot_option(definition, number);

    assert(definition->option_count <= BALLOT_OPTION_MAX);
    assert(option != NULL);

    return by_programme ? option->programme : option->id;
}
