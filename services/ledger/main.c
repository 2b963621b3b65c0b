/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger service: load settings, open in order, run, close in reverse.
 * Everything else is in the parts that service.h names.
 */
#include "ledger/config.h"
#include "ledger/events.h"
#include "ledger/http/routes.h"
#include "ledger/service.h"
#include "ledger/subscribe.h"

#include <stdlib.h>
#include <string.h>

/* schema/, embedded by the build. */
extern const struct migration_set migrate_ledger_set;

static enum err run(const struct ledger_config *config, const struct host_options *options);

int main(int argc, char **argv)
{
    const struct config_table tables[] = {host_config_table, ledger_config_table};
    const struct config_program program = {
        .name = "ledger",
        .summary = "The budget ledger: double entry for public money.",
        .usage =
            "ledger [run] [SETTINGS]   serve until stopped\n"
            "ledger migrate            create or update the database, as its owner\n"
            "ledger healthcheck        exit 0 when the running service is ready\n",
        .tables = tables,
        .table_count = sizeof tables / sizeof tables[0],
    };
    const struct host_options options = {
        .service = "ledger",
        .migrations = &migrate_ledger_set,
        .feed_roles = ROLE_OPERATOR | ROLE_AUDITOR,
        .event_types = events_types,
    };
    static struct ledger_config config;
    enum config_action action = CONFIG_RUN;
    const char *command = NULL;
    enum err err = config_load(&program, argc, argv, &config, &action, &command);

    if (err || action == CONFIG_DONE) {
        return err ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    if (strcmp(command, "run") == 0) {
        err = run(&config, &options);
    } else {
        err = host_command(command, &config.host, &options);
    }
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

static enum err run(const struct ledger_config *config, const struct host_options *options)
{
    static struct ledger ledger;
    enum err err = host_open(&ledger.host, &config->host, options);

    if (err) {
        return err;
    }
    ledger.shard = ledger.host.config.district;
    ledger.poster.shard = ledger.shard;
    err = subscribe_open(&ledger, config);
    if (!err) {
        err = due_clock_open(&ledger.due_clock, &ledger.host, &ledger.poster);
    }
    if (!err) {
        const struct http_route_table routes = routes_table(&ledger);
        err = host_run(&ledger.host, &routes);
    }
    host_close(&ledger.host);
    return err;
}
