/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The participation service: load settings, open in order, run, close in
 * reverse. Everything else is in the parts that service.h names.
 */
#include "participation/board.h"
#include "participation/cast.h"
#include "participation/config.h"
#include "participation/decide.h"
#include "participation/events.h"
#include "participation/gateway/gateway.h"
#include "participation/http/routes.h"
#include "participation/service.h"

#include <stdlib.h>
#include <string.h>

/* schema/, embedded by the build. */
extern const struct migration_set migrate_participation_set;

static enum err run(struct participation_config *config, const struct host_options *options);
static bool owes_answers(const struct host *host);

int main(int argc, char **argv)
{
    const struct config_table tables[] = {host_config_table, participation_config_table};
    const struct config_program program = {
        .name = "participation",
        .summary = "Ballots and votes.",
        .usage =
            "participation [run] [SETTINGS]   serve until stopped\n"
            "participation migrate            create or update the database, as its owner\n"
            "participation healthcheck        exit 0 when the running service is ready\n",
        .tables = tables,
        .table_count = sizeof tables / sizeof tables[0],
    };
    const struct host_options options = {
        .service = "participation",
        .migrations = &migrate_participation_set,
        .feed_roles = ROLE_OPERATOR | ROLE_AUDITOR,
        .event_types = events_types,
        .owes_answers = owes_answers,
    };
    static struct participation_config config;
    enum config_action action = CONFIG_RUN;
    const char *command = NULL;
    enum err err = config_load(&program, argc, argv, &config, &action, &command);

    if (err || action == CONFIG_DONE) {
        return err ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    err = strcmp(command, "run") == 0 ? run(&config, &options)
                                      : host_command(command, &config.host, &options);
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The host is the service's first member. */
static bool owes_answers(const struct host *host)
{
    return gateway_owes_answers(((const struct participation *)host)->gateway);
}

static enum err open_board(struct participation *service, struct participation_config *config)
{
    const struct board_options options = {
        .db = host_db_options(&service->host, "participation board"),
        .db_results = host_db_options(&service->host, "participation results"),
        .signer = &service->board_signer,
        .interval_ms = config->board_interval_ms,
    };
    enum err err = board_signer_load(&service->board_signer, config->board_key);

    service->board_signer.district = service->host.config.district;
    service->board_signer.receipts = &service->signer;
    if (!err) {
        err = loop_on_stop(&service->host.loop, board_stop, &service->board);
    }
    return err ? err : board_open(&options, &service->board);
}

static enum err open_parts(struct participation *service, struct participation_config *config)
{
    const struct subscriber_options ledger = {
        .consumer = service->host.options.service,
        .stream = "ledger",
        .sub_url = config->ledger_pub_url,
        .fetch_url = config->ledger_fetch_url,
        .policy = SUBSCRIBER_HALT,
        .apply = decide_apply,
    };
    const struct counter_options counter = {
        .loop = &service->host.loop,
        .db = host_db_options(&service->host, "participation count"),
        .writer = service->host.writer,
    };
    const struct ballots_options ballots = {
        .loop = &service->host.loop,
        .reader = service->host.reader,
        .keys_directory = config->ballot_keys_directory,
    };
    enum err err = receipt_signer_load(&service->signer, config->receipt_key);

    service->signer.max_merge_delay_s = (uint16_t)config->max_merge_delay_s;
    service->keys_directory = config->ballot_keys_directory;
    if (!err) {
        err = ballots_open(&ballots, &service->ballots);
    }
    if (!err) {
        err = loop_on_stop(&service->host.loop, ballots_stop, service->ballots);
    }
    if (!err) {
        err = loop_on_stop(&service->host.loop, counter_stop, &service->counter);
    }
    if (!err) {
        err = counter_open(&counter, &service->counter);
    }
    if (!err) {
        err = open_board(service, config);
    }
    if (!err) {
        err = loop_on_stop(&service->host.loop, gateway_stop, &service->gateway);
    }
    if (!err) {
        err = gateway_open(service, config->gateway_url, &service->gateway);
    }
    return err ? err : host_subscribe(&service->host, &ledger);
}

static enum err run(struct participation_config *config, const struct host_options *options)
{
    static struct participation service;
    enum err err;

    cast_open();
    err = host_open(&service.host, &config->host, options);
    if (err) {
        return err;
    }
    err = open_parts(&service, config);
    if (!err) {
        const struct http_route_table routes = routes_table(&service);

        err = host_run(&service.host, &routes);
    }
    /* When the loop never ran. */
    gateway_stop(&service.gateway);
    counter_stop(&service.counter);
    if (service.ballots != NULL) {
        ballots_stop(service.ballots);
    }
    board_stop(&service.board);
    host_close(&service.host);
    ballots_close(service.ballots);
    return err;
}
