/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's settings table; README's table and the sample env file come
 * from it.
 */
#include "ledger/config.h"

#include <stddef.h>

static const struct config_row ROWS[] = {
    {
        .name = "participation_pub_url",
        .type = CONFIG_TEXT,
        .minimum = 1,
        .maximum = CONFIG_TEXT_SIZE - 1,
        .unit = "",
        .sentence = "Bus address where participation publishes its stream.",
        .offset = offsetof(struct ledger_config, participation_pub_url),
    },
    {
        .name = "participation_fetch_url",
        .type = CONFIG_TEXT,
        .minimum = 1,
        .maximum = CONFIG_TEXT_SIZE - 1,
        .unit = "",
        .sentence = "Bus address where participation answers requests for its past events.",
        .offset = offsetof(struct ledger_config, participation_fetch_url),
    },
};

const struct config_table ledger_config_table = {ROWS, sizeof ROWS / sizeof ROWS[0]};
