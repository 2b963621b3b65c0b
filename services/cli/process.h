/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process was given and what the system last complained about, in
 * forms that are safe with threads around.
 */
#ifndef HYEOPCHI_CLI_PROCESS_H
#define HYEOPCHI_CLI_PROCESS_H

/* An environment variable; NULL when it is not set. Borrowed from the environment. */
const char *process_environment(const char *name);

/* What errno means ("no such file or directory"). Static. */
const char *process_error(void);

#endif
