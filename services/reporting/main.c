/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reporting service: load settings, open in order, run, close in reverse.
 * Everything else is in the parts that service.h names.
 */
#include "reporting/config.h"
#include "reporting/events.h"
#include "reporting/http/routes.h"
#include "reporting/service.h"
#include "reporting/subscribe.h"

#include <stdlib.h>
#include <string.h>

/* schema/, embedded by the build. */
extern const struct migration_set migrate_reporting_set;

static enum err run(const struct reporting_config *config, const struct host_options *options);

int main(int argc, char **argv)
{
    const struct config_table tables[] = {host_config_table, reporting_config_table};
    const struct config_program program = {
        .name = "reporting",
        .summary = "Reports of ballots and budgets, for everybody.",
        .usage =
            "reporting [run] [SETTINGS]   serve until stopped\n"
            "reporting migrate            create or update the database, as its owner\n"
            "reporting healthcheck        exit 0 when the running service is ready\n",
        .tables = tables,
        .table_count = sizeof tables / sizeof tables[0],
    };
    const struct host_options options = {
        .service = "reporting",
        .migrations = &migrate_reporting_set,
        .feed_roles = ROLE_PUBLIC,
        .event_types = events_types,
    };
    static struct reporting_config config;
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

static enum err run(const struct reporting_config *config, const struct host_options *options)
{
    static struct reporting reporting;
    enum err err = host_open(&reporting.host, &config->host, options);

    if (err) {
        return err;
    }
    err = subscribe_open(&reporting, config);
    if (!err) {
        const struct http_route_table routes = routes_table(&reporting);

        err = host_run(&reporting.host, &routes);
    }
    host_close(&reporting.host);
    rebuild_free(reporting.rebuild);
    return err;
}
