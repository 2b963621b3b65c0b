/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept from one run of posting for the next: the head, the fiscal years, and accounts with
 * nothing held, so that a run reads only what it does not know.
 *
 * It is right only for the run that follows the one it was kept in, whose writes stand for it and
 * behind which nothing else was written (writer_tx.run). Whatever else happens on the writer, a hold,
 * a freeze, a commit that failed, the lead taken anew, lies between the two and ends it, without
 * having to say so. Other processes are no matter: who writes without the lead is fenced.
 *
 * Must never decide anything. Writer thread.
 */
#ifndef HYEOPCHI_LEDGER_KEPT_H
#define HYEOPCHI_LEDGER_KEPT_H

#include "ledger/store/posting.h"
#include "runtime/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    KEPT_ACCOUNT_COUNT_MAX = 12288, /* all are forgotten when there would be more */
    KEPT_SLOT_COUNT = 16384,        /* a power of two, with empty slots left */
};

/* Zeroed at start; some 3 MB. */
struct kept {
    uint64_t run; /* the run that it is right behind; 0: it is not right for any */
    struct store_head head;
    struct period periods[STORE_PERIOD_COUNT_MAX];
    size_t period_count;
    struct store_account accounts[KEPT_ACCOUNT_COUNT_MAX];
    size_t account_count;
    uint16_t slots[KEPT_SLOT_COUNT]; /* by hash of the account: its place from 1 on, 0: none */
};

/* Whether it is right for this run. It is not for the next one unless it is kept again. */
bool kept_take(struct kept *kept, const struct writer_tx *tx);

/* Has it kept for the run after this one, whose last writes were those it was filled with. */
void kept_keep(struct kept *kept, const struct writer_tx *tx);

void kept_forget(struct kept *kept);

/* Fills in the accounts that are kept, and marks them as known. */
void kept_recall(const struct kept *kept, struct store_account *accounts, size_t count);

/* Takes over what the accounts are now that they are written, all of them read or known before. */
void kept_fill(struct kept *kept, const struct store_account *accounts, size_t count);

#endif
