/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From messages about ballots to envelopes and entries. The rules are the
 * domain's; here they are brought together with rows and messages.
 */
#include "ledger/ballots.h"

#include "ledger/domain/entry.h"
#include "ledger/domain/order.h"
#include "ledger/event_key.h"
#include "ledger/store/envelope.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/log.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BY_SIZE = sizeof EVENTS_STREAM_PARTICIPATION + EVENT_ID_SIZE };

static_assert((int)EVENTS_WINNER_COUNT_MAX <= (int)POST_ORDER_COUNT_MAX,
              "a tally is posted at once");

/* One heard event on its way; everything is borrowed from ballots_apply. */
struct hearing {
    struct poster *poster;
    struct writer_tx *tx;
    const struct event *event;
    const struct heard *heard;
    struct event_cause cause;
    struct store_change change;
};

/* What the log is told of an opening that was refused. */
struct unopened {
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    struct refusal refusal;
};

/* The entries of one tally; one allocation. */
struct batch {
    struct order orders[EVENTS_WINNER_COUNT_MAX];
    struct order *pointers[EVENTS_WINNER_COUNT_MAX];
};

static enum err hear(const struct hearing *hearing);
static enum err reserve(const struct hearing *hearing);
static enum err refuse_opening(const struct hearing *hearing, const struct refusal *refusal);
static void log_unopened(const void *data);
static enum err settle(const struct hearing *hearing);
static enum err post_winners(const struct hearing *hearing);
static enum err build_winner(const struct hearing *hearing, const struct heard_winner *winner,
                             struct order *order);
static enum err say_winners(const struct hearing *hearing, struct order *const *orders);
static char *winner_metadata(const struct hearing *hearing, const struct heard_winner *winner);
static enum err check_terms(const struct hearing *hearing, const struct envelope *envelope);
static enum err refuse_tally(const struct hearing *hearing, enum refusal_reason reason,
                             const char *account);

enum err ballots_apply(struct writer_tx *tx, const struct event *event, void *context)
{
    struct heard heard = {.kind = HEARD_OTHER};
    char by[BY_SIZE];
    const struct hearing hearing = {
        .poster = context,
        .tx = tx,
        .event = event,
        .heard = &heard,
        .cause = event_cause_of(event),
        .change = {.time_ms = tx->now_ms, .by = by, .reason = ""},
    };
    enum err err = events_hear(event, &heard);

    if (err) {
        return err;
    }
    (void)snprintf(by, sizeof by, "%s:%s", EVENTS_STREAM_PARTICIPATION, event->id); /* fits */
    err = hear(&hearing);
    heard_release(&heard);
    return err;
}

enum err ballots_release(struct poster *poster, struct writer_tx *tx,
                         const struct ballots_release *release, struct envelope *ret_envelope,
                         struct refusal *ret_refusal)
{
    const struct store_change change = {tx->now_ms, release->by, release->reason};
    const struct event_cause cause = event_cause_of(NULL);
    struct envelope_limit limit = {.set = false};
    int64_t released_krw = 0;
    enum err err = store_envelope_load(tx->db, poster->shard, release->ballot_id, ret_envelope);

    if (err) {
        return err;
    }
    memset(ret_refusal, 0, sizeof *ret_refusal);
    bool was_released = ret_envelope->state == ENVELOPE_RELEASED;
    if (ret_envelope->state != ENVELOPE_NONE) {
        err = store_limit_read(tx->db, poster->shard, ret_envelope->fiscal_year,
                               ret_envelope->funding_source, &limit);
        if (err) {
            return err;
        }
    }
    err = envelope_release(ret_envelope, &limit, &released_krw, ret_refusal);
    if (err || was_released) {
        return ERR_OK; /* refused, or the same answer as before: nothing to write */
    }
    err = store_envelope_save(tx->db, poster->shard, ret_envelope, &change);
    if (err) {
        return err;
    }
    return events_say_released(tx, &cause, ret_envelope, released_krw);
}

static enum err hear(const struct hearing *hearing)
{
    switch (hearing->heard->kind) {
    case HEARD_OPENING_REQUESTED:
        return reserve(hearing);
    case HEARD_TALLY_CERTIFIED:
        return settle(hearing);
    case HEARD_OTHER:
        break;
    }
    return ERR_OK;
}

static enum err reserve(const struct hearing *hearing)
{
    const struct envelope_request *request = &hearing->heard->request;
    const char *shard = hearing->poster->shard;
    struct writer_tx *tx = hearing->tx;
    struct envelope_limit limit = {.set = false};
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct envelope envelope;
    enum err err = store_envelope_load(tx->db, shard, request->ballot_id, &envelope);

    if (err) {
        return err;
    }
    if (envelope_request_valid(request)) {
        err =
            store_limit_read(tx->db, shard, request->fiscal_year, request->funding_source, &limit);
        if (err) {
            return err;
        }
    }
    err = envelope_reserve(&envelope, &limit, request, &refusal);
    if (err) {
        return refuse_opening(hearing, &refusal);
    }
    err = store_envelope_save(tx->db, shard, &envelope, &hearing->change);
    if (err) {
        return err;
    }
    return events_say_reserved(tx, &hearing->cause, &envelope);
}

/* What was rolled back is heard again, and must not be in the log twice. */
static enum err refuse_opening(const struct hearing *hearing, const struct refusal *refusal)
{
    struct unopened unopened = {.refusal = *refusal};

    memcpy(unopened.ballot_id, hearing->heard->ballot_id, sizeof unopened.ballot_id);
    enum err err = writer_tx_after(hearing->tx, log_unopened, &unopened, sizeof unopened);
    return err ? err
               : events_say_refused(hearing->tx, &hearing->cause, &hearing->heard->request,
                                    refusal);
}

static void log_unopened(const void *data)
{
    const struct unopened *unopened = data;

    log_info("envelope_refused", log_str("ballot_id", unopened->ballot_id),
             log_str("code", refusal_code(unopened->refusal.reason)),
             log_int("shortfall_krw", unopened->refusal.shortfall_krw));
}

static enum err settle(const struct hearing *hearing)
{
    const struct heard *heard = hearing->heard;
    const char *shard = hearing->poster->shard;
    struct writer_tx *tx = hearing->tx;
    struct envelope_limit limit = {.set = false};
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct envelope envelope;
    int64_t released_krw = 0;
    enum err err = store_envelope_load(tx->db, shard, heard->request.ballot_id, &envelope);

    if (err) {
        return err;
    }
    err = check_terms(hearing, &envelope);
    if (err) {
        return err;
    }
    err = store_limit_read(tx->db, shard, envelope.fiscal_year, envelope.funding_source, &limit);
    if (err) {
        return err;
    }
    bool settled_before = envelope.state == ENVELOPE_SETTLED;
    err = envelope_settle(&envelope, &limit, heard->funded_krw, &released_krw, &refusal);
    if (err) {
        return refuse_tally(hearing, refusal.reason, "");
    }
    if (settled_before) { /* its winners were posted then, under the keys of another event */
        log_warn("tally_repeated", log_str("ballot_id", heard->ballot_id),
                 log_int("seq", (int64_t)hearing->event->seq));
        return ERR_OK;
    }
    err = post_winners(hearing);
    if (err) {
        return err;
    }
    err = store_envelope_save(tx->db, shard, &envelope, &hearing->change);
    if (err) {
        return err;
    }
    return events_say_released(tx, &hearing->cause, &envelope, released_krw);
}

/* The tally must speak of the money that was reserved, and of all of the money it spends. */
static enum err check_terms(const struct hearing *hearing, const struct envelope *envelope)
{
    const struct heard *heard = hearing->heard;
    int64_t rest_krw = heard->funded_krw;

    if (envelope->state == ENVELOPE_NONE) {
        return refuse_tally(hearing, REFUSAL_ENVELOPE_MISSING, "");
    }
    if (!envelope_terms_equal(envelope, &heard->request)) {
        return refuse_tally(hearing, REFUSAL_ENVELOPE_CONFLICT, "");
    }
    for (size_t i = 0; i < heard->winner_count; i++) {
        if (heard->winners[i].cost_krw < 1 || heard->winners[i].cost_krw > rest_krw) {
            return refuse_tally(hearing, REFUSAL_AMOUNT_INVALID, heard->winners[i].programme);
        }
        rest_krw -= heard->winners[i].cost_krw;
    }
    return rest_krw == 0 ? ERR_OK : refuse_tally(hearing, REFUSAL_AMOUNT_INVALID, "");
}

/* One entry a winner, in listed order. */
static enum err post_winners(const struct hearing *hearing)
{
    size_t count = hearing->heard->winner_count;
    struct batch *batch = calloc(1, sizeof *batch);
    enum err err = batch ? ERR_OK : ERR_UNAVAILABLE;

    for (size_t i = 0; !err && i < count; i++) {
        batch->pointers[i] = &batch->orders[i];
        err = build_winner(hearing, &hearing->heard->winners[i], &batch->orders[i]);
    }
    if (!err) {
        err = post_orders(hearing->poster, hearing->tx, batch->pointers, count);
    }
    if (!err) {
        err = say_winners(hearing, batch->pointers);
    }
    free(batch);
    return err;
}

static enum err build_winner(const struct hearing *hearing, const struct heard_winner *winner,
                             struct order *order)
{
    const struct envelope_request *request = &hearing->heard->request;
    char document[ENTRY_DOCUMENT_LENGTH_MAX + 1];
    char day[CLOCK_DAY_SIZE];
    uint8_t key[ENTRY_KEY_SIZE];
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct entry_head head = {.key = key, .document = document};
    const struct event_key source = {EVENTS_STREAM_PARTICIPATION, hearing->event->id,
                                     winner->option_id};
    struct line line;
    char *metadata = winner_metadata(hearing, winner);
    enum err err = metadata ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    event_key_make(&source, key);
    clock_day_in_korea(hearing->heard->certified_time_ms, day);
    (void)snprintf(document, sizeof document, "주민투표 결과 확정 (투표 %s, 사업 %s, 확정일 %s)",
                   hearing->heard->ballot_id, winner->option_id, day); /* both ids are bounded */
    head.metadata = metadata;
    err = entry_date_parse(day, &head.effective_date);
    if (err) {
        err = refuse_tally(hearing, REFUSAL_DATE_INVALID, winner->programme);
        goto out;
    }
    err = line_init(&line, request->fiscal_year, request->funding_source, winner->programme);
    if (err) {
        err = refuse_tally(hearing, REFUSAL_PROGRAMME_INVALID, winner->programme);
        goto out;
    }
    err = entry_build_selection(&order->entry, &head, &line, winner->cost_krw, &refusal);
    if (err) {
        err = refuse_tally(hearing, refusal.reason, winner->programme);
        goto out;
    }
    /* The event says everything there is to know about this order. */
    crypto_sha256(metadata, strlen(metadata), order->request_hash);

out:
    free(metadata);
    return err;
}

static enum err say_winners(const struct hearing *hearing, struct order *const *orders)
{
    const struct heard *heard = hearing->heard;
    const struct events_entries entries = {orders, heard->winner_count, heard->ballot_id};

    for (size_t i = 0; i < entries.count; i++) {
        const struct order *order = orders[i];
        assert(order);
        if (order->result != ORDER_POSTED) {
            /* Also a key known from before: the offset would have kept this event from us. */
            return refuse_tally(hearing,
                                order->result == ORDER_REFUSED ? order->refusal.reason
                                                               : REFUSAL_KEY_REUSED,
                                order->refusal.account);
        }
    }
    return events_say_entries(hearing->tx, &hearing->cause, &entries);
}

/*
 * Malloc'd; NULL when out of memory. The members come in this order for ever: the text is hashed.
 */
static char *winner_metadata(const struct hearing *hearing, const struct heard_winner *winner)
{
    json_t *value = json_pack("{s:s, s:s, s:s, s:s}", "stream", EVENTS_STREAM_PARTICIPATION,
                              "event_id", hearing->event->id, "ballot_id",
                              hearing->heard->ballot_id, "option_id", winner->option_id);
    char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;

    json_decref(value);
    assert(!text || strlen(text) <= ENTRY_METADATA_LENGTH_MAX);
    return text;
}

/* Logs why; the error makes the subscriber halt after it has tried again. */
static enum err refuse_tally(const struct hearing *hearing, enum refusal_reason reason,
                             const char *account)
{
    log_error("tally_refused", log_str("ballot_id", hearing->heard->ballot_id),
              log_int("seq", (int64_t)hearing->event->seq), log_str("code", refusal_code(reason)),
              log_str("account", account));
    return refusal_err(reason);
}
