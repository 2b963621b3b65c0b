/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what is asked for beside entries to the functions that HTTP calls, too,
 * and to one answer each. A rule that a request breaks is its own affair and is
 * said; it stops nobody else.
 */
#include "ledger/finance/asking.h"

#include "ledger/closing.h"
#include "ledger/events.h"
#include "ledger/freezes.h"
#include "ledger/grants.h"
#include "ledger/holds.h"
#include "ledger/limits.h"
#include "ledger/periods.h"
#include "ledger/settle.h"
#include "ledger/store/finance_request.h"
#include "ledger/store/period.h"
#include "runtime/crypto.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BY_SIZE = REQUESTED_BY_LENGTH_MAX + 16,
    RESOURCE_SIZE = PROGRAMME_LENGTH_MAX + 64,
};

/* One request and its answer. */
struct acting {
    const struct finance_asking *asking;
    uint8_t key[ENTRY_KEY_SIZE]; /* of what comes of it */
    char by[BY_SIZE];
    struct refusal plain;         /* why it was refused, in the words of a rule … */
    struct order_refusal refusal; /* … or in those that are kept, which count */
    char resource[RESOURCE_SIZE];
};

/* What the log is told of an answer. */
struct answered {
    char event_id[EVENT_ID_SIZE];
    int64_t seq;
    char resource[RESOURCE_SIZE]; /* "": it was refused */
    struct order_refusal refusal;
};

/* Does what is asked for; what refuses it fills one of the refusals, with ERR_OK or not. */
typedef enum err (*act_fn)(struct acting *acting);

static enum err act(struct acting *acting);
static enum err place_hold(struct acting *acting);
static enum err extend_hold(struct acting *acting);
static enum err release_hold(struct acting *acting);
static enum err set_limit(struct acting *acting);
static enum err register_grant(struct acting *acting);
static enum err settle(struct acting *acting);
static enum err open_period(struct acting *acting);
static enum err close_period(struct acting *acting);
static enum err freeze_line(struct acting *acting);
static enum err thaw_line(struct acting *acting);
static enum err set_freeze(struct acting *acting, bool frozen);
static enum err answer(const struct acting *acting);
static enum err refuse(const struct finance_asking *asking, const struct order_refusal *refusal);
static enum err log_later(const struct finance_asking *asking, const char *resource,
                          const struct order_refusal *refusal);
static void log_answered(const void *data);
static void name_id(struct acting *acting, const char *what, const uint8_t id[CRYPTO_UUID_SIZE]);
static void name_line(struct acting *acting, const struct line *line);
static void name_period(struct acting *acting, int32_t fiscal_year);

static const act_fn ACTS[] = {
    [FINANCE_HOLD] = place_hold,           [FINANCE_HOLD_EXTENSION] = extend_hold,
    [FINANCE_HOLD_RELEASE] = release_hold, [FINANCE_LIMIT] = set_limit,
    [FINANCE_GRANT] = register_grant,      [FINANCE_SETTLEMENT] = settle,
    [FINANCE_OPENING] = open_period,       [FINANCE_CLOSING] = close_period,
    [FINANCE_FREEZE] = freeze_line,        [FINANCE_THAW] = thaw_line,
};

static_assert(sizeof ACTS / sizeof ACTS[0] == (size_t)FINANCE_KIND_COUNT + 1, "every kind acts");
static_assert((int)BY_SIZE <= (int)STORE_CLOSING_BY_SIZE, "who asked is kept whole");
static_assert((int)BY_SIZE <= (int)FREEZES_BY_SIZE, "who asked is logged whole");

enum err finance_request_apply(const struct finance_asking *asking)
{
    struct acting acting = {.asking = asking};
    const struct store_finance_request answered = {acting.key, asking->hash, asking->tx->now_ms};

    finance_key(asking, 1, acting.key);
    enum err err = act(&acting);
    if (acting.plain.reason) {
        order_refusal_init(&acting.refusal, &acting.plain);
    }
    if (err && !acting.refusal.reason) {
        return err;
    }
    err = store_finance_insert(asking->tx->db, asking->poster->shard, &answered);
    return err ? err : answer(&acting);
}

enum err finance_request_refuse_reused(const struct finance_asking *asking)
{
    return refuse(asking, &(struct order_refusal){.reason = REFUSAL_KEY_REUSED});
}

static enum err act(struct acting *acting)
{
    const struct finance_request *request = acting->asking->request;

    assert(request->kind > FINANCE_ENTRIES);
    if (!requested_by_valid(request->requested_by)) {
        return refusal_set(&acting->plain, REFUSAL_REQUESTER_INVALID, "/requested_by", 0);
    }
    (void)snprintf(acting->by, sizeof acting->by, "finance:%s", request->requested_by); /* fits */
    return ACTS[request->kind](acting);
}

static enum err place_hold(struct acting *acting)
{
    const struct finance_asking *asking = acting->asking;
    struct hold hold;
    const struct holds_wanted wanted = {&hold, asking->hash, acting->by, &asking->cause};
    enum err err =
        requested_hold_read(&asking->request->asked.hold, acting->key, &hold, &acting->plain);

    if (err) {
        return err;
    }
    name_id(acting, "holds", hold.id);
    return holds_place(asking->tx, asking->poster->shard, &wanted, &acting->refusal);
}

static enum err extend_hold(struct acting *acting)
{
    const struct finance_asking *asking = acting->asking;
    const struct requested_hold_change *asked = &asking->request->asked.hold_change;
    const struct holds_extended extended = {asked->hold_id, asked->expires_time_ms, acting->by,
                                            asked->reason, &asking->cause};
    enum err err = requested_hold_change_check(asked, &acting->plain);

    if (err) {
        return err;
    }
    name_id(acting, "holds", asked->hold_id);
    return holds_extend(asking->tx, asking->poster->shard, &extended, &acting->plain);
}

static enum err release_hold(struct acting *acting)
{
    const struct finance_asking *asking = acting->asking;
    const struct requested_hold_change *asked = &asking->request->asked.hold_change;
    const struct holds_unwanted unwanted = {asked->hold_id, acting->by, asked->reason,
                                            &asking->cause};
    enum err err = requested_hold_change_check(asked, &acting->plain);

    if (err) {
        return err;
    }
    name_id(acting, "holds", asked->hold_id);
    return holds_release(asking->tx, asking->poster->shard, &unwanted, &acting->plain);
}

static enum err set_limit(struct acting *acting)
{
    const struct finance_asking *asking = acting->asking;
    const struct requested_limit *asked = &asking->request->asked.limit;
    struct envelope_limit limit;
    enum err err = requested_limit_check(asked, &acting->plain);

    if (err) {
        return err;
    }
    const enum funding_source source = (enum funding_source)asked->funding_source;
    const struct limits_wanted wanted = {
        {asked->fiscal_year, source, asked->limit_krw}, acting->by, &asking->cause};
    (void)snprintf(acting->resource, sizeof acting->resource, "envelope-limits/%d/%s",
                   (int)asked->fiscal_year, funding_source_code(source)); /* fits */
    return limits_set(asking->tx, asking->poster->shard, &wanted, &limit, &acting->plain);
}

static enum err register_grant(struct acting *acting)
{
    const struct finance_asking *asking = acting->asking;
    struct grant grant;
    const struct grants_wanted wanted = {&grant, asking->hash, acting->by};
    enum err err =
        requested_grant_read(&asking->request->asked.grant, acting->key, &grant, &acting->plain);

    if (err) {
        return err;
    }
    name_id(acting, "grants", grant.id);
    return grants_register(asking->tx, asking->poster->shard, &wanted, &acting->refusal);
}

static enum err settle(struct acting *acting)
{
    const struct finance_asking *asking = acting->asking;
    const struct requested_settlement *asked = &asking->request->asked.settlement;
    const uint8_t *grant_id = asked->grant == REQUESTED_ID_NAMED ? asked->grant_id : NULL;
    struct settle_result *result = NULL;
    char *metadata = NULL;
    enum err err = requested_settlement_check(asked, &acting->plain);

    if (err) {
        return err;
    }
    (void)snprintf(acting->resource, sizeof acting->resource, "settlements/%d/%s",
                   (int)asked->fiscal_year, asked->programme); /* fits */
    metadata = finance_metadata(asking, NULL, grant_id);
    result = calloc(1, sizeof *result);
    const struct settle_wanted wanted = {
        .key = acting->key,
        .request_hash = asking->hash,
        .fiscal_year = asked->fiscal_year,
        .programme = asked->programme,
        .grant_id = grant_id,
        .terms = asked->terms,
        .effective_date = asked->effective_date != 0 ? asked->effective_date : finance_day(asking),
        .document = asked->document,
        .metadata = metadata,
        .cause = &asking->cause,
    };
    err = metadata && result ? settle_run(asking->poster, asking->tx, &wanted, result)
                             : ERR_UNAVAILABLE;
    if (!err) {
        acting->refusal = result->refusal;
    }
    free(result);
    free(metadata);
    return err;
}

static enum err open_period(struct acting *acting)
{
    const struct finance_asking *asking = acting->asking;
    const struct requested_period *asked = &asking->request->asked.period;
    enum err err = requested_opening_check(asked, &acting->plain);

    if (err) {
        return err;
    }
    name_period(acting, asked->fiscal_year);
    return periods_open(asking->tx, asking->poster->shard, asked->fiscal_year, &acting->plain);
}

/* The first step; where the year has more lines than one takes, due_clock.c goes on. */
static enum err close_period(struct acting *acting)
{
    const struct finance_asking *asking = acting->asking;
    const struct requested_period *asked = &asking->request->asked.period;
    struct closing_outcome outcome = {.closed = false};
    enum err err = requested_closing_check(asked, &acting->plain);

    if (err) {
        return err;
    }
    name_period(acting, asked->fiscal_year);
    char *metadata = finance_metadata(asking, NULL, NULL);
    const struct closing closing = {
        .fiscal_year = asked->fiscal_year,
        .document = asked->document,
        .metadata = metadata,
        .by = acting->by,
        .cause = &asking->cause,
    };
    err = metadata ? closing_step(asking->poster, asking->tx, &closing, &outcome) : ERR_UNAVAILABLE;
    if (!err) {
        acting->plain = outcome.refusal;
    }
    free(metadata);
    return err;
}

static enum err freeze_line(struct acting *acting)
{
    return set_freeze(acting, true);
}

static enum err thaw_line(struct acting *acting)
{
    return set_freeze(acting, false);
}

static enum err set_freeze(struct acting *acting, bool frozen)
{
    const struct finance_asking *asking = acting->asking;
    const struct requested_freeze *asked = &asking->request->asked.freeze;
    struct line line;
    const struct freezes_wanted wanted = {&line, frozen, acting->by, asked->reason};
    enum err err = requested_freeze_read(asked, &line, &acting->plain);

    if (err) {
        return err;
    }
    name_line(acting, &line);
    return freezes_set(asking->tx, asking->poster->shard, &wanted, &acting->plain);
}

static enum err answer(const struct acting *acting)
{
    const struct finance_asking *asking = acting->asking;

    if (acting->refusal.reason) {
        return refuse(asking, &acting->refusal);
    }
    assert(acting->resource[0] != '\0');
    enum err err = log_later(asking, acting->resource, &acting->refusal);
    return err ? err
               : events_say_request_accepted(asking->tx, &asking->cause, asking->event->id,
                                             acting->resource);
}

static enum err refuse(const struct finance_asking *asking, const struct order_refusal *refusal)
{
    enum err err = log_later(asking, "", refusal);
    return err ? err
               : events_say_request_refused(asking->tx, &asking->cause, asking->event->id, refusal);
}

/* What was rolled back is asked for again, and must not be in the log twice. */
static enum err log_later(const struct finance_asking *asking, const char *resource,
                          const struct order_refusal *refusal)
{
    struct answered answered = {.seq = (int64_t)asking->event->seq, .refusal = *refusal};

    assert(strlen(asking->event->id) < sizeof answered.event_id);
    memcpy(answered.event_id, asking->event->id, strlen(asking->event->id));
    assert(strlen(resource) < sizeof answered.resource);
    memcpy(answered.resource, resource, strlen(resource));
    return writer_tx_after(asking->tx, log_answered, &answered, sizeof answered);
}

static void log_answered(const void *data)
{
    const struct answered *answered = data;

    if (answered->refusal.reason) {
        log_info("request_refused", log_str("event_id", answered->event_id),
                 log_int("seq", answered->seq),
                 log_str("code", refusal_code(answered->refusal.reason)),
                 log_str("field", answered->refusal.field));
    } else {
        log_info("request_accepted", log_str("event_id", answered->event_id),
                 log_int("seq", answered->seq), log_str("resource", answered->resource));
    }
}

static void name_id(struct acting *acting, const char *what, const uint8_t id[CRYPTO_UUID_SIZE])
{
    char text[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(id, text);
    (void)snprintf(acting->resource, sizeof acting->resource, "%s/%s", what, text); /* fits */
}

static void name_line(struct acting *acting, const struct line *line)
{
    (void)snprintf(acting->resource, sizeof acting->resource, "lines/%d/%s/%s",
                   (int)line->fiscal_year, funding_source_code(line->funding_source),
                   line->programme); /* fits */
}

static void name_period(struct acting *acting, int32_t fiscal_year)
{
    (void)snprintf(acting->resource, sizeof acting->resource, "periods/%d", (int)fiscal_year);
}
