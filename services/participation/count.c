/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting: the final votes of the box, by the domain's tally, which the command
 * and the verifier use too. It must never see the roll, nor a ballot's key.
 */
#include "participation/count.h"

#include "participation/box.h"
#include "participation/decide.h"
#include "participation/domain/ballot_tally.h"
#include "participation/domain/election.h"
#include "participation/domain/jury.h"
#include "participation/domain/tally.h"
#include "participation/domain/tally_json.h"
#include "participation/domain/tally_lot.h"
#include "participation/frozen.h"
#include "participation/store/paper.h"
#include "participation/store/roll.h"
#include "participation/store/void.h"
#include "participation/store/votes.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define TAG_RESULT "result"

struct counter {
    struct counter_options options;
    struct reader *reader; /* of one thread */
    uv_timer_t timer;
    struct reader_job read;
    struct decide_count write;
    uint8_t after[BALLOT_ID_SIZE]; /* zeros, or the ballot that could not be counted last */
    bool found;                    /* the reader came upon a ballot */
    bool waits; /* for the seed of its lot, or its jury: nothing is wrong with it */
    bool busy;
    bool again;                    /* woken while busy */
    uint8_t noted[BALLOT_ID_SIZE]; /* the reader's: the last ballot said to wait for paper */
    atomic_bool closing;           /* the reader looks at it with every vote */
    bool timer_closed;
};

static enum err add_options(struct election *election, const struct ballot_definition *definition)
{
    enum err err = election_set_budget(election, (struct decimal){.units = definition->budget_krw});

    for (size_t i = 0; i < definition->option_count && !err; i++) {
        const struct ballot_option *option = &definition->options[i];
        const struct election_entry entry = {
            .id = option->id,
            .name = option->name,
            .category = option->field,
            .area = option->area,
            .cost = {.units = option->cost_krw},
            .selected = ELECTION_SELECTED_UNKNOWN,
        };
        uint32_t number = 0;

        err = election_add_option(election, &entry, &number);
    }
    return err;
}

/* What votes are added to. */
struct adding {
    const atomic_bool *closing;
    const struct ballot_definition *definition;
    struct election *election;
    int64_t choices; /* of all votes so far */
};

/* A box_vote_fn. */
static enum err add_vote(void *context, const struct box_vote *vote)
{
    struct adding *adding = context;
    struct election_choice choices[VOTE_CHOICE_MAX];
    uint32_t ranked[VOTE_CHOICE_MAX];
    const bool rank = vote->body.method == VOTE_BODY_METHOD_RANK;

    if (atomic_load(adding->closing)) {
        return ERR_UNAVAILABLE; /* Whoever leads next counts anew. */
    }
    if (rank && vote_body_ranked(&vote->body, ranked) != ERR_OK) {
        return ERR_INTERNAL;
    }
    for (size_t i = 0; i < vote->body.count; i++) {
        const struct vote_choice *choice = &vote->body.choices[i];

        /* The ballot numbers its options from 1, the election from 0. */
        choices[i] = (struct election_choice){
            .option = (rank ? ranked[i] : choice->option) - 1,
            .points = {.units = choice->value},
        };
    }
    adding->choices += (int64_t)vote->body.count;
    if (adding->definition->channel_weights.count == 0) {
        return election_add_vote(adding->election, choices, vote->body.count);
    }
    return election_add_vote_of(adding->election,
                                (uint32_t)ballot_channel_part(adding->definition, vote->channel),
                                choices, vote->body.count);
}

/* What was read, added up in ways that do not know of one another. */
static enum err add_up(struct db *db, const struct adding *adding, const struct ballot_row *row,
                       const struct box_sums *box, struct count_sum *ret)
{
    struct count_sum sum = {
        .votes = (int64_t)election_vote_count(adding->election),
        .choices = adding->choices,
    };
    int64_t handed_back = 0;
    int64_t last = 0;
    enum err err = store_paper_handed_back(db, row->ballot_id, &handed_back, &last);

    if (err) {
        return err;
    }
    sum.distinct_voters = box->nullifiers - last;
    memcpy(sum.sheets, box->sheets, sizeof sum.sheets);
    for (uint32_t i = 0; i < election_option_count(adding->election); i++) {
        sum.selections += election_option(adding->election, i)->votes;
    }
    *ret = sum;
    return ERR_OK;
}

/* Whether roll and box say the same; else it is said what they say. */
static enum err compare_sums(const struct ballot_row *row, int64_t voids,
                             const struct count_sum *sum)
{
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];

    if (sum->votes == ballot_row_votes(row, voids) && sum->distinct_voters == row->voters &&
        sum->choices == sum->selections) {
        return ERR_OK;
    }
    crypto_uuid_format(row->ballot_id, ballot_id);
    log_error("count_contradicts_roll", log_str("ballot_id", ballot_id),
              log_int("voters", row->voters), log_int("distinct_voters", sum->distinct_voters),
              log_int("voids", voids), log_int("papers", row->paper_issued),
              log_int("sheets", row->paper_counted), log_int("final_votes", sum->votes),
              log_int("choices", sum->choices), log_int("selections", sum->selections),
              log_str("action", "not counted: compare the backups"));
    return ERR_INTERNAL;
}

static enum err write_result(const struct election *election, const struct tally_method *method,
                             char **ret_json)
{
    struct tally_result result = {0};
    struct text text;
    enum err err = tally_run(election, method, &result);

    if (err) {
        return err;
    }
    text_init(&text, TALLY_JSON_LENGTH_MAX);
    tally_json_write(election, &result, &text);
    err = text_err(&text);
    if (!err) {
        *ret_json = strdup(text_bytes(&text));
        err = *ret_json == NULL ? ERR_FULL : ERR_OK;
    }
    text_release(&text);
    tally_result_release(&result);
    return err;
}

/* The order that a drawn or lot tie rule counts with; NULL for any other. */
static enum err make_order(const struct election *election,
                           const struct ballot_definition *definition, const char *seed,
                           uint32_t **ret_order)
{
    uint32_t *order;
    enum err err = ERR_OK;

    *ret_order = NULL;
    if (definition->tie != BALLOT_TIE_DRAWN && definition->tie != BALLOT_TIE_LOT) {
        return ERR_OK;
    }
    order = calloc(definition->option_count + 1, sizeof *order);
    if (order == NULL) {
        return ERR_FULL;
    }
    if (definition->tie == BALLOT_TIE_DRAWN) {
        ballot_tally_drawn(definition, order);
    } else {
        err = tally_lot_places(election, seed, crypto_tagged_hash, order);
    }
    if (err) {
        free(order);
        return err;
    }
    *ret_order = order;
    return ERR_OK;
}

/* What the definition's terms take from elsewhere: the roll's number of voters and the jury's scores. */
struct count_terms {
    struct ballot_tally_store limits;
    struct jury_scores scores;
    struct tally_parts parts;
};

static enum err add_terms(struct db *db, const struct ballot_definition *definition,
                          const struct ballot_row *row, struct count_terms *terms,
                          struct tally_method *method)
{
    struct roll_import_row import = {
        .ballot_id = row->ballot_id,
        .import_no = row->roll_import_no,
    };
    enum err err = ERR_OK;

    method->limits = ballot_tally_limits(definition, &terms->limits);
    if (definition->quorum_share.present) {
        err = row->roll_import_no > 0 ? store_roll_import_read(db, &import) : ERR_INTERNAL;
        method->quorum_share.electorate = import.voters;
    }
    if (!err && definition->jury.present) {
        err = jury_scores_decode(definition, row->jury, row->jury_length, &terms->scores);
    }
    method->parts = ballot_tally_parts(
        &(const struct ballot_weighed){
            .jury = &definition->jury,
            .channels = &definition->channel_weights,
            .scores = definition->jury.present ? terms->scores.scores : NULL,
        },
        &terms->parts);
    return err == ERR_INVALID ? ERR_INTERNAL : err; /* They were sound when they were published. */
}

static enum err count_ballot(struct db *db, const struct ballot_definition *definition,
                             const struct ballot_row *row, const atomic_bool *closing,
                             struct decide_count *ret_count)
{
    struct tally_method method = ballot_tally_method(definition);
    struct count_terms *terms = calloc(1, sizeof *terms);
    struct election *election = NULL;
    struct adding adding = {.closing = closing, .definition = definition};
    struct box_sums sums = {0};
    uint32_t *order = NULL;
    int64_t voids = 0;
    enum err err = terms == NULL ? ERR_FULL
                                 : election_new(ballot_tally_vote_type(definition),
                                                tally_rule_needs_votes(method.rule), &election);

    if (!err) {
        err = add_options(election, definition);
    }
    if (!err && definition->channel_weights.count > 0) {
        err = election_set_groups(election, (uint32_t)definition->channel_weights.count);
    }
    if (!err && definition->default_score.present) {
        err = election_set_default_score(
            election, (struct decimal){.units = definition->default_score.points});
    }
    if (!err) {
        adding.election = election;
        err = box_read(db, row->ballot_id, add_vote, &adding, &sums);
    }
    if (!err) {
        err = store_void_count_final(db, row->ballot_id, &voids);
    }
    if (!err) {
        err = add_up(db, &adding, row, &sums, &ret_count->sum);
    }
    if (!err) {
        err = compare_sums(row, voids, &ret_count->sum);
    }
    if (!err) {
        err = make_order(election, definition, row->lot_seed, &order);
    }
    if (!err) {
        method.order = order;
        method.seed = row->lot_seed;
        method.invalid = paper_invalid(sums.sheets);
        err = add_terms(db, definition, row, terms, &method);
    }
    if (!err) {
        err = write_result(election, &method, &ret_count->result_json);
    }
    free(order);
    free(terms);
    election_free(election);
    return err;
}

/* Names what a closed ballot waits for. */
static void note_paper(struct db *db, struct counter *counter, const struct ballot_row *row)
{
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    int32_t batch_no = 0;

    if (memcmp(counter->noted, row->ballot_id, sizeof counter->noted) == 0) {
        return; /* It has been said, and is asked again every few seconds. */
    }
    memcpy(counter->noted, row->ballot_id, sizeof counter->noted);
    crypto_uuid_format(row->ballot_id, ballot_id);
    /* Without the batch the rest is said all the same. */
    if (row->paper_sealed < row->paper_batches &&
        store_paper_find_unsealed(db, row->ballot_id, &batch_no) != ERR_OK) {
        batch_no = 0;
    }
    log_info("count_awaits_paper", log_str("ballot_id", ballot_id),
             log_int("unsealed_batch", batch_no),
             log_int("missing_envelopes", row->paper_issued - row->paper_envelopes),
             log_str("action", "hyeopchi paper show"));
}

/* On the reader's thread: finds a ballot and counts it. ERR_NOT_FOUND when there is none. */
static enum err count_work(struct db *db, struct reader_job *job)
{
    struct counter *counter = (struct counter *)((char *)job - offsetof(struct counter, read));
    struct ballot_row row = {0};
    struct definition_copy *copy = NULL;
    enum err err;

    counter->found = false;
    counter->waits = false;
    if (db == NULL) {
        return ERR_UNAVAILABLE;
    }
    err = store_ballot_find_uncounted(db, counter->after, counter->write.ballot_id);
    counter->found = !err;
    if (!err) {
        err = store_ballot_read(db, counter->write.ballot_id, &row);
    }
    if (!err) {
        err = definition_copy_make(row.definition, row.definition_length, &copy);
    }
    if (!err && (ballot_row_awaits_lot(&row, &copy->definition) ||
                 ballot_row_awaits_jury(&row, &copy->definition))) {
        counter->waits = true;
        err = ERR_CONFLICT;
    }
    if (!err && ballot_row_awaits_paper(&row)) {
        counter->waits = true;
        err = ERR_CONFLICT;
        note_paper(db, counter, &row);
    }
    if (!err) {
        counter->write.voids = row.voids;
        err = count_ballot(db, &copy->definition, &row, &counter->closing, &counter->write);
    }
    if (!err) {
        crypto_tagged_hash(TAG_RESULT, counter->write.result_json,
                           strlen(counter->write.result_json), counter->write.result_hash);
    }
    free(copy);
    ballot_row_release(&row);
    return err;
}

static void look(struct counter *counter);

static void maybe_free(struct counter *counter)
{
    if (counter->timer_closed && !counter->busy) {
        free(counter->write.result_json);
        free(counter);
    }
}

static void finished(struct counter *counter)
{
    free(counter->write.result_json);
    counter->write.result_json = NULL;
    counter->busy = false;
    if (counter->closing) {
        maybe_free(counter);
    } else if (counter->again) {
        look(counter);
    }
}

/* Goes on with the ballots behind this one, also where the database only was too slow for it. */
static void note_uncountable(struct counter *counter, enum err err)
{
    char ballot_id[CRYPTO_UUID_TEXT_SIZE] = "";

    if (counter->found) {
        crypto_uuid_format(counter->write.ballot_id, ballot_id);
        memcpy(counter->after, counter->write.ballot_id, sizeof counter->after);
        counter->again = true;
    }
    log_write(err == ERR_UNAVAILABLE ? LOG_WARN : LOG_ERROR, "ballot_not_counted",
              (const struct log_field[]){
                  log_str("ballot_id", ballot_id),
                  log_str("error", err_name(err)),
                  log_str("action", "retrying"),
                  log_end(),
              });
}

static void write_done(struct writer_job *job)
{
    struct counter *counter = (struct counter *)((char *)job - offsetof(struct counter, write));
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];

    if (job->err) {
        note_uncountable(counter, job->err);
    } else {
        crypto_uuid_format(counter->write.ballot_id, ballot_id);
        log_info("ballot_counted", log_str("ballot_id", ballot_id));
        counter->again = true; /* There may be another one. */
    }
    finished(counter);
}

static const struct writer_job_type COUNT_JOB_TYPE = {
    .name = "count",
    .run_max = 1,
    .work = decide_count_work,
    .done = write_done,
};

static void count_done(struct reader_job *job)
{
    struct counter *counter = (struct counter *)((char *)job - offsetof(struct counter, read));

    if (!job->err && !atomic_load(&counter->closing)) {
        counter->write.job.type = &COUNT_JOB_TYPE;
        if (writer_submit(counter->options.writer, &counter->write.job) == ERR_OK) {
            return;
        }
    }
    if (counter->waits) {
        memcpy(counter->after, counter->write.ballot_id, sizeof counter->after);
        counter->again = true;
    } else if (job->err == ERR_NOT_FOUND) {
        memset(counter->after, 0, sizeof counter->after); /* All were seen: start over later. */
    } else if (job->err && (counter->found || job->err != ERR_UNAVAILABLE)) {
        note_uncountable(counter, job->err);
    }
    finished(counter);
}

static void look(struct counter *counter)
{
    if (counter->busy) {
        counter->again = true;
        return;
    }
    counter->again = false;
    counter->read.work = count_work;
    counter->read.done = count_done;
    counter->busy = reader_submit(counter->reader, &counter->read) == ERR_OK;
}

static void on_timer(uv_timer_t *timer)
{
    look(timer->data);
}

enum err counter_open(const struct counter_options *options, struct counter **ret_counter)
{
    const struct reader_options reader = {.db = options->db, .thread_count = 1};
    struct counter *counter = calloc(1, sizeof *counter);
    enum err err;

    if (counter == NULL) {
        return ERR_FULL;
    }
    counter->options = *options;
    err = reader_open(options->loop, &reader, &counter->reader);
    if (err) {
        free(counter);
        return err;
    }
    (void)uv_timer_init(&options->loop->uv, &counter->timer); /* Neither can fail. */
    counter->timer.data = counter;
    (void)uv_timer_start(&counter->timer, on_timer, COUNT_INTERVAL_MS, COUNT_INTERVAL_MS);
    *ret_counter = counter;
    return ERR_OK;
}

void counter_wake(struct counter *counter)
{
    look(counter);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct counter *counter = handle->data;

    counter->timer_closed = true;
    maybe_free(counter);
}

void counter_close(struct counter *counter)
{
    if (counter == NULL) {
        return;
    }
    atomic_store(&counter->closing, true);
    reader_close(counter->reader);
    counter->reader = NULL;
    uv_close((uv_handle_t *)&counter->timer, on_timer_closed);
}

void counter_stop(void *counter)
{
    struct counter **slot = counter;

    counter_close(*slot);
    *slot = NULL;
}
