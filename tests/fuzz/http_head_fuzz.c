/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as HTTP requests, one after another on one connection: each is
 * taken or refused, the same way however the bytes are cut, and what was taken
 * keeps the promises that handlers rely on.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "runtime/http_internal.h"

enum { BODY_MAX = 1024, PIECE_SIZES = 4 };

static void handler(struct http_request *request, void *context)
{
    (void)request;
    (void)context;
}

static const struct http_route routes[] = {
    {.method = "GET", .path = "/v1/ballots/{id}", .roles = ROLE_PUBLIC, .handler = handler},
    {.method = "POST", .path = "/v1/{a}/{b}:c", .roles = ROLE_PUBLIC, .handler = handler},
};
static const struct http_route_table table = {.routes = routes, .count = 2};
static const struct http_routes all = {.tables = &table, .count = 1};

static void check_text(const char *text)
{
    assert(text != NULL);
    for (const char *at = text; *at != '\0'; at++) {
        assert(*at != '\r' && *at != '\n');
    }
}

static void check_head(struct http_head *head)
{
    struct http_match match;

    assert(head->method != NULL);
    assert(head->path[0] == '/');
    assert(strchr(head->path, '?') == NULL);
    assert(head->header_count <= HTTP_HEADER_COUNT_MAX);
    assert(!head->chunked || head->content_length == 0);
    assert(head->has_body == (head->chunked || head->content_length > 0));
    for (size_t i = 0; i < head->header_count; i++) {
        check_text(head->headers[i].name);
        check_text(head->headers[i].value);
        assert(head->headers[i].name[0] != '\0');
        assert(strpbrk(head->headers[i].name, " :\tABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL);
    }
    for (size_t i = 0; i < head->query_parameter_count; i++) {
        assert(head->query_parameters[i].name != NULL);
        assert(head->query_parameters[i].value != NULL);
    }
    http_route_match(&all, head, &match);
    assert(!match.route || match.path_known);
    if (match.route && !match.broken) {
        for (size_t i = 0; i < match.parameter_count; i++) {
            assert(match.parameters[i].value[0] != '\0');
        }
    }
}

/* What became of the bytes: how many were used, how often each thing happened, and the last word. */
struct outcome {
    size_t used;
    size_t heads;
    size_t messages;
    size_t body_length;
    const struct problem_kind *refusal; /* the rule may differ: some say "trailer" before "body" */
};

static struct outcome parse(const uint8_t *data, size_t size, size_t piece)
{
    struct http_parser *parser = malloc(sizeof *parser);
    struct outcome outcome = {.used = 0};
    enum http_parse state = HTTP_PARSE_MORE;

    assert(parser != NULL);
    http_parser_init(parser);
    while (state != HTTP_PARSE_REFUSED && (outcome.used < size || state == HTTP_PARSE_HEAD)) {
        size_t left = size - outcome.used;
        size_t taken;

        state = http_parser_feed(parser, (const char *)data + outcome.used,
                                 left < piece ? left : piece, &taken);
        outcome.used += taken;
        if (state == HTTP_PARSE_HEAD) {
            outcome.heads++;
            check_head(&parser->head);
            parser->body.length_max = BODY_MAX;
        } else if (state == HTTP_PARSE_WHOLE) {
            outcome.messages++;
            outcome.body_length += parser->body.length;
            assert(parser->body.length <= BODY_MAX);
            assert(parser->head.chunked || parser->body.length == parser->head.content_length);
            http_parser_reset(parser);
        } else if (state == HTTP_PARSE_REFUSED) {
            outcome.refusal = parser->refusal;
            assert(parser->rule != NULL);
        }
    }
    http_parser_release(parser);
    free(parser);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t pieces[PIECE_SIZES] = {1, 2, 7, 64};
    const struct outcome whole = parse(data, size, SIZE_MAX);

    for (size_t i = 0; i < PIECE_SIZES; i++) {
        const struct outcome cut = parse(data, size, pieces[i]);

        assert(cut.heads == whole.heads);
        assert(cut.messages == whole.messages);
        assert(cut.body_length == whole.body_length);
        assert(cut.refusal == whole.refusal);
    }
    return 0;
}
