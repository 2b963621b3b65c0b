/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ballot bundle`: everything that is published of a certified ballot,
 * as one file for hyeopchi-verify.
 */
#ifndef HYEOPCHI_CLI_BALLOT_BUNDLE_H
#define HYEOPCHI_CLI_BALLOT_BUNDLE_H

#include "cli/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Follows a ustar archive that comes in pieces, only to know when all of it was there. */
struct bundle_end {
    uint8_t block[512]; /* the header under way */
    size_t filled;      /* of it */
    uint64_t left;      /* bytes of a file and its padding that are still to come */
    int zero_blocks;    /* in a row */
};

/* Takes a piece. *ret_taken is how much of it belongs to the archive: less than length only when the
 * archive has ended, of which it tells. */
bool bundle_end_take(struct bundle_end *end, const char *data, size_t length, size_t *ret_taken);

enum cli_status ballot_bundle(const struct invocation *invocation);

#endif
