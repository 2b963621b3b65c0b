/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi vote import`: a Pabulib file's votes through the service's batch
 * endpoint. The same file, ballot and secret make the same requests under the
 * same keys, so an import that was cut off is simply run again.
 */
#ifndef HYEOPCHI_CLI_VOTE_IMPORT_H
#define HYEOPCHI_CLI_VOTE_IMPORT_H

#include "cli/invocation.h"

enum {
    IMPORT_BATCH_DEFAULT = 500,
    IMPORT_BATCH_MAX = 1000,
};

enum cli_status vote_import(const struct invocation *invocation);

#endif
