/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts that a ballot's page is made of, in the order in which they stand
 * there. Each writes one section with its own heading.
 */
#ifndef HYEOPCHI_REPORTING_HTTP_PAGE_PARTS_H
#define HYEOPCHI_REPORTING_HTTP_PAGE_PARTS_H

#include "reporting/domain/report.h"
#include "runtime/buffer.h"

/* What pages begin and end with; title is the text of the document's title. */
void page_begin(struct buffer *buffer, const char *title);
void page_end(struct buffer *buffer, const char *contact);

/* 개요 */
void page_overview(struct buffer *buffer, const struct report *report);
/* 투표 참여 */
void page_turnout(struct buffer *buffer, const struct report *report);
/* 투표 결과, or the listed options while there is none. */
void page_result(struct buffer *buffer, const struct report *report);
/* 예산 */
void page_budget(struct buffer *buffer, const struct report *report);

#endif
