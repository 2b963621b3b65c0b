/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: bounded, printable texts, cut where they are too long, never an error of their own. */
#include "verify/verdict.h"

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "verify/bytes.h"

static void finding_write(struct finding *finding, const char *file, const char *format,
                          va_list arguments) __attribute__((format(printf, 3, 0)));

/* What a terminal or a JSON text could stumble over becomes '?': control characters, and all that
 * is not ASCII where cutting or somebody's bytes left no UTF-8. */
static void make_printable(char *text)
{
    struct span span = {.data = (const uint8_t *)text, .length = strlen(text)};
    bool utf8 = span_is_utf8(span);

    for (size_t i = 0; !utf8 && i < span.length; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte < 0x20 || byte >= 0x7F) {
            text[i] = '?';
        }
    }
}

static void finding_write(struct finding *finding, const char *file, const char *format,
                          va_list arguments)
{
    assert(finding != NULL);
    assert(file != NULL);

    *finding = (struct finding){0};
    (void)snprintf(finding->file, sizeof finding->file, "%s", file);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): all callers have just started it. */
    (void)vsnprintf(finding->what, sizeof finding->what, format, arguments);
    make_printable(finding->file);
    make_printable(finding->what);
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
