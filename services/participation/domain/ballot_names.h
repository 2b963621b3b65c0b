/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a ballot's and a vote's enums, as they stand in JSON, SQL and
 * messages ("resident-register", "choose-1"). One table each, read in both
 * directions, so that a word cannot mean two things.
 *
 *   _name       the word of a value; "missing" for 0 and for a number that has
 *               none. Static, never NULL.
 *   _from_name  the value of a word; 0 (…_MISSING) when there is none.
 *
 * Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOT_NAMES_H
#define HYEOPCHI_PARTICIPATION_BALLOT_NAMES_H

#include "participation/domain/ballot.h"

const char *ballot_funding_source_name(enum ballot_funding_source value);
enum ballot_funding_source ballot_funding_source_from_name(const char *name);

const char *ballot_method_name(enum ballot_method value);
enum ballot_method ballot_method_from_name(const char *name);

const char *ballot_rule_name(enum ballot_rule value);
enum ballot_rule ballot_rule_from_name(const char *name);

const char *ballot_satisfaction_name(enum ballot_satisfaction value);
enum ballot_satisfaction ballot_satisfaction_from_name(const char *name);

const char *ballot_completion_name(enum ballot_completion value);
enum ballot_completion ballot_completion_from_name(const char *name);

const char *ballot_tie_name(enum ballot_tie value);
enum ballot_tie ballot_tie_from_name(const char *name);

const char *ballot_channel_name(enum ballot_channel value);
enum ballot_channel ballot_channel_from_name(const char *name);

const char *ballot_basis_name(enum ballot_basis value);
enum ballot_basis ballot_basis_from_name(const char *name);

const char *ballot_scope_name(enum ballot_scope value);
enum ballot_scope ballot_scope_from_name(const char *name);

/* Finds a word in a table of count words whose place 0 is "missing"; 0 when it is not there. For
 * the tables of this folder. */
unsigned ballot_name_find(const char *const *names, unsigned count, const char *name);

#endif
