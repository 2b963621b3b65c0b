/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routes, and the pages that only read. Everything here is public; what
 * must not be done by strangers is held by the form's token and the session.
 */
#include "participation/web/pages.h"
#include "participation/web/voting.h"
#include "runtime/clock.h"

#include <stdio.h>
#include <string.h>

/* --- The list. ------------------------------------------------------------------------------------ */

static void list_done(struct exchange *exchange)
{
    const struct upstream_call *call = &exchange->calls[0];

    if (call->status != 200 || call->json == NULL) {
        page_trouble(exchange, PAGE_TROUBLE_AWAY);
        return;
    }
    page_list(exchange, call->json);
    exchange_answer(exchange, 200);
}

static void show_list(struct http_request *request, void *context)
{
    struct exchange *exchange = exchange_begin(request, context, "/");

    if (exchange != NULL) {
        (void)snprintf(exchange->calls[0].path, sizeof exchange->calls[0].path,
                       "/v1/ballots?limit=100");
        exchange->call_count = 1;
        exchange_run(exchange, list_done);
    }
}

/* --- One ballot. ---------------------------------------------------------------------------------- */

static void ballot_done(struct exchange *exchange)
{
    page_ballot(exchange, clock_now_ms());
    exchange_answer(exchange, 200);
}

static void show_ballot(struct http_request *request, void *context)
{
    struct exchange *exchange = exchange_begin(request, context, "/ballots/{id}");

    if (exchange != NULL) {
        exchange_ask(exchange, "");
        exchange_run(exchange, ballot_done);
    }
}

/* --- Its result. ---------------------------------------------------------------------------------- */

static void result_done(struct exchange *exchange)
{
    const struct upstream_call *result = &exchange->calls[1];
    const struct upstream_call *turnout = &exchange->calls[2];

    if (exchange->ballot->state != BALLOT_STATE_CERTIFIED) {
        page_trouble(exchange, PAGE_TROUBLE_NO_RESULT);
        return;
    }
    if (result->status != 200 || result->json == NULL || turnout->status != 200 ||
        turnout->json == NULL) {
        page_trouble(exchange, PAGE_TROUBLE_AWAY);
        return;
    }
    page_result(exchange, result->json, turnout->json);
    exchange_answer(exchange, 200);
}

static void show_result(struct http_request *request, void *context)
{
    struct exchange *exchange = exchange_begin(request, context, "/ballots/{id}/result");

    if (exchange != NULL) {
        exchange_ask(exchange, "");
        exchange_ask(exchange, "/result");
        exchange_ask(exchange, "/turnout");
        exchange_run(exchange, result_done);
    }
}

/* --- Checking a code. ----------------------------------------------------------------------------- */

/* In capitals and without blanks; "" for what cannot be a code. */
static void read_code(const char *given, char ret_code[EXCHANGE_CODE_SIZE])
{
    static const char ALLOWED[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-*~$=";
    size_t length = 0;

    for (; *given != '\0' && length < EXCHANGE_CODE_SIZE - 1; given++) {
        const char character = *given >= 'a' && *given <= 'z' ? (char)(*given - 'a' + 'A') : *given;

        if (character == ' ') {
            continue;
        }
        if (strchr(ALLOWED, character) == NULL) {
            length = 0;
            break;
        }
        ret_code[length] = character;
        length++;
    }
    ret_code[length] = '\0';
}

static void check_done(struct exchange *exchange)
{
    page_check(exchange, exchange->call_count > 1 ? &exchange->calls[1] : NULL);
    exchange_answer(exchange, 200);
}

static void show_check(struct http_request *request, void *context)
{
    const char *given = http_request_query(request, "code");
    struct exchange *exchange = exchange_begin(request, context, "/ballots/{id}/check");
    char what[sizeof "/board/codes/" + EXCHANGE_CODE_SIZE];

    if (exchange == NULL) {
        return;
    }
    exchange_ask(exchange, "");
    read_code(given != NULL ? given : "", exchange->code);
    if (exchange->code[0] != '\0') {
        (void)snprintf(what, sizeof what, "/board/codes/%s", exchange->code);
        exchange_ask(exchange, what);
    }
    exchange_run(exchange, check_done);
}

static void verifier_done(struct exchange *exchange)
{
    page_verifier(exchange);
    exchange_answer(exchange, 200);
}

static void show_verifier(struct http_request *request, void *context)
{
    struct exchange *exchange = exchange_begin(request, context, "/ballots/{id}/verifier");

    if (exchange != NULL) {
        exchange_ask(exchange, "");
        exchange_run(exchange, verifier_done);
    }
}

/* --- What pages refer to. ------------------------------------------------------------------------- */

static void send_file(struct http_request *request, const char *type, const char *text)
{
    http_response_header(request, "Cache-Control", "max-age=300");
    http_respond(request, 200, type, text, strlen(text));
}

static void show_style(struct http_request *request, void *context)
{
    (void)context; /* It is the same for everybody. */
    send_file(request, "text/css; charset=utf-8", WEB_STYLE_CSS);
}

static void show_script(struct http_request *request, void *context)
{
    (void)context; /* Likewise. */
    send_file(request, "text/javascript; charset=utf-8", WEB_PAGE_JS);
}

/* The portal is ready as long as it answers: what it asks may be away, and pages then say so. */
static void show_ready(struct http_request *request, void *context)
{
    (void)context; /* Nothing of it is looked at. */
    http_respond(request, 200, "text/plain", "ok\n", 3);
}

static void show_nothing(struct http_request *request, void *context)
{
    struct exchange *exchange = exchange_begin(request, context, "/");

    if (exchange != NULL) {
        page_trouble(exchange, PAGE_TROUBLE_NOT_FOUND);
    }
}

static const struct http_route ROUTES[] = {
    {"GET", "/", ROLE_PUBLIC, 0, show_list},
    {"GET", "/ballots/{id}", ROLE_PUBLIC, 0, show_ballot},
    {"GET", "/ballots/{id}/identity", ROLE_PUBLIC, 0, show_identity},
    {"POST", "/ballots/{id}/identity", ROLE_PUBLIC, 0, take_identity},
    {"GET", "/ballots/{id}/vote", ROLE_PUBLIC, 0, show_vote},
    {"POST", "/ballots/{id}/vote", ROLE_PUBLIC, 0, take_vote},
    {"GET", "/ballots/{id}/confirm", ROLE_PUBLIC, 0, show_confirm},
    {"POST", "/ballots/{id}/confirm", ROLE_PUBLIC, 0, take_confirm},
    {"GET", "/ballots/{id}/receipt", ROLE_PUBLIC, 0, show_receipt},
    {"GET", "/ballots/{id}/receipt.json", ROLE_PUBLIC, 0, show_receipt_file},
    {"POST", "/ballots/{id}/leave", ROLE_PUBLIC, 0, take_leave},
    {"GET", "/ballots/{id}/check", ROLE_PUBLIC, 0, show_check},
    {"GET", "/ballots/{id}/result", ROLE_PUBLIC, 0, show_result},
    {"GET", "/ballots/{id}/verifier", ROLE_PUBLIC, 0, show_verifier},
    {"GET", "/style.css", ROLE_PUBLIC, 0, show_style},
    {"GET", "/page.js", ROLE_PUBLIC, 0, show_script},
    {"GET", "/livez", ROLE_PUBLIC, 0, show_ready},
    {"GET", "/readyz", ROLE_PUBLIC, 0, show_ready},
    {"GET", "/{nothing}", ROLE_PUBLIC, 0, show_nothing},
    {"GET", "/ballots/{id}/{nothing}", ROLE_PUBLIC, 0, show_nothing},
};

struct http_route_table portal_routes(struct portal *portal)
{
    return (struct http_route_table){ROUTES, sizeof ROUTES / sizeof ROUTES[0], portal};
}
