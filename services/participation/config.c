/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Participation's settings table; README's table and the sample env file come
 * from it.
 */
#include "participation/config.h"

#include "participation/board.h"
#include "participation/domain/receipt.h"

#include <stddef.h>

static const struct config_row ROWS[] = {
    HOST_BUS_ADDRESSES(participation_config, ledger, "the ledger"),
    {
        .name = "ballot_keys_directory",
        .type = CONFIG_TEXT,
        .minimum = 1,
        .maximum = CONFIG_TEXT_SIZE - 1,
        .unit = "",
        .sentence = "Directory of the ballots' key files, one each; back it up sealed, apart from "
                    "the database, and end one by `hyeopchi ballot destroy-key`.",
        .offset = offsetof(struct participation_config, ballot_keys_directory),
    },
    {
        .name = "receipt_key",
        .type = CONFIG_SECRET,
        .minimum = 43,
        .maximum = 43,
        .unit = "",
        .sentence = "Ed25519 seed that signs receipts: base64url of 32 bytes without padding.",
        .offset = offsetof(struct participation_config, receipt_key),
    },
    {
        .name = "max_merge_delay_s",
        .type = CONFIG_INTEGER,
        .minimum = 1,
        .maximum = RECEIPT_MAX_MERGE_DELAY_MAX_S,
        .default_value = "60",
        .unit = "s",
        .sentence = "How soon after its receipt a vote is promised to be on the public board.",
        .offset = offsetof(struct participation_config, max_merge_delay_s),
    },
    {
        .name = "board_key",
        .type = CONFIG_SECRET,
        .minimum = 43,
        .maximum = 43,
        .unit = "",
        .sentence =
            "Ed25519 seed that signs the boards' checkpoints: base64url of 32 bytes without "
            "padding. A ballot is finished with the one it was opened with.",
        .offset = offsetof(struct participation_config, board_key),
    },
    {
        .name = "board_interval_ms",
        .type = CONFIG_INTEGER,
        .minimum = BOARD_INTERVAL_MIN_MS,
        .maximum = BOARD_INTERVAL_MAX_MS,
        .default_value = "30000",
        .unit = "ms",
        .sentence = "How often new votes are put on the board, in one batch each; never less often "
                    "than twice in max_merge_delay_s.",
        .offset = offsetof(struct participation_config, board_interval_ms),
    },
    {
        .name = "gateway_url",
        .type = CONFIG_TEXT,
        .minimum = 0,
        .maximum = CONFIG_TEXT_SIZE - 1,
        .default_value = "",
        .unit = "",
        .sentence = "Bus address where kiosks and gateways hand in votes by message, of this "
                    "machine or a private network; without it votes come over HTTP only.",
        .offset = offsetof(struct participation_config, gateway_url),
    },
};

const struct config_table participation_config_table = {ROWS, sizeof ROWS / sizeof ROWS[0]};
