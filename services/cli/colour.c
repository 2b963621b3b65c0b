/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sequences of ECMA-48 that every terminal knows, or nothing at all: what
 * is written into a file or a pipe must never hold one.
 */
#include "cli/colour.h"

#include "cli/process.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static bool wanted(enum colour colour)
{
    const char *none = process_environment("NO_COLOR");
    const char *terminal = process_environment("TERM");

    return colour != COLOUR_PLAIN && isatty(STDOUT_FILENO) != 0 &&
           (none == NULL || none[0] == '\0') && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

const char *colour_begin(enum colour colour)
{
    static const char *const sequences[] = {"", "\033[32m", "\033[33m", "\033[31m"};

    return wanted(colour) ? sequences[colour] : "";
}

const char *colour_end(enum colour colour)
{
    return wanted(colour) ? "\033[0m" : "";
}
