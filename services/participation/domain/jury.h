/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A jury's scores of a ballot's options: what two operators publish before the
 * count, the bytes they approve, and what the bundle carries as `jury`:
 *
 *   u16   jurors    how many gave scores
 *   str   source    the document the scores are from, for everybody to look up
 *   list  scores    of each option in listed order: u64, hundredths of a point, what all
 *                   jurors gave it together
 *
 * Sums are kept, and no averages: an average of seven jurors need not be a
 * decimal. Nothing here may know who a juror is. Pure; any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_JURY_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_JURY_H

#include "participation/domain/ballot.h"
#include "participation/domain/decimal.h"

#define JURY_SCALE       2 /* decimal places of a score */
#define JURY_UNITS       100
#define JURY_MEMBERS_MAX 100  /* jurors */
#define JURY_SOURCE_MAX  1000 /* bytes of UTF-8 without the NUL */

/* Bytes that hold the encoding of any scores. */
#define JURY_BYTES_MAX (2 + 2 + JURY_SOURCE_MAX + 2 + BALLOT_OPTION_MAX * 8)

struct jury_scores {
    uint32_t jurors;
    char source[JURY_SOURCE_MAX + 1];
    int64_t scores[BALLOT_OPTION_MAX]; /* hundredths, by place */
    size_t count;
};

/* The most that all jurors together can give one option, in hundredths. */
int64_t jury_score_max(const struct ballot_definition *definition, uint32_t jurors);

/*
 * Whether these can be the scores of this definition, which has a jury: 1 to
 * JURY_MEMBERS_MAX jurors, a source that is valid text and not empty, one score
 * for each option, none negative or above jury_score_max().
 */
bool jury_scores_are_sound(const struct ballot_definition *definition,
                           const struct jury_scores *scores);

/* Writes sound scores' bytes, JURY_BYTES_MAX at most; returns how many. */
size_t jury_scores_encode(const struct jury_scores *scores, uint8_t ret_bytes[JURY_BYTES_MAX]);

/* Reads them back; ERR_INVALID when they are not the bytes of sound scores of this definition. */
ERR_CHECKED enum err jury_scores_decode(const struct ballot_definition *definition,
                                        const uint8_t *bytes, size_t length,
                                        struct jury_scores *ret);

/* Reads "612.5": ERR_INVALID unless it is a decimal from 0 on with at most JURY_SCALE places. */
ERR_CHECKED enum err jury_score_parse(const char *text, int64_t *ret_score);

#endif
