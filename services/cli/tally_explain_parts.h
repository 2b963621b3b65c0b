/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of the explanation share: how the rule works, and what
 * came of it round by round. For tally_explain*.c alone.
 */
#ifndef HYEOPCHI_CLI_TALLY_EXPLAIN_PARTS_H
#define HYEOPCHI_CLI_TALLY_EXPLAIN_PARTS_H

#include "cli/tally_table.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct explain {
    const struct tally_table *table;
    FILE *output;
    bool korean;
};

/* Write a text in the language of the explanation, an amount, a score, a number. */
void explain_put(const struct explain *explain, const char *korean, const char *english);
void explain_put_money(const struct explain *explain, int64_t amount);
void explain_put_score(const struct explain *explain, int64_t score);
void explain_put_count(const struct explain *explain, int64_t count);
void explain_put_part_name(const struct explain *explain, const struct tally_part *part);

/* How the rule works, what a score is, what completes it, and whether there were voters enough. */
void explain_rule(const struct explain *explain);

#endif
