/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Progress of long work, on standard error: a bar that redraws itself on a
 * terminal, a plain line every few seconds otherwise. Says nothing on standard
 * output, which is for results.
 */
#ifndef HYEOPCHI_CLI_PROGRESS_H
#define HYEOPCHI_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *label;
    int64_t total; /* 0: not known */
    int64_t started_ms;
    int64_t drawn_ms;
    bool terminal;
    bool quiet;
};

/* True when standard error is a terminal: short work shows its progress only there. */
bool progress_is_wanted(void);

/* label is borrowed. quiet says nothing at all. */
void progress_begin(struct progress *progress, const char *label, int64_t total, bool quiet);

/* Draws when it is time to. */
void progress_update(struct progress *progress, int64_t done);

/* Draws once more and ends the line. */
void progress_end(struct progress *progress, int64_t done);

/* One line of the bar, for progress_update() and for tests. */
enum { PROGRESS_LINE_SIZE = 256 };

void progress_line(const struct progress *progress, int64_t done, int64_t elapsed_ms,
                   char ret_line[PROGRESS_LINE_SIZE]);

#endif
