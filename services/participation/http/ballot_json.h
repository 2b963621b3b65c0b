/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ballots as JSON: a definition read from a request, a ballot written for
 * anybody. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_HTTP_BALLOT_JSON_H
#define HYEOPCHI_PARTICIPATION_HTTP_BALLOT_JSON_H

#include "participation/domain/ballot.h"
#include "participation/store/ballots.h"
#include "runtime/err.h"
#include "runtime/problem.h"

#include <jansson.h>

/*
 * Reads and checks a definition; ballot_id, district and demonstration are the
 * service's and set beforehand in *definition. The options are malloc'd into
 * *ret_options, which the definition borrows and the caller frees.
 * ERR_INVALID  *ret_problem names the field and the rule.
 */
ERR_CHECKED enum err ballot_json_read(const void *text, size_t length,
                                      struct ballot_definition *definition,
                                      struct ballot_option **ret_options,
                                      struct problem *ret_problem);

/* The ballot with its definition and where it stands; no counts. A new reference, or NULL. */
json_t *ballot_json(const struct ballot_row *row, const struct ballot_definition *definition);

/* The short form for lists. */
json_t *ballot_json_short(const struct ballot_row *row, const struct ballot_definition *definition);

#endif
