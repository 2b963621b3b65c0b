/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/db against a real server: runtime_db_driver CONNINFO. The database is
 * empty and the role owns it. Must never depend on what another test left.
 */
#include "runtime/db.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

enum { ROW_COUNT = 5000, MEGABYTE = 1024 * 1024 };

static const char *conninfo;

static struct db *connect_as(const char *name, int64_t statement_timeout_ms, bool read_only)
{
    const struct db_options options = {
        .conninfo = conninfo,
        .password = "",
        .application_name = name,
        .statement_timeout_ms = statement_timeout_ms,
        .read_only = read_only,
    };
    struct db *db = NULL;

    assert_int_equal(db_open(&options, &db), ERR_OK);
    assert_non_null(db);
    return db;
}

static int set_up(void **state)
{
    struct db *db = connect_as("db driver", 5000, false);

    assert_int_equal(db_script(db,
                               "DROP TABLE IF EXISTS item; DROP TABLE IF EXISTS parent CASCADE;"
                               "CREATE TABLE item (id bigint PRIMARY KEY, note text,"
                               " CONSTRAINT item_id_check CHECK (id >= 0))"),
                     ERR_OK);
    *state = db;
    return 0;
}

static int tear_down(void **state)
{
    db_close(*state);
    return 0;
}

static int64_t count_items(struct db *db)
{
    struct db_rows *rows;
    int64_t count;

    assert_int_equal(db_query(db, "SELECT COUNT(id) FROM item", NULL, 0, &rows), ERR_OK);
    count = db_rows_int64(rows, 0, 0);
    db_rows_release(rows);
    return count;
}

static const char INSERT_ITEM[] = "INSERT INTO item (id) VALUES ($1)";

static enum err insert_item(struct db *db, int64_t id)
{
    const struct db_param params[] = {db_int64(id)};

    return db_exec(db, INSERT_ITEM, params, DB_COUNT(params));
}

static void every_type_comes_back_as_it_was_sent(void **state)
{
    static const uint8_t uuid[16] = {0x01, 0x8f, 0xff, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    static const uint8_t bytes[] = {0, 1, 0xff, 0};
    static const char sql[] = "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12";
    const struct db_param params[] = {
        db_text("참여 ballot"), db_text(NULL),       db_text(""),         db_bytes(bytes, 4),
        db_bytes(NULL, 0),      db_int16(INT16_MIN), db_int32(INT32_MIN), db_int64(INT64_MIN),
        db_bool(true),          db_uuid(uuid),       db_null_int64(),     db_null_bytes(),
    };
    uint8_t fixed[16];
    struct db_rows *rows;
    size_t length;

    for (int i = 0; i < 2; i++) { /* The second time it is prepared already. */
        assert_int_equal(db_query(*state, sql, params, DB_COUNT(params), &rows), ERR_OK);
        assert_int_equal(db_rows_count(rows), 1);
        assert_string_equal(db_rows_text(rows, 0, 0), "참여 ballot");
        assert_true(db_rows_is_null(rows, 0, 1));
        assert_string_equal(db_rows_text(rows, 0, 2), "");
        assert_memory_equal(db_rows_bytes(rows, 0, 3, &length), bytes, 4);
        assert_int_equal(length, 4);
        assert_non_null(db_rows_bytes(rows, 0, 4, &length));
        assert_int_equal(length, 0);
        assert_true(db_rows_int64(rows, 0, 5) == INT16_MIN);
        assert_true(db_rows_int64(rows, 0, 6) == INT32_MIN);
        assert_true(db_rows_int64(rows, 0, 7) == INT64_MIN);
        assert_true(db_rows_bool(rows, 0, 8));
        assert_memory_equal(db_rows_bytes(rows, 0, 9, &length), uuid, 16);
        assert_int_equal(db_rows_fixed(rows, 0, 9, fixed, sizeof fixed), ERR_OK);
        assert_memory_equal(fixed, uuid, sizeof uuid);
        assert_int_equal(db_rows_fixed(rows, 0, 9, fixed, sizeof fixed - 1), ERR_INTERNAL);
        assert_int_equal(db_rows_fixed(rows, 0, 3, fixed, sizeof fixed), ERR_INTERNAL);
        assert_int_equal(db_rows_fixed(rows, 0, 3, fixed, sizeof bytes), ERR_OK);
        assert_memory_equal(fixed, bytes, sizeof bytes);
        assert_true(db_rows_is_null(rows, 0, 10));
        assert_true(db_rows_is_null(rows, 0, 11));
        db_rows_release(rows);
    }
}

static void columns_unnest_to_the_rows_they_were_built_from(void **state)
{
    static const char sql[] =
        "SELECT t, b, s, i, l, o, u FROM unnest($1::text[], $2::bytea[], $3::smallint[],"
        " $4::integer[], $5::bigint[], $6::boolean[], $7::uuid[]) AS x (t, b, s, i, l, o, u)";
    static const uint8_t uuid[16] = {7};
    struct db_column columns[7];
    struct db_param params[7];
    struct db_rows *rows;
    size_t length;

    for (int i = 0; i < 7; i++) {
        db_column_init(&columns[i], (enum db_column_type)i);
    }
    for (int i = 0; i < ROW_COUNT; i++) {
        db_column_add_text(&columns[DB_COLUMN_TEXT], i % 3 == 0 ? NULL : "협치");
        db_column_add_bytes(&columns[DB_COLUMN_BYTES], uuid, (size_t)(i % 16));
        db_column_add_int16(&columns[DB_COLUMN_INT16], (int16_t)-i);
        db_column_add_int32(&columns[DB_COLUMN_INT32], i * 100000);
        db_column_add_int64(&columns[DB_COLUMN_INT64], -(int64_t)i * 10000000000);
        db_column_add_bool(&columns[DB_COLUMN_BOOL], i % 2 == 1);
        db_column_add_uuid(&columns[DB_COLUMN_UUID], uuid);
    }
    for (int i = 0; i < 7; i++) {
        params[i] = db_column_param(&columns[i]);
    }
    assert_int_equal(db_query(*state, sql, params, 7, &rows), ERR_OK);
    assert_int_equal(db_rows_count(rows), ROW_COUNT);
    for (int i = 0; i < ROW_COUNT; i++) {
        assert_true(db_rows_is_null(rows, i, 0) == (i % 3 == 0));
        (void)db_rows_bytes(rows, i, 1, &length);
        assert_int_equal(length, i % 16);
        assert_true(db_rows_int64(rows, i, 2) == -i);
        assert_true(db_rows_int64(rows, i, 3) == (int32_t)(i * 100000));
        assert_true(db_rows_int64(rows, i, 4) == -(int64_t)i * 10000000000);
        assert_true(db_rows_bool(rows, i, 5) == (i % 2 == 1));
        assert_memory_equal(db_rows_bytes(rows, i, 6, &length), uuid, 16);
    }
    db_rows_release(rows);
    for (int i = 0; i < 7; i++) {
        db_column_release(&columns[i]);
    }
}

static void an_empty_column_is_an_empty_array(void **state)
{
    static const char sql[] = "SELECT cardinality($1::bigint[])";
    struct db_column column;
    struct db_rows *rows;

    db_column_init(&column, DB_COLUMN_INT64);
    const struct db_param params[] = {db_column_param(&column)};
    assert_int_equal(db_query(*state, sql, params, 1, &rows), ERR_OK);
    assert_true(db_rows_int64(rows, 0, 0) == 0);
    db_rows_release(rows);
    db_column_release(&column);
}

static void a_list_of_numbers_is_read_element_by_element(void **state)
{
    static const char list[] =
        "SELECT ARRAY[7, -9223372036854775808, 9223372036854775807]::bigint[], '{}'::bigint[]";
    static const char others[] = "SELECT '{{1,2},{3,4}}'::bigint[], ARRAY[1, NULL]::bigint[]";
    struct db_rows *rows;

    assert_int_equal(db_query(*state, list, NULL, 0, &rows), ERR_OK);
    assert_int_equal(db_rows_array_count(rows, 0, 0), 3);
    assert_true(db_rows_array_int64(rows, 0, 0, 0) == 7);
    assert_true(db_rows_array_int64(rows, 0, 0, 1) == INT64_MIN);
    assert_true(db_rows_array_int64(rows, 0, 0, 2) == INT64_MAX);
    assert_int_equal(db_rows_array_count(rows, 0, 1), 0);
    db_rows_release(rows);

    assert_int_equal(db_query(*state, others, NULL, 0, &rows), ERR_OK);
    assert_int_equal(db_rows_array_count(rows, 0, 0), -1);
    assert_int_equal(db_rows_array_count(rows, 0, 1), -1);
    db_rows_release(rows);
}

static void a_column_past_its_limit_is_refused_and_the_connection_goes_on(void **state)
{
    static const char sql[] = "SELECT cardinality($1::bytea[])";
    char *megabyte = calloc(1, MEGABYTE);
    struct db_column column;
    struct db_rows *rows = NULL;

    assert_non_null(megabyte);
    db_column_init(&column, DB_COLUMN_BYTES);
    for (int i = 0; i < 65; i++) {
        db_column_add_bytes(&column, megabyte, MEGABYTE);
    }
    const struct db_param params[] = {db_column_param(&column)};
    assert_int_equal(db_query(*state, sql, params, 1, &rows), ERR_FULL);
    assert_null(rows);
    assert_int_equal(insert_item(*state, 1), ERR_OK);
    db_column_release(&column);
    free(megabyte);
}

static void a_transaction_is_invisible_until_it_is_committed(void **state)
{
    struct db *other = connect_as("db driver other", 5000, false);

    assert_int_equal(db_begin(*state), ERR_OK);
    assert_int_equal(insert_item(*state, 1), ERR_OK);
    assert_int_equal(insert_item(*state, 2), ERR_OK);
    assert_int_equal(count_items(*state), 2);
    assert_int_equal(count_items(other), 0);
    assert_int_equal(db_commit(*state), ERR_OK);
    assert_int_equal(count_items(other), 2);
    db_close(other);
}

static void a_transaction_that_is_rolled_back_leaves_nothing(void **state)
{
    for (int i = 0; i < 3; i++) {
        assert_int_equal(db_begin(*state), ERR_OK);
        assert_int_equal(insert_item(*state, 1), ERR_OK);
        db_rollback(*state);
        assert_int_equal(count_items(*state), 0);
    }
    db_rollback(*state); /* Outside a transaction it is harmless. */
}

static void an_empty_transaction_commits_and_rolls_back(void **state)
{
    assert_int_equal(db_begin(*state), ERR_OK);
    assert_int_equal(db_commit(*state), ERR_OK);
    assert_int_equal(db_begin(*state), ERR_OK);
    db_rollback(*state);
    assert_int_equal(insert_item(*state, 1), ERR_OK);
    assert_int_equal(count_items(*state), 1);
}

/* The first statement of a transaction travels in a pipeline with BEGIN; also when it fails. */
static void a_failure_in_the_first_statement_fails_the_transaction(void **state)
{
    assert_int_equal(insert_item(*state, 1), ERR_OK); /* Prepared, and a duplicate to come. */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(db_begin(*state), ERR_OK);
        assert_int_equal(insert_item(*state, 1), ERR_CONFLICT);
        assert_string_equal(db_sqlstate(*state), "23505");
        assert_int_equal(insert_item(*state, 2), ERR_INTERNAL);
        db_rollback(*state);
    }
    assert_int_equal(count_items(*state), 1);
}

static void a_commit_after_a_failed_statement_is_no_commit(void **state)
{
    assert_int_equal(db_begin(*state), ERR_OK);
    assert_int_equal(insert_item(*state, 1), ERR_OK);
    assert_int_equal(insert_item(*state, -1), ERR_CONFLICT);
    assert_int_equal(db_commit(*state), ERR_INTERNAL);
    db_rollback(*state);
    assert_int_equal(count_items(*state), 0);
    assert_true(db_is_usable(*state));
}

static enum err insert_item_later(struct db *db, int64_t id)
{
    const struct db_param params[] = {db_int64(id)};

    return db_exec_later(db, "INSERT INTO item (id) VALUES ($1)", params, 1);
}

static void queued_statements_are_done_before_the_next_one(void **state)
{
    for (int64_t round = 0; round < 3; round++) {
        assert_int_equal(db_begin(*state), ERR_OK);
        for (int64_t i = 0; i < 40; i++) { /* More than the queue holds. */
            assert_int_equal(insert_item_later(*state, round * 100 + i), ERR_OK);
        }
        assert_int_equal(count_items(*state), round * 40 + 40);
        assert_int_equal(insert_item_later(*state, round * 100 + 99), ERR_OK);
        db_rollback(*state);
        assert_int_equal(count_items(*state), round * 40);
        assert_int_equal(db_begin(*state), ERR_OK);
        for (int64_t i = 0; i < 40; i++) {
            assert_int_equal(insert_item_later(*state, round * 100 + i), ERR_OK);
        }
        assert_int_equal(db_commit(*state), ERR_OK);
        assert_int_equal(count_items(*state), round * 40 + 40);
    }
}

static void a_queued_statement_that_fails_fails_the_next_call_and_the_transaction(void **state)
{
    assert_int_equal(insert_item(*state, 1), ERR_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(db_begin(*state), ERR_OK);
        assert_int_equal(insert_item_later(*state, 2), ERR_OK);
        assert_int_equal(insert_item_later(*state, 1), ERR_OK); /* A duplicate, not yet known. */
        assert_int_equal(insert_item_later(*state, 3), ERR_OK);
        assert_int_equal(insert_item(*state, 4), ERR_CONFLICT);
        assert_string_equal(db_sqlstate(*state), "23505");
        assert_int_equal(db_commit(*state), ERR_INTERNAL);
        db_rollback(*state);
        assert_int_equal(count_items(*state), 1);
    }
}

static void a_commit_behind_a_queued_failure_is_no_commit(void **state)
{
    assert_int_equal(insert_item(*state, 1), ERR_OK);
    assert_int_equal(db_begin(*state), ERR_OK);
    assert_int_equal(insert_item_later(*state, 2), ERR_OK);
    assert_int_equal(insert_item_later(*state, 1), ERR_OK);
    assert_int_equal(db_commit(*state), ERR_CONFLICT);
    db_rollback(*state);
    assert_int_equal(count_items(*state), 1);
    assert_true(db_is_usable(*state));
}

/* The COMMIT travels behind what is queued: it is carried out after that, and only then. */
static void a_commit_behind_queued_statements_is_durable_when_it_returns(void **state)
{
    struct db *other = connect_as("db driver other", 5000, false);

    for (int64_t round = 1; round <= 3; round++) {
        assert_int_equal(db_begin(*state), ERR_OK);
        assert_int_equal(insert_item_later(*state, 2 * round), ERR_OK);
        assert_int_equal(insert_item_later(*state, 2 * round + 1), ERR_OK);
        assert_int_equal(db_commit(*state), ERR_OK);
        assert_int_equal(count_items(other), 2 * round);
        assert_string_equal(db_sqlstate(*state), "");
    }
    db_close(other);
}

static void the_sqlstate_of_a_failure_ends_with_the_next_begin(void **state)
{
    assert_int_equal(insert_item(*state, 1), ERR_OK);
    assert_int_equal(db_begin(*state), ERR_OK);
    assert_int_equal(insert_item_later(*state, 1), ERR_OK);
    assert_int_equal(db_commit(*state), ERR_CONFLICT);
    assert_string_equal(db_sqlstate(*state), "23505");
    db_rollback(*state);
    assert_int_equal(db_begin(*state), ERR_OK);
    assert_string_equal(db_sqlstate(*state), "");
    db_rollback(*state);
}

static enum err count_items_later(struct db *db)
{
    return db_query_later(db, "SELECT COUNT(id) FROM item WHERE id < 1000", NULL, 0);
}

/* The count that count_items_later() has asked for; -1 and the error when there is none. */
static int64_t hear_count(struct db *db, enum err *ret_err)
{
    struct db_rows *rows = NULL;
    int64_t count = -1;

    *ret_err = db_query_rows(db, &rows);
    if (!*ret_err) {
        count = db_rows_int64(rows, 0, 0);
    }
    db_rows_release(rows);
    return count;
}

static void rows_asked_for_later_are_those_of_their_place_in_the_transaction(void **state)
{
    enum err err;

    for (int64_t round = 1; round <= 3; round++) {
        assert_int_equal(db_begin(*state), ERR_OK);
        assert_int_equal(count_items_later(*state), ERR_OK);
        assert_int_equal(insert_item_later(*state, 10 * round), ERR_OK);
        assert_int_equal(count_items_later(*state), ERR_OK);
        assert_int_equal(hear_count(*state, &err), 2 * round - 2);
        for (int64_t i = 0; i < 40; i++) { /* More than the queue holds: an answer waits. */
            assert_int_equal(insert_item_later(*state, 1000 * round + i), ERR_OK);
        }
        assert_int_equal(hear_count(*state, &err), 2 * round - 1);
        assert_int_equal(insert_item(*state, 10 * round + 1), ERR_OK);
        assert_int_equal(db_commit(*state), ERR_OK);
        assert_int_equal(count_items(*state), 42 * round);
    }
}

static void a_query_behind_a_queued_failure_has_no_rows(void **state)
{
    enum err err;

    assert_int_equal(insert_item(*state, 1), ERR_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(db_begin(*state), ERR_OK);
        assert_int_equal(count_items_later(*state), ERR_OK);
        assert_int_equal(insert_item_later(*state, 1), ERR_OK);
        assert_int_equal(count_items_later(*state), ERR_OK);
        assert_int_equal(hear_count(*state, &err), -1);
        assert_int_equal(err, ERR_CONFLICT);
        db_rollback(*state);
        assert_int_equal(count_items(*state), 1);
    }
}

static void a_rollback_forgets_rows_that_nobody_has_asked_for(void **state)
{
    enum err err;

    for (int i = 0; i < 3; i++) {
        assert_int_equal(db_begin(*state), ERR_OK);
        for (int query = 0; query < DB_QUERY_LATER_COUNT_MAX; query++) {
            assert_int_equal(count_items_later(*state), ERR_OK);
        }
        assert_int_equal(count_items_later(*state), ERR_FULL);
        assert_int_equal(hear_count(*state, &err), 0);
        db_rollback(*state);
    }
    assert_int_equal(insert_item(*state, 1), ERR_OK);
    assert_int_equal(db_begin(*state), ERR_OK);
    assert_int_equal(count_items_later(*state), ERR_OK);
    assert_int_equal(hear_count(*state, &err), 1);
    assert_int_equal(db_commit(*state), ERR_OK);
}

static void a_commit_that_a_deferred_constraint_refuses_is_a_conflict(void **state)
{
    assert_int_equal(db_script(*state,
                               "CREATE TABLE parent (id bigint PRIMARY KEY);"
                               "ALTER TABLE item ADD FOREIGN KEY (id) REFERENCES parent"
                               " DEFERRABLE INITIALLY DEFERRED"),
                     ERR_OK);
    assert_int_equal(db_begin(*state), ERR_OK);
    assert_int_equal(insert_item(*state, 1), ERR_OK);
    assert_int_equal(db_commit(*state), ERR_CONFLICT);
    assert_int_equal(count_items(*state), 0);
}

static void a_statement_that_cannot_be_prepared_fails_its_transaction(void **state)
{
    assert_int_equal(db_begin(*state), ERR_OK);
    assert_int_equal(db_exec(*state, "SELECT missing FROM item", NULL, 0), ERR_INTERNAL);
    assert_int_equal(insert_item(*state, 1), ERR_INTERNAL);
    assert_int_equal(db_commit(*state), ERR_INTERNAL);
    db_rollback(*state);
    assert_int_equal(count_items(*state), 0);
}

static void changed_rows_are_counted(void **state)
{
    static const char sql[] = "INSERT INTO item (id) SELECT generate_series(1, $1)";
    const struct db_param params[] = {db_int64(ROW_COUNT)};
    int64_t changed;

    assert_int_equal(db_exec_count(*state, sql, params, 1, &changed), ERR_OK);
    assert_true(changed == ROW_COUNT);
    assert_int_equal(db_exec_count(*state, "DELETE FROM item WHERE id < 0", NULL, 0, &changed),
                     ERR_OK);
    assert_true(changed == 0);
}

static void text_that_is_not_utf8_is_invalid(void **state)
{
    static const char sql[] = "SELECT $1";
    const struct db_param params[] = {db_text("\xff\xfe")};
    struct db_rows *rows;

    assert_int_equal(db_query(*state, sql, params, 1, &rows), ERR_INVALID);
    assert_int_equal(insert_item(*state, 1), ERR_OK);
}

static void a_lock_that_is_held_too_long_is_unavailable(void **state)
{
    struct db *other = connect_as("db driver other", 0, false);

    assert_int_equal(db_begin(other), ERR_OK);
    assert_int_equal(db_script(other, "LOCK TABLE item"), ERR_OK);
    assert_int_equal(db_exec(*state, "SET lock_timeout = 50", NULL, 0), ERR_OK);
    assert_int_equal(insert_item(*state, 1), ERR_UNAVAILABLE);
    assert_string_equal(db_sqlstate(*state), "55P03");
    assert_true(db_is_usable(*state));
    db_close(other);
    assert_int_equal(db_exec(*state, "SET lock_timeout = 5000", NULL, 0), ERR_OK);
    assert_int_equal(insert_item(*state, 1), ERR_OK);
}

/* A statement that another thread runs. */
struct slow {
    struct db *db;
    enum err err;
    atomic_bool ended;
};

static void run_slowly(void *context)
{
    struct slow *slow = context;

    slow->err = db_exec(slow->db, "SELECT pg_sleep(60) FROM item", NULL, 0);
    atomic_store(&slow->ended, true);
}

static void wait_until_it_sleeps(struct db *db)
{
    static const char sql[] =
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'slow' AND wait_event = "
        "'PgSleep'";
    int64_t count = 0;

    while (count == 0) {
        struct db_rows *rows;

        assert_int_equal(db_query(db, sql, NULL, 0, &rows), ERR_OK);
        count = db_rows_count(rows);
        db_rows_release(rows);
    }
}

static void a_statement_that_is_cancelled_ends_and_so_does_its_connections_use(void **state)
{
    struct slow slow = {.db = connect_as("slow", 50000, false)};
    uv_thread_t thread;

    assert_int_equal(insert_item(*state, 1), ERR_OK);
    atomic_init(&slow.ended, false);
    assert_true(db_is_usable(slow.db));
    assert_int_equal(uv_thread_create(&thread, run_slowly, &slow), 0);
    wait_until_it_sleeps(*state);
    while (!atomic_load(&slow.ended)) {
        db_cancel(slow.db);
    }
    assert_int_equal(uv_thread_join(&thread), 0);
    assert_int_equal(slow.err, ERR_UNAVAILABLE);
    assert_string_equal(db_sqlstate(slow.db), "57014");
    assert_false(db_is_usable(slow.db));
    run_slowly(&slow); /* is not sent */
    assert_int_equal(slow.err, ERR_UNAVAILABLE);
    assert_int_equal(db_begin(slow.db), ERR_UNAVAILABLE);
    db_rollback(slow.db);
    db_close(slow.db);
}

static void a_read_only_connection_refuses_to_write(void **state)
{
    struct db *reader = connect_as("db driver reader", 5000, true);

    assert_int_equal(insert_item(reader, 1), ERR_UNAVAILABLE);
    assert_string_equal(db_sqlstate(reader), "25006");
    assert_int_equal(count_items(reader), 0);
    db_close(reader);
    assert_int_equal(insert_item(*state, 1), ERR_OK);
}

static void every_connection_has_its_timeouts(void **state)
{
    static const char sql[] =
        "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
        " current_setting('idle_in_transaction_session_timeout')";
    struct db_rows *rows;

    assert_int_equal(db_query(*state, sql, NULL, 0, &rows), ERR_OK);
    assert_string_equal(db_rows_text(rows, 0, 0), "5s");
    assert_string_equal(db_rows_text(rows, 0, 1), "5s");
    assert_string_equal(db_rows_text(rows, 0, 2), "10s");
    db_rows_release(rows);
}

static const char KILL_OTHERS[] =
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE application_name = 'db driver victim'";

static void terminate_victims(struct db *db)
{
    struct db_rows *rows;

    assert_int_equal(db_query(db, KILL_OTHERS, NULL, 0, &rows), ERR_OK);
    assert_int_equal(db_rows_count(rows), 1);
    assert_true(db_rows_bool(rows, 0, 0));
    db_rows_release(rows);
}

static void a_connection_that_was_hung_up_says_so_without_being_used(void **state)
{
    struct db *victim = connect_as("db driver victim", 5000, false);

    assert_true(db_is_usable(victim));
    terminate_victims(*state);
    assert_false(db_is_usable(victim));
    assert_int_equal(db_begin(victim), ERR_UNAVAILABLE);
    db_close(victim);
}

static void a_connection_lost_in_the_pipeline_is_unavailable(void **state)
{
    struct db *victim = connect_as("db driver victim", 5000, false);

    assert_int_equal(insert_item(victim, 1), ERR_OK);
    assert_int_equal(db_begin(victim), ERR_OK);
    terminate_victims(*state);
    assert_int_equal(insert_item(victim, 2), ERR_UNAVAILABLE);
    db_rollback(victim);
    assert_int_equal(insert_item(victim, 3), ERR_UNAVAILABLE);
    assert_false(db_is_usable(victim));
    db_close(victim);
    assert_int_equal(count_items(*state), 1);
}

static void a_connection_lost_with_statements_queued_is_unavailable(void **state)
{
    struct db *victim = connect_as("db driver victim", 5000, false);

    assert_int_equal(insert_item(victim, 1), ERR_OK);
    assert_int_equal(db_begin(victim), ERR_OK);
    assert_int_equal(insert_item_later(victim, 2), ERR_OK);
    terminate_victims(*state);
    assert_int_equal(db_commit(victim), ERR_UNAVAILABLE);
    db_rollback(victim);
    assert_false(db_is_usable(victim));
    db_close(victim);
    assert_int_equal(count_items(*state), 1);
}

static void a_commit_on_a_lost_connection_is_unavailable(void **state)
{
    struct db *victim = connect_as("db driver victim", 5000, false);

    assert_int_equal(db_begin(victim), ERR_OK);
    assert_int_equal(insert_item(victim, 2), ERR_OK);
    terminate_victims(*state);
    assert_int_equal(db_commit(victim), ERR_UNAVAILABLE);
    db_rollback(victim);
    db_close(victim);
    assert_int_equal(count_items(*state), 0);
}

struct copied {
    int64_t rows;
    int64_t stop_after;
};

static enum err on_copied_row(const struct db_field *fields, int field_count, void *context)
{
    struct copied *copied = context;

    assert_int_equal(field_count, 3);
    assert_int_equal(fields[0].length, 8);
    assert_true(fields[0].data[7] == (uint8_t)(copied->rows + 1));
    assert_int_equal(fields[1].length, 6);
    assert_memory_equal(fields[1].data, "협치", 6);
    assert_null(fields[2].data);
    copied->rows++;
    return copied->rows == copied->stop_after ? ERR_CONFLICT : ERR_OK;
}

static const char COPY[] =
    "COPY (SELECT i::bigint, '협치'::text, NULL::bigint"
    " FROM generate_series(1, 100000) AS i) TO STDOUT (FORMAT binary)";

static void copy_streams_every_row(void **state)
{
    struct copied copied = {.rows = 0};

    assert_int_equal(db_copy_out(*state, COPY, on_copied_row, &copied), ERR_OK);
    assert_true(copied.rows == 100000);
    copied.rows = 0;
    assert_int_equal(db_copy_out(*state,
                                 "COPY (SELECT id, note, note FROM item) TO STDOUT (FORMAT binary)",
                                 on_copied_row, &copied),
                     ERR_OK);
    assert_true(copied.rows == 0);
}

static void copy_stops_when_it_is_told_and_the_connection_goes_on(void **state)
{
    struct copied copied = {.rows = 0, .stop_after = 10};

    assert_int_equal(db_copy_out(*state, COPY, on_copied_row, &copied), ERR_CONFLICT);
    assert_true(copied.rows == 10);
    assert_int_equal(insert_item(*state, 1), ERR_OK);
    assert_true(db_is_usable(*state));
}

static void copy_reads_in_the_transaction_and_fails_in_the_middle(void **state)
{
    struct copied copied = {.rows = 0};

    assert_int_equal(db_begin(*state), ERR_OK);
    assert_int_equal(db_copy_out(*state, COPY, on_copied_row, &copied), ERR_OK);
    assert_int_equal(db_copy_out(*state,
                                 "COPY (SELECT 1 / (500 - i) FROM generate_series(1, 1000) AS i)"
                                 " TO STDOUT (FORMAT csv)",
                                 on_copied_row, &copied),
                     ERR_INTERNAL); /* Not the binary format. */
    db_rollback(*state);
    assert_int_equal(insert_item(*state, 1), ERR_OK);
}

static enum err ignore_row(const struct db_field *fields, int field_count, void *context)
{
    (void)fields;
    (void)field_count;
    (void)context;
    return ERR_OK;
}

static void a_copy_that_the_server_breaks_off_fails(void **state)
{
    assert_int_equal(db_copy_out(*state,
                                 "COPY (SELECT 1 / (500 - i) FROM generate_series(1, 1000) AS i)"
                                 " TO STDOUT (FORMAT binary)",
                                 ignore_row, NULL),
                     ERR_INVALID);
    assert_string_equal(db_sqlstate(*state), "22012");
    assert_int_equal(insert_item(*state, 1), ERR_OK);
}

static void an_absent_server_is_unavailable_and_says_why(void **state)
{
    char reason[DB_REASON_SIZE] = "";
    const struct db_options options = {
        .conninfo = "host=/nonexistent dbname=none",
        .password = "",
        .application_name = "db driver",
        .reason = reason,
    };
    struct db *db = NULL;

    (void)state;
    assert_int_equal(db_open(&options, &db), ERR_UNAVAILABLE);
    assert_null(db);
    assert_non_null(strstr(reason, "/nonexistent"));
    assert_null(strchr(reason, '\n'));
}

static enum err accept_by_name(struct db *db, void *accept_context)
{
    struct db_rows *rows;
    enum err err;

    assert_int_equal(db_query(db, "SELECT current_setting('application_name')", NULL, 0, &rows),
                     ERR_OK);
    err = strcmp(db_rows_text(rows, 0, 0), accept_context) == 0 ? ERR_OK : ERR_NOT_FOUND;
    db_rows_release(rows);
    return err;
}

static void a_connection_that_is_not_accepted_is_not_opened(void **state)
{
    static char expected[] = "the right one";
    char reason[DB_REASON_SIZE] = "";
    struct db_options options = {
        .conninfo = conninfo,
        .password = "",
        .application_name = "the wrong one",
        .reason = reason,
        .accept = accept_by_name,
        .accept_context = expected,
    };
    struct db *db = NULL;

    (void)state;
    assert_int_equal(db_open(&options, &db), ERR_NOT_FOUND);
    assert_null(db);
    assert_string_not_equal(reason, "");
    options.application_name = expected;
    assert_int_equal(db_open(&options, &db), ERR_OK);
    db_close(db);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_type_comes_back_as_it_was_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(columns_unnest_to_the_rows_they_were_built_from, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_empty_column_is_an_empty_array, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_of_numbers_is_read_element_by_element, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_column_past_its_limit_is_refused_and_the_connection_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_transaction_is_invisible_until_it_is_committed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_transaction_that_is_rolled_back_leaves_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_empty_transaction_commits_and_rolls_back, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_failure_in_the_first_statement_fails_the_transaction,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_commit_after_a_failed_statement_is_no_commit, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(queued_statements_are_done_before_the_next_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_queued_statement_that_fails_fails_the_next_call_and_the_transaction, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            rows_asked_for_later_are_those_of_their_place_in_the_transaction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_query_behind_a_queued_failure_has_no_rows, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_rollback_forgets_rows_that_nobody_has_asked_for, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_commit_behind_a_queued_failure_is_no_commit, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_commit_behind_queued_statements_is_durable_when_it_returns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_sqlstate_of_a_failure_ends_with_the_next_begin, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_connection_lost_with_statements_queued_is_unavailable,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_commit_that_a_deferred_constraint_refuses_is_a_conflict,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_statement_that_cannot_be_prepared_fails_its_transaction,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(changed_rows_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_that_is_not_utf8_is_invalid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lock_that_is_held_too_long_is_unavailable, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_statement_that_is_cancelled_ends_and_so_does_its_connections_use, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_read_only_connection_refuses_to_write, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_connection_has_its_timeouts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_connection_that_was_hung_up_says_so_without_being_used,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_connection_lost_in_the_pipeline_is_unavailable, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_commit_on_a_lost_connection_is_unavailable, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(copy_streams_every_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(copy_stops_when_it_is_told_and_the_connection_goes_on,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(copy_reads_in_the_transaction_and_fails_in_the_middle,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_that_the_server_breaks_off_fails, set_up, tear_down),
        cmocka_unit_test(an_absent_server_is_unavailable_and_says_why),
        cmocka_unit_test(a_connection_that_is_not_accepted_is_not_opened),
    };

    if (argc != 2) {
        return EXIT_FAILURE;
    }
    conninfo = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
