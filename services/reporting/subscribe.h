/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens reporting's own parts: the subscriptions to both streams, and the
 * rebuild check that fetches from the same publishers.
 */
#ifndef HYEOPCHI_REPORTING_SUBSCRIBE_H
#define HYEOPCHI_REPORTING_SUBSCRIBE_H

#include "reporting/config.h"
#include "reporting/service.h"
#include "runtime/err.h"

/* After host_open(). config must outlive the service. host_close() ends what it opened;
 * rebuild_free() follows. Loop thread. */
ERR_CHECKED enum err subscribe_open(struct reporting *reporting,
                                    const struct reporting_config *config);

#endif
