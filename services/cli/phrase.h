/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the command says to people, in Korean and English. The language is
 * chosen once at start: HYEOPCHI_LANGUAGE (ko, en), else the locale (LC_ALL,
 * LC_MESSAGES, LANG): Korean when it begins with "ko", else English. Never
 * used for what programs read: JSON keys, codes and flags are the same always.
 */
#ifndef HYEOPCHI_CLI_PHRASE_H
#define HYEOPCHI_CLI_PHRASE_H

#include "runtime/problem.h"

struct phrase {
    const char *ko;
    const char *en;
};

/* Reads the environment; before any thread. */
void phrase_open(void);

/* For tests, and for whoever knows better than the environment. */
void phrase_set_language(enum problem_language language);

enum problem_language phrase_language(void);

/* The text in the language in force. Static; never NULL. */
const char *phrase_text(struct phrase phrase);

/* The same without a struct; both may be formats with the same arguments. */
const char *say(const char *ko, const char *en) __attribute__((format_arg(1)))
__attribute__((format_arg(2)));

#endif
