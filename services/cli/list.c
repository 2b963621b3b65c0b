/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paging through a list. Must end whatever a service answers: a cursor that
 * does not move on ends the list.
 */
#include "cli/list.h"

#include "cli/print.h"
#include "cli/request.h"

#include <stdio.h>
#include <string.h>

enum {
    PATH_SIZE_MAX = 4096,
    NUMBER_SIZE = 21, /* of an int64, with its sign and end */
};

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

void list_append_query(struct buffer *path, const char *name, const char *value)
{
    if (value == NULL) {
        return;
    }
    buffer_append_text(path, strchr(buffer_text(path), '?') == NULL ? "?" : "&");
    buffer_append_format(path, "%s=", name);
    for (; *value != '\0'; value++) {
        if (is_unreserved(*value)) {
            buffer_append(path, value, 1);
        } else {
            buffer_append_format(path, "%%%02X", (unsigned)(unsigned char)*value);
        }
    }
}

/* A list goes on after a name or after a number. */
static bool is_cursor(const json_t *next)
{
    return json_is_string(next) || json_is_integer(next);
}

static void append_cursor(struct buffer *path, const char *name, const json_t *after)
{
    char number[NUMBER_SIZE];

    if (json_is_integer(after)) {
        (void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(after));
        list_append_query(path, name, number);
        return;
    }
    list_append_query(path, name, json_string_value(after));
}

/* One page; *ret_next is a new reference, NULL after the last page. */
static enum cli_status fetch_page(const struct invocation *invocation, struct client *client,
                                  const struct list_request *request, const json_t *after,
                                  json_t *rows, json_t **ret_next)
{
    struct client_response response;
    struct buffer path;
    enum cli_status status = CLI_FAILED;
    json_t *next;

    buffer_init(&path, PATH_SIZE_MAX);
    buffer_append_text(&path, request->path);
    append_cursor(&path, request->cursor != NULL ? request->cursor : "after", after);
    if (buffer_status(&path)) {
        goto out;
    }
    status = request_send(invocation, client,
                          &(const struct client_request){
                              .service = request->service,
                              .method = "GET",
                              .path = buffer_text(&path),
                              .is_public = true,
                          },
                          &response);
    if (status != CLI_OK) {
        goto out;
    }
    (void)json_array_extend(rows, json_object_get(response.json, request->items));
    next = json_object_get(response.json, "next");
    *ret_next = is_cursor(next) && !json_equal(next, after) ? json_incref(next) : NULL;
    client_response_release(&response);

out:
    buffer_release(&path);
    return status;
}

enum cli_status list_fetch(const struct invocation *invocation, const struct list_request *request,
                           json_t **ret_rows)
{
    struct client *client = NULL;
    json_t *rows = json_array();
    json_t *after = NULL;
    enum cli_status status = client_open(invocation, &client);
    int pages;

    for (pages = 0; status == CLI_OK && pages < LIST_PAGE_COUNT_MAX; pages++) {
        json_t *next = NULL;

        status = fetch_page(invocation, client, request, after, rows, &next);
        json_decref(after);
        after = next;
        if (status != CLI_OK || after == NULL) {
            break;
        }
        if (request->count_max > 0 && (int64_t)json_array_size(rows) >= request->count_max) {
            break;
        }
    }
    json_decref(after);
    client_close(client);
    if (status != CLI_OK) {
        json_decref(rows);
        return status;
    }
    while (request->count_max > 0 && (int64_t)json_array_size(rows) > request->count_max) {
        (void)json_array_remove(rows, json_array_size(rows) - 1);
    }
    *ret_rows = rows;
    return CLI_OK;
}

enum cli_status list_show(const struct invocation *invocation, const struct list_request *request)
{
    json_t *rows = NULL;
    enum cli_status status = list_fetch(invocation, request, &rows);

    if (status == CLI_OK) {
        print_answer(rows, invocation->json);
        json_decref(rows);
    }
    return status;
}
