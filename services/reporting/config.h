/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reporting's own settings, beside those every service has.
 */
#ifndef HYEOPCHI_REPORTING_CONFIG_H
#define HYEOPCHI_REPORTING_CONFIG_H

#include "runtime/config.h"
#include "runtime/host.h"

struct reporting_config {
    struct host_config host; /* first: its table's offsets start here */
    char participation_pub_url[CONFIG_TEXT_SIZE];
    char participation_fetch_url[CONFIG_TEXT_SIZE];
    char ledger_pub_url[CONFIG_TEXT_SIZE];
    char ledger_fetch_url[CONFIG_TEXT_SIZE];
    char contact[CONFIG_TEXT_SIZE]; /* shown on every page; "" shows that there is none */
};

extern const struct config_table reporting_config_table;

#endif
