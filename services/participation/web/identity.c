/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stand-in identity provider: what a person types takes the place of the CI
 * that a real one would give. It must never be kept, logged or sent; only the
 * subject made from it is.
 */
#include "participation/web/pages.h"
#include "participation/web/voting.h"

#include "runtime/clock.h"

#include <string.h>

enum { RESIDENT_LENGTH_MAX = 160 }; /* bytes: forty characters of any kind */

void identity_subject(const uint8_t join_key[PORTAL_KEY_SIZE],
                      const uint8_t ballot_id[CRYPTO_UUID_SIZE], const char *ci,
                      uint8_t ret_subject[VOTE_SUBJECT_SIZE])
{
    uint8_t input[CRYPTO_UUID_SIZE + RESIDENT_LENGTH_MAX];
    size_t length = strlen(ci);

    length = length < RESIDENT_LENGTH_MAX ? length : RESIDENT_LENGTH_MAX;
    memcpy(input, ballot_id, CRYPTO_UUID_SIZE);
    memcpy(input + CRYPTO_UUID_SIZE, ci, length);
    crypto_tagged_mac(join_key, "subject", input, CRYPTO_UUID_SIZE + length, ret_subject);
    crypto_wipe(input, sizeof input);
}

/* Whether the stand-in is good for this ballot; answers when it is not. */
static bool may_stand_in(struct exchange *exchange)
{
    const char *allowed = exchange->portal->config.stand_in_identity;
    const struct ballot_definition *definition = &exchange->ballot->definition;

    if (strcmp(allowed, "off") == 0 ||
        (strcmp(allowed, "always") != 0 && !definition->demonstration)) {
        page_trouble(exchange, PAGE_TROUBLE_NO_IDENTITY);
        return false;
    }
    if ((definition->channels & BALLOT_BIT(BALLOT_CHANNEL_WEB)) == 0) {
        page_trouble(exchange, PAGE_TROUBLE_NO_WEB);
        return false;
    }
    if (exchange->ballot->state != BALLOT_STATE_OPEN) {
        exchange_redirect(exchange, "/ballots/{id}");
        return false;
    }
    return true;
}

static void identity_shown(struct exchange *exchange)
{
    const struct identity_form form = {.resident = "", .area = "", .sex = "", .age_band = ""};
    char id[SESSION_ID_TEXT_SIZE];

    if (!may_stand_in(exchange)) {
        return;
    }
    if (exchange->session_id[0] == '\0') {
        session_new_id(id);
        exchange_set_cookie(exchange, id);
    }
    page_identity(exchange, &form);
    exchange_answer(exchange, 200);
}

void show_identity(struct http_request *request, void *portal)
{
    struct exchange *exchange = exchange_begin(request, portal, "/ballots/{id}/identity");

    if (exchange != NULL) {
        exchange_ask(exchange, "");
        exchange_run(exchange, identity_shown);
    }
}

static const char *value_or_empty(const struct form *form, const char *name)
{
    const char *value = form_value(form, name);

    return value != NULL ? value : "";
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " ")] == '\0';
}

static void find_wrong(struct identity_form *form, const char *field, const char *ko,
                       const char *en)
{
    if (form->wrong == NULL) {
        form->wrong = field;
        form->ko = ko;
        form->en = en;
    }
}

/* Reads what was typed into a voter; what is wrong is said in the form. */
static void read_voter(const struct ballot_definition *definition, struct identity_form *form,
                       struct vote *voter)
{
    const uint32_t bands = vote_age_bands(definition);
    const size_t area = ballot_area_find(definition, form->area);

    if (is_blank(form->resident) || strlen(form->resident) > RESIDENT_LENGTH_MAX) {
        find_wrong(form, "resident", "시연용 주민 이름표를 적어 주십시오.",
                   "Type the demonstration resident's name tag.");
    }
    if (area < definition->area_count) {
        memcpy(voter->area, definition->areas[area], sizeof voter->area);
    } else if (definition->area_count > 0) {
        find_wrong(form, "area", "동을 골라 주십시오.", "Choose your neighbourhood.");
    }
    if (vote_sex_from_name(form->sex, &voter->sex)) {
        find_wrong(form, "sex", "성별을 다시 골라 주십시오.", "Choose again.");
    }
    if (vote_age_band_from_name(form->age_band, &voter->age_band) ||
        (bands & BALLOT_BIT(voter->age_band)) == 0) {
        find_wrong(form, "age_band", "이 투표에 참여할 수 있는 연령대를 골라 주십시오.",
                   "Choose an age group that may vote in this ballot.");
    }
    voter->channel = BALLOT_CHANNEL_WEB;
    for (unsigned basis = BALLOT_BASIS_END - 1; basis > BALLOT_BASIS_MISSING; basis--) {
        if (definition->bases & BALLOT_BIT(basis)) {
            voter->basis = (enum ballot_basis)basis;
        }
    }
}

static void begin_session(struct exchange *exchange, const char *resident, const struct vote *voter)
{
    char id[SESSION_ID_TEXT_SIZE];
    struct session *session = NULL;

    /* A new id, so that nobody who knew the old one is let in with it. */
    session_new_id(id);
    session_end(exchange_session(exchange));
    if (session_begin(&exchange->portal->sessions, id, clock_monotonic_ms(), &session)) {
        page_trouble(exchange, PAGE_TROUBLE_CROWDED);
        return;
    }
    memcpy(session->ballot_id, exchange->ballot_id, sizeof session->ballot_id);
    session->voter = *voter;
    identity_subject(exchange->portal->join_key, exchange->ballot->definition.ballot_id, resident,
                     session->voter.subject);
    exchange_set_cookie(exchange, id);
    exchange_redirect(exchange, "/ballots/{id}/vote");
}

static void identity_taken(struct exchange *exchange)
{
    struct identity_form form = {
        .resident = value_or_empty(&exchange->form, "resident"),
        .area = value_or_empty(&exchange->form, "area"),
        .sex = value_or_empty(&exchange->form, "sex"),
        .age_band = value_or_empty(&exchange->form, "age_band"),
    };
    struct vote voter = {.choices = NULL};

    if (!may_stand_in(exchange)) {
        return;
    }
    read_voter(&exchange->ballot->definition, &form, &voter);
    if (form.wrong != NULL) {
        page_identity(exchange, &form);
        exchange_answer(exchange, 422);
        return;
    }
    begin_session(exchange, form.resident, &voter);
}

void take_identity(struct http_request *request, void *portal)
{
    struct exchange *exchange = exchange_begin_form(request, portal, "/ballots/{id}/identity");

    if (exchange != NULL) {
        exchange_ask(exchange, "");
        exchange_run(exchange, identity_taken);
    }
}
