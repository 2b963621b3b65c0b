/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is published of a ballot as JSON and stands in its bundle too: the same
 * bytes in both once json_text() has written it. Reader threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_HTTP_PUBLISHED_JSON_H
#define HYEOPCHI_PARTICIPATION_HTTP_PUBLISHED_JSON_H

#include "participation/store/ballots.h"
#include "runtime/db.h"
#include "runtime/err.h"

#include <jansson.h>

/* The turnout of a closed ballot; a new reference. */
ERR_CHECKED enum err published_turnout(struct db *db, const struct ballot_row *row,
                                       json_t **ret_json);

/* The roll of a ballot that has one; a new reference. */
ERR_CHECKED enum err published_roll(struct db *db, const struct ballot_row *row, json_t **ret_json);

#endif
