/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of an election, shared by election.c (options, money) and
 * election_votes.c (votes, points). Nobody else includes this header.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_ELECTION_STATE_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_ELECTION_STATE_H

#include "participation/domain/election.h"
#include "participation/domain/text_pool.h"

struct election {
    enum election_vote_type type;
    bool keep_votes;
    bool has_budget;
    unsigned money_scale;
    unsigned points_scale;
    int64_t budget;
    int64_t default_score;

    struct text_set ids;
    struct text_pool texts;
    struct election_option *options;
    uint32_t option_capacity;
    uint32_t *last_vote; /* per option: the mark of the last list that named it */
    uint32_t mark;

    /* Group g gave option o sums[g * options + o]. */
    struct election_sums *sums;
    uint32_t group_votes[ELECTION_GROUPS_MAX];
    uint32_t group_count;

    /* Vote v is choices offsets[v] up to offsets[v + 1]. */
    uint32_t *offsets;
    uint32_t vote_count;
    uint32_t vote_capacity;
    uint32_t *choices;
    int64_t *points;
    uint32_t choice_count;
    uint32_t choice_capacity;
};

#endif
