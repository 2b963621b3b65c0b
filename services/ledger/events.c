/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between messages and the ledger's own structs. No decision is made here, and
 * no generated name leaves this file.
 */
#include "ledger/events.h"

#include "hyeopchi/ledger/v1/ledger.pb-c.h"
#include "hyeopchi/participation/v1/ballot.pb-c.h"
#include "ledger/domain/text.h"
#include "runtime/event_say.h"
#include "runtime/subscriber.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_ENTRIES_POSTED    "kr.hyeopchi.ledger.entries.posted.v1"
#define TYPE_ENTRY_REFUSED     "kr.hyeopchi.ledger.entry.refused.v1"
#define TYPE_ENVELOPE_RESERVED "kr.hyeopchi.ledger.envelope.reserved.v1"
#define TYPE_ENVELOPE_REFUSED  "kr.hyeopchi.ledger.envelope.refused.v1"
#define TYPE_ENVELOPE_RELEASED "kr.hyeopchi.ledger.envelope.released.v1"
#define TYPE_LIMIT_SET         "kr.hyeopchi.ledger.envelope-limit.set.v1"
#define TYPE_HOLD_PLACED       "kr.hyeopchi.ledger.hold.placed.v1"
#define TYPE_HOLD_EXTENDED     "kr.hyeopchi.ledger.hold.extended.v1"
#define TYPE_HOLD_ENDED        "kr.hyeopchi.ledger.hold.ended.v1"
#define TYPE_BLOCK_SEALED      "kr.hyeopchi.ledger.block.sealed.v1"
#define TYPE_REQUEST_ACCEPTED  "kr.hyeopchi.ledger.request.accepted.v1"
#define TYPE_REQUEST_REFUSED   "kr.hyeopchi.ledger.request.refused.v1"
#define TYPE_PERIOD_CLOSED     "kr.hyeopchi.ledger.period.closed.v1"
#define TYPE_OPENING_REQUESTED "kr.hyeopchi.participation.ballot.opening-requested.v1"
#define TYPE_TALLY_CERTIFIED   "kr.hyeopchi.participation.tally.certified.v1"

const ProtobufCMessageDescriptor *const events_types[] = {
    &hyeopchi__ledger__v1__entries_posted__descriptor,
    &hyeopchi__ledger__v1__entry_posted__descriptor, /* of a log from before entries.posted */
    &hyeopchi__ledger__v1__entry_refused__descriptor,
    &hyeopchi__ledger__v1__envelope_reserved__descriptor,
    &hyeopchi__ledger__v1__envelope_refused__descriptor,
    &hyeopchi__ledger__v1__envelope_released__descriptor,
    &hyeopchi__ledger__v1__envelope_limit_set__descriptor,
    &hyeopchi__ledger__v1__hold_placed__descriptor,
    &hyeopchi__ledger__v1__hold_extended__descriptor,
    &hyeopchi__ledger__v1__hold_ended__descriptor,
    &hyeopchi__ledger__v1__block_sealed__descriptor,
    &hyeopchi__ledger__v1__request_accepted__descriptor,
    &hyeopchi__ledger__v1__request_refused__descriptor,
    &hyeopchi__ledger__v1__period_closed__descriptor,
    NULL,
};

/* The numbers of the domain and of the messages are the same; a source is cast, not looked up. */
static_assert((int)HYEOPCHI__LEDGER__V1__FUNDING_SOURCE__FUNDING_SOURCE_NATIONAL ==
                  (int)FUNDING_SOURCE_NATIONAL,
              "national");
static_assert((int)HYEOPCHI__LEDGER__V1__FUNDING_SOURCE__FUNDING_SOURCE_CITY ==
                  (int)FUNDING_SOURCE_CITY,
              "city");
static_assert((int)HYEOPCHI__LEDGER__V1__FUNDING_SOURCE__FUNDING_SOURCE_DISTRICT ==
                  (int)FUNDING_SOURCE_DISTRICT,
              "district");
static_assert((int)HYEOPCHI__LEDGER__V1__FUNDING_SOURCE__FUNDING_SOURCE_OTHER ==
                  (int)FUNDING_SOURCE_OTHER,
              "other");

/* The most bytes that a field takes in a message, with its tag and, of texts, its length. */
enum {
    NUMBER_SIZE = 1 + 10,
    TEXT_HEAD_SIZE = 1 + 3, /* also of a message */
    STAGE_SIZE = 32,
    LEG_SIZE = TEXT_HEAD_SIZE + 5 * NUMBER_SIZE + TEXT_HEAD_SIZE + PROGRAMME_LENGTH_MAX +
               TEXT_HEAD_SIZE + STAGE_SIZE,
    ENTRY_SIZE = TEXT_HEAD_SIZE + 4 * NUMBER_SIZE + 3 * (TEXT_HEAD_SIZE + CRYPTO_UUID_TEXT_SIZE) +
                 TEXT_HEAD_SIZE + KIND_LENGTH_MAX + TEXT_HEAD_SIZE + ENTRY_DOCUMENT_LENGTH_MAX +
                 TEXT_HEAD_SIZE + ORDER_HASH_SIZE + ENTRY_LEG_MAX * LEG_SIZE,
};

static_assert(EVENTS_ENTRY_MAX * ENTRY_SIZE <= EVENT_DATA_SIZE_MAX, "entries fit their event");

/* An entry's message with all that it points to. */
struct entry_message {
    Hyeopchi__Ledger__V1__EntryPosted message;
    Hyeopchi__Ledger__V1__Leg legs[ENTRY_LEG_MAX];
    Hyeopchi__Ledger__V1__Leg *leg_pointers[ENTRY_LEG_MAX];
    char key[CRYPTO_UUID_TEXT_SIZE];
    char hold_id[CRYPTO_UUID_TEXT_SIZE];
    uint8_t hash[ORDER_HASH_SIZE];
};

static enum err say_entries(struct writer_tx *tx, const struct event_cause *cause,
                            struct entry_message *messages, size_t count);
static void entry_message_init(struct entry_message *said, const struct order *order,
                               const char *ballot_id);
static void leg_message_init(Hyeopchi__Ledger__V1__Leg *message, const struct entry_leg *leg,
                             const struct entry_posting *posting);
static void hold_texts(const struct hold *hold, char ret_id[CRYPTO_UUID_TEXT_SIZE],
                       char ret_subject[EVENT_SUBJECT_SIZE]);
static void ballot_texts(const uint8_t ballot_id[BALLOT_ID_SIZE],
                         char ret_id[CRYPTO_UUID_TEXT_SIZE], char ret_subject[EVENT_SUBJECT_SIZE]);
static enum err hear_opening(const struct event *event, struct heard *heard);
static enum err hear_tally(const struct event *event, struct heard *heard);
static enum err hear_winners(const Hyeopchi__Participation__V1__TallyCertified *message,
                             struct heard *heard);
static enum err hear_ballot(struct heard *heard, const char *ballot_id);
static bool copy_text(char *target, size_t size, const char *text);

enum err events_say_entries(struct writer_tx *tx, const struct event_cause *cause,
                            const struct events_entries *entries)
{
    struct entry_message *messages = NULL;
    const size_t room = entries->count < EVENTS_ENTRY_MAX ? entries->count : EVENTS_ENTRY_MAX;
    size_t count = 0;
    enum err err = ERR_OK;

    messages = malloc((room + 1) * sizeof *messages);
    if (!messages) {
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; !err && i < entries->count; i++) {
        if (entries->orders[i]->result != ORDER_POSTED) {
            continue;
        }
        if (count == EVENTS_ENTRY_MAX) {
            err = say_entries(tx, cause, messages, count);
            count = 0;
        }
        entry_message_init(&messages[count], entries->orders[i], entries->ballot_id);
        assert(count == 0 ||
               messages[count].message.journal_seq == messages[count - 1].message.journal_seq + 1);
        count++;
    }
    if (!err && count > 0) {
        err = say_entries(tx, cause, messages, count);
    }
    free(messages);
    return err;
}

static enum err say_entries(struct writer_tx *tx, const struct event_cause *cause,
                            struct entry_message *messages, size_t count)
{
    Hyeopchi__Ledger__V1__EntriesPosted message;
    Hyeopchi__Ledger__V1__EntryPosted *pointers[EVENTS_ENTRY_MAX];
    const Hyeopchi__Ledger__V1__EntryPosted *first = &messages[0].message;
    char subject[EVENT_SUBJECT_SIZE];

    assert(count > 0 && count <= EVENTS_ENTRY_MAX);
    for (size_t i = 0; i < count; i++) {
        pointers[i] = &messages[i].message;
    }
    hyeopchi__ledger__v1__entries_posted__init(&message);
    message.n_entries = count;
    message.entries = pointers;
    if (count == 1) {
        (void)snprintf(subject, sizeof subject, "entries/%s", first->entry_key); /* a UUID fits */
    } else {
        (void)snprintf(subject, sizeof subject, "journal/%lld-%lld", (long long)first->journal_seq,
                       (long long)pointers[count - 1]->journal_seq); /* two numbers fit */
    }
    return event_say(tx, &(struct event_saying){TYPE_ENTRIES_POSTED, subject, cause},
                     &message.base);
}

/* The texts of order and ballot_id are borrowed. */
static void entry_message_init(struct entry_message *said, const struct order *order,
                               const char *ballot_id)
{
    const struct entry *entry = &order->entry;
    Hyeopchi__Ledger__V1__EntryPosted *message = &said->message;

    memcpy(said->hash, order->hash, sizeof said->hash);
    crypto_uuid_format(entry->key, said->key);
    said->hold_id[0] = '\0';
    if (order->draw_krw > 0) {
        crypto_uuid_format(order->hold_id, said->hold_id);
    }
    for (size_t i = 0; i < entry->leg_count; i++) {
        leg_message_init(&said->legs[i], &entry->legs[i], &order->postings[i]);
        said->leg_pointers[i] = &said->legs[i];
    }
    hyeopchi__ledger__v1__entry_posted__init(message);
    message->journal_seq = order->seq;
    message->entry_key = said->key;
    message->kind = event_say_text(entry->kind);
    message->effective_date = entry->effective_date;
    message->fiscal_year = entry->period;
    message->document = event_say_text(entry->document);
    message->n_legs = entry->leg_count;
    message->legs = said->leg_pointers;
    message->posted_time_ms = order->posted_time_ms;
    message->hash.data = said->hash;
    message->hash.len = sizeof said->hash;
    message->ballot_id = event_say_text(ballot_id);
    message->hold_id = said->hold_id;
}

static void leg_message_init(Hyeopchi__Ledger__V1__Leg *message, const struct entry_leg *leg,
                             const struct entry_posting *posting)
{
    const struct line *line = &leg->account.line;

    hyeopchi__ledger__v1__leg__init(message);
    message->fiscal_year = line->fiscal_year;
    message->programme = event_say_text(line->programme);
    message->funding_source = (Hyeopchi__Ledger__V1__FundingSource)line->funding_source;
    message->stage = event_say_text(stage_code(leg->account.stage));
    message->amount_krw = leg->amount_krw;
    message->balance_after_krw = posting->balance_after_krw;
    message->version = posting->version;
}

enum err events_say_entry_refused(struct writer_tx *tx, const struct event_cause *cause,
                                  const struct events_refusal *refused)
{
    const struct order_refusal *refusal = refused->refusal;
    Hyeopchi__Ledger__V1__EntryRefused message;
    char key[CRYPTO_UUID_TEXT_SIZE] = "";
    char subject[EVENT_SUBJECT_SIZE];

    assert((refused->entry > 0) == (refused->key != NULL));
    hyeopchi__ledger__v1__entry_refused__init(&message);
    (void)snprintf(subject, sizeof subject, "entry-requests/%s", refused->request_id); /* fits */
    if (refused->key) {
        crypto_uuid_format(refused->key, key);
    }
    message.request_id = event_say_text(refused->request_id);
    message.entry = refused->entry;
    message.entry_key = key;
    message.code = event_say_text(refusal_code(refusal->reason));
    message.field = event_say_text(refusal->field);
    message.account = event_say_text(refusal->account);
    message.shortfall_krw = refusal->shortfall_krw;
    return event_say(tx, &(struct event_saying){TYPE_ENTRY_REFUSED, subject, cause}, &message.base);
}

enum err events_say_request_accepted(struct writer_tx *tx, const struct event_cause *cause,
                                     const char *request_id, const char *resource)
{
    Hyeopchi__Ledger__V1__RequestAccepted message;
    char subject[EVENT_SUBJECT_SIZE];

    hyeopchi__ledger__v1__request_accepted__init(&message);
    (void)snprintf(subject, sizeof subject, "requests/%s", request_id); /* fits */
    message.request_id = event_say_text(request_id);
    message.resource = event_say_text(resource);
    return event_say(tx, &(struct event_saying){TYPE_REQUEST_ACCEPTED, subject, cause},
                     &message.base);
}

enum err events_say_request_refused(struct writer_tx *tx, const struct event_cause *cause,
                                    const char *request_id, const struct order_refusal *refusal)
{
    Hyeopchi__Ledger__V1__RequestRefused message;
    char subject[EVENT_SUBJECT_SIZE];

    hyeopchi__ledger__v1__request_refused__init(&message);
    (void)snprintf(subject, sizeof subject, "requests/%s", request_id); /* fits */
    message.request_id = event_say_text(request_id);
    message.code = event_say_text(refusal_code(refusal->reason));
    message.field = event_say_text(refusal->field);
    message.account = event_say_text(refusal->account);
    message.shortfall_krw = refusal->shortfall_krw;
    return event_say(tx, &(struct event_saying){TYPE_REQUEST_REFUSED, subject, cause},
                     &message.base);
}

enum err events_say_reserved(struct writer_tx *tx, const struct event_cause *cause,
                             const struct envelope *envelope)
{
    Hyeopchi__Ledger__V1__EnvelopeReserved message;
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    char subject[EVENT_SUBJECT_SIZE];

    hyeopchi__ledger__v1__envelope_reserved__init(&message);
    ballot_texts(envelope->ballot_id, ballot_id, subject);
    message.ballot_id = ballot_id;
    message.fiscal_year = envelope->fiscal_year;
    message.funding_source = (Hyeopchi__Ledger__V1__FundingSource)envelope->funding_source;
    message.amount_krw = envelope->amount_krw;
    return event_say(tx, &(struct event_saying){TYPE_ENVELOPE_RESERVED, subject, cause},
                     &message.base);
}

enum err events_say_refused(struct writer_tx *tx, const struct event_cause *cause,
                            const struct envelope_request *request, const struct refusal *refusal)
{
    Hyeopchi__Ledger__V1__EnvelopeRefused message;
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    char subject[EVENT_SUBJECT_SIZE];

    hyeopchi__ledger__v1__envelope_refused__init(&message);
    ballot_texts(request->ballot_id, ballot_id, subject);
    message.ballot_id = ballot_id;
    message.fiscal_year = request->fiscal_year;
    message.funding_source = (Hyeopchi__Ledger__V1__FundingSource)request->funding_source;
    message.amount_krw = request->amount_krw;
    message.code = event_say_text(refusal_code(refusal->reason));
    message.shortfall_krw = refusal->shortfall_krw;
    return event_say(tx, &(struct event_saying){TYPE_ENVELOPE_REFUSED, subject, cause},
                     &message.base);
}

enum err events_say_released(struct writer_tx *tx, const struct event_cause *cause,
                             const struct envelope *envelope, int64_t released_krw)
{
    Hyeopchi__Ledger__V1__EnvelopeReleased message;
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    char subject[EVENT_SUBJECT_SIZE];

    hyeopchi__ledger__v1__envelope_released__init(&message);
    ballot_texts(envelope->ballot_id, ballot_id, subject);
    message.ballot_id = ballot_id;
    message.fiscal_year = envelope->fiscal_year;
    message.funding_source = (Hyeopchi__Ledger__V1__FundingSource)envelope->funding_source;
    message.amount_krw = released_krw;
    message.selected_krw = envelope->selected_krw;
    return event_say(tx, &(struct event_saying){TYPE_ENVELOPE_RELEASED, subject, cause},
                     &message.base);
}

enum err events_say_limit(struct writer_tx *tx, const struct event_cause *cause,
                          const struct events_limit *limit)
{
    Hyeopchi__Ledger__V1__EnvelopeLimitSet message;
    char subject[EVENT_SUBJECT_SIZE];

    hyeopchi__ledger__v1__envelope_limit_set__init(&message);
    (void)snprintf(subject, sizeof subject, "envelope-limits/%d-%s", (int)limit->fiscal_year,
                   funding_source_code(limit->funding_source)); /* both are short */
    message.fiscal_year = limit->fiscal_year;
    message.funding_source = (Hyeopchi__Ledger__V1__FundingSource)limit->funding_source;
    message.limit_krw = limit->limit_krw;
    return event_say(tx, &(struct event_saying){TYPE_LIMIT_SET, subject, cause}, &message.base);
}

enum err events_say_hold_placed(struct writer_tx *tx, const struct event_cause *cause,
                                const struct hold *hold)
{
    const struct line *line = &hold->account.line;
    Hyeopchi__Ledger__V1__HoldPlaced message;
    char hold_id[CRYPTO_UUID_TEXT_SIZE];
    char subject[EVENT_SUBJECT_SIZE];

    hyeopchi__ledger__v1__hold_placed__init(&message);
    hold_texts(hold, hold_id, subject);
    message.hold_id = hold_id;
    message.kind = event_say_text(hold->kind);
    message.fiscal_year = line->fiscal_year;
    message.programme = event_say_text(line->programme);
    message.funding_source = (Hyeopchi__Ledger__V1__FundingSource)line->funding_source;
    message.stage = event_say_text(stage_code(hold->account.stage));
    message.amount_krw = hold->amount_krw;
    message.expires_time_ms = hold->expires_time_ms;
    message.document = event_say_text(hold->document);
    return event_say(tx, &(struct event_saying){TYPE_HOLD_PLACED, subject, cause}, &message.base);
}

enum err events_say_hold_extended(struct writer_tx *tx, const struct event_cause *cause,
                                  const struct hold *hold, int64_t previous_time_ms)
{
    Hyeopchi__Ledger__V1__HoldExtended message;
    char hold_id[CRYPTO_UUID_TEXT_SIZE];
    char subject[EVENT_SUBJECT_SIZE];

    assert(hold->state == HOLD_HELD);
    hyeopchi__ledger__v1__hold_extended__init(&message);
    hold_texts(hold, hold_id, subject);
    message.hold_id = hold_id;
    message.expires_time_ms = hold->expires_time_ms;
    message.previous_time_ms = previous_time_ms;
    return event_say(tx, &(struct event_saying){TYPE_HOLD_EXTENDED, subject, cause}, &message.base);
}

enum err events_say_hold_ended(struct writer_tx *tx, const struct event_cause *cause,
                               const struct hold *hold)
{
    const struct line *line = &hold->account.line;
    Hyeopchi__Ledger__V1__HoldEnded message;
    char hold_id[CRYPTO_UUID_TEXT_SIZE];
    char subject[EVENT_SUBJECT_SIZE];

    assert(hold->state == HOLD_RELEASED || hold->state == HOLD_EXPIRED);
    hyeopchi__ledger__v1__hold_ended__init(&message);
    hold_texts(hold, hold_id, subject);
    message.hold_id = hold_id;
    message.fiscal_year = line->fiscal_year;
    message.programme = event_say_text(line->programme);
    message.funding_source = (Hyeopchi__Ledger__V1__FundingSource)line->funding_source;
    message.stage = event_say_text(stage_code(hold->account.stage));
    message.amount_krw = hold->amount_krw;
    message.end = hold->state == HOLD_RELEASED ? HYEOPCHI__LEDGER__V1__HOLD_END__HOLD_END_RELEASED
                                               : HYEOPCHI__LEDGER__V1__HOLD_END__HOLD_END_EXPIRED;
    return event_say(tx, &(struct event_saying){TYPE_HOLD_ENDED, subject, cause}, &message.base);
}

enum err events_say_block(struct writer_tx *tx, const struct event_cause *cause,
                          const struct block *block)
{
    Hyeopchi__Ledger__V1__BlockSealed message;
    char subject[EVENT_SUBJECT_SIZE];
    uint8_t root[JOURNAL_HASH_SIZE];

    memcpy(root, block->root, sizeof root);
    hyeopchi__ledger__v1__block_sealed__init(&message);
    (void)snprintf(subject, sizeof subject, "blocks/%lld", (long long)block->number); /* fits */
    message.number = block->number;
    message.first_seq = block->first_seq;
    message.last_seq = block->last_seq;
    message.root.data = root;
    message.root.len = sizeof root;
    message.sealed_time_ms = block->sealed_time_ms;
    return event_say(tx, &(struct event_saying){TYPE_BLOCK_SEALED, subject, cause}, &message.base);
}

enum err events_say_period_closed(struct writer_tx *tx, const struct event_cause *cause,
                                  const struct events_closing *closing)
{
    Hyeopchi__Ledger__V1__PeriodClosed message;
    char subject[EVENT_SUBJECT_SIZE];
    uint8_t hash[JOURNAL_HASH_SIZE];

    memcpy(hash, closing->closed_hash, sizeof hash);
    hyeopchi__ledger__v1__period_closed__init(&message);
    (void)snprintf(subject, sizeof subject, "periods/%d", (int)closing->fiscal_year); /* fits */
    message.fiscal_year = closing->fiscal_year;
    message.closed_seq = closing->closed_seq;
    message.closed_hash.data = hash;
    message.closed_hash.len = sizeof hash;
    message.closed_time_ms = closing->closed_time_ms;
    return event_say(tx, &(struct event_saying){TYPE_PERIOD_CLOSED, subject, cause}, &message.base);
}

enum err events_hear(const struct event *event, struct heard *ret_heard)
{
    struct heard heard = {.kind = HEARD_OTHER};
    enum err err = ERR_OK;

    if (strcmp(event->type, TYPE_OPENING_REQUESTED) == 0) {
        err = hear_opening(event, &heard);
    } else if (strcmp(event->type, TYPE_TALLY_CERTIFIED) == 0) {
        err = hear_tally(event, &heard);
    }
    if (err) {
        heard_release(&heard);
        return err;
    }
    *ret_heard = heard;
    return ERR_OK;
}

int64_t events_rest_ms(const char *type)
{
    bool is_heard =
        strcmp(type, TYPE_OPENING_REQUESTED) == 0 || strcmp(type, TYPE_TALLY_CERTIFIED) == 0;

    return is_heard ? SUBSCRIBER_REST_MS : SUBSCRIBER_UNHEARD_REST_MS;
}

void heard_release(struct heard *heard)
{
    free(heard->winners);
    heard->winners = NULL;
    heard->winner_count = 0;
}

static enum err hear_opening(const struct event *event, struct heard *heard)
{
    Hyeopchi__Participation__V1__BallotOpeningRequested *message =
        hyeopchi__participation__v1__ballot_opening_requested__unpack(NULL, event->data_length,
                                                                      event->data);
    enum err err = ERR_INVALID;

    if (!message) {
        return ERR_INVALID;
    }
    heard->kind = HEARD_OPENING_REQUESTED;
    heard->request.fiscal_year = message->budget_year;
    heard->request.funding_source = (enum funding_source)message->funding_source;
    heard->request.amount_krw = message->budget_krw;
    err = hear_ballot(heard, message->ballot_id);
    hyeopchi__participation__v1__ballot_opening_requested__free_unpacked(message, NULL);
    return err;
}

static enum err hear_tally(const struct event *event, struct heard *heard)
{
    Hyeopchi__Participation__V1__TallyCertified *message =
        hyeopchi__participation__v1__tally_certified__unpack(NULL, event->data_length, event->data);
    enum err err = ERR_INVALID;

    if (!message) {
        return ERR_INVALID;
    }
    heard->kind = HEARD_TALLY_CERTIFIED;
    heard->request.fiscal_year = message->budget_year;
    heard->request.funding_source = (enum funding_source)message->funding_source;
    heard->request.amount_krw = message->budget_krw;
    heard->certified_time_ms = message->certified_time_ms;
    heard->funded_krw = message->funded_krw;
    err = hear_ballot(heard, message->ballot_id);
    if (!err) {
        err = hear_winners(message, heard);
    }
    hyeopchi__participation__v1__tally_certified__free_unpacked(message, NULL);
    return err;
}

static enum err hear_winners(const Hyeopchi__Participation__V1__TallyCertified *message,
                             struct heard *heard)
{
    if (message->n_options > EVENTS_WINNER_COUNT_MAX) {
        return ERR_INVALID;
    }
    heard->winners = calloc(message->n_options + 1, sizeof *heard->winners);
    if (!heard->winners) {
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; i < message->n_options; i++) {
        const Hyeopchi__Participation__V1__OptionResult *option = message->options[i];
        struct heard_winner *winner = &heard->winners[heard->winner_count];
        if (!option->funded) {
            continue;
        }
        if (!copy_text(winner->option_id, sizeof winner->option_id, option->option_id) ||
            !copy_text(winner->programme, sizeof winner->programme, option->programme)) {
            return ERR_INVALID;
        }
        winner->cost_krw = option->granted_krw != 0 ? option->granted_krw : option->cost_krw;
        heard->winner_count++;
    }
    return ERR_OK;
}

static enum err hear_ballot(struct heard *heard, const char *ballot_id)
{
    enum err err = crypto_uuid_parse(ballot_id, heard->request.ballot_id);

    if (err) {
        return ERR_INVALID;
    }
    crypto_uuid_format(heard->request.ballot_id, heard->ballot_id);
    return ERR_OK;
}

static void hold_texts(const struct hold *hold, char ret_id[CRYPTO_UUID_TEXT_SIZE],
                       char ret_subject[EVENT_SUBJECT_SIZE])
{
    crypto_uuid_format(hold->id, ret_id);
    (void)snprintf(ret_subject, EVENT_SUBJECT_SIZE, "holds/%s", ret_id); /* a UUID fits */
}

static void ballot_texts(const uint8_t ballot_id[BALLOT_ID_SIZE],
                         char ret_id[CRYPTO_UUID_TEXT_SIZE], char ret_subject[EVENT_SUBJECT_SIZE])
{
    crypto_uuid_format(ballot_id, ret_id);
    (void)snprintf(ret_subject, EVENT_SUBJECT_SIZE, "ballots/%s", ret_id); /* a UUID fits */
}

/* True when it is text, is not empty and fits. */
static bool copy_text(char *target, size_t size, const char *text)
{
    size_t length = strlen(text);

    if (length == 0 || length >= size || !text_valid(text)) {
        return false;
    }
    memcpy(target, text, length + 1);
    return true;
}
