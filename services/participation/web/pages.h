/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages. Each function writes a whole page into the exchange's view, or
 * answers with it where it says so. Loop thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_WEB_PAGES_H
#define HYEOPCHI_PARTICIPATION_WEB_PAGES_H

#include "participation/web/exchange.h"
#include "participation/web/refusal.h"

#include <jansson.h>

/* Something that no person has done wrong in the vote itself. */
enum page_trouble {
    PAGE_TROUBLE_NOT_FOUND,
    PAGE_TROUBLE_FORM,        /* what was sent is no form of ours */
    PAGE_TROUBLE_TOKEN,       /* the form is not this browser's, or of before a restart */
    PAGE_TROUBLE_AWAY,        /* participation does not answer */
    PAGE_TROUBLE_EXPIRED,     /* the session is over */
    PAGE_TROUBLE_CROWDED,     /* too many sessions */
    PAGE_TROUBLE_STALE,       /* a confirmation of what was changed since */
    PAGE_TROUBLE_NO_IDENTITY, /* the stand-in is not for this ballot */
    PAGE_TROUBLE_NO_WEB,      /* the ballot does not take votes from the web */
    PAGE_TROUBLE_NO_RESULT,   /* it is not certified yet */
    PAGE_TROUBLE_COUNT,
};

/* Writes such a page and answers with it. */
void page_trouble(struct exchange *exchange, enum page_trouble kind);

/* The list of ballots; json is participation's. */
void page_list(struct exchange *exchange, const json_t *json);

/* What a ballot is about. */
void page_ballot(struct exchange *exchange, int64_t now_ms);

/* What a person has filled in, and what is wrong with it. Texts are borrowed, "" when not given; wrong
 * is the name of the first field that is, or NULL. */
struct identity_form {
    const char *resident;
    const char *area;
    const char *sex;
    const char *age_band;
    const char *wrong;
    const char *ko; /* what is wrong */
    const char *en;
};

void page_identity(struct exchange *exchange, const struct identity_form *form);

/* What is wrong with picks; number is the option's, or 0 for the vote as a whole. */
struct picks_fault {
    const char *ko; /* NULL: nothing */
    const char *en;
    uint32_t number;
};

void page_vote(struct exchange *exchange, const struct session *session, const struct picks *picks,
               const struct picks_fault *fault);

/* What will be sent. */
void page_confirm(struct exchange *exchange, const struct session *session);

/* The receipt, from the service's answer. */
void page_receipt(struct exchange *exchange, const json_t *answer);

/* The outcome of a vote is not known, or it could not be sent. */
void page_unknown(struct exchange *exchange, bool sent);

/* The service refused: by its problem document, NULL when it had none. */
void page_refused(struct exchange *exchange, const json_t *problem);

/* Whether a code is on the board; call is the question, NULL before one was asked. */
void page_check(struct exchange *exchange, const struct upstream_call *call);

/* Writes the beginning of an address at participation, as readers reach it, and what follows the
 * ballot's id: "/board/checkpoint". */
void page_public_address(struct exchange *exchange, const char *what);

/* The certified result. */
void page_result(struct exchange *exchange, const json_t *result, const json_t *turnout);

/* How anybody verifies the ballot. */
void page_verifier(struct exchange *exchange);

/* The tables of a turnout; for page_result(). */
void page_turnout(struct view *view, const json_t *turnout);

/* The rules of a ballot as list items; for several pages. */
void page_rules(struct view *view, const struct ballot_definition *definition);

/* What an option costs, where and in which field; for several pages. */
void page_option_facts(struct view *view, const struct ballot_option *option);

/* The box that says what is wrong, with a link to the field of that id. */
void page_error_summary(struct view *view, const char *message, const char *field_id);

#endif
