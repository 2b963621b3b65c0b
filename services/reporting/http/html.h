/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures of pages, beside the markup and the texts of runtime/html.h.
 */
#ifndef HYEOPCHI_REPORTING_HTTP_HTML_H
#define HYEOPCHI_REPORTING_HTTP_HTML_H

#include "runtime/html.h"

#include <stdint.h>

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
