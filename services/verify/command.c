/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments, read in one pass without hidden state. */
#include "verify/command.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

bool arguments_flag(struct arguments *arguments, const char *name)
{
    if (strcmp(arguments->argv[arguments->next], name) != 0) {
        return false;
    }
    arguments->next++;
    return true;
}

bool arguments_value(struct arguments *arguments, const char *name, const char **ret_value)
{
    const char *argument = arguments->argv[arguments->next];
    size_t length = strlen(name);

    if (strncmp(argument, name, length) != 0 ||
        (argument[length] != '\0' && argument[length] != '=')) {
        return false;
    }
    arguments->next++;
    if (argument[length] == '=') {
        *ret_value = argument + length + 1;
    } else if (arguments->next < arguments->argc) {
        *ret_value = arguments->argv[arguments->next];
        arguments->next++;
    } else {
        *ret_value = NULL;
    }
    return true;
}

int arguments_only(struct arguments *arguments, const char *one_at_a_time, const char **slot)
{
    const char *argument = arguments->argv[arguments->next];

    if (argument[0] == '-') {
        return command_usage("없는 옵션입니다, there is no such option", argument);
    }
    if (*slot != NULL) {
        return command_usage(one_at_a_time, argument);
    }
    *slot = argument;
    arguments->next++;
    return 0;
}

int command_usage(const char *what, const char *argument)
{
    (void)fprintf(
        stderr,
        "hyeopchi-verify: %s: %s\n"
        "사용법은 hyeopchi-verify --help 로 볼 수 있습니다. See hyeopchi-verify --help.\n",
        what, argument);
    return COMMAND_USAGE;
}
