/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting again: a definition and its final votes in, the bytes of
 * result.json out. The rules are those of README.md ("Counting again"),
 * ../participation/domain/tally.h and tally_json.h, carried out literally and
 * with exact fractions; it must never share code with the count it checks, and
 * no floating point decides anything.
 *
 * Votes of the same bytes are kept once with their number, so a million votes
 * fit in memory. A recount belongs to one thread.
 *
 *   recount_create, recount_add for every final vote, recount_jury and
 *   recount_electorate where there are any, recount_run, recount_json, recount_free
 */
#ifndef HYEOPCHI_VERIFY_RECOUNT_H
#define HYEOPCHI_VERIFY_RECOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verify/bytes.h"
#include "verify/definition.h"

#define RECOUNT_VOTES_MAX 100000000LL
#define RECOUNT_SEED_MAX  512 /* bytes of a lot's seed */

enum recount_err {
    RECOUNT_OK = 0,
    RECOUNT_NO_MEMORY,
    RECOUNT_FULL,    /* more votes than RECOUNT_VOTES_MAX */
    RECOUNT_NO_LOT,  /* ties are broken by a lot and there is no seed, or the other way round */
    RECOUNT_NO_JURY, /* its scores are weighed and are not there, or the other way round */
    RECOUNT_NO_ROLL, /* a quorum is a share of a roll that is not there */
    RECOUNT_STOPPED, /* the progress function asked for it */
};

struct recount;

/* What the check `sums` compares, of all votes added. */
struct recount_sums {
    int64_t votes;
    int64_t choices;    /* over votes: how many options each names */
    int64_t selections; /* over options: how many votes name each */
};

/* Hears how often a rule was carried out anew (add1 does it for one endowment after the other), now and
 * then; false ends the count. */
typedef bool recount_progress_fn(void *context, uint64_t runs);

/* An empty count of a definition that must last as long as it. *ret is the caller's, who frees it. */
enum recount_err recount_create(const struct definition *definition, struct recount **ret)
    __attribute__((warn_unused_result));

/* Adds one final vote: the channel that it came through and a body, which choice_check accepts (asserted
 * where it matters). */
enum recount_err recount_add(struct recount *recount, uint8_t channel, struct span body)
    __attribute__((warn_unused_result));

/*
 * The jury's scores, the bytes of the bundle's `jury`, where the definition weighs them. RECOUNT_NO_JURY
 * when they are not the scores of this definition's options. At most once, before recount_run.
 */
enum recount_err recount_jury(struct recount *recount, struct span bytes)
    __attribute__((warn_unused_result));

/* How many may vote by the roll, where there is one. Before recount_run. */
void recount_electorate(struct recount *recount, int64_t electorate);

/* How many sheets of paper were handed in whose vote does not count, blank or invalid: they are people who
 * voted, for a quorum and nothing else. Before recount_run. */
void recount_invalid(struct recount *recount, int64_t invalid);

struct recount_sums recount_sums(const struct recount *recount);

/*
 * Counts. seed is the published seed where ties are broken by a lot, else its
 * data is NULL; it must last until recount_json. progress may be NULL. Called once, after the last vote.
 */
enum recount_err recount_run(struct recount *recount, struct span seed,
                             recount_progress_fn *progress, void *context)
    __attribute__((warn_unused_result));

/* The result's JSON after a recount_run() that was RECOUNT_OK; borrowed until recount_free. */
enum recount_err recount_json(struct recount *recount, struct span *ret)
    __attribute__((warn_unused_result));

/* Takes NULL. */
void recount_free(struct recount *recount);

/* The error as an English half-sentence. Static. */
const char *recount_err_text(enum recount_err err);

#endif
