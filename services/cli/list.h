/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists that services answer in pages, fetched whole: {"items": […], "next":
 * cursor or null}. Also how values go into a query.
 */
#ifndef HYEOPCHI_CLI_LIST_H
#define HYEOPCHI_CLI_LIST_H

#include "cli/client.h"
#include "cli/command.h"
#include "runtime/buffer.h"

#include <jansson.h>

enum { LIST_PAGE_COUNT_MAX = 10000 };

struct list_request {
    enum client_service service;
    const char *path;   /* with its query, if any: "/v1/lines?fiscal_year=2026" */
    const char *items;  /* the member that holds a page's rows: "lines" */
    const char *cursor; /* the query parameter that takes "next"; NULL: "after" */
    int64_t count_max;  /* 0: all */
};

/* Fetches every page and joins their rows; *ret_rows is a new array. */
enum cli_status list_fetch(const struct invocation *invocation, const struct list_request *request,
                           json_t **ret_rows);

/* Fetches them and prints them as a table, or as JSON. */
enum cli_status list_show(const struct invocation *invocation, const struct list_request *request);

/* Appends ?name=value or &name=value, percent-encoded; nothing when value is NULL. */
void list_append_query(struct buffer *path, const char *name, const char *value);

#endif
