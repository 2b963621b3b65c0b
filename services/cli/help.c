/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help from the table. Columns are counted in cells, since a Hangul syllable
 * takes two. Never says anything that the table does not.
 */
#include "cli/help.h"

#include "cli/text_width.h"

#include <stdio.h>

enum { NAME_COLUMN_MAX = 34, LEFT_SIZE = 128 };

/* A name, blanks up to the column, and its sentence; a long name has a line of its own. */
static void row(struct buffer *buffer, const char *left, size_t column, const char *right)
{
    const size_t width = text_width(left);

    if (width > column) {
        buffer_append_format(buffer, "  %s\n  %*s  %s\n", left, (int)column, "", right);
    } else {
        buffer_append_format(buffer, "  %s%*s  %s\n", left, (int)(column - width), "", right);
    }
}

static void command_line(const struct command_noun *noun, const struct command *command,
                         char ret_text[LEFT_SIZE])
{
    (void)snprintf(ret_text, LEFT_SIZE, "%s%s%s", noun->noun, command->verb[0] != '\0' ? " " : "",
                   command->verb);
}

void help_overview(struct buffer *buffer)
{
    const struct command_noun *const *noun;
    size_t i;

    buffer_append_format(buffer, "%s\n\n%s: hyeopchi <noun> <verb> …\n\n",
                         say("협치: 주민투표와 협치 예산을 운영하는 명령",
                             "Hyeopchi: runs resident ballots and the governance budget"),
                         say("사용법", "usage"));
    for (noun = NOUNS; *noun != NULL; noun++) {
        buffer_append_format(buffer, "%s\n", phrase_text((*noun)->summary));
        for (i = 0; i < (*noun)->count; i++) {
            char left[LEFT_SIZE];

            command_line(*noun, &(*noun)->commands[i], left);
            row(buffer, left, 22, phrase_text((*noun)->commands[i].summary));
        }
        buffer_append_text(buffer, "\n");
    }
    buffer_append_text(
        buffer,
        say("자세히: hyeopchi <noun> --help, hyeopchi <noun> <verb> --help\n"
            "모든 명령은 --json 으로 기계가 읽는 출력을 냅니다. 종료 코드: 0 성공, 1 거절·실패, "
            "2 사용법 오류.\n",
            "More: hyeopchi <noun> --help, hyeopchi <noun> <verb> --help\n"
            "Every command takes --json for output that programs read. Exit status: 0 done, "
            "1 refused or failed, 2 wrong usage.\n"));
}

void help_noun(const struct command_noun *noun, struct buffer *buffer)
{
    size_t i;

    buffer_append_format(buffer, "hyeopchi %s: %s\n\n", noun->noun, phrase_text(noun->summary));
    for (i = 0; i < noun->count; i++) {
        char left[LEFT_SIZE];

        command_line(noun, &noun->commands[i], left);
        row(buffer, left, 22, phrase_text(noun->commands[i].summary));
    }
    buffer_append_format(buffer, "\n%s\n", say("예:", "Examples:"));
    for (i = 0; i < noun->count; i++) {
        if (noun->commands[i].examples != NULL && noun->commands[i].examples[0] != NULL) {
            buffer_append_format(buffer, "  %s\n", noun->commands[i].examples[0]);
        }
    }
}

static void usage_line(const struct command_noun *noun, const struct command *command,
                       struct buffer *buffer)
{
    const struct command_operand *operand;
    const struct command_option *option;

    buffer_append_format(buffer, "%s: hyeopchi %s%s%s", say("사용법", "usage"), noun->noun,
                         command->verb[0] != '\0' ? " " : "", command->verb);
    for (operand = command->operands; operand != NULL && operand->name != NULL; operand++) {
        buffer_append_format(buffer, operand->optional ? " [%s]" : " %s", operand->name);
        buffer_append_text(buffer, operand->repeated ? "…" : "");
    }
    for (option = command->options; option != NULL && option->name != NULL; option++) {
        if (option->required) {
            buffer_append_format(buffer, " --%s %s", option->name, option->argument);
        }
    }
    buffer_append_format(buffer, " [%s]\n", say("옵션", "options"));
}

static void option_rows(const struct command_option *option, struct buffer *buffer)
{
    for (; option != NULL && option->name != NULL; option++) {
        char left[LEFT_SIZE];
        char right[HELP_SIZE_MAX / 64];

        (void)snprintf(left, sizeof left, "--%s%s%s", option->name,
                       option->argument != NULL ? " " : "",
                       option->argument != NULL ? option->argument : "");
        (void)snprintf(right, sizeof right, "%s%s%s%s%s%s%s", phrase_text(option->sentence),
                       option->choices != NULL ? " [" : "",
                       option->choices != NULL ? option->choices : "",
                       option->choices != NULL ? "]" : "", option->environment != NULL ? " (" : "",
                       option->environment != NULL ? option->environment : "",
                       option->environment != NULL ? ")" : "");
        row(buffer, left, NAME_COLUMN_MAX, right);
    }
}

void help_command(const struct command_noun *noun, const struct command *command,
                  struct buffer *buffer)
{
    const struct command_operand *operand;
    const char *const *example;

    buffer_append_format(buffer, "%s\n\n", phrase_text(command->summary));
    usage_line(noun, command, buffer);
    if (command->operands != NULL && command->operands[0].name != NULL) {
        buffer_append_text(buffer, "\n");
    }
    for (operand = command->operands; operand != NULL && operand->name != NULL; operand++) {
        row(buffer, operand->name, NAME_COLUMN_MAX, phrase_text(operand->sentence));
    }
    buffer_append_format(buffer, "\n%s\n", say("옵션:", "Options:"));
    option_rows(command->options, buffer);
    option_rows(COMMON_OPTIONS, buffer);
    if (command->shared != NULL) {
        buffer_append_format(buffer, "\n%s\n", say("접속:", "Connection:"));
        option_rows(command->shared, buffer);
    }
    if (command->examples != NULL) {
        buffer_append_format(buffer, "\n%s\n", say("예:", "Examples:"));
        for (example = command->examples; *example != NULL; example++) {
            buffer_append_format(buffer, "  %s\n", *example);
        }
    }
}
