/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the server listens: a numeric address of this machine or of a private
 * network, or a UNIX socket. Refuses public addresses, since what faces the
 * public is nginx. Never removes a file that is not a socket nobody listens on.
 */
#include "runtime/http_internal.h"

#include "runtime/log.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    HOST_SIZE = 64,
    PORT_MAX = 65535,
    PORT_DIGITS_MAX = 5,
    SOCKET_MODE = 0660,
    LOCK_MODE = 0600,
};

/* An address ready for bind(). */
struct endpoint {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    } address;

    socklen_t length;
};

static enum err parse_tcp(const char *text, struct endpoint *ret_endpoint);
static enum err parse_port(const char *text, int *ret_port);
static bool is_public(const struct endpoint *endpoint);
static enum err open_tcp(const struct endpoint *endpoint, struct http_listener *listener);
static enum err open_unix(const char *path, struct http_listener *listener);
static enum err lock_path(const char *path, struct http_listener *listener);
static enum err remove_stale(const char *path, const struct endpoint *endpoint);
static enum err bind_and_listen(const struct endpoint *endpoint, struct http_listener *listener);
static enum err error_of(int error);

enum err http_listener_open(const char *address, struct http_listener *ret_listener)
{
    struct http_listener listener = {.socket = -1, .lock = -1};
    struct endpoint endpoint = {.length = 0};
    enum err err;

    if (strncmp(address, "unix:", 5) == 0) {
        err = open_unix(address + 5, &listener);
    } else {
        err = parse_tcp(address, &endpoint);
        if (!err) {
            err = open_tcp(&endpoint, &listener);
        }
    }
    if (err) {
        log_error("http_listen_failed", log_str("listen", address), log_str("error", err_name(err)),
                  log_str("reason", err == ERR_CONFLICT  ? "the address is in use"
                                    : err == ERR_INVALID ? "not an address to listen on"
                                                         : "see the system's error above"));
        if (listener.socket >= 0) {
            (void)close(listener.socket); /* It never listened; nothing to learn from a failure. */
        }
        listener.path[0] = '\0'; /* Not ours to remove. */
        listener.socket = -1;
        http_listener_close(&listener);
        return err;
    }
    *ret_listener = listener;
    return ERR_OK;
}

void http_listener_close(struct http_listener *listener)
{
    if (listener->socket >= 0) {
        (void)close(listener->socket);
        listener->socket = -1;
    }
    if (listener->path[0] != '\0') {
        (void)unlink(listener->path); /* Gone already is as good. */
        listener->path[0] = '\0';
    }
    if (listener->lock >= 0) {
        /* The lock's file stays: removing it would let two others lock two files of one name. */
        (void)close(listener->lock);
        listener->lock = -1;
    }
}

/* --- TCP. --------------------------------------------------------------------------------------- */

static enum err parse_tcp(const char *text, struct endpoint *ret_endpoint)
{
    struct endpoint endpoint = {.length = 0};
    char host[HOST_SIZE];
    const char *colon = strrchr(text, ':');
    const char *begin = text;
    size_t length;
    int port;

    if (!colon || parse_port(colon + 1, &port)) {
        return ERR_INVALID;
    }
    length = (size_t)(colon - text);
    if (text[0] == '[') {
        if (length < 2 || colon[-1] != ']') {
            return ERR_INVALID;
        }
        begin++;
        length -= 2;
    }
    if (length == 0 || length >= sizeof host) {
        return ERR_INVALID;
    }
    memcpy(host, begin, length);
    host[length] = '\0';

    if (text[0] == '[') {
        endpoint.address.v6.sin6_family = AF_INET6;
        endpoint.address.v6.sin6_port = htons((uint16_t)port);
        endpoint.length = sizeof endpoint.address.v6;
        if (inet_pton(AF_INET6, host, &endpoint.address.v6.sin6_addr) != 1) {
            return ERR_INVALID;
        }
    } else {
        endpoint.address.v4.sin_family = AF_INET;
        endpoint.address.v4.sin_port = htons((uint16_t)port);
        endpoint.length = sizeof endpoint.address.v4;
        if (inet_pton(AF_INET, host, &endpoint.address.v4.sin_addr) != 1) {
            return ERR_INVALID;
        }
    }
    if (is_public(&endpoint)) {
        return ERR_INVALID;
    }
    *ret_endpoint = endpoint;
    return ERR_OK;
}

static enum err parse_port(const char *text, int *ret_port)
{
    int port = 0;
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > PORT_DIGITS_MAX || text[digits] != '\0') {
        return ERR_INVALID;
    }
    for (size_t i = 0; i < digits; i++) {
        port = port * 10 + (text[i] - '0');
    }
    if (port > PORT_MAX) {
        return ERR_INVALID;
    }
    *ret_port = port;
    return ERR_OK;
}

/* Loopback, private, link-local and "any" (a container's own network) are not public. */
static bool is_public(const struct endpoint *endpoint)
{
    static const struct {
        uint32_t network;
        uint32_t mask;
    } inner[] = {
        {0x00000000, 0xffffffff}, {0x7f000000, 0xff000000}, {0x0a000000, 0xff000000},
        {0xac100000, 0xfff00000}, {0xc0a80000, 0xffff0000}, {0x64400000, 0xffc00000},
        {0xa9fe0000, 0xffff0000},
    };

    if (endpoint->address.any.sa_family == AF_INET) {
        uint32_t host = ntohl(endpoint->address.v4.sin_addr.s_addr);

        for (size_t i = 0; i < sizeof inner / sizeof inner[0]; i++) {
            if ((host & inner[i].mask) == inner[i].network) {
                return false;
            }
        }
        return true;
    }

    const uint8_t *bytes = endpoint->address.v6.sin6_addr.s6_addr;
    bool is_unique_local = (bytes[0] & 0xfe) == 0xfc;
    bool is_link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
    bool is_loopback_or_any =
        memcmp(&endpoint->address.v6.sin6_addr, &in6addr_loopback, sizeof in6addr_loopback) == 0 ||
        memcmp(&endpoint->address.v6.sin6_addr, &in6addr_any, sizeof in6addr_any) == 0;

    return !is_unique_local && !is_link_local && !is_loopback_or_any;
}

static enum err open_tcp(const struct endpoint *endpoint, struct http_listener *listener)
{
    struct endpoint bound = {.length = sizeof bound.address};
    enum err err;

    err = bind_and_listen(endpoint, listener);
    if (err) {
        return err;
    }
    if (getsockname(listener->socket, &bound.address.any, &bound.length) != 0) {
        return error_of(errno);
    }
    listener->port = ntohs(bound.address.any.sa_family == AF_INET ? bound.address.v4.sin_port
                                                                  : bound.address.v6.sin6_port);
    return ERR_OK;
}

/* --- UNIX sockets. ------------------------------------------------------------------------------ */

static enum err open_unix(const char *path, struct http_listener *listener)
{
    struct endpoint endpoint = {.length = sizeof endpoint.address.local};
    size_t length = strlen(path);
    enum err err;

    if (path[0] != '/' || length >= sizeof endpoint.address.local.sun_path ||
        length >= sizeof listener->path) {
        return ERR_INVALID;
    }
    endpoint.address.local.sun_family = AF_UNIX;
    memcpy(endpoint.address.local.sun_path, path, length + 1);

    err = lock_path(path, listener);
    if (!err) {
        err = remove_stale(path, &endpoint);
    }
    if (!err) {
        err = bind_and_listen(&endpoint, listener);
    }
    if (!err) {
        memcpy(listener->path, path, length + 1);
        listener->is_unix = true;
    }
    return err;
}

/* Two processes that both find the same stale socket must not both replace it. */
static enum err lock_path(const char *path, struct http_listener *listener)
{
    char lock[HTTP_SOCKET_PATH_SIZE + 8];
    int length = snprintf(lock, sizeof lock, "%s.lock", path);

    assert(length > 0 && (size_t)length < sizeof lock);
    listener->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
    if (listener->lock < 0) {
        return error_of(errno);
    }
    if (flock(listener->lock, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? ERR_CONFLICT : error_of(errno);
    }
    return ERR_OK;
}

/* A socket that refuses connections was left behind by a process that died. */
static enum err remove_stale(const char *path, const struct endpoint *endpoint)
{
    struct stat status;
    int probe;
    int error = 0;

    if (lstat(path, &status) != 0) {
        return errno == ENOENT ? ERR_OK : error_of(errno);
    }
    if (!S_ISSOCK(status.st_mode)) {
        return ERR_CONFLICT;
    }
    probe = socket(AF_UNIX, SOCK_STREAM, 0);
    if (probe < 0) {
        return error_of(errno);
    }
    if (connect(probe, &endpoint->address.any, endpoint->length) != 0) {
        error = errno;
    }
    (void)close(probe);
    if (error != ECONNREFUSED) {
        return ERR_CONFLICT;
    }
    return unlink(path) == 0 ? ERR_OK : error_of(errno);
}

/* --- Both. -------------------------------------------------------------------------------------- */

static enum err bind_and_listen(const struct endpoint *endpoint, struct http_listener *listener)
{
    int family = endpoint->address.any.sa_family;
    int on = 1;
    int flags;

    listener->socket = socket(family, SOCK_STREAM, 0);
    if (listener->socket < 0) {
        return error_of(errno);
    }
    flags = fcntl(listener->socket, F_GETFL);
    if (flags < 0 || fcntl(listener->socket, F_SETFL, flags | O_NONBLOCK) != 0 ||
        fcntl(listener->socket, F_SETFD, FD_CLOEXEC) != 0) {
        return error_of(errno);
    }
    if (family != AF_UNIX &&
        setsockopt(listener->socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
        return error_of(errno);
    }
    if (bind(listener->socket, &endpoint->address.any, endpoint->length) != 0) {
        return error_of(errno);
    }
    /* Before listen(): nobody connects while the mode is still the umask's. */
    if (family == AF_UNIX && chmod(endpoint->address.local.sun_path, SOCKET_MODE) != 0) {
        return error_of(errno);
    }
    if (listen(listener->socket, HTTP_LISTEN_BACKLOG) != 0) {
        return error_of(errno);
    }
    return ERR_OK;
}

static enum err error_of(int error)
{
    switch (error) {
    case EADDRINUSE:
        return ERR_CONFLICT;
    case EADDRNOTAVAIL:
    case EACCES:
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
        log_error("http_listen_error",
                  log_str("system", uv_strerror(uv_translate_sys_error(error))));
        return ERR_INVALID;
    default:
        log_error("http_listen_error",
                  log_str("system", uv_strerror(uv_translate_sys_error(error))));
        return ERR_INTERNAL;
    }
}
