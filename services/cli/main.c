/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hyeopchi, the operator's command: see `hyeopchi --help`. Starts what the
 * commands need, runs one, and exits with its status. Leaves no core behind: a
 * private key may be in memory.
 */
#include "cli/dispatch.h"
#include "cli/phrase.h"
#include "runtime/crypto.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

int main(int argc, char **argv)
{
    const struct rlimit no_core = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &no_core); /* Best effort. */
    (void)signal(SIGPIPE, SIG_DFL);         /* `hyeopchi … | head` ends quietly. */
    phrase_open();
    if (crypto_open()) {
        (void)fputs("hyeopchi: libsodium does not start\n", stderr);
        return CLI_FAILED;
    }
    return (int)dispatch(argc, (const char *const *)argv);
}
