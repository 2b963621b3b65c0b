/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Envelopes: a ballot's budget, reserved within the 주민참여예산 limit of its
 * fiscal year and funding source before the ballot opens.
 *
 *   (none) --reserve--> reserved --settle--> settled
 *             ^            |
 *             +--release---+--> released
 *
 * A reserved envelope takes its whole amount from the limit, a settled one
 * what the tally selected, a released one nothing. A limit that nobody set is
 * missing, which is not the same as zero: both refuse, in different words.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_ENVELOPE_H
#define HYEOPCHI_LEDGER_DOMAIN_ENVELOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger/domain/account.h"
#include "ledger/domain/refusal.h"
#include "runtime/err.h"

#define BALLOT_ID_SIZE 16

enum envelope_state {
    ENVELOPE_NONE = 0, /* the ballot has none */
    ENVELOPE_RESERVED,
    ENVELOPE_SETTLED,
    ENVELOPE_RELEASED,
};

struct envelope {
    uint8_t ballot_id[BALLOT_ID_SIZE];
    enum envelope_state state;
    int32_t fiscal_year;
    enum funding_source funding_source;
    int64_t amount_krw;   /* what was reserved */
    int64_t selected_krw; /* what the tally selected of it; 0 until settled */
};

/* The limit of one (fiscal year, funding source) and what envelopes already take of it. */
struct envelope_limit {
    bool set;
    int64_t limit_krw; /* meaningful only when set */
    int64_t used_krw;
    bool year_closed; /* nothing is reserved in a closed year, and its limit stays */
};

/* What a ballot asks for. */
struct envelope_request {
    uint8_t ballot_id[BALLOT_ID_SIZE];
    int32_t fiscal_year;
    enum funding_source funding_source;
    int64_t amount_krw;
};

/* "none", "reserved", "settled", "released". Static; never NULL. */
const char *envelope_state_code(enum envelope_state state);

/* The state with this code. ERR_INVALID when there is none. */
ERR_CHECKED enum err envelope_state_parse(const char *code, enum envelope_state *ret_state);

/* True when year, source and amount are within bounds; envelope_reserve() refuses anything else. */
bool envelope_request_valid(const struct envelope_request *request);

/* True when the envelope is for the request's year, source and amount. */
bool envelope_terms_equal(const struct envelope *envelope, const struct envelope_request *request);

/* What the envelope takes of its limit now. */
int64_t envelope_used(const struct envelope *envelope);

/*
 * Reserves. The same request again is answered the same and changes nothing. Refused, with nothing
 * changed, when the request is malformed, the year is closed, the limit is missing or would be exceeded
 * (the shortfall says by how much), the ballot holds a reservation with other terms, or is settled. A released
 * ballot may reserve anew.
 */
ERR_CHECKED enum err envelope_reserve(struct envelope *envelope, struct envelope_limit *limit,
                                      const struct envelope_request *request,
                                      struct refusal *ret_refusal);

/*
 * Settles with what a certified tally selected and releases the rest, which ret_released_krw
 * receives. Settling again with the same amount changes nothing. Refused when there is no
 * reservation, when it was released, settled with another amount, or when the selection exceeds
 * it.
 */
ERR_CHECKED enum err envelope_settle(struct envelope *envelope, struct envelope_limit *limit,
                                     int64_t selected_krw, int64_t *ret_released_krw,
                                     struct refusal *ret_refusal);

/*
 * Gives a reservation back; ret_released_krw receives what came free, 0 when it was released
 * before. Refused when there is none, or when it is settled.
 */
ERR_CHECKED enum err envelope_release(struct envelope *envelope, struct envelope_limit *limit,
                                      int64_t *ret_released_krw, struct refusal *ret_refusal);

/*
 * Sets or changes the limit. Refused when it is negative, the year is closed, or it is below what
 * envelopes already take.
 */
ERR_CHECKED enum err envelope_limit_set(struct envelope_limit *limit, int64_t limit_krw,
                                        struct refusal *ret_refusal);

#endif
