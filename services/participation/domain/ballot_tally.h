/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a ballot is counted: its definition in the tally's words. Pure; any
 * thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOT_TALLY_H
#define HYEOPCHI_PARTICIPATION_BALLOT_TALLY_H

#include "participation/domain/ballot.h"
#include "participation/domain/election.h"
#include "participation/domain/tally.h"

/* What an election of this definition's votes is. The definition is one that ballot_check accepts, and
 * so below. */
enum election_vote_type ballot_tally_vote_type(const struct ballot_definition *definition);

/* The method it is counted by; one that tally_method_is_sound() accepts once the order that drawn and
 * lot need, and the seed of a lot, are put in. The electorate of a quorum's share and the parts are the
 * caller's to put in too. */
struct tally_method ballot_tally_method(const struct ballot_definition *definition);

/* Each option's place in the order that was drawn, for the order of the method; room for all options.
 * The tie rule is drawn. */
void ballot_tally_drawn(const struct ballot_definition *definition, uint32_t *ret_places);

/* What is weighed: a definition's terms, and a jury's scores as jury.h has them, one for every option;
 * borrowed, NULL without a jury. */
struct ballot_weighed {
    const struct ballot_jury *jury;
    const struct ballot_channel_weights *channels;
    const int64_t *scores;
};

/* For the parts of the method: NULL where nothing is weighed, else store. The votes of a part of channels are
 * the election's group of ballot_channel_part(). */
const struct tally_parts *ballot_tally_parts(const struct ballot_weighed *weighed,
                                             struct tally_parts *store);

/* The limits a definition is counted with, in memory of the caller that must last as long as they do. */
struct ballot_tally_store {
    uint32_t options[BALLOT_NAMED_MAX];
    struct tally_group groups[BALLOT_GROUP_MAX];
    struct tally_cap area_caps[BALLOT_CAP_MAX];
    struct tally_cap field_caps[BALLOT_CAP_MAX];
    struct tally_adjustable adjustable[BALLOT_OPTION_MAX];
    struct tally_limits limits;
};

/* For the limits of the method; they borrow the definition's texts. NULL when it has none. */
const struct tally_limits *ballot_tally_limits(const struct ballot_definition *definition,
                                               struct ballot_tally_store *store);

#endif
