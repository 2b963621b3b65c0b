/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a count weighs, on a command line or in a file of ours: residents' votes
 * by the channel that they came through, and a jury's scores. The words are the
 * same in both. Must never count.
 */
#ifndef HYEOPCHI_CLI_TALLY_WEIGHTS_H
#define HYEOPCHI_CLI_TALLY_WEIGHTS_H

#include "participation/domain/ballot.h"
#include "participation/domain/pb.h"
#include "participation/domain/tally.h"

#include <stdbool.h>
#include <stdint.h>

/* What is weighed, and what the method borrows of it; begun with zeros. */
struct tally_weights {
    struct ballot_jury jury;
    struct ballot_channel_weights channels;
    int64_t *scores; /* the jury's, to be freed by who put them here */
    struct tally_parts parts;
};

/* "50:50": residents and jury, each at least 1, together at most TALLY_WEIGHT_MAX. */
bool tally_weights_parse(const char *text, struct ballot_jury *ret_jury);

/* "web+kiosk:30,booth+paper:70": parts of channels, none twice, each at least 1, together at most
 * TALLY_WEIGHT_MAX. */
bool tally_channel_weights_parse(const char *text, struct ballot_channel_weights *ret_channels);

/* Whether the weights that were read make sense together: two parts or more, and with a jury channels that
 * add up to what the residents weigh. */
bool tally_weights_are_sound(const struct tally_weights *weights);

/* Which part of channels a vote's voting_method is of: the words of channel_word.h. */
void tally_weights_groups(const struct ballot_channel_weights *channels,
                          struct pb_groups *ret_groups);

/* For the parts of the method: borrowed from the weights; NULL where nothing is weighed. */
const struct tally_parts *tally_weights_parts(struct tally_weights *weights);

#endif
