/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting one .pb file. The result must be written only when it is whole.
 */
#include "cli/tally_file.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/tally_explain.h"
#include "cli/tally_table.h"
#include "cli/text_width.h"
#include "participation/domain/pb.h"
#include "participation/domain/tally_json.h"

#define READ_SIZE   65536
#define REASON_SIZE 128

static const char *in_language(const struct tally_file_options *options, const char *korean,
                               const char *english)
{
    return options->language == TALLY_FILE_KOREAN ? korean : english;
}

/* The file's name as people call it. */
static const char *shown_path(const struct tally_file_options *options)
{
    return strcmp(options->path, "-") == 0 ? in_language(options, "표준 입력", "standard input")
                                           : options->path;
}

/* Says what the system said about the file. */
static void say_failed(const struct tally_file_options *options, const char *korean,
                       const char *english)
{
    char reason[REASON_SIZE] = "";

    (void)strerror_r(errno, reason, sizeof reason); /* cut or unknown, it still says something */
    text_print(shown_path(options), options->messages);
    (void)fprintf(options->messages, ": %s: %s\n", in_language(options, korean, english), reason);
}

static const char *severity_name(const struct tally_file_options *options,
                                 enum pb_severity severity)
{
    static const char *const KOREAN[] = {"주의", "모순", "오류"};

    return in_language(options, KOREAN[severity], pb_severity_name(severity));
}

/* One line: FILE:LINE: severity: field "value": sentence [code] */
static void say_fault(const struct tally_file_options *options, const struct pb_fault *fault)
{
    FILE *messages = options->messages;

    text_print(shown_path(options), messages);
    if (fault->line > 0) {
        (void)fprintf(messages, ":%" PRIu64, fault->line);
    }
    (void)fprintf(messages, ": %s: ", severity_name(options, fault->severity));
    if (fault->field[0] != '\0') {
        text_print(fault->field, messages);
        (void)fputs(fault->value[0] != '\0' ? " " : ": ", messages);
    }
    if (fault->value[0] != '\0') {
        (void)fputc('"', messages);
        text_print(fault->value, messages);
        (void)fputs("\": ", messages);
    }
    (void)fprintf(messages, "%s [%s]\n",
                  in_language(options, pb_rule_korean(fault->rule), pb_rule_english(fault->rule)),
                  pb_rule_code(fault->rule));
}

static void say_faults(const struct tally_file_options *options, const struct pb *pb)
{
    size_t kept;
    const struct pb_fault *faults = pb_faults(pb, &kept);
    uint64_t all = pb_fault_count(pb, PB_WARNING) + pb_fault_count(pb, PB_CONTRADICTION) +
                   pb_fault_count(pb, PB_ERROR);

    for (size_t i = 0; i < kept; i++) {
        say_fault(options, &faults[i]);
    }
    if (all > kept) {
        text_print(shown_path(options), options->messages);
        (void)fprintf(options->messages, ": %s %" PRIu64 "\n",
                      in_language(options, "이 밖에도 더 있습니다:", "there are more:"),
                      all - kept);
    }
}

static uint64_t size_of(FILE *file)
{
    struct stat stat;

    if (fstat(fileno(file), &stat) != 0 || !S_ISREG(stat.st_mode) || stat.st_size < 0) {
        return 0;
    }
    return (uint64_t)stat.st_size;
}

static void tell_progress(const struct tally_file_options *options, uint64_t done, uint64_t total)
{
    if (options->progress != NULL) {
        options->progress(options->context, done, total);
    }
}

static enum err read_stream(const struct tally_file_options *options, FILE *file, struct pb *pb)
{
    static char buffer[READ_SIZE];
    uint64_t total = size_of(file);
    uint64_t done = 0;
    size_t length;
    enum err err;

    do {
        length = fread(buffer, 1, sizeof buffer, file);
        if (ferror(file) != 0) {
            say_failed(options, "읽을 수 없습니다", "cannot be read");
            return ERR_UNAVAILABLE;
        }
        err = pb_feed(pb, buffer, length);
        if (err) {
            return err;
        }
        done += length;
        tell_progress(options, done, total);
    } while (length > 0);
    return pb_finish(pb);
}

static enum err read_file(const struct tally_file_options *options, struct pb *pb)
{
    bool standard = strcmp(options->path, "-") == 0;
    FILE *file = standard ? stdin : fopen(options->path, "rb");
    enum err err;

    if (file == NULL) {
        say_failed(options, "열 수 없습니다", "cannot be opened");
        return ERR_NOT_FOUND;
    }
    err = read_stream(options, file, pb);
    if (!standard) {
        (void)fclose(file); /* only read: nothing can be lost */
    }
    return err;
}

static enum err write_json(const struct tally_file_options *options,
                           const struct election *election, const struct tally_result *result)
{
    struct text text;
    enum err err;

    text_init(&text, TALLY_JSON_LENGTH_MAX);
    tally_json_write(election, result, &text);
    text_add(&text, "\n");
    err = text_err(&text);
    if (!err) {
        (void)fputs(text_bytes(&text), options->output); /* write_result looks at ferror */
    }
    text_release(&text);
    return err;
}

static enum err write_result(const struct tally_file_options *options, const struct pb *pb,
                             const struct tally_result *result)
{
    const struct tally_table table = {
        .election = pb_election(pb),
        .result = result,
        .title = pb_meta(pb, "description"),
        .language = options->language,
    };
    enum err err = ERR_OK;

    if (options->format == TALLY_FILE_JSON) {
        err = write_json(options, table.election, result);
    } else if (options->format == TALLY_FILE_EXPLAIN) {
        tally_explain_write(&table, options->output);
    } else {
        tally_table_write(&table, options->output);
    }
    if (!err && (fflush(options->output) != 0 || ferror(options->output) != 0)) {
        say_failed(options, "결과를 쓸 수 없습니다", "the result cannot be written");
        err = ERR_UNAVAILABLE;
    }
    return err;
}

/* The least score that takes part, as the file states it; 0 where it states none. */
static struct decimal threshold_of(const struct pb *pb)
{
    const struct decimal none = {.units = 0};
    struct decimal threshold = none;

    /* What is no number was said to be none when the file was read. */
    if (pb_meta_decimal(pb, "min_project_score_threshold", &threshold) != ERR_OK) {
        return none;
    }
    return threshold;
}

/* As the file says itself. */
static enum err count_own(const struct tally_file_own *own, const struct pb *pb,
                          struct tally_result *ret)
{
    struct tally_method method = {.threshold = threshold_of(pb)};
    enum err err = own->read(own->context, pb, &method);

    return err ? err : tally_run(pb_election(pb), &method, ret);
}

static enum err count(const struct tally_file_options *options, const struct pb *pb,
                      struct tally_result *ret)
{
    const struct election *election = pb_election(pb);
    struct tally_method method = options->method;
    uint32_t *places = NULL;
    enum err err = ERR_OK;

    method.threshold = threshold_of(pb);
    if (options->order != NULL) {
        places = calloc((size_t)election_option_count(election) + 1, sizeof *places);
        err = places == NULL ? ERR_FULL : options->order(options->order_context, election, places);
        method.order = places;
    }
    if (!err && options->limits != NULL) {
        err = options->limits(options->limits_context, election, &method.limits);
    }
    if (!err && options->parts != NULL) {
        err = options->parts(options->parts_context, election, &method.parts);
    }
    if (!err) {
        err = tally_run(election, &method, ret);
    }
    free(places);
    return err;
}

static bool is_own(const struct tally_file_options *options, const struct pb *pb)
{
    return options->own != NULL && options->own->is_there(pb);
}

/* A pb_keep_fn, which writes down the groups too. */
static bool needs_votes(void *context, const struct pb *pb)
{
    struct tally_file_options *options = context;
    enum tally_rule rule = options->method.rule;

    if (is_own(options, pb)) {
        options->own->groups(pb, &options->groups);
    }
    /* A word that is no rule is told when it is counted by. */
    if (is_own(options, pb) && tally_rule_find(pb_meta(pb, "rule"), &rule) != ERR_OK) {
        return true;
    }
    return tally_rule_needs_votes(rule);
}

enum err tally_file_run(struct tally_file_options *options)
{
    const struct pb_options reading = {
        .strict = options->strict,
        .on_meta = needs_votes,
        .groups = &options->groups,
        .context = options,
    };
    struct tally_result result = {.option_count = 0};
    struct pb *pb = NULL;
    enum err err;

    assert(options->path != NULL);
    assert(options->output != NULL);
    assert(options->messages != NULL);

    err = pb_new(&reading, &pb);
    if (err) {
        goto out;
    }
    err = read_file(options, pb);
    say_faults(options, pb);
    if (err) {
        goto out;
    }
    err = is_own(options, pb) ? count_own(options->own, pb, &result) : count(options, pb, &result);
    if (err) {
        goto out;
    }
    err = write_result(options, pb, &result);
out:
    if (err == ERR_FULL) {
        text_print(shown_path(options), options->messages);
        (void)fprintf(options->messages, ": %s\n",
                      in_language(options, "정확히 계산하기에는 너무 큽니다.",
                                  "Too large to be counted exactly."));
    }
    tally_result_release(&result);
    pb_free(pb);
    return err;
}
