/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of a definition's terms, for ballot_json.c. Must never judge them:
 * ballot_check() does, of an option that does not exist too.
 */
#ifndef HYEOPCHI_PARTICIPATION_HTTP_BALLOT_JSON_TERMS_H
#define HYEOPCHI_PARTICIPATION_HTTP_BALLOT_JSON_TERMS_H

#include "participation/domain/ballot.h"
#include "runtime/json.h"

#include <stdbool.h>

/* Reads the members that are there into the definition, whose options were read before. */
void ballot_json_read_terms(struct json_reader *reader, struct ballot_definition *definition);

/* Adds a member for each term, null for those that are not given. False without memory. */
bool ballot_json_add_terms(json_t *json, const struct ballot_definition *definition);

#endif
