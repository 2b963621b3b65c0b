/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests as bytes, and what the parser makes of them: whole, byte by byte
 * and cut at random places, which must never make a difference. Every rule
 * that keeps two parsers in a row from disagreeing has its request here.
 */
#include "runtime/http_parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define H  "Host: a\r\n"
#define OK 0

enum { BODY_MAX = 64, RANDOM_CUT_COUNT = 20 };

struct sample {
    const char *name;
    const char *bytes;
    size_t length;    /* 0: strlen(bytes) */
    int status;       /* OK, or of the problem it is refused with */
    const char *rule; /* NULL when accepted */
    const char *body; /* when accepted; NULL for none */
};

static const struct sample samples[] = {
    {"plain", "GET / HTTP/1.1\r\n" H "\r\n", 0, OK, NULL, NULL},
    {"one empty line before", "\r\nGET / HTTP/1.1\r\n" H "\r\n", 0, OK, NULL, NULL},
    {"absolute form", "GET http://a/b HTTP/1.1\r\n" H "\r\n", 0, OK, NULL, NULL},
    {"absolute form, other host", "GET http://b/b HTTP/1.1\r\n" H "\r\n", 0, 400, "target", NULL},
    {"absolute form without a path", "GET http://a HTTP/1.1\r\n" H "\r\n", 0, 400, "target", NULL},
    {"HTTP/1.0 needs no Host", "GET / HTTP/1.0\r\n\r\n", 0, OK, NULL, NULL},
    {"upgrade is ignored", "GET / HTTP/1.1\r\n" H "Upgrade: h2c\r\nConnection: upgrade\r\n\r\n", 0,
     OK, NULL, NULL},
    {"value of other bytes", "GET / HTTP/1.1\r\n" H "X: \xea\xb0\x80\r\n\r\n", 0, OK, NULL, NULL},
    {"length of zero", "POST / HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", 0, OK, NULL, NULL},
    {"body by length", "POST / HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nab", 0, OK, NULL, "ab"},
    {"body by chunks",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", 0,
     OK, NULL, "abc"},
    {"chunk extension is ignored",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: Chunked\r\n\r\n2;x=y\r\nab\r\n0\r\n\r\n", 0, OK,
     NULL, "ab"},

    {"bare LF after the request line", "GET / HTTP/1.1\n" H "\r\n", 0, 400, "bare-lf", NULL},
    {"bare LF after a header", "GET / HTTP/1.1\r\nHost: a\n\r\n", 0, 400, "bare-lf", NULL},
    {"bare LF at the end", "GET / HTTP/1.1\r\n" H "\n", 0, 400, "bare-lf", NULL},
    {"bare LF before", "\nGET / HTTP/1.1\r\n" H "\r\n", 0, 400, "bare-lf", NULL},
    {"bare LF after a chunk size",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n2\nab\r\n0\r\n\r\n", 0, 400, "body",
     NULL},
    {"bare LF after a chunk",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n2\r\nab\n0\r\n\r\n", 0, 400, "body",
     NULL},
    {"bare LF after the last chunk",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\n", 0, 400, NULL, NULL},
    {"bare LF in a chunk extension",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n2;x\ny\r\nab\r\n0\r\n\r\n", 0, 400,
     "body", NULL},
    {"bare CR in a value", "GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n", 0, 400, "head", NULL},
    {"bare CR after the request line", "GET / HTTP/1.1\r\r\n" H "\r\n", 0, 400, NULL, NULL},
    {"two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n", 0, 400, "empty-lines", NULL},
    {"obs-fold", "GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n", 0, 400, "obs-fold", NULL},
    {"obs-fold by a tab", "GET / HTTP/1.1\r\n" H "X: a\r\n\tb\r\n\r\n", 0, 400, "obs-fold", NULL},
    {"obs-fold of an empty value", "GET / HTTP/1.1\r\n" H "X:\r\n b\r\n\r\n", 0, 400, "obs-fold",
     NULL},
    {"space before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 0, 400, "obs-fold",
     NULL},
    {"space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 0, 400, "head", NULL},
    {"no name", "GET / HTTP/1.1\r\n" H ": a\r\n\r\n", 0, 400, "empty-header-name", NULL},
    {"no colon", "GET / HTTP/1.1\r\n" H "X\r\n\r\n", 0, 400, "head", NULL},
    {"control character in a value", "GET / HTTP/1.1\r\n" H "X: \x01\r\n\r\n", 0, 400, "head",
     NULL},
    {"NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 35, 400, "head", NULL},
    {"NUL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\0: ab\r\n\r\n", 35, 400, "head", NULL},
    {"NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28, 400, "head", NULL},

    {"length twice, equal",
     "POST / HTTP/1.1\r\n" H "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", 0, 400, "head",
     NULL},
    {"length twice, different",
     "POST / HTTP/1.1\r\n" H "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", 0, 400, "head",
     NULL},
    {"length as a list", "POST / HTTP/1.1\r\n" H "Content-Length: 2, 2\r\n\r\nab", 0, 400, "head",
     NULL},
    {"length with a sign", "POST / HTTP/1.1\r\n" H "Content-Length: +2\r\n\r\nab", 0, 400, "head",
     NULL},
    {"length below zero", "POST / HTTP/1.1\r\n" H "Content-Length: -2\r\n\r\nab", 0, 400, "head",
     NULL},
    {"length in hexadecimal", "POST / HTTP/1.1\r\n" H "Content-Length: 0x2\r\n\r\nab", 0, 400,
     "head", NULL},
    {"length of nothing", "POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n", 0, 400, "head", NULL},
    {"length past 64 bits", "POST / HTTP/1.1\r\n" H "Content-Length: 18446744073709551616\r\n\r\n",
     0, 400, "head", NULL},
    {"length and chunks",
     "POST / HTTP/1.1\r\n" H "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0,
     400, "head", NULL},
    {"chunks and length",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n", 0,
     400, "head", NULL},
    {"chunks twice",
     "POST / HTTP/1.1\r\n" H
     "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     0, 400, "head", NULL},
    {"chunked and then gzip",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 0, 400, "head",
     NULL},
    {"gzip and then chunked",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 0, 501,
     "transfer-encoding", NULL},
    {"coding that is not chunked",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 0, 400, NULL, NULL},
    {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0,
     400, "transfer-encoding", NULL},
    {"chunk size below zero",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n", 0, 400,
     "body", NULL},
    {"chunk size past 64 bits",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 0, 400,
     "body", NULL},
    {"chunk longer than it says",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", 0, 400,
     "body", NULL},
    {"trailer", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n", 0,
     400, "trailer", NULL},
    {"length as a trailer",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 3\r\n\r\n", 0,
     400, "trailer", NULL},

    {"no Host", "GET / HTTP/1.1\r\n\r\n", 0, 400, "host", NULL},
    {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0, 400, "host", NULL},
    {"two Hosts", "GET / HTTP/1.1\r\n" H "Host: b\r\n\r\n", 0, 400, "duplicate-header", NULL},
    {"Host that is a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 0, 400, "host", NULL},
    {"Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 0, 400, "host", NULL},
    {"two idempotency keys",
     "POST / HTTP/1.1\r\n" H "Idempotency-Key: a\r\nidempotency-key: b\r\n\r\n", 0, 400,
     "duplicate-header", NULL},
    {"two content types", "POST / HTTP/1.1\r\n" H "Content-Type: a\r\nContent-Type: b\r\n\r\n", 0,
     400, "duplicate-header", NULL},
    {"compressed body", "POST / HTTP/1.1\r\n" H "Content-Encoding: gzip\r\n\r\n", 0, 415,
     "content-encoding", NULL},

    {"HTTP/2.0", "GET / HTTP/2.0\r\n" H "\r\n", 0, 505, "version", NULL},
    {"HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", 0, 505, "version", NULL},
    {"HTTP/1.2", "GET / HTTP/1.2\r\n" H "\r\n", 0, 400, "head", NULL},
    {"no version", "GET /\r\n\r\n", 0, 505, "version", NULL},
    {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, 400, NULL, NULL},
    {"other protocol", "GET / RTSP/1.0\r\n\r\n", 0, 400, "protocol", NULL},
    {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15, 400, "head", NULL},
    {"two spaces", "GET  / HTTP/1.1\r\n" H "\r\n", 0, 400, "request-line-spaces", NULL},
    {"space at the end of the request line", "GET / HTTP/1.1 \r\n" H "\r\n", 0, 400, "head", NULL},
    {"method in lower case", "get / HTTP/1.1\r\n" H "\r\n", 0, 400, "head", NULL},
    {"unknown method", "BREW / HTTP/1.1\r\n" H "\r\n", 0, 400, "head", NULL},
    {"asterisk", "OPTIONS * HTTP/1.1\r\n" H "\r\n", 0, 400, "target", NULL},
    {"CONNECT", "CONNECT a:1 HTTP/1.1\r\n" H "\r\n", 0, 400, "target", NULL},
    {"fragment", "GET /a#b HTTP/1.1\r\n" H "\r\n", 0, 400, "fragment", NULL},
    {"tab in the target", "GET /a\tb HTTP/1.1\r\n" H "\r\n", 0, 400, "head", NULL},
    {"other bytes in the target", "GET /\xea\xb0\x80 HTTP/1.1\r\n" H "\r\n", 0, 400, "head", NULL},
    {"other expectation", "POST / HTTP/1.1\r\n" H "Expect: 200-ok\r\n\r\n", 0, 417, "expect", NULL},

    {"broken escape in the query", "GET /?a=%2 HTTP/1.1\r\n" H "\r\n", 0, 400, "query-encoding",
     NULL},
    {"no hexadecimal in the query", "GET /?a=%zz HTTP/1.1\r\n" H "\r\n", 0, 400, "query-encoding",
     NULL},
    {"NUL in the query", "GET /?a=%00 HTTP/1.1\r\n" H "\r\n", 0, 400, "query-encoding", NULL},
    {"query that is not UTF-8", "GET /?a=%ff HTTP/1.1\r\n" H "\r\n", 0, 400, "query-encoding",
     NULL},
    {"overlong UTF-8", "GET /?a=%c0%af HTTP/1.1\r\n" H "\r\n", 0, 400, "query-encoding", NULL},
    {"surrogate", "GET /?a=%ed%a0%80 HTTP/1.1\r\n" H "\r\n", 0, 400, "query-encoding", NULL},
    {"parameter twice", "GET /?a=1&a=2 HTTP/1.1\r\n" H "\r\n", 0, 400, "duplicate-query-parameter",
     NULL},
    {"body one byte too long",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
     "41\r\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n0\r\n\r\n",
     0, 413, "body-size", NULL},
    {"body just short enough",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
     "40\r\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n0\r\n\r\n",
     0, OK, NULL, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
};

/* Feeds up to `cut` bytes at a time (0: random sizes); returns the final state. */
static enum http_parse feed(struct http_parser *parser, const char *bytes, size_t length,
                            size_t cut, size_t *ret_used)
{
    size_t used = 0;
    enum http_parse state = HTTP_PARSE_MORE;
    bool again = false;

    while (used < length || again) {
        size_t size = cut > 0 ? cut : (size_t)rand() % 9 + 1;
        size_t taken;

        if (size > length - used) {
            size = length - used;
        }
        state = http_parser_feed(parser, bytes + used, size, &taken);
        assert_true(taken <= size);
        used += taken;
        again = state == HTTP_PARSE_HEAD;
        if (state == HTTP_PARSE_HEAD) {
            parser->body.length_max = BODY_MAX;
        } else if (state != HTTP_PARSE_MORE) {
            break;
        }
    }
    *ret_used = used;
    return state;
}

static void check(const struct sample *sample, size_t cut)
{
    struct http_parser *parser = malloc(sizeof *parser);
    size_t length = sample->length > 0 ? sample->length : strlen(sample->bytes);
    size_t used;
    enum http_parse state;

    assert_non_null(parser);
    http_parser_init(parser);
    state = feed(parser, sample->bytes, length, cut, &used);
    if (sample->status == OK) {
        const char *body = sample->body ? sample->body : "";

        if (state != HTTP_PARSE_WHOLE) {
            fail_msg("%s (cut %zu): state %d, rule %s", sample->name, cut, (int)state,
                     parser->rule);
        }
        assert_int_equal(used, length);
        assert_int_equal(parser->body.length, strlen(body));
        assert_string_equal(buffer_text(&parser->body), body);
    } else {
        if (state != HTTP_PARSE_REFUSED) {
            fail_msg("%s (cut %zu): state %d", sample->name, cut, (int)state);
        }
        if (parser->refusal->status != sample->status ||
            (sample->rule && strcmp(parser->rule, sample->rule) != 0)) {
            fail_msg("%s (cut %zu): %d %s", sample->name, cut, parser->refusal->status,
                     parser->rule);
        }
        /* Once refused, always refused. */
        assert_int_equal(http_parser_feed(parser, "x", 1, &used), HTTP_PARSE_REFUSED);
    }
    http_parser_release(parser);
    free(parser);
}

static void each_request_is_taken_or_refused_by_its_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        check(&samples[i], SIZE_MAX);
    }
}

static void how_a_request_is_cut_changes_nothing(void **state)
{
    unsigned seed = (unsigned)time(NULL);

    (void)state;
    print_message("seed %u\n", seed);
    srand(seed);
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        check(&samples[i], 1);
        for (int round = 0; round < RANDOM_CUT_COUNT; round++) {
            check(&samples[i], 0);
        }
    }
}

static void names_are_lowered_and_values_trimmed(void **state)
{
    static const char bytes[] =
        "GET /a%20b?x=1+2&y=%ea%b0%80&z HTTP/1.1\r\nHOST:  a:1 \r\n"
        "X-Empty:\r\nX-Two: 1\r\nx-two: 2\r\n\r\n";
    struct http_parser *parser = malloc(sizeof *parser);
    size_t used;

    (void)state;
    assert_non_null(parser);
    http_parser_init(parser);
    assert_int_equal(feed(parser, bytes, sizeof bytes - 1, SIZE_MAX, &used), HTTP_PARSE_WHOLE);
    assert_string_equal(parser->head.method, "GET");
    assert_string_equal(parser->head.path, "/a%20b");
    assert_string_equal(parser->head.query, "x=1+2&y=%ea%b0%80&z");
    assert_string_equal(parser->head.authority, "a:1");
    assert_string_equal(http_head_header(&parser->head, "x-empty"), "");
    assert_string_equal(http_head_header(&parser->head, "x-two"), "1");
    assert_null(http_head_header(&parser->head, "X-Two"));
    assert_int_equal(parser->head.header_count, 4);
    assert_int_equal(parser->head.query_parameter_count, 3);
    assert_string_equal(parser->head.query_parameters[0].value, "1 2");
    assert_string_equal(parser->head.query_parameters[1].value, "가");
    assert_string_equal(parser->head.query_parameters[2].name, "z");
    assert_string_equal(parser->head.query_parameters[2].value, "");
    assert_true(parser->head.keep_alive);
    http_parser_release(parser);
    free(parser);
}

static void keep_alive_follows_version_and_connection(void **state)
{
    static const struct {
        const char *bytes;
        bool keep_alive;
    } cases[] = {
        {"GET / HTTP/1.1\r\n" H "\r\n", true},
        {"GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\n" H "Connection: Keep-Alive\r\n\r\n", true},
        {"GET / HTTP/1.1\r\n" H "Connection: foo, CLOSE\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false},
    };
    struct http_parser *parser = malloc(sizeof *parser);

    (void)state;
    assert_non_null(parser);
    http_parser_init(parser);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t used;

        assert_int_equal(feed(parser, cases[i].bytes, strlen(cases[i].bytes), SIZE_MAX, &used),
                         HTTP_PARSE_WHOLE);
        assert_int_equal(parser->head.keep_alive, cases[i].keep_alive);
        http_parser_reset(parser);
    }
    http_parser_release(parser);
    free(parser);
}

static void bytes_of_the_next_request_are_left_alone(void **state)
{
    static const char bytes[] = "POST / HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nabGET / HT";
    static const char chunked[] =
        "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n\r\nGET";
    struct http_parser *parser = malloc(sizeof *parser);
    size_t used;

    (void)state;
    assert_non_null(parser);
    http_parser_init(parser);
    assert_int_equal(feed(parser, bytes, sizeof bytes - 1, SIZE_MAX, &used), HTTP_PARSE_WHOLE);
    assert_int_equal(used, sizeof bytes - 1 - strlen("GET / HT"));
    http_parser_reset(parser);
    assert_int_equal(feed(parser, chunked, sizeof chunked - 1, SIZE_MAX, &used), HTTP_PARSE_WHOLE);
    assert_int_equal(used, sizeof chunked - 1 - strlen("\r\nGET"));
    http_parser_release(parser);
    free(parser);
}

/* A head of exactly `length` bytes: padded in the target, or in a header's value. */
static char *padded_head(size_t length, bool in_target)
{
    static const char before[] = "GET /";
    static const char middle[] = " HTTP/1.1\r\nHost: a\r\nX: ";
    static const char after[] = "\r\n\r\n";
    size_t padding = length - (sizeof before + sizeof middle + sizeof after - 3);
    char *head = malloc(length);
    size_t at = 0;

    assert_non_null(head);
    memcpy(head, before, sizeof before - 1);
    at += sizeof before - 1;
    if (in_target) {
        memset(head + at, 'a', padding);
        at += padding;
    }
    memcpy(head + at, middle, sizeof middle - 1);
    at += sizeof middle - 1;
    if (!in_target) {
        memset(head + at, 'a', padding);
        at += padding;
    }
    memcpy(head + at, after, sizeof after - 1);
    assert_int_equal(at + sizeof after - 1, length);
    return head;
}

static void a_head_may_be_eight_kibibytes_and_no_more(void **state)
{
    static const struct {
        size_t length;
        bool in_target;
        int status;
    } cases[] = {
        {HTTP_HEAD_SIZE_MAX, false, OK},
        {HTTP_HEAD_SIZE_MAX, true, OK},
        {HTTP_HEAD_SIZE_MAX + 1, false, 431},
        {HTTP_HEAD_SIZE_MAX + 1, true, 431}, /* the request line still ends in time */
        {HTTP_HEAD_SIZE_MAX + 100, true, 414},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *head = padded_head(cases[i].length, cases[i].in_target);
        struct sample sample = {
            .name = "padded head",
            .bytes = head,
            .length = cases[i].length,
            .status = cases[i].status,
        };

        check(&sample, SIZE_MAX);
        check(&sample, 1000);
        check(&sample, 1);
        free(head);
    }
}

static void sixty_four_headers_are_taken_and_one_more_is_not(void **state)
{
    (void)state;
    for (size_t count = HTTP_HEADER_COUNT_MAX; count <= HTTP_HEADER_COUNT_MAX + 1; count++) {
        struct sample sample = {.name = "headers"};
        struct buffer bytes;

        buffer_init(&bytes, HTTP_HEAD_SIZE_MAX);
        buffer_append_text(&bytes, "GET / HTTP/1.1\r\n" H);
        for (size_t i = 1; i < count; i++) {
            buffer_append_format(&bytes, "x%zu: y\r\n", i);
        }
        buffer_append_text(&bytes, "\r\n");
        sample.bytes = buffer_text(&bytes);
        sample.status = count > HTTP_HEADER_COUNT_MAX ? 431 : OK;
        sample.rule = count > HTTP_HEADER_COUNT_MAX ? "header-count" : NULL;
        check(&sample, SIZE_MAX);
        check(&sample, 1);
        buffer_release(&bytes);
    }
}

static void chunk_framing_cannot_cost_more_than_its_share(void **state)
{
    struct sample sample = {.name = "extensions", .status = 413, .rule = "body-size"};
    struct buffer bytes;

    (void)state;
    buffer_init(&bytes, 1024 * 1024);
    buffer_append_text(&bytes, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1;");
    for (int i = 0; i < 100 * 1024; i++) {
        buffer_append_text(&bytes, "x");
    }
    sample.bytes = buffer_text(&bytes);
    check(&sample, SIZE_MAX);
    check(&sample, 1000);
    buffer_release(&bytes);
}

static void a_query_may_have_thirty_two_parameters(void **state)
{
    (void)state;
    for (int count = HTTP_QUERY_PARAM_COUNT_MAX; count <= HTTP_QUERY_PARAM_COUNT_MAX + 1; count++) {
        struct sample sample = {.name = "parameters"};
        struct buffer bytes;

        buffer_init(&bytes, HTTP_HEAD_SIZE_MAX);
        buffer_append_text(&bytes, "GET /?");
        for (int i = 0; i < count; i++) {
            buffer_append_format(&bytes, "&p%d=%d", i, i);
        }
        buffer_append_text(&bytes, " HTTP/1.1\r\n" H "\r\n");
        sample.bytes = buffer_text(&bytes);
        sample.status = count > HTTP_QUERY_PARAM_COUNT_MAX ? 400 : OK;
        check(&sample, SIZE_MAX);
        buffer_release(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_request_is_taken_or_refused_by_its_rule),
        cmocka_unit_test(how_a_request_is_cut_changes_nothing),
        cmocka_unit_test(names_are_lowered_and_values_trimmed),
        cmocka_unit_test(keep_alive_follows_version_and_connection),
        cmocka_unit_test(bytes_of_the_next_request_are_left_alone),
        cmocka_unit_test(a_head_may_be_eight_kibibytes_and_no_more),
        cmocka_unit_test(sixty_four_headers_are_taken_and_one_more_is_not),
        cmocka_unit_test(chunk_framing_cannot_cost_more_than_its_share),
        cmocka_unit_test(a_query_may_have_thirty_two_parameters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
