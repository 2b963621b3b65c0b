/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding the command. A verb may be several words ("limit set"), so the
 * longest match is taken. Must never guess: a word that is nearly right is
 * suggested, not run.
 */
#include "cli/dispatch.h"

#include "cli/help.h"
#include "cli/invocation.h"
#include "cli/suggest.h"
#include "runtime/buffer.h"

#include <stdio.h>
#include <string.h>

static enum cli_status print_buffer(struct buffer *buffer, FILE *stream)
{
    const bool complete = buffer_status(buffer) == ERR_OK;

    (void)fputs(buffer_text(buffer), stream);
    buffer_release(buffer);
    return complete ? CLI_OK : CLI_FAILED;
}

static bool is_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0 ||
           strcmp(argument, "help") == 0;
}

/* How many of argv's first words are the verb's; -1 when they differ. */
static int matching_words(const char *verb, int argc, const char *const *argv)
{
    int words = 0;

    while (*verb != '\0') {
        const size_t length = strcspn(verb, " ");

        if (words >= argc || strlen(argv[words]) != length ||
            memcmp(argv[words], verb, length) != 0) {
            return -1;
        }
        words++;
        verb += length;
        verb += *verb == ' ' ? 1 : 0;
    }
    return words;
}

const struct command *dispatch_find(const struct command_noun *noun, int argc,
                                    const char *const *argv, int *ret_words)
{
    const struct command *best = NULL;
    int best_words = -1;
    size_t i;

    for (i = 0; i < noun->count; i++) {
        const int words = matching_words(noun->commands[i].verb, argc, argv);

        if (words > best_words) {
            best = &noun->commands[i];
            best_words = words;
        }
    }
    if (best != NULL) {
        *ret_words = best_words;
    }
    return best;
}

const struct command_noun *command_noun_find(const char *name)
{
    const struct command_noun *const *noun;

    for (noun = NOUNS; *noun != NULL; noun++) {
        if (strcmp((*noun)->noun, name) == 0) {
            return *noun;
        }
    }
    return NULL;
}

static enum cli_status unknown_noun(const char *name)
{
    const struct command_noun *const *noun;
    struct suggestion suggestion;

    suggestion_init(&suggestion, name);
    for (noun = NOUNS; *noun != NULL; noun++) {
        suggestion_offer(&suggestion, (*noun)->noun);
    }
    (void)fprintf(stderr, say("hyeopchi: '%s' 명령은 없습니다.", "hyeopchi: there is no '%s'."),
                  name);
    if (suggestion.best != NULL) {
        (void)fprintf(stderr, say(" 혹시 '%s' 인가요?", " Did you mean '%s'?"), suggestion.best);
    }
    (void)fprintf(stderr, "\n%s: hyeopchi --help\n", say("도움말", "help"));
    return CLI_USAGE;
}

static enum cli_status unknown_verb(const struct command_noun *noun, const char *verb)
{
    struct suggestion suggestion;
    size_t i;

    suggestion_init(&suggestion, verb);
    for (i = 0; i < noun->count; i++) {
        suggestion_offer(&suggestion, noun->commands[i].verb);
    }
    (void)fprintf(stderr,
                  say("hyeopchi: %s 에는 '%s' 명령이 없습니다.", "hyeopchi: %s has no '%s'."),
                  noun->noun, verb);
    if (suggestion.best != NULL) {
        (void)fprintf(stderr, say(" 혹시 '%s %s' 인가요?", " Did you mean '%s %s'?"), noun->noun,
                      suggestion.best);
    }
    (void)fprintf(stderr, "\n%s: hyeopchi %s --help\n", say("도움말", "help"), noun->noun);
    return CLI_USAGE;
}

static enum cli_status run_command(const struct command_noun *noun, const struct command *command,
                                   int argc, const char *const *argv)
{
    struct invocation invocation;
    struct buffer help;

    if (invocation_parse(noun, command, argc, argv, &invocation)) {
        return CLI_USAGE;
    }
    if (invocation.help) {
        buffer_init(&help, HELP_SIZE_MAX);
        help_command(noun, command, &help);
        return print_buffer(&help, stdout);
    }
    return command->run(&invocation);
}

static enum cli_status run_noun(const struct command_noun *noun, int argc, const char *const *argv)
{
    const struct command *command;
    struct buffer help;
    int words = 0;

    command = dispatch_find(noun, argc, argv, &words);
    if (command != NULL) {
        return run_command(noun, command, argc - words, argv + words);
    }
    if (argc > 0 && !is_help(argv[0]) && argv[0][0] != '-') {
        return unknown_verb(noun, argv[0]);
    }
    buffer_init(&help, HELP_SIZE_MAX);
    help_noun(noun, &help);
    if (argc > 0 && is_help(argv[0])) {
        return print_buffer(&help, stdout);
    }
    (void)print_buffer(&help, stderr); /* The exit status says what is wrong. */
    return CLI_USAGE;
}

enum cli_status dispatch(int argc, const char *const *argv)
{
    const struct command_noun *noun;
    struct buffer help;

    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        (void)printf("hyeopchi %s\n", HYEOPCHI_VERSION);
        return CLI_OK;
    }
    if (argc < 2 || is_help(argv[1])) {
        buffer_init(&help, HELP_SIZE_MAX);
        help_overview(&help);
        if (argc >= 2) {
            return print_buffer(&help, stdout);
        }
        (void)print_buffer(&help, stderr); /* The exit status says what is wrong. */
        return CLI_USAGE;
    }
    noun = command_noun_find(argv[1]);
    if (noun == NULL) {
        return unknown_noun(argv[1]);
    }
    return run_noun(noun, argc - 2, argv + 2);
}
