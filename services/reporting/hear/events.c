/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the messages of both streams to what they mean here. No decision is made
 * here, and no generated name leaves this file.
 */
#include "reporting/hear/events.h"

#include "hyeopchi/ledger/v1/ledger.pb-c.h"
#include "hyeopchi/participation/v1/ballot.pb-c.h"
#include "runtime/crypto.h"
#include "runtime/subscriber.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTICIPATION  "kr.hyeopchi.participation."
#define LEDGER         "kr.hyeopchi.ledger."
#define TYPE_OPENED    PARTICIPATION "ballot.opened.v1"
#define TYPE_EXTENDED  PARTICIPATION "ballot.extended.v1"
#define TYPE_VOTES     PARTICIPATION "votes.accepted.v1"
#define TYPE_CLOSED    PARTICIPATION "ballot.closed.v1"
#define TYPE_CERTIFIED PARTICIPATION "tally.certified.v1"
#define TYPE_RESERVED  LEDGER "envelope.reserved.v1"
#define TYPE_RELEASED  LEDGER "envelope.released.v1"
#define TYPE_ENTRIES   LEDGER "entries.posted.v1"
#define TYPE_ENTRY     LEDGER "entry.posted.v1" /* of a log from before entries.posted */
#define TYPE_BLOCK     LEDGER "block.sealed.v1"
#define KIND_CLOSING   "closing"

/* How long votes may wait to be told together: a report is never more than this behind. */
enum { VOTES_REST_MS = 50 };

enum { WEIGHT_SIZE = 8 }; /* ":100" and a NUL, with room to spare */

struct hearing {
    const char *type;
    enum err (*hear)(const struct event *event, struct heard *heard);
};

static enum err hear_opened(const struct event *event, struct heard *heard);
static enum err hear_extended(const struct event *event, struct heard *heard);
static enum err hear_votes(const struct event *event, struct heard *heard);
static enum err hear_closed(const struct event *event, struct heard *heard);
static enum err hear_certified(const struct event *event, struct heard *heard);
static enum err hear_reserved(const struct event *event, struct heard *heard);
static enum err hear_released(const struct event *event, struct heard *heard);
static enum err hear_entries(const struct event *event, struct heard *heard);
static enum err hear_one_entry(const struct event *event, struct heard *heard);
static enum err hear_block(const struct event *event, struct heard *heard);
static enum err copy_ballot(struct heard *heard, const char *ballot_id);
static enum err copy_text(char *target, size_t size, const char *text);
static enum err copy_source(enum report_source *target, unsigned source);

static const struct hearing HEARINGS[] = {
    {TYPE_OPENED, hear_opened},       {TYPE_EXTENDED, hear_extended},
    {TYPE_VOTES, hear_votes},         {TYPE_CLOSED, hear_closed},
    {TYPE_CERTIFIED, hear_certified}, {TYPE_RESERVED, hear_reserved},
    {TYPE_RELEASED, hear_released},   {TYPE_ENTRIES, hear_entries},
    {TYPE_ENTRY, hear_one_entry},     {TYPE_BLOCK, hear_block},
};

enum err events_hear(const struct event *event, struct heard *ret_heard)
{
    memset(ret_heard, 0, sizeof *ret_heard);
    ret_heard->kind = HEARD_OTHER;
    ret_heard->seq = (int64_t)event->seq;
    for (size_t i = 0; i < sizeof HEARINGS / sizeof HEARINGS[0]; i++) {
        if (strcmp(event->type, HEARINGS[i].type) == 0) {
            enum err err = HEARINGS[i].hear(event, ret_heard);

            if (err) {
                heard_release(ret_heard);
            }
            return err;
        }
    }
    return ERR_OK;
}

void heard_release(struct heard *heard)
{
    free(heard->options);
    free(heard->cells);
    free(heard->legs);
    heard->options = NULL;
    heard->cells = NULL;
    heard->legs = NULL;
    heard->option_count = 0;
    heard->cell_count = 0;
    heard->leg_count = 0;
}

static enum err hear_option(const Hyeopchi__Participation__V1__BallotOption *message,
                            struct report_option *option)
{
    enum err err =
        message->number == 0 || message->number > REPORT_OPTION_MAX || message->cost_krw < 0
            ? ERR_INVALID
            : ERR_OK;

    option->number = (int32_t)message->number;
    option->cost_krw = message->cost_krw;
    if (!err) {
        err = copy_text(option->option_id, sizeof option->option_id, message->option_id);
    }
    if (!err) {
        err = copy_text(option->name, sizeof option->name, message->name);
    }
    if (!err) {
        err = copy_text(option->area, sizeof option->area, message->area);
    }
    if (!err) {
        err = copy_text(option->field, sizeof option->field, message->field);
    }
    if (!err) {
        err = copy_text(option->programme, sizeof option->programme, message->programme);
    }
    return err;
}

static enum err make_options(struct heard *heard, size_t count)
{
    if (count > REPORT_OPTION_MAX) {
        return ERR_INVALID;
    }
    heard->options = calloc(count + 1, sizeof *heard->options);
    heard->option_count = count;
    return heard->options ? ERR_OK : ERR_UNAVAILABLE;
}

static enum err hear_ballot(const Hyeopchi__Participation__V1__BallotOpened *message,
                            struct heard *heard)
{
    struct report_ballot *ballot = &heard->ballot;
    enum err err = copy_ballot(heard, message->ballot_id);

    if (err || message->definition_hash.len != sizeof ballot->definition_hash ||
        message->budget_krw < 0) {
        return ERR_INVALID;
    }
    memcpy(ballot->ballot_id, heard->ballot_id, sizeof ballot->ballot_id);
    memcpy(ballot->definition_hash, message->definition_hash.data, sizeof ballot->definition_hash);
    ballot->budget_year = message->budget_year;
    ballot->budget_krw = message->budget_krw;
    ballot->opens_time_ms = message->opens_time_ms;
    ballot->closes_time_ms = message->closes_time_ms;
    ballot->demonstration = message->demonstration;
    err = copy_source(&ballot->funding_source, (unsigned)message->funding_source);
    if (!err) {
        err = copy_text(ballot->title, sizeof ballot->title, message->title);
    }
    if (!err) {
        err = copy_text(ballot->method, sizeof ballot->method, message->method);
    }
    if (!err) {
        err = copy_text(ballot->rule, sizeof ballot->rule, message->rule);
    }
    return err;
}

static enum err hear_opened(const struct event *event, struct heard *heard)
{
    Hyeopchi__Participation__V1__BallotOpened *message =
        hyeopchi__participation__v1__ballot_opened__unpack(NULL, event->data_length, event->data);
    enum err err = ERR_INVALID;

    if (!message) {
        return ERR_INVALID;
    }
    heard->kind = HEARD_OPENED;
    err = hear_ballot(message, heard);
    if (!err) {
        err = make_options(heard, message->n_options);
    }
    for (size_t i = 0; !err && i < message->n_options; i++) {
        err = hear_option(message->options[i], &heard->options[i]);
    }
    hyeopchi__participation__v1__ballot_opened__free_unpacked(message, NULL);
    return err;
}

static enum err hear_extended(const struct event *event, struct heard *heard)
{
    Hyeopchi__Participation__V1__BallotExtended *message =
        hyeopchi__participation__v1__ballot_extended__unpack(NULL, event->data_length, event->data);
    struct report_extension *extension = &heard->extension;
    enum err err = ERR_INVALID;

    if (!message) {
        return ERR_INVALID;
    }
    heard->kind = HEARD_EXTENDED;
    extension->number = message->extension_no;
    extension->closes_time_ms = message->closes_time_ms;
    if (message->extension_no > 0 && message->closes_time_ms > 0) {
        err = copy_ballot(heard, message->ballot_id);
    }
    if (!err) {
        err = copy_text(extension->reason, sizeof extension->reason, message->reason);
    }
    hyeopchi__participation__v1__ballot_extended__free_unpacked(message, NULL);
    return err;
}

static enum err hear_votes(const struct event *event, struct heard *heard)
{
    Hyeopchi__Participation__V1__VotesAccepted *message =
        hyeopchi__participation__v1__votes_accepted__unpack(NULL, event->data_length, event->data);
    enum err err = ERR_INVALID;

    if (!message) {
        return ERR_INVALID;
    }
    heard->kind = HEARD_VOTES;
    heard->turnout.batch_no = message->batch_no;
    heard->turnout.voters = message->voters;
    if (message->batch_no > 0 && message->voters >= 0) {
        err = copy_ballot(heard, message->ballot_id);
    }
    hyeopchi__participation__v1__votes_accepted__free_unpacked(message, NULL);
    return err;
}

static bool is_of_type(const struct event *event, const char *type)
{
    return strcmp(event->type, type) == 0;
}

bool events_replaces(const struct event *event, const struct event *earlier)
{
    struct heard *heard = NULL;
    bool replaces = false;

    if (!is_of_type(event, TYPE_VOTES) || !is_of_type(earlier, TYPE_VOTES)) {
        return false;
    }
    heard = calloc(2, sizeof *heard);
    if (heard && events_hear(earlier, &heard[0]) == ERR_OK &&
        events_hear(event, &heard[1]) == ERR_OK) {
        replaces = memcmp(heard[0].ballot_id, heard[1].ballot_id, REPORT_ID_SIZE) == 0 &&
                   heard[0].turnout.batch_no < heard[1].turnout.batch_no;
    }
    free(heard); /* Votes hold nothing else. */
    return replaces;
}

static bool is_listened_for(const char *type)
{
    for (size_t i = 0; i < sizeof HEARINGS / sizeof HEARINGS[0]; i++) {
        if (strcmp(type, HEARINGS[i].type) == 0) {
            return true;
        }
    }
    return false;
}

int64_t events_rest_ms(const char *type)
{
    if (strcmp(type, TYPE_VOTES) == 0) {
        return VOTES_REST_MS;
    }
    return is_listened_for(type) ? SUBSCRIBER_REST_MS : SUBSCRIBER_UNHEARD_REST_MS;
}

static enum err hear_table(const Hyeopchi__Participation__V1__TurnoutTable *table,
                           struct heard *heard)
{
    for (size_t i = 0; i < table->n_cells; i++) {
        const Hyeopchi__Participation__V1__TurnoutCell *message = table->cells[i];
        struct report_cell *cell = &heard->cells[heard->cell_count];

        if (heard->cell_count == REPORT_CELL_MAX || message->voters < 0 ||
            copy_text(cell->dimension, sizeof cell->dimension, table->dimension) ||
            copy_text(cell->name, sizeof cell->name, message->name)) {
            return ERR_INVALID;
        }
        cell->place = (int32_t)i + 1;
        cell->voters = message->voters;
        cell->suppressed = message->suppressed;
        heard->cell_count++;
    }
    return ERR_OK;
}

static enum err hear_closing(const Hyeopchi__Participation__V1__BallotClosed *message,
                             struct heard *heard)
{
    enum err err = copy_ballot(heard, message->ballot_id);

    if (err || message->voters < 0 || message->revisions < 0 || message->days < 0) {
        return ERR_INVALID;
    }
    heard->closing = (struct report_closing){
        .closed_time_ms = message->closed_time_ms,
        .voters = message->voters,
        .revisions = message->revisions,
        .days = message->days,
    };
    heard->cells = calloc(REPORT_CELL_MAX, sizeof *heard->cells);
    if (!heard->cells) {
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; !err && i < message->n_tables; i++) {
        err = hear_table(message->tables[i], heard);
    }
    return err;
}

static enum err hear_closed(const struct event *event, struct heard *heard)
{
    Hyeopchi__Participation__V1__BallotClosed *message =
        hyeopchi__participation__v1__ballot_closed__unpack(NULL, event->data_length, event->data);
    enum err err = ERR_INVALID;

    if (!message) {
        return ERR_INVALID;
    }
    heard->kind = HEARD_CLOSED;
    err = hear_closing(message, heard);
    hyeopchi__participation__v1__ballot_closed__free_unpacked(message, NULL);
    return err;
}

static enum err hear_result(const Hyeopchi__Participation__V1__OptionResult *message,
                            struct report_option *option)
{
    enum err err = message->score < 0 ? ERR_INVALID : ERR_OK;

    option->has_result = true;
    option->score = message->score;
    option->funded = message->funded;
    if (!err) {
        err = copy_text(option->option_id, sizeof option->option_id, message->option_id);
    }
    if (!err) {
        err = copy_text(option->reason, sizeof option->reason, message->reason);
    }
    if (!err) {
        err = copy_text(option->exclusion_reason, sizeof option->exclusion_reason,
                        message->exclusion_reason);
    }
    return err;
}

static enum err hear_jury(int64_t resident_weight, int64_t jury_weight, struct report_tally *tally)
{
    if (resident_weight < 1 || jury_weight < 1 || resident_weight > 100 || jury_weight > 100) {
        return ERR_INVALID;
    }
    tally->resident_weight = (int32_t)resident_weight;
    tally->jury_weight = (int32_t)jury_weight;
    return ERR_OK;
}

/* Adds "web", "+kiosk" or ",booth" to the text; room is left for a weight behind it. */
static enum err hear_channel(const char *mark, const char *channel, char text[REPORT_WEIGHTS_SIZE])
{
    size_t length = strlen(text);

    if (channel == NULL || *channel == '\0' || strpbrk(channel, "+:,") != NULL ||
        strlen(mark) + strlen(channel) > REPORT_WEIGHTS_SIZE - WEIGHT_SIZE - length) {
        return ERR_INVALID;
    }
    (void)snprintf(text + length, REPORT_WEIGHTS_SIZE - length, "%s%s", mark,
                   channel); /* Fits, as was looked at. */
    return ERR_OK;
}

/* Adds ":30" behind the channels of a part. */
static enum err hear_weight(int64_t weight, char text[REPORT_WEIGHTS_SIZE])
{
    size_t length = strlen(text);

    if (weight < 1 || weight > 100) {
        return ERR_INVALID;
    }
    (void)snprintf(text + length, REPORT_WEIGHTS_SIZE - length, ":%d", (int)weight); /* Likewise. */
    return ERR_OK;
}

static const char *mark_of(size_t channel, const char *text)
{
    return channel > 0 ? "+" : *text != '\0' ? "," : "";
}

/* A part of an old event's result. */
static enum err hear_result_part(const json_t *part, char text[REPORT_WEIGHTS_SIZE])
{
    const json_t *channels = json_object_get(part, "channels");
    enum err err = json_array_size(channels) == 0 ? ERR_INVALID : ERR_OK;

    for (size_t i = 0; !err && i < json_array_size(channels); i++) {
        err = hear_channel(mark_of(i, text), json_string_value(json_array_get(channels, i)), text);
    }
    return err ? err : hear_weight(json_integer_value(json_object_get(part, "weight")), text);
}

/* What an event from before the weights' fields weighed, as its computed result says; without a result
 * it weighed nothing. */
static enum err hear_result_weights(const char *result_json, struct report_tally *tally)
{
    json_t *result =
        json_loads(*result_json != '\0' ? result_json : "{}", JSON_REJECT_DUPLICATES, NULL);
    const json_t *jury = json_object_get(result, "jury");
    const json_t *weights = json_object_get(result, "channel_weights");
    const json_t *parts = json_object_get(weights, "parts");
    enum err err = json_is_object(result) ? ERR_OK : ERR_INVALID;

    if (!err && jury != NULL) {
        err = hear_jury(json_integer_value(json_object_get(jury, "resident_weight")),
                        json_integer_value(json_object_get(jury, "jury_weight")), tally);
    }
    if (!err && weights != NULL && json_array_size(parts) == 0) {
        err = ERR_INVALID;
    }
    for (size_t i = 0; !err && i < json_array_size(parts); i++) {
        err = hear_result_part(json_array_get(parts, i), tally->channel_weights);
    }
    json_decref(result);
    return err;
}

static enum err hear_channel_part(const Hyeopchi__Participation__V1__ChannelWeight *part,
                                  char text[REPORT_WEIGHTS_SIZE])
{
    enum err err = part->n_channels == 0 ? ERR_INVALID : ERR_OK;

    for (size_t i = 0; !err && i < part->n_channels; i++) {
        err = hear_channel(mark_of(i, text), part->channels[i], text);
    }
    return err ? err : hear_weight(part->weight, text);
}

/* What was weighed. */
static enum err hear_weights(const Hyeopchi__Participation__V1__TallyCertified *message,
                             struct report_tally *tally)
{
    const bool has_jury = message->resident_weight != 0 || message->jury_weight != 0;
    enum err err = ERR_OK;

    if (!has_jury && message->n_channel_weights == 0) {
        return hear_result_weights(message->result_json, tally);
    }
    if (has_jury) {
        err = hear_jury(message->resident_weight, message->jury_weight, tally);
    }
    for (size_t i = 0; !err && i < message->n_channel_weights; i++) {
        err = hear_channel_part(message->channel_weights[i], tally->channel_weights);
    }
    return err;
}

static enum err hear_tally(const Hyeopchi__Participation__V1__TallyCertified *message,
                           struct heard *heard)
{
    enum err err = copy_ballot(heard, message->ballot_id);

    if (err || message->funded_krw < 0 || message->voters < 0 || message->selections < 0 ||
        message->voids < 0) {
        return ERR_INVALID;
    }
    heard->tally = (struct report_tally){
        .certified_time_ms = message->certified_time_ms,
        .funded_krw = message->funded_krw,
        .voters = message->voters,
        .selections = message->selections,
        .voids = message->voids,
    };
    err = hear_weights(message, &heard->tally);
    if (!err) {
        err = make_options(heard, message->n_options);
    }
    for (size_t i = 0; !err && i < message->n_options; i++) {
        err = hear_result(message->options[i], &heard->options[i]);
    }
    return err;
}

static enum err hear_certified(const struct event *event, struct heard *heard)
{
    Hyeopchi__Participation__V1__TallyCertified *message =
        hyeopchi__participation__v1__tally_certified__unpack(NULL, event->data_length, event->data);
    enum err err = ERR_INVALID;

    if (!message) {
        return ERR_INVALID;
    }
    heard->kind = HEARD_CERTIFIED;
    err = hear_tally(message, heard);
    hyeopchi__participation__v1__tally_certified__free_unpacked(message, NULL);
    return err;
}

static enum err hear_reserved(const struct event *event, struct heard *heard)
{
    Hyeopchi__Ledger__V1__EnvelopeReserved *message =
        hyeopchi__ledger__v1__envelope_reserved__unpack(NULL, event->data_length, event->data);
    enum err err = ERR_INVALID;

    if (!message) {
        return ERR_INVALID;
    }
    heard->kind = HEARD_RESERVED;
    heard->envelope.was_reserved = true;
    heard->envelope.reserved_krw = message->amount_krw;
    err = copy_ballot(heard, message->ballot_id);
    hyeopchi__ledger__v1__envelope_reserved__free_unpacked(message, NULL);
    return err;
}

static enum err hear_released(const struct event *event, struct heard *heard)
{
    Hyeopchi__Ledger__V1__EnvelopeReleased *message =
        hyeopchi__ledger__v1__envelope_released__unpack(NULL, event->data_length, event->data);
    enum err err = ERR_INVALID;

    if (!message) {
        return ERR_INVALID;
    }
    heard->kind = HEARD_RELEASED;
    heard->envelope.was_released = true;
    heard->envelope.released_krw = message->amount_krw;
    heard->envelope.selected_krw = message->selected_krw;
    err = copy_ballot(heard, message->ballot_id);
    hyeopchi__ledger__v1__envelope_released__free_unpacked(message, NULL);
    return err;
}

static enum err hear_leg(const Hyeopchi__Ledger__V1__Leg *message, struct report_leg *leg)
{
    enum err err = copy_source(&leg->account.funding_source, (unsigned)message->funding_source);

    leg->account.fiscal_year = message->fiscal_year;
    leg->amount_krw = message->amount_krw;
    leg->balance_after_krw = message->balance_after_krw;
    leg->version = message->version;
    if (!err) {
        err = copy_text(leg->account.programme, sizeof leg->account.programme, message->programme);
    }
    if (!err) {
        err = copy_text(leg->account.stage, sizeof leg->account.stage, message->stage);
    }
    return err;
}

static enum err hear_entry(const Hyeopchi__Ledger__V1__EntryPosted *message, struct heard *heard)
{
    enum err err = ERR_OK;

    /* Closing a year empties its accounts; a report goes on showing what the year came to. */
    if (strcmp(message->kind, KIND_CLOSING) == 0) {
        return ERR_OK;
    }
    for (size_t i = 0; !err && i < message->n_legs; i++) {
        struct heard_leg *heard_leg = &heard->legs[heard->leg_count];

        err = hear_leg(message->legs[i], &heard_leg->leg);
        heard_leg->has_ballot = message->ballot_id[0] != '\0';
        if (!err && heard_leg->has_ballot) {
            err =
                crypto_uuid_parse(message->ballot_id, heard_leg->ballot_id) ? ERR_INVALID : ERR_OK;
        }
        heard->leg_count++;
    }
    return err;
}

static enum err hear_entry_list(Hyeopchi__Ledger__V1__EntryPosted *const *messages, size_t count,
                                struct heard *heard)
{
    size_t leg_count = 0;
    enum err err = ERR_OK;

    for (size_t i = 0; i < count; i++) {
        leg_count += messages[i]->n_legs;
    }
    if (leg_count > REPORT_LEG_MAX) {
        return ERR_INVALID;
    }
    heard->legs = calloc(leg_count + 1, sizeof *heard->legs);
    if (!heard->legs) {
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; !err && i < count; i++) {
        err = hear_entry(messages[i], heard);
    }
    return err;
}

static enum err hear_entries(const struct event *event, struct heard *heard)
{
    Hyeopchi__Ledger__V1__EntriesPosted *message =
        hyeopchi__ledger__v1__entries_posted__unpack(NULL, event->data_length, event->data);
    enum err err = ERR_INVALID;

    if (!message) {
        return ERR_INVALID;
    }
    heard->kind = HEARD_ENTRIES;
    err = hear_entry_list(message->entries, message->n_entries, heard);
    hyeopchi__ledger__v1__entries_posted__free_unpacked(message, NULL);
    return err;
}

static enum err hear_one_entry(const struct event *event, struct heard *heard)
{
    Hyeopchi__Ledger__V1__EntryPosted *message =
        hyeopchi__ledger__v1__entry_posted__unpack(NULL, event->data_length, event->data);
    enum err err = ERR_INVALID;

    if (!message) {
        return ERR_INVALID;
    }
    heard->kind = HEARD_ENTRIES;
    err = hear_entry_list(&message, 1, heard);
    hyeopchi__ledger__v1__entry_posted__free_unpacked(message, NULL);
    return err;
}

static enum err hear_block(const struct event *event, struct heard *heard)
{
    Hyeopchi__Ledger__V1__BlockSealed *message =
        hyeopchi__ledger__v1__block_sealed__unpack(NULL, event->data_length, event->data);
    struct report_block *block = &heard->block;
    enum err err = ERR_INVALID;

    if (!message) {
        return ERR_INVALID;
    }
    heard->kind = HEARD_BLOCK;
    block->number = message->number;
    block->last_seq = message->last_seq;
    block->sealed_time_ms = message->sealed_time_ms;
    if (message->number > 0 && message->last_seq > 0 && message->root.len == sizeof block->root) {
        memcpy(block->root, message->root.data, sizeof block->root);
        err = ERR_OK;
    }
    hyeopchi__ledger__v1__block_sealed__free_unpacked(message, NULL);
    return err;
}

static enum err copy_ballot(struct heard *heard, const char *ballot_id)
{
    enum err err = crypto_uuid_parse(ballot_id, heard->ballot_id);

    heard->has_ballot = !err;
    return err ? ERR_INVALID : ERR_OK;
}

static enum err copy_text(char *target, size_t size, const char *text)
{
    size_t length = strlen(text);

    if (length >= size) {
        return ERR_INVALID;
    }
    memcpy(target, text, length + 1);
    return ERR_OK;
}

static enum err copy_source(enum report_source *target, unsigned source)
{
    if (source < REPORT_SOURCE_NATIONAL || source > REPORT_SOURCE_OTHER) {
        return ERR_INVALID;
    }
    *target = (enum report_source)source;
    return ERR_OK;
}
