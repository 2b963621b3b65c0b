/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/http_signature: RFC 9421's own Ed25519 example, requests that are
 * signed and verified, every way of changing them on the way, and malformed
 * headers. Interoperability with another implementation is tested in
 * tests/integration/npm.
 */
#include "runtime/http_signature.h"

#include "runtime/http_signature_input.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HEADER_COUNT = 12, VALUE_SIZE = 1024 };

#define NOW_MS INT64_C(1663545600000)

static const char BODY[] = "{\"hello\": \"world\"}";
static const char NONCE[] = "0123456789abcdef";

/* A request with room for the headers that signing adds, and the key it is signed with. */
struct fixture {
    struct http_header headers[HEADER_COUNT];
    struct http_message message;
    char digest[VALUE_SIZE];
    char input[VALUE_SIZE];
    char signature[VALUE_SIZE];
    uint8_t secret[32];
    struct keyring_key key;
};

static void add_header(struct fixture *f, const char *name, const char *value)
{
    assert_true(f->message.header_count < HEADER_COUNT);
    f->headers[f->message.header_count] = (struct http_header){name, value};
    f->message.header_count++;
}

static struct http_header *find_header(struct fixture *f, const char *name)
{
    size_t i;

    for (i = 0; i < f->message.header_count; i++) {
        if (strcmp(f->headers[i].name, name) == 0) {
            return &f->headers[i];
        }
    }
    fail_msg("no header %s", name);
    abort(); /* Never: but gcc does not know that fail_msg() does not return. */
}

static void fixture_init(struct fixture *f, enum crypto_algorithm algorithm)
{
    *f = (struct fixture){
        .message =
            {
                .method = "POST",
                .scheme = "http",
                .authority = "participation.example:8080",
                .path = "/v1/ballots/x/votes",
                .query = "a=1&b=%20",
                .body = BODY,
                .body_length = sizeof BODY - 1,
            },
        .key =
            {
                .principal = {.role = ROLE_FRONT_END, .id = "portal", .key_id = "front-end:portal"},
                .algorithm = algorithm,
                .not_before_ms = NOW_MS - 1000,
                .not_after_ms = NOW_MS + 1000,
            },
    };
    f->message.headers = f->headers;
    add_header(f, "host", "participation.example:8080");
    add_header(f, "content-type", "application/json");
    add_header(f, "idempotency-key", "7c1e5b0a");
    assert_int_equal(crypto_keypair(algorithm, f->secret, f->key.public_key, &f->key.public_length),
                     ERR_OK);
}

static void keep(struct buffer *buffer, char ret_text[VALUE_SIZE])
{
    assert_int_equal(buffer_status(buffer), ERR_OK);
    assert_true(buffer->length < VALUE_SIZE);
    (void)snprintf(ret_text, VALUE_SIZE, "%s", buffer_text(buffer));
    buffer_release(buffer);
}

/* Signs with http_signature_sign() and adds the headers, as a client does. */
static void sign(struct fixture *f)
{
    const struct http_signer signer = {f->key.principal.key_id, f->key.algorithm, f->secret};
    struct buffer digest;
    struct buffer input;
    struct buffer signature;

    buffer_init(&digest, VALUE_SIZE);
    buffer_init(&input, VALUE_SIZE);
    buffer_init(&signature, VALUE_SIZE);
    assert_int_equal(http_signature_sign(&f->message, &signer, NOW_MS, &digest, &input, &signature),
                     ERR_OK);
    keep(&digest, f->digest);
    keep(&input, f->input);
    keep(&signature, f->signature);
    if (f->digest[0] != '\0') {
        add_header(f, "content-digest", f->digest);
    }
    add_header(f, "signature-input", f->input);
    add_header(f, "signature", f->signature);
}

/* Signs any Signature-Input member, right or wrong, as some other client might. */
static void sign_input(struct fixture *f, const char *label, const char *const *components,
                       const char *parameters)
{
    char text[CRYPTO_SIGNATURE_SIZE * 2];
    char component[SIGNATURE_COMPONENT_SIZE];
    char reason[SIGNATURE_REASON_SIZE];
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    struct signature_input input;
    struct buffer base;
    size_t used;

    used = (size_t)snprintf(f->input, VALUE_SIZE, "%s=(", label);
    for (; *components != NULL; components++) {
        used += (size_t)snprintf(f->input + used, VALUE_SIZE - used, "\"%s\"%s", *components,
                                 components[1] != NULL ? " " : "");
    }
    (void)snprintf(f->input + used, VALUE_SIZE - used, ")%s", parameters);
    add_header(f, "signature-input", f->input);

    buffer_init(&base, HTTP_SIGNATURE_BASE_SIZE_MAX);
    if (signature_input_parse(f->input, strlen(f->input), &input, reason) == ERR_OK &&
        signature_base(&f->message, &input, &base, component) == ERR_OK) {
        assert_int_equal(
            crypto_sign_data(f->key.algorithm, f->secret, base.data, base.length, signature),
            ERR_OK);
    } else {
        memset(signature, 7, sizeof signature);
    }
    buffer_release(&base);
    crypto_base64(signature, sizeof signature, text, sizeof text);
    (void)snprintf(f->signature, VALUE_SIZE, "%s=:%s:", label, text);
    add_header(f, "signature", f->signature);
}

/* What a service does with a request; the problem's kind is NULL when it is accepted. */
static struct problem check_at(const struct fixture *f, int64_t now_ms)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    uint8_t expected[CRYPTO_HASH_SIZE];
    struct problem problem = {.kind = NULL};
    struct http_signature signature;
    enum err err;

    err = http_signature_parse(&f->message, &signature, &problem);
    if (err) {
        assert_int_equal(err, ERR_INVALID);
        assert_non_null(problem.kind);
        return problem;
    }
    assert_string_equal(signature.key_id, f->key.principal.key_id);
    err = http_signature_verify(&f->message, &signature, &f->key, now_ms, hash, &problem);
    if (err) {
        assert_non_null(problem.kind);
    } else {
        assert_null(problem.kind);
        crypto_sha256(signature.base.data, signature.base.length, expected);
        assert_memory_equal(hash, expected, sizeof hash);
    }
    http_signature_release(&signature);
    return problem;
}

static struct problem check(const struct fixture *f)
{
    return check_at(f, NOW_MS);
}

static void assert_accepted(const struct fixture *f)
{
    const struct problem problem = check(f);

    if (problem.kind != NULL) {
        fail_msg("refused: %s %s %s %s", problem.kind->code, problem.field, problem.rule,
                 problem.value);
    }
}

static void assert_refused(const struct fixture *f, const struct problem_kind *kind,
                           const char *rule)
{
    const struct problem problem = check(f);

    assert_ptr_equal(problem.kind, kind);
    assert_string_equal(problem.rule, rule);
}

static void rfc_9421_example_gives_its_base_and_its_signature(void **state)
{
    static const char INPUT[] =
        "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" "
        "\"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
    static const char BASE[] =
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n"
        "\"@method\": POST\n"
        "\"@path\": /foo\n"
        "\"@authority\": example.com\n"
        "\"content-type\": application/json\n"
        "\"content-length\": 18\n"
        "\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" "
        "\"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
    static const char SIGNATURE[] =
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
    const struct http_header headers[] = {
        {"host", "example.com"},
        {"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
        {"content-type", "application/json"},
        {"content-digest",
         "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHW"
         "XvJwew==:"},
        {"content-length", "18"},
    };
    const struct http_message message = {
        .method = "POST",
        .scheme = "https",
        .authority = "example.com",
        .path = "/foo",
        .query = "param=Value&Pet=dog",
        .headers = headers,
        .header_count = sizeof headers / sizeof headers[0],
        .body = BODY,
        .body_length = sizeof BODY - 1,
    };
    uint8_t secret[32];
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    char text[CRYPTO_SIGNATURE_SIZE * 2];
    char component[SIGNATURE_COMPONENT_SIZE];
    char reason[SIGNATURE_REASON_SIZE];
    struct signature_input input;
    struct buffer base;
    size_t length = 0;

    (void)state;
    assert_int_equal(crypto_base64url_parse("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU", 43,
                                            secret, sizeof secret, &length),
                     ERR_OK);
    assert_int_equal(signature_input_parse(INPUT, sizeof INPUT - 1, &input, reason), ERR_OK);
    assert_string_equal(input.label, "sig-b26");
    buffer_init(&base, HTTP_SIGNATURE_BASE_SIZE_MAX);
    assert_int_equal(signature_base(&message, &input, &base, component), ERR_OK);
    assert_string_equal(buffer_text(&base), BASE);
    assert_int_equal(crypto_sign_data(CRYPTO_ED25519, secret, base.data, base.length, signature),
                     ERR_OK);
    crypto_base64(signature, sizeof signature, text, sizeof text);
    assert_string_equal(text, SIGNATURE);
    assert_int_equal(content_digest_check(&message), ERR_OK);
    buffer_release(&base);
}

static void signed_requests_of_both_suites_are_accepted(void **state)
{
    static const enum crypto_algorithm ALGORITHMS[] = {CRYPTO_ED25519, CRYPTO_ECDSA_P256};

    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        struct fixture f;

        fixture_init(&f, ALGORITHMS[i]);
        sign(&f);
        assert_accepted(&f);

        /* A GET: no body, no query, nothing but Host. */
        fixture_init(&f, ALGORITHMS[i]);
        f.message.method = "GET";
        f.message.query = NULL;
        f.message.body = NULL;
        f.message.body_length = 0;
        f.message.header_count = 1;
        sign(&f);
        assert_string_equal(f.digest, "");
        assert_null(strstr(f.input, "@query"));
        assert_accepted(&f);
    }
}

static void any_change_on_the_way_is_refused(void **state)
{
    static const char OTHER[] = "{\"hello\": \"World\"}";
    struct fixture f;

    (void)state;
#define CHANGED(change, kind)                                                                      \
    do {                                                                                           \
        fixture_init(&f, CRYPTO_ED25519);                                                          \
        sign(&f);                                                                                  \
        (void)(change);                                                                            \
        assert_refused(&f, &(kind), "");                                                           \
    } while (0)

    CHANGED(f.message.method = "PUT", PROBLEM_BAD_SIGNATURE);
    CHANGED(f.message.authority = "ledger.example:8080", PROBLEM_BAD_SIGNATURE);
    CHANGED(f.message.path = "/v1/ballots/y/votes", PROBLEM_BAD_SIGNATURE);
    CHANGED(f.message.query = "a=1&b=%21", PROBLEM_BAD_SIGNATURE);
    CHANGED(f.message.query = NULL, PROBLEM_BAD_SIGNATURE);
    CHANGED(f.message.body = OTHER, PROBLEM_BAD_DIGEST);
    CHANGED(f.message.body_length--, PROBLEM_BAD_DIGEST);
    CHANGED(find_header(&f, "idempotency-key")->value = "7c1e5b0b", PROBLEM_BAD_SIGNATURE);
    CHANGED(find_header(&f, "content-type")->value = "text/plain", PROBLEM_BAD_SIGNATURE);
    CHANGED(f.key.public_key[0] ^= 1, PROBLEM_BAD_SIGNATURE);
#undef CHANGED
}

static void a_changed_signature_parameter_is_refused(void **state)
{
    struct fixture f;
    char *nonce;

    (void)state;
    fixture_init(&f, CRYPTO_ED25519);
    sign(&f);
    nonce = strstr(f.input, "nonce=\"") + 7;
    *nonce = *nonce == 'A' ? 'B' : 'A';
    assert_refused(&f, &PROBLEM_BAD_SIGNATURE, "");
}

static const char *const COVERED[] = {"@method",        "@authority",      "@path", "@query",
                                      "content-digest", "idempotency-key", NULL};

static void parameters(char ret_text[VALUE_SIZE], const char *extra)
{
    (void)snprintf(ret_text, VALUE_SIZE,
                   ";created=%" PRId64 ";keyid=\"front-end:portal\";nonce=\"%s\"%s", NOW_MS / 1000,
                   NONCE, extra);
}

/* A fixture signed over COVERED with these parameters. */
static void sign_with(struct fixture *f, const char *const *components, const char *text)
{
    fixture_init(f, CRYPTO_ED25519);
    (void)snprintf(f->digest, sizeof f->digest, "%s",
                   "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:");
    add_header(f, "content-digest", f->digest);
    sign_input(f, "sig1", components, text);
}

static void a_request_is_fresh_for_two_minutes_on_either_side(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f, CRYPTO_ED25519);
    f.key.not_before_ms = 0;
    f.key.not_after_ms = INT64_MAX;
    sign(&f);
    assert_null(check_at(&f, NOW_MS + HTTP_SIGNATURE_AGE_MAX_MS).kind);
    assert_null(check_at(&f, NOW_MS - HTTP_SIGNATURE_AGE_MAX_MS).kind);
    assert_ptr_equal(check_at(&f, NOW_MS + HTTP_SIGNATURE_AGE_MAX_MS + 1).kind,
                     &PROBLEM_STALE_SIGNATURE);
    assert_ptr_equal(check_at(&f, NOW_MS - HTTP_SIGNATURE_AGE_MAX_MS - 1).kind,
                     &PROBLEM_STALE_SIGNATURE);
}

static void expires_ends_it_earlier(void **state)
{
    struct fixture f;
    char text[VALUE_SIZE];
    char extra[64];

    (void)state;
    (void)snprintf(extra, sizeof extra, ";expires=%" PRId64, NOW_MS / 1000 + 1);
    parameters(text, extra);
    sign_with(&f, COVERED, text);
    f.key.not_after_ms = INT64_MAX;
    assert_null(check_at(&f, NOW_MS + 1000).kind);
    assert_ptr_equal(check_at(&f, NOW_MS + 1001).kind, &PROBLEM_STALE_SIGNATURE);
}

static void a_key_is_valid_from_and_until(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f, CRYPTO_ED25519);
    sign(&f);
    assert_null(check_at(&f, NOW_MS - 1000).kind);
    assert_ptr_equal(check_at(&f, NOW_MS - 1001).kind, &PROBLEM_EXPIRED_CREDENTIAL);
    assert_null(check_at(&f, NOW_MS + 999).kind);
    assert_ptr_equal(check_at(&f, NOW_MS + 1000).kind, &PROBLEM_EXPIRED_CREDENTIAL);
}

static void every_component_that_must_be_covered_is_asked_for(void **state)
{
    char text[VALUE_SIZE];
    size_t without;

    (void)state;
    parameters(text, ";alg=\"ed25519\";tag=\"t\"");
    for (without = 0; COVERED[without] != NULL; without++) {
        const char *components[8] = {NULL};
        struct problem problem;
        struct fixture f;
        size_t count = 0;
        size_t i;

        for (i = 0; COVERED[i] != NULL; i++) {
            if (i != without) {
                components[count] = COVERED[i];
                count++;
            }
        }
        sign_with(&f, components, text);
        problem = check(&f);
        assert_ptr_equal(problem.kind, &PROBLEM_BAD_SIGNATURE);
        assert_string_equal(problem.rule, "covers");
        assert_string_equal(problem.value, COVERED[without]);
    }
}

static void target_uri_and_request_target_stand_for_path_and_query(void **state)
{
    static const char *const URI[] = {"@target-uri",     "@method", "content-digest",
                                      "idempotency-key", "@scheme", NULL};
    static const char *const TARGET[] = {"@request-target", "@method",    "content-digest",
                                         "idempotency-key", "@authority", NULL};
    struct fixture f;
    char text[VALUE_SIZE];

    (void)state;
    parameters(text, "");
    sign_with(&f, COVERED, text);
    assert_accepted(&f);
    sign_with(&f, URI, text);
    assert_accepted(&f);
    f.message.query = "a=2";
    assert_refused(&f, &PROBLEM_BAD_SIGNATURE, "");
    sign_with(&f, TARGET, text);
    assert_accepted(&f);
    f.message.path = "/";
    assert_refused(&f, &PROBLEM_BAD_SIGNATURE, "");
}

static void wrong_parameters_are_refused_by_name(void **state)
{
    static const struct {
        const char *text;
        const char *rule;
    } CASES[] = {
        {";keyid=\"front-end:portal\";nonce=\"0123456789abcdef\"", "created"},
        {";created=1663545600;keyid=\"front-end:portal\"", "nonce"},
        {";created=1663545600;keyid=\"front-end:portal\";nonce=\"0123456789abcde\"", "nonce"},
        {";created=1663545600;nonce=\"0123456789abcdef\"", "keyid"},
        {";created=1663545600.5;keyid=\"front-end:portal\";nonce=\"0123456789abcdef\"",
         "parameter-type"},
        {";created;keyid=\"front-end:portal\";nonce=\"0123456789abcdef\"", "parameter-type"},
        {";created=1663545600;keyid=front;nonce=\"0123456789abcdef\"", "parameter-type"},
        {";created=1663545600;created=1663545600;keyid=\"front-end:portal\";nonce="
         "\"0123456789abcdef\"",
         "parameter-twice"},
        {";created=1663545600;keyid=\"front-end:portal\";nonce=\"0123456789abcdef\";x=1",
         "parameter-unknown"},
        {";created=1663545600;keyid=\"front-end:portal\";nonce="
         "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0\"",
         "parameter-too-long"},
        {";created=1663545600;keyid=\"front-end:portal\";nonce=\"0123456789abcdef\";alg=\"rsa-"
         "pss-sha512\"",
         "alg"},
        {";created=1663545600;keyid=\"front-end:portal\";nonce=\"0123456789abcdef\";alg=\"ecdsa-"
         "p256-sha256\"",
         "alg"},
        {";created=1663545600;keyid=\"front-end:portal\";nonce=\"0123456789abcdef", "syntax"},
        {";created=1663545600;keyid=\"front-end:portal\";nonce=\"0123456789abcdef\",", "syntax"},
        {";Created=1663545600;keyid=\"front-end:portal\";nonce=\"0123456789abcdef\"", "syntax"},
        {" ;created=1663545600;keyid=\"front-end:portal\";nonce=\"0123456789abcdef\"", "syntax"},
        {";created=0001663545600000;keyid=\"front-end:portal\";nonce=\"0123456789abcdef\"",
         "syntax"},
        {";created=1663545600;keyid=\"front\xc3\xa9nd\";nonce=\"0123456789abcdef\"", "syntax"},
        {";created=1663545600;keyid=\"a\\b\";nonce=\"0123456789abcdef\"", "syntax"},
    };

    size_t i;

    (void)state;
    for (i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct fixture f;

        sign_with(&f, COVERED, CASES[i].text);
        assert_refused(&f, &PROBLEM_BAD_SIGNATURE, CASES[i].rule);
    }
}

static void components_that_a_request_does_not_have_are_refused(void **state)
{
    static const struct {
        const char *name;
        const char *rule;
    } CASES[] = {
        {"@status", "component"},           {"@query-param", "component"},
        {"@signature-params", "component"}, {"x-absent", "component"},
        {"Content-Type", "component"},      {"", "component"},
        {"@method", "component-twice"},
    };

    char text[VALUE_SIZE];
    size_t i;

    (void)state;
    parameters(text, "");
    for (i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const char *components[9];
        struct fixture f;

        memcpy(components, COVERED, sizeof COVERED);
        components[6] = CASES[i].name;
        components[7] = NULL;
        sign_with(&f, components, text);
        assert_refused(&f, &PROBLEM_BAD_SIGNATURE, CASES[i].rule);
    }
}

static void absent_or_malformed_signature_headers_are_refused(void **state)
{
    static const char *const WRONG[] = {
        "",           "sig=",        "sig=:AAAA:",       "other=:AAAA:", "sig=\"AAAA\"",
        "sig=:AA*A:", "sig=:AAAA:,", "sig=:AAAA: x=:A:", "sig=:A:",      "sig=:AAAA:, sig=:AAAA:",
        "=:AAAA:",    "sig=:AAAA",   "SIG=:AAAA:",
    };
    struct fixture f;
    size_t i;

    (void)state;
    fixture_init(&f, CRYPTO_ED25519);
    assert_refused(&f, &PROBLEM_UNSIGNED, "");
    fixture_init(&f, CRYPTO_ED25519);
    sign(&f);
    f.message.header_count--;
    assert_refused(&f, &PROBLEM_UNSIGNED, "");
    for (i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        fixture_init(&f, CRYPTO_ED25519);
        sign(&f);
        find_header(&f, "signature")->value = WRONG[i];
        assert_refused(&f, &PROBLEM_BAD_SIGNATURE, "syntax");
        find_header(&f, "signature")->value = f.signature;
        find_header(&f, "signature-input")->value = WRONG[i];
        assert_refused(&f, &PROBLEM_BAD_SIGNATURE, "syntax");
    }
}

static void the_first_label_with_a_keyid_is_used_whatever_a_proxy_adds(void **state)
{
    static const char PROXY_INPUT[] =
        "proxy=(\"@authority\";req \"x\";key=\"a b\" \"y\";bs;tr)"
        ";created=1;x=?0;y=:AA==:;z=tok/en, ";
    struct fixture f;
    char input[2 * VALUE_SIZE];
    char signature[2 * VALUE_SIZE];

    (void)state;
    fixture_init(&f, CRYPTO_ED25519);
    sign(&f);
    (void)snprintf(input, sizeof input, "%s%s,\t late=();keyid=\"other\"", PROXY_INPUT, f.input);
    (void)snprintf(signature, sizeof signature, "proxy=:AAAA:;a=1, %s ,late=?1, x", f.signature);
    find_header(&f, "signature-input")->value = input;
    find_header(&f, "signature")->value = signature;
    assert_accepted(&f);

    /* The same over several header lines. */
    find_header(&f, "signature-input")->value = "proxy=();created=1";
    add_header(&f, "signature-input", f.input);
    assert_accepted(&f);

    /* One that is used may have no component parameters. */
    find_header(&f, "signature-input")->value = "first=(\"@method\";req);keyid=\"k\"";
    assert_refused(&f, &PROBLEM_BAD_SIGNATURE, "component-parameter");
    find_header(&f, "signature-input")->value = f.input;
    assert_refused(&f, &PROBLEM_BAD_SIGNATURE, "label-twice");
}

/* The base of one component, without the last line. */
static void assert_value(const struct http_message *message, const char *name, const char *expected)
{
    char component[SIGNATURE_COMPONENT_SIZE];
    char wanted[VALUE_SIZE];
    struct signature_input input = {.component_count = 0};
    struct buffer base;

    assert_int_equal(signature_input_cover(&input, name), ERR_OK);
    buffer_init(&base, HTTP_SIGNATURE_BASE_SIZE_MAX);
    assert_int_equal(signature_base(message, &input, &base, component), ERR_OK);
    (void)snprintf(wanted, sizeof wanted, "\"%s\": %s\n\"@signature-params\": (\"%s\")", name,
                   expected, name);
    assert_string_equal(buffer_text(&base), wanted);
    buffer_release(&base);
}

static void component_values_are_those_of_rfc_9421(void **state)
{
    const struct http_header headers[] = {
        {"x-many", "  one "}, {"x-other", "x"}, {"x-many", "two,\tthree\t"}, {"x-empty", ""}};
    struct http_message message = {
        .method = "post",
        .scheme = "HTTPS",
        .authority = "WWW.Example.COM:443",
        .path = "/path",
        .query = "param=value",
        .headers = headers,
        .header_count = 4,
    };

    (void)state;
    assert_value(&message, "@method", "post");
    assert_value(&message, "@scheme", "https");
    assert_value(&message, "@authority", "www.example.com");
    assert_value(&message, "@target-uri", "https://www.example.com/path?param=value");
    assert_value(&message, "@request-target", "/path?param=value");
    assert_value(&message, "@path", "/path");
    assert_value(&message, "@query", "?param=value");
    assert_value(&message, "x-many", "one, two,\tthree");
    assert_value(&message, "x-empty", "");
    message.query = NULL;
    message.path = "";
    message.authority = "[2001:DB8::1]:8443";
    assert_value(&message, "@query", "?");
    assert_value(&message, "@path", "/");
    assert_value(&message, "@authority", "[2001:db8::1]:8443");
    message.authority = "[::443]";
    assert_value(&message, "@authority", "[::443]");
    message.scheme = "http";
    message.authority = "localhost:443";
    assert_value(&message, "@authority", "localhost:443");
    message.authority = "localhost:80";
    assert_value(&message, "@authority", "localhost");
    message.query = "";
    assert_value(&message, "@target-uri", "http://localhost/?");
}

static void a_value_with_a_line_break_is_never_signed(void **state)
{
    struct fixture f;
    char text[VALUE_SIZE];

    (void)state;
    parameters(text, "");
    sign_with(&f, COVERED, text);
    find_header(&f, "idempotency-key")->value = "a\n\"x-forged\": b";
    assert_refused(&f, &PROBLEM_BAD_SIGNATURE, "component");
}

static enum err digest(const char *value)
{
    const struct http_header header = {"content-digest", value};
    const struct http_message message = {
        .headers = &header,
        .header_count = value != NULL ? 1 : 0,
        .body = BODY,
        .body_length = sizeof BODY - 1,
    };

    return content_digest_check(&message);
}

static void every_known_digest_must_be_right_and_one_must_be_there(void **state)
{
#define SHA_256 "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
#define SHA_512                                                                                    \
    "sha-512=:WZDPaVn/"                                                                            \
    "7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJw"                 \
    "ew==:"
    static const char *const RIGHT[] = {SHA_256, SHA_512, SHA_256 ", " SHA_512,
                                        "md5=:AAAA:," SHA_512 ";q=1", SHA_256 ", unixsum=1"};
    static const char *const WRONG[] = {
        "sha-256=:Y48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
        SHA_512 ", sha-256=:Y48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
        SHA_256 ", sha-512=:WZDP:",
        "sha-256=:AAAA:",
        "sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
        SHA_256 ", " SHA_256,
        SHA_256 ",",
        SHA_256 " " SHA_512,
        "",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof RIGHT / sizeof RIGHT[0]; i++) {
        assert_int_equal(digest(RIGHT[i]), ERR_OK);
    }
    for (i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_int_equal(digest(WRONG[i]), ERR_INVALID);
    }
    assert_int_equal(digest(NULL), ERR_NOT_FOUND);
    assert_int_equal(digest("md5=:AAAA:"), ERR_NOT_FOUND);
}

static void strings_keep_their_escapes_in_the_base(void **state)
{
    static const char TEXT[] = "a=( \"x\"   \"y\" );keyid=\"a\\\\b\\\"c\"; created=-5";
    struct signature_input input;
    char reason[SIGNATURE_REASON_SIZE];
    struct buffer buffer;

    (void)state;
    assert_int_equal(signature_input_parse(TEXT, sizeof TEXT - 1, &input, reason), ERR_OK);
    assert_string_equal(input.key_id, "a\\b\"c");
    buffer_init(&buffer, VALUE_SIZE);
    signature_input_format(&input, &buffer);
    assert_string_equal(buffer_text(&buffer), "(\"x\" \"y\");keyid=\"a\\\\b\\\"c\";created=-5");
    buffer_release(&buffer);
}

static void too_many_components_are_refused(void **state)
{
    char text[VALUE_SIZE] = "a=(";
    char reason[SIGNATURE_REASON_SIZE];
    struct signature_input input;
    size_t used = 3;
    int i;

    (void)state;
    for (i = 0; i <= HTTP_SIGNATURE_COMPONENT_COUNT_MAX; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, " \"x%d\"", i);
    }
    (void)snprintf(text + used, sizeof text - used, ");keyid=\"k\"");
    assert_int_equal(signature_input_parse(text, strlen(text), &input, reason), ERR_INVALID);
    assert_string_equal(reason, "too-many-components");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_9421_example_gives_its_base_and_its_signature),
        cmocka_unit_test(signed_requests_of_both_suites_are_accepted),
        cmocka_unit_test(any_change_on_the_way_is_refused),
        cmocka_unit_test(a_changed_signature_parameter_is_refused),
        cmocka_unit_test(a_request_is_fresh_for_two_minutes_on_either_side),
        cmocka_unit_test(expires_ends_it_earlier),
        cmocka_unit_test(a_key_is_valid_from_and_until),
        cmocka_unit_test(every_component_that_must_be_covered_is_asked_for),
        cmocka_unit_test(target_uri_and_request_target_stand_for_path_and_query),
        cmocka_unit_test(wrong_parameters_are_refused_by_name),
        cmocka_unit_test(components_that_a_request_does_not_have_are_refused),
        cmocka_unit_test(absent_or_malformed_signature_headers_are_refused),
        cmocka_unit_test(the_first_label_with_a_keyid_is_used_whatever_a_proxy_adds),
        cmocka_unit_test(component_values_are_those_of_rfc_9421),
        cmocka_unit_test(a_value_with_a_line_break_is_never_signed),
        cmocka_unit_test(every_known_digest_must_be_right_and_one_must_be_there),
        cmocka_unit_test(strings_keep_their_escapes_in_the_base),
        cmocka_unit_test(too_many_components_are_refused),
    };

    if (crypto_open()) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
