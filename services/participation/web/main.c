/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The portal: a reference front end for residents. It holds the front end's
 * signing key and K_join, asks participation over HTTP like any other front
 * end, and has no database. Load settings, open in order, run, close in reverse.
 */
#include "participation/web/portal.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60 * 1000, THREADS_TEXT_SIZE = 8 };

static enum err run(const struct portal_config *config);
static enum err print_public_key(const struct portal_config *config);

int main(int argc, char **argv)
{
    const struct config_table tables[] = {portal_config_table};
    const struct config_program program = {
        .name = "portal",
        .summary = "The ballot page, and a stand-in identity for demonstrations.",
        .usage =
            "portal [run] [SETTINGS]   serve until stopped\n"
            "portal public-key         print the key's line for the services' keys file\n"
            "portal healthcheck        exit 0 when the running portal answers\n",
        .tables = tables,
        .table_count = sizeof tables / sizeof tables[0],
    };
    static struct portal_config config;
    enum config_action action = CONFIG_RUN;
    const char *command = NULL;
    enum err err = config_load(&program, argc, argv, &config, &action, &command);

    if (err || action == CONFIG_DONE) {
        return err ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    log_open_words("portal", config.log_level, config.log_format);
    if (strcmp(command, "run") == 0) {
        err = run(&config);
    } else if (strcmp(command, "healthcheck") == 0) {
        err = process_healthcheck(config.http_listen);
    } else if (strcmp(command, "public-key") == 0) {
        err = print_public_key(&config);
    } else {
        log_error("unknown_command", log_str("command", command),
                  log_str("action", "--help lists the commands"));
        err = ERR_NOT_FOUND;
    }
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

static enum err fail(const char *part, enum err err)
{
    if (err) {
        log_error("open_failed", log_str("part", part), log_str("error", err_name(err)));
    }
    return err;
}

static enum err read_signing_key(const char *path, struct signing_key *ret_key)
{
    char text[SIGNING_KEY_TEXT_SIZE] = "";
    FILE *file = fopen(path, "re");
    enum err err = ERR_INVALID;

    if (file != NULL) {
        const size_t length = fread(text, 1, sizeof text - 1, file);

        if (ferror(file) == 0 && length < sizeof text - 1) {
            err = signing_key_parse(text, ret_key);
        }
        (void)fclose(file); /* Only read from. */
    }
    crypto_wipe(text, sizeof text);
    if (err) {
        log_error("setting_refused", log_str("setting", "signing_key_file"),
                  log_str("reason", "it cannot be read, or holds no private key"));
    }
    return err;
}

static enum err print_public_key(const struct portal_config *config)
{
    const struct keyring_key validity = {.not_before_ms = clock_now_ms(),
                                         .not_after_ms = INT64_MAX};
    char line[SIGNING_KEY_LINE_SIZE];
    struct signing_key key;
    enum err err = fail("crypto", crypto_open());

    if (!err) {
        err = read_signing_key(config->signing_key_file, &key);
    }
    if (err) {
        return err;
    }
    err = fail("key", signing_key_line(&key, &validity, line));
    signing_key_wipe(&key);
    if (!err) {
        (void)printf("%s\n", line);
    }
    return err;
}

static enum err open_clock(const struct portal_config *config)
{
    if (config->demonstration_clock_file[0] == '\0') {
        return ERR_OK;
    }
    return fail("demonstration_clock", clock_demonstration_open(config->demonstration_clock_file));
}

/* What needs no closing. */
static enum err prepare(struct portal *portal)
{
    size_t length = 0;
    enum err err = fail("protection", process_protect());

    if (!err) {
        err = open_clock(&portal->config);
    }
    if (!err) {
        err = fail("crypto", crypto_open());
    }
    if (!err) {
        err = fail("join_key",
                   crypto_base64url_parse(portal->config.join_key, strlen(portal->config.join_key),
                                          portal->join_key, sizeof portal->join_key, &length));
        crypto_wipe(portal->config.join_key, sizeof portal->config.join_key);
        crypto_random(portal->form_key, sizeof portal->form_key);
    }
    return err;
}

static enum err open_upstream(struct portal *portal)
{
    struct signing_key key;
    enum err err = read_signing_key(portal->config.signing_key_file, &key);

    if (!err) {
        err = fail("upstream", upstream_open(portal->config.participation_url,
                                             portal->config.ca_file, &key, &portal->upstream));
        signing_key_wipe(&key);
    }
    return err;
}

static void on_stop(void *context)
{
    struct portal *portal = context;

    http_server_stop(portal->http, portal->config.stop_timeout_ms);
}

static enum err serve(struct portal *portal)
{
    const struct http_route_table routes = portal_routes(portal);
    const struct http_server_options options = {
        .listen = portal->config.http_listen,
        .tables = &routes,
        .table_count = 1,
    };
    enum err err = fail("http", http_server_open(&portal->loop, &options, &portal->http));

    if (err) {
        return err;
    }
    err = fail("stop", loop_on_stop(&portal->loop, on_stop, portal));
    if (err) {
        http_server_stop(portal->http, portal->config.stop_timeout_ms);
        loop_stop(&portal->loop);
    } else {
        log_info("service_started", log_str("listen", portal->config.http_listen),
                 log_int("port", http_server_port(portal->http)),
                 log_str("stand_in_identity", portal->config.stand_in_identity));
    }
    loop_run(&portal->loop);
    http_server_free(portal->http);
    return err;
}

static enum err run_opened(struct portal *portal)
{
    const size_t count = (size_t)portal->config.session_count_max;
    enum err err = open_upstream(portal);

    if (!err) {
        err = fail("sessions", sessions_open(count, portal->config.session_minutes * MINUTE_MS,
                                             &portal->sessions));
    }
    if (!err) {
        err = fail("loop", loop_open(&portal->loop, portal->config.stop_timeout_ms));
    }
    if (err) {
        return err;
    }
    err = serve(portal);
    loop_close(&portal->loop);
    return err;
}

static enum err run(const struct portal_config *config)
{
    static struct portal portal;
    char threads[THREADS_TEXT_SIZE];
    enum err err;

    portal.config = *config;
    loop_block_signals();
    /* One client each: they wait for participation, and do next to nothing. */
    (void)snprintf(threads, sizeof threads, "%d", UPSTREAM_CLIENT_MAX);
    if (uv_os_setenv("UV_THREADPOOL_SIZE", threads) != 0) {
        return fail("threads", ERR_INTERNAL);
    }
    err = prepare(&portal);
    if (!err) {
        err = run_opened(&portal);
    }
    sessions_close(&portal.sessions);
    upstream_close(&portal.upstream);
    crypto_wipe(portal.join_key, sizeof portal.join_key);
    crypto_wipe(portal.form_key, sizeof portal.form_key);
    log_info("service_stopped");
    return err;
}
