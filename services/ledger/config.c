/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's settings table; README's table and the sample env file come
 * from it.
 */
#include "ledger/config.h"

#include "runtime/log.h"

#include <stddef.h>

static const struct config_row ROWS[] = {
    HOST_BUS_ADDRESSES(ledger_config, participation, "participation"),
    {
        .name = "finance_pub_url",
        .type = CONFIG_TEXT,
        .minimum = 0,
        .maximum = CONFIG_TEXT_SIZE - 1,
        .default_value = "",
        .unit = "",
        .sentence = "Bus address where an accounting system publishes the stream finance; without "
                    "it entries are asked for over HTTP only.",
        .offset = offsetof(struct ledger_config, finance_pub_url),
    },
    {
        .name = "finance_fetch_url",
        .type = CONFIG_TEXT,
        .minimum = 0,
        .maximum = CONFIG_TEXT_SIZE - 1,
        .default_value = "",
        .unit = "",
        .sentence = "Bus address where that system answers requests for its past events; set both "
                    "or neither.",
        .offset = offsetof(struct ledger_config, finance_fetch_url),
    },
};

const struct config_table ledger_config_table = {ROWS, sizeof ROWS / sizeof ROWS[0]};

enum err ledger_config_check(const struct ledger_config *config)
{
    bool publishes = config->finance_pub_url[0] != '\0';
    bool answers = config->finance_fetch_url[0] != '\0';

    if (publishes != answers) {
        log_error("settings_refused",
                  log_str("missing", publishes ? "finance_fetch_url" : "finance_pub_url"),
                  log_str("action", "set finance_pub_url and finance_fetch_url, or neither"));
        return ERR_INVALID;
    }
    return ERR_OK;
}
