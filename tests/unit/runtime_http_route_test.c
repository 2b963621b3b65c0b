/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths and patterns: what matches what, which route goes first, what is
 * decoded, and which tables are refused at start.
 */
#include "runtime/http_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void handler(struct http_request *request, void *context)
{
    (void)request;
    (void)context;
}

static const struct http_route routes[] = {
    {.method = "GET", .path = "/", .roles = ROLE_PUBLIC, .handler = handler},
    {.method = "GET", .path = "/v1/ballots", .roles = ROLE_PUBLIC, .handler = handler},
    {.method = "POST", .path = "/v1/ballots", .roles = ROLE_OPERATOR, .handler = handler},
    {.method = "GET", .path = "/v1/ballots/{id}", .roles = ROLE_PUBLIC, .handler = handler},
    {.method = "PUT", .path = "/v1/ballots/{id}", .roles = ROLE_OPERATOR, .handler = handler},
    {.method = "POST", .path = "/v1/ballots/{id}:open", .roles = ROLE_OPERATOR, .handler = handler},
    {.method = "POST", .path = "/v1/ballots/{id}/votes", .roles = ROLE_STAFF, .handler = handler},
    {.method = "POST",
     .path = "/v1/ballots/{id}/votes:batch",
     .roles = ROLE_STAFF,
     .handler = handler},
    {.method = "GET", .path = "/v1/a/{b}/c/{d}", .roles = ROLE_PUBLIC, .handler = handler},
    {.method = "GET", .path = "/v1/events/{seq}", .roles = ROLE_PUBLIC, .handler = handler},
    {.method = "GET", .path = "/v1/events/dead", .roles = ROLE_PUBLIC, .handler = handler},
};

static int table_context;
static const struct http_route_table table = {
    .routes = routes,
    .count = sizeof routes / sizeof routes[0],
    .context = &table_context,
};
static const struct http_routes all = {.tables = &table, .count = 1};

static struct http_match match_of(struct http_head *head, const char *method, const char *path)
{
    struct http_match match;

    memset(head, 0, sizeof *head);
    head->method = method;
    head->path = path;
    http_route_match(&all, head, &match);
    return match;
}

static void a_path_finds_its_route(void **state)
{
    static const struct {
        const char *method;
        const char *path;
        const char *pattern; /* NULL: none */
        const char *allow;   /* "" unless only the method is wrong */
    } cases[] = {
        {"GET", "/", "/", ""},
        {"GET", "/v1/ballots", "/v1/ballots", ""},
        {"HEAD", "/v1/ballots", "/v1/ballots", ""},
        {"POST", "/v1/ballots", "/v1/ballots", ""},
        {"DELETE", "/v1/ballots", NULL, "GET, HEAD, POST"},
        {"OPTIONS", "/v1/ballots", NULL, "GET, HEAD, POST"},
        {"HEAD", "/v1/ballots/x/votes", NULL, "POST"},
        {"GET", "/v1/ballots/", NULL, ""},
        {"GET", "/v1/ballots/x", "/v1/ballots/{id}", ""},
        {"PUT", "/v1/ballots/x", "/v1/ballots/{id}", ""},
        {"GET", "/v1/ballots/x/", NULL, ""},
        {"GET", "/v1/ballots/x:open", NULL, "POST"},
        {"POST", "/v1/ballots/x:open", "/v1/ballots/{id}:open", ""},
        {"POST", "/v1/ballots/x:opened", NULL, ""},
        {"POST", "/v1/ballots/:open", NULL, ""},
        {"POST", "/v1/ballots/x:y:open", NULL, ""},
        {"POST", "/v1/ballots/x/votes:batch", "/v1/ballots/{id}/votes:batch", ""},
        {"POST", "/v1/ballots/x/votes", "/v1/ballots/{id}/votes", ""},
        {"POST", "/v1/ballots/x/y/votes", NULL, ""},
        {"GET", "/v1/a/x/c/y", "/v1/a/{b}/c/{d}", ""},
        {"GET", "/v1/a//c/y", NULL, ""},
        {"GET", "/v1/events/7", "/v1/events/{seq}", ""},
        {"GET", "/v1/events/dead", "/v1/events/dead", ""},
        {"GET", "/V1/ballots", NULL, ""},
        {"GET", "/v1/%62allots", NULL, ""},
        {"GET", "//v1/ballots", NULL, ""},
        {"GET", "/v1/../v1/ballots", NULL, ""},
        {"GET", "", NULL, ""},
    };
    struct http_head *head = malloc(sizeof *head);

    (void)state;
    assert_non_null(head);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct http_match match = match_of(head, cases[i].method, cases[i].path);

        if (!cases[i].pattern) {
            if (match.route) {
                fail_msg("%s %s is %s", cases[i].method, cases[i].path, match.route->path);
            }
        } else {
            assert_non_null(match.route);
            assert_string_equal(match.route->path, cases[i].pattern);
            assert_ptr_equal(match.context, &table_context);
        }
        assert_string_equal(match.allow, cases[i].allow);
        assert_int_equal(match.path_known, cases[i].pattern || cases[i].allow[0] != '\0');
    }
    free(head);
}

static void parameters_are_decoded_and_found_by_name(void **state)
{
    struct http_head *head = malloc(sizeof *head);
    struct http_match match;

    (void)state;
    assert_non_null(head);
    match = match_of(head, "GET", "/v1/a/%EA%B0%80%2F%3A/c/1+2");
    assert_string_equal(http_route_parameter(&match, "b"), "가/:");
    assert_string_equal(http_route_parameter(&match, "d"), "1+2");
    assert_null(http_route_parameter(&match, "c"));
    assert_null(http_route_parameter(&match, ""));
    free(head);
}

static void a_parameter_that_does_not_decode_breaks_the_match(void **state)
{
    static const char *const paths[] = {
        "/v1/ballots/%", "/v1/ballots/%4", "/v1/ballots/%zz", "/v1/ballots/%00", "/v1/ballots/%ff",
    };
    struct http_head *head = malloc(sizeof *head);

    (void)state;
    assert_non_null(head);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct http_match match = match_of(head, "GET", paths[i]);

        assert_true(match.path_known);
        assert_true(match.broken);
    }
    free(head);
}

static void tables_with_mistakes_are_refused(void **state)
{
    static const struct http_route wrong[] = {
        {.method = "GET", .path = "/a", .roles = 0, .handler = handler},
        {.method = "GET", .path = "/a", .roles = ROLE_PUBLIC, .handler = NULL},
        {.method = "get", .path = "/a", .roles = ROLE_PUBLIC, .handler = handler},
        {.method = "HEAD", .path = "/a", .roles = ROLE_PUBLIC, .handler = handler},
        {.method = "GET", .path = "a", .roles = ROLE_PUBLIC, .handler = handler},
        {.method = "GET", .path = "/{a", .roles = ROLE_PUBLIC, .handler = handler},
        {.method = "GET", .path = "/{}", .roles = ROLE_PUBLIC, .handler = handler},
        {.method = "GET", .path = "/x{a}", .roles = ROLE_PUBLIC, .handler = handler},
        {.method = "GET", .path = "/{a}x", .roles = ROLE_PUBLIC, .handler = handler},
        {.method = "GET",
         .path = "/{a}/{b}/{c}/{d}/{e}/{f}",
         .roles = ROLE_PUBLIC,
         .handler = handler},
        {.method = "POST",
         .path = "/a",
         .roles = ROLE_PUBLIC,
         .body_max = HTTP_BULK_BODY_SIZE_MAX + 1,
         .handler = handler},
    };

    (void)state;
    assert_int_equal(http_route_check(&all), ERR_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct http_route_table wrong_table = {.routes = &wrong[i], .count = 1};
        const struct http_routes one = {.tables = &wrong_table, .count = 1};

        assert_int_equal(http_route_check(&one), ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_finds_its_route),
        cmocka_unit_test(parameters_are_decoded_and_found_by_name),
        cmocka_unit_test(a_parameter_that_does_not_decode_breaks_the_match),
        cmocka_unit_test(tables_with_mistakes_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
