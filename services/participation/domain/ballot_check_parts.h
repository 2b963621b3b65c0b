/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that check a definition share: ballot_check.c and
 * ballot_check_points.c. Must never be included by anybody else.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOT_CHECK_PARTS_H
#define HYEOPCHI_PARTICIPATION_BALLOT_CHECK_PARTS_H

#include "participation/domain/ballot.h"

/* Fills the refusal of a member of the definition; always ERR_INVALID. */
enum err ballot_refuse(struct ballot_refusal *refusal, enum ballot_refusal_reason reason,
                       const char *field);

/* Parts of ballot_check(), with its contract; the second looks only at what the first found sane. */
ERR_CHECKED enum err ballot_check_points(const struct ballot_definition *definition,
                                         struct ballot_refusal *refusal);
ERR_CHECKED enum err ballot_check_point_limits(const struct ballot_definition *definition,
                                               struct ballot_refusal *refusal);

#endif
