/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: bounded texts, cut where they are too long, never an error of their own. */
#include "verify/verdict.h"

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

static void finding_write(struct finding *finding, const char *file, const char *format,
                          va_list arguments) __attribute__((format(printf, 3, 0)));

static void finding_write(struct finding *finding, const char *file, const char *format,
                          va_list arguments)
{
    assert(finding != NULL);
    assert(file != NULL);

    *finding = (struct finding){0};
    (void)snprintf(finding->file, sizeof finding->file, "%s", file);
    (void)vsnprintf(finding->what, sizeof finding->what, format, arguments);
}

enum verdict finding_fail(struct finding *finding, const char *file, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    finding_write(finding, file, format, arguments);
    va_end(arguments);
    return VERDICT_FAILED;
}

enum verdict finding_fail_at(struct finding *finding, const char *file, uint64_t position,
                             const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    finding_write(finding, file, format, arguments);
    va_end(arguments);
    finding->at_position = true;
    finding->position = position;
    return VERDICT_FAILED;
}

enum verdict finding_unreadable(struct finding *finding, const char *file, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    finding_write(finding, file, format, arguments);
    va_end(arguments);
    return VERDICT_UNREADABLE;
}
