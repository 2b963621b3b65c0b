/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A .pb file in pieces. Must never print a voter's id (faults about voters carry
 * one as their value, so those values are left out), nor let a control character
 * of the file reach the terminal.
 */
#include "cli/pb_stream.h"

#include "cli/phrase.h"
#include "cli/process.h"
#include "cli/text_width.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PIECE_SIZE = 64 * 1024 };

enum err pb_stream_read(struct pb *pb, const char *path)
{
    static char piece[PIECE_SIZE];
    const bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "rb");
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
    if (!standard) {
        (void)fclose(file); /* Only read from. */
    }
    return err ? err : pb_finish(pb);
}

const char *pb_stream_fault_value(const struct pb_fault *fault)
{
    return fault->rule == PB_VOTER_DUPLICATE ? "" : fault->value;
}

void pb_stream_write_fault(const struct pb_fault *fault, const char *path, FILE *output)
{
    static const char *const KOREAN[] = {"주의", "모순", "오류"};
    const char *value = pb_stream_fault_value(fault);

    text_print(path, output);
    if (fault->line > 0) {
        (void)fprintf(output, ":%" PRIu64, fault->line);
    }
    (void)fprintf(output,
                  ": %s: ", say(KOREAN[fault->severity], pb_severity_name(fault->severity)));
    if (fault->field[0] != '\0') {
        text_print(fault->field, output);
        (void)fputs(": ", output);
    }
    (void)fputs(say(pb_rule_korean(fault->rule), pb_rule_english(fault->rule)), output);
    if (value[0] != '\0') {
        (void)fputs(" (", output);
        text_print(value, output);
        (void)fputs(")", output);
    }
    (void)fprintf(output, " [%s]\n", pb_rule_code(fault->rule));
}

void pb_stream_say_faults(const struct pb *pb, const char *path)
{
    size_t count = 0;
    const struct pb_fault *faults = pb_faults(pb, &count);
    size_t i;

    for (i = 0; i < count; i++) {
        pb_stream_write_fault(&faults[i], path, stderr);
    }
}
