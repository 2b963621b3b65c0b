/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The health check is a program's own, so that no image needs another for it.
 * It blocks, needs no loop, and must never ask anything but /readyz.
 */
#include "runtime/process.h"

#include "runtime/log.h"

#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    HEALTH_TIMEOUT_S = 5,
    HEALTH_ANSWER_SIZE = 64, /* the status line is all that counts */
    ADDRESS_SIZE = 256,
};

enum err process_protect(void)
{
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};

    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0 ||
                   prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
               ? ERR_INTERNAL
               : ERR_OK;
}

/* "127.0.0.1:8080" or "[::1]:8080" into its two halves; who listens everywhere is asked on loopback. */
static enum err split_address(const char *listen, char ret_host[ADDRESS_SIZE],
                              const char **ret_port)
{
    const char *colon = strrchr(listen, ':');
    const char *start = listen[0] == '[' ? listen + 1 : listen;
    size_t length;

    if (colon == NULL || colon <= start) {
        return ERR_INVALID;
    }
    length = (size_t)(colon - start);
    if (listen[0] == '[') {
        if (start[length - 1] != ']') {
            return ERR_INVALID;
        }
        length--;
    }
    if (length >= ADDRESS_SIZE) {
        return ERR_INVALID;
    }
    memcpy(ret_host, start, length);
    ret_host[length] = '\0';
    if (strcmp(ret_host, "0.0.0.0") == 0) {
        (void)snprintf(ret_host, ADDRESS_SIZE, "127.0.0.1");
    } else if (strcmp(ret_host, "::") == 0) {
        (void)snprintf(ret_host, ADDRESS_SIZE, "::1");
    }
    *ret_port = colon + 1;
    return ERR_OK;
}

/* A bounded wait for connecting, sending and receiving alike. */
static int open_socket(int family)
{
    const struct timeval timeout = {.tv_sec = HEALTH_TIMEOUT_S};
    int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (descriptor >= 0 &&
        (setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) != 0 ||
         setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) != 0)) {
        (void)close(descriptor);
        return -1;
    }
    return descriptor;
}

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor;

    if (strlen(path) >= sizeof address.sun_path) {
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    descriptor = open_socket(AF_UNIX);
    if (descriptor >= 0 &&
        connect(descriptor, (const struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(descriptor);
        return -1;
    }
    return descriptor;
}

static int connect_tcp(const char *listen)
{
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *found = NULL;
    char host[ADDRESS_SIZE];
    const char *port;
    int descriptor;

    if (split_address(listen, host, &port) || getaddrinfo(host, port, &hints, &found) != 0) {
        return -1;
    }
    descriptor = open_socket(found->ai_family);
    if (descriptor >= 0 && connect(descriptor, found->ai_addr, found->ai_addrlen) != 0) {
        (void)close(descriptor);
        descriptor = -1;
    }
    freeaddrinfo(found);
    return descriptor;
}

static const char HEALTH_REQUEST[] =
    "GET /readyz HTTP/1.1\r\n"
    "Host: localhost\r\n"
    "Connection: close\r\n"
    "\r\n";

/* Sends the question and reads the beginning of the answer; false when it cannot. */
static bool ask(int descriptor, char ret_answer[HEALTH_ANSWER_SIZE])
{
    size_t length = 0;
    ssize_t got = 1;

    if (send(descriptor, HEALTH_REQUEST, sizeof HEALTH_REQUEST - 1, MSG_NOSIGNAL) !=
        (ssize_t)sizeof HEALTH_REQUEST - 1) {
        return false;
    }
    while (length < HEALTH_ANSWER_SIZE - 1 && got > 0) {
        got = recv(descriptor, ret_answer + length, HEALTH_ANSWER_SIZE - 1 - length, 0);
        if (got > 0) {
            length += (size_t)got;
        }
    }
    ret_answer[length] = '\0';
    return length > 0;
}

enum err process_healthcheck(const char *listen)
{
    char answer[HEALTH_ANSWER_SIZE] = "";
    int descriptor =
        strncmp(listen, "unix:", 5) == 0 ? connect_unix(listen + 5) : connect_tcp(listen);
    bool answered;

    if (descriptor < 0) {
        log_error("healthcheck_failed", log_str("listen", listen),
                  log_str("reason", "nobody listens there"));
        return ERR_UNAVAILABLE;
    }
    answered = ask(descriptor, answer);
    (void)close(descriptor); /* Everything was read, or will not be. */
    if (!answered || strncmp(answer, "HTTP/1.1 200 ", 13) != 0) {
        answer[strcspn(answer, "\r\n")] = '\0';
        log_error("healthcheck_failed", log_str("listen", listen),
                  log_str("reason", answered ? answer : "no answer"));
        return ERR_UNAVAILABLE;
    }
    return ERR_OK;
}
