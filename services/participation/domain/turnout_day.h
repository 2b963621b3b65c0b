/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calendar days in Seoul, which is nine hours ahead of UTC and has had no
 * summer time since 1988. It must never ask the machine for its time zone.
 * Times before 1970 are not days of a ballot; that is asserted. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_TURNOUT_DAY_H
#define HYEOPCHI_PARTICIPATION_TURNOUT_DAY_H

#include <stdint.h>

#define TURNOUT_DAY_MS          (24LL * 60 * 60 * 1000)
#define TURNOUT_SEOUL_OFFSET_MS (9LL * 60 * 60 * 1000)
#define TURNOUT_DATE_SIZE       11 /* "2022-06-20" and a NUL */

/* The day of a time, counted from 1970-01-01 in Seoul. */
int64_t turnout_day(int64_t time_ms);

/* The date of a day up to the year 9999, as "2022-06-20". */
void turnout_day_format(int64_t day, char ret_date[TURNOUT_DATE_SIZE]);

#endif
