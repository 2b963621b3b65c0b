/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request for a page, which owns everything until it is answered:
 *
 *   handler (loop) -> exchange_ask() … -> exchange_run() -> work queue -> done (loop)
 *
 * A done function writes the page and answers by one of the functions at the
 * end, which free the exchange.
 */
#ifndef HYEOPCHI_PARTICIPATION_WEB_EXCHANGE_H
#define HYEOPCHI_PARTICIPATION_WEB_EXCHANGE_H

#include "participation/web/ballot_read.h"
#include "participation/web/form.h"
#include "participation/web/portal.h"
#include "participation/web/view.h"

enum {
    EXCHANGE_CALL_MAX = 4,
    EXCHANGE_CODE_SIZE = 24,  /* a receipt code and its NUL */
    EXCHANGE_TOKEN_SIZE = 44, /* base64url of 32 bytes, and a NUL */
};

struct exchange {
    struct portal *portal;
    struct http_request *request;
    struct view view;
    struct form form;
    char session_id[SESSION_ID_TEXT_SIZE]; /* of the cookie; "" when there is none */
    char ballot_id[CRYPTO_UUID_TEXT_SIZE]; /* of the path; "" on a page about none */
    char code[EXCHANGE_CODE_SIZE];
    struct upstream_call calls[EXCHANGE_CALL_MAX];
    size_t call_count;
    struct web_ballot *ballot;            /* of the first call, where that asks for one; NULL */
    char vote_key[CRYPTO_UUID_TEXT_SIZE]; /* of the vote that the last call sends; "" for none */
    char *vote_body;
    size_t vote_length;
    bool vote_in_doubt; /* it was sent before, and may have arrived */
    void (*done)(struct exchange *exchange);
};

/* Begins a page at this path (a constant; "{id}" within it stands for the ballot's id, which is then read
 * from the request). NULL when it was answered already: there is too much at once, or no such ballot can
 * be. */
struct exchange *exchange_begin(struct http_request *request, struct portal *portal,
                                const char *path);

/* The same of a form that was sent: it is parsed, and its token held against the cookie. */
struct exchange *exchange_begin_form(struct http_request *request, struct portal *portal,
                                     const char *path);

/* Adds a question about the exchange's ballot: what stands behind /v1/ballots/{id}, "" for the ballot
 * itself, which then must be the first. */
void exchange_ask(struct exchange *exchange, const char *what);

/* Asks them all on the work queue; done runs exactly once, on the loop. It runs only when the ballot that
 * was asked for is there: otherwise the page says what is wrong. */
void exchange_run(struct exchange *exchange, void (*done)(struct exchange *exchange));

/* The session of this exchange's cookie and ballot; NULL when there is none, or not any more. */
struct session *exchange_session(struct exchange *exchange);

/* The token of forms for whoever holds the cookie. */
void exchange_token(const struct exchange *exchange, char ret_token[EXCHANGE_TOKEN_SIZE]);

/* Writes the hidden field with that token. */
void exchange_write_token(struct exchange *exchange);

/* Gives the browser a new cookie. */
void exchange_set_cookie(struct exchange *exchange, const char *session_id);

/* Answers with the page as it was written. */
void exchange_answer(struct exchange *exchange, int status);

/* Sends the browser to another page (303): "/ballots/{id}/vote", {id} being the exchange's ballot. */
void exchange_redirect(struct exchange *exchange, const char *path);

/* Answers with JSON to be kept as a file of that name. */
void exchange_answer_file(struct exchange *exchange, const char *name, const void *data,
                          size_t length);

#endif
