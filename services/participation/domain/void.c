/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the reasons for a void, and the order that void votes are found
 * in. It must never renumber a reason: the numbers are published.
 */
#include "participation/domain/void.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/ballot_names.h"

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

static const char *const REASONS[] = {"missing",    "not-cast-by-voter", "not-eligible",
                                      "cast-twice", "coerced",           "other"};

static_assert(COUNT(REASONS) == VOID_REASON_END, "a word for every reason");

const char *void_reason_name(enum void_reason reason)
{
    return REASONS[(unsigned)reason < COUNT(REASONS) ? reason : VOID_REASON_MISSING];
}

enum void_reason void_reason_from_name(const char *name)
{
    return (enum void_reason)ballot_name_find(REASONS, COUNT(REASONS), name);
}

int void_vote_compare(const void *a, const void *b)
{
    const struct void_vote *left = a;
    const struct void_vote *right = b;
    int order;

    assert(left != NULL);
    assert(right != NULL);

    order = memcmp(left->nullifier, right->nullifier, sizeof left->nullifier);
    return order != 0 ? order : (int)left->rev - (int)right->rev;
}
