/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures of pages. Must never write a text as it stands: that is
 * html_text()'s (runtime/html.h).
 */
#include "reporting/http/html.h"

#include "reporting/domain/date.h"
#include "reporting/domain/number.h"

void html_number(struct buffer *buffer, int64_t number)
{
    char text[NUMBER_SIZE];

    number_format(number, text);
    buffer_append_text(buffer, text);
}

void html_krw(struct buffer *buffer, int64_t amount_krw)
{
    html_number(buffer, amount_krw);
    HTML(buffer, "원");
}

void html_day(struct buffer *buffer, int64_t time_ms)
{
    char day[DATE_SIZE];

    if (date_format(time_ms, day)) {
        html_missing(buffer);
        return;
    }
    buffer_append_text(buffer, day);
}

void html_moment(struct buffer *buffer, int64_t time_ms)
{
    char clock[DATE_CLOCK_SIZE];

    html_day(buffer, time_ms);
    if (date_format_clock(time_ms, clock) == ERR_OK) {
        HTML(buffer, " ");
        buffer_append_text(buffer, clock);
    }
}

void html_missing(struct buffer *buffer)
{
    HTML(buffer, "자료 없음");
}
