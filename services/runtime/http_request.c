/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a handler reads of its request. Everything is memory of the connection,
 * parsed and decoded before the handler ran; nothing here can fail.
 */
#include "runtime/http_internal.h"

#include <assert.h>
#include <string.h>

static const struct http_head *head_of(const struct http_request *request)
{
    return &request->connection->parser.head;
}

const char *http_request_method(const struct http_request *request)
{
    return head_of(request)->method;
}

const char *http_request_path(const struct http_request *request)
{
    return head_of(request)->path;
}

const char *http_request_param(const struct http_request *request, const char *name)
{
    return http_route_parameter(&request->match, name);
}

const char *http_request_query(struct http_request *request, const char *name)
{
    const struct http_head *head = head_of(request);

    for (size_t i = 0; i < head->query_parameter_count; i++) {
        if (strcmp(head->query_parameters[i].name, name) == 0) {
            return head->query_parameters[i].value;
        }
    }
    return NULL;
}

const char *http_request_header(const struct http_request *request, const char *name)
{
    return http_head_header(head_of(request), name);
}

const uint8_t *http_request_body(const struct http_request *request, size_t *ret_length)
{
    static const uint8_t nothing[1] = {0};
    const struct buffer *body = &request->connection->parser.body;

    *ret_length = body->length;
    return body->length > 0 ? body->data : nothing;
}

const struct principal *http_request_principal(const struct http_request *request)
{
    return request->is_signed ? &request->principal : NULL;
}

const uint8_t *http_request_signature_hash(const struct http_request *request)
{
    return request->is_signed ? request->signature_hash : NULL;
}

enum problem_language http_request_language(const struct http_request *request)
{
    /* A head that was refused may never have been parsed. */
    return problem_language(
        head_of(request)->method ? http_request_header(request, "accept-language") : NULL);
}

int64_t http_request_started_ms(const struct http_request *request)
{
    return request->started_ms;
}
