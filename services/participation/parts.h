/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of participation, opened and stopped together, by main.
 */
#ifndef HYEOPCHI_PARTICIPATION_PARTS_H
#define HYEOPCHI_PARTICIPATION_PARTS_H

#include "participation/config.h"
#include "participation/service.h"
#include "runtime/err.h"

/* After host_open(). config must outlive the service. The loop stops them when it ends; parts_stop() is
 * due in any case, also when this failed. Loop thread. */
ERR_CHECKED enum err parts_open(struct participation *service,
                                const struct participation_config *config);

/* Stops those that are open and were not stopped yet; ballots_close() follows host_close(). */
void parts_stop(struct participation *service);

#endif
