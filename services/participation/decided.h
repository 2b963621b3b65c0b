/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was decided on a counted result: the computed outcome, less the options
 * that two operators excluded with a published reason. Nobody moves up: what an
 * excluded option would have got stays in the budget. The computed result must
 * never be changed. Database threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_DECIDED_H
#define HYEOPCHI_PARTICIPATION_DECIDED_H

#include "participation/domain/ballot.h"
#include "participation/domain/ballot_state.h"
#include "participation/store/ballots.h"
#include "participation/store/exclusion.h"
#include "runtime/writer.h"

#include <jansson.h>

enum { DECIDED_REASON_SIZE = 32 };

/* What became of one option. */
struct decided_option {
    int64_t score;
    int64_t granted_krw; /* what the tally gave it: its cost, or what was left; 0 without funding */
    bool computed;       /* the tally funded it */
    bool funded;         /* and it was not excluded */
    char reason[DECIDED_REASON_SIZE];      /* the tally's reason code; "excluded" */
    const struct exclusion_row *exclusion; /* of an excluded option; else NULL */
};

/* A result as it was decided. To be released with decided_free(). */
struct decided {
    json_t *result; /* the computed one */
    struct exclusion_row *exclusions;
    size_t exclusion_count;
    int64_t computed_krw; /* what the options that the tally funded get together */
    int64_t funded_krw;   /* and those that are decided on */
    int64_t left_krw;     /* of the budget, then */
    size_t option_count;
    struct decided_option options[]; /* as the definition lists them */
};

/* Reads the row's result and its exclusions. ERR_INTERNAL when the result is not one of this
 * definition. */
ERR_CHECKED enum err decided_read(struct db *db, const struct ballot_row *row,
                                  const struct ballot_definition *definition,
                                  struct decided **ret_decided);
void decided_free(struct decided *decided); /* takes NULL */

/* {"funded", "total_cost", "left_over", "exclusions": [{"option", "reason", "excluded_at"}, …]}; a new
 * reference, or NULL without memory for all of it. */
json_t *decided_json(const struct decided *decided, const struct ballot_definition *definition);

/* What one operator asks for. */
struct exclusion_request {
    char option[BALLOT_OPTION_ID_MAX + 1];
    char reason[BALLOT_REASON_MAX + 1];
};

/* The hashes that both operators approve: of the result, the option and the reason; to certify, of the
 * result and of every exclusion from it. */
void exclusion_content(const struct ballot_row *row, const struct exclusion_request *request,
                       uint8_t ret_content[BALLOT_CONTENT_SIZE]);
ERR_CHECKED enum err certification_content(struct db *db, const struct ballot_row *row,
                                           uint8_t ret_content[BALLOT_CONTENT_SIZE]);

/* What the domain decides on; without a result, nothing is known. */
ERR_CHECKED enum err exclusion_ask(struct db *db, const struct ballot_row *row,
                                   const struct ballot_definition *definition,
                                   const struct exclusion_request *request,
                                   struct ballot_exclusion *ret_exclusion);

/* Carries it out. It is said when the result is: before, nobody is told what the tally funded. */
ERR_CHECKED enum err exclusion_carry_out(struct writer_tx *tx, const struct ballot_row *row,
                                         const struct ballot_definition *definition,
                                         const struct exclusion_request *request);

#endif
