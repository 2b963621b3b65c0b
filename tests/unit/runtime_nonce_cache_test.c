/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nonce cache of runtime/http_signature: what was seen is refused for as
 * long as it could be accepted, and nothing is kept for longer. Time is an
 * argument, so these tests never wait.
 */
#include "runtime/http_signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1663545600000)

enum { AGE_MS = HTTP_SIGNATURE_AGE_MAX_MS, HOUR_MS = 3600 * 1000 };

static int set_up(void **state)
{
    struct nonce_cache *cache = NULL;

    assert_int_equal(nonce_cache_new(&cache), ERR_OK);
    *state = cache;
    return 0;
}

static int tear_down(void **state)
{
    nonce_cache_free(*state);
    nonce_cache_free(NULL);
    return 0;
}

static void a_nonce_is_taken_once_per_key(void **state)
{
    struct nonce_cache *cache = *state;

    assert_int_equal(nonce_cache_add(cache, "operator:kim", "n-1", NOW_MS, NOW_MS), ERR_OK);
    assert_int_equal(nonce_cache_add(cache, "operator:kim", "n-1", NOW_MS, NOW_MS), ERR_CONFLICT);
    assert_int_equal(nonce_cache_add(cache, "operator:kim", "n-2", NOW_MS, NOW_MS), ERR_OK);
    assert_int_equal(nonce_cache_add(cache, "operator:lee", "n-1", NOW_MS, NOW_MS), ERR_OK);
    /* The two texts are not run together. */
    assert_int_equal(nonce_cache_add(cache, "operator:kimn", "-1", NOW_MS, NOW_MS), ERR_OK);
}

static void a_nonce_stays_taken_for_as_long_as_its_request_is_fresh(void **state)
{
    struct nonce_cache *cache = *state;
    int64_t created_ms;

    for (created_ms = NOW_MS - AGE_MS; created_ms <= NOW_MS + AGE_MS; created_ms += 1000) {
        char nonce[HTTP_SIGNATURE_NONCE_SIZE];
        int64_t later_ms;

        (void)snprintf(nonce, sizeof nonce, "%lld", (long long)created_ms);
        assert_int_equal(nonce_cache_add(cache, "k", nonce, created_ms, NOW_MS), ERR_OK);
        for (later_ms = NOW_MS; later_ms <= created_ms + AGE_MS; later_ms += 7000) {
            assert_int_equal(nonce_cache_add(cache, "k", nonce, created_ms, later_ms),
                             ERR_CONFLICT);
        }
        nonce_cache_free(cache);
        assert_int_equal(nonce_cache_new(&cache), ERR_OK);
    }
    *state = cache;
}

static void what_is_outside_the_window_cannot_be_told_and_is_refused(void **state)
{
    struct nonce_cache *cache = *state;

    assert_int_equal(nonce_cache_add(cache, "k", "n", NOW_MS - 2 * AGE_MS, NOW_MS), ERR_CONFLICT);
    assert_int_equal(nonce_cache_add(cache, "k", "n", NOW_MS + 2 * AGE_MS, NOW_MS), ERR_CONFLICT);
    assert_int_equal(nonce_cache_add(cache, "k", "n", -1, NOW_MS), ERR_CONFLICT);
}

/*
 * A replay as old as may be is verified and waits; a younger request ends first, and its time forgets the
 * first use. The replay then came upon an empty place and was taken.
 */
static void a_replay_that_a_younger_request_overtook_is_refused(void **state)
{
    struct nonce_cache *cache = *state;
    const int64_t younger_ms = NOW_MS + AGE_MS + AGE_MS / 4;

    assert_int_equal(nonce_cache_add(cache, "k", "n", NOW_MS, NOW_MS), ERR_OK);
    assert_int_equal(nonce_cache_add(cache, "k", "younger", younger_ms, younger_ms), ERR_OK);
    assert_int_equal(nonce_cache_add(cache, "k", "n", NOW_MS, NOW_MS + AGE_MS), ERR_CONFLICT);
}

static void an_overtaken_request_forgets_nothing_of_a_client_whose_clock_is_ahead(void **state)
{
    struct nonce_cache *cache = *state;
    const int64_t older_ms = NOW_MS - AGE_MS / 4;

    assert_int_equal(nonce_cache_add(cache, "k", "n", NOW_MS + AGE_MS, NOW_MS), ERR_OK);
    assert_int_equal(nonce_cache_add(cache, "k", "older", older_ms, older_ms), ERR_OK);
    assert_int_equal(nonce_cache_add(cache, "k", "n", NOW_MS + AGE_MS, NOW_MS), ERR_CONFLICT);
}

static void a_clock_that_is_set_back_does_not_keep_anybody_waiting(void **state)
{
    struct nonce_cache *cache = *state;
    const int64_t back_ms = NOW_MS - HOUR_MS;

    assert_int_equal(nonce_cache_add(cache, "k", "n", NOW_MS, NOW_MS), ERR_OK);
    assert_int_equal(nonce_cache_add(cache, "k", "back", back_ms, back_ms), ERR_OK);
    assert_int_equal(nonce_cache_add(cache, "k", "back", back_ms, back_ms), ERR_CONFLICT);
}

/* The nonces "0", "1", … made within a second of NOW_MS. */
static void fill(struct nonce_cache *cache, int count)
{
    for (int i = 0; i < count; i++) {
        char nonce[HTTP_SIGNATURE_NONCE_SIZE];
        enum err err;

        (void)snprintf(nonce, sizeof nonce, "%d", i);
        err = nonce_cache_add(cache, "k", nonce, NOW_MS + i % 1000, NOW_MS);
        if (err) {
            fail_msg("nonce %d: %s", i, err_name(err));
        }
    }
}

static void a_full_cache_says_so_and_empties_with_time(void **state)
{
    struct nonce_cache *cache = *state;

    fill(cache, NONCE_CACHE_LENGTH_MAX);
    assert_int_equal(nonce_cache_add(cache, "k", "one more", NOW_MS, NOW_MS), ERR_FULL);
    assert_int_equal(nonce_cache_add(cache, "k", "7", NOW_MS + 7, NOW_MS), ERR_CONFLICT);
    assert_int_equal(nonce_cache_add(cache, "k", "later", NOW_MS + 2 * AGE_MS, NOW_MS + 2 * AGE_MS),
                     ERR_OK);
}

static void a_request_may_be_sent_again_but_its_nonce_not_with_another(void **state)
{
    struct nonce_cache *cache = *state;
    const struct nonce_request first = {.nonce = "n", .statement = "s-1", .created_ms = NOW_MS};
    const struct nonce_request other = {.nonce = "n", .statement = "s-2", .created_ms = NOW_MS};

    for (int i = 0; i < 2; i++) {
        assert_int_equal(nonce_cache_add_request(cache, "k", &first, NOW_MS), ERR_OK);
        assert_int_equal(nonce_cache_add_request(cache, "k", &other, NOW_MS), ERR_CONFLICT);
    }
}

/*
 * There was a last place for the nonce and none for the request: it was refused, and sent again as it was,
 * it was a replay, though nothing had been accepted.
 */
static void a_request_that_found_no_place_may_come_again(void **state)
{
    struct nonce_cache *cache = *state;
    const int64_t later_ms = NOW_MS + AGE_MS / 2;
    const struct nonce_request request = {.nonce = "n", .statement = "s", .created_ms = later_ms};

    fill(cache, NONCE_CACHE_LENGTH_MAX - 1);
    assert_int_equal(nonce_cache_add_request(cache, "k", &request, later_ms), ERR_FULL);
    assert_int_equal(nonce_cache_add_request(cache, "k", &request, later_ms + AGE_MS), ERR_OK);
    assert_int_equal(nonce_cache_add_request(cache, "k", &request, later_ms + AGE_MS), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_nonce_is_taken_once_per_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_nonce_stays_taken_for_as_long_as_its_request_is_fresh,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_outside_the_window_cannot_be_told_and_is_refused,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_replay_that_a_younger_request_overtook_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            an_overtaken_request_forgets_nothing_of_a_client_whose_clock_is_ahead, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(a_clock_that_is_set_back_does_not_keep_anybody_waiting,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_cache_says_so_and_empties_with_time, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_request_may_be_sent_again_but_its_nonce_not_with_another,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_request_that_found_no_place_may_come_again, set_up,
                                        tear_down),
    };

    if (crypto_open()) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
