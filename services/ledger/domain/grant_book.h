/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the entries of one grant come to: how much of it is decided (교부결정),
 * paid out (교부), spent, settled and returned, by source and fiscal year.
 *
 * A grant has balances of its own, the sums of the postings of its entries, and
 * floors of its own beside those of the line's accounts: decisions never
 * exceed the grant, payments never its decisions, spending never its payments.
 * Nothing is typed in. Which entries are a grant's is said by who posts them;
 * a correction belongs to the grant of the entry that it corrects.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_GRANT_BOOK_H
#define HYEOPCHI_LEDGER_DOMAIN_GRANT_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/account.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/refusal.h"
#include "runtime/err.h"

#define GRANT_BOOK_YEAR_MAX    10 /* fiscal years from the grant's own on, as money is carried over */
#define GRANT_BOOK_STAGE_COUNT 7 /* S40, S45, S50, S60, S70, S75, I10 */

struct grant_book {
    uint8_t id[ENTRY_KEY_SIZE];
    int32_t fiscal_year;
    char programme[PROGRAMME_LENGTH_MAX + 1];
    int64_t amounts_krw[FUNDING_SOURCE_COUNT]; /* what the grant is, by source */
    int64_t decided_krw[FUNDING_SOURCE_COUNT]; /* left 배정 for it, less what came back or lapsed */
    int64_t interest_krw[GRANT_BOOK_YEAR_MAX][FUNDING_SOURCE_COUNT]; /* settled, as it was loaded */
    int64_t balances_krw[GRANT_BOOK_YEAR_MAX][FUNDING_SOURCE_COUNT][GRANT_BOOK_STAGE_COUNT];
};

/* True when the entry moves what only a grant has (S45, S70, I10) or decides on one: on a programme that
 * has a grant it must name it. Never of a correction. */
bool grant_entry_needs(const struct entry *entry);

/* The S40 that the entry takes from, of its one line there; NULL: of none. What is decided for grants is not
 * its to take unless it is a grant's own. Borrowed. */
const struct account *grant_entry_taken(const struct entry *entry);

/* True for the kinds that may name a grant. */
bool grant_kind_valid(const char *kind);

/* True for the kinds that belong to the grant of the entry that they correct: 역분개, 여입, 과목경정. */
bool grant_kind_follows(const char *kind);

/* Adds what was posted to an account by the grant's entries; stages that are no grant's are passed over.
 * ERR_INVALID when it is no account of the grant, or leaves int64. */
ERR_CHECKED enum err grant_book_add(struct grant_book *book, const struct account *account,
                                    int64_t amount_krw);

/* Says how much interest settlements said of a line of the grant, paid back since or not. */
void grant_book_set_interest(struct grant_book *book, const struct line *line,
                             int64_t interest_krw);

/* That again; 0 for a line that is not the grant's. */
int64_t grant_book_interest(const struct grant_book *book, const struct line *line);

/* What the grant's entries left on a stage of a source in a fiscal year; 0 for what it has not. */
int64_t grant_book_balance(const struct grant_book *book, const struct account *account);

/*
 * Adds an entry. Refused, with nothing changed, when its kind is no grant's, a leg is in another
 * programme or outside the grant's years, decisions come to more than the grant is from a source, or a
 * balance falls below zero: with account and by how much. What a 과목경정 spends in another programme
 * instead is passed over.
 */
ERR_CHECKED enum err grant_book_post(struct grant_book *book, const struct entry *entry,
                                     struct refusal *ret_refusal);

#endif
