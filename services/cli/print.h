/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON for people: members as aligned lines, arrays of objects as tables, won
 * with separators, times (members called …_at or …_time) in Korea's. Knows no service: it shows whatever an answer holds, so that
 * a field added tomorrow is shown too. Control characters are never printed as
 * they are: an answer must not steer a terminal.
 */
#ifndef HYEOPCHI_CLI_PRINT_H
#define HYEOPCHI_CLI_PRINT_H

#include "runtime/buffer.h"

#include <jansson.h>
#include <stdio.h>

enum { PRINT_SIZE_MAX = 64 * 1024 * 1024, PRINT_COLUMN_COUNT_MAX = 16 };

/* Appends a value for people. */
void print_value(const json_t *value, struct buffer *buffer);

/* Writes it to standard output: for people, or as one line of JSON. */
void print_answer(const json_t *value, bool json);

/* A problem document as one line: code, sentence, detail, field, value and rule. */
void print_problem(const json_t *problem, struct buffer *buffer);

/* The text of a scalar as it is shown under this name ("cost_krw": 1,000,000). Moments are shown as
 * clocks in Korea have them: "opens_at": 2022-09-19 09:00:00. */
void print_scalar(const char *name, const json_t *value, struct buffer *buffer);

#endif
