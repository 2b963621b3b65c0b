/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds: money of a line's allotment (배정, S30) that is promised to a
 * commitment or a grant decision until a deadline.
 *
 * A hold moves nothing: it is part of its account's held_krw, which no debit
 * may touch. It ends once: an entry takes it up in whole or in part and frees
 * the rest, an operator releases it, or its deadline passes. Whether that has
 * passed is said by the time given here, never by when somebody noticed.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_HOLD_H
#define HYEOPCHI_LEDGER_DOMAIN_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger/domain/account.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/kind_rule.h"
#include "ledger/domain/refusal.h"
#include "runtime/err.h"

#define HOLD_ID_SIZE         ENTRY_KEY_SIZE
#define HOLD_DURATION_MAX_MS (INT64_C(366) * 24 * 60 * 60 * 1000) /* from placing to deadline */

enum hold_state {
    HOLD_NONE = 0, /* there is no such hold */
    HOLD_HELD,
    HOLD_COMMITTED, /* an entry took it up */
    HOLD_RELEASED,  /* an operator gave it back */
    HOLD_EXPIRED,   /* its deadline passed */
};

#define HOLD_STATE_COUNT ((int)HOLD_EXPIRED)

struct hold {
    uint8_t id[HOLD_ID_SIZE]; /* the idempotency key it was placed under */
    enum hold_state state;
    char kind[KIND_LENGTH_MAX + 1]; /* of the entry that may take it up */
    struct account account;         /* that holds it */
    int64_t amount_krw;
    int64_t committed_krw;   /* what of it an entry took up; the rest became free */
    int64_t expires_time_ms; /* from this moment on it cannot be taken up */
    char document[ENTRY_DOCUMENT_LENGTH_MAX + 1];
};

/* The state's code ("held"). Static; never NULL. */
const char *hold_state_code(enum hold_state state);

/* The state with this code, HOLD_NONE's excepted. ERR_INVALID when there is none. */
ERR_CHECKED enum err hold_state_parse(const char *code, enum hold_state *ret_state);

/* True for the kinds of entries that money may be held for: 원인행위 and 교부결정. */
bool hold_kind_valid(const char *kind);

/* The account that holds money of a line for an entry of a valid kind. */
struct account hold_account(const char *kind, const struct line *line);

/*
 * Places a hold whose members but state and committed_krw are filled: it becomes HELD and the
 * balance, which is its account's, holds so much more. Refused, with nothing changed, when the
 * amount is below 1 won, the document blank or no text, the deadline not after now or more than
 * HOLD_DURATION_MAX_MS away, the year not open, the line frozen, or less than that is available.
 */
ERR_CHECKED enum err hold_place(struct hold *hold, int64_t now_ms, enum period_state period_state,
                                struct account_balance *balance, struct refusal *ret_refusal);

/*
 * Gives an entry that hold_id stands for its kind, its period and its legs: amount_krw of the hold.
 * Whether that is allowed is hold_check's and entry_check's.
 */
void hold_fill_entry(const struct hold *hold, int64_t amount_krw, struct entry *entry);

/*
 * Whether amount_krw of the hold may be taken up now. hold NULL or state NONE: there is none.
 * Refused by name when it has ended, its deadline has passed, or it is less than that.
 */
ERR_CHECKED enum err hold_check(const struct hold *hold, int64_t amount_krw, int64_t now_ms,
                                struct refusal *ret_refusal);

/*
 * Whether the hold may be released now: refused when it was taken up or its deadline has passed; one
 * that was released before may be again, and nothing comes of it.
 */
ERR_CHECKED enum err hold_check_release(const struct hold *hold, int64_t now_ms,
                                        struct refusal *ret_refusal);

/*
 * Moves the deadline of a hold that stands. Refused when it has ended, when its deadline has passed
 * or is later than this, or when this is more than HOLD_DURATION_MAX_MS away. The same deadline
 * again changes nothing.
 */
ERR_CHECKED enum err hold_extend(struct hold *hold, int64_t expires_time_ms, int64_t now_ms,
                                 struct refusal *ret_refusal);

/* True when a hold that still stands has passed its deadline. */
bool hold_is_due(const struct hold *hold, int64_t now_ms);

/*
 * Ends a HELD hold as COMMITTED (of committed_krw), RELEASED or EXPIRED (of 0), and frees all of it in
 * its account's balance, which must hold at least as much.
 */
void hold_end(struct hold *hold, enum hold_state state, int64_t committed_krw,
              struct account_balance *balance);

#endif
