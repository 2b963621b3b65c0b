/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's own settings, beside those every service has.
 */
#ifndef HYEOPCHI_LEDGER_CONFIG_H
#define HYEOPCHI_LEDGER_CONFIG_H

#include "runtime/config.h"
#include "runtime/host.h"

struct ledger_config {
    struct host_config host;                        /* first: its table's offsets start here */
    char participation_pub_url[CONFIG_TEXT_SIZE];   /* where participation publishes its stream */
    char participation_fetch_url[CONFIG_TEXT_SIZE]; /* where it answers fetches */
};

/* Rows of the two settings above. */
extern const struct config_table ledger_config_table;

#endif
