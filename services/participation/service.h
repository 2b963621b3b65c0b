/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of participation that main wires together. Handlers get a struct
 * participation as their context; only main opens or closes its parts, by parts.h.
 */
#ifndef HYEOPCHI_PARTICIPATION_SERVICE_H
#define HYEOPCHI_PARTICIPATION_SERVICE_H

#include "participation/ballots.h"
#include "participation/board.h"
#include "participation/commit_receipt.h"
#include "participation/count.h"
#include "runtime/host.h"

struct gateway;

enum { SERVICE_TURNOUT_COUNT_MAX = 64 };

/* The turnout of an open ballot as the public was last told, so that it is told no more often. */
struct public_turnout {
    uint8_t ballot_id[BALLOT_ID_SIZE];
    int64_t voters;
    int64_t as_of_ms; /* 0: free */
};

struct participation {
    struct host host;
    struct receipt_signer signer;
    const char *keys_directory;
    struct ballots *ballots;
    struct counter *counter;
    struct gateway *gateway; /* NULL: votes come by HTTP only */
    struct board_signer board_signer;
    struct board *board;
    int bundle_count; /* downloads under way */
    struct public_turnout public_turnout[SERVICE_TURNOUT_COUNT_MAX];
};

#endif
