/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request's way through the portal. Must never log what is in a form, nor
 * keep anything of a request behind its answer.
 */
#include "participation/web/exchange.h"

#include "participation/web/pages.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char FORM_TYPE[] = "application/x-www-form-urlencoded";
static const char POLICY[] =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

enum { COOKIE_LINE_SIZE = 256, VIEW_COOKIE_SECONDS = 365 * 24 * 60 * 60 };

static void free_exchange(struct exchange *exchange)
{
    exchange->portal->exchange_count--;
    for (size_t i = 0; i < exchange->call_count; i++) {
        upstream_call_release(&exchange->calls[i]);
    }
    if (exchange->vote_body != NULL) {
        crypto_wipe(exchange->vote_body, exchange->vote_length);
        free(exchange->vote_body);
    }
    web_ballot_free(exchange->ballot);
    form_release(&exchange->form);
    buffer_release(&exchange->view.page);
    crypto_wipe(exchange->session_id, sizeof exchange->session_id);
    free(exchange);
}

/* --- Cookies. ------------------------------------------------------------------------------------- */

/* The proxy says so; a client that says it itself harms only its own cookie. */
static bool is_secure(const struct http_request *request)
{
    const char *scheme = http_request_header(request, "x-forwarded-proto");

    return scheme != NULL && strcmp(scheme, "https") == 0;
}

static const char *session_cookie(const struct http_request *request)
{
    return is_secure(request) ? "__Host-visit" : "visit";
}

void exchange_set_cookie(struct exchange *exchange, const char *session_id)
{
    char line[COOKIE_LINE_SIZE];

    (void)snprintf(line, sizeof line, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s",
                   session_cookie(exchange->request), session_id,
                   is_secure(exchange->request) ? "; Secure" : "");
    http_response_header(exchange->request, "Set-Cookie", line);
    (void)snprintf(exchange->session_id, sizeof exchange->session_id, "%s", session_id);
}

static void read_session_cookie(struct exchange *exchange)
{
    char value[FORM_COOKIE_SIZE];

    if (form_cookie(http_request_header(exchange->request, "cookie"),
                    session_cookie(exchange->request), value) == ERR_OK &&
        strlen(value) == SESSION_ID_TEXT_SIZE - 1) {
        memcpy(exchange->session_id, value, SESSION_ID_TEXT_SIZE);
    }
}

/* How this person wants pages: by what was asked for just now, the cookie, the browser's language. */
static void read_view(struct exchange *exchange)
{
    struct http_request *request = exchange->request;
    struct view *view = &exchange->view;
    const char *language = http_request_query(request, "lang");
    const char *text = http_request_query(request, "text");
    char value[FORM_COOKIE_SIZE] = "";
    char line[COOKIE_LINE_SIZE];

    if (form_cookie(http_request_header(request, "cookie"), "view", value) == ERR_OK) {
        view->language = strncmp(value, "en", 2) == 0 ? PROBLEM_ENGLISH : PROBLEM_KOREAN;
        view->large = strstr(value, "-large") != NULL;
    } else {
        view->language = http_request_language(request);
    }
    if (language != NULL) {
        view->language = strcmp(language, "en") == 0 ? PROBLEM_ENGLISH : PROBLEM_KOREAN;
    }
    if (text != NULL) {
        view->large = strcmp(text, "large") == 0;
    }
    if (language != NULL || text != NULL) {
        (void)snprintf(line, sizeof line,
                       "view=%s%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s",
                       view_say(view, "ko", "en"), view->large ? "-large" : "", VIEW_COOKIE_SECONDS,
                       is_secure(request) ? "; Secure" : "");
        http_response_header(request, "Set-Cookie", line);
    }
}

/* --- Beginning. ----------------------------------------------------------------------------------- */

/* Puts the ballot's id in the place of {id}. */
static void write_path(char *ret_path, size_t size, const char *path, const char *ballot_id)
{
    const char *place = strstr(path, "{id}");

    if (place == NULL) {
        (void)snprintf(ret_path, size, "%s", path);
        return;
    }
    (void)snprintf(ret_path, size, "%.*s%s%s", (int)(place - path), path, ballot_id, place + 4);
}

struct exchange *exchange_begin(struct http_request *request, struct portal *portal,
                                const char *path)
{
    const char *id = http_request_param(request, "id");
    uint8_t ballot_id[CRYPTO_UUID_SIZE];
    struct exchange *exchange = NULL;

    if (portal->exchange_count < PORTAL_EXCHANGE_COUNT_MAX) {
        exchange = calloc(1, sizeof *exchange);
    }
    if (exchange == NULL) {
        http_respond_error(request, ERR_FULL);
        return NULL;
    }
    portal->exchange_count++;
    exchange->portal = portal;
    exchange->request = request;
    exchange->view.contact = portal->config.contact;
    buffer_init(&exchange->view.page, VIEW_PAGE_SIZE_MAX);
    read_view(exchange);
    read_session_cookie(exchange);
    if (id != NULL && crypto_uuid_parse(id, ballot_id) == ERR_OK) {
        memcpy(exchange->ballot_id, id, sizeof exchange->ballot_id);
    }
    write_path(exchange->view.path, sizeof exchange->view.path, path, exchange->ballot_id);
    if (id != NULL && exchange->ballot_id[0] == '\0') {
        (void)snprintf(exchange->view.path, sizeof exchange->view.path, "/");
        page_trouble(exchange, PAGE_TROUBLE_NOT_FOUND);
        return NULL;
    }
    return exchange;
}

void exchange_token(const struct exchange *exchange, char ret_token[EXCHANGE_TOKEN_SIZE])
{
    uint8_t token[CRYPTO_HASH_SIZE];

    crypto_tagged_mac(exchange->portal->form_key, "form", exchange->session_id,
                      strlen(exchange->session_id), token);
    crypto_base64url(token, sizeof token, ret_token, EXCHANGE_TOKEN_SIZE);
}

void exchange_write_token(struct exchange *exchange)
{
    char token[EXCHANGE_TOKEN_SIZE];

    exchange_token(exchange, token);
    MARK(&exchange->view, "<input type=\"hidden\" name=\"token\" value=\"");
    view_text(&exchange->view, token);
    MARK(&exchange->view, "\">\n");
}

static bool has_right_token(const struct exchange *exchange)
{
    const char *given = form_value(&exchange->form, "token");
    char token[EXCHANGE_TOKEN_SIZE];

    exchange_token(exchange, token);
    return exchange->session_id[0] != '\0' && given != NULL && strlen(given) == strlen(token) &&
           crypto_equal(given, token, strlen(token));
}

struct exchange *exchange_begin_form(struct http_request *request, struct portal *portal,
                                     const char *path)
{
    struct exchange *exchange = exchange_begin(request, portal, path);
    const char *type = http_request_header(request, "content-type");
    const uint8_t *body;
    size_t length;

    if (exchange == NULL) {
        return NULL;
    }
    body = http_request_body(request, &length);
    if (type == NULL || strncmp(type, FORM_TYPE, sizeof FORM_TYPE - 1) != 0 ||
        form_parse(body, length, &exchange->form)) {
        page_trouble(exchange, PAGE_TROUBLE_FORM);
        return NULL;
    }
    if (!has_right_token(exchange)) {
        page_trouble(exchange, PAGE_TROUBLE_TOKEN);
        return NULL;
    }
    return exchange;
}

/* --- Asking. -------------------------------------------------------------------------------------- */

void exchange_ask(struct exchange *exchange, const char *what)
{
    struct upstream_call *call = &exchange->calls[exchange->call_count];

    assert(exchange->call_count < EXCHANGE_CALL_MAX);
    (void)snprintf(call->path, sizeof call->path, "/v1/ballots/%s%s", exchange->ballot_id, what);
    exchange->call_count++;
}

static void exchange_work(void *context)
{
    struct exchange *exchange = context;
    struct upstream *upstream = &exchange->portal->upstream;
    const size_t readings = exchange->call_count - (exchange->vote_key[0] != '\0' ? 1 : 0);
    const struct upstream_vote vote = {
        .key = exchange->vote_key,
        .body = exchange->vote_body,
        .length = exchange->vote_length,
        .timeout_ms = exchange->portal->config.answer_timeout_ms,
        .in_doubt = exchange->vote_in_doubt,
    };

    for (size_t i = 0; i < readings; i++) {
        upstream_get(upstream, &exchange->calls[i]);
    }
    if (readings < exchange->call_count) {
        upstream_send(upstream, &vote, &exchange->calls[readings]);
    }
}

static bool asks_for_ballot(const struct exchange *exchange)
{
    return exchange->ballot_id[0] != '\0' &&
           strlen(exchange->calls[0].path) == strlen("/v1/ballots/") + strlen(exchange->ballot_id);
}

static void exchange_done(void *context)
{
    struct exchange *exchange = context;
    const struct upstream_call *first = &exchange->calls[0];

    if (asks_for_ballot(exchange)) {
        if (first->outcome == UPSTREAM_ANSWERED && first->status == 404) {
            page_trouble(exchange, PAGE_TROUBLE_NOT_FOUND);
            return;
        }
        if (first->status == 200 && first->json != NULL &&
            web_ballot_read(first->json, &exchange->ballot)) {
            log_error("ballot_unreadable", log_str("ballot", exchange->ballot_id));
            exchange->ballot = NULL;
        }
        /* A vote whose outcome is known is told of, whatever became of the reading. */
        if (exchange->ballot == NULL && exchange->vote_key[0] == '\0') {
            page_trouble(exchange, PAGE_TROUBLE_AWAY);
            return;
        }
    }
    exchange->done(exchange);
}

void exchange_run(struct exchange *exchange, void (*done)(struct exchange *exchange))
{
    exchange->done = done;
    for (size_t i = 0; i < exchange->call_count; i++) {
        exchange->calls[i].language = view_say(&exchange->view, "ko", "en");
    }
    if (loop_work(&exchange->portal->loop, exchange_work, exchange_done, exchange)) {
        page_trouble(exchange, PAGE_TROUBLE_AWAY);
    }
}

struct session *exchange_session(struct exchange *exchange)
{
    return session_find(&exchange->portal->sessions, exchange->session_id, exchange->ballot_id,
                        clock_monotonic_ms());
}

/* --- Answering. ----------------------------------------------------------------------------------- */

void exchange_answer(struct exchange *exchange, int status)
{
    struct http_request *request = exchange->request;
    struct buffer *page = &exchange->view.page;

    if (buffer_status(page)) {
        log_error("page_too_large", log_str("path", exchange->view.path));
        http_respond_error(request, ERR_INTERNAL);
        free_exchange(exchange);
        return;
    }
    http_response_header(request, "Content-Security-Policy", POLICY);
    http_response_header(request, "Referrer-Policy", "same-origin");
    http_response_header(request, "Cross-Origin-Opener-Policy", "same-origin");
    http_respond(request, status, "text/html; charset=utf-8", page->data, page->length);
    free_exchange(exchange);
}

void exchange_redirect(struct exchange *exchange, const char *path)
{
    char to[VIEW_PATH_SIZE];

    write_path(to, sizeof to, path, exchange->ballot_id);
    http_response_header(exchange->request, "Location", to);
    http_respond(exchange->request, 303, NULL, "", 0);
    free_exchange(exchange);
}

void exchange_answer_file(struct exchange *exchange, const char *name, const void *data,
                          size_t length)
{
    char disposition[COOKIE_LINE_SIZE];

    (void)snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", name);
    http_response_header(exchange->request, "Content-Disposition", disposition);
    http_respond(exchange->request, 200, "application/json", data, length);
    free_exchange(exchange);
}
