/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the clocks, and writes and reads times as text by calendar arithmetic
 * of its own: the C library's functions depend on the environment's time zone
 * and locale. The only file that may ask the system for the wall-clock time of
 * business facts. Must never use local time.
 */
#include "runtime/clock.h"

#include <assert.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DAY_MS              INT64_C(86400000)
#define HOUR_MS             INT64_C(3600000)
#define MINUTE_MS           INT64_C(60000)
#define KOREA_OFFSET_MS     (9 * HOUR_MS)
#define TIME_MIN_MS         INT64_C(-62135596800000) /* 0001-01-01T00:00:00.000Z */
#define TIME_MAX_MS         INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define OFFSET_MAX_MS       (INT64_C(200) * 366 * DAY_MS)
#define DAYS_PER_ERA        146097 /* 400 years */
#define DAYS_BEFORE_1970_03 719468 /* from 0000-03-01 to 1970-01-01 */

struct civil {
    int year;
    int month;
    int day;
};

/* Written by other processes at any time, hence atomic; mapped once, never unmapped. */
static const _Atomic int64_t *demonstration_offset;

static int64_t read_clock_ms(clockid_t clock)
{
    struct timespec now;
    int failed = clock_gettime(clock, &now);

    assert(!failed);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
    int64_t now_ms = read_clock_ms(CLOCK_REALTIME);
    int64_t offset_ms;

    if (demonstration_offset == NULL) {
        return now_ms;
    }
    offset_ms = atomic_load(demonstration_offset);
    if (offset_ms < -OFFSET_MAX_MS || offset_ms > OFFSET_MAX_MS) {
        return now_ms; /* Not an offset anybody meant. */
    }
    return now_ms + offset_ms;
}

int64_t clock_system_now_ms(void)
{
    return read_clock_ms(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
    return read_clock_ms(CLOCK_MONOTONIC);
}

enum err clock_demonstration_open(const char *path)
{
    enum err err = ERR_INVALID;
    struct stat status;
    void *memory;
    int file;

    static_assert(sizeof(_Atomic int64_t) == 8, "the file holds one int64");
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return ERR_INVALID;
    }
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size != 8) {
        goto out;
    }
    memory = mmap(NULL, 8, PROT_READ, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) {
        goto out;
    }
    demonstration_offset = memory;
    err = ERR_OK;
out:
    (void)close(file); /* The mapping stays; nothing was written. */
    return err;
}

bool clock_is_demonstration(void)
{
    return demonstration_offset != NULL;
}

/* Floor division, so that days before 1970 come out right. */
static int64_t days_of(int64_t time_ms)
{
    return time_ms >= 0 ? time_ms / DAY_MS : -((DAY_MS - 1 - time_ms) / DAY_MS);
}

/* Years start in March here, so that the leap day is a year's last day. */
static struct civil civil_from_days(int64_t days)
{
    int64_t shifted = days + DAYS_BEFORE_1970_03;
    int64_t era = shifted / DAYS_PER_ERA;
    int64_t day_of_era = shifted % DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* 0 is March */

    assert(shifted >= 0);
    return (struct civil){
        .year = (int)(era * 400 + year_of_era + (month >= 10 ? 1 : 0)),
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
    };
}

static int64_t days_from_civil(const struct civil *civil)
{
    int64_t year = civil->month <= 2 ? civil->year - 1 : civil->year;
    int64_t month = civil->month <= 2 ? civil->month + 9 : civil->month - 3;
    int64_t day_of_year = (153 * month + 2) / 5 + civil->day - 1;
    int64_t year_of_era = year % 400;

    assert(year >= 0);
    return year / 400 * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
           day_of_year - DAYS_BEFORE_1970_03;
}

static int64_t clamp_time(int64_t time_ms)
{
    if (time_ms < TIME_MIN_MS) {
        return TIME_MIN_MS;
    }
    return time_ms > TIME_MAX_MS ? TIME_MAX_MS : time_ms;
}

void clock_format(int64_t time_ms, char ret_text[CLOCK_TEXT_SIZE])
{
    int64_t clamped_ms = clamp_time(time_ms);
    int64_t days = days_of(clamped_ms);
    unsigned of_day_ms = (unsigned)(clamped_ms - days * DAY_MS);
    struct civil civil = civil_from_days(days);

    /* The remainders say to the compiler how long each number can be. */
    (void)snprintf(ret_text, CLOCK_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
                   (unsigned)civil.year % 10000, (unsigned)civil.month % 100,
                   (unsigned)civil.day % 100, of_day_ms / (unsigned)HOUR_MS % 100,
                   of_day_ms / (unsigned)MINUTE_MS % 60, of_day_ms / 1000 % 60, of_day_ms % 1000);
}

void clock_day_in_korea(int64_t time_ms, char ret_day[CLOCK_DAY_SIZE])
{
    int64_t korea_ms = clamp_time(clamp_time(time_ms) + KOREA_OFFSET_MS);
    struct civil civil = civil_from_days(days_of(korea_ms));

    (void)snprintf(ret_day, CLOCK_DAY_SIZE, "%04u-%02u-%02u", (unsigned)civil.year % 10000,
                   (unsigned)civil.month % 100, (unsigned)civil.day % 100);
}

/* Reads exactly `digits` digits and moves on; false leaves *at anywhere. */
static bool read_digits(const char **at, int digits, int *ret_value)
{
    int value = 0;

    for (int i = 0; i < digits; i++) {
        if (**at < '0' || **at > '9') {
            return false;
        }
        value = value * 10 + (**at - '0');
        (*at)++;
    }
    *ret_value = value;
    return true;
}

static bool read_character(const char **at, char character)
{
    if (**at != character) {
        return false;
    }
    (*at)++;
    return true;
}

static bool read_date(const char **at, struct civil *ret_civil)
{
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct civil civil;
    int day_max;

    if (!read_digits(at, 4, &civil.year) || !read_character(at, '-') ||
        !read_digits(at, 2, &civil.month) || !read_character(at, '-') ||
        !read_digits(at, 2, &civil.day)) {
        return false;
    }
    if (civil.year < 1 || civil.month < 1 || civil.month > 12) {
        return false;
    }
    day_max = month_days[civil.month - 1];
    if (civil.month == 2 &&
        ((civil.year % 4 == 0 && civil.year % 100 != 0) || civil.year % 400 == 0)) {
        day_max = 29;
    }
    if (civil.day < 1 || civil.day > day_max) {
        return false;
    }
    *ret_civil = civil;
    return true;
}

/* Up to three decimals of a second; none are fine when there is no dot. */
static bool read_fraction(const char **at, int *ret_ms)
{
    int value_ms = 0;
    int scale = 100;

    if (**at != '.') {
        *ret_ms = 0;
        return true;
    }
    (*at)++;
    if (**at < '0' || **at > '9') {
        return false;
    }
    while (**at >= '0' && **at <= '9') {
        if (scale == 0) {
            return false;
        }
        value_ms += (**at - '0') * scale;
        scale /= 10;
        (*at)++;
    }
    *ret_ms = value_ms;
    return true;
}

static bool read_time_of_day(const char **at, int64_t *ret_ms)
{
    int hour;
    int minute;
    int second;
    int fraction_ms;

    if (!read_digits(at, 2, &hour) || !read_character(at, ':') || !read_digits(at, 2, &minute) ||
        !read_character(at, ':') || !read_digits(at, 2, &second) ||
        !read_fraction(at, &fraction_ms)) {
        return false;
    }
    if (hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    *ret_ms = hour * HOUR_MS + minute * MINUTE_MS + second * INT64_C(1000) + fraction_ms;
    return true;
}

static bool read_zone(const char **at, int64_t *ret_offset_ms)
{
    int sign;
    int hour;
    int minute;

    if (read_character(at, 'Z')) {
        *ret_offset_ms = 0;
        return true;
    }
    sign = **at == '-' ? -1 : 1;
    if (!read_character(at, '+') && !read_character(at, '-')) {
        return false;
    }
    if (!read_digits(at, 2, &hour) || !read_character(at, ':') || !read_digits(at, 2, &minute) ||
        hour > 23 || minute > 59) {
        return false;
    }
    *ret_offset_ms = sign * (hour * HOUR_MS + minute * MINUTE_MS);
    return true;
}

enum err clock_parse(const char *text, int64_t *ret_time_ms)
{
    const char *at = text;
    struct civil civil;
    int64_t of_day_ms;
    int64_t offset_ms;
    int64_t time_ms;

    if (!read_date(&at, &civil) || !read_character(&at, 'T') ||
        !read_time_of_day(&at, &of_day_ms) || !read_zone(&at, &offset_ms) || *at != '\0') {
        return ERR_INVALID;
    }
    time_ms = days_from_civil(&civil) * DAY_MS + of_day_ms - offset_ms;
    if (time_ms < TIME_MIN_MS || time_ms > TIME_MAX_MS) {
        return ERR_INVALID;
    }
    *ret_time_ms = time_ms;
    return ERR_OK;
}
