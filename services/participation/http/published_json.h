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

/* Every extension of the window with its reason, as an array; a new reference. */
ERR_CHECKED enum err published_extensions(struct db *db, const struct ballot_row *row,
                                          json_t **ret_json);

/* Every vote that was declared void with its reason, as an array; a new reference. */
ERR_CHECKED enum err published_voids(struct db *db, const struct ballot_row *row,
                                     json_t **ret_json);

/* What operators decided on a counted ballot: {"voids", "funded", "total_cost", "left_over",
 * "exclusions"}; a new reference. */
ERR_CHECKED enum err published_decided(struct db *db, const struct ballot_row *row,
                                       json_t **ret_json);

#endif
