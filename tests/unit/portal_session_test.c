/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of the ballot page: bounded in number and time, each its own
 * holder's only, and wiped at the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "participation/web/session.h"

enum { LIFETIME_MS = 1000, COUNT = 3 };

static const char BALLOT[] = "01a204e2-6a11-7e3b-ab56-ed61e1e43495";

static struct sessions make(void)
{
    struct sessions sessions;

    assert_int_equal(crypto_open(), ERR_OK);
    assert_int_equal(sessions_open(COUNT, LIFETIME_MS, &sessions), ERR_OK);
    return sessions;
}

static struct session *begin(struct sessions *sessions, char id[SESSION_ID_TEXT_SIZE],
                             int64_t now_ms)
{
    struct session *session = NULL;

    session_new_id(id);
    assert_int_equal(session_begin(sessions, id, now_ms, &session), ERR_OK);
    memcpy(session->ballot_id, BALLOT, sizeof BALLOT);
    return session;
}

static void a_session_is_found_by_its_id_and_ballot_only(void **state)
{
    struct sessions sessions = make();
    char id[SESSION_ID_TEXT_SIZE];
    struct session *session = begin(&sessions, id, 0);

    (void)state;
    assert_ptr_equal(session_find(&sessions, id, BALLOT, 1), session);
    assert_null(session_find(&sessions, id, "01a204e2-6a11-7e3b-ab56-ed61e1e43496", 1));
    assert_null(session_find(&sessions, "", BALLOT, 1));
    id[0] = id[0] == 'a' ? 'b' : 'a';
    assert_null(session_find(&sessions, id, BALLOT, 1));
    sessions_close(&sessions);
}

static void each_request_extends_it_and_time_ends_it(void **state)
{
    struct sessions sessions = make();
    char id[SESSION_ID_TEXT_SIZE];
    struct session *session = begin(&sessions, id, 0);

    (void)state;
    assert_ptr_equal(session_find(&sessions, id, BALLOT, LIFETIME_MS - 1), session);
    assert_ptr_equal(session_find(&sessions, id, BALLOT, 2 * LIFETIME_MS - 2), session);
    assert_null(session_find(&sessions, id, BALLOT, 4 * LIFETIME_MS));
    assert_int_equal(session_count(&sessions, 4 * LIFETIME_MS), 0);
    sessions_close(&sessions);
}

static void a_full_table_lets_nobody_out_before_time_does(void **state)
{
    struct sessions sessions = make();
    char ids[COUNT + 1][SESSION_ID_TEXT_SIZE];
    struct session *late = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        (void)begin(&sessions, ids[i], (int64_t)i);
    }
    session_new_id(ids[COUNT]);
    assert_int_equal(session_begin(&sessions, ids[COUNT], COUNT, &late), ERR_FULL);
    assert_non_null(session_find(&sessions, ids[1], BALLOT, COUNT));
    assert_int_equal(session_begin(&sessions, ids[COUNT], LIFETIME_MS, &late), ERR_OK);
    assert_null(session_find(&sessions, ids[0], BALLOT, LIFETIME_MS));
    sessions_close(&sessions);
}

static void an_ended_session_leaves_nothing(void **state)
{
    static const struct session NOTHING;
    struct sessions sessions = make();
    char id[SESSION_ID_TEXT_SIZE];
    struct session *session = begin(&sessions, id, 0);
    struct picks picks = {.values = calloc(2, sizeof(int64_t)), .count = 2};
    char *body = malloc(3);

    (void)state;
    assert_non_null(picks.values);
    assert_non_null(body);
    memcpy(body, "{}", 3);
    session_take_picks(session, &picks);
    session_take_submission(session, BALLOT, &body, 2);
    assert_null(picks.values);
    assert_null(body);
    assert_int_equal(session_keep_receipt(session, BALLOT, "{\"a\":1}", 7), ERR_OK);
    assert_string_equal(session->receipt.body, "{\"a\":1}");
    session_end(session);
    assert_memory_equal(session, &NOTHING, sizeof NOTHING);
    assert_null(session_find(&sessions, id, BALLOT, 1));
    session_end(NULL);
    sessions_close(&sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_found_by_its_id_and_ballot_only),
        cmocka_unit_test(each_request_extends_it_and_time_ends_it),
        cmocka_unit_test(a_full_table_lets_nobody_out_before_time_does),
        cmocka_unit_test(an_ended_session_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
