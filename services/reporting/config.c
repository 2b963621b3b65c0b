/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reporting's settings table; README's table and the sample env file come from
 * it.
 */
#include "reporting/config.h"

#include <stddef.h>

static const struct config_row ROWS[] = {
    {
        .name = "participation_pub_url",
        .type = CONFIG_TEXT,
        .minimum = 1,
        .maximum = CONFIG_TEXT_SIZE - 1,
        .unit = "",
        .sentence = "Bus address where participation publishes its stream.",
        .offset = offsetof(struct reporting_config, participation_pub_url),
    },
    {
        .name = "participation_fetch_url",
        .type = CONFIG_TEXT,
        .minimum = 1,
        .maximum = CONFIG_TEXT_SIZE - 1,
        .unit = "",
        .sentence = "Bus address where participation answers requests for its past events.",
        .offset = offsetof(struct reporting_config, participation_fetch_url),
    },
    {
        .name = "ledger_pub_url",
        .type = CONFIG_TEXT,
        .minimum = 1,
        .maximum = CONFIG_TEXT_SIZE - 1,
        .unit = "",
        .sentence = "Bus address where the ledger publishes its stream.",
        .offset = offsetof(struct reporting_config, ledger_pub_url),
    },
    {
        .name = "ledger_fetch_url",
        .type = CONFIG_TEXT,
        .minimum = 1,
        .maximum = CONFIG_TEXT_SIZE - 1,
        .unit = "",
        .sentence = "Bus address where the ledger answers requests for its past events.",
        .offset = offsetof(struct reporting_config, ledger_fetch_url),
    },
    {
        .name = "contact",
        .type = CONFIG_TEXT,
        .minimum = 0,
        .maximum = CONFIG_TEXT_SIZE - 1,
        .default_value = "",
        .unit = "",
        .sentence = "Whom readers of a page may ask, in Korean: department, name, telephone.",
        .offset = offsetof(struct reporting_config, contact),
    },
};

const struct config_table reporting_config_table = {ROWS, sizeof ROWS / sizeof ROWS[0]};
