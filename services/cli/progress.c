/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Progress on standard error. Draws at most a few times a second, so that it
 * costs nothing beside the work.
 */
#include "cli/progress.h"

#include "cli/phrase.h"
#include "runtime/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum {
    BAR_CELLS = 30,
    TERMINAL_INTERVAL_MS = 100,
    PLAIN_INTERVAL_MS = 5000,
};

bool progress_is_wanted(void)
{
    return isatty(STDERR_FILENO) != 0;
}

void progress_begin(struct progress *progress, const char *label, int64_t total, bool quiet)
{
    const int64_t now_ms = clock_monotonic_ms();

    *progress = (struct progress){
        .label = label,
        .total = total > 0 ? total : 0,
        .started_ms = now_ms,
        .drawn_ms = now_ms,
        .terminal = progress_is_wanted(),
        .quiet = quiet,
    };
}

void progress_line(const struct progress *progress, int64_t done, int64_t elapsed_ms,
                   char ret_line[PROGRESS_LINE_SIZE])
{
    const int64_t total = progress->total > done ? progress->total : done;
    const int64_t rate = elapsed_ms > 0 ? done * 1000 / elapsed_ms : 0;
    char bar[BAR_CELLS + 1];
    int filled;
    int i;

    if (progress->total == 0) {
        (void)snprintf(ret_line, PROGRESS_LINE_SIZE, "%s %" PRId64 " (%" PRId64 "/s)",
                       progress->label, done, rate);
        return;
    }
    filled = (int)(done * BAR_CELLS / total);
    for (i = 0; i < BAR_CELLS; i++) {
        bar[i] = i < filled ? '#' : '.';
    }
    bar[BAR_CELLS] = '\0';
    (void)snprintf(ret_line, PROGRESS_LINE_SIZE,
                   "%s [%s] %3" PRId64 "%% %" PRId64 "/%" PRId64 " (%" PRId64 "/s)",
                   progress->label, bar, done * 100 / total, done, total, rate);
}

static void draw(struct progress *progress, int64_t done, bool last)
{
    const int64_t now_ms = clock_monotonic_ms();
    char line[PROGRESS_LINE_SIZE];

    progress->drawn_ms = now_ms;
    progress_line(progress, done, now_ms - progress->started_ms, line);
    if (progress->terminal) {
        (void)fprintf(stderr, "\r%s\033[K%s", line, last ? "\n" : "");
    } else {
        (void)fprintf(stderr, "%s\n", line);
    }
    (void)fflush(stderr);
}

void progress_update(struct progress *progress, int64_t done)
{
    const int64_t interval_ms =
        progress->terminal ? (int64_t)TERMINAL_INTERVAL_MS : (int64_t)PLAIN_INTERVAL_MS;

    if (!progress->quiet && clock_monotonic_ms() - progress->drawn_ms >= interval_ms) {
        draw(progress, done, false);
    }
}

void progress_end(struct progress *progress, int64_t done)
{
    if (!progress->quiet) {
        draw(progress, done, true);
    }
}
