/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subscriber's window: whatever order events come in, its dense beginning
 * is exactly what may be applied.
 */
#include "runtime/subscriber_window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct subscriber_window window;

static int set_up(void **state)
{
    (void)state;
    memset(&window, 0, sizeof window);
    window_reset(&window, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    window_reset(&window, 1);
    return 0;
}

static bool fill(uint64_t seq)
{
    char text[32];
    size_t length = (size_t)snprintf(text, sizeof text, "event %llu", (unsigned long long)seq);

    return window_fill(&window, seq, text, length);
}

static void assert_slot_holds(const struct subscriber_slot *slot, uint64_t seq)
{
    char text[32];
    size_t length = (size_t)snprintf(text, sizeof text, "event %llu", (unsigned long long)seq);

    assert_int_equal(slot->length, length);
    assert_memory_equal(slot->envelope, text, length);
}

static void a_hole_ends_the_dense_beginning_until_it_is_filled(void **state)
{
    const struct subscriber_slot *slots[8];

    (void)state;
    assert_true(fill(1));
    assert_true(fill(3));
    assert_int_equal(window_first_missing(&window), 2);
    assert_int_equal(window_dense(&window, slots, 8), 1);
    assert_true(fill(2));
    assert_int_equal(window_first_missing(&window), 4);
    assert_int_equal(window_dense(&window, slots, 8), 3);
    assert_slot_holds(slots[2], 3);
}

static void a_duplicate_and_an_event_outside_are_refused(void **state)
{
    (void)state;
    assert_true(fill(1));
    assert_false(fill(1));
    window_advance(&window, 2);
    assert_false(fill(1));
    assert_true(fill(2 + SUBSCRIBER_WINDOW_LENGTH - 1));
    assert_false(fill(2 + SUBSCRIBER_WINDOW_LENGTH));
    assert_false(window_fill(&window, 2, "", 0));
}

static void a_full_window_says_so_and_takes_more_after_an_advance(void **state)
{
    (void)state;
    for (uint64_t seq = 1; seq <= SUBSCRIBER_WINDOW_LENGTH; seq++) {
        assert_false(window_is_full(&window));
        assert_true(fill(seq));
    }
    assert_true(window_is_full(&window));
    assert_int_equal(window_first_missing(&window), 1 + SUBSCRIBER_WINDOW_LENGTH);
    window_advance(&window, 11);
    assert_false(window_is_full(&window));
    assert_true(fill(SUBSCRIBER_WINDOW_LENGTH + 1));
}

static void any_order_of_arrival_applies_every_event_once_in_order(void **state)
{
    enum { EVENT_COUNT = 20000, REACH = 500 };

    unsigned seed = (unsigned)time(NULL);
    uint64_t applied = 0;
    const struct subscriber_slot *slots[64];

    (void)state;
    print_message("seed %u\n", seed);
    srand(seed);
    while (applied < EVENT_COUNT) {
        size_t count;

        (void)fill(applied + 1 + (uint64_t)(rand() % REACH));
        count = window_dense(&window, slots, 64);
        for (size_t i = 0; i < count; i++) {
            assert_slot_holds(slots[i], applied + 1 + i);
        }
        applied += count;
        window_advance(&window, applied + 1);
        if (rand() % 20 == 0) {
            /* What a Fetch does. */
            assert_true(fill(window_first_missing(&window)));
        }
    }
}

static void a_first_event_that_is_dropped_is_a_hole_before_the_others(void **state)
{
    const struct subscriber_slot *slots[3];

    (void)state;
    assert_true(fill(1) && fill(2) && fill(4));
    window_drop_first(&window);
    assert_true(window_first_missing(&window) == 1);
    assert_int_equal(window_dense(&window, slots, 3), 0);
    window_drop_first(&window); /* Again is harmless. */
    assert_true(fill(1));
    assert_true(window_first_missing(&window) == 3);
    assert_int_equal(window_dense(&window, slots, 3), 2);
    assert_slot_holds(slots[0], 1);
    assert_slot_holds(slots[1], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_hole_ends_the_dense_beginning_until_it_is_filled, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_duplicate_and_an_event_outside_are_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_window_says_so_and_takes_more_after_an_advance,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_order_of_arrival_applies_every_event_once_in_order,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_first_event_that_is_dropped_is_a_hole_before_the_others,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
