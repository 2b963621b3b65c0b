/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Gregorian calendar by whole days since 1970. Years are counted from
 * March on, so that the leap day is the last of its year.
 */
#include "reporting/domain/date.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define KOREA_MS (9LL * 60 * 60 * 1000)
#define DAY_MS   (24LL * 60 * 60 * 1000)

enum {
    MINUTE_MS = 60 * 1000,
    DAY_MINUTES = 24 * 60,
    ERA_DAYS = 146097,   /* 400 years */
    EPOCH_DAYS = 719468, /* from 0000-03-01 to 1970-01-01 */
    YEAR_MAX = 9999,
};

struct civil {
    int64_t year;
    int64_t month;
    int64_t day;
};

static const char *const WEEKDAYS[] = {"일", "월", "화", "수", "목", "금", "토"};

static int64_t days_of(const struct civil *civil)
{
    int64_t year = civil->month <= 2 ? civil->year - 1 : civil->year;
    int64_t month = (civil->month + 9) % 12; /* March is 0 */
    int64_t of_era = year % 400;
    int64_t of_year = (153 * month + 2) / 5 + civil->day - 1;

    assert(civil->month >= 1 && civil->month <= 12);
    assert(year >= 0);
    return year / 400 * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH_DAYS;
}

static struct civil civil_of(int64_t days)
{
    int64_t shifted = days + EPOCH_DAYS;
    int64_t era = shifted / ERA_DAYS;
    int64_t of_era = shifted % ERA_DAYS;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * of_year + 2) / 153;
    struct civil civil = {
        .day = of_year - (153 * month + 2) / 5 + 1,
        .month = month < 10 ? month + 3 : month - 9,
    };

    assert(days >= 0);
    civil.year = era * 400 + year_of_era + (civil.month <= 2 ? 1 : 0);
    assert(days_of(&civil) == days);
    return civil;
}

static size_t append(char *text, size_t at, const char *piece)
{
    size_t length = strlen(piece);

    assert(at + length < DATE_SIZE);
    memcpy(text + at, piece, length + 1);
    return at + length;
}

static size_t append_number(char *text, size_t at, int64_t number)
{
    char digits[5];
    size_t first = sizeof digits - 1;

    assert(number >= 0);
    assert(number <= YEAR_MAX);
    digits[first] = '\0';
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return append(text, at, digits + first);
}

static void format_days(int64_t days, char ret_text[DATE_SIZE])
{
    struct civil civil = civil_of(days);
    size_t at = append_number(ret_text, 0, civil.year);

    at = append(ret_text, at, ". ");
    at = append_number(ret_text, at, civil.month);
    at = append(ret_text, at, ". ");
    at = append_number(ret_text, at, civil.day);
    at = append(ret_text, at, ".(");
    at = append(ret_text, at, WEEKDAYS[(days + 4) % 7]); /* 1970-01-01 was a Thursday */
    at = append(ret_text, at, ")");
    assert(at < DATE_SIZE);
}

static bool can_be_written(int64_t time_ms)
{
    return time_ms >= DATE_TIME_MIN_MS && time_ms <= DATE_TIME_MAX_MS;
}

enum err date_format(int64_t time_ms, char ret_text[DATE_SIZE])
{
    assert(ret_text != NULL);

    if (!can_be_written(time_ms)) {
        return ERR_INVALID;
    }
    format_days((time_ms + KOREA_MS) / DAY_MS, ret_text);
    return ERR_OK;
}

enum err date_format_clock(int64_t time_ms, char ret_text[DATE_CLOCK_SIZE])
{
    assert(ret_text != NULL);

    if (!can_be_written(time_ms)) {
        return ERR_INVALID;
    }
    int64_t minute = (time_ms + KOREA_MS) / MINUTE_MS % DAY_MINUTES;
    const char text[DATE_CLOCK_SIZE] = {
        (char)('0' + minute / 600),     (char)('0' + minute / 60 % 10), ':',
        (char)('0' + minute % 60 / 10), (char)('0' + minute % 10),      '\0',
    };
    memcpy(ret_text, text, sizeof text);
    return ERR_OK;
}

/* The number of exactly count digits, or -1. */
static int64_t read_digits(const char *text, size_t count)
{
    int64_t number = 0;

    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

enum err date_format_day(const char *day, char ret_text[DATE_SIZE])
{
    struct civil civil;
    struct civil same;

    assert(day != NULL);
    assert(ret_text != NULL);

    if (strlen(day) != 10 || day[4] != '-' || day[7] != '-') {
        return ERR_INVALID;
    }
    civil.year = read_digits(day, 4);
    civil.month = read_digits(day + 5, 2);
    civil.day = read_digits(day + 8, 2);
    if (civil.year < 1970 || civil.month < 1 || civil.month > 12 || civil.day < 1) {
        return ERR_INVALID;
    }
    /* A day that the month does not have becomes another one on the way back. */
    same = civil_of(days_of(&civil));
    if (same.day != civil.day || same.month != civil.month) {
        return ERR_INVALID;
    }
    format_days(days_of(&civil), ret_text);
    return ERR_OK;
}

enum err date_days(int64_t first_ms, int64_t last_ms, int64_t *ret_days)
{
    assert(ret_days != NULL);

    if (!can_be_written(first_ms) || !can_be_written(last_ms) || last_ms < first_ms) {
        return ERR_INVALID;
    }
    *ret_days = (last_ms + KOREA_MS) / DAY_MS - (first_ms + KOREA_MS) / DAY_MS + 1;
    assert(*ret_days >= 1);
    return ERR_OK;
}
