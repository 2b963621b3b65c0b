/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every process of ours does about itself: hides its memory, gives up
 * privileges to come, and asks its own running instance how it is.
 */
#ifndef HYEOPCHI_RUNTIME_PROCESS_H
#define HYEOPCHI_RUNTIME_PROCESS_H

#include "runtime/err.h"

/* Memory holds passwords and votes: from now on nobody may read it, not even from a core file. And no
 * program that the process may be made to start gets rights that it has not (no setuid, no file
 * capabilities). Before any other thread starts: the last is of the calling one and those it starts. */
ERR_CHECKED enum err process_protect(void);

/* Asks GET /readyz of whoever listens at the address (as http_server_options.listen is written; who
 * listens everywhere is asked on loopback). ERR_UNAVAILABLE unless it answers 200 within seconds; why is
 * logged as healthcheck_failed. Blocking. */
ERR_CHECKED enum err process_healthcheck(const char *listen);

#endif
