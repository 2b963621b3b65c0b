/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a roll piece by piece. A control character of the file must never
 * reach the terminal.
 */
#include "cli/roll_file.h"

#include "cli/phrase.h"
#include "cli/process.h"
#include "cli/progress.h"
#include "cli/text_width.h"
#include "runtime/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PIECE_SIZE = 64 * 1024 };

struct reading {
    const struct roll_file *file;
    struct progress progress;
};

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

static void say_json(const struct roll_file *file, const struct roll_csv_fault *fault)
{
    json_t *line =
        json_pack("{s:s, s:o, s:o, s:o, s:s, s:s}", "file", file->path, "line",
                  fault->line > 0 ? json_integer((json_int_t)fault->line) : json_null(), "field",
                  text_or_null(fault->field), "value", text_or_null(fault->value), "code",
                  roll_csv_code(fault->rule), "detail",
                  say(roll_csv_korean(fault->rule), roll_csv_english(fault->rule)));
    char *text = line != NULL ? json_text(line) : NULL;

    if (text != NULL) {
        (void)puts(text); /* That there are faults is said at the end, whatever becomes of these. */
    }
    free(text);
    json_decref(line);
}

/* FILE:LINE: FIELD: sentence (value) [code] */
static void on_fault(void *context, const struct roll_csv_fault *fault)
{
    const struct reading *reading = context;

    if (reading->file->json) {
        say_json(reading->file, fault);
        return;
    }
    if (reading->progress.terminal) {
        (void)fputs("\r\033[K", stderr); /* The bar's line; it is drawn again. */
    }
    text_print(reading->file->path, stderr);
    if (fault->line > 0) {
        (void)fprintf(stderr, ":%" PRIu64, fault->line);
    }
    (void)fputs(": ", stderr);
    if (fault->field[0] != '\0') {
        (void)fprintf(stderr, "%s: ", fault->field);
    }
    (void)fputs(say(roll_csv_korean(fault->rule), roll_csv_english(fault->rule)), stderr);
    if (fault->value[0] != '\0') {
        (void)fputs(" (", stderr);
        text_print(fault->value, stderr);
        (void)fputs(")", stderr);
    }
    (void)fprintf(stderr, " [%s]\n", roll_csv_code(fault->rule));
}

/* How long the file is, 0 when that cannot be known (a pipe). */
static int64_t length_of(FILE *file)
{
    struct stat stat;

    return fstat(fileno(file), &stat) == 0 && S_ISREG(stat.st_mode) ? (int64_t)stat.st_size : 0;
}

static enum err complain(const struct roll_file *file)
{
    (void)fprintf(stderr, "hyeopchi: %s: %s\n", file->path, process_error());
    return ERR_INVALID;
}

static enum err read_all(struct reading *reading, struct roll_csv *csv, FILE *input)
{
    static char piece[PIECE_SIZE];
    int64_t done = 0;
    enum err err = ERR_OK;
    size_t got;

    do {
        got = fread(piece, 1, sizeof piece, input);
        err = roll_csv_feed(csv, piece, got);
        done += (int64_t)got;
        progress_update(&reading->progress, done);
    } while (got > 0 && !err);
    progress_end(&reading->progress, done);
    return ferror(input) != 0 ? complain(reading->file) : err;
}

enum err roll_file_read(struct roll_file *file)
{
    const bool standard = strcmp(file->path, "-") == 0;
    FILE *input = standard ? stdin : fopen(file->path, "rb");
    struct reading reading = {.file = file};
    struct roll_csv *csv = malloc(sizeof *csv);
    enum err err = csv != NULL ? ERR_OK : ERR_FULL;

    if (err || input == NULL) {
        err = complain(file);
        goto out;
    }
    roll_csv_init(csv, file->definition, on_fault, &reading);
    progress_begin(&reading.progress, say("명부 읽기(바이트)", "roll (bytes)"), length_of(input),
                   file->json || !progress_is_wanted());
    err = read_all(&reading, csv, input);
    if (!err) {
        err = roll_csv_finish(csv, &file->roll);
    }
    file->rows = roll_csv_rows(csv);
    if (roll_csv_faults(csv) > 0) {
        (void)fprintf(stderr,
                      say("hyeopchi: %s: 잘못 %" PRIu64 "개. 아무것도 등록하지 않았습니다\n",
                          "hyeopchi: %s: %" PRIu64 " faults; nothing was imported\n"),
                      file->path, roll_csv_faults(csv));
    }

out:
    if (!standard && input != NULL) {
        (void)fclose(input); /* Only read from. */
    }
    free(csv);
    return err;
}

json_t *roll_file_json(const struct roll_file *file)
{
    json_t *areas = json_array();

    for (size_t i = 0; i < file->roll.count; i++) {
        (void)json_array_append_new(/* The service names an area that is missing. */
                                    areas, json_pack("{s:s, s:I}", "area",
                                                     roll_area_name(file->definition, i), "voters",
                                                     (json_int_t)file->roll.voters[i]));
    }
    return json_pack("{s:o}", "areas", areas);
}
