/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edit distance with swaps of neighbours counted once (optimal string
 * alignment): "balolt" is one slip from "ballot". Must never be asked about
 * untrusted lengths: what is longer than a name can be is near to nothing.
 */
#include "cli/suggest.h"

#include <stdbool.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance_of(const char *a, const char *b)
{
    size_t rows[3][SUGGEST_LENGTH_MAX + 1];
    size_t *two_before = rows[0];
    size_t *before = rows[1];
    size_t *row = rows[2];
    const size_t a_length = strlen(a);
    const size_t b_length = strlen(b);
    size_t i;
    size_t j;

    for (j = 0; j <= b_length; j++) {
        before[j] = j;
        two_before[j] = j;
    }
    for (i = 1; i <= a_length; i++) {
        size_t *reuse = two_before;

        row[0] = i;
        for (j = 1; j <= b_length; j++) {
            const size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];

            row[j] = least(least(before[j] + 1, row[j - 1] + 1), before[j - 1] + change);
            if (swapped) {
                row[j] = least(row[j], two_before[j - 2] + 1);
            }
        }
        two_before = before;
        before = row;
        row = reuse;
    }
    return before[b_length];
}

void suggestion_init(struct suggestion *suggestion, const char *wanted)
{
    *suggestion = (struct suggestion){.wanted = wanted, .distance = SUGGEST_LENGTH_MAX};
}

void suggestion_offer(struct suggestion *suggestion, const char *name)
{
    const size_t length = strlen(suggestion->wanted);
    const size_t near = length <= 3 ? 1 : length / 3;
    size_t distance;

    if (length > SUGGEST_LENGTH_MAX || strlen(name) > SUGGEST_LENGTH_MAX) {
        return;
    }
    distance = distance_of(suggestion->wanted, name);
    if (distance <= near && distance < suggestion->distance) {
        suggestion->best = name;
        suggestion->distance = distance;
    }
}
