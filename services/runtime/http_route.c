/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which handler a path belongs to. A pattern is a path in which {name} stands
 * for one non-empty run of characters up to the next / or :. Literals compare
 * byte for byte, undecoded: there is one spelling of each path and nothing is
 * normalised, so nothing can be smuggled past a check in front of us.
 */
#include "runtime/http_internal.h"

#include "runtime/log.h"

#include <assert.h>
#include <string.h>

/* Where a pattern's parameters lie in a path. */
struct capture {
    const char *name; /* ends at } */
    const char *begin;
    const char *end;
};

struct captures {
    struct capture list[HTTP_PATH_PARAM_COUNT_MAX];
    size_t count;
};

static bool route_is_sound(const struct http_route *route);
static bool pattern_is_sound(const char *pattern);
static bool path_matches(const char *pattern, const char *path, struct captures *ret_captures);
static void find_methods(const struct http_routes *routes, const char *path,
                         struct http_match *match);
static void allow_method(struct http_match *match, const char *method);
static void decode_captures(struct http_head *head, const struct captures *captures,
                            struct http_match *match);

enum err http_route_check(const struct http_routes *routes)
{
    for (size_t t = 0; t < routes->count; t++) {
        for (size_t i = 0; i < routes->tables[t].count; i++) {
            const struct http_route *route = &routes->tables[t].routes[i];

            if (!route_is_sound(route)) {
                log_error("http_route_wrong", log_str("method", route->method),
                          log_str("path", route->path));
                return ERR_INVALID;
            }
        }
    }
    return ERR_OK;
}

static bool route_is_sound(const struct http_route *route)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE", "PATCH"};
    bool known = false;

    if (!route->method || !route->path || !route->handler || route->roles == 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        known = known || strcmp(route->method, methods[i]) == 0;
    }
    return known && route->body_max <= HTTP_BULK_BODY_SIZE_MAX && pattern_is_sound(route->path);
}

static bool pattern_is_sound(const char *pattern)
{
    size_t count = 0;

    if (pattern[0] != '/') {
        return false;
    }
    for (const char *at = strchr(pattern, '{'); at; at = strchr(at + 1, '{')) {
        const char *end = strchr(at, '}');

        count++;
        /* A parameter is a whole segment, or one with a :verb behind it. */
        if (at[-1] != '/' || !end || end == at + 1 || count > HTTP_PATH_PARAM_COUNT_MAX ||
            (end[1] != '\0' && end[1] != '/' && end[1] != ':')) {
            return false;
        }
    }
    return true;
}

size_t http_route_count(const struct http_routes *routes)
{
    size_t count = 0;

    for (size_t t = 0; t < routes->count; t++) {
        count += routes->tables[t].count;
    }
    return count;
}

void http_route_match(const struct http_routes *routes, struct http_head *head,
                      struct http_match *ret_match)
{
    /* RFC 9110 9.3.2: what can be had by GET can be asked about by HEAD. */
    const char *method = strcmp(head->method, "HEAD") == 0 ? "GET" : head->method;
    struct captures best = {.count = SIZE_MAX};
    size_t number = 0;

    ret_match->route = NULL;
    ret_match->number = http_route_count(routes);
    ret_match->context = NULL;
    ret_match->path_known = false;
    ret_match->broken = false;
    ret_match->allow[0] = '\0';
    ret_match->parameter_count = 0;

    for (size_t t = 0; t < routes->count; t++) {
        for (size_t i = 0; i < routes->tables[t].count; i++) {
            const struct http_route *route = &routes->tables[t].routes[i];
            struct captures captures;

            if (strcmp(route->method, method) == 0 &&
                path_matches(route->path, head->path, &captures) && captures.count < best.count) {
                best = captures;
                ret_match->route = route;
                ret_match->number = number;
                ret_match->context = routes->tables[t].context;
            }
            number++;
        }
    }
    if (ret_match->route) {
        ret_match->path_known = true;
        decode_captures(head, &best, ret_match);
    } else {
        find_methods(routes, head->path, ret_match);
    }
}

/* What may be done with the path, for who asked for something else. */
static void find_methods(const struct http_routes *routes, const char *path,
                         struct http_match *match)
{
    for (size_t t = 0; t < routes->count; t++) {
        for (size_t i = 0; i < routes->tables[t].count; i++) {
            const struct http_route *route = &routes->tables[t].routes[i];
            struct captures captures;

            if (path_matches(route->path, path, &captures)) {
                match->path_known = true;
                allow_method(match, route->method);
            }
        }
    }
}

static bool path_matches(const char *pattern, const char *path, struct captures *ret_captures)
{
    ret_captures->count = 0;
    while (*pattern != '\0') {
        if (*pattern == '{') {
            size_t length = strcspn(path, "/:");

            if (length == 0) {
                return false;
            }
            assert(ret_captures->count < HTTP_PATH_PARAM_COUNT_MAX);
            ret_captures->list[ret_captures->count] = (struct capture){
                .name = pattern + 1,
                .begin = path,
                .end = path + length,
            };
            ret_captures->count++;
            path += length;
            pattern = strchr(pattern, '}') + 1;
            continue;
        }
        if (*pattern != *path) {
            return false;
        }
        pattern++;
        path++;
    }
    return *path == '\0';
}

static void allow_method(struct http_match *match, const char *method)
{
    const char *text = strcmp(method, "GET") == 0 ? "GET, HEAD" : method;
    size_t used = strlen(match->allow);
    size_t length = strlen(text);
    const char *separator = used > 0 ? ", " : "";

    /* Methods are few and none is part of another's name, so that a search for it is exact. */
    if (strstr(match->allow, method)) {
        return;
    }
    assert(used + strlen(separator) + length < sizeof match->allow);
    memcpy(match->allow + used, separator, strlen(separator));
    used += strlen(separator);
    memcpy(match->allow + used, text, length + 1);
}

static void decode_captures(struct http_head *head, const struct captures *captures,
                            struct http_match *match)
{
    for (size_t i = 0; i < captures->count; i++) {
        const struct capture *capture = &captures->list[i];
        const char *value = http_head_decode(head, capture->begin, capture->end, false);

        if (!value) {
            match->broken = true;
            return;
        }
        match->parameters[i] = (struct http_parameter){.name = capture->name, .value = value};
        match->parameter_count = i + 1;
    }
}

const char *http_route_parameter(const struct http_match *match, const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < match->parameter_count; i++) {
        const char *pattern_name = match->parameters[i].name;

        if (strncmp(pattern_name, name, length) == 0 && pattern_name[length] == '}') {
            return match->parameters[i].value;
        }
    }
    return NULL;
}
