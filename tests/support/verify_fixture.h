/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Canonical bytes for tests of the verifier, written here and by nothing that
 * is tested: a definition with a value for every field, which a test changes
 * before it is encoded, and votes. It must never check anything.
 */
#ifndef HYEOPCHI_TESTS_SUPPORT_VERIFY_FIXTURE_H
#define HYEOPCHI_TESTS_SUPPORT_VERIFY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#define FIXTURE_OPTIONS 4
#define FIXTURE_ROOM    65536

struct fixture_bytes {
    uint8_t data[FIXTURE_ROOM];
    size_t length;
};

/* An optional number: 0 is absent, any other value one more than the number. */
#define GIVEN(number) ((uint64_t)(number) + 1)

struct fixture {
    uint16_t format;
    const char *title;
    uint64_t budget_krw;
    uint8_t method;
    uint8_t rule;
    uint8_t satisfaction;
    uint8_t completion;
    uint64_t threshold;
    uint8_t tie;
    uint64_t opens_at_ms;
    uint64_t closes_at_ms;
    uint16_t min_options;
    uint16_t max_options;
    uint64_t min_cost_krw;
    uint64_t max_cost_krw;
    uint64_t points[5]; /* min, max, min_sum, max_sum, default_score */
    uint8_t empty_allowed;
    uint8_t channels;
    uint64_t min_age;
    const char *age_on;
    const char *areas[2];
    uint32_t numbers[FIXTURE_OPTIONS];
    const char *ids[FIXTURE_OPTIONS];
    uint64_t costs[FIXTURE_OPTIONS];
    const char *option_areas[FIXTURE_OPTIONS];
    const char *fields[FIXTURE_OPTIONS];
    struct fixture_bytes terms; /* with their count in front */
};

static inline void fixture_number(struct fixture_bytes *bytes, size_t size, uint64_t value)
{
    for (size_t i = size; i > 0; i--) {
        assert_true(bytes->length < FIXTURE_ROOM);
        bytes->data[bytes->length] = (uint8_t)(value >> 8 * (i - 1));
        bytes->length++;
    }
}

static inline void fixture_str(struct fixture_bytes *bytes, const char *text)
{
    fixture_number(bytes, 2, strlen(text));
    for (size_t i = 0; text[i] != '\0'; i++) {
        fixture_number(bytes, 1, (uint8_t)text[i]);
    }
}

static inline void fixture_optional(struct fixture_bytes *bytes, size_t size, uint64_t given)
{
    fixture_number(bytes, 1, given > 0);
    fixture_number(bytes, size, given > 0 ? given - 1 : 0);
}

/* Greedy approval of 100 won among options of 50, 50, 30 and 20, ties by id, anything allowed. */
static inline void fixture_init(struct fixture *fixture)
{
    static const struct fixture START = {
        .format = 4,
        .title = "주민투표",
        .budget_krw = 100,
        .method = 1,
        .rule = 1,
        .satisfaction = 1,
        .completion = 1,
        .tie = 1,
        .opens_at_ms = 1655683200000,
        .closes_at_ms = 1656061200000,
        .max_options = FIXTURE_OPTIONS,
        .empty_allowed = 1,
        .channels = 2 | 4,
        .age_on = "",
        .areas = {"성수1가1동", "왕십리2동"},
        .numbers = {1, 2, 3, 4},
        .ids = {"a", "b", "c", "d"},
        .costs = {50, 50, 30, 20},
        .option_areas = {"", "성동구", "왕십리2동", "성수1가1동"},
        .fields = {"", "복지", "복지", "환경"},
    };

    *fixture = START;
    fixture_number(&fixture->terms, 2, 0);
}

static inline struct fixture_bytes fixture_encode(const struct fixture *fixture)
{
    struct fixture_bytes bytes = {.length = 0};

    fixture_number(&bytes, 2, fixture->format);
    fixture_number(&bytes, 8, 0x0001020304050607);
    fixture_number(&bytes, 8, 0x08090a0b0c0d0e0f);
    fixture_str(&bytes, "성동구");
    fixture_str(&bytes, fixture->title);
    fixture_number(&bytes, 2, 2023);
    fixture_number(&bytes, 1, 3);
    fixture_number(&bytes, 8, fixture->budget_krw);
    fixture_number(&bytes, 1, fixture->method);
    fixture_number(&bytes, 1, fixture->rule);
    fixture_number(&bytes, 1, fixture->satisfaction);
    fixture_number(&bytes, 1, fixture->completion);
    fixture_optional(&bytes, 8, fixture->threshold);
    fixture_number(&bytes, 1, fixture->tie);
    fixture_number(&bytes, 8, fixture->opens_at_ms);
    fixture_number(&bytes, 8, fixture->closes_at_ms);
    fixture_number(&bytes, 2, fixture->min_options);
    fixture_number(&bytes, 2, fixture->max_options);
    fixture_optional(&bytes, 8, fixture->min_cost_krw);
    fixture_optional(&bytes, 8, fixture->max_cost_krw);
    for (size_t i = 0; i < 5; i++) {
        fixture_optional(&bytes, 8, fixture->points[i]);
    }
    fixture_number(&bytes, 1, fixture->empty_allowed);
    fixture_number(&bytes, 1, fixture->channels);
    fixture_number(&bytes, 1, 2);
    fixture_number(&bytes, 1, 2);
    fixture_optional(&bytes, 1, fixture->min_age);
    fixture_optional(&bytes, 1, 0);
    fixture_str(&bytes, fixture->age_on);
    fixture_number(&bytes, 2, 14);
    fixture_number(&bytes, 1, 1);
    fixture_number(&bytes, 2, 2);
    fixture_str(&bytes, fixture->areas[0]);
    fixture_str(&bytes, fixture->areas[1]);
    fixture_number(&bytes, 2, FIXTURE_OPTIONS);
    for (size_t i = 0; i < FIXTURE_OPTIONS; i++) {
        char programme[] = "p0";

        programme[1] = (char)('0' + i);
        fixture_number(&bytes, 4, fixture->numbers[i]);
        fixture_str(&bytes, fixture->ids[i]);
        fixture_str(&bytes, "의제");
        fixture_number(&bytes, 8, fixture->costs[i]);
        fixture_str(&bytes, fixture->option_areas[i]);
        fixture_str(&bytes, fixture->fields[i]);
        fixture_str(&bytes, programme);
    }
    for (size_t i = 0; i < fixture->terms.length; i++) {
        fixture_number(&bytes, 1, fixture->terms.data[i]);
    }
    return bytes;
}

/* A choice_body of the ballot's own method byte: count pairs of an option's number and a value. */
static inline struct fixture_bytes fixture_body(uint8_t method, const uint32_t (*pairs)[2],
                                                size_t count)
{
    struct fixture_bytes bytes = {.length = 0};

    fixture_number(&bytes, 1, method);
    fixture_number(&bytes, 2, count);
    for (size_t i = 0; i < count; i++) {
        fixture_number(&bytes, 4, pairs[i][0]);
        fixture_number(&bytes, 4, pairs[i][1]);
    }
    return bytes;
}

#endif
