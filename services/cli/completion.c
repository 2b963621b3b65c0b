/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi completion bash|zsh`. The script holds the words of the table as
 * cases; it asks the program for nothing while a person types. Words come from
 * constants only, so nothing has to be quoted for the shell.
 */
#include "cli/completion.h"

#include "cli/invocation.h"

#include <stdio.h>
#include <string.h>

static void option_words(const struct command_option *option, struct buffer *buffer)
{
    for (; option != NULL && option->name != NULL; option++) {
        buffer_append_format(buffer, " --%s", option->name);
    }
}

static void all_option_words(const struct command *command, struct buffer *buffer)
{
    option_words(command->options, buffer);
    option_words(command->shared, buffer);
    option_words(COMMON_OPTIONS, buffer);
}

/* The verbs' words that may follow a noun and `before` ("" or "dead"). */
static void next_words(const struct command_noun *noun, const char *before, struct buffer *buffer)
{
    const size_t length = strlen(before);
    const char *last = "";
    size_t last_length = 0;
    size_t i;

    for (i = 0; i < noun->count; i++) {
        size_t word;
        const char *rest = noun->commands[i].verb;

        if (strncmp(rest, before, length) != 0 || (length > 0 && rest[length] != ' ')) {
            continue;
        }
        rest += length > 0 ? length + 1 : 0;
        word = strcspn(rest, " ");
        /* Verbs that share a first word stand together in the table. */
        if (word != last_length || strncmp(rest, last, word) != 0) {
            buffer_append_format(buffer, " %.*s", (int)word, rest);
        }
        last = rest;
        last_length = word;
    }
}

/* One case per place in a command line: words so far -> words that may follow. */
static void word_cases(struct buffer *buffer)
{
    const struct command_noun *const *noun;
    size_t i;

    buffer_append_text(buffer, "        '') words=\"");
    for (noun = NOUNS; *noun != NULL; noun++) {
        buffer_append_format(buffer, " %s", (*noun)->noun);
    }
    buffer_append_text(buffer, " --help --version\" ;;\n");
    for (noun = NOUNS; *noun != NULL; noun++) {
        const char *done = "";

        if ((*noun)->commands[0].verb[0] != '\0') {
            buffer_append_format(buffer, "        '%s') words=\"", (*noun)->noun);
            next_words(*noun, "", buffer);
            buffer_append_text(buffer, " --help\" ;;\n");
        }
        for (i = 0; i < (*noun)->count; i++) {
            const struct command *command = &(*noun)->commands[i];
            const char *space = strchr(command->verb, ' ');
            const size_t first = strcspn(command->verb, " ");

            /* "dead" of "dead list", "dead show", … once. */
            if (space != NULL && strncmp(done, command->verb, first + 1) != 0) {
                char before[64];

                (void)snprintf(before, sizeof before, "%.*s", (int)first, command->verb);
                buffer_append_format(buffer, "        '%s %s') words=\"", (*noun)->noun, before);
                next_words(*noun, before, buffer);
                buffer_append_text(buffer, "\" ;;\n");
                done = command->verb;
            }
            buffer_append_format(buffer, "        '%s%s%s') words=\"", (*noun)->noun,
                                 command->verb[0] != '\0' ? " " : "", command->verb);
            all_option_words(command, buffer);
            buffer_append_text(buffer, "\"; files=1 ;;\n");
        }
    }
}

/* Values of options that have a closed list, and of the one operand that has. */
static void choice_cases(struct buffer *buffer)
{
    const struct command_noun *const *noun;
    size_t i;

    for (noun = NOUNS; *noun != NULL; noun++) {
        for (i = 0; i < (*noun)->count; i++) {
            const struct command_option *option = (*noun)->commands[i].options;

            for (; option != NULL && option->name != NULL; option++) {
                const char *choice = option->choices;

                if (choice == NULL) {
                    continue;
                }
                buffer_append_format(buffer, "        '%s%s%s --%s') words=\"", (*noun)->noun,
                                     (*noun)->commands[i].verb[0] != '\0' ? " " : "",
                                     (*noun)->commands[i].verb, option->name);
                for (; *choice != '\0'; choice++) {
                    const char c[2] = {*choice, '\0'};

                    buffer_append_text(buffer, *choice == '|' ? " " : c);
                }
                buffer_append_text(buffer, "\"; files=0 ;;\n");
            }
        }
    }
}

void completion_bash(struct buffer *buffer)
{
    buffer_append_text(
        buffer,
        "# bash completion of hyeopchi: source <(hyeopchi completion bash)\n"
        "_hyeopchi() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    local so_far='' words='' files=0 i\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case ${COMP_WORDS[i]} in -*) break ;; esac\n"
        "        so_far=\"${so_far:+$so_far }${COMP_WORDS[i]}\"\n"
        "    done\n"
        "    # Operands are no words of the table: go back to the longest that is a command.\n"
        "    while :; do\n"
        "        case $so_far in\n");
    word_cases(buffer);
    buffer_append_text(buffer,
                       "        esac\n"
                       "        [ -n \"$words\" ] && break\n"
                       "        [ \"${so_far% *}\" = \"$so_far\" ] && break\n"
                       "        so_far=${so_far% *}\n"
                       "    done\n"
                       "    case \"$so_far $previous\" in\n");
    choice_cases(buffer);
    buffer_append_text(buffer,
                       "    esac\n"
                       "    if [ \"$files\" = 1 ] && [[ $current != -* ]]; then\n"
                       "        COMPREPLY=($(compgen -f -- \"$current\"))\n"
                       "    else\n"
                       "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                       "    fi\n"
                       "}\n"
                       "complete -o filenames -F _hyeopchi hyeopchi\n");
}

void completion_zsh(struct buffer *buffer)
{
    buffer_append_text(buffer,
                       "#compdef hyeopchi\n"
                       "# zsh completion of hyeopchi: source <(hyeopchi completion zsh)\n"
                       "autoload -U +X bashcompinit && bashcompinit\n");
    completion_bash(buffer);
}

static enum cli_status completion_run(const struct invocation *invocation)
{
    const char *shell = invocation_operand(invocation, 0);
    struct buffer buffer;

    buffer_init(&buffer, COMPLETION_SIZE_MAX);
    if (strcmp(shell, "bash") == 0) {
        completion_bash(&buffer);
    } else if (strcmp(shell, "zsh") == 0) {
        completion_zsh(&buffer);
    } else {
        return usage_error(invocation,
                           say("'%s': bash 또는 zsh여야 합니다", "'%s': it must be bash or zsh"),
                           shell);
    }
    (void)fputs(buffer_text(&buffer), stdout);
    buffer_release(&buffer);
    return CLI_OK;
}

static const struct command_operand SHELL_OPERAND[] = {
    {.name = "SHELL", .sentence = {"bash 또는 zsh", "bash or zsh"}},
    {.name = NULL},
};

static const char *const EXAMPLES[] = {
    "source <(hyeopchi completion bash)",
    "hyeopchi completion zsh > ~/.zfunc/_hyeopchi",
    NULL,
};

static const struct command COMMANDS[] = {
    {
        .verb = "",
        .summary = {"셸 자동 완성 스크립트를 출력합니다",
                    "prints a script that completes these commands in a shell"},
        .operands = SHELL_OPERAND,
        .examples = EXAMPLES,
        .run = completion_run,
    },
};

const struct command_noun COMPLETION_NOUN = {
    .noun = "completion",
    .summary = {"자동 완성", "Shell completion"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
