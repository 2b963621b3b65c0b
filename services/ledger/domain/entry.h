/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries: building them, checking them against the rules, posting them to
 * balances.
 *
 * An entry is a list of legs in pairs: a debit (negative) and its credit
 * (positive). It is posted whole or refused whole; a refusal changes nothing.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_ENTRY_H
#define HYEOPCHI_LEDGER_DOMAIN_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/account.h"
#include "ledger/domain/kind_rule.h"
#include "ledger/domain/refusal.h"
#include "runtime/err.h"

#define ENTRY_KEY_SIZE            16
#define ENTRY_LEG_MAX             16
#define ENTRY_DATE_SIZE           11 /* "2024-12-13" and its NUL */
#define ENTRY_DOCUMENT_LENGTH_MAX 600
#define ENTRY_METADATA_LENGTH_MAX 1000

enum period_state {
    PERIOD_MISSING = 0, /* the fiscal year was never opened */
    PERIOD_OPEN,
    PERIOD_CLOSING, /* its closing entries are being posted, and nothing else is */
    PERIOD_CLOSED,
};

/* A fiscal year and what it is open to. */
struct period {
    int32_t fiscal_year;
    enum period_state state;
};

/* What every kind of entry is built from, beside its amounts. All borrowed. */
struct entry_head {
    const uint8_t *key;     /* ENTRY_KEY_SIZE bytes: the entry's identity, the idempotency key */
    int32_t effective_date; /* yyyymmdd, Korean time */
    const char *document;   /* what it rests on, for people: a resolution, a tally */
    const char *metadata;   /* who asked and how; kept and hashed byte for byte */
    int64_t linked_seq;     /* the entry that this one corrects or follows from; 0: none */
};

/* One debit and its credit; which line, which stages, how much. */
struct entry_transfer {
    struct line line;
    enum stage debit;
    enum stage credit;
    int64_t amount_krw;
};

struct entry_leg {
    struct account account;
    int64_t amount_krw; /* credit-positive: a debit is negative */
};

struct entry {
    uint8_t key[ENTRY_KEY_SIZE];
    char kind[KIND_LENGTH_MAX + 1];
    int32_t effective_date; /* yyyymmdd */
    int32_t period;         /* fiscal year of the first leg, which must be open */
    int64_t linked_seq;     /* the entry it corrects or follows from; 0: none */
    char document[ENTRY_DOCUMENT_LENGTH_MAX + 1];
    char metadata[ENTRY_METADATA_LENGTH_MAX + 1];
    struct entry_leg legs[ENTRY_LEG_MAX];
    size_t leg_count;
};

/* What posting a leg made of its account. */
struct entry_posting {
    int64_t version; /* the account's count of postings, this one included */
    int64_t balance_after_krw;
};

/* What is known of the entry that another one names as its link. */
struct entry_link {
    const struct entry *entry; /* NULL: there is no entry with that number */
    bool reversed;
    int64_t taken_krw; /* what 여입 and 과목경정 took back of it so far */
};

/* Why nothing may be posted in a year in this state, which is not open. */
enum refusal_reason period_refusal(enum period_state state);

/* True for a date of the calendar, yyyymmdd, from 2000 to 2199. */
bool entry_date_valid(int32_t yyyymmdd);

/* Reads "2024-12-13"; ERR_INVALID for anything that is not such a day. */
ERR_CHECKED enum err entry_date_parse(const char *text, int32_t *ret_yyyymmdd);

/* Writes a valid day as "2024-12-13". */
void entry_date_format(int32_t yyyymmdd, char text[ENTRY_DATE_SIZE]);

/*
 * 편성요구: what a certified tally selected, M90 -> M10 of the line. Writes the whole entry.
 * Refused when the amount is below 1 won or a text does not fit; ret_refusal says so.
 */
ERR_CHECKED enum err entry_build_selection(struct entry *entry, const struct entry_head *head,
                                           const struct line *line, int64_t amount_krw,
                                           struct refusal *ret_refusal);

/* 본예산: R10.main -> S10 and, of the same amount, M10 -> M90 of the line. Refused as above. */
ERR_CHECKED enum err entry_build_appropriation(struct entry *entry, const struct entry_head *head,
                                               const struct line *line, int64_t amount_krw,
                                               struct refusal *ret_refusal);

/*
 * An entry of any kind from its transfers, in the order of the kind's rules. Writes the whole entry.
 * Refused when there is none or more than ENTRY_LEG_MAX / 2, an amount is below 1 won, or a text
 * does not fit; the kind's own rules are entry_check's.
 */
ERR_CHECKED enum err entry_build(struct entry *entry, const struct entry_head *head,
                                 const char *kind, const struct entry_transfer *transfers,
                                 size_t count, struct refusal *ret_refusal);

/*
 * Starts an entry without legs and period, which follow from something else: the entry that a
 * reversal takes back, the hold that a commitment takes up. Refused when a text does not fit.
 */
ERR_CHECKED enum err entry_start(struct entry *entry, const struct entry_head *head,
                                 const char *kind, struct refusal *ret_refusal);

/*
 * 역분개: starts an entry that takes back the one head->linked_seq names; entry_mirror() gives it
 * its legs. Refused as above.
 */
ERR_CHECKED enum err entry_build_reversal(struct entry *entry, const struct entry_head *head,
                                          struct refusal *ret_refusal);

/* Gives a reversal the legs of the original with debit and credit exchanged, and its period. */
void entry_mirror(struct entry *entry, const struct entry *original);

/*
 * Whether the entry may follow from the one it names. A kind that needs a link (여입, 과목경정)
 * takes back no more than what is left of that entry's expenditure in the same line; a reversal
 * takes back all of an entry whose kind allows it, once, before anything was taken of it. Entries
 * without a link pass link->entry NULL.
 */
ERR_CHECKED enum err entry_check_link(const struct entry *entry, const struct kind_rule_set *rules,
                                      const struct entry_link *link, struct refusal *ret_refusal);

/* How much expenditure (S50) of its first line the entry takes back; 0 when it takes none. */
int64_t entry_taking(const struct entry *entry);

/*
 * Everything that can be said of an entry without balances: its kind's rules, sums to zero per
 * line and per (year, source), amounts, date, document, and that `period`, the worst of the years it
 * touches, is open. The refusal of the first rule broken.
 */
ERR_CHECKED enum err entry_check(const struct entry *entry, const struct kind_rule_set *rules,
                                 struct period period, struct refusal *ret_refusal);

/*
 * Posts a checked entry: balances[i] is the account of leg i (legs of one account share one
 * pointer). Refused, with nothing changed, when a line is frozen, balance - held - amount falls
 * below an account's floor or a balance leaves int64. On success ret_postings[leg_count] holds each leg's version and
 * balance after.
 */
ERR_CHECKED enum err entry_post(const struct entry *entry, struct account_balance *const balances[],
                                struct entry_posting ret_postings[], struct refusal *ret_refusal);

#endif
