/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days and times as public offices in Korea write them: "2022. 9. 19.(월)",
 * "09:00". Korean time is UTC+9 all year. Nothing here knows what day it is.
 */
#ifndef HYEOPCHI_REPORTING_DOMAIN_DATE_H
#define HYEOPCHI_REPORTING_DOMAIN_DATE_H

#include "runtime/err.h"

#include <stdint.h>

#define DATE_SIZE       32 /* "2022. 12. 19.(월)" and its NUL */
#define DATE_CLOCK_SIZE 6  /* "09:00" and its NUL */

/* 1970-01-01 to 9999-12-31 in UTC: what can be written. */
#define DATE_TIME_MIN_MS 0LL
#define DATE_TIME_MAX_MS 253402214399999LL

/* The day in Korea. ERR_INVALID when the time cannot be written. */
ERR_CHECKED enum err date_format(int64_t time_ms, char ret_text[DATE_SIZE]);

/* The time of that day, to the minute. Errors likewise. */
ERR_CHECKED enum err date_format_clock(int64_t time_ms, char ret_text[DATE_CLOCK_SIZE]);

/* The same for a day that is written "2022-09-19"; ERR_INVALID when it is no day from 1970 on. */
ERR_CHECKED enum err date_format_day(const char *day, char ret_text[DATE_SIZE]);

/* Calendar days in Korea from the first moment to the last, both counted. ERR_INVALID when they
 * cannot be written or the last comes before the first. */
ERR_CHECKED enum err date_days(int64_t first_ms, int64_t last_ms, int64_t *ret_days);

#endif
