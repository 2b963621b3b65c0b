/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ballot's definition from a Pabulib file: its options, costs, budget and
 * limits, with what such a file need not know (year, source, window) given
 * beside it. A file that our own export wrote says every term itself, and is
 * never overruled but in year and window, which a new ballot has anew: it gives
 * the definition that it came from again. Reads no further than the first vote.
 */
#ifndef HYEOPCHI_CLI_BALLOT_SOURCE_H
#define HYEOPCHI_CLI_BALLOT_SOURCE_H

#include "cli/invocation.h"
#include "runtime/err.h"

#include <jansson.h>
#include <stdint.h>

struct ballot_source {
    const char *path;
    const char *title;          /* NULL: the file's description */
    const char *funding_source; /* NULL: "district" */
    const char *rule;           /* NULL: "greedy" */
    const char *satisfaction;   /* NULL: "cost" */
    const char *completion;     /* NULL: "none" */
    int64_t threshold_score;    /* 0: the file's, where the rule has one */
    const char *tie; /* NULL: "lowest-cost-then-votes"; "drawn:FILE", the order in a file */
    const struct invocation *invocation; /* where the terms beside those are; NULL: nowhere */
    int64_t budget_year;                 /* 0: the file's instance */
    int64_t budget_krw;                  /* 0: the file's budget */
    int64_t opens_ms;  /* 0: the file's opens_at, or the start of its date_begin in Korea */
    int64_t closes_ms; /* 0: the file's closes_at, or the end of its date_end there */
};

/*
 * The definition, as POST /v1/ballots takes it; a new reference. What is wrong is said on standard error.
 *
 * ERR_INVALID    the file, or a term beside it, cannot be read.
 * ERR_NOT_FOUND  year or window: neither the file says it nor was it given.
 * ERR_CONFLICT   what is given beside it contradicts a file that our own export wrote; which is said.
 */
ERR_CHECKED enum err ballot_source_read(const struct ballot_source *source,
                                        json_t **ret_definition);

#endif
