/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Escapes text. What a text says must never become markup.
 */
#include "runtime/html.h"

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
