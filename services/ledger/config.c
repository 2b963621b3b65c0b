/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's settings table; README's table and the sample env file come
 * from it.
 */
#include "ledger/config.h"

static const struct config_row ROWS[] = {
    HOST_BUS_ADDRESSES(ledger_config, participation, "participation"),
};

const struct config_table ledger_config_table = {ROWS, sizeof ROWS / sizeof ROWS[0]};
