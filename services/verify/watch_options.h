/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arguments of `hyeopchi-verify watch`. Texts are borrowed from argv.
 */
#ifndef HYEOPCHI_VERIFY_WATCH_OPTIONS_H
#define HYEOPCHI_VERIFY_WATCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "verify/command.h"
#include "verify/watch_receipt.h"

/* What the arguments ask for. */
struct watch_options {
    const char *url;   /* NULL until it was named */
    const char *state; /* NULL: named after the ballot */
    const char *key;   /* NULL: that of the state, or the board's own */
    bool once;
    bool quiet;
    uint64_t interval_s;
    uint64_t silence_s;
    struct watch_receipts receipts;
};

/* Reads all arguments into zeroed options. 0, or COMMAND_USAGE when one was refused on standard error. */
int watch_options_read(struct arguments *arguments, struct watch_options *ret_options);

#endif
