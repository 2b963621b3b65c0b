/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages: plain, printable, Korean first, without scripts. They follow the
 * Korean web accessibility guidelines (KWCAG 2.2): language, skip link, headings
 * in order, tables with captions and scopes, nothing told by colour alone. Every
 * figure says its unit, what is missing says so, and what is withheld says why.
 *
 * Any thread; the buffer is the caller's and tells by buffer_status() when it
 * was too small.
 */
#ifndef HYEOPCHI_REPORTING_HTTP_PAGE_H
#define HYEOPCHI_REPORTING_HTTP_PAGE_H

#include "reporting/domain/report.h"
#include "runtime/buffer.h"

#include <stddef.h>

enum { PAGE_SIZE_MAX = 8 * 1024 * 1024 };

/* The page of one ballot; contact "" says that nobody is named. */
void page_report(struct buffer *buffer, const struct report *report, const char *contact);

/* The list of ballots, newest first; next is the id that the next page begins after, "" on the last. */
struct page_list {
    const struct report *reports;
    size_t count;
    const char *next;
    const char *contact;
};

void page_list(struct buffer *buffer, const struct page_list *list);

/* The stylesheet of all pages. */
extern const char PAGE_STYLE[];

#endif
