/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger moves money by what it hears: an event that it cannot follow halts
 * the stream, and nothing behind it is applied before it.
 */
#include "ledger/subscribe.h"

#include "ledger/ballots.h"
#include "ledger/events.h"
#include "ledger/finance/apply.h"
#include "ledger/finance/events.h"

enum err subscribe_open(struct ledger *ledger, const struct ledger_config *config)
{
    const struct subscriber_options participation = {
        .consumer = ledger->host.options.service,
        .stream = EVENTS_STREAM_PARTICIPATION,
        .sub_url = config->participation_pub_url,
        .fetch_url = config->participation_fetch_url,
        .policy = SUBSCRIBER_HALT,
        .apply = ballots_apply,
        .context = &ledger->poster,
        .rest_ms = events_rest_ms,
    };
    const struct subscriber_options finance = {
        .consumer = ledger->host.options.service,
        .stream = EVENTS_STREAM_FINANCE,
        .sub_url = config->finance_pub_url,
        .fetch_url = config->finance_fetch_url,
        .policy = SUBSCRIBER_HALT,
        .may_be_away = true,
        .apply = finance_apply,
        .context = &ledger->poster,
    };
    enum err err = ledger_config_check(config);

    if (!err) {
        err = host_subscribe(&ledger->host, &participation);
    }
    if (!err && config->finance_pub_url[0] != '\0') {
        err = host_subscribe(&ledger->host, &finance);
    }
    return err;
}
