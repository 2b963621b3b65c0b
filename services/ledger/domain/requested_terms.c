/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same bounds that an HTTP request's members have, one after the other in
 * the order of the message.
 */
#include "ledger/domain/requested_terms.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/text.h"

static enum err check_year(int32_t fiscal_year, struct refusal *ret_refusal);
static enum err check_programme(int32_t fiscal_year, const char *programme,
                                struct refusal *ret_refusal);
static enum err check_document(const char *document, struct refusal *ret_refusal);
static enum err check_reason(const char *reason, struct refusal *ret_refusal);
static enum err read_amounts(const struct requested_grant *asked, struct grant *grant,
                             struct refusal *ret_refusal);
static enum err read_bodies(const struct requested_grant *asked, struct grant *grant,
                            struct refusal *ret_refusal);

enum err requested_hold_read(const struct requested_hold *asked, const uint8_t id[HOLD_ID_SIZE],
                             struct hold *ret_hold, struct refusal *ret_refusal)
{
    struct hold hold;
    struct line line;
    enum err err = ERR_OK;

    assert(asked->kind);
    assert(ret_hold);
    if (!hold_kind_valid(asked->kind)) {
        return refusal_set(ret_refusal, REFUSAL_KIND_UNKNOWN, "/kind", 0);
    }
    err = requested_line_read(&asked->line, &line, ret_refusal);
    if (!err) {
        err = check_document(asked->document, ret_refusal);
    }
    if (err) {
        return err;
    }
    memset(&hold, 0, sizeof hold);
    memcpy(hold.id, id, sizeof hold.id);
    memcpy(hold.kind, asked->kind, strlen(asked->kind));
    hold.account = hold_account(hold.kind, &line);
    hold.amount_krw = asked->amount_krw;
    hold.expires_time_ms = asked->expires_time_ms;
    memcpy(hold.document, asked->document, strlen(asked->document));
    *ret_hold = hold;
    return ERR_OK;
}

enum err requested_hold_change_check(const struct requested_hold_change *asked,
                                     struct refusal *ret_refusal)
{
    assert(asked);
    assert(ret_refusal);
    if (asked->hold != REQUESTED_ID_NAMED) {
        return refusal_set(ret_refusal, REFUSAL_HOLD_UNKNOWN, "/hold_id", 0);
    }
    return check_reason(asked->reason, ret_refusal);
}

enum err requested_limit_check(const struct requested_limit *asked, struct refusal *ret_refusal)
{
    enum err err = check_year(asked->fiscal_year, ret_refusal);

    assert(ret_refusal);
    if (!err && (asked->funding_source < 1 || asked->funding_source > FUNDING_SOURCE_COUNT)) {
        err = refusal_set(ret_refusal, REFUSAL_FUNDING_SOURCE_INVALID, "/funding_source", 0);
    }
    assert(err || asked->funding_source > 0);
    return err;
}

enum err requested_grant_read(const struct requested_grant *asked, const uint8_t id[ENTRY_KEY_SIZE],
                              struct grant *ret_grant, struct refusal *ret_refusal)
{
    size_t length = strlen(asked->instrument);
    struct grant grant;
    enum err err = ERR_OK;

    assert(ret_grant);
    assert(ret_refusal);
    if (length == 0 || length > GRANT_INSTRUMENT_LENGTH_MAX || !text_valid(asked->instrument)) {
        return refusal_set(ret_refusal, REFUSAL_GRANT_INSTRUMENT_UNKNOWN, "/instrument", 0);
    }
    err = check_programme(asked->fiscal_year, asked->programme, ret_refusal);
    if (!err) {
        err = check_document(asked->document, ret_refusal);
    }
    if (!err && asked->planning_month_count < 0) {
        err = refusal_set(ret_refusal, REFUSAL_GRANT_DAYS_INVALID, "/planning_month_count", 0);
    }
    memset(&grant, 0, sizeof grant);
    if (!err) {
        err = read_amounts(asked, &grant, ret_refusal);
    }
    if (!err) {
        err = read_bodies(asked, &grant, ret_refusal);
    }
    if (err) {
        return err;
    }
    memcpy(grant.id, id, sizeof grant.id);
    memcpy(grant.instrument, asked->instrument, length);
    grant.fiscal_year = asked->fiscal_year;
    memcpy(grant.programme, asked->programme, strlen(asked->programme));
    grant.start_date = asked->start_date;
    grant.end_date = asked->end_date;
    grant.planning_month_count = asked->planning_month_count;
    grant.settlement_due_date = asked->settlement_due_date;
    memcpy(grant.document, asked->document, strlen(asked->document));
    *ret_grant = grant;
    return ERR_OK;
}

enum err requested_settlement_check(const struct requested_settlement *asked,
                                    struct refusal *ret_refusal)
{
    const struct settlement_terms *terms = &asked->terms;
    enum err err = check_programme(asked->fiscal_year, asked->programme, ret_refusal);

    assert(ret_refusal);
    if (!err && asked->grant == REQUESTED_ID_UNREADABLE) {
        err = refusal_set(ret_refusal, REFUSAL_GRANT_UNKNOWN, "/grant_id", 0);
    }
    if (!err && terms->spent_krw < 0) {
        err = refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/spent_krw", 0);
    }
    if (!err && terms->unspent_krw < 0) {
        err = refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/unspent_krw", 0);
    }
    if (!err && terms->interest_krw < 0) {
        err = refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/interest_krw", 0);
    }
    if (!err && asked->effective_date != 0 && !entry_date_valid(asked->effective_date)) {
        err = refusal_set(ret_refusal, REFUSAL_DATE_INVALID, "/effective_date", 0);
    }
    assert(err || asked->programme[0] != '\0');
    return err ? err : check_document(asked->document, ret_refusal);
}

enum err requested_opening_check(const struct requested_period *asked, struct refusal *ret_refusal)
{
    assert(asked);
    assert(ret_refusal);
    return check_year(asked->fiscal_year, ret_refusal);
}

enum err requested_closing_check(const struct requested_period *asked, struct refusal *ret_refusal)
{
    enum err err = check_year(asked->fiscal_year, ret_refusal);

    assert(asked->document);
    assert(ret_refusal);
    return err ? err : check_document(asked->document, ret_refusal);
}

enum err requested_freeze_read(const struct requested_freeze *asked, struct line *ret_line,
                               struct refusal *ret_refusal)
{
    struct line line;
    enum err err = requested_line_read(&asked->line, &line, ret_refusal);

    assert(ret_line);
    if (!err) {
        err = check_reason(asked->reason, ret_refusal);
    }
    if (err) {
        return err;
    }
    assert(line.fiscal_year == asked->line.fiscal_year);
    *ret_line = line;
    return ERR_OK;
}

static enum err check_year(int32_t fiscal_year, struct refusal *ret_refusal)
{
    assert(ret_refusal);
    static_assert(FISCAL_YEAR_MIN < FISCAL_YEAR_MAX, "there are years");
    return fiscal_year < FISCAL_YEAR_MIN || fiscal_year > FISCAL_YEAR_MAX
               ? refusal_set(ret_refusal, REFUSAL_FISCAL_YEAR_INVALID, "/fiscal_year", 0)
               : ERR_OK;
}

static enum err check_programme(int32_t fiscal_year, const char *programme,
                                struct refusal *ret_refusal)
{
    enum err err = check_year(fiscal_year, ret_refusal);

    assert(programme);
    assert(ret_refusal);
    if (!err && !programme_valid(programme)) {
        err = refusal_set(ret_refusal, REFUSAL_PROGRAMME_INVALID, "/programme", 0);
    }
    return err;
}

static enum err check_document(const char *document, struct refusal *ret_refusal)
{
    assert(document);
    assert(ret_refusal);
    if (document[strspn(document, " ")] == '\0') {
        return refusal_set(ret_refusal, REFUSAL_DOCUMENT_MISSING, "/document", 0);
    }
    if (strlen(document) > ENTRY_DOCUMENT_LENGTH_MAX || !text_valid(document)) {
        return refusal_set(ret_refusal, REFUSAL_DOCUMENT_INVALID, "/document", 0);
    }
    return ERR_OK;
}

static enum err check_reason(const char *reason, struct refusal *ret_refusal)
{
    size_t length = strlen(reason);

    assert(reason);
    assert(ret_refusal);
    return length < 1 || length > REQUESTED_REASON_LENGTH_MAX || !text_valid(reason)
               ? refusal_set(ret_refusal, REFUSAL_REASON_INVALID, "/reason", 0)
               : ERR_OK;
}

/* Each source at most once. */
static enum err read_amounts(const struct requested_grant *asked, struct grant *grant,
                             struct refusal *ret_refusal)
{
    assert(asked->amounts);
    assert(grant);
    for (size_t i = 0; i < asked->amount_count; i++) {
        const struct requested_amount *amount = &asked->amounts[i];
        if (amount->funding_source < 1 || amount->funding_source > FUNDING_SOURCE_COUNT ||
            grant->amounts_krw[amount->funding_source - 1] != 0) {
            return refusal_set(ret_refusal, REFUSAL_FUNDING_SOURCE_INVALID, "/amounts", 0);
        }
        if (amount->amount_krw < 1) {
            return refusal_set(ret_refusal, REFUSAL_AMOUNT_INVALID, "/amounts", 0);
        }
        grant->amounts_krw[amount->funding_source - 1] = amount->amount_krw;
    }
    return ERR_OK;
}

/* Whether they are names, and each only once, is grant_check()'s to say. */
static enum err read_bodies(const struct requested_grant *asked, struct grant *grant,
                            struct refusal *ret_refusal)
{
    bool good = asked->body_count <= GRANT_BODY_MAX;

    assert(asked->body_count == 0 || asked->bodies);
    assert(grant->body_count == 0);
    for (size_t i = 0; good && i < asked->body_count; i++) {
        size_t length = strlen(asked->bodies[i]);
        good = length <= GRANT_BODY_NAME_LENGTH_MAX;
        if (good) {
            memcpy(grant->bodies[i], asked->bodies[i], length);
            grant->body_count++;
        }
    }
    return good ? ERR_OK : refusal_set(ret_refusal, REFUSAL_GRANT_BODIES_INVALID, "/bodies", 0);
}
