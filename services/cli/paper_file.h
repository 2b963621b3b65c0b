/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sheets of paper as a person types them, line by line:
 *
 *   sheet,choices
 *   17,a;b          options of an approval, by their ids
 *   18,a=3;b=2      points, or places from 1
 *   19,!blank       no vote: blank, unclear, rule-broken, not-official, empty-envelope
 *   20,             a vote that chooses nothing, where the ballot allows it
 *
 * Whether it obeys the ballot's rules, the service decides.
 */
#ifndef HYEOPCHI_CLI_PAPER_FILE_H
#define HYEOPCHI_CLI_PAPER_FILE_H

#include "runtime/err.h"

#include <jansson.h>

enum { PAPER_FILE_SIZE_MAX = 1024 * 1024, PAPER_LINE_MAX = 500 };

/* Reads the file ("-" is standard input) into an array of entries, as the service takes them; a new
 * reference. ERR_INVALID after saying which line is wrong. */
ERR_CHECKED enum err paper_file_read(const char *path, json_t **ret_entries);

#endif
