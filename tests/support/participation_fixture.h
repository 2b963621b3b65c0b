/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of ballots and votes share: a small valid ballot, a valid
 * vote for it, and random numbers whose seed is printed and may be given in
 * HYEOPCHI_TEST_SEED. It must never contain a rule that the tested code lacks.
 */
#ifndef HYEOPCHI_TESTS_SUPPORT_PARTICIPATION_FIXTURE_H
#define HYEOPCHI_TESTS_SUPPORT_PARTICIPATION_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "participation/domain/ballot.h"
#include "participation/domain/vote.h"

#define FIXTURE_OPENS_AT_MS  1655683200000LL /* 2022-06-20 09:00 in Seoul */
#define FIXTURE_CLOSES_AT_MS 1656061200000LL /* 2022-06-24 18:00 in Seoul */
#define FIXTURE_NOW_MS       1655690000000LL
#define FIXTURE_OPTION_COUNT 3

struct fixture {
    struct ballot_definition definition;
    struct ballot_option options[FIXTURE_OPTION_COUNT];
    struct vote vote;
    struct vote_choice choices[FIXTURE_OPTION_COUNT + 2];
    struct vote_context context;
};

static inline void fixture_text(char *to, size_t size, const char *from)
{
    assert_int_equal(ballot_text_set(to, size, from), ERR_OK);
}

static inline void fixture_option(struct ballot_option *option, const char *id, const char *name,
                                  int64_t cost_krw)
{
    fixture_text(option->id, sizeof option->id, id);
    fixture_text(option->name, sizeof option->name, name);
    fixture_text(option->programme, sizeof option->programme, id);
    option->cost_krw = cost_krw;
}

/* A ballot that ballot_check accepts, open, and a vote for its options 3 and 1 that vote_check
 * accepts. The pointers inside point into *fixture, which must not move. */
static inline void fixture_init(struct fixture *fixture)
{
    struct ballot_definition *definition = &fixture->definition;

    memset(fixture, 0, sizeof *fixture);
    for (size_t i = 0; i < BALLOT_ID_SIZE; i++) {
        definition->ballot_id[i] = (uint8_t)i;
    }
    fixture_text(definition->district, sizeof definition->district, "성동구");
    fixture_text(definition->title, sizeof definition->title, "2023년 협치의제 주민투표");
    definition->budget_year = 2023;
    definition->funding_source = BALLOT_FUNDING_SOURCE_DISTRICT;
    definition->budget_krw = 300000000;
    definition->method = BALLOT_METHOD_APPROVAL;
    definition->rule = BALLOT_RULE_GREEDY;
    definition->satisfaction = BALLOT_SATISFACTION_COST;
    definition->completion = BALLOT_COMPLETION_NONE;
    definition->tie = BALLOT_TIE_LOWEST_COST_THEN_VOTES;
    definition->opens_at_ms = FIXTURE_OPENS_AT_MS;
    definition->closes_at_ms = FIXTURE_CLOSES_AT_MS;
    definition->min_options = 1;
    definition->max_options = 2;
    definition->max_cost_krw = (struct ballot_limit){.present = true, .krw = 300000000};
    definition->channels = BALLOT_BIT(BALLOT_CHANNEL_WEB) | BALLOT_BIT(BALLOT_CHANNEL_KIOSK) |
                           BALLOT_BIT(BALLOT_CHANNEL_BOOTH);
    definition->bases =
        BALLOT_BIT(BALLOT_BASIS_RESIDENT_REGISTER) | BALLOT_BIT(BALLOT_BASIS_CERTIFICATE);
    definition->eligibility.grounds = BALLOT_BIT(ELIGIBILITY_GROUND_ADDRESS);
    definition->area_count = 2;
    fixture_text(definition->areas[0], sizeof definition->areas[0], "성수1가1동");
    fixture_text(definition->areas[1], sizeof definition->areas[1], "왕십리2동");
    definition->objection_days = 14;
    definition->demonstration = true;

    fixture_option(&fixture->options[0], "health-walk", "건강한 마을 걷기", 120000000);
    fixture_option(&fixture->options[1], "repair-cafe", "수리수리 공유카페", 45000000);
    fixture_option(&fixture->options[2], "youth-space", "청년 거점공간", 180000000);
    for (uint32_t i = 0; i < FIXTURE_OPTION_COUNT; i++) {
        fixture->options[i].number = i + 1;
    }
    fixture_text(fixture->options[0].area, sizeof fixture->options[0].area, "성동구");
    fixture_text(fixture->options[1].area, sizeof fixture->options[1].area, "왕십리2동");
    fixture_text(fixture->options[0].field, sizeof fixture->options[0].field, "보건복지");
    definition->options = fixture->options;
    definition->option_count = FIXTURE_OPTION_COUNT;

    memset(fixture->vote.subject, 0x5a, sizeof fixture->vote.subject);
    fixture->vote.basis = BALLOT_BASIS_RESIDENT_REGISTER;
    fixture_text(fixture->vote.area, sizeof fixture->vote.area, "성수1가1동");
    fixture->vote.sex = VOTE_SEX_F;
    fixture->vote.age_band = VOTE_AGE_BAND_30_39;
    fixture->vote.channel = BALLOT_CHANNEL_WEB;
    fixture->choices[0] = (struct vote_choice){.option = 3, .value = 1};
    fixture->choices[1] = (struct vote_choice){.option = 1, .value = 1};
    fixture->vote.choices = fixture->choices;
    fixture->vote.choice_count = 2;

    fixture->context = (struct vote_context){
        .definition = definition, .state = BALLOT_STATE_OPEN, .now_ms = FIXTURE_NOW_MS};
}

/* Makes the ballot one of points: 10 to share out, or up to 10 for each option. */
static inline void fixture_points(struct fixture *fixture, enum ballot_method method)
{
    struct ballot_definition *definition = &fixture->definition;
    const struct ballot_points ten = {.present = true, .points = 10};

    definition->method = method;
    if (method == BALLOT_METHOD_CUMULATIVE) {
        definition->max_sum_points = ten;
    } else {
        definition->max_points = ten;
    }
}

/* Limits the age; 0 for no limit on that side. */
static inline void fixture_ages(struct ballot_definition *definition, int64_t min_age,
                                int64_t max_age)
{
    struct eligibility *eligibility = &definition->eligibility;

    eligibility->min_age = (struct eligibility_age){.present = min_age > 0, .years = min_age};
    eligibility->max_age = (struct eligibility_age){.present = max_age > 0, .years = max_age};
    fixture_text(eligibility->age_on, sizeof eligibility->age_on,
                 min_age > 0 || max_age > 0 ? "2022-06-20" : "");
}

/* A code is kebab-case; the sentences are whole, in the manner of public bodies and in English. */
static inline void fixture_assert_texts(const char *code, const char *korean, const char *english)
{
    size_t length = strlen(korean);

    assert_true(strlen(code) > 0);
    assert_int_equal(strspn(code, "abcdefghijklmnopqrstuvwxyz1-"), strlen(code));
    assert_true(length > 4);
    assert_true(strcmp(korean + length - 4, "다.") == 0 || strcmp(korean + length - 4, "오.") == 0);
    assert_true(strlen(english) > 1);
    assert_int_equal(english[strlen(english) - 1], '.');
}

struct fixture_random {
    uint64_t state;
};

static inline struct fixture_random fixture_random_start(void)
{
    const char *given = getenv("HYEOPCHI_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

    print_message("HYEOPCHI_TEST_SEED=%llu\n", (unsigned long long)seed);
    return (struct fixture_random){.state = seed};
}

/* A number from 0 to bound - 1 (splitmix64). */
static inline uint32_t fixture_random_below(struct fixture_random *random, uint32_t bound)
{
    uint64_t mixed;

    random->state += 0x9e3779b97f4a7c15ULL;
    mixed = random->state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    mixed ^= mixed >> 31;
    return (uint32_t)(mixed % bound);
}

#endif
