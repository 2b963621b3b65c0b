/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes of looking at something, and where it is wrong. A verdict says
 * whether what was published is right, never whether the program is: a bug
 * is an assertion.
 */
#ifndef HYEOPCHI_VERIFY_VERDICT_H
#define HYEOPCHI_VERIFY_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#define VERDICT_CHECKED __attribute__((warn_unused_result))

#define FINDING_FILE_MAX 128 /* bytes of a file's name, with the NUL */
#define FINDING_WHAT_MAX 512 /* bytes of a sentence, with the NUL */

/* The numbers are the exit statuses of the program. */
enum verdict {
    VERDICT_GOOD = 0,
    VERDICT_FAILED = 1,     /* it can be read, and is not what it must be */
    VERDICT_UNREADABLE = 2, /* it cannot be read, or there is no memory to */
};

/* Where something is wrong, and what. Zeroed memory is a finding that says nothing. */
struct finding {
    char file[FINDING_FILE_MAX]; /* in the bundle, or on disk; "" when it is about no file */
    char what[FINDING_WHAT_MAX]; /* one English sentence without a full stop */
    bool at_position;
    uint64_t position; /* of a leaf, an opening, a checkpoint: from 0 */
};

/* Both write *finding and return VERDICT_FAILED. What is too long is cut. */
enum verdict finding_fail(struct finding *finding, const char *file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum verdict finding_fail_at(struct finding *finding, const char *file, uint64_t position,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same, returning VERDICT_UNREADABLE. */
enum verdict finding_unreadable(struct finding *finding, const char *file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
