/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as people read them: digits in threes, shares, averages. Integers
 * only; what does not come out even is rounded down, always, and the page says
 * so. Nothing here may allocate.
 */
#ifndef HYEOPCHI_REPORTING_DOMAIN_NUMBER_H
#define HYEOPCHI_REPORTING_DOMAIN_NUMBER_H

#include "runtime/err.h"

#include <stdint.h>

/* "-9,223,372,036,854,775,808" and its NUL, and more than any other text here needs. */
#define NUMBER_SIZE 32

/* Open ballots tell their voters in steps of this many. */
#define NUMBER_ROUNDING 10

/* Writes 1577 as "1,577". */
void number_format(int64_t number, char ret_text[NUMBER_SIZE]);

/* The number rounded down to NUMBER_ROUNDING; it is not negative. */
int64_t number_round_down(int64_t number);

/*
 * number / parts in tenths, rounded down: 1577 voters on 5 days are 3154. ERR_INVALID when number is
 * negative or parts is not positive; ERR_FULL when it does not fit.
 */
ERR_CHECKED enum err number_tenths(int64_t number, int64_t parts, int64_t *ret_tenths);

/* part of whole in tenths of a percent, rounded down: 1 of 3 is 333. Errors like number_tenths(). */
ERR_CHECKED enum err number_share(int64_t part, int64_t whole, int64_t *ret_tenths);

/* Writes 3154 tenths as "315.4"; they are not negative. */
void number_format_tenths(int64_t tenths, char ret_text[NUMBER_SIZE]);

#endif
