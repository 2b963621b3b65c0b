/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the box, putting the votes in the order of their commitments, and
 * holding them against the result: a file that says something else than what
 * was certified is not given out. What is selected is what was decided.
 */
#include "participation/export.h"

#include "participation/box.h"
#include "participation/commitment.h"
#include "participation/decided.h"
#include "participation/domain/ballot_names.h"
#include "participation/domain/ballot_pb.h"
#include "participation/domain/jury.h"
#include "participation/store/roll.h"
#include "participation/store/void.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A final vote: where its choices stand in the text of all of them, and its points behind them. */
struct choice {
    uint8_t commitment[CRYPTO_HASH_SIZE];
    uint32_t at;
    uint32_t length;
    uint32_t points_length;
    enum ballot_channel channel;
};

static_assert(EXPORT_LENGTH_MAX <= UINT32_MAX, "a place in the text fits");

/* One allocation: it is large. */
struct export
{
    const struct ballot_row *row;
    const struct ballot_definition *definition;
    struct choice *choices; /* room for row->voters of them */
    int64_t choice_count;
    struct text lists;
    int64_t votes[BALLOT_OPTION_MAX];
    int64_t scores[BALLOT_OPTION_MAX];
    bool funded[BALLOT_OPTION_MAX];
    int64_t electorate;
    struct box_sums sums;
    struct jury_scores jury;
};

/* What one choice adds to its option's score, by the method of the ballot (VOTING 1 and 4). */
static int64_t score_of(const struct vote_body *body, const struct vote_choice *choice)
{
    switch (body->method) {
    case VOTE_BODY_METHOD_POINTS:
        return choice->value;
    case VOTE_BODY_METHOD_RANK:
        return (int64_t)body->count + 1 - choice->value; /* Borda: k for the first of k */
    case VOTE_BODY_METHOD_APPROVE:
    case VOTE_BODY_METHOD_KNAPSACK:
    case VOTE_BODY_METHOD_MISSING:
    case VOTE_BODY_METHOD_END:
        break;
    }
    return 1;
}

/* A box_vote_fn. */
static enum err take_vote(void *context, const struct box_vote *vote)
{
    struct export *export = context;
    struct choice *choice = &export->choices[export->choice_count];
    const struct leaf_commit commit = {
        .ballot_id = export->row->ballot_id,
        .def_hash = export->row->definition_hash,
        .blinding = vote->blinding,
        .body = vote->choice,
        .body_length = vote->choice_length,
    };
    size_t at = text_length(&export->lists);

    if (export->choice_count == export->row->voters) {
        return ERR_INTERNAL; /* more votes than voters */
    }
    if (ballot_pb_add_choices(&export->lists, export->definition, &vote->body) ||
        commitment_make(&commit, choice->commitment)) {
        return ERR_INTERNAL;
    }
    for (size_t i = 0; i < vote->body.count; i++) {
        const struct vote_choice *named = &vote->body.choices[i];

        export->votes[named->option - 1]++;
        export->scores[named->option - 1] += score_of(&vote->body, named);
    }
    choice->at = (uint32_t)at;
    choice->length = (uint32_t)(text_length(&export->lists) - at);
    choice->channel = vote->channel;
    if (ballot_has_points(export->definition)) {
        ballot_pb_add_points(&export->lists, &vote->body);
        choice->points_length = (uint32_t)(text_length(&export->lists) - at - choice->length);
    }
    export->choice_count++;
    return text_err(&export->lists);
}

static enum err read_votes(struct db *db, struct export *export)
{
    int64_t voids = 0;
    enum err err = box_read(db, export->row->ballot_id, take_vote, export, &export->sums);

    if (!err) {
        err = store_void_count_final(db, export->row->ballot_id, &voids);
    }
    if (err == ERR_INVALID ||
        (!err && export->choice_count != ballot_row_votes(export->row, voids))) {
        err = ERR_INTERNAL;
    }
    for (size_t i = 0; i < export->definition->option_count; i++) {
        /* Who does not name an option has given it the default score. */
        export->scores[i] +=
            export->definition->default_score.points * (export->choice_count - export->votes[i]);
    }
    return err;
}

/* What was decided on each option; the score of the result must be that of the votes read. */
static enum err read_decided(struct db *db, struct export *export)
{
    struct decided *decided = NULL;
    enum err err = export->row->result_json == NULL
                       ? ERR_INTERNAL
                       : decided_read(db, export->row, export->definition, &decided);

    for (size_t i = 0; !err && i < export->definition->option_count; i++) {
        export->funded[i] = decided->options[i].funded;
        err = decided->options[i].score == export->scores[i] ? ERR_OK : ERR_INTERNAL;
    }
    decided_free(decided);
    return err;
}

/* What the terms were counted with beside the votes. */
static enum err read_terms(struct db *db, struct export *export)
{
    struct roll_import_row import = {
        .ballot_id = export->row->ballot_id,
        .import_no = export->row->roll_import_no,
    };
    enum err err = ERR_OK;

    if (export->definition->quorum_share.present) {
        err = store_roll_import_read(db, &import);
        export->electorate = import.voters;
    }
    if (!err && export->definition->jury.present) {
        err = jury_scores_decode(export->definition, export->row->jury, export->row->jury_length,
                                 &export->jury);
    }
    return err == ERR_INVALID ? ERR_INTERNAL : err;
}

static int compare_choices(const void *left, const void *right)
{
    const struct choice *a = left;
    const struct choice *b = right;

    return memcmp(a->commitment, b->commitment, sizeof a->commitment);
}

static void write_file(struct export *export, struct text *text)
{
    const struct ballot_pb_count count = {
        .voters = export->choice_count,
        .votes = export->votes,
        .scores = export->scores,
        .funded = export->funded,
        .lot_seed = export->row->lot_seed,
        .electorate = export->electorate,
        .invalid = paper_invalid(export->sums.sheets),
        .jury = export->jury.scores,
    };
    const char *lists = text_bytes(&export->lists);

    qsort(export->choices, (size_t) export->choice_count, sizeof *export->choices, compare_choices);
    ballot_pb_add_head(text, export->definition, &count);
    for (int64_t i = 0; i < export->choice_count; i++) {
        const struct choice *choice = &export->choices[i];
        const char *points = lists + choice->at + choice->length;
        const struct ballot_pb_vote vote = {
            .choices = lists + choice->at,
            .choices_length = choice->length,
            .points = ballot_has_points(export->definition) ? points : NULL,
            .points_length = choice->points_length,
            .channel = export->definition->channel_weights.count > 0
                           ? ballot_channel_name(choice->channel)
                           : NULL,
        };

        ballot_pb_add_vote(text, i + 1, &vote);
    }
}

enum err export_write(struct db *db, const struct ballot_row *row,
                      const struct ballot_definition *definition, struct text *text)
{
    struct export *export = NULL;
    enum err err = ERR_OK;

    assert(row->state == BALLOT_STATE_CERTIFIED);
    assert(row->voters >= 0);

    export = calloc(1, sizeof *export);
    if (export == NULL) {
        return ERR_FULL;
    }
    export->row = row;
    export->definition = definition;
    text_init(&export->lists, EXPORT_LENGTH_MAX);
    export->choices = calloc((size_t)row->voters + 1, sizeof *export->choices);
    err = export->choices != NULL ? read_votes(db, export) : ERR_FULL;
    if (!err) {
        err = read_decided(db, export);
    }
    if (!err) {
        err = read_terms(db, export);
    }
    if (!err) {
        write_file(export, text);
        err = text_err(text);
    }
    text_release(&export->lists);
    free(export->choices);
    free(export);
    return err;
}
