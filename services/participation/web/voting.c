/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From picks to a receipt.
 *
 * The Idempotency-Key belongs to what was reviewed: it is made with the bytes of
 * the vote, shown on the confirmation, and sent back by its form. Whoever
 * presses twice, reloads or asks again after a lost connection therefore sends
 * the same bytes under the same key, and the service counts them once. Picks
 * that change get a new key; a confirmation of the old ones is then refused.
 */
#include "participation/web/voting.h"

#include "participation/web/choice.h"
#include "participation/web/pages.h"
#include "runtime/clock.h"
#include "runtime/json.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- Picking. ------------------------------------------------------------------------------------- */

static void answer_vote(struct exchange *exchange, const struct session *session,
                        const struct picks *picks, const struct picks_fault *fault)
{
    page_vote(exchange, session, picks, fault);
    exchange_answer(exchange, fault->ko != NULL ? 422 : 200);
}

static void vote_shown(struct exchange *exchange)
{
    const struct picks_fault none = {.ko = NULL};
    struct session *session = exchange_session(exchange);
    struct picks empty = {.values = NULL};

    if (session == NULL) {
        exchange_redirect(exchange, "/ballots/{id}/identity");
        return;
    }
    log_info("ballot_shown", log_str("ballot", exchange->ballot_id),
             log_str("seed", session->seed));
    if (session->picks.values != NULL &&
        session->picks.count == exchange->ballot->definition.option_count) {
        answer_vote(exchange, session, &session->picks, &none);
        return;
    }
    if (picks_new(&exchange->ballot->definition, &empty)) {
        page_trouble(exchange, PAGE_TROUBLE_AWAY);
        return;
    }
    answer_vote(exchange, session, &empty, &none);
    picks_release(&empty);
}

void show_vote(struct http_request *request, void *portal)
{
    struct exchange *exchange = exchange_begin(request, portal, "/ballots/{id}/vote");

    if (exchange != NULL) {
        exchange_ask(exchange, "");
        exchange_run(exchange, vote_shown);
    }
}

/* Makes of the picks what will be sent, and keeps both. */
static void keep_submission(struct exchange *exchange, struct session *session, struct picks *picks)
{
    char *body = picks_vote(&exchange->ballot->definition, &session->voter, picks);
    char key[CRYPTO_UUID_TEXT_SIZE];
    uint8_t uuid[CRYPTO_UUID_SIZE];

    if (body == NULL) {
        page_trouble(exchange, PAGE_TROUBLE_AWAY);
        return;
    }
    crypto_random(uuid, sizeof uuid);
    crypto_uuid_format(uuid, key);
    session_take_picks(session, picks);
    session_take_submission(session, key, &body, strlen(body));
    exchange_redirect(exchange, "/ballots/{id}/confirm");
}

/* What is wrong with the picks, in words; false for a lack of memory. */
static bool find_fault(const struct ballot_definition *definition, const struct session *session,
                       const struct form *form, struct picks *picks, struct picks_fault *ret_fault)
{
    struct vote_refusal refusal;
    enum err err = picks_read(definition, form, picks, &ret_fault->number);

    if (err) {
        ret_fault->ko = "숫자로 적어 주십시오. 고르지 않는 사업은 비워 둡니다.";
        ret_fault->en = "Please write a number, and leave what you do not choose empty.";
        return true;
    }
    err = picks_check(definition, &session->voter, picks, &refusal, &ret_fault->number);
    if (err && refusal.reason == VOTE_REFUSAL_NONE) {
        return false;
    }
    if (err) {
        ret_fault->ko = vote_refusal_text(refusal.reason)->korean;
        ret_fault->en = vote_refusal_text(refusal.reason)->english;
    }
    return true;
}

static void vote_taken(struct exchange *exchange)
{
    const char *action = form_value(&exchange->form, "action");
    const struct ballot_definition *definition = &exchange->ballot->definition;
    struct session *session = exchange_session(exchange);
    struct picks picks = {.values = NULL};
    struct picks_fault fault = {.ko = NULL};

    if (session == NULL) {
        page_trouble(exchange, PAGE_TROUBLE_EXPIRED);
        return;
    }
    if (picks_new(definition, &picks) ||
        !find_fault(definition, session, &exchange->form, &picks, &fault)) {
        page_trouble(exchange, PAGE_TROUBLE_AWAY);
    } else if (action != NULL && strcmp(action, "total") == 0) {
        fault.ko = NULL; /* Not asked for yet. */
        answer_vote(exchange, session, &picks, &fault);
    } else if (fault.ko != NULL) {
        answer_vote(exchange, session, &picks, &fault);
    } else {
        keep_submission(exchange, session, &picks);
    }
    picks_release(&picks);
}

void take_vote(struct http_request *request, void *portal)
{
    struct exchange *exchange = exchange_begin_form(request, portal, "/ballots/{id}/vote");

    if (exchange != NULL) {
        exchange_ask(exchange, "");
        exchange_run(exchange, vote_taken);
    }
}

/* --- Confirming. ---------------------------------------------------------------------------------- */

static void confirm_shown(struct exchange *exchange)
{
    struct session *session = exchange_session(exchange);

    if (session == NULL) {
        exchange_redirect(exchange, "/ballots/{id}/identity");
        return;
    }
    if (session->submission.body == NULL ||
        session->picks.count != exchange->ballot->definition.option_count) {
        exchange_redirect(exchange, "/ballots/{id}/vote");
        return;
    }
    page_confirm(exchange, session);
    exchange_answer(exchange, 200);
}

void show_confirm(struct http_request *request, void *portal)
{
    struct exchange *exchange = exchange_begin(request, portal, "/ballots/{id}/confirm");

    if (exchange != NULL) {
        exchange_ask(exchange, "");
        exchange_run(exchange, confirm_shown);
    }
}

static bool is_receipt(const json_t *answer)
{
    return json_is_object(json_object_get(answer, "vote")) &&
           web_json_text(json_object_get(answer, "receipt"), "code")[0] != '\0';
}

/* The vote is in. A session that has ended meanwhile takes nothing from the voter: the receipt is then
 * shown at once. */
static void vote_accepted(struct exchange *exchange, const struct upstream_call *call)
{
    struct session *session = exchange_session(exchange);

    if (session != NULL && session_keep_receipt(session, exchange->vote_key, call->answer.data,
                                                call->answer.length) == ERR_OK) {
        exchange_redirect(exchange, "/ballots/{id}/receipt");
        return;
    }
    page_receipt(exchange, call->json);
    exchange_answer(exchange, 200);
}

/* So that asking again begins with what is known. */
static void keep_doubt(struct exchange *exchange)
{
    struct session *session = exchange_session(exchange);

    if (session != NULL && strcmp(session->submission.key, exchange->vote_key) == 0) {
        session->submission.in_doubt = true;
    }
}

static void vote_sent(struct exchange *exchange)
{
    const struct upstream_call *call = &exchange->calls[1];

    if (call->outcome != UPSTREAM_ANSWERED || (call->status < 300 && !is_receipt(call->json))) {
        log_warn("vote_outcome_unknown", log_str("ballot", exchange->ballot_id),
                 log_bool("sent", call->outcome != UPSTREAM_NOT_SENT));
        if (call->outcome != UPSTREAM_NOT_SENT) {
            keep_doubt(exchange);
        }
        page_unknown(exchange, call->outcome != UPSTREAM_NOT_SENT);
        exchange_answer(exchange, 503);
        return;
    }
    if (call->status == 201 || call->status == 200) {
        vote_accepted(exchange, call);
        return;
    }
    log_info("vote_refused", log_str("ballot", exchange->ballot_id),
             log_int("status", call->status), log_str("code", web_json_text(call->json, "code")));
    page_refused(exchange, call->json);
    exchange_answer(exchange, call->status);
}

/* Copies what is to be sent, since the session may end while it is on its way. */
static enum err prepare_vote(struct exchange *exchange, const struct session *session)
{
    exchange->vote_body = malloc(session->submission.length + 1);
    if (exchange->vote_body == NULL) {
        return ERR_INTERNAL;
    }
    memcpy(exchange->vote_body, session->submission.body, session->submission.length + 1);
    exchange->vote_length = session->submission.length;
    exchange->vote_in_doubt = session->submission.in_doubt;
    memcpy(exchange->vote_key, session->submission.key, sizeof exchange->vote_key);
    return ERR_OK;
}

void take_confirm(struct http_request *request, void *portal)
{
    struct exchange *exchange = exchange_begin_form(request, portal, "/ballots/{id}/confirm");
    const char *key;
    struct session *session;

    if (exchange == NULL) {
        return;
    }
    key = form_value(&exchange->form, "key");
    session = exchange_session(exchange);
    if (session == NULL) {
        page_trouble(exchange, PAGE_TROUBLE_EXPIRED);
        return;
    }
    if (key == NULL || session->submission.body == NULL ||
        strcmp(key, session->submission.key) != 0) {
        page_trouble(exchange, PAGE_TROUBLE_STALE);
        return;
    }
    if (session->receipt.body != NULL && strcmp(session->receipt.key, key) == 0) {
        exchange_redirect(exchange, "/ballots/{id}/receipt");
        return;
    }
    exchange_ask(exchange, "");
    exchange_ask(exchange, "/votes");
    if (prepare_vote(exchange, session)) {
        page_trouble(exchange, PAGE_TROUBLE_AWAY);
        return;
    }
    exchange_run(exchange, vote_sent);
}

/* --- The receipt. --------------------------------------------------------------------------------- */

static void receipt_shown(struct exchange *exchange)
{
    struct session *session = exchange_session(exchange);
    struct problem ignored;
    json_t *answer = NULL;

    if (session == NULL || session->receipt.body == NULL ||
        json_parse(session->receipt.body, session->receipt.length, &answer, &ignored)) {
        exchange_redirect(exchange, "/ballots/{id}");
        return;
    }
    page_receipt(exchange, answer);
    json_decref(answer);
    exchange_answer(exchange, 200);
}

void show_receipt(struct http_request *request, void *portal)
{
    struct exchange *exchange = exchange_begin(request, portal, "/ballots/{id}/receipt");

    if (exchange != NULL) {
        exchange_ask(exchange, "");
        exchange_run(exchange, receipt_shown);
    }
}

void show_receipt_file(struct http_request *request, void *portal)
{
    struct exchange *exchange = exchange_begin(request, portal, "/ballots/{id}/receipt");
    struct session *session;

    if (exchange == NULL) {
        return;
    }
    session = exchange_session(exchange);
    if (session == NULL || session->receipt.body == NULL) {
        page_trouble(exchange, PAGE_TROUBLE_EXPIRED);
        return;
    }
    exchange_answer_file(exchange, "hyeopchi-receipt.json", session->receipt.body,
                         session->receipt.length);
}

void take_leave(struct http_request *request, void *portal)
{
    struct exchange *exchange = exchange_begin_form(request, portal, "/ballots/{id}");

    if (exchange != NULL) {
        char id[SESSION_ID_TEXT_SIZE];

        session_end(exchange_session(exchange));
        session_new_id(id);
        exchange_set_cookie(exchange, id);
        exchange_redirect(exchange, "/ballots/{id}");
    }
}
