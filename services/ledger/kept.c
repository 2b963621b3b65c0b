/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table by hash, with linear probing; nothing is ever taken out of it but everything.
 */
#include "ledger/kept.h"

#include <assert.h>
#include <string.h>

static_assert((KEPT_SLOT_COUNT & (KEPT_SLOT_COUNT - 1)) == 0, "a hash is masked");
static_assert((int)KEPT_ACCOUNT_COUNT_MAX < (int)KEPT_SLOT_COUNT, "a search ends at an empty slot");
static_assert((int)KEPT_ACCOUNT_COUNT_MAX < UINT16_MAX, "a slot holds a place");

static size_t slot_of(const struct kept *kept, const struct account *account);

bool kept_take(struct kept *kept, const struct writer_tx *tx)
{
    bool right = kept->run > 0 && kept->run + 1 == tx->run;

    kept->run = 0;
    if (!right) {
        kept_forget(kept);
    }
    return right;
}

void kept_keep(struct kept *kept, const struct writer_tx *tx)
{
    kept->run = tx->run;
}

void kept_forget(struct kept *kept)
{
    kept->run = 0;
    kept->account_count = 0;
    memset(kept->slots, 0, sizeof kept->slots);
}

void kept_recall(const struct kept *kept, struct store_account *accounts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t place = kept->slots[slot_of(kept, &accounts[i].balance.account)];

        if (place > 0) {
            accounts[i] = kept->accounts[place - 1];
        }
    }
}

void kept_fill(struct kept *kept, const struct store_account *accounts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct account_balance *balance = &accounts[i].balance;
        struct store_account *account;
        size_t slot = slot_of(kept, &balance->account);

        /* What is held becomes free by the clock; an account without a number is not there yet. */
        if (balance->held_krw > 0 || accounts[i].number == 0) {
            assert(kept->slots[slot] == 0);
            continue;
        }
        if (kept->slots[slot] == 0) {
            if (kept->account_count == KEPT_ACCOUNT_COUNT_MAX) {
                kept_forget(kept);
                slot = slot_of(kept, &balance->account);
            }
            kept->account_count++;
            kept->slots[slot] = (uint16_t)kept->account_count;
        }
        account = &kept->accounts[kept->slots[slot] - 1];
        *account = accounts[i];
        account->loaded_version = balance->version;
        account->loaded_held_krw = balance->held_krw;
        account->balance.decided_krw = 0; /* is asked for in each run */
        account->taken = false;
        account->known = true;
    }
}

/* The account's slot, or the empty one where it would be. */
static size_t slot_of(const struct kept *kept, const struct account *account)
{
    const uint32_t prime = 16777619; /* FNV-1a */
    uint32_t hash = 2166136261U;
    size_t slot;

    for (const char *c = account->line.programme; *c != '\0'; c++) {
        hash = (hash ^ (uint8_t)*c) * prime;
    }
    hash = (hash ^ (uint32_t)account->line.fiscal_year) * prime;
    hash = (hash ^ (uint32_t)account->line.funding_source) * prime;
    hash = (hash ^ (uint32_t)account->stage) * prime;
    slot = (hash ^ (hash >> 16)) & (KEPT_SLOT_COUNT - 1);
    while (kept->slots[slot] > 0 &&
           !account_equal(account, &kept->accounts[kept->slots[slot] - 1].balance.account)) {
        slot = (slot + 1) & (KEPT_SLOT_COUNT - 1);
    }
    return slot;
}
