/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The participation service: load settings, open in order, run, close in
 * reverse. Everything else is in the parts that service.h names.
 */
#include "participation/cast.h"
#include "participation/config.h"
#include "participation/events.h"
#include "participation/gateway/gateway.h"
#include "participation/http/routes.h"
#include "participation/parts.h"
#include "participation/service.h"

#include <stdlib.h>
#include <string.h>

/* schema/, embedded by the build. */
extern const struct migration_set migrate_participation_set;

static enum err run(const struct participation_config *config, const struct host_options *options);
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

static enum err run(const struct participation_config *config, const struct host_options *options)
{
    static struct participation service;
    enum err err;

    cast_open();
    err = host_open(&service.host, &config->host, options);
    if (err) {
        return err;
    }
    err = parts_open(&service, config);
    if (!err) {
        const struct http_route_table routes = routes_table(&service);

        err = host_run(&service.host, &routes);
    }
    parts_stop(&service); /* When the loop never ran. */
    host_close(&service.host);
    ballots_close(service.ballots);
    return err;
}
