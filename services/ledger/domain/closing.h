/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 마감: what must be settled before a fiscal year is closed, and the transfers
 * that bring every account of a line back to zero.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_CLOSING_H
#define HYEOPCHI_LEDGER_DOMAIN_CLOSING_H

#include <stddef.h>

#include "ledger/domain/account.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/refusal.h"
#include "runtime/err.h"

#define CLOSING_TRANSFER_MAX STAGE_COUNT

/*
 * Whether a year has ended: 회계연도 is the calendar year, and today (yyyymmdd, in Korea) is past its
 * 31 December. Refused by year-not-ended.
 */
ERR_CHECKED enum err closing_check_ended(int32_t fiscal_year, int32_t today,
                                         struct refusal *ret_refusal);

/*
 * Whether a year may be closed: no ballot holds a reservation in it (a tally certified later could
 * not be posted), nothing is held, no line is frozen, and no money stands at a stage that leads on
 * (편성, 확보, 배정, 원인행위, 교부, 반납예정) or as interest to be refunded. The refusal names the
 * first account at fault.
 */
ERR_CHECKED enum err closing_check(const struct account_balance *balances, size_t count,
                                   int64_t reserved_count, struct refusal *ret_refusal);

/*
 * The transfers that close one line, in the order of the rules of `closing`; returns how many. The
 * balances are all of the line's, ordered by account_compare, and passed closing_check.
 */
size_t closing_transfers(const struct account_balance *balances, size_t count,
                         struct entry_transfer ret_transfers[CLOSING_TRANSFER_MAX]);

#endif
