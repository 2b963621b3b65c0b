/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turnout tables, small cells withheld, the numbers of the imported roll, and
 * what operators decided, with its reasons. Nothing here may depend on when it
 * is asked.
 */
#include "participation/http/published_json.h"

#include "participation/decided.h"
#include "participation/domain/turnout.h"
#include "participation/frozen.h"
#include "participation/http/outcome.h"
#include "participation/http/roll_json.h"
#include "participation/store/count_sum.h"
#include "participation/store/extension.h"
#include "participation/store/paper.h"
#include "participation/store/roll.h"
#include "participation/store/void.h"
#include "participation/store/votes.h"
#include "runtime/clock.h"

#include <stdlib.h>

/* NULL without memory: what is published is hashed, and may not have a gap. */
static json_t *table_json(const struct ballot_definition *definition, const struct turnout *turnout,
                          enum turnout_dimension dimension)
{
    struct turnout_table table;
    json_t *cells = json_array();
    bool whole = cells != NULL;

    turnout_publish(turnout, dimension, &table);
    for (size_t i = 0; i < table.count && whole; i++) {
        char name[TURNOUT_NAME_SIZE];

        turnout_cell_name(definition, dimension, i, name);
        whole =
            json_array_append_new(
                cells, json_pack("{s:s, s:o, s:b}", "name", name, "voters",
                                 table.withheld[i] ? json_null() : json_integer(table.voters[i]),
                                 "suppressed", (int)table.withheld[i])) == 0;
    }
    if (!whole) {
        json_decref(cells);
        return NULL;
    }
    return cells;
}

/* Adds to the cells of the areas how many may vote in each. They were the resident register's before
 * they were ours: nothing of them is withheld. */
static enum err add_eligible(struct db *db, const struct roll_import_row *import, json_t *areas)
{
    struct roll roll = {0};
    enum err err = store_roll_bound_read(db, import, &roll);

    if (!err && roll.count != json_array_size(areas)) {
        err = ERR_INTERNAL;
    }
    for (size_t i = 0; !err && i < roll.count; i++) {
        if (json_object_set_new(json_array_get(areas, i), "eligible",
                                json_integer(roll.voters[i])) != 0) {
            err = ERR_FULL;
        }
    }
    return err;
}

static enum err turnout_tables(struct db *db, const struct ballot_row *row, json_t **ret_tables)
{
    struct definition_copy *copy = NULL;
    struct turnout *turnout = malloc(sizeof *turnout);
    json_t *tables = json_object();
    enum err err = turnout == NULL || tables == NULL ? ERR_FULL : ERR_OK;

    if (!err) {
        err = definition_copy_make(row->definition, row->definition_length, &copy);
    }
    if (!err) {
        turnout_init(turnout, &copy->definition);
        turnout_extend(turnout, &copy->definition, row->extended_to_ms);
        turnout->voters = row->voters;
        turnout->revisions = row->revisions;
        err = store_turnout_read(db, row->ballot_id, turnout);
    }
    for (int d = 0; d < TURNOUT_DIMENSION_END && !err; d++) {
        enum turnout_dimension dimension = (enum turnout_dimension)d;

        if (json_object_set_new(tables, turnout_dimension_name(dimension),
                                table_json(&copy->definition, turnout, dimension)) != 0) {
            err = ERR_FULL;
        }
    }
    free(turnout);
    if (err) {
        free(copy);
        json_decref(tables);
        return err;
    }
    *ret_tables = json_pack(
        "{s:s, s:I, s:b, s:I, s:i, s:o}", "state", ballot_state_name(row->state), "voters",
        (json_int_t)row->voters, "rounded", 0, "revisions", (json_int_t)row->revisions, "days",
        (int)turnout_days(&copy->definition, row->extended_to_ms), "tables", tables);
    free(copy);
    return ERR_OK;
}

/* Voters whose vote is void have voted, and stay in every table: nobody can tell which cell to take
 * them from. How many they are stands beside. */
static enum err add_voids(struct db *db, const struct ballot_row *row, json_t *json)
{
    json_t *voids = NULL;
    enum err err = outcome_voids(db, row, &voids);

    if (err) {
        return err;
    }
    return json_object_set_new(json, "voids", voids) == 0 ? ERR_OK : ERR_FULL;
}

static json_t *sheets_json(const struct count_sum *sum)
{
    json_t *kinds = json_array();

    for (int kind = PAPER_KIND_VOTE; kind < PAPER_KIND_END && kinds != NULL; kind++) {
        json_t *one = json_pack("{s:s, s:I}", "kind", paper_kind_name((enum paper_kind)kind),
                                "sheets", (json_int_t)sum->sheets[kind]);

        if (json_array_append_new(kinds, one) != 0) {
            json_decref(kinds);
            kinds = NULL;
        }
    }
    return kinds;
}

/* How paper went; null where none was ever issued. */
static enum err paper_json(struct db *db, const struct ballot_row *row, const struct count_sum *sum,
                           json_t **ret_json)
{
    char reason[BALLOT_REASON_MAX + 1] = "";
    int64_t handed_back = 0;
    int64_t last = 0;
    enum err err = store_paper_handed_back(db, row->ballot_id, &handed_back, &last);

    if (!err) {
        err = store_paper_completed_reason(db, row->ballot_id, reason);
    }
    if (err) {
        return err;
    }
    *ret_json =
        row->paper_issued + handed_back == 0
            ? json_null()
            : json_pack("{s:I, s:I, s:I, s:I, s:I, s:s?, s:o}", "issued",
                        (json_int_t)row->paper_issued, "handed_back", (json_int_t)handed_back,
                        "batches", (json_int_t)row->paper_sealed, "envelopes",
                        (json_int_t)row->paper_envelopes, "not_returned",
                        (json_int_t)(row->paper_issued - row->paper_envelopes), "completed_reason",
                        reason[0] != '\0' ? reason : NULL, "kinds", sheets_json(sum));
    return *ret_json != NULL ? ERR_OK : ERR_FULL;
}

/* What the count was made of: only once it is certified, since it says something of the result. */
static enum err add_sums(struct db *db, const struct ballot_row *row, json_t *json)
{
    struct count_sum sum = {0};
    json_t *paper = NULL;
    json_t *sums;
    enum err err = row->state == BALLOT_STATE_CERTIFIED
                       ? store_count_sum_read(db, row->ballot_id, &sum)
                       : ERR_NOT_FOUND;

    if (err) {
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    }
    err = paper_json(db, row, &sum, &paper);
    if (err) {
        return err;
    }
    sums =
        json_pack("{s:I, s:I, s:I, s:I, s:I}", "voters", (json_int_t)row->voters, "distinct_voters",
                  (json_int_t)sum.distinct_voters, "votes", (json_int_t)sum.votes, "choices",
                  (json_int_t)sum.choices, "selections", (json_int_t)sum.selections);
    if (json_object_set_new(json, "sums", sums) != 0) {
        json_decref(paper);
        return ERR_FULL;
    }
    return json_object_set_new(json, "paper", paper) == 0 ? ERR_OK : ERR_FULL;
}

enum err published_turnout(struct db *db, const struct ballot_row *row, json_t **ret_json)
{
    struct roll_import_row import = {
        .ballot_id = row->ballot_id,
        .import_no = row->roll_import_no,
    };
    const bool has_roll = row->roll_import_no > 0;
    json_t *json = NULL;
    enum err err = has_roll ? store_roll_import_read(db, &import) : ERR_OK;

    if (!err) {
        err = turnout_tables(db, row, &json);
    }
    if (!err && json_object_set_new(json, "eligible",
                                    has_roll ? json_integer(import.voters) : json_null()) != 0) {
        err = ERR_FULL;
    }
    if (!err) {
        err = add_voids(db, row, json);
    }
    if (!err) {
        err = add_sums(db, row, json);
    }
    if (!err && has_roll) {
        err = add_eligible(db, &import, json_object_get(json_object_get(json, "tables"), "area"));
    }
    if (err) {
        json_decref(json);
        return err;
    }
    *ret_json = json;
    return ERR_OK;
}

enum err published_roll(struct db *db, const struct ballot_row *row, json_t **ret_json)
{
    struct roll_import_row import = {
        .ballot_id = row->ballot_id,
        .import_no = row->roll_import_no,
    };
    struct definition_copy *copy = NULL;
    struct roll roll = {0};
    json_t *json = NULL;
    enum err err = definition_copy_make(row->definition, row->definition_length, &copy);

    if (!err) {
        err = store_roll_import_read(db, &import);
    }
    if (!err) {
        err = store_roll_bound_read(db, &import, &roll);
    }
    if (!err && roll.count != roll_area_count(&copy->definition)) {
        err = ERR_INTERNAL;
    }
    if (!err) {
        json = roll_json(&copy->definition, &roll,
                         &(const struct roll_json_about){
                             .roll_hash = import.roll_hash,
                             .imported_at_ms = import.imported_at_ms,
                         });
        err = json != NULL ? ERR_OK : ERR_FULL;
    }
    free(copy);
    if (err) {
        return err;
    }
    *ret_json = json;
    return ERR_OK;
}

enum err published_extensions(struct db *db, const struct ballot_row *row, json_t **ret_json)
{
    struct extension_row rows[BALLOT_EXTENSION_COUNT_MAX];
    json_t *extensions = json_array();
    size_t count = 0;
    enum err err = store_extension_list(db, row->ballot_id, rows, &count);

    for (size_t i = 0; i < count && !err; i++) {
        char closes_at[CLOCK_TEXT_SIZE];
        char extended_at[CLOCK_TEXT_SIZE];
        json_t *one;

        clock_format(rows[i].to_ms, closes_at);
        clock_format(rows[i].extended_at_ms, extended_at);
        one = json_pack("{s:s, s:s, s:s}", "closes_at", closes_at, "reason", rows[i].reason,
                        "extended_at", extended_at);
        err = json_array_append_new(extensions, one) == 0 ? ERR_OK : ERR_FULL;
    }
    if (err) {
        json_decref(extensions);
        return err;
    }
    *ret_json = extensions;
    return ERR_OK;
}

static json_t *void_json(const struct void_row *row)
{
    char nullifier[2 * VOID_NULLIFIER_SIZE];
    char voided_at[CLOCK_TEXT_SIZE];

    crypto_base64url(row->vote.nullifier, VOID_NULLIFIER_SIZE, nullifier, sizeof nullifier);
    clock_format(row->voided_at_ms, voided_at);
    return json_pack("{s:s, s:i, s:s, s:s, s:s}", "nullifier", nullifier, "rev", (int)row->vote.rev,
                     "reason_code", void_reason_name(row->reason_code), "reason", row->reason,
                     "voided_at", voided_at);
}

enum err published_voids(struct db *db, const struct ballot_row *row, json_t **ret_json)
{
    struct void_row *rows = calloc(VOID_COUNT_MAX, sizeof *rows);
    json_t *list = json_array();
    size_t count = 0;
    enum err err = rows == NULL || list == NULL ? ERR_FULL : ERR_OK;

    if (!err && row->voids > 0) {
        err = store_void_list(db, row->ballot_id, 0, VOID_COUNT_MAX, rows, &count);
    }
    for (size_t i = 0; i < count && !err; i++) {
        err = json_array_append_new(list, void_json(&rows[i])) == 0 ? ERR_OK : ERR_FULL;
    }
    free(rows);
    if (err) {
        json_decref(list);
        return err;
    }
    *ret_json = list;
    return ERR_OK;
}

enum err published_decided(struct db *db, const struct ballot_row *row, json_t **ret_json)
{
    struct definition_copy *copy = NULL;
    struct decided *decided = NULL;
    json_t *json = NULL;
    json_t *voids = NULL;
    enum err err = definition_copy_make(row->definition, row->definition_length, &copy);

    if (!err) {
        err = decided_read(db, row, &copy->definition, &decided);
    }
    if (!err) {
        err = published_voids(db, row, &voids);
    }
    if (!err) {
        json = json_pack("{s:o}", "voids", voids);
        err = json_object_update_new(json, decided_json(decided, &copy->definition)) == 0
                  ? ERR_OK
                  : ERR_FULL;
    }
    decided_free(decided);
    free(copy);
    if (err) {
        json_decref(json);
        return err;
    }
    *ret_json = json;
    return ERR_OK;
}
