/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ledger does about the finance stream, on which whatever stands
 * before a district's accounting system asks for entries: posts them by the
 * way that every entry takes (post.h), and says what came of it.
 *
 * Writer thread, inside the transaction that also moves the subscription's
 * offset. Nothing here waits or retries.
 */
#ifndef HYEOPCHI_LEDGER_FINANCE_APPLY_H
#define HYEOPCHI_LEDGER_FINANCE_APPLY_H

#include "runtime/err.h"
#include "runtime/event.h"
#include "runtime/writer.h"

/*
 * Applies an event of the finance stream; context is the struct poster. Each request is answered by
 * messages: one of all entries posted, or one that says why none was. A request that was answered
 * before is not answered again. ERR_INVALID when it does not decode.
 */
ERR_CHECKED enum err finance_apply(struct writer_tx *tx, const struct event *event, void *context);

#endif
