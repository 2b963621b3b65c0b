/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certified ballot as a .pb file (VOTING 5): its definition, what each option
 * received, and the final votes. Reading the file gives the same options,
 * budget, limits and votes again. It must never know a voter: voters are
 * numbered in the order the caller gives the votes, and have nothing beside
 * them but their choices. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_BALLOT_PB_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_BALLOT_PB_H

#include "participation/domain/ballot.h"
#include "participation/domain/text.h"
#include "participation/domain/vote_body.h"

/* What the votes came to. */
struct ballot_pb_count {
    int64_t voters;
    const int64_t *votes;  /* of each option, in listed order */
    const int64_t *scores; /* the same; written where they are not votes */
    const bool *funded;    /* the same */
    const char *lot_seed;  /* of the lot that breaks ties; NULL without one */
    int64_t invalid;       /* people who voted and whose vote does not count: of a quorum only */
    int64_t electorate;    /* by the roll, where a quorum is a share of it */
    const int64_t *jury;   /* scores of jury.h, in listed order; NULL without a jury */
};

/*
 * The first option that such a file cannot hold, counted from 0; option_count when all can be
 * written. An id with a comma would be read as two, and a cost of PB_COST_WITHDRAWN as withdrawn.
 */
size_t ballot_pb_misfit(const struct ballot_definition *definition);

/* Adds META and PROJECTS and the head of VOTES. Every option fits. */
void ballot_pb_add_head(struct text *text, const struct ballot_definition *definition,
                        const struct ballot_pb_count *count);

/* Adds the ids that a vote names, between commas, a ranking's in their order; nothing for an empty
 * vote. ERR_INVALID when it names an option that the ballot does not have. */
ERR_CHECKED enum err ballot_pb_add_choices(struct text *text,
                                           const struct ballot_definition *definition,
                                           const struct vote_body *body);

/* Adds the points that a vote gives, between commas, in the order of the ids: a column of its own, where
 * ballot_has_points(). */
void ballot_pb_add_points(struct text *text, const struct vote_body *body);

/* Choices as they were added above, and their points; NULL and 0 where the ballot has none. */
struct ballot_pb_vote {
    const char *choices;
    size_t choices_length;
    const char *points;
    size_t points_length;
    const char *channel; /* where votes are weighed by channel: of the ballot's words; else NULL */
};

/* Adds a row of VOTES for the voter of this number, from 1 on. */
void ballot_pb_add_vote(struct text *text, int64_t voter, const struct ballot_pb_vote *vote);

#endif
