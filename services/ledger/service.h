/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the ledger that main wires together. Handlers get a struct
 * ledger as their context; only main opens or closes its parts.
 */
#ifndef HYEOPCHI_LEDGER_SERVICE_H
#define HYEOPCHI_LEDGER_SERVICE_H

#include "ledger/due_clock.h"
#include "ledger/post.h"
#include "ledger/verify.h"
#include "runtime/host.h"

#include <stdbool.h>

enum { LEDGER_SHEETS_MAX = 8 }; /* budget sheets that are read and kept at once */

struct ledger {
    struct host host;
    struct poster poster;                   /* the writer thread's, once the host is open */
    const char *shard;                      /* the district; any thread */
    bool verifying;                         /* a verification is under way; loop thread */
    struct verify_progress verify_progress; /* of it; any thread */
    int sheet_count;                        /* of LEDGER_SHEETS_MAX; loop thread */
    struct due_clock due_clock;
};

#endif
