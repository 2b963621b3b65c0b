/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the server may listen: addresses that are refused, addresses in use,
 * and UNIX sockets with what other processes left behind.
 */
#include "runtime_http_support.h"

#include <semaphore.h>
#include <sys/stat.h>

static void hello(struct http_request *request, void *context)
{
    (void)context;
    http_respond(request, 200, "text/plain", "hello", 5);
}

static const struct http_route routes[] = {
    {.method = "GET", .path = "/", .roles = ROLE_PUBLIC, .handler = hello},
    {.method = "POST", .path = "/echo", .roles = ROLE_PUBLIC, .handler = hello},
    {.method = "POST", .path = "/staff", .roles = ROLE_OPERATOR, .handler = hello},
};
static const struct http_route_table table = {.routes = routes,
                                              .count = sizeof routes / sizeof routes[0]};

struct folder {
    char path[64];
    char socket[80];
    char lock[96];
    char listen[96];
};

static struct folder make_folder(void)
{
    struct folder folder;

    (void)snprintf(folder.path, sizeof folder.path, "/tmp/hyeopchi-listen-XXXXXX");
    assert_non_null(mkdtemp(folder.path));
    (void)snprintf(folder.socket, sizeof folder.socket, "%s/http", folder.path);
    (void)snprintf(folder.lock, sizeof folder.lock, "%s.lock", folder.socket);
    (void)snprintf(folder.listen, sizeof folder.listen, "unix:%s", folder.socket);
    return folder;
}

static void remove_folder(const struct folder *folder)
{
    (void)unlink(folder->socket); /* Gone already where all is well. */
    assert_int_equal(unlink(folder->lock), 0);
    assert_int_equal(rmdir(folder->path), 0);
}

static enum err try_listen(const char *address)
{
    struct http_listener listener;
    enum err err = http_listener_open(address, &listener);

    if (!err) {
        http_listener_close(&listener);
    }
    return err;
}

/* Some containers have no IPv6. */
static bool has_ipv6(void)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    bool works = probe >= 0 && bind(probe, (struct sockaddr *)&address, sizeof address) == 0;

    if (probe >= 0) {
        assert_int_equal(close(probe), 0);
    }
    return works;
}

static void addresses_of_the_inside_are_taken_and_others_refused(void **state)
{
    static const struct {
        const char *address;
        enum err err;
    } cases[] = {
        {"127.0.0.1:0", ERR_OK},
        {"0.0.0.0:0", ERR_OK},
        {"[::1]:0", ERR_OK},
        {"[::]:0", ERR_OK},
        {"8.8.8.8:0", ERR_INVALID},
        {"172.32.0.1:0", ERR_INVALID},
        {"100.128.0.1:0", ERR_INVALID},
        {"[2001:db8::1]:0", ERR_INVALID},
        {"localhost:0", ERR_INVALID},
        {"127.0.0.1", ERR_INVALID},
        {"127.0.0.1:", ERR_INVALID},
        {"127.0.0.1:65536", ERR_INVALID},
        {"127.0.0.1:-1", ERR_INVALID},
        {"127.0.0.1:80x", ERR_INVALID},
        {"127.0.0.1:000080", ERR_INVALID},
        {":80", ERR_INVALID},
        {"::1:80", ERR_INVALID},
        {"[::1]80", ERR_INVALID},
        {"[]:80", ERR_INVALID},
        {"[:80", ERR_INVALID},
        {"", ERR_INVALID},
        {"unix:", ERR_INVALID},
        {"unix:relative", ERR_INVALID},
        {"unix:/nonexistent/folder/socket", ERR_INVALID},
        {"unix:/0123456789012345678901234567890123456789012345678901234567890123456789"
         "0123456789012345678901234567890123456789",
         ERR_INVALID},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum err err;

        if (!cases[i].err && cases[i].address[0] == '[' && !has_ipv6()) {
            print_message("no IPv6 here: %s is not tried\n", cases[i].address);
            continue;
        }
        err = try_listen(cases[i].address);
        if (err != cases[i].err) {
            fail_msg("%s: %s", cases[i].address, err_name(err));
        }
    }
}

static void an_address_in_use_is_a_conflict(void **state)
{
    struct http_listener first;
    char address[32];

    (void)state;
    assert_int_equal(http_listener_open("127.0.0.1:0", &first), ERR_OK);
    assert_true(first.port > 0);
    (void)snprintf(address, sizeof address, "127.0.0.1:%d", first.port);
    assert_int_equal(try_listen(address), ERR_CONFLICT);
    http_listener_close(&first);
    assert_int_equal(try_listen(address), ERR_OK);
}

static void a_unix_socket_serves_its_group_and_goes_with_the_server(void **state)
{
    struct folder folder = make_folder();
    struct http_server_options options = {
        .listen = folder.listen, .tables = &table, .table_count = 1};
    struct support_server server;
    struct buffer answer;
    struct stat status;

    (void)state;
    support_start(&server, &options, &HTTP_LIMITS_DEFAULT);
    assert_int_equal(http_server_port(server.http), 0);
    assert_int_equal(stat(folder.socket, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0660);
    support_exchange(&server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, SIZE_MAX, &answer);
    assert_memory_equal(buffer_text(&answer), "HTTP/1.1 200 ", 13);
    buffer_release(&answer);

    /* While it serves, nobody else gets the path. */
    assert_int_equal(try_listen(folder.listen), ERR_CONFLICT);
    assert_int_equal(stat(folder.socket, &status), 0);
    support_stop(&server);
    assert_int_equal(stat(folder.socket, &status), -1);
    remove_folder(&folder);
}

/* Makes the socket of a process that died: bound, never unlinked, nobody listening. */
static int bind_socket(const char *path, bool listening)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int other = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_int_equal(bind(other, (struct sockaddr *)&address, sizeof address), 0);
    if (listening) {
        assert_int_equal(listen(other, 1), 0);
    }
    return other;
}

static void a_stale_socket_is_replaced(void **state)
{
    struct folder folder = make_folder();

    (void)state;
    assert_int_equal(close(bind_socket(folder.socket, true)), 0);
    assert_int_equal(try_listen(folder.listen), ERR_OK);
    remove_folder(&folder);
}

static void a_socket_somebody_else_serves_is_left_alone(void **state)
{
    struct folder folder = make_folder();
    int other = bind_socket(folder.socket, true);
    struct stat status;

    (void)state;
    assert_int_equal(try_listen(folder.listen), ERR_CONFLICT);
    assert_int_equal(stat(folder.socket, &status), 0);
    assert_int_equal(close(other), 0);
    remove_folder(&folder);
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
    struct folder folder = make_folder();
    FILE *file = fopen(folder.socket, "w");
    struct stat status;

    (void)state;
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(try_listen(folder.listen), ERR_CONFLICT);
    assert_int_equal(stat(folder.socket, &status), 0);
    assert_true(S_ISREG(status.st_mode));
    remove_folder(&folder);
}

static void wait_for_sign(void *context)
{
    assert_int_equal(sem_wait(context), 0);
}

/* What was sent over a UNIX socket can still be read when the sender has left, and the first byte
 * back fails. */
static void clients_that_leave_before_their_answer_stop_nobody_else(void **state)
{
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na",
        "POST /staff HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nno size",
        "GET / HTTP/1.1\n\n",
    };
    struct folder folder = make_folder();
    struct http_server_options options = {
        .listen = folder.listen, .tables = &table, .table_count = 1};
    struct support_server server;
    struct buffer answer;
    sem_t sign;

    (void)state;
    assert_int_equal(sem_init(&sign, 0, 0), 0);
    support_start(&server, &options, &HTTP_LIMITS_DEFAULT);
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        int client;

        support_call(&server, wait_for_sign, &sign);
        client = support_connect(&server);
        support_send_text(client, requests[i]);
        assert_int_equal(close(client), 0);
        assert_int_equal(sem_post(&sign), 0);
        support_exchange(&server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, SIZE_MAX, &answer);
        assert_memory_equal(buffer_text(&answer), "HTTP/1.1 200 ", 13);
        buffer_release(&answer);
    }
    support_stop(&server);
    assert_int_equal(sem_destroy(&sign), 0);
    remove_folder(&folder);
}

static void a_server_that_cannot_listen_leaves_nothing_behind(void **state)
{
    struct http_listener other;
    char address[32];
    const struct http_route wrong_route = {.method = "GET", .path = "/", .handler = hello};
    const struct http_route_table wrong_table = {.routes = &wrong_route, .count = 1};
    struct http_server_options options = {.listen = address, .tables = &table, .table_count = 1};
    struct http_server *server = NULL;
    struct loop loop;

    (void)state;
    assert_int_equal(loop_open(&loop, SUPPORT_STOP_TIMEOUT_MS), ERR_OK);
    assert_int_equal(http_listener_open("127.0.0.1:0", &other), ERR_OK);
    (void)snprintf(address, sizeof address, "127.0.0.1:%d", other.port);
    assert_int_equal(http_server_open(&loop, &options, &server), ERR_CONFLICT);
    options.listen = "127.0.0.1:0";
    options.tables = &wrong_table;
    assert_int_equal(http_server_open(&loop, &options, &server), ERR_INVALID);
    assert_null(server);
    http_server_free(NULL);
    http_listener_close(&other);
    loop_stop(&loop);
    loop_run(&loop);
    loop_close(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_the_inside_are_taken_and_others_refused),
        cmocka_unit_test(an_address_in_use_is_a_conflict),
        cmocka_unit_test(a_unix_socket_serves_its_group_and_goes_with_the_server),
        cmocka_unit_test(a_stale_socket_is_replaced),
        cmocka_unit_test(a_socket_somebody_else_serves_is_left_alone),
        cmocka_unit_test(a_file_that_is_no_socket_is_left_alone),
        cmocka_unit_test(clients_that_leave_before_their_answer_stop_nobody_else),
        cmocka_unit_test(a_server_that_cannot_listen_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
