/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: the exact bytes each entry is hashed over, and the steps that
 * verify a whole journal from rows fed one at a time.
 *
 * Hashing itself is the caller's: this library only says over what. All
 * numbers are big-endian; a text is its u16 byte count and its bytes.
 *
 *   document bytes   text document, text metadata
 *                    u64 linked seq                only where the entry names one
 *   entry bytes      "ledger/1"                    8 bytes, no count
 *                    previous hash                 32 bytes, zero before the first entry
 *                    text shard
 *                    u64 seq                       1 for the shard's first entry
 *                    key                           16 bytes
 *                    i64 posted at                 milliseconds UTC
 *                    text kind
 *                    u32 effective date            yyyymmdd
 *                    u32 period                    fiscal year
 *                    u16 leg count, then for each leg:
 *                        u32 fiscal year, text funding source,
 *                        text programme, text stage, i64 amount
 *                    document hash                 32 bytes: SHA-256 of the document bytes
 *
 *   hash = SHA-256(entry bytes). A layout that changes gets another name than "ledger/1".
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_JOURNAL_H
#define HYEOPCHI_LEDGER_DOMAIN_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/account.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/kind_rule.h"
#include "runtime/err.h"

#define JOURNAL_HASH_SIZE        32
#define JOURNAL_SHARD_LENGTH_MAX 32
#define JOURNAL_DOCUMENT_SIZE_MAX                                                                  \
    (2 + ENTRY_DOCUMENT_LENGTH_MAX + 2 + ENTRY_METADATA_LENGTH_MAX + 8)
#define JOURNAL_LEG_SIZE_MAX (4 + 2 + 16 + 2 + PROGRAMME_LENGTH_MAX + 2 + 32 + 8)
#define JOURNAL_ENTRY_SIZE_MAX                                                                     \
    (8 + 2 * JOURNAL_HASH_SIZE + 2 + JOURNAL_SHARD_LENGTH_MAX + 8 + ENTRY_KEY_SIZE + 8 + 2 +       \
     KIND_LENGTH_MAX + 4 + 4 + 2 + ENTRY_LEG_MAX * JOURNAL_LEG_SIZE_MAX)

/* Where an entry stands in the journal. All borrowed. */
struct journal_position {
    const char *shard;
    int64_t seq;
    int64_t posted_time_ms;
    const uint8_t *previous_hash; /* JOURNAL_HASH_SIZE bytes */
};

/* What verification can find wrong. */
enum journal_fault {
    JOURNAL_SOUND = 0,
    JOURNAL_FAULT_SEQ,     /* a row is missing, doubled or out of order */
    JOURNAL_FAULT_HASH,    /* a row is not what was posted */
    JOURNAL_FAULT_ENTRY,   /* the entry breaks its kind's rules or does not sum to zero */
    JOURNAL_FAULT_HEAD,    /* the head does not name the last entry */
    JOURNAL_FAULT_KEY,     /* an entry without its key, or a key without its entry */
    JOURNAL_FAULT_VERSION, /* an account's postings are not numbered 1, 2, 3 … in journal order */
    JOURNAL_FAULT_BALANCE, /* a balance is not the sum of the postings */
    JOURNAL_FAULT_FLOOR,   /* an account fell below its floor */
    JOURNAL_FAULT_LIMIT,   /* envelopes exceed their limit */
    JOURNAL_FAULT_PERIOD,  /* a closed year moved, or its head is not the journal's */
    JOURNAL_FAULT_HOLD,    /* what accounts hold is not their holds, or a hold's entry is not its */
    JOURNAL_FAULT_BLOCK,   /* a block is missing, or its root is not that of its entries */
    JOURNAL_FAULT_GRANT,   /* a grant's entries are not those that say so, or break its floors */
};

/* Runs down the journal in order of seq. */
struct journal_check {
    char shard[JOURNAL_SHARD_LENGTH_MAX + 1];
    int64_t seq;                     /* the last sound entry, 0 before the first */
    uint8_t hash[JOURNAL_HASH_SIZE]; /* its hash: the next entry's previous hash */
    int64_t posting_count;
};

/* Runs down postings in order of (account, version). */
struct balance_check {
    bool started;
    struct account_balance balance; /* recomputed so far */
    int64_t seq;                    /* of the account's last posting */
    int64_t account_count;
    int64_t posting_count;
};

/* One row of posting. */
struct journal_posting {
    struct account account;
    int64_t seq;
    int64_t amount_krw;
    int64_t version;
    int64_t balance_after_krw;
};

/*
 * The fault's stable code ("hash-mismatch") and one sentence in Korean and English. Static; never
 * NULL.
 */
const char *journal_fault_code(enum journal_fault fault);
const char *journal_fault_sentence_ko(enum journal_fault fault);
const char *journal_fault_sentence_en(enum journal_fault fault);

/*
 * True for a shard's name: 1 to JOURNAL_SHARD_LENGTH_MAX lower-case ASCII letters, digits and `-`.
 */
bool journal_shard_valid(const char *shard);

/* Writes the document bytes and returns how many. */
size_t journal_encode_document(const struct entry *entry, uint8_t bytes[JOURNAL_DOCUMENT_SIZE_MAX]);

/* Writes the entry bytes and returns how many. */
size_t journal_encode_entry(const struct journal_position *position, const struct entry *entry,
                            const uint8_t document_hash[JOURNAL_HASH_SIZE],
                            uint8_t bytes[JOURNAL_ENTRY_SIZE_MAX]);

void journal_check_init(struct journal_check *check, const char *shard);

/*
 * Takes the next entry of the journal. `computed` is the caller's hash over journal_encode_entry
 * with check->hash as the previous hash; `stored` is the row's own. After a fault the check stays
 * where it was.
 */
enum journal_fault journal_check_entry(struct journal_check *check, int64_t seq,
                                       const struct entry *entry,
                                       const uint8_t computed[JOURNAL_HASH_SIZE],
                                       const uint8_t stored[JOURNAL_HASH_SIZE]);

/*
 * Whether the entry follows the rules of its kind, whatever its period's state is now. `linked` is
 * the entry that it names, NULL when it names none or that is not there.
 */
enum journal_fault journal_check_rules(const struct entry *entry, const struct entry *linked,
                                       const struct kind_rule_set *rules);

/* Ends the run: the shard's head must name the last entry. */
enum journal_fault journal_check_head(const struct journal_check *check, int64_t seq,
                                      const uint8_t hash[JOURNAL_HASH_SIZE]);

void balance_check_init(struct balance_check *check);

/*
 * Takes the next posting. When its account differs from the last one's, balance_check_account must
 * have ended that.
 */
enum journal_fault balance_check_posting(struct balance_check *check,
                                         const struct journal_posting *posting);

/* Ends an account: `stored` is its row. Also takes an account that never had a posting. */
enum journal_fault balance_check_account(struct balance_check *check,
                                         const struct account_balance *stored);

#endif
