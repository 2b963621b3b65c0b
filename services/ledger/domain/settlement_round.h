/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 보조금 정산, the first time and again: what a grant's performing body
 * accounts for in all, against what was settled of it before. The difference
 * is what a round moves, so that a settlement that was wrong (more left unspent
 * than it said, an entry that was reversed) is made right by saying what is right.
 *
 * The split is settlement.h's: what was not spent, and the interest, pro rata to
 * what each source paid out, by largest remainder.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SETTLEMENT_ROUND_H
#define HYEOPCHI_LEDGER_DOMAIN_SETTLEMENT_ROUND_H

#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/entry.h"
#include "ledger/domain/grant_book.h"
#include "ledger/domain/refusal.h"
#include "ledger/domain/settlement.h"
#include "runtime/err.h"

#define SETTLEMENT_ROUND_TRANSFER_MAX 6

/* What a round moves in one source's line. */
struct settlement_round {
    struct line line;
    int64_t spent_krw; /* S45 -> S50, posted before the transfers */
    struct entry_transfer transfers[SETTLEMENT_ROUND_TRANSFER_MAX]; /* of the settlement entry */
    size_t transfer_count;
};

/*
 * Makes the rounds of a grant in a fiscal year, in the order of enum funding_source; sources of which
 * nothing moves are left out. terms: all that was spent, left unspent and earned as interest of what
 * was paid out in that year. Refused when nothing was paid or nothing would move, when spent and
 * unspent are not exactly what was paid, or when less is to go back than was refunded already.
 */
ERR_CHECKED enum err settlement_rounds(const struct settlement_terms *terms,
                                       const struct grant_book *book, int32_t fiscal_year,
                                       struct settlement_round ret_rounds[FUNDING_SOURCE_COUNT],
                                       size_t *ret_count, struct refusal *ret_refusal);

#endif
