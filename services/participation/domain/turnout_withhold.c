/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a table is published: the rule of turnout.h. It must never leave a
 * small cell, or a cell that gives a small one away, to be read or computed.
 *
 * Why a cell is chosen by its place and not by its size: if the smallest one
 * were added, the sizes of the published ones would bound it, and ties among
 * them would name it.
 */
#include "participation/domain/turnout.h"

#include <assert.h>
#include <string.h>

struct withheld_sum {
    int64_t cells;  /* how many are withheld */
    int64_t voters; /* in all of them */
};

static bool cell_small(int64_t cell);
static bool sum_tells(const struct withheld_sum *sum);
static size_t complement_find(const int64_t *cells, size_t count, size_t first);

int64_t turnout_round(int64_t count)
{
    assert(count >= 0);
    static_assert(TURNOUT_ROUND_TO > TURNOUT_SMALL_MAX, "rounding hides small counts");

    return count - count % TURNOUT_ROUND_TO;
}

void turnout_withhold(const int64_t *cells, size_t count, bool *ret_withheld)
{
    struct withheld_sum sum = {0, 0};
    int64_t total = 0;
    size_t first = count;
    size_t complement;

    assert(count >= 1 && count <= TURNOUT_CELL_MAX);
    assert(ret_withheld != NULL);

    for (size_t i = 0; i < count; i++) {
        assert(cells[i] >= 0 && cells[i] <= INT64_MAX - total);
        total += cells[i];
        ret_withheld[i] = cell_small(cells[i]);
        if (ret_withheld[i]) {
            first = first == count ? i : first;
            sum.cells++;
            sum.voters += cells[i];
        }
    }
    if (sum.cells == 0) {
        return;
    }
    if (total <= TURNOUT_SMALL_MAX * (int64_t)count) {
        memset(ret_withheld, true, count * sizeof *ret_withheld);
        return;
    }
    if (!sum_tells(&sum)) {
        return;
    }
    complement = complement_find(cells, count, first);
    ret_withheld[complement] = true;
    sum.cells++;
    sum.voters += cells[complement];
    if (sum_tells(&sum)) {
        memset(ret_withheld, true, count * sizeof *ret_withheld);
    }
}

void turnout_publish(const struct turnout *turnout, enum turnout_dimension dimension,
                     struct turnout_table *ret)
{
    assert(dimension < TURNOUT_DIMENSION_END);
    assert(turnout_balanced(turnout));

    ret->count = turnout->cell_count[dimension];
    turnout_withhold(turnout->cells[dimension], ret->count, ret->withheld);
    for (size_t i = 0; i < ret->count; i++) {
        ret->voters[i] = ret->withheld[i] ? 0 : turnout->cells[dimension][i];
    }
}

static bool cell_small(int64_t cell)
{
    return cell >= 1 && cell <= TURNOUT_SMALL_MAX;
}

/* True if what is withheld can be worked out from its number and its sum alone. */
static bool sum_tells(const struct withheld_sum *sum)
{
    assert(sum->cells >= 1);
    assert(sum->voters >= sum->cells);

    return sum->cells < 2 || sum->voters == sum->cells ||
           sum->voters == TURNOUT_SMALL_MAX * sum->cells;
}

/* The next cell above the small ones behind `first`, starting over at the front. */
static size_t complement_find(const int64_t *cells, size_t count, size_t first)
{
    size_t at = first;

    assert(first < count);

    /* With more than TURNOUT_SMALL_MAX people per cell on average there is one. */
    for (size_t i = 1; i < count; i++) {
        at = (first + i) % count;
        if (cells[at] > TURNOUT_SMALL_MAX) {
            break;
        }
    }
    assert(cells[at] > TURNOUT_SMALL_MAX);
    return at;
}
