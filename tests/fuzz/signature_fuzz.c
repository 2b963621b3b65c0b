/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as Signature-Input, Signature and Content-Digest of a request, a line
 * each: they are refused with a problem, or give a base that ends with the
 * parameters in the one form that reading them again gives.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "runtime/http_signature.h"
#include "runtime/http_signature_input.h"

enum { LINE_COUNT = 3, LINE_SIZE = 4096 };

static const char BODY[] = "{\"hello\": \"world\"}";

/* Cuts the input into lines without NUL; what is missing is empty. */
static void split(const uint8_t *data, size_t size, char ret_lines[LINE_COUNT][LINE_SIZE])
{
    size_t line = 0;
    size_t length = 0;
    size_t i;

    memset(ret_lines, 0, (size_t)LINE_COUNT * LINE_SIZE);
    for (i = 0; i < size && line < LINE_COUNT; i++) {
        if (data[i] == '\n') {
            line++;
            length = 0;
        } else if (length + 1 < LINE_SIZE && data[i] != '\0') {
            ret_lines[line][length] = (char)data[i];
            length++;
        }
    }
}

/* What stands behind the last component of a base, read and written again, is the same. */
static void check_base(struct buffer *base)
{
    static const char MARK[] = "\"@signature-params\": ";
    const char *text = buffer_text(base);
    const char *parameters = NULL;
    const char *at;
    char reason[SIGNATURE_REASON_SIZE];
    struct signature_input input;
    struct buffer again;
    struct buffer member;

    assert(strlen(text) == base->length);
    for (at = strstr(text, MARK); at != NULL; at = strstr(at + 1, MARK)) {
        if (at == text || at[-1] == '\n') {
            parameters = at + sizeof MARK - 1;
        }
    }
    assert(parameters != NULL);
    assert(strchr(parameters, '\n') == NULL);

    buffer_init(&member, HTTP_SIGNATURE_BASE_SIZE_MAX);
    buffer_init(&again, HTTP_SIGNATURE_BASE_SIZE_MAX);
    buffer_append_format(&member, "x=%s", parameters);
    assert(signature_input_parse(buffer_text(&member), member.length, &input, reason) == ERR_OK);
    signature_input_format(&input, &again);
    assert(strcmp(buffer_text(&again), parameters) == 0);
    buffer_release(&member);
    buffer_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char lines[LINE_COUNT][LINE_SIZE];
    const struct http_header headers[] = {
        {"host", "example.com"},      {"signature-input", lines[0]},   {"signature", lines[1]},
        {"content-digest", lines[2]}, {"idempotency-key", "7c1e5b0a"},
    };
    const struct http_message message = {
        .method = "POST",
        .scheme = "http",
        .authority = "example.com",
        .path = "/foo",
        .query = "a=1",
        .headers = headers,
        .header_count = sizeof headers / sizeof headers[0],
        .body = BODY,
        .body_length = sizeof BODY - 1,
    };
    struct problem problem = {.kind = NULL};
    struct http_signature signature;
    enum err digest;

    split(data, size, lines);
    digest = content_digest_check(&message);
    assert(digest == ERR_OK || digest == ERR_INVALID || digest == ERR_NOT_FOUND);
    if (http_signature_parse(&message, &signature, &problem) == ERR_OK) {
        assert(problem.kind == NULL);
        assert(strlen(signature.nonce) >= 16);
        assert(signature.base.length > 0);
        check_base(&signature.base);
        http_signature_release(&signature);
    } else {
        assert(problem.kind == &PROBLEM_BAD_SIGNATURE || problem.kind == &PROBLEM_UNSIGNED);
        assert(problem.field[0] != '\0');
    }
    return 0;
}
