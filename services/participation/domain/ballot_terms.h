/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a definition may say beyond the method of voting and the rule of
 * counting: its terms. A ballot without any is as valid as one with all; each
 * term that is given is checked, frozen and counted with.
 *
 * Options are named by their numbers in the definition; 0 stands for an id
 * that the ballot does not have, which ballot_check refuses. This header must
 * never know how a term is written in JSON or in bytes.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOT_TERMS_H
#define HYEOPCHI_PARTICIPATION_BALLOT_TERMS_H

#include <stddef.h>
#include <stdint.h>

#define BALLOT_OPTION_MAX 1000 /* options of a ballot */

/* Longest seed of a lot, in bytes of UTF-8 without the NUL. */
#define BALLOT_SEED_MAX 512

/* Of the tie rule drawn: every option once, the one drawn first in front. Empty: there is none. */
struct ballot_tie_order {
    uint16_t numbers[BALLOT_OPTION_MAX];
    size_t count;
};

#endif
