/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Byte layout and verification of the journal. The layout is what auditors
 * recompute: it never changes under the name "ledger/1".
 */
#include "ledger/domain/journal.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/krw.h"

struct fault_row {
    const char *code;
    const char *sentence_ko;
    const char *sentence_en;
};

struct encoder {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
};

static const char LAYOUT[] = "ledger/1";

static const struct fault_row FAULT_ROWS[] = {
    [JOURNAL_SOUND] = {"sound", "이상이 없습니다.", "Nothing is wrong."},
    [JOURNAL_FAULT_SEQ] = {"seq-gap", "원장 번호가 이어지지 않습니다.",
                           "The journal's numbers are not consecutive."},
    [JOURNAL_FAULT_HASH] = {"hash-mismatch", "전표의 내용이 기록 당시의 해시와 다릅니다.",
                            "An entry is not what its hash was made of."},
    [JOURNAL_FAULT_ENTRY] = {"entry-unsound", "전표가 그 종류의 규칙이나 합계에 맞지 않습니다.",
                             "An entry breaks the rules of its kind or does not sum to zero."},
    [JOURNAL_FAULT_HEAD] = {"head-mismatch", "원장의 끝이 마지막 전표와 다릅니다.",
                            "The head does not name the last entry."},
    [JOURNAL_FAULT_KEY] = {"key-mismatch", "멱등 키 기록과 전표가 서로 맞지 않습니다.",
                           "Keys and entries do not match one to one."},
    [JOURNAL_FAULT_VERSION] = {"version-gap", "계정의 기록 번호가 이어지지 않습니다.",
                               "An account's postings are not numbered consecutively."},
    [JOURNAL_FAULT_BALANCE] = {"balance-mismatch", "계정의 잔액이 기록의 합과 다릅니다.",
                               "A balance is not the sum of its postings."},
    [JOURNAL_FAULT_FLOOR] = {"floor-broken", "계정의 잔액이 하한보다 낮아졌습니다.",
                             "An account fell below its floor."},
    [JOURNAL_FAULT_LIMIT] = {"limit-exceeded", "예약된 예산이 주민참여예산 한도를 넘습니다.",
                             "Reservations exceed the participatory budget limit."},
    [JOURNAL_FAULT_PERIOD] = {"period-broken", "마감된 회계연도가 마감 당시와 다릅니다.",
                              "A closed fiscal year is not as it was closed."},
    [JOURNAL_FAULT_HOLD] = {"hold-mismatch", "예약 금액이 예약 기록이나 전표와 다릅니다.",
                            "What is held is not what holds and entries say."},
    [JOURNAL_FAULT_BLOCK] = {"block-mismatch", "블록의 루트 해시가 그 안의 전표와 다릅니다.",
                             "A block is missing, or its root is not that of its entries."},
    [JOURNAL_FAULT_GRANT] = {"grant-mismatch", "보조금의 금액이 그 보조금의 전표와 다릅니다.",
                             "What a grant comes to is not what its entries say."},
};

static_assert(sizeof FAULT_ROWS / sizeof FAULT_ROWS[0] == (size_t)JOURNAL_FAULT_GRANT + 1,
              "a row for every fault");
static_assert(ENTRY_METADATA_LENGTH_MAX <= UINT16_MAX, "a text's count is a u16");

static const struct fault_row *fault_row(enum journal_fault fault);
static void put_bytes(struct encoder *encoder, const void *bytes, size_t size);
static void put_number(struct encoder *encoder, uint64_t number, size_t size);
static void put_text(struct encoder *encoder, const char *text);

const char *journal_fault_code(enum journal_fault fault)
{
    return fault_row(fault)->code;
}

const char *journal_fault_sentence_ko(enum journal_fault fault)
{
    return fault_row(fault)->sentence_ko;
}

const char *journal_fault_sentence_en(enum journal_fault fault)
{
    return fault_row(fault)->sentence_en;
}

bool journal_shard_valid(const char *shard)
{
    size_t length = 0;

    assert(shard);
    length = strspn(shard, "abcdefghijklmnopqrstuvwxyz0123456789-");
    assert(length <= strlen(shard));
    return length > 0 && length <= JOURNAL_SHARD_LENGTH_MAX && shard[length] == '\0';
}

size_t journal_encode_document(const struct entry *entry, uint8_t bytes[JOURNAL_DOCUMENT_SIZE_MAX])
{
    struct encoder encoder = {.bytes = bytes, .capacity = JOURNAL_DOCUMENT_SIZE_MAX};

    assert(entry);
    assert(bytes);
    put_text(&encoder, entry->document);
    put_text(&encoder, entry->metadata);
    if (entry->linked_seq > 0) {
        put_number(&encoder, (uint64_t)entry->linked_seq, 8);
    }
    return encoder.size;
}

size_t journal_encode_entry(const struct journal_position *position, const struct entry *entry,
                            const uint8_t document_hash[JOURNAL_HASH_SIZE],
                            uint8_t bytes[JOURNAL_ENTRY_SIZE_MAX])
{
    struct encoder encoder = {.bytes = bytes, .capacity = JOURNAL_ENTRY_SIZE_MAX};

    assert(journal_shard_valid(position->shard));
    assert(position->seq > 0);
    assert(entry->leg_count <= ENTRY_LEG_MAX);
    put_bytes(&encoder, LAYOUT, sizeof LAYOUT - 1);
    put_bytes(&encoder, position->previous_hash, JOURNAL_HASH_SIZE);
    put_text(&encoder, position->shard);
    put_number(&encoder, (uint64_t)position->seq, 8);
    put_bytes(&encoder, entry->key, ENTRY_KEY_SIZE);
    put_number(&encoder, (uint64_t)position->posted_time_ms, 8);
    put_text(&encoder, entry->kind);
    put_number(&encoder, (uint64_t)entry->effective_date, 4);
    put_number(&encoder, (uint64_t)entry->period, 4);
    put_number(&encoder, entry->leg_count, 2);
    for (size_t i = 0; i < entry->leg_count; i++) {
        const struct entry_leg *leg = &entry->legs[i];
        put_number(&encoder, (uint64_t)leg->account.line.fiscal_year, 4);
        put_text(&encoder, funding_source_code(leg->account.line.funding_source));
        put_text(&encoder, leg->account.line.programme);
        put_text(&encoder, stage_code(leg->account.stage));
        put_number(&encoder, (uint64_t)leg->amount_krw, 8);
    }
    put_bytes(&encoder, document_hash, JOURNAL_HASH_SIZE);
    return encoder.size;
}

void journal_check_init(struct journal_check *check, const char *shard)
{
    assert(check);
    assert(journal_shard_valid(shard));
    memset(check, 0, sizeof *check);
    memcpy(check->shard, shard, strlen(shard));
}

enum journal_fault journal_check_entry(struct journal_check *check, int64_t seq,
                                       const struct entry *entry,
                                       const uint8_t computed[JOURNAL_HASH_SIZE],
                                       const uint8_t stored[JOURNAL_HASH_SIZE])
{
    assert(check);
    assert(check->seq >= 0);
    if (seq != check->seq + 1) {
        return JOURNAL_FAULT_SEQ;
    }
    if (memcmp(computed, stored, JOURNAL_HASH_SIZE) != 0) {
        return JOURNAL_FAULT_HASH;
    }
    check->seq = seq;
    memcpy(check->hash, stored, JOURNAL_HASH_SIZE);
    check->posting_count += (int64_t)entry->leg_count;
    return JOURNAL_SOUND;
}

enum journal_fault journal_check_rules(const struct entry *entry, const struct entry *linked,
                                       const struct kind_rule_set *rules)
{
    /* What was taken of the linked entry before is not known here either. */
    const struct entry_link link = {.entry = linked};
    struct refusal refusal = {0};

    assert(entry);
    assert(rules);
    /* Whether the period was open then is not known now: posting checked that. */
    enum err err = entry_check(entry, rules, (struct period){entry->period, PERIOD_OPEN}, &refusal);
    if (!err) {
        err = entry_check_link(entry, rules, &link, &refusal);
    }
    return err ? JOURNAL_FAULT_ENTRY : JOURNAL_SOUND;
}

enum journal_fault journal_check_head(const struct journal_check *check, int64_t seq,
                                      const uint8_t hash[JOURNAL_HASH_SIZE])
{
    assert(check);
    assert(hash);
    bool same = seq == check->seq && memcmp(hash, check->hash, JOURNAL_HASH_SIZE) == 0;
    return same ? JOURNAL_SOUND : JOURNAL_FAULT_HEAD;
}

void balance_check_init(struct balance_check *check)
{
    assert(check);
    memset(check, 0, sizeof *check);
    assert(!check->started);
}

enum journal_fault balance_check_posting(struct balance_check *check,
                                         const struct journal_posting *posting)
{
    struct account_balance *balance = &check->balance;
    int64_t sum_krw = 0;

    assert(posting);
    if (!check->started) {
        account_balance_init(balance, &posting->account);
        check->started = true;
        check->seq = 0;
    }
    assert(account_equal(&balance->account, &posting->account));
    if (posting->version != balance->version + 1 || posting->seq < check->seq) {
        return JOURNAL_FAULT_VERSION;
    }
    /* Between two legs of one entry a balance may dip; between two entries it may not. */
    if (posting->seq > check->seq && account_balance_available(balance) < 0) {
        return JOURNAL_FAULT_FLOOR;
    }
    enum err err = krw_add(balance->balance_krw, posting->amount_krw, &sum_krw);
    if (err || sum_krw != posting->balance_after_krw) {
        return JOURNAL_FAULT_BALANCE;
    }
    balance->version = posting->version;
    balance->balance_krw = sum_krw;
    check->seq = posting->seq;
    check->posting_count++;
    return JOURNAL_SOUND;
}

enum journal_fault balance_check_account(struct balance_check *check,
                                         const struct account_balance *stored)
{
    assert(check);
    assert(stored);
    if (!check->started) {
        account_balance_init(&check->balance, &stored->account);
    }
    assert(account_equal(&check->balance.account, &stored->account));
    check->started = false;
    check->account_count++;
    bool floor_kept = stored->has_floor == check->balance.has_floor &&
                      stored->floor_krw == check->balance.floor_krw;
    if (!floor_kept) {
        return JOURNAL_FAULT_FLOOR;
    }
    if (stored->version != check->balance.version) {
        return JOURNAL_FAULT_VERSION;
    }
    if (stored->balance_krw != check->balance.balance_krw || stored->held_krw < 0) {
        return JOURNAL_FAULT_BALANCE;
    }
    return account_balance_available(stored) < 0 ? JOURNAL_FAULT_FLOOR : JOURNAL_SOUND;
}

static const struct fault_row *fault_row(enum journal_fault fault)
{
    assert(fault >= JOURNAL_SOUND);
    assert(fault <= JOURNAL_FAULT_GRANT);
    return &FAULT_ROWS[fault];
}

static void put_bytes(struct encoder *encoder, const void *bytes, size_t size)
{
    assert(encoder->size <= encoder->capacity);
    assert(size <= encoder->capacity - encoder->size);
    memcpy(encoder->bytes + encoder->size, bytes, size);
    encoder->size += size;
}

static void put_number(struct encoder *encoder, uint64_t number, size_t size)
{
    uint8_t bytes[8] = {0};

    assert(size >= 1);
    assert(size <= sizeof bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[size - 1 - i] = (uint8_t)(number >> (8 * i));
    }
    put_bytes(encoder, bytes, size);
}

static void put_text(struct encoder *encoder, const char *text)
{
    size_t length = strlen(text);

    assert(length <= UINT16_MAX);
    put_number(encoder, length, 2);
    put_bytes(encoder, text, length);
}
