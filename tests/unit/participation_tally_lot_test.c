/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domain/tally_lot: the order a seed gives is the one an independent program
 * computed from the header's formula, and every option has one place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "participation/domain/tally_lot.h"
#include "runtime/crypto.h"

static const char *const IDS[] = {"나-1", "2", "a", "BO.OM.63/24", "02", "다"};

enum { ID_COUNT = sizeof IDS / sizeof IDS[0] };

static struct election *election_of_ids(void)
{
    struct election *election = NULL;

    assert_int_equal(election_new(ELECTION_APPROVAL, false, &election), ERR_OK);
    for (size_t i = 0; i < ID_COUNT; i++) {
        const struct election_entry entry = {
            .id = IDS[i], .cost = {.units = 1}, .selected = ELECTION_SELECTED_UNKNOWN};
        uint32_t number;

        assert_int_equal(election_add_option(election, &entry, &number), ERR_OK);
    }
    return election;
}

static void a_seed_gives_the_order_of_the_published_formula(void **state)
{
    static const uint32_t EXPECTED[ID_COUNT] = {3, 0, 1, 2, 5, 4};
    struct election *election = election_of_ids();
    uint32_t places[ID_COUNT];

    (void)state;
    assert_int_equal(
        tally_lot_places(election, "2026-11-22 공개 추첨 7", crypto_tagged_hash, places), ERR_OK);
    assert_memory_equal(places, EXPECTED, sizeof EXPECTED);
    election_free(election);
}

/* Every option has the same lot. */
static void no_hash(const char *tag, const void *data, size_t length,
                    uint8_t ret_hash[TALLY_LOT_HASH_SIZE])
{
    assert_string_equal(tag, "lot");
    assert_non_null(data);
    assert_true(length > 2);
    memset(ret_hash, 7, TALLY_LOT_HASH_SIZE);
}

static void equal_lots_keep_the_listed_order(void **state)
{
    struct election *election = election_of_ids();
    uint32_t places[ID_COUNT];

    (void)state;
    assert_int_equal(tally_lot_places(election, "x", no_hash, places), ERR_OK);
    for (uint32_t i = 0; i < ID_COUNT; i++) {
        assert_int_equal(places[i], i);
    }
    election_free(election);
}

static void an_empty_or_too_long_seed_gives_no_order(void **state)
{
    struct election *election = election_of_ids();
    char seed[TALLY_LOT_SEED_MAX + 2];
    uint32_t places[ID_COUNT];

    (void)state;
    assert_int_equal(tally_lot_places(election, "", crypto_tagged_hash, places), ERR_INVALID);
    memset(seed, 's', sizeof seed);
    seed[TALLY_LOT_SEED_MAX + 1] = '\0';
    assert_int_equal(tally_lot_places(election, seed, crypto_tagged_hash, places), ERR_INVALID);
    seed[TALLY_LOT_SEED_MAX] = '\0';
    assert_int_equal(tally_lot_places(election, seed, crypto_tagged_hash, places), ERR_OK);
    election_free(election);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_the_order_of_the_published_formula),
        cmocka_unit_test(equal_lots_keep_the_listed_order),
        cmocka_unit_test(an_empty_or_too_long_seed_gives_no_order),
    };

    if (crypto_open() != ERR_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
