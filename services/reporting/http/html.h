/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes HTML into a buffer. Markup is a constant of the program; everything
 * else goes through html_text(), which escapes it, or through a function that
 * makes digits.
 */
#ifndef HYEOPCHI_REPORTING_HTTP_HTML_H
#define HYEOPCHI_REPORTING_HTTP_HTML_H

#include "runtime/buffer.h"

#include <stdint.h>

/* Markup as it stands; only for constants. */
#define HTML(buffer, markup) buffer_append_text(buffer, "" markup)

/* Text for people: & < > " ' become entities, control characters a space. */
void html_text(struct buffer *buffer, const char *text);

/* 1577 as 1,577. */
void html_number(struct buffer *buffer, int64_t number);

/* 1577 as 1,577원. */
void html_krw(struct buffer *buffer, int64_t amount_krw);

/* 2022. 9. 19.(월), or 자료 없음 for a time that cannot be written. */
void html_day(struct buffer *buffer, int64_t time_ms);

/* The same with the time of day: 2022. 9. 19.(월) 09:00. */
void html_moment(struct buffer *buffer, int64_t time_ms);

/* 자료 없음: what was not said, which differs from zero. */
void html_missing(struct buffer *buffer);

#endif
