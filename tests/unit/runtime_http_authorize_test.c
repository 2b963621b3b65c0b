/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may call what: every kind of route with every role, signed for real and
 * sent over a socket; and every way a signature can be wrong.
 */
#include "runtime_http_support.h"

#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/http_signature.h"
#include "runtime/http_signature_input.h"
#include "runtime/keyring.h"

#include <fcntl.h>

enum {
    KEY_COUNT = 5,
    ROLE_COUNT = 5,
    REQUEST_SIZE_MAX = 8192,
    BULK_SIZE = 150000, /* of which only one fits into BULK_TOTAL_SIZE */
    BULK_TOTAL_SIZE = 200000,
    YEAR_S = 366 * 86400,
};

struct key {
    const char *id;
    enum role role;
    enum crypto_algorithm algorithm;
    bool expired;
    uint8_t secret[32];
};

static struct key keys[KEY_COUNT] = {
    {.id = "front-end:portal", .role = ROLE_FRONT_END, .algorithm = CRYPTO_ED25519},
    {.id = "staff:lee", .role = ROLE_STAFF, .algorithm = CRYPTO_ECDSA_P256},
    {.id = "operator:kim", .role = ROLE_OPERATOR, .algorithm = CRYPTO_ED25519},
    {.id = "auditor:park", .role = ROLE_AUDITOR, .algorithm = CRYPTO_ECDSA_P256},
    {.id = "operator:gone", .role = ROLE_OPERATOR, .algorithm = CRYPTO_ED25519, .expired = true},
};

/* --- Routes: one for every set of roles, and one for large bodies. -------------------------------- */

static void who(struct http_request *request, void *context)
{
    const struct principal *principal = http_request_principal(request);
    const uint8_t *hash = http_request_signature_hash(request);
    char text[160];

    (void)context;
    assert_int_equal(principal != NULL, hash != NULL);
    (void)snprintf(text, sizeof text, "who=%s role=%d", principal ? principal->key_id : "nobody",
                   principal ? (int)principal->role : 0);
    http_respond(request, 200, "text/plain", text, strlen(text));
}

enum { ROLE_SET_COUNT = 1 << ROLE_COUNT };

static struct http_route routes[ROLE_SET_COUNT];
static char paths[ROLE_SET_COUNT - 1][16];

static void make_routes(void)
{
    for (unsigned roles = 1; roles < ROLE_SET_COUNT; roles++) {
        (void)snprintf(paths[roles - 1], sizeof paths[0], "/r%u", roles);
        routes[roles - 1] = (struct http_route){
            .method = "POST", .path = paths[roles - 1], .roles = roles, .handler = who};
    }
    routes[ROLE_SET_COUNT - 1] = (struct http_route){
        .method = "POST",
        .path = "/bulk",
        .roles = ROLE_FRONT_END | ROLE_STAFF,
        .body_max = BULK_SIZE,
        .handler = who,
    };
}

/* --- Keys. ---------------------------------------------------------------------------------------- */

static void write_keys(char *ret_path)
{
    int64_t now_ms = clock_now_ms();
    int file;

    (void)snprintf(ret_path, 64, "/tmp/hyeopchi-keys-XXXXXX");
    file = mkstemp(ret_path);
    assert_true(file >= 0);
    for (int i = 0; i < KEY_COUNT; i++) {
        struct keyring_key key = {
            .principal = {.role = keys[i].role},
            .algorithm = keys[i].algorithm,
            .not_before_ms = now_ms - 1000LL * YEAR_S,
            .not_after_ms = keys[i].expired ? now_ms - 1000 : now_ms + 1000LL * YEAR_S,
        };
        char line[512];

        assert_int_equal(
            crypto_keypair(keys[i].algorithm, keys[i].secret, key.public_key, &key.public_length),
            ERR_OK);
        (void)snprintf(key.principal.id, sizeof key.principal.id, "%s",
                       strchr(keys[i].id, ':') + 1);
        (void)snprintf(key.principal.key_id, sizeof key.principal.key_id, "%s", keys[i].id);
        keyring_format_line(&key, line, sizeof line - 1);
        line[strlen(line) + 1] = '\0';
        line[strlen(line)] = '\n';
        assert_int_equal(write(file, line, strlen(line)), strlen(line));
    }
    assert_int_equal(close(file), 0);
}

/* --- The fixture. --------------------------------------------------------------------------------- */

struct fixture {
    struct support_server server;
    struct keyring *keyring;
};

static struct fixture *start_with(const struct http_limits *limits)
{
    static struct http_route_table table = {.routes = routes, .count = ROLE_SET_COUNT};
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct http_server_options options = {
        .listen = "127.0.0.1:0", .tables = &table, .table_count = 1};
    char path[64];

    assert_non_null(fixture);
    make_routes();
    write_keys(path);
    assert_int_equal(keyring_open(NULL, path, &fixture->keyring), ERR_OK);
    assert_int_equal(unlink(path), 0);
    options.keyring = fixture->keyring;
    support_start(&fixture->server, &options, limits);
    return fixture;
}

static struct fixture *start(void)
{
    return start_with(&HTTP_LIMITS_DEFAULT);
}

static void stop(struct fixture *fixture)
{
    support_stop(&fixture->server);
    keyring_close(fixture->keyring);
    free(fixture);
}

/* A request as it is signed, and what is done to it afterwards. */
struct signed_request {
    const struct key *key; /* NULL: unsigned */
    const char *key_id;    /* NULL: the key's own */
    const char *path;
    const char *body;      /* what is signed */
    const char *sent_body; /* NULL: the same */
    const char *forwarded; /* X-Forwarded-Proto; NULL: none */
    int64_t age_ms;
};

static const char *body_sent(const struct signed_request *request)
{
    return request->sent_body ? request->sent_body : request->body;
}

/* The head alone. */
static void write_head(const struct signed_request *request, char *ret_text)
{
    struct http_message message = {
        .method = "POST",
        .scheme = request->forwarded ? request->forwarded : "http",
        .authority = "localhost",
        .path = request->path,
        .body = request->body,
        .body_length = strlen(request->body),
    };
    struct buffer digest;
    struct buffer input;
    struct buffer signature;

    buffer_init(&digest, 1024);
    buffer_init(&input, 1024);
    buffer_init(&signature, 1024);
    if (request->key) {
        struct http_signer signer = {
            .key_id = request->key_id ? request->key_id : request->key->id,
            .algorithm = request->key->algorithm,
            .secret = request->key->secret,
        };

        assert_int_equal(http_signature_sign(&message, &signer, clock_now_ms() - request->age_ms,
                                             &digest, &input, &signature),
                         ERR_OK);
    }
    (void)snprintf(
        ret_text, REQUEST_SIZE_MAX,
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n"
        "%s%s%s%s%s%s%s%s%s%s%s%s\r\n",
        request->path, strlen(body_sent(request)), request->forwarded ? "X-Forwarded-Proto: " : "",
        request->forwarded ? request->forwarded : "", request->forwarded ? "\r\n" : "",
        digest.length > 0 ? "Content-Digest: " : "", buffer_text(&digest),
        digest.length > 0 ? "\r\n" : "", request->key ? "Signature-Input: " : "",
        buffer_text(&input), request->key ? "\r\n" : "", request->key ? "Signature: " : "",
        buffer_text(&signature), request->key ? "\r\n" : "");
    buffer_release(&digest);
    buffer_release(&input);
    buffer_release(&signature);
}

static void write_request(const struct signed_request *request, char *ret_text)
{
    size_t length;

    write_head(request, ret_text);
    length = strlen(ret_text);
    (void)snprintf(ret_text + length, REQUEST_SIZE_MAX - length, "%s", body_sent(request));
}

static void expect(struct fixture *fixture, const char *text, int status, const char *part)
{
    struct buffer answer;
    char expected[16];

    support_exchange(&fixture->server, text, strlen(text), SIZE_MAX, &answer);
    (void)snprintf(expected, sizeof expected, "HTTP/1.1 %d ", status);
    if (strncmp(buffer_text(&answer), expected, strlen(expected)) != 0 ||
        !strstr(buffer_text(&answer), part)) {
        fail_msg("expected %d %s for:\n%s\ngot:\n%s", status, part, text, buffer_text(&answer));
    }
    buffer_release(&answer);
}

static void expect_signed(struct fixture *fixture, const struct signed_request *request, int status,
                          const char *part)
{
    char text[REQUEST_SIZE_MAX];

    write_request(request, text);
    expect(fixture, text, status, part);
}

static void every_route_admits_its_roles_and_no_others(void **state)
{
    struct fixture *fixture = start();

    (void)state;
    for (unsigned roles = 1; roles < ROLE_SET_COUNT; roles++) {
        struct signed_request request = {.path = paths[roles - 1], .body = "{}"};
        bool is_public = (roles & ROLE_PUBLIC) != 0;

        expect_signed(fixture, &request, is_public ? 200 : 401,
                      is_public ? "who=nobody role=0" : "signature-missing");
        for (int i = 0; i < KEY_COUNT; i++) {
            char admitted[64];
            bool may = is_public || (roles & (unsigned)keys[i].role) != 0;

            request.key = &keys[i];
            (void)snprintf(admitted, sizeof admitted, "who=%s role=%d", keys[i].id,
                           (int)keys[i].role);
            if (keys[i].expired) {
                expect_signed(fixture, &request, 401, "key-expired");
            } else {
                expect_signed(fixture, &request, may ? 200 : 403,
                              may ? admitted : "role-not-allowed");
            }
        }
    }
    stop(fixture);
}

static void every_wrong_signature_is_refused_for_its_reason(void **state)
{
    struct fixture *fixture = start();
    /* Route 31 admits everybody, the unsigned too: a wrong signature is worse than none. */
    const struct signed_request base = {.key = &keys[0], .path = "/r31", .body = "{\"a\":1}"};
    struct signed_request request = base;

    (void)state;
    request.sent_body = "{\"a\":2}";
    expect_signed(fixture, &request, 400, "content-digest-wrong");
    request = base;
    request.key_id = "front-end:nobody";
    expect_signed(fixture, &request, 401, "key-unknown");
    request = base;
    request.key_id = "operator:kim";
    expect_signed(fixture, &request, 401, "signature-wrong");
    request = base;
    request.age_ms = HTTP_SIGNATURE_AGE_MAX_MS + 5000;
    expect_signed(fixture, &request, 401, "signature-stale");
    request = base;
    request.age_ms = -HTTP_SIGNATURE_AGE_MAX_MS - 5000;
    expect_signed(fixture, &request, 401, "signature-stale");
    request = base;
    request.forwarded = "https";
    expect_signed(fixture, &request, 200, "who=front-end:portal");
    expect(fixture, "POST /r31 HTTP/1.1\r\nHost: a\r\nSignature: x\r\n\r\n", 401, "signature-");
    expect(fixture, "POST /r31 HTTP/1.1\r\nHost: a\r\nSignature-Input: x\r\n\r\n", 401,
           "signature-");
    stop(fixture);
}

static void
the_answer_to_a_signed_request_carries_its_digest_and_the_unsigned_one_does_not(void **state)
{
    struct fixture *fixture = start();
    struct signed_request request = {.path = "/r31", .body = "{}"};
    char text[REQUEST_SIZE_MAX];
    struct buffer answer;
    struct buffer digest;
    const char *body;

    (void)state;
    for (int i = 0; i < 2; i++) {
        request.key = i == 0 ? &keys[0] : NULL;
        write_request(&request, text);
        support_exchange(&fixture->server, text, strlen(text), SIZE_MAX, &answer);
        body = strstr(buffer_text(&answer), "\r\n\r\n");
        assert_non_null(body);
        body += 4;
        buffer_init(&digest, 256);
        buffer_append_text(&digest, "Content-Digest: ");
        content_digest_format(body, strlen(body), &digest);
        buffer_append_text(&digest, "\r\n");
        if (request.key) {
            assert_non_null(strstr(buffer_text(&answer), buffer_text(&digest)));
        } else {
            assert_null(strstr(buffer_text(&answer), "Content-Digest"));
        }
        buffer_release(&digest);
        buffer_release(&answer);
    }
    stop(fixture);
}

static void a_request_is_accepted_once(void **state)
{
    struct fixture *fixture = start();
    const struct signed_request request = {.key = &keys[2], .path = "/r8", .body = "{}"};
    char text[REQUEST_SIZE_MAX];
    char broken[REQUEST_SIZE_MAX];
    char *body;

    (void)state;
    write_request(&request, text);

    /* Somebody who saw the nonce but cannot sign with it must not use it up. */
    memcpy(broken, text, sizeof broken);
    body = strstr(broken, "\r\n\r\n{}");
    assert_non_null(body);
    memcpy(body, "\r\n\r\n[]", 6);
    expect(fixture, broken, 400, "content-digest-wrong");

    expect(fixture, text, 200, "who=operator:kim");
    expect(fixture, text, 401, "nonce-replayed");
    stop(fixture);
}

/* A head whose body never comes; the connection stays open, as a sender's does who means harm. */
static int send_head(struct fixture *fixture, const char *head, const char *status,
                     const char *part)
{
    int client = support_connect(&fixture->server);
    struct buffer answer;

    buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
    support_send_text(client, head);
    support_read_until(client, part, &answer);
    assert_memory_equal(buffer_text(&answer), status, strlen(status));
    buffer_release(&answer);
    return client;
}

/*
 * Room for large bodies is shared and given when the head is there. Whoever could claim it with any text for
 * a signature kept every batch of votes out, by eight connections and without sending a body.
 */
static void only_who_signed_it_rightly_holds_room_for_a_large_body(void **state)
{
    static const char *const UNSIGNED[] = {
        "POST /bulk HTTP/1.1\r\nHost: localhost\r\nSignature: x\r\n"
        "Content-Length: 150000\r\n\r\n",
        "POST /bulk HTTP/1.1\r\nHost: localhost\r\nSignature: x\r\n"
        "Transfer-Encoding: chunked\r\n\r\n",
    };
    struct http_limits limits = HTTP_LIMITS_DEFAULT;
    char *body = malloc(BULK_SIZE + 1);
    struct signed_request wrong[4];
    struct signed_request request = {.key = &keys[0], .path = "/bulk"};
    char head[REQUEST_SIZE_MAX];
    struct fixture *fixture;
    struct buffer whole;
    int clients[6];

    (void)state;
    assert_non_null(body);
    memset(body, 'x', BULK_SIZE);
    body[BULK_SIZE] = '\0';
    request.body = body;
    for (size_t i = 0; i < 4; i++) {
        wrong[i] = request;
    }
    wrong[0].key_id = "front-end:nobody";
    wrong[1].key_id = "staff:lee";
    wrong[2].age_ms = HTTP_SIGNATURE_AGE_MAX_MS + 5000;
    wrong[3].key = &keys[2];
    limits.bulk_total_size_max = BULK_TOTAL_SIZE;
    fixture = start_with(&limits);

    for (size_t i = 0; i < 2; i++) {
        clients[i] = send_head(fixture, UNSIGNED[i], "HTTP/1.1 401 ", "signature-");
    }
    for (size_t i = 0; i < 4; i++) {
        static const char *const codes[] = {"key-unknown", "signature-wrong", "signature-stale",
                                            "role-not-allowed"};

        write_head(&wrong[i], head);
        clients[2 + i] =
            send_head(fixture, head, i < 3 ? "HTTP/1.1 401 " : "HTTP/1.1 403 ", codes[i]);
    }

    write_head(&request, head);
    buffer_init(&whole, REQUEST_SIZE_MAX + BULK_SIZE);
    buffer_append_text(&whole, head);
    buffer_append_text(&whole, body);
    expect(fixture, buffer_text(&whole), 200, "who=front-end:portal");
    /* Nor does who sends again what somebody else has signed. */
    assert_int_equal(close(send_head(fixture, head, "HTTP/1.1 401 ", "nonce-replayed")), 0);

    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(close(clients[i]), 0);
    }
    buffer_release(&whole);
    free(body);
    stop(fixture);
}

static void signed_requests_may_be_sent_ahead(void **state)
{
    enum { COUNT = 20 };

    struct fixture *fixture = start();
    struct buffer requests;
    struct buffer answer;
    char statuses[COUNT * 4 + 1];

    (void)state;
    buffer_init(&requests, (size_t)COUNT * REQUEST_SIZE_MAX);
    for (int i = 0; i < COUNT; i++) {
        const struct signed_request request = {.key = &keys[i % 4], .path = "/r31", .body = "{}"};
        char text[REQUEST_SIZE_MAX];

        write_request(&request, text);
        buffer_append_text(&requests, text);
    }
    support_exchange(&fixture->server, buffer_text(&requests), requests.length, SIZE_MAX, &answer);
    support_statuses(&answer, statuses, sizeof statuses);
    for (int i = 0; i < COUNT; i++) {
        assert_memory_equal(statuses + (size_t)i * 4, "200 ", 4);
    }
    buffer_release(&answer);
    buffer_release(&requests);
    stop(fixture);
}

static void a_client_may_leave_while_its_signature_is_checked(void **state)
{
    struct fixture *fixture = start();

    (void)state;
    for (int i = 0; i < 50; i++) {
        const struct signed_request request = {.key = &keys[1], .path = "/r31", .body = "{}"};
        struct linger reset = {.l_onoff = 1, .l_linger = 0};
        char text[REQUEST_SIZE_MAX];
        int client = support_connect(&fixture->server);

        write_request(&request, text);
        support_send_text(client, text);
        assert_int_equal(setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
        assert_int_equal(close(client), 0);
    }
    expect(fixture, "POST /r1 HTTP/1.1\r\nHost: a\r\n\r\n", 200, "who=nobody");
    stop(fixture);
}

static void without_keys_only_the_public_routes_are_open(void **state)
{
    static struct http_route_table table = {.routes = routes, .count = ROLE_SET_COUNT - 1};
    const struct http_server_options options = {
        .listen = "127.0.0.1:0", .tables = &table, .table_count = 1};
    struct fixture *fixture = calloc(1, sizeof *fixture);
    const struct signed_request request = {.key = &keys[2], .path = "/r8", .body = "{}"};

    (void)state;
    assert_non_null(fixture);
    support_start(&fixture->server, &options, &HTTP_LIMITS_DEFAULT);
    expect(fixture, "POST /r1 HTTP/1.1\r\nHost: a\r\n\r\n", 200, "who=nobody");
    expect(fixture, "POST /r8 HTTP/1.1\r\nHost: a\r\n\r\n", 401, "signature-missing");
    expect_signed(fixture, &request, 401, "key-unknown");
    support_stop(&fixture->server);
    free(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_admits_its_roles_and_no_others),
        cmocka_unit_test(every_wrong_signature_is_refused_for_its_reason),
        cmocka_unit_test(
            the_answer_to_a_signed_request_carries_its_digest_and_the_unsigned_one_does_not),
        cmocka_unit_test(a_request_is_accepted_once),
        cmocka_unit_test(only_who_signed_it_rightly_holds_room_for_a_large_body),
        cmocka_unit_test(signed_requests_may_be_sent_ahead),
        cmocka_unit_test(a_client_may_leave_while_its_signature_is_checked),
        cmocka_unit_test(without_keys_only_the_public_routes_are_open),
    };

    if (crypto_open()) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
