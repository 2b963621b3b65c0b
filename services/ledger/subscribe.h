/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subscribes the ledger to participation and, where the settings name its
 * addresses, to an accounting system's stream.
 */
#ifndef HYEOPCHI_LEDGER_SUBSCRIBE_H
#define HYEOPCHI_LEDGER_SUBSCRIBE_H

#include "ledger/config.h"
#include "ledger/service.h"
#include "runtime/err.h"

/* After host_open(), with the poster's shard set. config must outlive the service. ERR_INVALID when only
 * half a stream is named. host_close() ends what it opened. Loop thread. */
ERR_CHECKED enum err subscribe_open(struct ledger *ledger, const struct ledger_config *config);

#endif
