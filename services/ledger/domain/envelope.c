/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only code that changes an envelope's state or what a limit has used.
 */
#include "ledger/domain/envelope.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/krw.h"

static const char *const STATE_CODES[] = {
    [ENVELOPE_NONE] = "none",
    [ENVELOPE_RESERVED] = "reserved",
    [ENVELOPE_SETTLED] = "settled",
    [ENVELOPE_RELEASED] = "released",
};

static enum err check_request(const struct envelope_request *request, struct refusal *ret_refusal);
static enum err check_room(const struct envelope_limit *limit, int64_t amount_krw,
                           struct refusal *ret_refusal);

const char *envelope_state_code(enum envelope_state state)
{
    assert(state >= ENVELOPE_NONE);
    assert(state <= ENVELOPE_RELEASED);
    return STATE_CODES[state];
}

enum err envelope_state_parse(const char *code, enum envelope_state *ret_state)
{
    assert(code);
    assert(ret_state);
    for (int i = ENVELOPE_NONE; i <= ENVELOPE_RELEASED; i++) {
        if (strcmp(STATE_CODES[i], code) == 0) {
            *ret_state = (enum envelope_state)i;
            return ERR_OK;
        }
    }
    return ERR_INVALID;
}

bool envelope_request_valid(const struct envelope_request *request)
{
    struct refusal refusal = {.reason = REFUSAL_NONE};
    enum err err = check_request(request, &refusal);

    assert(err == refusal_err(refusal.reason));
    return !err;
}

bool envelope_terms_equal(const struct envelope *envelope, const struct envelope_request *request)
{
    assert(envelope);
    assert(request);
    return envelope->fiscal_year == request->fiscal_year &&
           envelope->funding_source == request->funding_source &&
           envelope->amount_krw == request->amount_krw;
}

int64_t envelope_used(const struct envelope *envelope)
{
    assert(envelope);
    assert(envelope->selected_krw <= envelope->amount_krw);
    switch (envelope->state) {
    case ENVELOPE_RESERVED:
        return envelope->amount_krw;
    case ENVELOPE_SETTLED:
        return envelope->selected_krw;
    case ENVELOPE_NONE:
    case ENVELOPE_RELEASED:
        break;
    }
    return 0;
}

enum err envelope_reserve(struct envelope *envelope, struct envelope_limit *limit,
                          const struct envelope_request *request, struct refusal *ret_refusal)
{
    enum err err = ERR_OK;

    assert(envelope);
    assert(limit);
    err = check_request(request, ret_refusal);
    if (err) {
        return err;
    }
    if (envelope->state == ENVELOPE_SETTLED) {
        return refusal_set(ret_refusal, REFUSAL_ENVELOPE_SETTLED, "/ballot_id", 0);
    }
    if (envelope->state == ENVELOPE_RESERVED) {
        return envelope_terms_equal(envelope, request)
                   ? ERR_OK
                   : refusal_set(ret_refusal, REFUSAL_ENVELOPE_CONFLICT, "/amount_krw", 0);
    }
    err = check_room(limit, request->amount_krw, ret_refusal);
    if (err) {
        return err;
    }
    *envelope = (struct envelope){
        .state = ENVELOPE_RESERVED,
        .fiscal_year = request->fiscal_year,
        .funding_source = request->funding_source,
        .amount_krw = request->amount_krw,
    };
    memcpy(envelope->ballot_id, request->ballot_id, BALLOT_ID_SIZE);
    limit->used_krw += request->amount_krw; /* check_room: it stays within the limit */
    assert(limit->used_krw <= limit->limit_krw);
    return ERR_OK;
}

enum err envelope_settle(struct envelope *envelope, struct envelope_limit *limit,
                         int64_t selected_krw, int64_t *ret_released_krw,
                         struct refusal *ret_refusal)
{
    assert(envelope);
    assert(limit);
    if (envelope->state == ENVELOPE_NONE) {
        return refusal_set(ret_refusal, REFUSAL_ENVELOPE_MISSING, "/ballot_id", 0);
    }
    if (envelope->state == ENVELOPE_RELEASED) {
        return refusal_set(ret_refusal, REFUSAL_ENVELOPE_RELEASED, "/ballot_id", 0);
    }
    if (selected_krw < 0) {
        return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/selected_krw", 0);
    }
    if (selected_krw > envelope->amount_krw) {
        return refusal_set(ret_refusal, REFUSAL_ENVELOPE_OVERSPENT, "/selected_krw",
                           selected_krw - envelope->amount_krw);
    }
    if (envelope->state == ENVELOPE_SETTLED && envelope->selected_krw != selected_krw) {
        return refusal_set(ret_refusal, REFUSAL_ENVELOPE_SETTLED, "/selected_krw", 0);
    }
    int64_t released_krw = envelope->amount_krw - selected_krw;
    if (envelope->state == ENVELOPE_RESERVED) {
        assert(limit->used_krw >= envelope->amount_krw);
        envelope->state = ENVELOPE_SETTLED;
        envelope->selected_krw = selected_krw;
        limit->used_krw -= released_krw;
    }
    *ret_released_krw = released_krw;
    return ERR_OK;
}

enum err envelope_release(struct envelope *envelope, struct envelope_limit *limit,
                          int64_t *ret_released_krw, struct refusal *ret_refusal)
{
    int64_t released_krw = 0;

    assert(envelope);
    assert(limit);
    if (envelope->state == ENVELOPE_NONE) {
        return refusal_set(ret_refusal, REFUSAL_ENVELOPE_MISSING, "/ballot_id", 0);
    }
    if (envelope->state == ENVELOPE_SETTLED) {
        return refusal_set(ret_refusal, REFUSAL_ENVELOPE_SETTLED, "/ballot_id", 0);
    }
    if (envelope->state == ENVELOPE_RESERVED) {
        assert(limit->used_krw >= envelope->amount_krw);
        released_krw = envelope->amount_krw;
        envelope->state = ENVELOPE_RELEASED;
        limit->used_krw -= released_krw;
    }
    *ret_released_krw = released_krw;
    return ERR_OK;
}

enum err envelope_limit_set(struct envelope_limit *limit, int64_t limit_krw,
                            struct refusal *ret_refusal)
{
    assert(limit);
    assert(limit->used_krw >= 0);
    if (limit_krw < 0) {
        return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/limit_krw", 0);
    }
    if (limit->year_closed) {
        return refusal_set(ret_refusal, REFUSAL_PERIOD_CLOSED, "/fiscal_year", 0);
    }
    if (limit_krw < limit->used_krw) {
        return refusal_set(ret_refusal, REFUSAL_LIMIT_BELOW_RESERVED, "/limit_krw",
                           limit->used_krw - limit_krw);
    }
    limit->set = true;
    limit->limit_krw = limit_krw;
    return ERR_OK;
}

static enum err check_request(const struct envelope_request *request, struct refusal *ret_refusal)
{
    assert(request);
    if (request->fiscal_year < FISCAL_YEAR_MIN || request->fiscal_year > FISCAL_YEAR_MAX) {
        return refusal_set(ret_refusal, REFUSAL_FISCAL_YEAR_INVALID, "/fiscal_year", 0);
    }
    if (request->funding_source < FUNDING_SOURCE_NATIONAL ||
        request->funding_source > FUNDING_SOURCE_OTHER) {
        return refusal_set(ret_refusal, REFUSAL_FUNDING_SOURCE_INVALID, "/funding_source", 0);
    }
    if (request->amount_krw < 1) {
        return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/amount_krw", 0);
    }
    return ERR_OK;
}

static enum err check_room(const struct envelope_limit *limit, int64_t amount_krw,
                           struct refusal *ret_refusal)
{
    assert(amount_krw > 0);
    assert(limit->used_krw >= 0);
    if (limit->year_closed) {
        return refusal_set(ret_refusal, REFUSAL_PERIOD_CLOSED, "/fiscal_year", 0);
    }
    if (!limit->set) {
        return refusal_set(ret_refusal, REFUSAL_ENVELOPE_LIMIT_MISSING, "/funding_source", 0);
    }
    /* Below zero where somebody lowered the limit behind the service, which verification finds. */
    int64_t room_krw = limit->limit_krw - limit->used_krw;
    if (amount_krw > room_krw) {
        int64_t shortfall_krw = INT64_MAX;
        enum err err = krw_subtract(amount_krw, room_krw, &shortfall_krw);
        shortfall_krw = err ? INT64_MAX : shortfall_krw;
        return refusal_set(ret_refusal, REFUSAL_ENVELOPE_EXCEEDED, "/amount_krw", shortfall_krw);
    }
    return ERR_OK;
}
