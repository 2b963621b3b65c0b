/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 보조금 정산: a programme's grant came from one or several sources, and its
 * performing body accounts for it in one sum. What it did not spend and the
 * interest go back to the sources pro rata to what each paid out, by largest
 * remainder (split.h). Equal remainders: 국비 before 시비 before 구비 before 기타.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SETTLEMENT_H
#define HYEOPCHI_LEDGER_DOMAIN_SETTLEMENT_H

#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/account.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/refusal.h"
#include "runtime/err.h"

#define SETTLEMENT_TRANSFER_MAX 3

/* What the performing body accounts for. None is negative. */
struct settlement_terms {
    int64_t spent_krw;
    int64_t unspent_krw;
    int64_t interest_krw;
};

/* One source of the programme. */
struct settlement_source {
    struct line line;
    int64_t paid_krw;     /* 교부액: paid out of it, less what was reversed */
    int64_t advanced_krw; /* of that, not accounted for yet: the balance of S45 */
    struct settlement_terms share;
};

/*
 * Fills each source's share; the sources come in the order of enum funding_source. Refused when
 * nothing was advanced, when spent and unspent are not exactly what was, or when the share that a
 * source gets back is more than is advanced of it (expenditures were posted that are not pro rata).
 */
ERR_CHECKED enum err settlement_split(const struct settlement_terms *terms,
                                      struct settlement_source sources[], size_t count,
                                      struct refusal *ret_refusal);

/*
 * The transfers of a source's settlement entry (S50 -> S60, S45 -> S70, I20 -> I10), those of 0 won
 * left out; returns how many. Before it comes S45 -> S50 of what was spent.
 */
size_t settlement_transfers(const struct settlement_source *source,
                            struct entry_transfer ret_transfers[SETTLEMENT_TRANSFER_MAX]);

/* What a posted settlement entry settled, read back from its legs; less than nothing where it corrects an
 * earlier one (settlement_round.h). */
struct settlement_terms settlement_share(const struct entry *entry);

#endif
