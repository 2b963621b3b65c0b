/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A .pb file in pieces. Must never print a voter's id (faults about voters carry
 * one as their value, so those values are left out), nor let a control character
 * of the file reach the terminal.
 */
#include "cli/pb_stream.h"

#include "cli/phrase.h"
#include "cli/process.h"
#include "cli/tally_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PIECE_SIZE = 64 * 1024 };

enum err pb_stream_read(struct pb *pb, const char *path)
{
    static char piece[PIECE_SIZE];
    FILE *file = fopen(path, "rb");
    enum err err = ERR_OK;
    size_t got;

    if (file == NULL) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, process_error());
        return ERR_INVALID;
    }
    do {
        got = fread(piece, 1, sizeof piece, file);
        if (got > 0) {
            err = pb_feed(pb, piece, got);
        }
    } while (got > 0 && !err);
    if (!err && ferror(file) != 0) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, process_error());
        err = ERR_INVALID;
    }
    (void)fclose(file); /* Only read from. */
    return err ? err : pb_finish(pb);
}

static bool shows_value(const struct pb_fault *fault)
{
    return fault->value[0] != '\0' && fault->rule != PB_VOTER_DUPLICATE;
}

void pb_stream_say_faults(const struct pb *pb, const char *path)
{
    size_t count = 0;
    const struct pb_fault *faults = pb_faults(pb, &count);
    size_t i;

    for (i = 0; i < count; i++) {
        const struct pb_fault *fault = &faults[i];

        (void)fprintf(stderr, "%s:%" PRIu64 ": %s: ", path, fault->line,
                      pb_severity_name(fault->severity));
        if (fault->field[0] != '\0') {
            tally_table_text(fault->field, stderr);
            (void)fputs(": ", stderr);
        }
        (void)fputs(say(pb_rule_korean(fault->rule), pb_rule_english(fault->rule)), stderr);
        if (shows_value(fault)) {
            (void)fputs(" (", stderr);
            tally_table_text(fault->value, stderr);
            (void)fputs(")", stderr);
        }
        (void)fputs("\n", stderr);
    }
}
