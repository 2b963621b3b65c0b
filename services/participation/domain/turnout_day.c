/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days and dates of turnout_day.h, by the Gregorian rules alone.
 */
#include "participation/domain/turnout_day.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#define DAYS_OF_400_YEARS 146097
#define DAY_OF_YEAR_10000 2932897 /* 10000-01-01 */

static bool leap_year(int64_t year);
static void digits_put(char *to, size_t count, int64_t value);

int64_t turnout_day(int64_t time_ms)
{
    assert(time_ms > 0);
    assert(time_ms <= INT64_MAX - TURNOUT_SEOUL_OFFSET_MS);

    return (time_ms + TURNOUT_SEOUL_OFFSET_MS) / TURNOUT_DAY_MS;
}

void turnout_day_format(int64_t day, char ret_date[TURNOUT_DATE_SIZE])
{
    static const int MONTH_DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t year = 1970 + day / DAYS_OF_400_YEARS * 400;
    int64_t left = day % DAYS_OF_400_YEARS;
    int month = 0;

    assert(day >= 0);
    assert(day < DAY_OF_YEAR_10000);

    while (left >= 365 + leap_year(year)) {
        left -= 365 + leap_year(year);
        year++;
    }
    while (left >= MONTH_DAYS[month] + (month == 1 && leap_year(year))) {
        left -= MONTH_DAYS[month] + (month == 1 && leap_year(year));
        month++;
        assert(month < 12);
    }
    digits_put(ret_date, 4, year);
    ret_date[4] = '-';
    digits_put(ret_date + 5, 2, month + 1);
    ret_date[7] = '-';
    digits_put(ret_date + 8, 2, left + 1);
    ret_date[10] = '\0';
}

static bool leap_year(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Writes value as exactly count digits. */
static void digits_put(char *to, size_t count, int64_t value)
{
    assert(value >= 0);

    for (size_t i = count; i > 0; i--) {
        to[i - 1] = (char)('0' + (char)(value % 10));
        value /= 10;
    }
    assert(value == 0);
}
