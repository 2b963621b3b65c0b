/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether limits can be counted with at all; whether they make sense is for
 * those who freeze them. Only tally.c includes this header.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_LIMITS_CHECK_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_LIMITS_CHECK_H

#include <stdbool.h>

#include "participation/domain/election.h"
#include "participation/domain/tally_limits.h"

/* True for NULL, and for limits within their maxima whose groups name options of this election, each
 * once in a group, and whose caps have names of their own and no negative amount. */
bool tally_limits_are_sound(const struct election *election, const struct tally_limits *limits);

#endif
