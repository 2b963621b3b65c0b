/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Escaping, and the figures of pages.
 */
#include "reporting/http/html.h"

#include "reporting/domain/date.h"
#include "reporting/domain/number.h"

#include <stddef.h>
#include <string.h>

void html_text(struct buffer *buffer, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        switch (*at) {
        case '&':
            html(buffer, "&amp;");
            break;
        case '<':
            html(buffer, "&lt;");
            break;
        case '>':
            html(buffer, "&gt;");
            break;
        case '"':
            html(buffer, "&quot;");
            break;
        case '\'':
            html(buffer, "&#39;");
            break;
        default:
            buffer_append(buffer, (unsigned char)*at < ' ' || *at == 0x7f ? " " : at, 1);
            break;
        }
    }
}

void html_number(struct buffer *buffer, int64_t number)
{
    char text[NUMBER_SIZE];

    number_format(number, text);
    buffer_append_text(buffer, text);
}

void html_krw(struct buffer *buffer, int64_t amount_krw)
{
    html_number(buffer, amount_krw);
    html(buffer, "원");
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
        html(buffer, " ");
        buffer_append_text(buffer, clock);
    }
}

void html_missing(struct buffer *buffer)
{
    html(buffer, "자료 없음");
}
