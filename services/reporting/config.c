/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reporting's settings table; README's table and the sample env file come from
 * it.
 */
#include "reporting/config.h"

#include <stddef.h>

static const struct config_row ROWS[] = {
    HOST_BUS_ADDRESSES(reporting_config, participation, "participation"),
    HOST_BUS_ADDRESSES(reporting_config, ledger, "the ledger"),
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
