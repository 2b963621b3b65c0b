/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report shows what it has heard: an event that it cannot follow is parked
 * and the rest goes on, since nothing here is money.
 */
#include "reporting/subscribe.h"

#include "reporting/hear/events.h"
#include "reporting/store/model.h"

static enum err subscribe(struct reporting *reporting, const char *stream, const char *sub_url,
                          const char *fetch_url)
{
    const struct subscriber_options options = {
        .consumer = reporting->host.options.service,
        .stream = stream,
        .sub_url = sub_url,
        .fetch_url = fetch_url,
        .policy = SUBSCRIBER_PARK,
        .apply = apply_event,
        .context = &reporting->model,
        .rest_ms = events_rest_ms,
        .replaces = events_replaces,
    };

    return host_subscribe(&reporting->host, &options);
}

static enum err open_rebuild(struct reporting *reporting, const struct reporting_config *config)
{
    const struct rebuild_options options = {
        .loop = &reporting->host.loop,
        .writer = reporting->host.writer,
        .district = reporting->model.district,
        .participation_fetch_url = config->participation_fetch_url,
        .ledger_fetch_url = config->ledger_fetch_url,
    };
    enum err err = rebuild_open(&options, &reporting->rebuild);

    if (err) {
        return err;
    }
    err = loop_on_stop(&reporting->host.loop, rebuild_stop, reporting->rebuild);
    if (err) {
        rebuild_stop(reporting->rebuild);
    }
    return err;
}

enum err subscribe_open(struct reporting *reporting, const struct reporting_config *config)
{
    enum err err;

    reporting->contact = config->contact;
    reporting->model = (struct model){
        .district = reporting->host.config.district,
        .schema = STORE_SCHEMA_LIVE,
        .publishes = true,
    };
    err = open_rebuild(reporting, config);
    if (!err) {
        err = subscribe(reporting, EVENTS_STREAM_PARTICIPATION, config->participation_pub_url,
                        config->participation_fetch_url);
    }
    if (!err) {
        err = subscribe(reporting, EVENTS_STREAM_LEDGER, config->ledger_pub_url,
                        config->ledger_fetch_url);
    }
    return err;
}
