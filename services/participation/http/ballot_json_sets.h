/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of words as arrays of a ballot's JSON. Must never judge a set: whether
 * it may be empty is for ballot_check().
 */
#ifndef HYEOPCHI_PARTICIPATION_HTTP_BALLOT_JSON_SETS_H
#define HYEOPCHI_PARTICIPATION_HTTP_BALLOT_JSON_SETS_H

#include "participation/domain/ballot.h"
#include "runtime/json.h"

/* Words as BALLOT_BITs below end; all of them when the member is missing. from_name gives 0 for a word
 * that is none, which is refused. */
uint32_t ballot_json_read_set(struct json_reader *reader, const char *name, unsigned end,
                              unsigned (*from_name)(const char *));

/* The same of the member "channels". */
uint32_t ballot_json_read_channels(struct json_reader *reader);

/* The words of a set; the caller's. NULL without memory. */
json_t *ballot_json_set(uint32_t set, unsigned end, const char *(*name)(unsigned));
json_t *ballot_json_channels(uint32_t set);

#endif
