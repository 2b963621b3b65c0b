/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a message that the ledger hears: the first byte chooses which.
 * What it accepts must be within the bounds that its header promises; what is
 * asked for in one becomes an order or is refused by name.
 */
#include "ledger/events.h"

#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "ledger/domain/text.h"
#include "ledger/finance/events.h"

static void assert_text(const char *text, size_t size)
{
    assert(memchr(text, '\0', size) != NULL);
    assert(text[0] != '\0');
    assert(text_valid(text));
}

/* Refused by name, or an order whose texts end and whose legs come in pairs. */
static void assert_order(const struct requested_entry *asked)
{
    static const uint8_t key[ENTRY_KEY_SIZE] = {1};
    const struct entry_head base = {
        .key = key,
        .effective_date = 20250102,
        .metadata = "{}",
    };
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct order order;

    if (requested_order(asked, &base, &order, &refusal)) {
        assert(refusal.reason != REFUSAL_NONE && refusal.field[0] == '/');
        return;
    }
    assert(memchr(order.entry.kind, '\0', sizeof order.entry.kind) != NULL);
    assert(memchr(order.entry.document, '\0', sizeof order.entry.document) != NULL);
    assert(order.entry.leg_count <= ENTRY_LEG_MAX && order.entry.leg_count % 2 == 0);
    assert(order.draw_krw >= 0 && order.entry.linked_seq >= 0);
    for (size_t i = 0; i < order.entry.leg_count; i += 2) {
        const struct entry_leg *leg = &order.entry.legs[i];
        assert(leg[0].amount_krw < 0 && leg[0].amount_krw == -leg[1].amount_krw);
        assert_text(leg->account.line.programme, sizeof leg->account.line.programme);
    }
}

/* Refused by name, or within the bounds that the rules are promised. */
static void assert_terms(const struct finance_request *request)
{
    static const uint8_t id[ENTRY_KEY_SIZE] = {1};
    struct refusal refusal = {.reason = REFUSAL_NONE};
    static struct grant grant;
    struct hold hold;
    struct line line;
    enum err err = ERR_OK;

    switch (request->kind) {
    case FINANCE_HOLD:
        err = requested_hold_read(&request->asked.hold, id, &hold, &refusal);
        assert(err || hold_kind_valid(hold.kind));
        assert(err || memchr(hold.document, '\0', sizeof hold.document) != NULL);
        break;
    case FINANCE_HOLD_EXTENSION:
    case FINANCE_HOLD_RELEASE:
        err = requested_hold_change_check(&request->asked.hold_change, &refusal);
        break;
    case FINANCE_LIMIT:
        err = requested_limit_check(&request->asked.limit, &refusal);
        break;
    case FINANCE_GRANT:
        err = requested_grant_read(&request->asked.grant, id, &grant, &refusal);
        assert(err || grant.body_count <= GRANT_BODY_MAX);
        break;
    case FINANCE_SETTLEMENT:
        err = requested_settlement_check(&request->asked.settlement, &refusal);
        assert(err || request->asked.settlement.terms.spent_krw >= 0);
        break;
    case FINANCE_OPENING:
        err = requested_opening_check(&request->asked.period, &refusal);
        break;
    case FINANCE_CLOSING:
        err = requested_closing_check(&request->asked.period, &refusal);
        break;
    case FINANCE_FREEZE:
    case FINANCE_THAW:
        err = requested_freeze_read(&request->asked.freeze, &line, &refusal);
        if (!err) {
            assert_text(line.programme, sizeof line.programme);
        }
        break;
    case FINANCE_OTHER:
    case FINANCE_ENTRIES:
        return;
    }
    assert((err != ERR_OK) == (refusal.reason != REFUSAL_NONE));
}

static void read_request(const struct event *event)
{
    struct finance_request request = {.kind = FINANCE_OTHER};

    if (finance_hear(event, &request)) {
        return;
    }
    assert(request.kind != FINANCE_OTHER);
    if (requested_by_valid(request.requested_by)) {
        assert_text(request.requested_by, REQUESTED_BY_LENGTH_MAX + 1);
    }
    for (size_t i = 0; i < request.entry_count; i++) {
        assert_order(&request.entries[i]);
    }
    assert_terms(&request);
    finance_request_release(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {
        "kr.hyeopchi.participation.ballot.opening-requested.v1",
        "kr.hyeopchi.participation.tally.certified.v1",
        "kr.hyeopchi.participation.votes.accepted.v1",
        "kr.hyeopchi.finance.entry.requested.v1", /* this and what follows: the finance stream */
        "kr.hyeopchi.finance.hold.requested.v1",
        "kr.hyeopchi.finance.hold.extension-requested.v1",
        "kr.hyeopchi.finance.hold.release-requested.v1",
        "kr.hyeopchi.finance.envelope-limit.requested.v1",
        "kr.hyeopchi.finance.grant.requested.v1",
        "kr.hyeopchi.finance.settlement.requested.v1",
        "kr.hyeopchi.finance.period.opening-requested.v1",
        "kr.hyeopchi.finance.period.closing-requested.v1",
        "kr.hyeopchi.finance.line.freeze-requested.v1",
        "kr.hyeopchi.finance.line.thaw-requested.v1",
    };
    const size_t type_count = sizeof types / sizeof types[0];
    struct event event = {.id = "01930000-0000-7000-8000-000000000000"};
    struct heard heard = {.kind = HEARD_OTHER};

    if (size == 0) {
        return 0;
    }
    const size_t chosen = data[0] % type_count;
    const char *type = types[chosen];
    memcpy(event.type, type, strlen(type) + 1);
    event.data = data + 1;
    event.data_length = size - 1;
    if (chosen >= 3) {
        read_request(&event);
        return 0;
    }
    if (events_hear(&event, &heard)) {
        return 0;
    }
    assert((heard.kind == HEARD_OTHER) == (chosen == 2));
    if (heard.kind != HEARD_OTHER) {
        assert(strlen(heard.ballot_id) == sizeof heard.ballot_id - 1);
    }
    assert(heard.winner_count <= EVENTS_WINNER_COUNT_MAX);
    for (size_t i = 0; i < heard.winner_count; i++) {
        assert_text(heard.winners[i].option_id, sizeof heard.winners[i].option_id);
        assert_text(heard.winners[i].programme, sizeof heard.winners[i].programme);
    }
    heard_release(&heard);
    return 0;
}
