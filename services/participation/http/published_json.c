/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turnout tables, small cells withheld, and the numbers of the imported roll.
 * Nothing here may depend on when it is asked.
 */
#include "participation/http/published_json.h"

#include "participation/domain/turnout.h"
#include "participation/frozen.h"
#include "participation/http/outcome.h"
#include "participation/http/roll_json.h"
#include "participation/store/roll.h"
#include "participation/store/votes.h"

#include <stdlib.h>

static json_t *table_json(const struct ballot_definition *definition, const struct turnout *turnout,
                          enum turnout_dimension dimension)
{
    struct turnout_table table;
    json_t *cells = json_array();

    turnout_publish(turnout, dimension, &table);
    for (size_t i = 0; i < table.count; i++) {
        char name[TURNOUT_NAME_SIZE];

        turnout_cell_name(definition, dimension, i, name);
        (void)json_array_append_new(/* A lack of memory shows as a missing table. */
                                    cells,
                                    json_pack("{s:s, s:o, s:b}", "name", name, "voters",
                                              table.withheld[i] ? json_null()
                                                                : json_integer(table.voters[i]),
                                              "suppressed", (int)table.withheld[i]));
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
        *ret_json = roll_json(&copy->definition, &roll,
                              &(const struct roll_json_about){
                                  .roll_hash = import.roll_hash,
                                  .imported_at_ms = import.imported_at_ms,
                              });
    }
    free(copy);
    return err;
}
