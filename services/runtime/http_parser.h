/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request's bytes become a checked head and a body. Pure: no socket, no
 * clock, so that tests and the fuzzer drive it directly.
 *
 * A head is collected whole and then parsed at once: how the bytes were cut
 * into packets can therefore change nothing, and names and values are strings
 * inside the head's own bytes. llhttp parses; what it lets pass and we do not
 * (bare LF in the request line, obs-fold, empty names, two Hosts, …) is
 * refused here.
 */
#ifndef HYEOPCHI_RUNTIME_HTTP_PARSER_H
#define HYEOPCHI_RUNTIME_HTTP_PARSER_H

#include "runtime/buffer.h"
#include "runtime/err.h"
#include "runtime/http.h"
#include "runtime/http_signature.h"
#include "runtime/problem.h"

#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_PARSER_TAIL_SIZE = 4,
    /* Bytes of chunk framing that one byte of body may cost, and a start: "1\r\nx\r\n" costs six. */
    HTTP_CHUNK_OVERHEAD_MAX = 8,
};

struct http_parameter {
    const char *name;
    const char *value;
};

/* A head as received (bytes) and as parsed; the parsed strings point into bytes and text. */
struct http_head {
    char bytes[HTTP_HEAD_SIZE_MAX + 1];
    size_t length;
    size_t line_start; /* of the line being searched for its end */
    size_t scanned;
    size_t line_count; /* whole lines so far */

    const char *method; /* static; NULL until parsed */
    size_t target_start;
    size_t target_length;
    const char *authority; /* Host; "" for HTTP/1.0 without one */
    const char *path;      /* as received, without the query */
    const char *query;     /* as received, without "?"; NULL when there is none */
    struct http_header headers[HTTP_HEADER_COUNT_MAX];
    size_t header_count;
    int version_major;
    int version_minor;
    bool keep_alive;
    bool expects_continue;
    bool chunked;
    bool has_body;
    uint64_t content_length; /* 0 when chunked */

    char text[HTTP_HEAD_SIZE_MAX + 1]; /* decoded parameters, one after another */
    size_t text_length;
    struct http_parameter query_parameters[HTTP_QUERY_PARAM_COUNT_MAX];
    size_t query_parameter_count;
};

enum http_parse {
    HTTP_PARSE_MORE,    /* everything was taken and more is needed */
    HTTP_PARSE_HEAD,    /* the head is whole: look at it, set body.length_max, go on feeding */
    HTTP_PARSE_WHOLE,   /* the message is whole; bytes not taken belong to the next one */
    HTTP_PARSE_REFUSED, /* `refusal` and `rule` say why; nothing after it can be trusted */
};

struct http_parser {
    llhttp_t llhttp;
    struct http_head head;
    struct buffer body;
    uint64_t body_raw_length;            /* with chunk framing */
    uint8_t tail[HTTP_PARSER_TAIL_SIZE]; /* the last bytes of the body as received */
    bool head_whole;
    bool whole;
    const struct problem_kind *refusal;
    const char *rule; /* stable, kebab-case; NULL while nothing was refused */
};

/* Starts for the first message. The body may hold nothing until its length_max is set. */
void http_parser_init(struct http_parser *parser);

/* Starts over for the next message; keeps a small body's memory. */
void http_parser_reset(struct http_parser *parser);

void http_parser_release(struct http_parser *parser);

/* Takes bytes; *ret_taken says how many. Call again with length 0 after HTTP_PARSE_HEAD. */
enum http_parse http_parser_feed(struct http_parser *parser, const char *data, size_t length,
                                 size_t *ret_taken);

/* True when bytes of a message have arrived. */
bool http_parser_started(const struct http_parser *parser);

/* Sets why the message is refused, unless that is set already. */
void http_parser_refuse(struct http_parser *parser, const struct problem_kind *kind,
                        const char *rule);

/* The value of a header (name in lower case), NULL when absent. */
const char *http_head_header(const struct http_head *head, const char *name);

/* Percent-decodes [begin, end), and + to a space when told, into memory of the head.
 * NULL for a broken escape, a NUL or invalid UTF-8. */
const char *http_head_decode(struct http_head *head, const char *begin, const char *end,
                             bool plus_is_space);

/* The parser's own steps, in http_head.c: finding the head's end, and what llhttp does not check. */
enum http_parse http_head_scan(struct http_parser *parser, const char *data, size_t length,
                               size_t *ret_taken);
ERR_CHECKED enum err http_head_check(struct http_parser *parser);

/* Kinds only this server needs. */
extern const struct problem_kind HTTP_PROBLEM_TARGET_TOO_LONG; /* 414 */
extern const struct problem_kind HTTP_PROBLEM_EXPECTATION;     /* 417 */
extern const struct problem_kind HTTP_PROBLEM_CODING;          /* 501 */
extern const struct problem_kind HTTP_PROBLEM_VERSION;         /* 505 */

#endif
