/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives llhttp over one message: the head in one call, the body as it comes.
 * Never writes to a socket and never decides what a refusal is answered with
 * beyond naming its problem.
 */
#include "runtime/http_parser.h"

#include <assert.h>
#include <string.h>

enum {
    BODY_KEPT_SIZE_MAX = 16 * 1024, /* an idle connection holds no more than this */
    RAW_BODY_START = 8 * 1024,
};

static const llhttp_settings_t *settings(void);
static enum http_parse feed_head(struct http_parser *parser, const char *data, size_t length,
                                 size_t *ret_taken);
static enum http_parse feed_body(struct http_parser *parser, const char *data, size_t length,
                                 size_t *ret_taken);
static void remember_tail(struct http_parser *parser, const char *data, size_t length);

void http_parser_init(struct http_parser *parser)
{
    buffer_init(&parser->body, 0);
    http_parser_reset(parser);
}

void http_parser_reset(struct http_parser *parser)
{
    struct http_head *head = &parser->head;

    llhttp_init(&parser->llhttp, HTTP_REQUEST, settings());
    parser->llhttp.data = parser;
    parser->body_raw_length = 0;
    memset(parser->tail, 0, sizeof parser->tail);
    parser->head_whole = false;
    parser->whole = false;
    parser->refusal = NULL;
    parser->rule = NULL;

    if (parser->body.capacity > BODY_KEPT_SIZE_MAX) {
        buffer_release(&parser->body);
        buffer_init(&parser->body, 0);
    } else {
        buffer_clear(&parser->body);
        parser->body.length_max = 0;
    }

    /* Field by field: the arrays are large and only what the counts cover is ever read. */
    head->length = 0;
    head->line_start = 0;
    head->scanned = 0;
    head->line_count = 0;
    head->method = NULL;
    head->target_start = 0;
    head->target_length = 0;
    head->authority = "";
    head->path = "";
    head->query = NULL;
    head->header_count = 0;
    head->version_major = 0;
    head->version_minor = 0;
    head->keep_alive = false;
    head->expects_continue = false;
    head->chunked = false;
    head->has_body = false;
    head->content_length = 0;
    head->text_length = 0;
    head->query_parameter_count = 0;
}

void http_parser_release(struct http_parser *parser)
{
    buffer_release(&parser->body);
}

bool http_parser_started(const struct http_parser *parser)
{
    return parser->head.length > 0 || parser->refusal != NULL;
}

void http_parser_refuse(struct http_parser *parser, const struct problem_kind *kind,
                        const char *rule)
{
    if (!parser->refusal) {
        parser->refusal = kind;
        parser->rule = rule;
    }
}

enum http_parse http_parser_feed(struct http_parser *parser, const char *data, size_t length,
                                 size_t *ret_taken)
{
    enum http_parse state;

    *ret_taken = 0;
    if (parser->refusal) {
        return HTTP_PARSE_REFUSED;
    }
    state = parser->head_whole ? feed_body(parser, data, length, ret_taken)
                               : feed_head(parser, data, length, ret_taken);
    assert(*ret_taken <= length);
    assert((state == HTTP_PARSE_REFUSED) == (parser->refusal != NULL));
    return state;
}

static enum http_parse feed_head(struct http_parser *parser, const char *data, size_t length,
                                 size_t *ret_taken)
{
    struct http_head *head = &parser->head;
    llhttp_errno_t status;
    enum http_parse state;

    state = http_head_scan(parser, data, length, ret_taken);
    if (state != HTTP_PARSE_HEAD) {
        return state;
    }

    parser->head_whole = true;
    status = llhttp_execute(&parser->llhttp, head->bytes, head->length);
    if (status != HPE_OK && status != HPE_PAUSED && status != HPE_PAUSED_UPGRADE) {
        http_parser_refuse(parser, &PROBLEM_MALFORMED, "head");
        return HTTP_PARSE_REFUSED;
    }
    if (http_head_check(parser)) {
        assert(parser->refusal != NULL);
        return HTTP_PARSE_REFUSED;
    }
    /* A head without a body must have ended the message, and one with a body must not. */
    if (parser->whole == head->has_body) {
        http_parser_refuse(parser, &PROBLEM_MALFORMED, "framing");
        return HTTP_PARSE_REFUSED;
    }
    return HTTP_PARSE_HEAD;
}

static enum http_parse feed_body(struct http_parser *parser, const char *data, size_t length,
                                 size_t *ret_taken)
{
    uint64_t raw_max = (uint64_t)parser->body.length_max * HTTP_CHUNK_OVERHEAD_MAX + RAW_BODY_START;
    uint64_t allowed = raw_max - parser->body_raw_length;
    size_t taken = length < allowed ? length : (size_t)allowed;
    llhttp_errno_t status;

    if (parser->whole) {
        return HTTP_PARSE_WHOLE;
    }
    if (length == 0) {
        return HTTP_PARSE_MORE;
    }

    status = llhttp_execute(&parser->llhttp, data, taken);
    if (status == HPE_PAUSED) {
        taken = (size_t)(llhttp_get_error_pos(&parser->llhttp) - data);
    } else if (status != HPE_OK) {
        /* Unless a callback has said why. */
        http_parser_refuse(parser, &PROBLEM_MALFORMED, "body");
        return HTTP_PARSE_REFUSED;
    }
    parser->body_raw_length += taken;
    remember_tail(parser, data, taken);
    *ret_taken = taken;

    if (!parser->whole && parser->body_raw_length == raw_max) {
        http_parser_refuse(parser, &PROBLEM_TOO_LARGE, "body-size");
        return HTTP_PARSE_REFUSED;
    }
    /* Some versions of llhttp let the last chunk end in a bare LF. */
    if (parser->whole && parser->head.chunked &&
        memcmp(parser->tail, "\r\n\r\n", sizeof parser->tail) != 0) {
        http_parser_refuse(parser, &PROBLEM_MALFORMED, "bare-lf");
        return HTTP_PARSE_REFUSED;
    }
    return parser->whole ? HTTP_PARSE_WHOLE : HTTP_PARSE_MORE;
}

static void remember_tail(struct http_parser *parser, const char *data, size_t length)
{
    size_t size = sizeof parser->tail;

    if (length >= size) {
        memcpy(parser->tail, data + length - size, size);
        return;
    }
    memmove(parser->tail, parser->tail + length, size - length);
    memcpy(parser->tail + size - length, data, length);
}

/* --- llhttp's callbacks. The head's are called with pointers into head->bytes. ---------------- */

static int on_url(llhttp_t *llhttp, const char *at, size_t length)
{
    struct http_parser *parser = llhttp->data;
    struct http_head *head = &parser->head;

    if (head->target_length == 0) {
        head->target_start = (size_t)(at - head->bytes);
    }
    head->target_length += length;
    return HPE_OK;
}

static int on_header_field(llhttp_t *llhttp, const char *at, size_t length)
{
    struct http_parser *parser = llhttp->data;
    struct http_head *head = &parser->head;

    (void)length;
    if (head->method) {
        http_parser_refuse(parser, &PROBLEM_MALFORMED, "trailer");
        return HPE_USER;
    }
    if (at[-1] != '\n') {
        return HPE_OK; /* the rest of a name that llhttp reported in two pieces */
    }
    if (head->header_count == HTTP_HEADER_COUNT_MAX) {
        http_parser_refuse(parser, &PROBLEM_HEAD_TOO_LARGE, "header-count");
        return HPE_USER;
    }
    head->headers[head->header_count] = (struct http_header){.name = at, .value = NULL};
    head->header_count++;
    return HPE_OK;
}

static int on_headers_complete(llhttp_t *llhttp)
{
    struct http_parser *parser = llhttp->data;
    struct http_head *head = &parser->head;

    head->method = llhttp_method_name((llhttp_method_t)llhttp_get_method(llhttp));
    head->version_major = llhttp_get_http_major(llhttp);
    head->version_minor = llhttp_get_http_minor(llhttp);
    head->keep_alive = llhttp_should_keep_alive(llhttp) != 0;
    return HPE_OK;
}

static int on_body(llhttp_t *llhttp, const char *at, size_t length)
{
    struct http_parser *parser = llhttp->data;

    buffer_append(&parser->body, at, length);
    if (buffer_status(&parser->body)) {
        http_parser_refuse(parser, &PROBLEM_TOO_LARGE, "body-size");
        return HPE_USER;
    }
    return HPE_OK;
}

static int on_message_complete(llhttp_t *llhttp)
{
    struct http_parser *parser = llhttp->data;

    parser->whole = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t *settings(void)
{
    static const llhttp_settings_t callbacks = {
        .on_url = on_url,
        .on_header_field = on_header_field,
        .on_headers_complete = on_headers_complete,
        .on_body = on_body,
        .on_message_complete = on_message_complete,
    };

    return &callbacks;
}
