/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in a request something is wrong: a JSON pointer (RFC 6901) such as
 * "/options/3/cost_krw", built from the program's own words, so that nothing
 * in it ever needs escaping. It must never hold a value of the request.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOT_PATH_H
#define HYEOPCHI_PARTICIPATION_BALLOT_PATH_H

#include <stddef.h>
#include <stdint.h>

#define BALLOT_PATH_SIZE 64 /* bytes, with the NUL */

/* The index that leaves the list element out of a path. */
#define BALLOT_PATH_WHOLE SIZE_MAX

/*
 * Writes "/list/index/field" to path, BALLOT_PATH_SIZE bytes. Index counts
 * from 0; BALLOT_PATH_WHOLE leaves it out, a NULL list or field leaves that
 * part out, and nothing at all is "", which means the whole document.
 */
void ballot_path_set(char path[BALLOT_PATH_SIZE], const char *list, size_t index,
                     const char *field);

#endif
