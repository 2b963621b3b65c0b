/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of holds. Each way to end is refused by the reason that the hold
 * itself gives, so that whoever comes too late learns what became of it.
 */
#include "ledger/domain/hold.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/kind.h"
#include "ledger/domain/krw.h"
#include "ledger/domain/text.h"

static const char *const STATE_CODES[] = {
    [HOLD_NONE] = "none",         [HOLD_HELD] = "held",       [HOLD_COMMITTED] = "committed",
    [HOLD_RELEASED] = "released", [HOLD_EXPIRED] = "expired",
};

static const char *const KINDS[] = {"commitment", "grant_decision"};

static_assert(sizeof STATE_CODES / sizeof STATE_CODES[0] == (size_t)HOLD_STATE_COUNT + 1,
              "a code for every state");

static enum err check_terms(const struct hold *hold, int64_t now_ms, struct refusal *ret_refusal);
static enum err check_ended(const struct hold *hold, int64_t now_ms, struct refusal *ret_refusal);
static enum err refuse_account(const struct hold *hold, enum refusal_reason reason,
                               const char *field, int64_t shortfall_krw,
                               struct refusal *ret_refusal);

const char *hold_state_code(enum hold_state state)
{
    assert(state >= HOLD_NONE);
    assert(state <= HOLD_EXPIRED);
    return STATE_CODES[state];
}

enum err hold_state_parse(const char *code, enum hold_state *ret_state)
{
    assert(code);
    assert(ret_state);
    for (int i = 1; i <= HOLD_STATE_COUNT; i++) {
        if (strcmp(STATE_CODES[i], code) == 0) {
            *ret_state = (enum hold_state)i;
            return ERR_OK;
        }
    }
    return ERR_INVALID;
}

bool hold_kind_valid(const char *kind)
{
    assert(kind);
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        if (strcmp(KINDS[i], kind) == 0) {
            return true;
        }
    }
    return false;
}

struct account hold_account(const char *kind, const struct line *line)
{
    struct entry_transfer transfers[2];
    struct account account;

    assert(hold_kind_valid(kind));
    size_t count = kind_plain(kind, line, 1, transfers);
    assert(count == 1);
    memset(&account, 0, sizeof account);
    account.line = *line;
    account.stage = transfers[0].debit;
    return account;
}

enum err hold_place(struct hold *hold, int64_t now_ms, enum period_state period_state,
                    struct account_balance *balance, struct refusal *ret_refusal)
{
    int64_t available_krw = 0;
    enum err err = check_terms(hold, now_ms, ret_refusal);

    assert(account_equal(&balance->account, &hold->account));
    assert(balance->held_krw >= 0);
    if (err) {
        return err;
    }
    if (period_state != PERIOD_OPEN) {
        return refusal_set(ret_refusal, period_refusal(period_state), "/fiscal_year", 0);
    }
    if (balance->frozen) {
        return refuse_account(hold, REFUSAL_LINE_FROZEN, "/programme", 0, ret_refusal);
    }
    available_krw = account_balance_available(balance);
    if (hold->amount_krw > available_krw) {
        int64_t shortfall_krw = INT64_MAX;
        err = krw_subtract(hold->amount_krw, available_krw, &shortfall_krw);
        return refuse_account(hold, REFUSAL_BALANCE_SHORT, "/amount_krw",
                              err ? INT64_MAX : shortfall_krw, ret_refusal);
    }
    /* It is available, so that it fits beside what is held. */
    balance->held_krw += hold->amount_krw;
    hold->state = HOLD_HELD;
    hold->committed_krw = 0;
    assert(account_balance_available(balance) >= 0);
    return ERR_OK;
}

void hold_fill_entry(const struct hold *hold, int64_t amount_krw, struct entry *entry)
{
    struct entry_transfer transfers[2];
    size_t count = kind_plain(hold->kind, &hold->account.line, amount_krw, transfers);

    assert(count == 1);
    assert(amount_krw > 0);
    memset(entry->kind, 0, sizeof entry->kind);
    memcpy(entry->kind, hold->kind, strlen(hold->kind));
    entry->period = hold->account.line.fiscal_year;
    entry->legs[0].account = hold->account;
    entry->legs[0].amount_krw = -amount_krw;
    entry->legs[1].account = hold->account;
    entry->legs[1].account.stage = transfers[0].credit;
    entry->legs[1].amount_krw = amount_krw;
    entry->leg_count = 2;
}

enum err hold_check(const struct hold *hold, int64_t amount_krw, int64_t now_ms,
                    struct refusal *ret_refusal)
{
    assert(amount_krw > 0);
    assert(ret_refusal);
    if (!hold || hold->state == HOLD_NONE) {
        return refusal_set(ret_refusal, REFUSAL_HOLD_UNKNOWN, "/hold_id", 0);
    }
    if (hold->state == HOLD_RELEASED) {
        return refusal_set(ret_refusal, REFUSAL_HOLD_RELEASED, "/hold_id", 0);
    }
    enum err err = check_ended(hold, now_ms, ret_refusal);
    if (err) {
        return err;
    }
    if (amount_krw > hold->amount_krw) {
        return refuse_account(hold, REFUSAL_HOLD_EXCEEDED, "/amount_krw",
                              amount_krw - hold->amount_krw, ret_refusal);
    }
    return ERR_OK;
}

enum err hold_check_release(const struct hold *hold, int64_t now_ms, struct refusal *ret_refusal)
{
    assert(hold);
    assert(ret_refusal);
    if (hold->state == HOLD_NONE) {
        return refusal_set(ret_refusal, REFUSAL_HOLD_UNKNOWN, "/hold_id", 0);
    }
    return hold->state == HOLD_RELEASED ? ERR_OK : check_ended(hold, now_ms, ret_refusal);
}

enum err hold_extend(struct hold *hold, int64_t expires_time_ms, int64_t now_ms,
                     struct refusal *ret_refusal)
{
    assert(hold);
    assert(ret_refusal);
    enum err err = hold_check(hold, 1, now_ms, ret_refusal); /* whether it stands */
    if (err) {
        return err;
    }
    if (expires_time_ms < hold->expires_time_ms ||
        expires_time_ms > now_ms + HOLD_DURATION_MAX_MS) {
        return refusal_set(ret_refusal, REFUSAL_HOLD_DEADLINE_INVALID, "/expires_time", 0);
    }
    hold->expires_time_ms = expires_time_ms;
    return ERR_OK;
}

bool hold_is_due(const struct hold *hold, int64_t now_ms)
{
    assert(hold);
    assert(now_ms >= 0);
    return hold->state == HOLD_HELD && hold->expires_time_ms <= now_ms;
}

void hold_end(struct hold *hold, enum hold_state state, int64_t committed_krw,
              struct account_balance *balance)
{
    assert(hold->state == HOLD_HELD);
    assert(state > HOLD_HELD);
    assert((state == HOLD_COMMITTED) == (committed_krw > 0));
    assert(committed_krw <= hold->amount_krw);
    assert(balance->held_krw >= hold->amount_krw);
    balance->held_krw -= hold->amount_krw;
    hold->state = state;
    hold->committed_krw = committed_krw;
}

static enum err check_terms(const struct hold *hold, int64_t now_ms, struct refusal *ret_refusal)
{
    assert(hold_kind_valid(hold->kind));
    assert(now_ms >= 0);
    if (hold->amount_krw < 1) {
        return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/amount_krw", 0);
    }
    if (hold->document[strspn(hold->document, " ")] == '\0') {
        return refusal_set(ret_refusal, REFUSAL_DOCUMENT_MISSING, "/document", 0);
    }
    if (!text_valid(hold->document)) {
        return refusal_set(ret_refusal, REFUSAL_DOCUMENT_INVALID, "/document", 0);
    }
    if (hold->expires_time_ms <= now_ms || hold->expires_time_ms > now_ms + HOLD_DURATION_MAX_MS) {
        return refusal_set(ret_refusal, REFUSAL_HOLD_DEADLINE_INVALID, "/expires_time", 0);
    }
    return ERR_OK;
}

/* Whether it was taken up, or its deadline has passed, noticed or not. */
static enum err check_ended(const struct hold *hold, int64_t now_ms, struct refusal *ret_refusal)
{
    if (hold->state == HOLD_COMMITTED) {
        return refusal_set(ret_refusal, REFUSAL_HOLD_COMMITTED, "/hold_id", 0);
    }
    if (hold->state == HOLD_EXPIRED || hold_is_due(hold, now_ms)) {
        return refusal_set(ret_refusal, REFUSAL_HOLD_EXPIRED, "/hold_id", 0);
    }
    assert(hold->state == HOLD_HELD);
    return ERR_OK;
}

static enum err refuse_account(const struct hold *hold, enum refusal_reason reason,
                               const char *field, int64_t shortfall_krw,
                               struct refusal *ret_refusal)
{
    enum err err = refusal_set(ret_refusal, reason, field, shortfall_krw);

    assert(err);
    ret_refusal->has_account = true;
    ret_refusal->account = hold->account;
    return err;
}
