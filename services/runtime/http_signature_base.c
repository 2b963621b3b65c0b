/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signature base: what is really signed, one line per component. A value
 * that could end its line would let a signer cover other components than it
 * names, so such a value is never written.
 */
#include "runtime/http_signature_input.h"

#include "runtime/structured_field.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HEADER_JOINED_SIZE_MAX = 8 * 1024, SHA512_SIZE = 64 };

static_assert((int)SHA512_SIZE == (int)crypto_hash_sha512_BYTES, "sizes agree");

enum err message_header(const struct http_message *message, const char *name, struct buffer *buffer)
{
    bool found = false;
    size_t i;

    for (i = 0; i < message->header_count; i++) {
        const char *value = message->headers[i].value;
        size_t length;

        if (strcmp(message->headers[i].name, name) != 0) {
            continue;
        }
        value += strspn(value, " \t");
        length = strlen(value);
        while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t')) {
            length--;
        }
        if (found) {
            buffer_append_text(buffer, ", ");
        }
        buffer_append(buffer, value, length);
        found = true;
    }
    return found ? ERR_OK : ERR_NOT_FOUND;
}

static bool is_default_port(const char *scheme, const char *port)
{
    return (strcasecmp(scheme, "http") == 0 && strcmp(port, "80") == 0) ||
           (strcasecmp(scheme, "https") == 0 && strcmp(port, "443") == 0);
}

static void append_lower(const char *text, size_t length, struct buffer *buffer)
{
    size_t i;

    for (i = 0; i < length; i++) {
        const char c = text[i];

        buffer_append_u8(buffer, (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    }
}

/* Lower case, and without the port that goes without saying. */
static void append_authority(const struct http_message *message, struct buffer *buffer)
{
    const char *colon = strrchr(message->authority, ':');
    const bool has_port = colon != NULL && strchr(colon, ']') == NULL;
    const size_t whole = strlen(message->authority);

    if (has_port && is_default_port(message->scheme, colon + 1)) {
        append_lower(message->authority, (size_t)(colon - message->authority), buffer);
        return;
    }
    append_lower(message->authority, whole, buffer);
}

static void append_path(const struct http_message *message, struct buffer *buffer)
{
    buffer_append_text(buffer, message->path[0] != '\0' ? message->path : "/");
}

static void append_path_and_query(const struct http_message *message, struct buffer *buffer)
{
    append_path(message, buffer);
    if (message->query != NULL) {
        buffer_append_text(buffer, "?");
        buffer_append_text(buffer, message->query);
    }
}

static void append_method(const struct http_message *message, struct buffer *buffer)
{
    buffer_append_text(buffer, message->method);
}

static void append_scheme(const struct http_message *message, struct buffer *buffer)
{
    append_lower(message->scheme, strlen(message->scheme), buffer);
}

static void append_target_uri(const struct http_message *message, struct buffer *buffer)
{
    append_scheme(message, buffer);
    buffer_append_text(buffer, "://");
    append_authority(message, buffer);
    append_path_and_query(message, buffer);
}

/* No query is the "?" alone (RFC 9421, 2.2.7). */
static void append_query(const struct http_message *message, struct buffer *buffer)
{
    buffer_append_text(buffer, "?");
    buffer_append_text(buffer, message->query != NULL ? message->query : "");
}

static const struct {
    const char *name;
    void (*append)(const struct http_message *message, struct buffer *buffer);
} DERIVED[] = {
    {"@method", append_method},
    {"@target-uri", append_target_uri},
    {"@authority", append_authority},
    {"@scheme", append_scheme},
    {"@request-target", append_path_and_query},
    {"@path", append_path},
    {"@query", append_query},
};

static enum err append_value(const struct http_message *message, const char *name,
                             struct buffer *buffer)
{
    const char *c;
    size_t i;

    for (i = 0; i < sizeof DERIVED / sizeof DERIVED[0]; i++) {
        if (strcmp(name, DERIVED[i].name) == 0) {
            DERIVED[i].append(message, buffer);
            return ERR_OK;
        }
    }
    if (name[0] == '@' || name[0] == '\0') {
        return ERR_INVALID;
    }
    for (c = name; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z') {
            return ERR_INVALID;
        }
    }
    return message_header(message, name, buffer) ? ERR_INVALID : ERR_OK;
}

enum err signature_base(const struct http_message *message, const struct signature_input *input,
                        struct buffer *buffer, char ret_component[SIGNATURE_COMPONENT_SIZE])
{
    size_t i;

    for (i = 0; i < input->component_count; i++) {
        const char *name = input->components[i];
        size_t from;

        buffer_append_u8(buffer, '"');
        buffer_append_text(buffer, name);
        buffer_append_text(buffer, "\": ");
        from = buffer->length;
        if (append_value(message, name, buffer) ||
            (buffer->length > from &&
             memchr(buffer->data + from, '\n', buffer->length - from) != NULL)) {
            (void)snprintf(ret_component, SIGNATURE_COMPONENT_SIZE, "%s", name);
            return ERR_INVALID;
        }
        buffer_append_text(buffer, "\n");
    }
    buffer_append_text(buffer, "\"@signature-params\": ");
    signature_input_format(input, buffer);
    return buffer_status(buffer);
}

void content_digest_format(const void *body, size_t length, struct buffer *buffer)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    char text[CRYPTO_HASH_SIZE * 2];

    crypto_sha256(body, length, hash);
    crypto_base64(hash, sizeof hash, text, sizeof text);
    buffer_append_text(buffer, "sha-256=:");
    buffer_append_text(buffer, text);
    buffer_append_text(buffer, ":");
}

/* One algorithm of the dictionary against the hash that it should be. */
static enum err check_digest(const struct field_text *digests, const char *algorithm,
                             const uint8_t *expected, size_t size)
{
    uint8_t found[SHA512_SIZE];
    size_t length = 0;
    enum err err;

    err = field_dictionary_bytes(digests, algorithm, found, sizeof found, &length);
    if (err) {
        return err;
    }
    return length == size && crypto_equal(found, expected, size) ? ERR_OK : ERR_INVALID;
}

enum err content_digest_check(const struct http_message *message)
{
    uint8_t hash[SHA512_SIZE];
    struct buffer joined;
    struct field_text digests;
    enum err by_256;
    enum err by_512;
    enum err err;

    buffer_init(&joined, HEADER_JOINED_SIZE_MAX);
    err = message_header(message, "content-digest", &joined);
    if (err) {
        goto out;
    }
    err = buffer_status(&joined);
    if (err) {
        goto out;
    }
    digests = (struct field_text){buffer_text(&joined), joined.length};

    crypto_sha256(message->body, message->body_length, hash);
    by_256 = check_digest(&digests, "sha-256", hash, CRYPTO_HASH_SIZE);
    by_512 = by_256;
    if (by_256 == ERR_OK || by_256 == ERR_NOT_FOUND) {
        (void)crypto_hash_sha512(hash, message->body, message->body_length);
        by_512 = check_digest(&digests, "sha-512", hash, SHA512_SIZE);
    }
    /* Every digest that we know must be right, and one must be there. */
    err = by_512 == ERR_NOT_FOUND ? by_256 : by_512;

out:
    buffer_release(&joined);
    return err;
}
