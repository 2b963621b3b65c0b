/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean …?": the nearest of the names offered, by edit distance, when
 * one is near enough to be a slip of the finger. Pure.
 */
#ifndef HYEOPCHI_CLI_SUGGEST_H
#define HYEOPCHI_CLI_SUGGEST_H

#include <stddef.h>

enum { SUGGEST_LENGTH_MAX = 63 };

struct suggestion {
    const char *wanted;
    const char *best; /* NULL while nothing is near; borrowed from what was offered */
    size_t distance;
};

void suggestion_init(struct suggestion *suggestion, const char *wanted);
void suggestion_offer(struct suggestion *suggestion, const char *name);

#endif
