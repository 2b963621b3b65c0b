/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports as JSON, in the shapes of openapi.yaml: amounts are whole won, times
 * RFC 3339 in UTC, and what is missing or withheld is null. Any thread.
 */
#ifndef HYEOPCHI_REPORTING_HTTP_REPORT_JSON_H
#define HYEOPCHI_REPORTING_HTTP_REPORT_JSON_H

#include "reporting/domain/report.h"

#include <jansson.h>

/* The whole report; a new reference, NULL when out of memory. */
json_t *report_json(const struct report *report);

/* One row of the list; a new reference, NULL when out of memory. */
json_t *report_json_row(const struct report *report);

#endif
