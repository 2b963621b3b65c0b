/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language of the command's messages. Decided once; must never change while
 * a command runs.
 */
#include "cli/phrase.h"

#include "cli/process.h"

#include <stdlib.h>
#include <string.h>

static enum problem_language spoken = PROBLEM_ENGLISH;

void phrase_open(void)
{
    static const char *const VARIABLES[] = {"HYEOPCHI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
    size_t i;

    for (i = 0; i < sizeof VARIABLES / sizeof VARIABLES[0]; i++) {
        const char *value = process_environment(VARIABLES[i]);

        if (value != NULL && value[0] != '\0') {
            spoken = strncmp(value, "ko", 2) == 0 ? PROBLEM_KOREAN : PROBLEM_ENGLISH;
            return;
        }
    }
}

void phrase_set_language(enum problem_language language)
{
    spoken = language;
}

enum problem_language phrase_language(void)
{
    return spoken;
}

const char *phrase_text(struct phrase phrase)
{
    return spoken == PROBLEM_KOREAN ? phrase.ko : phrase.en;
}

const char *say(const char *ko, const char *en)
{
    return spoken == PROBLEM_KOREAN ? ko : en;
}
