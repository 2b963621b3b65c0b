/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the targets vote and batch share: a ballot, and the way from a body's
 * bytes to votes that are ready for the writer. It must never repeat a rule:
 * that an accepted vote obeys them is asked of the domain.
 */
#ifndef HYEOPCHI_TESTS_FUZZ_CAST_H
#define HYEOPCHI_TESTS_FUZZ_CAST_H

#include "participation/cast.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { FUZZ_OPTION_COUNT = 12, FUZZ_BALLOT_COUNT = 7 };

static const char FUZZ_DIGITS[] = "0123456789abcdef";

static inline void fuzz_fill_option(struct ballot_option *option, uint32_t number)
{
    const char digit = FUZZ_DIGITS[number];
    const char id[] = {'o', digit, '\0'};

    option->number = number;
    option->cost_krw = 1000000LL * number;
    memcpy(option->id, id, sizeof id);
    memcpy(option->name, id, sizeof id);
    memcpy(option->programme, id, sizeof id);
}

/* Approval with and without limits of cost, one choice only, one that takes empty votes of anybody, and
 * one of each method with points or places; choice chooses. */
static inline void fuzz_fill_definition(struct ballot_definition *definition, unsigned choice)
{
    const bool one = choice % FUZZ_BALLOT_COUNT == 2;
    const bool open = choice % FUZZ_BALLOT_COUNT == 3;

    static const enum ballot_method METHODS[FUZZ_BALLOT_COUNT] = {
        BALLOT_METHOD_APPROVAL, BALLOT_METHOD_APPROVAL,   BALLOT_METHOD_CHOOSE_1,
        BALLOT_METHOD_APPROVAL, BALLOT_METHOD_CUMULATIVE, BALLOT_METHOD_SCORING,
        BALLOT_METHOD_ORDINAL,
    };

    memset(definition->ballot_id, 0x42, sizeof definition->ballot_id);
    memcpy(definition->district, "d", 2);
    memcpy(definition->title, "t", 2);
    definition->budget_year = 2023;
    definition->funding_source = BALLOT_FUNDING_SOURCE_DISTRICT;
    definition->budget_krw = 20000000;
    definition->method = METHODS[choice % FUZZ_BALLOT_COUNT];
    definition->rule = BALLOT_RULE_GREEDY;
    definition->satisfaction = BALLOT_SATISFACTION_COST;
    definition->completion = BALLOT_COMPLETION_NONE;
    definition->tie = BALLOT_TIE_ID;
    definition->opens_at_ms = 1655683200000LL;
    definition->closes_at_ms = 1656061200000LL;
    definition->min_options = 1;
    definition->max_options = one ? 1 : 5;
    definition->max_cost_krw =
        (struct ballot_limit){.present = choice % FUZZ_BALLOT_COUNT == 1, .krw = 20000000};
    definition->max_cost_krw.krw *= definition->max_cost_krw.present;
    definition->max_sum_points.present = definition->method == BALLOT_METHOD_CUMULATIVE;
    definition->max_sum_points.points = definition->max_sum_points.present ? 10 : 0;
    definition->max_points.present = definition->method == BALLOT_METHOD_SCORING;
    definition->max_points.points = definition->max_points.present ? 5 : 0;
    definition->empty_allowed = open;
    definition->channels = BALLOT_BIT(BALLOT_CHANNEL_WEB) | BALLOT_BIT(BALLOT_CHANNEL_BOOTH);
    definition->objection_days = 1;
    definition->eligibility.grounds = BALLOT_BIT(ELIGIBILITY_GROUND_SCHOOL);
    definition->bases = BALLOT_BIT(BALLOT_BASIS_DID) | BALLOT_BIT(BALLOT_BASIS_MANUAL);
    definition->area_count = open ? 0 : 1;
    memcpy(definition->areas[0], "a", open ? 0 : 2);
}

static inline struct frozen *fuzz_make_frozen(unsigned choice)
{
    const size_t size = sizeof(struct frozen) + FUZZ_OPTION_COUNT * sizeof(struct ballot_option);
    struct frozen *frozen = calloc(1, size);
    struct ballot_refusal refusal = {.reason = BALLOT_REFUSAL_NONE};
    enum err err;

    assert(frozen != NULL);
    atomic_init(&frozen->references, 1);
    fuzz_fill_definition(&frozen->definition, choice);
    for (uint32_t i = 0; i < FUZZ_OPTION_COUNT; i++) {
        fuzz_fill_option(&frozen->options[i], i + 1);
    }
    frozen->definition.options = frozen->options;
    frozen->definition.option_count = FUZZ_OPTION_COUNT;
    err = ballot_check(&frozen->definition, &refusal);
    assert(err == ERR_OK);
    ballot_index_build(&frozen->definition, &frozen->index);
    return frozen;
}

static inline void fuzz_check_item(const struct frozen *frozen, const struct cast_item *item)
{
    const struct vote_context context = {
        .definition = &frozen->definition,
        .state = BALLOT_STATE_OPEN,
        .now_ms = frozen->definition.opens_at_ms,
    };
    static const uint8_t none[VOTE_SUBJECT_SIZE];
    struct vote_refusal refusal;
    struct vote_body body;
    enum err err;

    if (item->refused_early) {
        assert(item->outcome == CAST_REFUSED && item->problem != NULL);
        assert(item->problem->kind->status >= 400 && item->problem->kind->status < 500);
        return;
    }
    err = vote_check(&context, &item->vote, &refusal);
    assert(err == ERR_OK);
    assert(memcmp(item->vote.subject, none, sizeof none) == 0);
    err = vote_body_decode(item->body, item->body_length, &body);
    assert(err == ERR_OK);
    assert(body.method == vote_body_method(&frozen->definition));
    assert(body.count == item->vote.choice_count);
}

/* The first byte chooses the ballot, and its highest bit who casts; the rest is the request's body. */
static inline void fuzz_cast(const uint8_t *data, size_t size, bool batch)
{
    static bool opened;
    static struct frozen *ballots[FUZZ_BALLOT_COUNT];
    const unsigned choice = size > 0 ? data[0] % FUZZ_BALLOT_COUNT : 0;
    const struct cast_source source = {
        .body = size > 0 ? data + 1 : NULL,
        .body_length = size > 0 ? size - 1 : 0,
        .batch = batch,
        .caster = size > 0 && data[0] >= 0x80 ? VOTE_CASTER_STAFF : VOTE_CASTER_FRONT_END,
        .front_end_role = "front-end",
        .front_end_id = "portal",
        .idempotency_key = "7c1e5b0a",
    };
    struct problem problem = {.kind = NULL};
    struct cast cast = {.items = NULL};

    if (!opened) {
        enum err err = crypto_open();

        assert(err == ERR_OK);
        cast_open();
        opened = true;
    }
    if (ballots[choice] == NULL) {
        ballots[choice] = fuzz_make_frozen(choice);
    }
    cast.frozen = frozen_hold(ballots[choice]);
    if (cast_prepare(&cast, &source, &problem)) {
        assert(batch && problem.kind != NULL && cast.item_count == 0);
    } else {
        assert(cast.item_count >= 1 && cast.item_count <= CAST_LINE_COUNT_MAX);
        assert(batch || cast.item_count == 1);
        for (size_t i = 0; i < cast.item_count; i++) {
            assert(cast.items[i].line == i + 1);
            fuzz_check_item(ballots[choice], &cast.items[i]);
        }
    }
    cast_release(&cast);
}

#endif
