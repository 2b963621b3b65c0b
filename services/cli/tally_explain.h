/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result in sentences for residents: how the rule works, what happened
 * round by round, and for every option why it is funded or is not. Korean
 * first, then the same in English. It must never claim more than the result says.
 */
#ifndef HYEOPCHI_CLI_TALLY_EXPLAIN_H
#define HYEOPCHI_CLI_TALLY_EXPLAIN_H

#include <stdio.h>

#include "cli/tally_table.h"

/* Writes the explanation; the table's language is not looked at. */
void tally_explain_write(const struct tally_table *table, FILE *output);

#endif
