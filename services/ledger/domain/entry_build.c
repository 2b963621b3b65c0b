/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes entries out of what is asked for, and dates out of text. Whether an
 * entry is allowed is entry.c's to say; here only what cannot be one is refused.
 */
#include "ledger/domain/entry.h"

#include <assert.h>
#include <string.h>

bool entry_date_valid(int32_t yyyymmdd)
{
    static const int32_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t year = yyyymmdd / 10000;
    int32_t month = yyyymmdd / 100 % 100;
    int32_t day = yyyymmdd % 100;

    if (year < FISCAL_YEAR_MIN || year > FISCAL_YEAR_MAX || month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int32_t last = DAYS[month - 1] + (leap && month == 2 ? 1 : 0);
    assert(last >= 28);
    assert(last <= 31);
    return day <= last;
}

enum err entry_date_parse(const char *text, int32_t *ret_yyyymmdd)
{
    static const char PATTERN[] = "0000-00-00";
    int32_t yyyymmdd = 0;

    assert(text);
    assert(ret_yyyymmdd);
    if (strlen(text) != sizeof PATTERN - 1) {
        return ERR_INVALID;
    }
    for (size_t i = 0; PATTERN[i] != '\0'; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (PATTERN[i] == '-' ? text[i] != '-' : !digit) {
            return ERR_INVALID;
        }
        yyyymmdd = digit ? yyyymmdd * 10 + (text[i] - '0') : yyyymmdd;
    }
    if (!entry_date_valid(yyyymmdd)) {
        return ERR_INVALID;
    }
    *ret_yyyymmdd = yyyymmdd;
    return ERR_OK;
}

void entry_date_format(int32_t yyyymmdd, char text[ENTRY_DATE_SIZE])
{
    int32_t rest = yyyymmdd;

    assert(entry_date_valid(yyyymmdd));
    text[ENTRY_DATE_SIZE - 1] = '\0';
    for (size_t i = ENTRY_DATE_SIZE - 1; i > 0; i--) {
        bool dash = i - 1 == 4 || i - 1 == 7;
        text[i - 1] = (char)(dash ? '-' : '0' + rest % 10);
        rest = dash ? rest : rest / 10;
    }
    assert(rest == 0);
}

enum err entry_build_selection(struct entry *entry, const struct entry_head *head,
                               const struct line *line, int64_t amount_krw,
                               struct refusal *ret_refusal)
{
    const struct entry_transfer transfer = {*line, STAGE_M90, STAGE_M10, amount_krw};

    assert(line);
    return entry_build(entry, head, KIND_SELECTION, &transfer, 1, ret_refusal);
}

enum err entry_build_appropriation(struct entry *entry, const struct entry_head *head,
                                   const struct line *line, int64_t amount_krw,
                                   struct refusal *ret_refusal)
{
    const struct entry_transfer transfers[] = {
        {*line, STAGE_R10_MAIN, STAGE_S10, amount_krw},
        {*line, STAGE_M10, STAGE_M90, amount_krw},
    };

    assert(line);
    return entry_build(entry, head, KIND_APPROPRIATION, transfers, 2, ret_refusal);
}

enum err entry_build(struct entry *entry, const struct entry_head *head, const char *kind,
                     const struct entry_transfer *transfers, size_t count,
                     struct refusal *ret_refusal)
{
    assert(entry);
    assert(ret_refusal);
    if (count == 0 || count > ENTRY_LEG_MAX / 2) {
        return refusal_set(ret_refusal, REFUSAL_LEGS_INVALID, "/transfers", 0);
    }
    for (size_t i = 0; i < count; i++) {
        if (transfers[i].amount_krw < 1) {
            return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/amount_krw", 0);
        }
    }
    enum err err = entry_start(entry, head, kind, ret_refusal);
    if (err) {
        return err;
    }
    entry->period = transfers[0].line.fiscal_year;
    for (size_t i = 0; i < count; i++) {
        const struct entry_transfer *transfer = &transfers[i];
        struct entry_leg *leg = &entry->legs[entry->leg_count];
        leg[0].account = (struct account){.line = transfer->line, .stage = transfer->debit};
        leg[0].amount_krw = -transfer->amount_krw;
        leg[1].account = (struct account){.line = transfer->line, .stage = transfer->credit};
        leg[1].amount_krw = transfer->amount_krw;
        entry->leg_count += 2;
    }
    return ERR_OK;
}

enum err entry_build_reversal(struct entry *entry, const struct entry_head *head,
                              struct refusal *ret_refusal)
{
    assert(entry);
    assert(ret_refusal);
    if (head->linked_seq < 1) {
        return refusal_set(ret_refusal, REFUSAL_LINK_MISSING, "/linked_seq", 0);
    }
    return entry_start(entry, head, KIND_REVERSAL, ret_refusal);
}

void entry_mirror(struct entry *entry, const struct entry *original)
{
    assert(original->leg_count % 2 == 0);
    assert(original->leg_count <= ENTRY_LEG_MAX);
    entry->period = original->period;
    entry->leg_count = original->leg_count;
    for (size_t i = 0; i < original->leg_count; i++) {
        const struct entry_leg *other = &original->legs[i % 2 == 0 ? i + 1 : i - 1];
        entry->legs[i].account = other->account;
        entry->legs[i].amount_krw = -other->amount_krw;
    }
}

enum err entry_start(struct entry *entry, const struct entry_head *head, const char *kind,
                     struct refusal *ret_refusal)
{
    size_t kind_length = strlen(kind);
    size_t document_length = strlen(head->document);
    size_t metadata_length = strlen(head->metadata);

    assert(metadata_length <= ENTRY_METADATA_LENGTH_MAX);
    assert(head->linked_seq >= 0);
    if (kind_length > KIND_LENGTH_MAX) {
        return refusal_set(ret_refusal, REFUSAL_KIND_UNKNOWN, "/kind", 0);
    }
    if (document_length > ENTRY_DOCUMENT_LENGTH_MAX) {
        return refusal_set(ret_refusal, REFUSAL_DOCUMENT_INVALID, "/document", 0);
    }
    memset(entry, 0, sizeof *entry);
    memcpy(entry->key, head->key, ENTRY_KEY_SIZE);
    memcpy(entry->kind, kind, kind_length);
    memcpy(entry->document, head->document, document_length);
    memcpy(entry->metadata, head->metadata, metadata_length);
    entry->effective_date = head->effective_date;
    entry->linked_seq = head->linked_seq;
    return ERR_OK;
}
