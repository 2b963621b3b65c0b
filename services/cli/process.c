/* SPDX-License-Identifier: Apache-2.0 */
/*
 * getenv() and strerror() are not thread safe by their standard; these are.
 * Never changes the environment.
 */
#include "cli/process.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <uv.h>

extern char **environ;

const char *process_environment(const char *name)
{
    const size_t length = strlen(name);
    char **at;

    for (at = environ; at != NULL && *at != NULL; at++) {
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=') {
            return *at + length + 1;
        }
    }
    return NULL;
}

const char *process_error(void)
{
    return uv_strerror(uv_translate_sys_error(errno));
}
