/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ballot's definition from a Pabulib file: its options, costs, budget and
 * limits, with what such a file does not know (year, source, window) given
 * beside it. Reads no further than the first vote.
 */
#ifndef HYEOPCHI_CLI_BALLOT_SOURCE_H
#define HYEOPCHI_CLI_BALLOT_SOURCE_H

#include "runtime/err.h"

#include <jansson.h>
#include <stdint.h>

struct ballot_source {
    const char *path;
    const char *title;          /* NULL: the file's description */
    const char *funding_source; /* "district" */
    const char *rule;           /* "greedy" */
    const char *satisfaction;   /* "cost" */
    const char *completion;     /* "none" */
    int64_t threshold_score;    /* 0: the file's, where the rule has one */
    const char *tie;            /* "lowest-cost-then-votes"; "drawn:FILE", the order in a file */
    int64_t budget_year;
    int64_t budget_krw; /* 0: the file's budget */
    int64_t opens_ms;
    int64_t closes_ms;
};

/* The definition, as POST /v1/ballots takes it; a new reference. ERR_INVALID after saying on standard
 * error what is wrong with the file. */
ERR_CHECKED enum err ballot_source_read(const struct ballot_source *source,
                                        json_t **ret_definition);

#endif
