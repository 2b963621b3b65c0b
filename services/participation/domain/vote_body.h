/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The choices of a vote as bytes, and their padding. The same choices in any
 * order are the same bytes.
 *
 *   choice_body = u8 method || u16 n || n x (u32 option, strictly increasing || u32 value)
 *   method        1 approve, 2 points, 3 rank, 4 knapsack
 *   value         approve and knapsack: 1; points: how many, perhaps 0; rank: 1 for the first
 *   pad           choice_body || 0x80 || 0x00 … up to 32 * ceil((3 + 8 * max_choices + 1) / 32)
 *
 * An approval or choose-1 ballot uses 4 when it limits the total cost and 1
 * when it does not; cumulative and scoring use 2, ordinal uses 3. Padding makes
 * the length say nothing about the number of choices. No allocation; any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_VOTE_BODY_H
#define HYEOPCHI_PARTICIPATION_VOTE_BODY_H

#include "participation/domain/ballot.h"
#include "participation/domain/encode.h"
#include "participation/domain/vote.h"

enum vote_body_method {
    VOTE_BODY_METHOD_MISSING = 0,
    VOTE_BODY_METHOD_APPROVE = 1,
    VOTE_BODY_METHOD_POINTS = 2,
    VOTE_BODY_METHOD_RANK = 3,
    VOTE_BODY_METHOD_KNAPSACK = 4,
    VOTE_BODY_METHOD_END,
};

/* Bytes of a body with this many choices, and of the longest one. */
#define VOTE_BODY_SIZE(choices) (3 + 8 * (choices))
#define VOTE_BODY_MAX           VOTE_BODY_SIZE(VOTE_CHOICE_MAX)

/* Bytes of a padded body in a ballot where a vote has at most this many choices. */
#define VOTE_BODY_PADDED_SIZE(max_choices) (32 * ((VOTE_BODY_SIZE(max_choices) + 1 + 31) / 32))

/* The method byte of a ballot that ballot_check accepts. */
enum vote_body_method vote_body_method(const struct ballot_definition *definition);

/*
 * Writes the body of choices in any order. Choices are ones that vote_check
 * accepts: known, different, at most VOTE_CHOICE_MAX; that is asserted. The
 * encoder's error is the caller's to ask for.
 */
void vote_body_encode(struct encoder *encoder, enum vote_body_method method,
                      const struct vote_choice *choices, size_t count);

/* A body that was read. The choices are strictly increasing by option. */
struct vote_body {
    enum vote_body_method method;
    size_t count;
    struct vote_choice choices[VOTE_CHOICE_MAX];
};

/*
 * Reads exactly one body.
 *
 * ERR_INVALID  cut short, bytes left over, an unknown method, option 0 or
 *              options that are not strictly increasing, too many choices, or
 *              a value that the method does not have. *ret is then left alone.
 */
ERR_CHECKED enum err vote_body_decode(const uint8_t *data, size_t length, struct vote_body *ret);

/*
 * Puts the options of a ranking's body in the order of their places, 1 first.
 * ERR_INVALID when the places are not 1 to count, each once.
 */
ERR_CHECKED enum err vote_body_ranked(const struct vote_body *body,
                                      uint32_t ret_options[VOTE_CHOICE_MAX]);

/*
 * Writes body with its padding: VOTE_BODY_PADDED_SIZE(max_choices) bytes. The
 * body is one of at most max_choices choices; that is asserted.
 */
void vote_body_pad(struct encoder *encoder, const uint8_t *body, size_t length,
                   uint32_t max_choices);

/* Finds the body inside its padding and stores its length. ERR_INVALID unless the padding is
 * exactly what vote_body_pad writes. */
ERR_CHECKED enum err vote_body_unpad(const uint8_t *padded, size_t length, uint32_t max_choices,
                                     size_t *ret_length);

#endif
