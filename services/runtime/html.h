/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes HTML into a buffer. Markup is a constant of the program; everything
 * else goes through html_text(), which escapes it, or through a function that
 * makes digits. Any thread.
 */
#ifndef HYEOPCHI_RUNTIME_HTML_H
#define HYEOPCHI_RUNTIME_HTML_H

#include "runtime/buffer.h"

/* Markup as it stands; only for constants. */
#define HTML(buffer, markup) buffer_append_text(buffer, "" markup)

/* Text for people: & < > " ' become entities, control characters a space. */
void html_text(struct buffer *buffer, const char *text);

#endif
