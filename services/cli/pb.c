/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi pb`: what is wrong with Pabulib files, and writing them anew. Needs
 * no server, never holds a file in memory, and never prints a voter's id that a
 * fault carries.
 */
#include "cli/invocation.h"
#include "cli/nouns.h"
#include "cli/pb_stream.h"
#include "cli/process.h"
#include "cli/text_width.h"
#include "participation/domain/pb_write.h"
#include "runtime/json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WRITE_SIZE = 64 * 1024, /* bytes written at once */
    COPY_SIZE = 64 * 1024,
};

/* One file under check. */
struct check {
    const char *path;
    bool json;
};

static enum cli_status print_json(json_t *value)
{
    char *text = value != NULL ? json_text(value) : NULL;
    enum cli_status status = text != NULL ? CLI_OK : CLI_FAILED;

    if (text != NULL) {
        (void)puts(text); /* the end of the command looks at ferror */
    }
    free(text);
    json_decref(value);
    return status;
}

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

/* Says the fault as soon as it is met: there may be more than memory should hold. */
static void on_fault(void *context, const struct pb_fault *fault)
{
    const struct check *check = context;

    if (!check->json) {
        pb_stream_write_fault(fault, check->path, stdout);
        return;
    }
    (void)print_json(/* A lack of memory shows in the counts that follow. */
                     json_pack(
                         "{s:s, s:o, s:o, s:o, s:s, s:s, s:s}", "file", check->path, "line",
                         fault->line > 0 ? json_integer((json_int_t)fault->line) : json_null(),
                         "field", text_or_null(fault->field), "value",
                         text_or_null(pb_stream_fault_value(fault)), "severity",
                         pb_severity_name(fault->severity), "code", pb_rule_code(fault->rule),
                         "detail", say(pb_rule_korean(fault->rule), pb_rule_english(fault->rule))));
}

/* What the file came to: one line. */
static enum cli_status say_counts(const struct check *check, const struct pb *pb, bool readable)
{
    const struct election *election = readable ? pb_election(pb) : NULL;
    const uint64_t errors = pb_fault_count(pb, PB_ERROR);
    const uint64_t contradictions = pb_fault_count(pb, PB_CONTRADICTION);
    const uint64_t warnings = pb_fault_count(pb, PB_WARNING);
    const uint32_t options = election != NULL ? election_option_count(election) : 0;
    const uint32_t votes = election != NULL ? election_vote_count(election) : 0;

    if (check->json) {
        return print_json(
            json_pack("{s:s, s:b, s:I, s:I, s:I, s:o, s:o}", "file", check->path, "readable",
                      (int)readable, "errors", (json_int_t)errors, "contradictions",
                      (json_int_t)contradictions, "warnings", (json_int_t)warnings, "options",
                      election != NULL ? json_integer((json_int_t)options) : json_null(), "votes",
                      election != NULL ? json_integer((json_int_t)votes) : json_null()));
    }
    text_print(check->path, stdout);
    if (!readable) {
        (void)fputs(say(": 읽을 수 없습니다", ": cannot be read"), stdout);
    } else {
        (void)printf(say(": 사업 %" PRIu32 "개, 투표 %" PRIu32 "건",
                         ": %" PRIu32 " options, %" PRIu32 " votes"),
                     options, votes);
    }
    if (errors + contradictions + warnings == 0) {
        (void)fputs(readable ? say(", 이상 없음\n", ", nothing wrong\n") : "\n", stdout);
    } else {
        (void)printf(say(", 오류 %" PRIu64 ", 모순 %" PRIu64 ", 주의 %" PRIu64 "\n",
                         ", %" PRIu64 " errors, %" PRIu64 " contradictions, %" PRIu64
                         " warnings\n"),
                     errors, contradictions, warnings);
    }
    return CLI_OK;
}

static enum cli_status check_file(const struct invocation *invocation, const char *path)
{
    struct check check = {.path = path, .json = invocation->json};
    const struct pb_options options = {.on_fault = on_fault, .context = &check};
    struct pb *pb = NULL;
    enum cli_status status;
    enum err err = pb_new(&options, &pb);

    if (err) {
        (void)fprintf(stderr, "hyeopchi: %s\n", say("메모리가 모자랍니다", "out of memory"));
        return CLI_FAILED;
    }
    err = pb_stream_read(pb, path);
    if (err == ERR_FULL) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path,
                      say("메모리가 모자랍니다", "out of memory"));
    }
    status = say_counts(&check, pb, !err);
    if (err || pb_fault_count(pb, PB_CONTRADICTION) > 0) {
        status = CLI_FAILED;
    }
    pb_free(pb);
    return status;
}

static enum cli_status pb_check(const struct invocation *invocation)
{
    enum cli_status status = CLI_OK;
    size_t i;

    for (i = 0; i < invocation->operand_count; i++) {
        if (check_file(invocation, invocation->operands[i]) != CLI_OK) {
            status = CLI_FAILED;
        }
    }
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        (void)fprintf(stderr, "hyeopchi: %s\n", process_error());
        return CLI_FAILED;
    }
    return status;
}

/* A file being written anew, kept aside until all of it was read. */
struct rewriting {
    FILE *file;
    struct text text;
};

static enum err flush(struct rewriting *rewriting)
{
    enum err err = text_err(&rewriting->text);

    if (!err && fwrite(text_bytes(&rewriting->text), 1, text_length(&rewriting->text),
                       rewriting->file) != text_length(&rewriting->text)) {
        (void)fprintf(stderr, "hyeopchi: %s\n", process_error());
        err = ERR_UNAVAILABLE;
    }
    text_release(&rewriting->text);
    return err;
}

static enum err on_row(void *context, const struct pb_row *row)
{
    struct rewriting *rewriting = context;

    pb_write_row(&rewriting->text, row->cells, row->count);
    return text_length(&rewriting->text) < WRITE_SIZE ? ERR_OK : flush(rewriting);
}

static enum err copy_out(FILE *file)
{
    static char piece[COPY_SIZE];
    size_t got;

    rewind(file);
    do {
        got = fread(piece, 1, sizeof piece, file);
        if (fwrite(piece, 1, got, stdout) != got) {
            break;
        }
    } while (got > 0);
    if (ferror(file) != 0 || fflush(stdout) != 0 || ferror(stdout) != 0) {
        (void)fprintf(stderr, "hyeopchi: %s\n", process_error());
        return ERR_UNAVAILABLE;
    }
    return ERR_OK;
}

static enum cli_status pb_rewrite(const struct invocation *invocation)
{
    const char *path = invocation_operand(invocation, 0);
    struct rewriting rewriting = {.file = tmpfile()};
    const struct pb_options options = {
        .strict = invocation_switch(invocation, "strict"),
        .on_row = on_row,
        .context = &rewriting,
    };
    struct pb *pb = NULL;
    enum err err = ERR_UNAVAILABLE;

    text_init(&rewriting.text, WRITE_SIZE + PB_WRITE_ROW_MAX);
    if (rewriting.file == NULL) {
        (void)fprintf(stderr, "hyeopchi: %s\n", process_error());
        goto out;
    }
    err = pb_new(&options, &pb);
    if (err) {
        goto out;
    }
    err = pb_stream_read(pb, path);
    pb_stream_say_faults(pb, path);
    if (!err) {
        err = flush(&rewriting);
    }
    if (!err) {
        err = copy_out(rewriting.file);
    }

out:
    pb_free(pb);
    text_release(&rewriting.text);
    if (rewriting.file != NULL) {
        (void)fclose(rewriting.file); /* It is gone with that. */
    }
    return err ? CLI_FAILED : CLI_OK;
}

static const struct command_operand FILES_OPERAND[] = {
    {
        .name = "FILE.pb",
        .repeated = true,
        .sentence = {"Pabulib 파일, 여럿도 됩니다 (- 는 표준 입력)",
                     "Pabulib files, one or many (- is standard input)"},
    },
    {.name = NULL},
};

static const struct command_operand FILE_OPERAND[] = {
    {
        .name = "FILE.pb",
        .sentence = {"Pabulib 파일 (- 는 표준 입력)", "a Pabulib file (- is standard input)"},
    },
    {.name = NULL},
};

static const struct command_option REWRITE_OPTIONS[] = {
    {
        .name = "strict",
        .sentence = {"스스로 모순된 파일은 다시 쓰지 않습니다",
                     "refuse a file that contradicts itself"},
    },
    {.name = NULL},
};

static const char *const CHECK_EXAMPLES[] = {
    "hyeopchi pb check election.pb",
    "hyeopchi pb check elections/*.pb --json",
    NULL,
};

static const char *const REWRITE_EXAMPLES[] = {
    "hyeopchi pb rewrite election.pb > clean.pb",
    "hyeopchi pb rewrite - --strict < election.pb",
    NULL,
};

static const struct command COMMANDS[] = {
    {
        .verb = "check",
        .summary = {"Pabulib 파일의 잘못을 줄과 칸으로 모두 짚어 줍니다",
                    "names every fault of Pabulib files by line and field"},
        .operands = FILES_OPERAND,
        .examples = CHECK_EXAMPLES,
        .run = pb_check,
    },
    {
        .verb = "rewrite",
        .summary = {"값은 그대로 두고 파일을 고른 형식(UTF-8, LF)으로 다시 씁니다",
                    "writes a file anew in one form (UTF-8, LF), every value as it is"},
        .operands = FILE_OPERAND,
        .options = REWRITE_OPTIONS,
        .examples = REWRITE_EXAMPLES,
        .run = pb_rewrite,
    },
};

const struct command_noun PB_NOUN = {
    .noun = "pb",
    .summary = {"Pabulib 파일", "Pabulib files"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
