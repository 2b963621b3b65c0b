/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP proxy that stands between a service and what it talks to, and does to
 * the traffic what networks do:
 *
 *     fault_proxy SEED
 *
 * It is told what to do by lines on standard input and answers each with one
 * line, "ok" or "error REASON"; it ends with its input. UP is from the client
 * to the server, DOWN the other way.
 *
 *     link NAME LISTEN-PORT TARGET-PORT raw|framed
 *     set NAME up|down|both RULE VALUE ...
 *     refuse NAME 0|1      new connections are reset at once
 *     clear NAME           no rules; connections that have lost bytes are reset
 *     cut NAME             every connection is reset on both sides
 *     half NAME up|down    the receiving side of a direction is reset, the other left in the dark
 *     stats                one line of JSON instead of "ok"
 *
 * A rule is delay_ms, jitter_ms, rate_bytes_s, hold, swallow, or the chance in
 * 10,000 of drop, duplicate, reorder, corrupt or truncate; see proxy_flow.h.
 * Must never listen or connect anywhere but on the loopback address.
 */
#include "proxy_link.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE_MAX = 1024, WORD_COUNT_MAX = 32, LINK_COUNT_MAX = 64 };

static struct {
    uv_loop_t loop;
    uv_pipe_t input;
    char line[LINE_SIZE_MAX];
    size_t line_length;
    struct proxy_link *links[LINK_COUNT_MAX];
    size_t link_count;
} proxy;

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer);
static void on_input(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer);
static bool read_number(const char *text, int64_t *ret_number);

int main(int argc, char **argv)
{
    int64_t seed = 0;

    if (argc != 2 || !read_number(argv[1], &seed)) {
        (void)fprintf(stderr, "usage: fault_proxy SEED\n");
        return EXIT_FAILURE;
    }
    flow_seed((uint64_t)seed);
    (void)signal(SIGPIPE, SIG_IGN); /* A peer that has gone is an error of its write. */
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* Each answer at once. */
    if (uv_loop_init(&proxy.loop) != 0 || uv_pipe_init(&proxy.loop, &proxy.input, 0) != 0 ||
        uv_pipe_open(&proxy.input, STDIN_FILENO) != 0 ||
        uv_read_start((uv_stream_t *)&proxy.input, on_allocate, on_input) != 0) {
        (void)fprintf(stderr, "fault_proxy: standard input must be a pipe\n");
        return EXIT_FAILURE;
    }
    (void)uv_run(&proxy.loop, UV_RUN_DEFAULT);
    for (size_t i = 0; i < proxy.link_count; i++) {
        proxy_link_free(proxy.links[i]);
    }
    return uv_loop_close(&proxy.loop) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool read_number(const char *text, int64_t *ret_number)
{
    char *end = NULL;

    errno = 0;
    *ret_number = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *ret_number >= 0;
}

static struct proxy_link *find_link(const char *name)
{
    for (size_t i = 0; i < proxy.link_count; i++) {
        if (strcmp(proxy_link_name(proxy.links[i]), name) == 0) {
            return proxy.links[i];
        }
    }
    return NULL;
}

/* Each command returns NULL, or why it cannot be done. */
static const char *command_link(char **words, size_t count)
{
    int64_t listen_port;
    int64_t target_port;

    if (count != 5 || proxy.link_count == LINK_COUNT_MAX || find_link(words[1]) != NULL ||
        !read_number(words[2], &listen_port) || !read_number(words[3], &target_port) ||
        listen_port > UINT16_MAX || target_port > UINT16_MAX) {
        return "wrong link";
    }
    const struct proxy_link_options options = {
        .name = words[1],
        .listen_port = (uint16_t)listen_port,
        .target_port = (uint16_t)target_port,
        .framed = strcmp(words[4], "framed") == 0,
    };

    proxy.links[proxy.link_count] = proxy_link_open(&proxy.loop, &options);
    if (proxy.links[proxy.link_count] == NULL) {
        return "cannot listen";
    }
    proxy.link_count++;
    return NULL;
}

static const struct {
    const char *name;
    size_t offset;
} rule_names[] = {
    {"delay_ms", offsetof(struct flow_rules, delay_ms)},
    {"jitter_ms", offsetof(struct flow_rules, jitter_ms)},
    {"rate_bytes_s", offsetof(struct flow_rules, rate_bytes_s)},
    {"hold", offsetof(struct flow_rules, hold)},
    {"swallow", offsetof(struct flow_rules, swallow)},
    {"drop", offsetof(struct flow_rules, chance[FLOW_DROP])},
    {"duplicate", offsetof(struct flow_rules, chance[FLOW_DUPLICATE])},
    {"reorder", offsetof(struct flow_rules, chance[FLOW_REORDER])},
    {"corrupt", offsetof(struct flow_rules, chance[FLOW_CORRUPT])},
    {"truncate", offsetof(struct flow_rules, chance[FLOW_TRUNCATE])},
};

static bool set_rule(struct flow_rules *rules, const char *name, const char *value)
{
    int64_t number;

    if (!read_number(value, &number)) {
        return false;
    }
    for (size_t i = 0; i < sizeof rule_names / sizeof rule_names[0]; i++) {
        if (strcmp(rule_names[i].name, name) == 0) {
            memcpy((char *)rules + rule_names[i].offset, &number, sizeof number);
            return true;
        }
    }
    return false;
}

static const char *command_set(struct proxy_link *link, char **words, size_t count)
{
    bool up = strcmp(words[2], "down") != 0;
    bool down = strcmp(words[2], "up") != 0;

    if (count % 2 != 1) {
        return "rules come in pairs";
    }
    for (size_t i = 3; i + 1 < count; i += 2) {
        if ((up && !set_rule(proxy_link_rules(link, PROXY_UP), words[i], words[i + 1])) ||
            (down && !set_rule(proxy_link_rules(link, PROXY_DOWN), words[i], words[i + 1]))) {
            return "wrong rule";
        }
    }
    proxy_link_go_on(link);
    return NULL;
}

static const char *command_on_link(char **words, size_t count)
{
    struct proxy_link *link = count >= 2 ? find_link(words[1]) : NULL;

    if (link == NULL) {
        return "no such link";
    }
    if (strcmp(words[0], "set") == 0 && count >= 5) {
        return command_set(link, words, count);
    }
    if (strcmp(words[0], "refuse") == 0 && count == 3) {
        proxy_link_refuse(link, strcmp(words[2], "0") != 0);
    } else if (strcmp(words[0], "clear") == 0) {
        proxy_link_clear(link);
    } else if (strcmp(words[0], "cut") == 0) {
        proxy_link_cut(link);
    } else if (strcmp(words[0], "half") == 0 && count == 3) {
        proxy_link_half(link, strcmp(words[2], "up") == 0 ? PROXY_UP : PROXY_DOWN);
    } else {
        return "unknown command";
    }
    return NULL;
}

static void print_stats(void)
{
    (void)printf("{");
    for (size_t i = 0; i < proxy.link_count; i++) {
        (void)printf("%s", i == 0 ? "" : ", ");
        proxy_link_print(proxy.links[i]);
    }
    (void)printf("}\n");
}

static void obey(char *line)
{
    char *words[WORD_COUNT_MAX];
    size_t count = 0;
    char *rest = NULL;
    const char *reason;

    for (char *word = strtok_r(line, " ", &rest); word != NULL && count < WORD_COUNT_MAX;
         word = strtok_r(NULL, " ", &rest)) {
        words[count] = word;
        count++;
    }
    if (count == 1 && strcmp(words[0], "stats") == 0) {
        print_stats();
        return;
    }
    if (count > 0 && strcmp(words[0], "link") == 0) {
        reason = command_link(words, count);
    } else {
        reason = command_on_link(words, count);
    }
    if (reason == NULL) {
        (void)printf("ok\n");
    } else {
        (void)printf("error %s\n", reason);
    }
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)handle;
    (void)suggested;
    assert(proxy.line_length < sizeof proxy.line);
    *buffer = uv_buf_init(proxy.line + proxy.line_length,
                          (unsigned)(sizeof proxy.line - proxy.line_length));
}

static void on_input(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    char *newline;

    (void)buffer;
    if (length < 0) {
        uv_close((uv_handle_t *)stream, NULL);
        for (size_t i = 0; i < proxy.link_count; i++) {
            proxy_link_close(proxy.links[i]);
        }
        return;
    }
    proxy.line_length += (size_t)length;
    while ((newline = memchr(proxy.line, '\n', proxy.line_length)) != NULL) {
        size_t used = (size_t)(newline + 1 - proxy.line);

        *newline = '\0';
        obey(proxy.line);
        memmove(proxy.line, proxy.line + used, proxy.line_length - used);
        proxy.line_length -= used;
    }
    assert(proxy.line_length < sizeof proxy.line);
}
