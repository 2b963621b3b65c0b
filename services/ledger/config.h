/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's own settings, beside those every service has.
 */
#ifndef HYEOPCHI_LEDGER_CONFIG_H
#define HYEOPCHI_LEDGER_CONFIG_H

#include "runtime/config.h"
#include "runtime/err.h"
#include "runtime/host.h"

struct ledger_config {
    struct host_config host;                        /* first: its table's offsets start here */
    char participation_pub_url[CONFIG_TEXT_SIZE];   /* where participation publishes its stream */
    char participation_fetch_url[CONFIG_TEXT_SIZE]; /* where it answers fetches */
    char finance_pub_url[CONFIG_TEXT_SIZE];         /* of an accounting system's stream; "": none */
    char finance_fetch_url[CONFIG_TEXT_SIZE];
};

/* Rows of the settings above. */
extern const struct config_table ledger_config_table;

/* Whether the settings fit each other: ERR_INVALID, and logged, when only half a stream is named. */
ERR_CHECKED enum err ledger_config_check(const struct ledger_config *config);

#endif
