/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is there and cannot be read is told apart from what is not there: the
 * first is a mistake in the file, the second an option that is missing.
 */
#include "cli/ballot_window.h"

#include "cli/phrase.h"
#include "participation/domain/ballot.h"
#include "runtime/clock.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS (24LL * 60 * 60 * 1000)

static enum err say_missing(const struct ballot_source *source, const char *option)
{
    (void)fprintf(stderr,
                  say("hyeopchi: %s: 파일에 없어 %s 옵션이 필요합니다\n",
                      "hyeopchi: %s: the file does not say it, so it needs %s\n"),
                  source->path, option);
    return ERR_NOT_FOUND;
}

/* Wanted is what the value must be, as the end of a sentence. */
static enum err say_unreadable(const struct ballot_source *source, const char *key,
                               const char *value, struct phrase wanted, const char *option)
{
    (void)fprintf(stderr,
                  say("hyeopchi: %s: %s 값 '%s': %s. 고치거나 %s 옵션을 주십시오\n",
                      "hyeopchi: %s: %s '%s': it must be %s; mend it or give %s\n"),
                  source->path, key, value, phrase_text(wanted), option);
    return ERR_INVALID;
}

/* "19.09.2022" as the start of that day in Korea. */
static enum err parse_day(const char *text, int64_t *ret_ms)
{
    char moment[sizeof "2022-09-19T00:00:00+09:00"];

    if (strlen(text) != strlen("19.09.2022") || text[2] != '.' || text[5] != '.') {
        return ERR_INVALID;
    }
    (void)snprintf(moment, sizeof moment, "%.4s-%.2s-%.2sT00:00:00+09:00", text + 6, text + 3,
                   text); /* Always fits. */
    return clock_parse(moment, ret_ms);
}

/* One end of the window, which META may say exactly, or as a day that it has after_ms of. */
struct window_end {
    const char *option;
    const char *key;
    const char *day_key;
    int64_t after_ms;
};

static enum err take_end(const struct ballot_source *source, const struct pb *pb,
                         const struct window_end *end, int64_t *ret_ms)
{
    static const struct phrase TIME = {"2026-09-19T09:00:00+09:00 형식의 시각이어야 합니다",
                                       "a time such as 2026-09-19T09:00:00+09:00"};
    static const struct phrase DAY = {"19.09.2022 형식의 날짜여야 합니다",
                                      "a day such as 19.09.2022"};
    const char *exact = pb_meta(pb, end->key);
    const char *day = pb_meta(pb, end->day_key);

    if (*ret_ms != 0) {
        return ERR_OK;
    }
    if (exact != NULL) {
        return clock_parse(exact, ret_ms)
                   ? say_unreadable(source, end->key, exact, TIME, end->option)
                   : ERR_OK;
    }
    if (day == NULL) {
        return say_missing(source, end->option);
    }
    if (parse_day(day, ret_ms)) {
        return say_unreadable(source, end->day_key, day, DAY, end->option);
    }
    *ret_ms += end->after_ms;
    return ERR_OK;
}

static enum err take_year(const struct ballot_source *source, const struct pb *pb,
                          int64_t *ret_year)
{
    static const struct phrase YEAR = {"2000에서 2100 사이의 연도여야 합니다",
                                       "a year from 2000 to 2100"};
    struct decimal number;
    int64_t year = 0;
    enum err err;

    static_assert(BALLOT_YEAR_MIN == 2000 && BALLOT_YEAR_MAX == 2100, "as it is said");
    if (*ret_year != 0) {
        return ERR_OK;
    }
    err = pb_meta_decimal(pb, "instance", &number);
    if (err == ERR_NOT_FOUND) {
        return say_missing(source, "--year");
    }
    if (err || decimal_rescale(number, 0, &year) || year < BALLOT_YEAR_MIN ||
        year > BALLOT_YEAR_MAX) {
        return say_unreadable(source, "instance", pb_meta(pb, "instance"), YEAR, "--year");
    }
    *ret_year = year;
    return ERR_OK;
}

enum err ballot_window_take(struct ballot_source *source, const struct pb *pb)
{
    static const struct window_end OPENS = {"--opens", "opens_at", "date_begin", 0};
    static const struct window_end CLOSES = {"--closes", "closes_at", "date_end", DAY_MS};
    enum err err = take_year(source, pb, &source->budget_year);

    if (!err) {
        err = take_end(source, pb, &OPENS, &source->opens_ms);
    }
    return err ? err : take_end(source, pb, &CLOSES, &source->closes_ms);
}
