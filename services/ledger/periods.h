/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens fiscal years, for whoever asks; closing.h closes them. Writer thread,
 * inside the transaction under way.
 */
#ifndef HYEOPCHI_LEDGER_PERIODS_H
#define HYEOPCHI_LEDGER_PERIODS_H

#include "ledger/domain/refusal.h"
#include "runtime/err.h"
#include "runtime/writer.h"

#include <stdint.h>

/*
 * Opens a year; where it is open already, nothing happens. ERR_OK with *ret_refusal filled when it was
 * refused: a year that is being closed, or is closed, is so for good.
 */
ERR_CHECKED enum err periods_open(struct writer_tx *tx, const char *shard, int32_t fiscal_year,
                                  struct refusal *ret_refusal);

#endif
