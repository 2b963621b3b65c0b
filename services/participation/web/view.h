/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all pages have in common: the language, the frame, how figures are
 * written. Markup is a constant of the program; every text that is not goes
 * through html_text(). Pure; any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_WEB_VIEW_H
#define HYEOPCHI_PARTICIPATION_WEB_VIEW_H

#include "participation/domain/ballot.h"
#include "runtime/html.h"
#include "runtime/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    VIEW_PAGE_SIZE_MAX = 8 * 1024 * 1024,
    VIEW_PATH_SIZE = 128,
    VIEW_MOMENT_SIZE = 64, /* "2022. 9. 19.(월) 09:00" and its NUL */
    VIEW_NUMBER_SIZE = 32, /* "-9,223,372,036,854,775,808" and its NUL */
};

/* How one person wants pages, and the page being written. */
struct view {
    struct buffer page;
    enum problem_language language;
    bool large;                /* large type */
    char path[VIEW_PATH_SIZE]; /* of this page as a GET, for the links that change the view */
    const char *contact;       /* borrowed; "" when there is none */
};

/* One of two constants, in the page's language. */
#define BOTH(view, ko, en)                                                                         \
    buffer_append_text(&(view)->page, (view)->language == PROBLEM_KOREAN ? "" ko : "" en)

/* The same as a value. */
const char *view_say(const struct view *view, const char *ko, const char *en);

/* Markup and text into the page. */
#define MARK(view, markup) HTML(&(view)->page, markup)
void view_text(struct view *view, const char *text);

/* A word that the services use, as people know it; the word itself where the table does not have it. */
struct view_term {
    const char *word;
    const char *ko;
    const char *en;
};

const char *view_term(const struct view *view, const struct view_term *terms, size_t count,
                      const char *word);

/* What a ballot says in its own words, which are Korean whatever the page's language is. */
void view_words(struct view *view, const char *text);

/* 1577 as 1,577; and as 1,577원 or 1,577 won. */
void view_number(struct view *view, int64_t number);
void view_krw(struct view *view, int64_t amount_krw);

/* 5400 as 1시간 30분, or 1 hour 30 minutes; seconds is at least 1. */
void view_duration(struct view *view, int64_t seconds);

/* A time in Korea: 2022. 9. 19.(월) 09:00. */
void view_moment(struct view *view, int64_t time_ms);
void view_moment_text(enum problem_language language, int64_t time_ms,
                      char ret_text[VIEW_MOMENT_SIZE]);
void view_number_text(int64_t number, char ret_text[VIEW_NUMBER_SIZE]);

/* The frame: everything up to <main>, with a title of its own; and everything after. ballot is NULL on a
 * page that is about none; seed, of the order of options, likewise. */
struct view_frame {
    const char *title;
    bool wrong; /* the page shows an error: its title says so first */
    const struct ballot_definition *ballot;
    const char *seed;
};

void view_begin(struct view *view, const struct view_frame *frame);

/* The same with the page's heading: the frame's title, and below it the name of its ballot. */
void view_begin_of_ballot(struct view *view, const struct view_frame *frame);
void view_end(struct view *view, const struct view_frame *frame);

/* What it is called, in the page's language. */
const char *view_method(const struct view *view, enum ballot_method method);
const char *view_ground(const struct view *view, unsigned ground);
const char *view_sex(const struct view *view, const char *word);
const char *view_channel(const struct view *view, const char *word);

#endif
