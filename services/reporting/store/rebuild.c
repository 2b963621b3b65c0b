/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements of store/rebuild.h. Both models are summed up by the same
 * statement, which names its tables without their schema.
 */
#include "reporting/store/rebuild.h"

#include "reporting/store/model.h"

#include <assert.h>
#include <string.h>

enum { SUM_SIZE = 33 }; /* an MD5 in hexadecimal, and its NUL */

static const char CLEAR_CHECK[] =
    "TRUNCATE"
    " reporting_check.ballot,"
    " reporting_check.ballot_extension,"
    " reporting_check.ballot_option,"
    " reporting_check.turnout,"
    " reporting_check.closing,"
    " reporting_check.turnout_cell,"
    " reporting_check.tally,"
    " reporting_check.option_result,"
    " reporting_check.envelope,"
    " reporting_check.budget_line,"
    " reporting_check.ballot_line,"
    " reporting_check.ledger_block";

enum err store_check_clear(struct db *db)
{
    return db_exec(db, CLEAR_CHECK, NULL, 0);
}

static const char READ_OFFSET[] =
    "SELECT next_seq, chain FROM event.consumer_offset WHERE consumer = $1 AND stream = $2";

enum err store_offset_read(struct db *db, const char *consumer, const char *stream,
                           struct store_offset *ret_offset)
{
    const struct db_param params[] = {db_text(consumer), db_text(stream)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, READ_OFFSET, params, DB_COUNT(params), &rows);

    if (err) {
        return err;
    }
    *ret_offset = (struct store_offset){.next_seq = 1};
    if (db_rows_count(rows) > 0) {
        ret_offset->next_seq = db_rows_int64(rows, 0, 0);
        err = db_rows_fixed(rows, 0, 1, ret_offset->chain, sizeof ret_offset->chain);
    }
    db_rows_release(rows);
    return err;
}

/* The sum of a table's rows does not depend on their order, since their sums are sorted. */
static const char SUM_TABLES[] =
    "SELECT 'ballot' AS name, count(*),"
    " md5(coalesce(string_agg(md5(ballot::text), '' ORDER BY md5(ballot::text)), ''))"
    " FROM ballot"
    " UNION ALL SELECT 'ballot_extension', count(*),"
    " md5(coalesce("
    "string_agg(md5(ballot_extension::text), '' ORDER BY md5(ballot_extension::text)), ''))"
    " FROM ballot_extension"
    " UNION ALL SELECT 'ledger_block', count(*),"
    " md5(coalesce(string_agg(md5(ledger_block::text), '' ORDER BY md5(ledger_block::text)), ''))"
    " FROM ledger_block"
    " UNION ALL SELECT 'ballot_option', count(*),"
    " md5(coalesce(string_agg(md5(ballot_option::text), '' ORDER BY md5(ballot_option::text)), ''))"
    " FROM ballot_option"
    " UNION ALL SELECT 'turnout', count(*),"
    " md5(coalesce(string_agg(md5(turnout::text), '' ORDER BY md5(turnout::text)), ''))"
    " FROM turnout"
    " UNION ALL SELECT 'closing', count(*),"
    " md5(coalesce(string_agg(md5(closing::text), '' ORDER BY md5(closing::text)), ''))"
    " FROM closing"
    " UNION ALL SELECT 'turnout_cell', count(*),"
    " md5(coalesce(string_agg(md5(turnout_cell::text), '' ORDER BY md5(turnout_cell::text)), ''))"
    " FROM turnout_cell"
    " UNION ALL SELECT 'tally', count(*),"
    " md5(coalesce(string_agg(md5(tally::text), '' ORDER BY md5(tally::text)), ''))"
    " FROM tally"
    " UNION ALL SELECT 'option_result', count(*),"
    " md5(coalesce(string_agg(md5(option_result::text), '' ORDER BY md5(option_result::text)), ''))"
    " FROM option_result"
    " UNION ALL SELECT 'envelope', count(*),"
    " md5(coalesce(string_agg(md5(envelope::text), '' ORDER BY md5(envelope::text)), ''))"
    " FROM envelope"
    " UNION ALL SELECT 'budget_line', count(*),"
    " md5(coalesce(string_agg(md5(budget_line::text), '' ORDER BY md5(budget_line::text)), ''))"
    " FROM budget_line"
    " UNION ALL SELECT 'ballot_line', count(*),"
    " md5(coalesce(string_agg(md5(ballot_line::text), '' ORDER BY md5(ballot_line::text)), ''))"
    " FROM ballot_line"
    " ORDER BY name";

/* One table of one model. */
struct table_sum {
    char name[STORE_TABLE_NAME_SIZE];
    int64_t rows;
    char sum[SUM_SIZE];
};

static enum err sum_tables(struct db *db, const char *schema,
                           struct table_sum ret_sums[STORE_TABLE_COUNT])
{
    struct db_rows *rows = NULL;
    enum err err = store_schema_use(db, schema);

    if (!err) {
        err = db_query(db, SUM_TABLES, NULL, 0, &rows);
    }
    if (err) {
        return err;
    }
    assert(db_rows_count(rows) == STORE_TABLE_COUNT);
    for (int64_t i = 0; i < STORE_TABLE_COUNT; i++) {
        const char *name = db_rows_text(rows, i, 0);
        const char *sum = db_rows_text(rows, i, 2);

        assert(strlen(name) < sizeof ret_sums[i].name);
        assert(strlen(sum) < sizeof ret_sums[i].sum);
        memcpy(ret_sums[i].name, name, strlen(name) + 1);
        memcpy(ret_sums[i].sum, sum, strlen(sum) + 1);
        ret_sums[i].rows = db_rows_int64(rows, i, 1);
    }
    db_rows_release(rows);
    return ERR_OK;
}

enum err store_check_compare(struct db *db, struct store_comparison *ret_comparison)
{
    struct table_sum shown[STORE_TABLE_COUNT];
    struct table_sum rebuilt[STORE_TABLE_COUNT];
    enum err err = sum_tables(db, STORE_SCHEMA_LIVE, shown);

    if (!err) {
        err = sum_tables(db, STORE_SCHEMA_CHECK, rebuilt);
    }
    if (err) {
        return err;
    }
    ret_comparison->table_count = STORE_TABLE_COUNT;
    for (size_t i = 0; i < STORE_TABLE_COUNT; i++) {
        struct store_table_comparison *table = &ret_comparison->tables[i];

        assert(strcmp(shown[i].name, rebuilt[i].name) == 0);
        memcpy(table->name, shown[i].name, sizeof table->name);
        table->rows = shown[i].rows;
        table->rows_rebuilt = rebuilt[i].rows;
        table->equal =
            shown[i].rows == rebuilt[i].rows && strcmp(shown[i].sum, rebuilt[i].sum) == 0;
    }
    return ERR_OK;
}
