/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connecting again and again. Must never log: whoever owns the link knows
 * whether this is news.
 */
#include "runtime/db_link.h"

#include "runtime/crypto.h"
#include "runtime/metrics.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct metric connects_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_database_connects_total",
    .help = "Connections made to the database; the first of each thread too.",
    .labels = "",
};

static struct metric failures_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_database_connect_failures_total",
    .help = "Attempts to connect that failed, or were refused for the server's settings or schema.",
    .labels = "",
};

static struct metric losses_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_database_connections_lost_total",
    .help = "Connections given up: lost, or no longer trusted.",
    .labels = "",
};

enum err db_link_init(struct db_link *link, const struct db_options *options)
{
    *link = (struct db_link){
        .options = *options,
        .conninfo = strdup(options->conninfo),
        .password = strdup(options->password),
        .application_name = strdup(options->application_name),
    };
    link->options.conninfo = link->conninfo;
    link->options.password = link->password;
    link->options.application_name = link->application_name;
    link->options.reason = link->reason;
    metrics_register(&connects_total);
    metrics_register(&failures_total);
    metrics_register(&losses_total);
    if (link->conninfo == NULL || link->password == NULL || link->application_name == NULL) {
        db_link_release(link);
        return ERR_INTERNAL;
    }
    return ERR_OK;
}

enum err db_link_connect(struct db_link *link)
{
    enum err err;

    assert(link->db == NULL);
    err = db_open(&link->options, &link->db);
    metrics_add(err ? &failures_total : &connects_total, 1);
    return err;
}

void db_link_settle(struct db_link *link)
{
    assert(link->db != NULL);
    link->wait_ms = 0;
    link->reason[0] = '\0';
}

void db_link_drop(struct db_link *link, const char *reason)
{
    metrics_add(&losses_total, link->db != NULL ? 1 : 0);
    db_close(link->db);
    link->db = NULL;
    if (reason != link->reason) {
        (void)snprintf(link->reason, sizeof link->reason, "%s", reason);
    }
    link->wait_ms = link->wait_ms == 0 ? DB_LINK_WAIT_MIN_MS : link->wait_ms * 2;
    if (link->wait_ms > DB_LINK_WAIT_MAX_MS) {
        link->wait_ms = DB_LINK_WAIT_MAX_MS;
    }
}

void db_link_release(struct db_link *link)
{
    db_close(link->db);
    if (link->password != NULL) {
        crypto_wipe(link->password, strlen(link->password));
    }
    free(link->conninfo);
    free(link->password);
    free(link->application_name);
    *link = (struct db_link){.db = NULL};
}
