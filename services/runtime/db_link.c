/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connecting again and again. Must never log: whoever owns the link knows
 * whether this is news.
 */
#include "runtime/db_link.h"

#include "runtime/crypto.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum err db_link_init(struct db_link *link, const struct db_options *options)
{
    char *conninfo = strdup(options->conninfo);
    char *password = strdup(options->password);
    char *application_name = strdup(options->application_name);

    *link = (struct db_link){
        .options =
            {
                .conninfo = conninfo,
                .password = password,
                .application_name = application_name,
                .statement_timeout_ms = options->statement_timeout_ms,
                .read_only = options->read_only,
                .accept = options->accept,
                .accept_context = options->accept_context,
            },
    };
    link->options.reason = link->reason;
    if (conninfo == NULL || password == NULL || application_name == NULL) {
        db_link_release(link);
        return ERR_INTERNAL;
    }
    return ERR_OK;
}

enum err db_link_connect(struct db_link *link)
{
    assert(link->db == NULL);
    return db_open(&link->options, &link->db);
}

void db_link_settle(struct db_link *link)
{
    assert(link->db != NULL);
    link->wait_ms = 0;
    link->reason[0] = '\0';
}

void db_link_drop(struct db_link *link, const char *reason)
{
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

/* The copies are ours, whatever their type says. */
static void free_text(const char *text)
{
    union {
        const char *borrowed;
        char *owned;
    } pointer = {.borrowed = text};

    if (text != NULL) {
        crypto_wipe(pointer.owned, strlen(text));
        free(pointer.owned);
    }
}

void db_link_release(struct db_link *link)
{
    db_close(link->db);
    free_text(link->options.conninfo);
    free_text(link->options.password);
    free_text(link->options.application_name);
    *link = (struct db_link){.db = NULL};
}
