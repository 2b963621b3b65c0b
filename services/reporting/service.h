/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of reporting that main wires together. Handlers get a struct
 * reporting as their context; only main opens or closes its parts.
 */
#ifndef HYEOPCHI_REPORTING_SERVICE_H
#define HYEOPCHI_REPORTING_SERVICE_H

#include "reporting/apply.h"
#include "reporting/rebuild.h"
#include "runtime/host.h"

struct reporting {
    struct host host;
    struct model model;      /* the writer thread's, once the host is open */
    struct rebuild *rebuild; /* loop thread */
    const char *contact;     /* any thread */
};

#endif
