/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What codes are called on a page, in Korean. A code that is not known is
 * shown as it is rather than hidden. The returned text is static, or the code
 * itself.
 */
#ifndef HYEOPCHI_REPORTING_DOMAIN_WORD_H
#define HYEOPCHI_REPORTING_DOMAIN_WORD_H

#include "reporting/domain/report.h"

const char *word_state(enum report_state state);      /* 투표 진행 중 */
const char *word_source(enum report_source source);   /* 구비 */
const char *word_stage(const char *stage);            /* S10: 편성 */
const char *word_method(const char *method);          /* approval: 복수 선택 투표 … */
bool word_has_votes(const char *method);              /* scores are votes, and not points */
const char *word_rule(const char *rule);              /* greedy: 다득표순 */
const char *word_reason(const char *reason);          /* over-left: 남은 예산 초과 */
const char *word_dimension(const char *dimension);    /* area: 동 */
const char *word_by_dimension(const char *dimension); /* area: 동별 */

/* A cell of such a table: F in sex is 여성. Areas are their own names, days are for date.h. */
const char *word_cell(const char *dimension, const char *name);

#endif
