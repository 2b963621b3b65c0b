/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of two amounts take up to 126 bits; nothing is ever rounded but by
 * the integer division that largest remainder begins with.
 */
#include "ledger/domain/split.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "ledger/domain/krw.h"

__extension__ typedef __int128 wide; /* NOLINT(readability-identifier-naming) */

static enum err sum_weights(const int64_t weights[], size_t count, int64_t *ret_sum);

enum err split_krw(int64_t amount_krw, const int64_t weights[], size_t count,
                   int64_t ret_parts_krw[])
{
    int64_t parts_krw[SPLIT_PART_MAX] = {0};
    int64_t remainders[SPLIT_PART_MAX] = {0};
    int64_t left_krw = amount_krw;
    int64_t sum = 0;

    assert(count <= SPLIT_PART_MAX);
    assert(ret_parts_krw);
    enum err err = sum_weights(weights, count, &sum);
    if (err || amount_krw < 0 || (sum == 0 && amount_krw > 0)) {
        return ERR_INVALID;
    }
    for (size_t i = 0; i < count && sum > 0; i++) {
        wide product = (wide)amount_krw * (wide)weights[i];
        parts_krw[i] = (int64_t)(product / (wide)sum); /* at most the amount */
        remainders[i] = (int64_t)(product % (wide)sum);
        left_krw -= parts_krw[i];
    }
    assert(left_krw >= 0);
    assert(left_krw < SPLIT_PART_MAX);
    while (left_krw > 0) {
        size_t most = 0;
        for (size_t i = 1; i < count; i++) {
            most = remainders[i] > remainders[most] ? i : most;
        }
        assert(remainders[most] > 0);
        remainders[most] = 0; /* one won a part */
        parts_krw[most]++;
        left_krw--;
    }
    memcpy(ret_parts_krw, parts_krw, count * sizeof *parts_krw);
    return ERR_OK;
}

static enum err sum_weights(const int64_t weights[], size_t count, int64_t *ret_sum)
{
    int64_t sum = 0;

    assert(weights || count == 0);
    assert(ret_sum);
    for (size_t i = 0; i < count; i++) {
        enum err err = weights[i] < 0 ? ERR_INVALID : krw_add(sum, weights[i], &sum);
        if (err) {
            return ERR_INVALID;
        }
    }
    *ret_sum = sum;
    return ERR_OK;
}
