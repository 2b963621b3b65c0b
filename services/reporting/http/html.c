/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Escapes text, and writes the figures of pages. What a text says must never
 * become markup.
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
            HTML(buffer, "&amp;");
            break;
        case '<':
            HTML(buffer, "&lt;");
            break;
        case '>':
            HTML(buffer, "&gt;");
            break;
        case '"':
            HTML(buffer, "&quot;");
            break;
        case '\'':
            HTML(buffer, "&#39;");
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
