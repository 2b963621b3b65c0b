/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time. Wall-clock times are int64 milliseconds UTC since 1970; durations
 * come from the monotonic clock and are never compared with wall-clock times.
 *
 * A demonstration may run on its own calendar: clock_demonstration_open() maps
 * a file that holds one int64 (native byte order), an offset in milliseconds
 * that is added to the wall clock from then on and may be changed by others at
 * any time. A service that uses one labels everything it makes as a
 * demonstration. Any thread.
 */
#ifndef HYEOPCHI_RUNTIME_CLOCK_H
#define HYEOPCHI_RUNTIME_CLOCK_H

#include "runtime/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CLOCK_TEXT_SIZE = 32, /* holds what clock_format() writes, with its NUL */
    CLOCK_DAY_SIZE = 11,  /* "2022-09-19" and its NUL */
};

/* UTC milliseconds since 1970, with the demonstration's offset where one is open. */
int64_t clock_now_ms(void);

/* The same without any offset; only for comparing this machine's clock with another's. */
int64_t clock_system_now_ms(void);

/* Milliseconds since some fixed moment; for durations and timeouts only. */
int64_t clock_monotonic_ms(void);

/* Maps the offset file. ERR_INVALID when it cannot be read or is not 8 bytes long. */
ERR_CHECKED enum err clock_demonstration_open(const char *path);

/* True when a demonstration's offset is in force. */
bool clock_is_demonstration(void);

/* Writes RFC 3339 in UTC with milliseconds: 2022-09-19T00:00:00.000Z. */
void clock_format(int64_t time_ms, char ret_text[CLOCK_TEXT_SIZE]);

/* Reads RFC 3339 (Z or an offset, 0 to 3 decimals). ERR_INVALID for anything else. */
ERR_CHECKED enum err clock_parse(const char *text, int64_t *ret_time_ms);

/* Writes the calendar day in Korea (UTC+9, no summer time): 2022-09-19. */
void clock_day_in_korea(int64_t time_ms, char ret_day[CLOCK_DAY_SIZE]);

#endif
