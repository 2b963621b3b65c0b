/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of participation: those of every service, and its own.
 */
#ifndef HYEOPCHI_PARTICIPATION_CONFIG_H
#define HYEOPCHI_PARTICIPATION_CONFIG_H

#include "runtime/config.h"
#include "runtime/host.h"

struct participation_config {
    struct host_config host; /* first: the shared table's offsets start here */
    char ledger_pub_url[CONFIG_TEXT_SIZE];
    char ledger_fetch_url[CONFIG_TEXT_SIZE];
    char ballot_keys_directory[CONFIG_TEXT_SIZE];
    char receipt_key[CONFIG_TEXT_SIZE]; /* base64url of a 32-byte Ed25519 seed */
    char board_key[CONFIG_TEXT_SIZE];   /* the same for checkpoints */
    int64_t max_merge_delay_s;
    int64_t board_interval_ms;
    char gateway_url[CONFIG_TEXT_SIZE]; /* "" = none */
};

extern const struct config_table participation_config_table;

#endif
