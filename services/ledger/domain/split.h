/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dividing won among parts by weights, to the won, by largest remainder.
 *
 * Each part gets its exact share rounded down; the won that are left, fewer
 * than there are parts, go one each to the parts whose shares lost most by
 * that. Where two lost the same, the part that comes first gets it. So the
 * parts always add up to the amount, and none is a whole won or more away from
 * its exact share.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SPLIT_H
#define HYEOPCHI_LEDGER_DOMAIN_SPLIT_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/err.h"

#define SPLIT_PART_MAX 16

/*
 * Writes count parts that add up to amount_krw. A part of weight 0 gets nothing. ERR_INVALID when
 * the amount or a weight is negative, the weights overflow, or all are 0 and the amount is not;
 * nothing is written then. count at most SPLIT_PART_MAX.
 */
ERR_CHECKED enum err split_krw(int64_t amount_krw, const int64_t weights[], size_t count,
                               int64_t ret_parts_krw[]);

#endif
