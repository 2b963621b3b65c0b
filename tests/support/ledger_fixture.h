/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ledger's unit tests share: the rules of all kinds as the migration
 * has them, a line, and random numbers whose seed is printed and may be given
 * in HYEOPCHI_TEST_SEED. It must never contain a rule of its own.
 */
#ifndef HYEOPCHI_TESTS_SUPPORT_LEDGER_FIXTURE_H
#define HYEOPCHI_TESTS_SUPPORT_LEDGER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ledger/domain/entry.h"

enum { FIXTURE_ROW_SIZE = 256, FIXTURE_KIND_COUNT_MAX = 64 };

/* What a row of the migration's list of kinds says. */
struct fixture_kind {
    char code[KIND_LENGTH_MAX + 1];
    bool clearing;
    bool needs_link;
    bool reversible;
};

static inline bool fixture_true(const char *word)
{
    return strcmp(word, "TRUE") == 0;
}

/* A row of the list of kinds, or of what they move; other lines of the migration are passed over. */
static inline void fixture_read_row(const char *text, struct fixture_kind kinds[],
                                    size_t *kind_count, struct kind_rule_set *set)
{
    struct fixture_kind kind = {.clearing = false};
    struct kind_rule rule = {.needs_document = true};
    char words[3][6];
    char transfer[2];
    char line[8];

    if (sscanf(
            text,
            " ('%32[a-z_]', %1[1-9], '%32[^']', '%32[^']', %5[A-Z], %5[A-Z], '%7[a-z]', %5[A-Z])",
            rule.kind, transfer, rule.debit_class, rule.credit_class, words[0], words[1], line,
            words[2]) == 8) {
        rule.transfer = transfer[0] - '0';
        rule.required = fixture_true(words[0]);
        rule.repeated = fixture_true(words[1]);
        rule.same_amount = fixture_true(words[2]);
        rule.same_line = strcmp(line, "same") == 0;
        rule.same_source = rule.same_line || strcmp(line, "source") == 0;
        rule.next_year = strcmp(line, "next") == 0;
        for (size_t i = 0; i < *kind_count; i++) {
            if (strcmp(kinds[i].code, rule.kind) == 0) {
                rule.clearing = kinds[i].clearing;
                rule.needs_link = kinds[i].needs_link;
                rule.reversible = kinds[i].reversible;
            }
        }
        assert_int_equal(kind_rule_set_add(set, &rule), ERR_OK);
    } else if (sscanf(text, " ('%32[a-z_]', %5[A-Z], %5[A-Z], %5[A-Z])", kind.code, words[0],
                      words[1], words[2]) == 4) {
        assert_true(*kind_count < FIXTURE_KIND_COUNT_MAX);
        kind.clearing = fixture_true(words[0]);
        kind.needs_link = fixture_true(words[1]);
        kind.reversible = fixture_true(words[2]);
        kinds[*kind_count] = kind;
        (*kind_count)++;
    }
}

/* The rules that the ledger ships, read from its migration. */
static inline const struct kind_rule_set *fixture_rules(void)
{
    static struct kind_rule_set set;

    if (set.count == 0) {
        struct fixture_kind kinds[FIXTURE_KIND_COUNT_MAX];
        char text[FIXTURE_ROW_SIZE];
        size_t kind_count = 0;
        FILE *file = fopen(TEST_SOURCE_DIR "/services/ledger/schema/0001_ledger.sql", "r");

        assert_non_null(file);
        while (fgets(text, sizeof text, file)) {
            fixture_read_row(text, kinds, &kind_count, &set);
        }
        assert_int_equal(fclose(file), 0);
        assert_true(kind_count > 20);
        assert_true(set.count > 2 * kind_count);
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
