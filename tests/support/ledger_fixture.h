/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ledger's unit tests share: the two kinds of this version as rules,
 * a line, and random numbers whose seed is printed and may be given in
 * HYEOPCHI_TEST_SEED. It must never contain a rule that the tested code lacks.
 */
#ifndef HYEOPCHI_TESTS_SUPPORT_LEDGER_FIXTURE_H
#define HYEOPCHI_TESTS_SUPPORT_LEDGER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ledger/domain/entry.h"

static inline const struct kind_rule_set *fixture_rules(void)
{
    static const struct kind_rule ROWS[] = {
        {.kind = KIND_APPROPRIATION,
         .transfer = 1,
         .debit_class = "R10.main",
         .credit_class = "S10",
         .required = true,
         .same_line = true,
         .same_source = true,
         .same_amount = true,
         .needs_document = true},
        {.kind = KIND_APPROPRIATION,
         .transfer = 2,
         .debit_class = "M10",
         .credit_class = "M90",
         .required = true,
         .same_line = true,
         .same_source = true,
         .same_amount = true,
         .needs_document = true},
        {.kind = KIND_SELECTION,
         .transfer = 1,
         .debit_class = "M90",
         .credit_class = "M10",
         .required = true,
         .same_line = true,
         .same_source = true,
         .same_amount = true,
         .needs_document = true},
    };
    static struct kind_rule_set set;

    if (set.count == 0) {
        for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
            assert_int_equal(kind_rule_set_add(&set, &ROWS[i]), ERR_OK);
        }
    }
    return &set;
}

static inline struct line fixture_line(int32_t year, enum funding_source source,
                                       const char *programme)
{
    struct line line;

    assert_int_equal(line_init(&line, year, source, programme), ERR_OK);
    return line;
}

static inline struct entry_head fixture_head(const uint8_t key[ENTRY_KEY_SIZE])
{
    return (struct entry_head){
        .key = key,
        .effective_date = 20241213,
        .document = "제123회 구의회 의결 2024-12-13",
        .metadata = "{\"actor\":\"operator:one\"}",
    };
}

/* The seed of this run; printed, so that a failure can be run again. */
static inline uint64_t fixture_seed(void)
{
    const char *given = getenv("HYEOPCHI_TEST_SEED");
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now); /* any number will do as a seed */
    uint64_t seed =
        given ? strtoull(given, NULL, 10) : (uint64_t)now.tv_sec * 1000003U + (uint64_t)now.tv_nsec;
    print_message("HYEOPCHI_TEST_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

/* splitmix64: the next number, and one below a bound. */
static inline uint64_t fixture_random(uint64_t *seed)
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static inline int fixture_below(uint64_t *seed, int bound)
{
    return (int)(fixture_random(seed) % (uint64_t)bound);
}

#endif
