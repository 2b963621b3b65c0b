/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protobuf in and out. Nothing here may put a voter, a choice, or a count that
 * identifies one into a message.
 */
#include "participation/events.h"

#include "participation/domain/ballot_names.h"
#include "runtime/clock.h"
#include "runtime/event_say.h"

#include "hyeopchi/ledger/v1/ledger.pb-c.h"
#include "hyeopchi/participation/v1/ballot.pb-c.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_PREFIX            "kr.hyeopchi.participation."
#define TYPE_OPENING_REQUESTED TYPE_PREFIX "ballot.opening-requested.v1"
#define TYPE_OPENED            TYPE_PREFIX "ballot.opened.v1"
#define TYPE_OPENING_REFUSED   TYPE_PREFIX "ballot.opening-refused.v1"
#define TYPE_VOTES_ACCEPTED    TYPE_PREFIX "votes.accepted.v1"
#define TYPE_CLOSED            TYPE_PREFIX "ballot.closed.v1"
#define TYPE_EXTENDED          TYPE_PREFIX "ballot.extended.v1"
#define TYPE_VOIDED            TYPE_PREFIX "vote.voided.v1"
#define TYPE_KEY_DESTROYED     TYPE_PREFIX "ballot.key-destroyed.v1"
#define TYPE_LOT_PUBLISHED     TYPE_PREFIX "ballot.lot-published.v1"
#define TYPE_JURY_PUBLISHED    TYPE_PREFIX "ballot.jury-published.v1"
#define TYPE_CERTIFIED         TYPE_PREFIX "tally.certified.v1"
#define TYPE_RESERVED          "kr.hyeopchi.ledger.envelope.reserved.v1"
#define TYPE_REFUSED           "kr.hyeopchi.ledger.envelope.refused.v1"
#define TYPE_BLOCK_SEALED      "kr.hyeopchi.ledger.block.sealed.v1"

const ProtobufCMessageDescriptor *const events_types[] = {
    &hyeopchi__participation__v1__ballot_opening_requested__descriptor,
    &hyeopchi__participation__v1__ballot_opened__descriptor,
    &hyeopchi__participation__v1__ballot_opening_refused__descriptor,
    &hyeopchi__participation__v1__votes_accepted__descriptor,
    &hyeopchi__participation__v1__ballot_closed__descriptor,
    &hyeopchi__participation__v1__ballot_extended__descriptor,
    &hyeopchi__participation__v1__vote_voided__descriptor,
    &hyeopchi__participation__v1__ballot_lot_published__descriptor,
    &hyeopchi__participation__v1__ballot_jury_published__descriptor,
    &hyeopchi__participation__v1__ballot_key_destroyed__descriptor,
    &hyeopchi__participation__v1__tally_certified__descriptor,
    NULL,
};

static_assert((int)BALLOT_FUNDING_SOURCE_OTHER ==
                  (int)HYEOPCHI__LEDGER__V1__FUNDING_SOURCE__FUNDING_SOURCE_OTHER,
              "The domain numbers funding sources as the proto does.");

/* Says a message whose subject is the ballot. */
static enum err say(struct writer_tx *tx, const char *type, const char *ballot_id,
                    const ProtobufCMessage *message, const struct event *heard)
{
    const struct event_cause cause = event_cause_of(heard);
    char subject[EVENT_SUBJECT_SIZE];

    (void)snprintf(subject, sizeof subject, "ballots/%s", ballot_id); /* A UUID fits. */
    return event_say(tx, &(struct event_saying){type, subject, &cause}, message);
}

enum err events_say_votes_accepted(struct writer_tx *tx, const struct events_votes_accepted *said)
{
    Hyeopchi__Participation__V1__VotesAccepted message =
        HYEOPCHI__PARTICIPATION__V1__VOTES_ACCEPTED__INIT;
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(said->ballot_id, ballot_id);
    message.ballot_id = ballot_id;
    message.batch_no = said->batch_no;
    message.new_voters = said->new_voters;
    message.revisions = said->revisions;
    message.voters = said->voters;
    return say(tx, TYPE_VOTES_ACCEPTED, ballot_id, &message.base, NULL);
}

enum err events_say_opening_requested(struct writer_tx *tx,
                                      const struct ballot_definition *definition)
{
    Hyeopchi__Participation__V1__BallotOpeningRequested message =
        HYEOPCHI__PARTICIPATION__V1__BALLOT_OPENING_REQUESTED__INIT;
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(definition->ballot_id, ballot_id);
    message.ballot_id = ballot_id;
    message.budget_year = definition->budget_year;
    message.funding_source = (Hyeopchi__Ledger__V1__FundingSource)definition->funding_source;
    message.budget_krw = definition->budget_krw;
    return say(tx, TYPE_OPENING_REQUESTED, ballot_id, &message.base, NULL);
}

/* An array of count messages and the pointers that protobuf-c wants; freed with free_list(). */
struct list {
    void *messages;
    void **pointers;
};

static bool list_new(struct list *list, size_t count, size_t size)
{
    list->messages = calloc(count + 1, size);
    list->pointers = calloc(count + 1, sizeof(void *));
    if (list->messages == NULL || list->pointers == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        list->pointers[i] = (char *)list->messages + i * size;
    }
    return true;
}

static void list_free(struct list *list)
{
    free(list->messages);
    free(list->pointers);
}

static void fill_option(Hyeopchi__Participation__V1__BallotOption *message,
                        const struct ballot_option *option)
{
    hyeopchi__participation__v1__ballot_option__init(message);
    message->number = option->number;
    message->option_id = event_say_text(option->id);
    message->name = event_say_text(option->name);
    message->cost_krw = option->cost_krw;
    message->area = event_say_text(option->area);
    message->field = event_say_text(option->field);
    message->programme = event_say_text(option->programme);
}

/* What an option takes beside its texts: tags, lengths, its number and its cost. */
enum { OPENED_OPTION_SIZE_MAX = 40, OPENED_REST_SIZE_MAX = 1024 };

static_assert(BALLOT_OPTIONS_TEXT_MAX + (size_t)BALLOT_OPTION_MAX * OPENED_OPTION_SIZE_MAX +
                      OPENED_REST_SIZE_MAX <=
                  EVENT_DATA_SIZE_MAX,
              "an event says the options of every ballot");

enum err events_say_opened(struct writer_tx *tx, const struct ballot_definition *definition,
                           const uint8_t definition_hash[CRYPTO_HASH_SIZE],
                           const struct event *cause)
{
    Hyeopchi__Participation__V1__BallotOpened message =
        HYEOPCHI__PARTICIPATION__V1__BALLOT_OPENED__INIT;
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct list options = {0};
    enum err err = ERR_FULL;

    crypto_uuid_format(definition->ballot_id, ballot_id);
    memcpy(hash, definition_hash, sizeof hash);
    if (list_new(&options, definition->option_count,
                 sizeof(Hyeopchi__Participation__V1__BallotOption))) {
        for (size_t i = 0; i < definition->option_count; i++) {
            fill_option(options.pointers[i], &definition->options[i]);
        }
        message.ballot_id = ballot_id;
        message.title = event_say_text(definition->title);
        message.budget_year = definition->budget_year;
        message.funding_source = (Hyeopchi__Ledger__V1__FundingSource)definition->funding_source;
        message.budget_krw = definition->budget_krw;
        message.opens_time_ms = definition->opens_at_ms;
        message.closes_time_ms = definition->closes_at_ms;
        message.definition_hash.data = hash;
        message.definition_hash.len = sizeof hash;
        message.method = event_say_text(ballot_method_name(definition->method));
        message.rule = event_say_text(ballot_rule_name(definition->rule));
        message.satisfaction = event_say_text(ballot_satisfaction_name(definition->satisfaction));
        message.completion = event_say_text(ballot_completion_name(definition->completion));
        message.threshold_score = definition->threshold.score;
        message.n_options = definition->option_count;
        message.options = (Hyeopchi__Participation__V1__BallotOption **)options.pointers;
        message.demonstration = definition->demonstration;
        err = say(tx, TYPE_OPENED, ballot_id, &message.base, cause);
    }
    list_free(&options);
    return err;
}

enum err events_say_opening_refused(struct writer_tx *tx, const struct events_opening_refused *said,
                                    const struct event *cause)
{
    Hyeopchi__Participation__V1__BallotOpeningRefused message =
        HYEOPCHI__PARTICIPATION__V1__BALLOT_OPENING_REFUSED__INIT;
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(said->ballot_id, ballot_id);
    message.ballot_id = ballot_id;
    message.code = event_say_text(said->code);
    message.shortfall_krw = said->shortfall_krw;
    return say(tx, TYPE_OPENING_REFUSED, ballot_id, &message.base, cause);
}

/* One turnout table as a message with memory of its own. */
struct table_message {
    Hyeopchi__Participation__V1__TurnoutTable message;
    struct list cells;
    char (*names)[TURNOUT_NAME_SIZE];
};

static bool fill_table(struct table_message *table, const struct ballot_definition *definition,
                       const struct turnout *turnout, enum turnout_dimension dimension)
{
    struct turnout_table published;

    turnout_publish(turnout, dimension, &published);
    hyeopchi__participation__v1__turnout_table__init(&table->message);
    table->names = calloc(published.count + 1, sizeof table->names[0]);
    if (table->names == NULL || !list_new(&table->cells, published.count,
                                          sizeof(Hyeopchi__Participation__V1__TurnoutCell))) {
        return false;
    }
    for (size_t i = 0; i < published.count; i++) {
        Hyeopchi__Participation__V1__TurnoutCell *cell = table->cells.pointers[i];

        hyeopchi__participation__v1__turnout_cell__init(cell);
        turnout_cell_name(definition, dimension, i, table->names[i]);
        cell->name = table->names[i];
        cell->voters = published.voters[i];
        cell->suppressed = published.withheld[i];
    }
    table->message.dimension = event_say_text(turnout_dimension_name(dimension));
    table->message.n_cells = published.count;
    table->message.cells = (Hyeopchi__Participation__V1__TurnoutCell **)table->cells.pointers;
    return true;
}

enum err events_say_closed(struct writer_tx *tx, const struct ballot_definition *definition,
                           const struct ballot_row *row, const struct turnout *turnout)
{
    Hyeopchi__Participation__V1__BallotClosed message =
        HYEOPCHI__PARTICIPATION__V1__BALLOT_CLOSED__INIT;
    struct table_message tables[TURNOUT_DIMENSION_END] = {0};
    Hyeopchi__Participation__V1__TurnoutTable *pointers[TURNOUT_DIMENSION_END];
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    enum err err = ERR_OK;

    crypto_uuid_format(definition->ballot_id, ballot_id);
    for (size_t d = 0; d < TURNOUT_DIMENSION_END && !err; d++) {
        err = fill_table(&tables[d], definition, turnout, (enum turnout_dimension)d) ? ERR_OK
                                                                                     : ERR_FULL;
        pointers[d] = &tables[d].message;
    }
    if (!err) {
        message.ballot_id = ballot_id;
        message.closed_time_ms = tx->now_ms;
        message.voters = turnout->voters;
        message.revisions = turnout->revisions;
        message.days = (int32_t)turnout_days(definition, row->extended_to_ms);
        message.n_tables = TURNOUT_DIMENSION_END;
        message.tables = pointers;
        err = say(tx, TYPE_CLOSED, ballot_id, &message.base, NULL);
    }
    for (size_t d = 0; d < TURNOUT_DIMENSION_END; d++) {
        list_free(&tables[d].cells);
        free(tables[d].names);
    }
    return err;
}

enum err events_say_extended(struct writer_tx *tx, const uint8_t ballot_id[BALLOT_ID_SIZE],
                             const struct extension_row *extension)
{
    Hyeopchi__Participation__V1__BallotExtended message =
        HYEOPCHI__PARTICIPATION__V1__BALLOT_EXTENDED__INIT;
    char id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(ballot_id, id);
    message.ballot_id = id;
    message.extension_no = extension->extension_no;
    message.former_closes_time_ms = extension->from_ms;
    message.closes_time_ms = extension->to_ms;
    message.reason = event_say_text(extension->reason);
    message.extended_time_ms = extension->extended_at_ms;
    return say(tx, TYPE_EXTENDED, id, &message.base, NULL);
}

enum err events_say_voided(struct writer_tx *tx, const uint8_t ballot_id[BALLOT_ID_SIZE],
                           const struct void_row *voided)
{
    Hyeopchi__Participation__V1__VoteVoided message =
        HYEOPCHI__PARTICIPATION__V1__VOTE_VOIDED__INIT;
    char id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(ballot_id, id);
    message.ballot_id = id;
    message.void_no = voided->void_no;
    message.reason_code = event_say_text(void_reason_name(voided->reason_code));
    message.reason = event_say_text(voided->reason);
    message.voided_time_ms = voided->voided_at_ms;
    return say(tx, TYPE_VOIDED, id, &message.base, NULL);
}

enum err events_say_key_destroyed(struct writer_tx *tx, const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    Hyeopchi__Participation__V1__BallotKeyDestroyed message =
        HYEOPCHI__PARTICIPATION__V1__BALLOT_KEY_DESTROYED__INIT;
    char id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(ballot_id, id);
    message.ballot_id = id;
    message.destroyed_time_ms = tx->now_ms;
    return say(tx, TYPE_KEY_DESTROYED, id, &message.base, NULL);
}

enum err events_say_lot_published(struct writer_tx *tx, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                  const char *seed)
{
    Hyeopchi__Participation__V1__BallotLotPublished message =
        HYEOPCHI__PARTICIPATION__V1__BALLOT_LOT_PUBLISHED__INIT;
    char id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(ballot_id, id);
    message.ballot_id = id;
    message.seed = event_say_text(seed);
    message.published_time_ms = tx->now_ms;
    return say(tx, TYPE_LOT_PUBLISHED, id, &message.base, NULL);
}

enum err events_say_jury_published(struct writer_tx *tx, const struct ballot_definition *definition,
                                   const struct jury_scores *scores)
{
    Hyeopchi__Participation__V1__BallotJuryPublished message =
        HYEOPCHI__PARTICIPATION__V1__BALLOT_JURY_PUBLISHED__INIT;
    char id[CRYPTO_UUID_TEXT_SIZE];
    struct list list = {0};
    enum err err = ERR_FULL;

    assert(scores->count == definition->option_count);
    crypto_uuid_format(definition->ballot_id, id);
    if (list_new(&list, scores->count, sizeof(Hyeopchi__Participation__V1__JuryScore))) {
        for (size_t i = 0; i < scores->count; i++) {
            Hyeopchi__Participation__V1__JuryScore *score = list.pointers[i];

            hyeopchi__participation__v1__jury_score__init(score);
            score->option_id = event_say_text(definition->options[i].id);
            score->score_hundredths = scores->scores[i];
        }
        message.ballot_id = id;
        message.jurors = (int32_t)scores->jurors;
        message.source = event_say_text(scores->source);
        message.n_scores = scores->count;
        message.scores = (Hyeopchi__Participation__V1__JuryScore **)list.pointers;
        message.published_time_ms = tx->now_ms;
        err = say(tx, TYPE_JURY_PUBLISHED, id, &message.base, NULL);
    }
    list_free(&list);
    return err;
}

static void fill_result(Hyeopchi__Participation__V1__OptionResult *message,
                        const struct ballot_option *option, const struct decided_option *decided)
{
    hyeopchi__participation__v1__option_result__init(message);
    message->option_id = event_say_text(option->id);
    message->score = decided->score;
    message->cost_krw = option->cost_krw;
    message->funded = decided->funded;
    message->granted_krw = decided->funded ? decided->granted_krw : 0;
    message->reason = event_say_text(decided->reason);
    message->programme = event_say_text(option->programme);
    message->computed_funded = decided->computed;
    message->exclusion_reason =
        event_say_text(decided->exclusion != NULL ? decided->exclusion->reason : "");
}

/* What votes weigh by channel, with memory for the messages and the names in them. */
struct weights_message {
    Hyeopchi__Participation__V1__ChannelWeight parts[BALLOT_CHANNEL_PART_MAX];
    Hyeopchi__Participation__V1__ChannelWeight *pointers[BALLOT_CHANNEL_PART_MAX];
    char *names[BALLOT_CHANNEL_PART_MAX][BALLOT_CHANNEL_END];
};

static void fill_weights(Hyeopchi__Participation__V1__TallyCertified *message,
                         struct weights_message *filled, const struct ballot_definition *definition)
{
    const struct ballot_channel_weights *weights = &definition->channel_weights;

    for (size_t i = 0; i < weights->count; i++) {
        Hyeopchi__Participation__V1__ChannelWeight *part = &filled->parts[i];

        hyeopchi__participation__v1__channel_weight__init(part);
        part->weight = (int32_t)weights->parts[i].weight;
        part->channels = filled->names[i];
        for (unsigned channel = 1; channel < BALLOT_CHANNEL_END; channel++) {
            if (weights->parts[i].channels & BALLOT_BIT(channel)) {
                filled->names[i][part->n_channels] =
                    event_say_text(ballot_channel_name((enum ballot_channel)channel));
                part->n_channels++;
            }
        }
        filled->pointers[i] = part;
    }
    message->n_channel_weights = weights->count;
    message->channel_weights = filled->pointers;
    if (definition->jury.present) {
        message->resident_weight = (int32_t)definition->jury.resident_weight;
        message->jury_weight = (int32_t)definition->jury.jury_weight;
    }
}

/* What an option takes beside its exclusion's reason: its two names, the tally's reason code, and tags,
 * lengths and numbers. */
enum {
    CERTIFIED_OPTION_SIZE_MAX =
        BALLOT_OPTION_ID_MAX + BALLOT_PROGRAMME_MAX + DECIDED_REASON_SIZE + 50,
    CERTIFIED_REST_SIZE_MAX = 1024,
};

static_assert((size_t)BALLOT_OPTION_MAX * CERTIFIED_OPTION_SIZE_MAX + BALLOT_EXCLUSION_REASONS_MAX +
                      CERTIFIED_REST_SIZE_MAX <=
                  EVENT_DATA_SIZE_MAX,
              "an event says what was decided on every ballot");

enum err events_say_certified(struct writer_tx *tx, const struct ballot_definition *definition,
                              const struct ballot_row *row,
                              const struct events_certified *certified)
{
    Hyeopchi__Participation__V1__TallyCertified message =
        HYEOPCHI__PARTICIPATION__V1__TALLY_CERTIFIED__INIT;
    const struct decided *decided = certified->decided;
    struct weights_message weights;
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    struct list options = {0};
    enum err err = ERR_FULL;

    crypto_uuid_format(definition->ballot_id, ballot_id);
    if (list_new(&options, definition->option_count,
                 sizeof(Hyeopchi__Participation__V1__OptionResult))) {
        for (size_t i = 0; i < definition->option_count; i++) {
            fill_result(options.pointers[i], &definition->options[i], &decided->options[i]);
            message.selections += decided->options[i].score;
        }
        message.ballot_id = ballot_id;
        message.budget_year = definition->budget_year;
        message.funding_source = (Hyeopchi__Ledger__V1__FundingSource)definition->funding_source;
        message.budget_krw = definition->budget_krw;
        message.funded_krw = decided->funded_krw;
        message.computed_funded_krw = decided->computed_krw;
        message.voters = certified->votes;
        message.voids = certified->voids;
        message.n_options = definition->option_count;
        message.options = (Hyeopchi__Participation__V1__OptionResult **)options.pointers;
        message.certified_time_ms = tx->now_ms;
        fill_weights(&message, &weights, definition);
        message.result_json = row->result_json;
        if (protobuf_c_message_get_packed_size(&message.base) > EVENT_DATA_SIZE_MAX) {
            message.result_json = event_say_text(""); /* Everybody can get it from here. */
        }
        err = say(tx, TYPE_CERTIFIED, ballot_id, &message.base, NULL);
    }
    list_free(&options);
    return err;
}

static enum err hear_reserved(const struct event *event, struct events_heard *ret_heard)
{
    Hyeopchi__Ledger__V1__EnvelopeReserved *message =
        hyeopchi__ledger__v1__envelope_reserved__unpack(NULL, event->data_length, event->data);
    enum err err = ERR_INVALID;

    if (message != NULL) {
        ret_heard->kind = EVENTS_HEARD_RESERVED;
        err = crypto_uuid_parse(message->ballot_id, ret_heard->ballot_id);
    }
    hyeopchi__ledger__v1__envelope_reserved__free_unpacked(message, NULL);
    return err;
}

static enum err hear_refused(const struct event *event, struct events_heard *ret_heard)
{
    Hyeopchi__Ledger__V1__EnvelopeRefused *message =
        hyeopchi__ledger__v1__envelope_refused__unpack(NULL, event->data_length, event->data);
    enum err err = ERR_INVALID;

    if (message != NULL && strlen(message->code) < sizeof ret_heard->code) {
        ret_heard->kind = EVENTS_HEARD_REFUSED;
        ret_heard->shortfall_krw = message->shortfall_krw;
        memcpy(ret_heard->code, message->code, strlen(message->code) + 1);
        err = crypto_uuid_parse(message->ballot_id, ret_heard->ballot_id);
    }
    hyeopchi__ledger__v1__envelope_refused__free_unpacked(message, NULL);
    return err;
}

static enum err hear_block(const struct event *event, struct events_heard *ret_heard)
{
    Hyeopchi__Ledger__V1__BlockSealed *message =
        hyeopchi__ledger__v1__block_sealed__unpack(NULL, event->data_length, event->data);
    struct ledger_block *block = &ret_heard->block;
    enum err err = ERR_INVALID;

    if (message != NULL && message->number > 0 && message->last_seq > 0 &&
        message->root.len == sizeof block->root) {
        ret_heard->kind = EVENTS_HEARD_BLOCK;
        block->number = message->number;
        block->last_seq = message->last_seq;
        memcpy(block->root, message->root.data, sizeof block->root);
        err = ERR_OK;
    }
    hyeopchi__ledger__v1__block_sealed__free_unpacked(message, NULL);
    return err;
}

enum err events_hear(const struct event *event, struct events_heard *ret_heard)
{
    *ret_heard = (struct events_heard){.kind = EVENTS_HEARD_OTHER};
    if (strcmp(event->type, TYPE_RESERVED) == 0) {
        return hear_reserved(event, ret_heard);
    }
    if (strcmp(event->type, TYPE_REFUSED) == 0) {
        return hear_refused(event, ret_heard);
    }
    if (strcmp(event->type, TYPE_BLOCK_SEALED) == 0) {
        return hear_block(event, ret_heard);
    }
    return ERR_OK;
}
