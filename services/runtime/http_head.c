/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request's head: finding its end line by line, and the rules that stand
 * beside llhttp's. Every rule here closes a way to make two parsers in a row
 * (nginx and this one) disagree about where a request ends or what it asks for.
 * Never guesses: what is unclear is refused, with the rule's name for the log.
 */
#include "runtime/http_parser.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

enum { AUTHORITY_LENGTH_MAX = 255 };

const struct problem_kind HTTP_PROBLEM_TARGET_TOO_LONG = {
    .status = 414,
    .code = "target-too-long",
    .ko = "요청 주소가 너무 깁니다. 주소를 줄여 다시 보내 주십시오.",
    .en = "The request's address is too long. Shorten it and send the request again.",
};

const struct problem_kind HTTP_PROBLEM_EXPECTATION = {
    .status = 417,
    .code = "expectation-failed",
    .ko = "Expect 머리글에는 100-continue만 쓸 수 있습니다.",
    .en = "The Expect header may only say 100-continue.",
};

const struct problem_kind HTTP_PROBLEM_CODING = {
    .status = 501,
    .code = "transfer-coding-not-supported",
    .ko = "Transfer-Encoding 머리글에는 chunked만 쓸 수 있습니다.",
    .en = "The Transfer-Encoding header may only say chunked.",
};

const struct problem_kind HTTP_PROBLEM_VERSION = {
    .status = 505,
    .code = "version-not-supported",
    .ko = "HTTP/1.0과 HTTP/1.1만 지원합니다.",
    .en = "Only HTTP/1.0 and HTTP/1.1 are supported.",
};

/* Headers that mean one thing only; two of them are two meanings. */
static const char *const SINGLE_HEADERS[] = {
    "host",          "content-length",  "transfer-encoding", "content-type",    "content-encoding",
    "expect",        "idempotency-key", "x-forwarded-proto", "accept-language", "last-event-id",
    "authorization",
};

static enum http_parse scan_line(struct http_parser *parser, size_t end);
static void cut_headers(struct http_head *head);
static enum err check_request_line(struct http_parser *parser);
static enum err check_target(struct http_parser *parser);
static enum err check_headers(struct http_parser *parser);
static enum err check_framing(struct http_parser *parser);
static enum err check_authority(struct http_parser *parser);
static enum err read_query(struct http_parser *parser);
static enum err refuse(struct http_parser *parser, const struct problem_kind *kind,
                       const char *rule);

/* --- Finding the end. --------------------------------------------------------------------------- */

enum http_parse http_head_scan(struct http_parser *parser, const char *data, size_t length,
                               size_t *ret_taken)
{
    struct http_head *head = &parser->head;
    size_t old_length = head->length;
    size_t room = HTTP_HEAD_SIZE_MAX - old_length;
    size_t copied = length < room ? length : room;

    memcpy(head->bytes + old_length, data, copied);
    head->length += copied;

    /* One line a turn; each turn moves scanned on, so this ends. */
    while (head->scanned < head->length) {
        const char *from = head->bytes + head->scanned;
        const char *newline = memchr(from, '\n', head->length - head->scanned);
        enum http_parse state;

        if (!newline) {
            head->scanned = head->length;
            break;
        }
        head->scanned = (size_t)(newline - head->bytes) + 1;
        state = scan_line(parser, head->scanned);
        if (state == HTTP_PARSE_HEAD) {
            /* What was copied past the end belongs to the body or the next request. */
            head->length = head->scanned;
            *ret_taken = head->length - old_length;
            return HTTP_PARSE_HEAD;
        }
        if (state == HTTP_PARSE_REFUSED) {
            return state;
        }
    }

    *ret_taken = copied;
    if (head->length == HTTP_HEAD_SIZE_MAX) {
        http_parser_refuse(
            parser, head->line_count == 0 ? &HTTP_PROBLEM_TARGET_TOO_LONG : &PROBLEM_HEAD_TOO_LARGE,
            "head-size");
        return HTTP_PARSE_REFUSED;
    }
    return HTTP_PARSE_MORE;
}

/* Looks at the line that starts at line_start and ends (with its LF) at end. */
static enum http_parse scan_line(struct http_parser *parser, size_t end)
{
    struct http_head *head = &parser->head;
    const char *line = head->bytes + head->line_start;
    size_t length = end - head->line_start;

    assert(length >= 1);
    if (length < 2 || line[length - 2] != '\r') {
        http_parser_refuse(parser, &PROBLEM_MALFORMED, "bare-lf");
        return HTTP_PARSE_REFUSED;
    }
    if (length == 2) {
        if (head->line_count > 0) {
            return HTTP_PARSE_HEAD;
        }
        /* RFC 9112 2.2: an empty line before a request is skipped; one, not a stream of them. */
        if (head->line_start > 0) {
            http_parser_refuse(parser, &PROBLEM_MALFORMED, "empty-lines");
            return HTTP_PARSE_REFUSED;
        }
        head->line_start = end;
        return HTTP_PARSE_MORE;
    }
    if (head->line_count > 0 && (line[0] == ' ' || line[0] == '\t')) {
        http_parser_refuse(parser, &PROBLEM_MALFORMED, "obs-fold");
        return HTTP_PARSE_REFUSED;
    }
    if (head->line_count > 0 && line[0] == ':') {
        http_parser_refuse(parser, &PROBLEM_MALFORMED, "empty-header-name");
        return HTTP_PARSE_REFUSED;
    }
    head->line_count++;
    head->line_start = end;
    return HTTP_PARSE_MORE;
}

/* --- Checking. ---------------------------------------------------------------------------------- */

enum err http_head_check(struct http_parser *parser)
{
    enum err err;

    if (!parser->head.method) {
        return refuse(parser, &PROBLEM_MALFORMED, "head");
    }
    cut_headers(&parser->head);

    err = check_request_line(parser);
    if (!err) {
        err = check_headers(parser);
    }
    if (!err) {
        err = check_framing(parser);
    }
    if (!err) {
        err = check_target(parser);
    }
    if (!err) {
        err = check_authority(parser);
    }
    if (!err) {
        err = read_query(parser);
    }
    return err;
}

static enum err refuse(struct http_parser *parser, const struct problem_kind *kind,
                       const char *rule)
{
    http_parser_refuse(parser, kind, rule);
    return ERR_INVALID;
}

/* Makes strings of the names (in lower case) and values, in place. llhttp has checked their
 * characters, and the scan that each is one line that ends in CRLF. */
static void cut_headers(struct http_head *head)
{
    for (size_t i = 0; i < head->header_count; i++) {
        char *name = head->bytes + (head->headers[i].name - head->bytes);
        char *line_end = memchr(name, '\n', head->length - (size_t)(name - head->bytes));
        char *colon = memchr(name, ':', (size_t)(line_end - name));
        char *value = colon + 1;
        char *value_end = line_end - 1;

        assert(line_end[-1] == '\r');
        while (value < value_end && (*value == ' ' || *value == '\t')) {
            value++;
        }
        while (value_end > value && (value_end[-1] == ' ' || value_end[-1] == '\t')) {
            value_end--;
        }
        for (char *at = name; at < colon; at++) {
            if (*at >= 'A' && *at <= 'Z') {
                *at = (char)(*at - 'A' + 'a');
            }
        }
        *colon = '\0';
        *value_end = '\0';
        head->headers[i] = (struct http_header){.name = name, .value = value};
    }
}

static enum err check_request_line(struct http_parser *parser)
{
    const struct http_head *head = &parser->head;
    size_t request_line = head->bytes[0] == '\r' ? 2 : 0;

    if (head->version_major != 1 || (head->version_minor != 0 && head->version_minor != 1)) {
        return refuse(parser, &HTTP_PROBLEM_VERSION, "version");
    }
    if (head->target_start != request_line + strlen(head->method) + 1) {
        return refuse(parser, &PROBLEM_MALFORMED, "request-line-spaces");
    }
    /* llhttp also speaks RTSP and ICE. */
    if (strncmp(head->bytes + head->target_start + head->target_length, " HTTP/1.", 8) != 0) {
        return refuse(parser, &PROBLEM_MALFORMED, "protocol");
    }
    return ERR_OK;
}

static enum err check_headers(struct http_parser *parser)
{
    const struct http_head *head = &parser->head;
    const char *coding = http_head_header(head, "content-encoding");

    for (size_t i = 0; i < sizeof SINGLE_HEADERS / sizeof SINGLE_HEADERS[0]; i++) {
        size_t count = 0;

        for (size_t k = 0; k < head->header_count; k++) {
            count += strcmp(head->headers[k].name, SINGLE_HEADERS[i]) == 0 ? 1 : 0;
        }
        if (count > 1) {
            return refuse(parser, &PROBLEM_MALFORMED, "duplicate-header");
        }
    }
    if (coding && strcasecmp(coding, "identity") != 0) {
        return refuse(parser, &PROBLEM_WRONG_TYPE, "content-encoding");
    }
    return ERR_OK;
}

/* llhttp has read Content-Length as a number that fits, alone and without Transfer-Encoding. */
static uint64_t content_length(const char *text)
{
    uint64_t length = 0;

    for (const char *at = text; *at >= '0' && *at <= '9'; at++) {
        length = length * 10 + (uint64_t)(*at - '0');
    }
    return length;
}

static enum err check_framing(struct http_parser *parser)
{
    struct http_head *head = &parser->head;
    const char *coding = http_head_header(head, "transfer-encoding");
    const char *length = http_head_header(head, "content-length");
    const char *expect = http_head_header(head, "expect");

    if (coding && (length || head->version_minor == 0)) {
        return refuse(parser, &PROBLEM_MALFORMED, "transfer-encoding");
    }
    if (coding && strcasecmp(coding, "chunked") != 0) {
        return refuse(parser, &HTTP_PROBLEM_CODING, "transfer-encoding");
    }
    head->chunked = coding != NULL;
    head->content_length = length ? content_length(length) : 0;
    head->has_body = head->chunked || head->content_length > 0;

    if (expect && head->version_minor > 0) {
        if (strcasecmp(expect, "100-continue") != 0) {
            return refuse(parser, &HTTP_PROBLEM_EXPECTATION, "expect");
        }
        head->expects_continue = true;
    }
    /* HTTP/1.0 is for old proxies and health checks; one request a connection is enough. */
    if (head->version_minor == 0) {
        head->keep_alive = false;
    }
    return ERR_OK;
}

/* Origin form, or absolute form whose authority stands for Host (RFC 9112 3.2.2). */
static enum err check_target(struct http_parser *parser)
{
    struct http_head *head = &parser->head;
    char *target = head->bytes + head->target_start;
    char *query;
    const char *host = http_head_header(head, "host");

    target[head->target_length] = '\0';
    head->authority = host ? host : "";
    if (strchr(target, '#')) {
        return refuse(parser, &PROBLEM_MALFORMED, "fragment");
    }
    if (target[0] != '/') {
        size_t scheme = strncasecmp(target, "http://", 7) == 0    ? 7
                        : strncasecmp(target, "https://", 8) == 0 ? 8
                                                                  : 0;
        char *path = scheme > 0 ? strchr(target + scheme, '/') : NULL;
        size_t length = path ? (size_t)(path - target) - scheme : 0;

        if (!path || !host || strlen(host) != length ||
            strncasecmp(host, target + scheme, length) != 0) {
            return refuse(parser, &PROBLEM_MALFORMED, "target");
        }
        target = path;
    }
    query = strchr(target, '?');
    if (query) {
        *query = '\0';
        head->query = query + 1;
    }
    head->path = target;
    return ERR_OK;
}

static enum err check_authority(struct http_parser *parser)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        "-._~!$&'()*+,;=%:[]";
    const struct http_head *head = &parser->head;
    size_t length = strlen(head->authority);

    if (length == 0) {
        return head->version_minor == 0 ? ERR_OK : refuse(parser, &PROBLEM_MALFORMED, "host");
    }
    if (length > AUTHORITY_LENGTH_MAX || strspn(head->authority, allowed) != length) {
        return refuse(parser, &PROBLEM_MALFORMED, "host");
    }
    return ERR_OK;
}

/* Decodes all of the query at once; `a=1&a=2` has no one meaning and is refused. */
static enum err read_query(struct http_parser *parser)
{
    struct http_head *head = &parser->head;
    const char *at = head->query;

    while (at && *at != '\0') {
        const char *end = at + strcspn(at, "&");
        const char *equals = memchr(at, '=', (size_t)(end - at));
        struct http_parameter parameter;

        if (at == end) {
            at++; /* "a&&b" */
            continue;
        }
        parameter = (struct http_parameter){
            .name = http_head_decode(head, at, equals ? equals : end, true),
            .value = http_head_decode(head, equals ? equals + 1 : end, end, true),
        };

        if (!parameter.name || !parameter.value) {
            return refuse(parser, &PROBLEM_MALFORMED, "query-encoding");
        }
        for (size_t i = 0; i < head->query_parameter_count; i++) {
            if (strcmp(head->query_parameters[i].name, parameter.name) == 0) {
                return refuse(parser, &PROBLEM_MALFORMED, "duplicate-query-parameter");
            }
        }
        if (head->query_parameter_count == HTTP_QUERY_PARAM_COUNT_MAX) {
            return refuse(parser, &PROBLEM_MALFORMED, "query-parameter-count");
        }
        head->query_parameters[head->query_parameter_count] = parameter;
        head->query_parameter_count++;
        at = *end == '&' ? end + 1 : end;
    }
    return ERR_OK;
}

const char *http_head_header(const struct http_head *head, const char *name)
{
    for (size_t i = 0; i < head->header_count; i++) {
        if (strcmp(head->headers[i].name, name) == 0) {
            return head->headers[i].value;
        }
    }
    return NULL;
}
