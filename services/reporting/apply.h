/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event does to the read model. The same code keeps the model that is
 * shown, where it also says what changed, and computes the one of a rebuild
 * check, where it says nothing.
 *
 * It looks at nothing but the event and the model: no clock, no setting but the
 * district. So whoever applies the same events has the same model, in whichever
 * order the two streams came.
 *
 * Writer thread.
 */
#ifndef HYEOPCHI_REPORTING_APPLY_H
#define HYEOPCHI_REPORTING_APPLY_H

#include "runtime/err.h"
#include "runtime/event.h"
#include "runtime/writer.h"

#include <stdbool.h>

/* Which model, and whether its changes are published. */
struct model {
    const char *district;
    const char *schema; /* STORE_SCHEMA_LIVE or STORE_SCHEMA_CHECK */
    bool publishes;
};

/* A subscriber_apply_fn; context is a struct model. ERR_INVALID for an event that contradicts itself
 * or the model. */
ERR_CHECKED enum err apply_event(struct writer_tx *tx, const struct event *event, void *context);

#endif
