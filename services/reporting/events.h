/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reporting says, in its own words. The message itself (proto/hyeopchi)
 * stays inside events.c; what it hears is in hear/events.h.
 */
#ifndef HYEOPCHI_REPORTING_EVENTS_H
#define HYEOPCHI_REPORTING_EVENTS_H

#include "reporting/domain/report.h"
#include "runtime/err.h"
#include "runtime/event.h"
#include "runtime/writer.h"

#include <protobuf-c/protobuf-c.h>

/* A report that would be larger is said without lines, and without options if need be. */
enum { EVENTS_REPORT_SIZE_MAX = 200 * 1024 };

/* The messages reporting says, for feeds; NULL-terminated. */
extern const ProtobufCMessageDescriptor *const events_types[];

/* Says that the report has changed; cause is the event that changed it. Writer thread. */
ERR_CHECKED enum err events_say_report(struct writer_tx *tx, const struct report *report,
                                       const struct event *cause);

#endif
