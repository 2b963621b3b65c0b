/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands beside a computed result: votes that operators declared void, and
 * what they decided on it. On reader threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_HTTP_OUTCOME_H
#define HYEOPCHI_PARTICIPATION_HTTP_OUTCOME_H

#include "participation/store/ballots.h"
#include "runtime/db.h"
#include "runtime/err.h"

#include <jansson.h>

/* {"votes", "reasons": [{"code", "votes"}, …]} of the final votes that are void; null where none is. */
ERR_CHECKED enum err outcome_voids(struct db *db, const struct ballot_row *row, json_t **ret_json);

/*
 * The result for everybody: the very bytes that were counted and hashed; where
 * operators decided something, with members for that behind them, so that the
 * computed result is whole in front. *ret_text is malloc'd.
 */
ERR_CHECKED enum err outcome_text(struct db *db, const struct ballot_row *row, char **ret_text);

#endif
