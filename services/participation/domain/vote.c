/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of vote.h. They must never consume anything, and must find the
 * same refusal whatever the order in which requests arrive.
 */
#include "participation/domain/vote.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/ballot_names.h"

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

static const char *const SEXES[] = {"", "F", "M", "X"};
static const char *const AGE_BANDS[] = {"",      "10-19", "20-29", "30-39",
                                        "40-49", "50-59", "60-69", "70+"};

static_assert(COUNT(SEXES) == VOTE_SEX_END, "a word for every sex");
static_assert(COUNT(AGE_BANDS) == VOTE_AGE_BAND_END, "a word for every age band");
static_assert(VOTE_REVISION_MAX <= UINT16_MAX, "a revision fits into its u16");
static_assert(VOTE_REVISION_ONLINE_MAX == VOTE_REVISION_MAX - 1, "one is left");

static enum err check_open(const struct vote_context *context, struct vote_refusal *refusal);
static enum err check_eligible(const struct ballot_definition *definition, const struct vote *vote,
                               struct vote_refusal *refusal);
static enum err check_choices(const struct ballot_definition *definition, const struct vote *vote,
                              int64_t *ret_cost_krw, struct vote_refusal *refusal);
static enum err check_value(const struct ballot_definition *definition, const struct vote *vote,
                            size_t index, struct vote_refusal *refusal);
static enum err check_limits(const struct ballot_definition *definition, const struct vote *vote,
                             int64_t cost_krw, struct vote_refusal *refusal);
static enum err check_quotas(const struct ballot_definition *definition, const struct vote *vote,
                             struct vote_refusal *refusal);
static enum err check_places(const struct vote *vote, struct vote_refusal *refusal);
static enum err check_sum(const struct ballot_definition *definition, const struct vote *vote,
                          struct vote_refusal *refusal);
static enum err refuse(struct vote_refusal *refusal, enum vote_refusal_reason reason,
                       const char *field);
static enum err refuse_choice(struct vote_refusal *refusal, enum vote_refusal_reason reason,
                              size_t index, const char *field);
static enum err refusal_err(enum vote_refusal_reason reason);

enum err vote_check(const struct vote_context *context, const struct vote *vote,
                    struct vote_refusal *refusal)
{
    enum err err;

    assert(context->definition != NULL);
    assert(vote->basis > BALLOT_BASIS_MISSING && vote->basis < BALLOT_BASIS_END);
    assert(vote->channel > BALLOT_CHANNEL_MISSING && vote->channel < BALLOT_CHANNEL_END);
    assert(vote->choices != NULL || vote->choice_count == 0);
    assert(refusal != NULL);

    err = check_open(context, refusal);
    if (err) {
        return err;
    }
    err = check_eligible(context->definition, vote, refusal);
    if (err) {
        return err;
    }
    if (vote->reserves) {
        assert(vote->channel == BALLOT_CHANNEL_PAPER && vote->choice_count == 0);
        return ERR_OK;
    }
    if (vote->channel == BALLOT_CHANNEL_PAPER) {
        return refuse(refusal, VOTE_REFUSAL_PAPER_NOT_ISSUED, "channel");
    }
    return vote_check_choices(context->definition, vote, refusal);
}

enum err vote_check_choices(const struct ballot_definition *definition, const struct vote *vote,
                            struct vote_refusal *refusal)
{
    int64_t cost_krw = 0;
    enum err err;

    assert(vote->choices != NULL || vote->choice_count == 0);
    assert(refusal != NULL);

    err = check_choices(definition, vote, &cost_krw, refusal);
    if (err) {
        return err;
    }
    err = check_limits(definition, vote, cost_krw, refusal);
    if (!err) {
        err = check_quotas(definition, vote, refusal);
    }
    if (!err && definition->method == BALLOT_METHOD_ORDINAL) {
        err = check_places(vote, refusal);
    }
    if (!err && definition->method == BALLOT_METHOD_CUMULATIVE) {
        err = check_sum(definition, vote, refusal);
    }
    return err;
}

enum err vote_check_caster(enum vote_caster caster, enum ballot_channel channel,
                           struct vote_refusal *refusal)
{
    const enum vote_caster owner =
        vote_channel_final(channel) ? VOTE_CASTER_STAFF : VOTE_CASTER_FRONT_END;

    assert(caster > VOTE_CASTER_MISSING && caster < VOTE_CASTER_END);
    assert(refusal != NULL);

    return caster == owner ? ERR_OK : refuse(refusal, VOTE_REFUSAL_CHANNEL_NOT_YOURS, "channel");
}

bool vote_channel_final(enum ballot_channel channel)
{
    assert(channel > BALLOT_CHANNEL_MISSING);
    assert(channel < BALLOT_CHANNEL_END);

    return channel == BALLOT_CHANNEL_BOOTH || channel == BALLOT_CHANNEL_PAPER;
}

enum err vote_revise(const struct vote_previous *previous, uint32_t channels,
                     enum ballot_channel channel, struct vote_revision *ret,
                     struct vote_refusal *refusal)
{
    bool first = previous->rev == 0 || previous->is_withdrawn;
    bool final = vote_channel_final(channel);
    bool reserves =
        (channels & (BALLOT_BIT(BALLOT_CHANNEL_BOOTH) | BALLOT_BIT(BALLOT_CHANNEL_PAPER))) != 0;

    assert(previous->rev <= VOTE_REVISION_MAX);
    assert(ret != NULL);
    assert(refusal != NULL);

    if (!first && vote_channel_final(previous->channel)) {
        return refuse(refusal,
                      previous->channel == BALLOT_CHANNEL_PAPER ? VOTE_REFUSAL_PAPER_ISSUED
                                                                : VOTE_REFUSAL_FINAL_VOTE_CAST,
                      NULL);
    }
    if (previous->rev == VOTE_REVISION_MAX) {
        return refuse(refusal, VOTE_REFUSAL_REVISIONS_EXHAUSTED, NULL);
    }
    if (!first && previous->is_void && !final) {
        return refuse(refusal, VOTE_REFUSAL_VOTE_VOID, "channel");
    }
    if (reserves && !final && previous->rev >= VOTE_REVISION_ONLINE_MAX) {
        return refuse(refusal, VOTE_REFUSAL_REVISION_RESERVED, "channel");
    }
    *ret = (struct vote_revision){
        .rev = (uint16_t)(previous->rev + 1),
        .first = first,
        .final = final,
        .voids_online = final && !first,
    };
    assert(ret->rev >= 1);
    assert(ret->rev <= VOTE_REVISION_MAX);
    return ERR_OK;
}

const char *vote_sex_name(enum vote_sex sex)
{
    return SEXES[(unsigned)sex < COUNT(SEXES) ? sex : VOTE_SEX_ABSENT];
}

const char *vote_age_band_name(enum vote_age_band band)
{
    return AGE_BANDS[(unsigned)band < COUNT(AGE_BANDS) ? band : VOTE_AGE_BAND_ABSENT];
}

enum err vote_sex_from_name(const char *name, enum vote_sex *ret)
{
    unsigned value = 0;

    assert(ret != NULL);

    if (name != NULL && name[0] != '\0') {
        value = ballot_name_find(SEXES, COUNT(SEXES), name);
        if (value == 0) {
            return ERR_INVALID;
        }
    }
    assert(value < VOTE_SEX_END);
    *ret = (enum vote_sex)value;
    return ERR_OK;
}

enum err vote_age_band_from_name(const char *name, enum vote_age_band *ret)
{
    unsigned value = 0;

    assert(ret != NULL);

    if (name != NULL && name[0] != '\0') {
        value = ballot_name_find(AGE_BANDS, COUNT(AGE_BANDS), name);
        if (value == 0) {
            return ERR_INVALID;
        }
    }
    assert(value < VOTE_AGE_BAND_END);
    *ret = (enum vote_age_band)value;
    return ERR_OK;
}

static enum err check_open(const struct vote_context *context, struct vote_refusal *refusal)
{
    const int64_t closes_at_ms = ballot_closes_at_ms(context->definition, context->extended_to_ms);

    assert(context->state > BALLOT_STATE_MISSING && context->state < BALLOT_STATE_END);
    assert(context->definition->opens_at_ms < context->definition->closes_at_ms);
    assert(closes_at_ms >= context->definition->closes_at_ms);

    if (context->state < BALLOT_STATE_OPEN) {
        return refuse(refusal, VOTE_REFUSAL_BALLOT_NOT_OPEN, NULL);
    }
    /* Late whether or not the operators have closed it already. */
    if (context->state > BALLOT_STATE_OPEN || context->now_ms >= closes_at_ms) {
        return refuse(refusal, VOTE_REFUSAL_BALLOT_CLOSED, NULL);
    }
    if (context->now_ms < context->definition->opens_at_ms) {
        return refuse(refusal, VOTE_REFUSAL_BALLOT_EARLY, NULL);
    }
    return ERR_OK;
}

static enum err check_eligible(const struct ballot_definition *definition, const struct vote *vote,
                               struct vote_refusal *refusal)
{
    assert(definition->channels != 0);
    assert(definition->bases != 0);

    if ((definition->bases & BALLOT_BIT(vote->basis)) == 0) {
        return refuse(refusal, VOTE_REFUSAL_BASIS_NOT_ACCEPTED, "basis");
    }
    if ((definition->channels & BALLOT_BIT(vote->channel)) == 0) {
        return refuse(refusal, VOTE_REFUSAL_CHANNEL_NOT_ACCEPTED, "channel");
    }
    if (definition->area_count > 0 &&
        ballot_area_find(definition, vote->area) == definition->area_count) {
        return refuse(refusal, VOTE_REFUSAL_AREA_NOT_ELIGIBLE, "area");
    }
    if ((vote_age_bands(definition) & BALLOT_BIT(vote->age_band)) == 0) {
        return refuse(refusal,
                      vote->age_band == VOTE_AGE_BAND_ABSENT ? VOTE_REFUSAL_AGE_BAND_MISSING
                                                             : VOTE_REFUSAL_AGE_NOT_ELIGIBLE,
                      "age_band");
    }
    return ERR_OK;
}

static enum err check_choices(const struct ballot_definition *definition, const struct vote *vote,
                              int64_t *ret_cost_krw, struct vote_refusal *refusal)
{
    uint64_t seen[(BALLOT_OPTION_MAX + 64) / 64] = {0};
    int64_t cost_krw = 0;
    enum err err;

    assert(definition->option_count <= BALLOT_OPTION_MAX);

    /* More choices than options repeat one: it is found before the loop can run long. */
    for (size_t i = 0; i < vote->choice_count; i++) {
        const struct vote_choice *choice = &vote->choices[i];
        const struct ballot_option *option = ballot_option(definition, choice->option);
        uint64_t bit = 1ULL << (choice->option % 64);

        if (option == NULL) {
            return refuse_choice(refusal, VOTE_REFUSAL_OPTION_UNKNOWN, i, "option");
        }
        if ((seen[choice->option / 64] & bit) != 0) {
            return refuse_choice(refusal, VOTE_REFUSAL_OPTION_REPEATED, i, "option");
        }
        err = check_value(definition, vote, i, refusal);
        if (err) {
            return err;
        }
        seen[choice->option / 64] |= bit;
        /* At most BALLOT_OPTION_MAX different options of at most BALLOT_KRW_MAX: it fits. */
        cost_krw += option->cost_krw;
    }
    assert(vote->choice_count <= definition->option_count);
    *ret_cost_krw = cost_krw;
    return ERR_OK;
}

/* The value of one choice, as far as it can be judged alone. */
static enum err check_value(const struct ballot_definition *definition, const struct vote *vote,
                            size_t index, struct vote_refusal *refusal)
{
    struct ballot_point_limits limits;
    const int64_t value = vote->choices[index].value;

    switch (definition->method) {
    case BALLOT_METHOD_CUMULATIVE:
    case BALLOT_METHOD_SCORING:
        limits = ballot_point_limits(definition);
        if (value < limits.min) {
            return refuse_choice(refusal, VOTE_REFUSAL_POINTS_TOO_FEW, index, "value");
        }
        if (value > limits.max) {
            return refuse_choice(refusal, VOTE_REFUSAL_POINTS_TOO_MANY, index, "value");
        }
        return ERR_OK;
    case BALLOT_METHOD_ORDINAL:
        if (value < 1 || value > (int64_t)vote->choice_count) {
            return refuse_choice(refusal, VOTE_REFUSAL_PLACE_OUT_OF_RANGE, index, "value");
        }
        return ERR_OK;
    case BALLOT_METHOD_APPROVAL:
    case BALLOT_METHOD_CHOOSE_1:
    case BALLOT_METHOD_MISSING:
    case BALLOT_METHOD_END:
        break;
    }
    return value == 1 ? ERR_OK : refuse_choice(refusal, VOTE_REFUSAL_VALUE_NOT_ONE, index, "value");
}

/* Places of 1 to the number of choices: every one is there if none is there twice. */
static enum err check_places(const struct vote *vote, struct vote_refusal *refusal)
{
    uint64_t seen[(VOTE_CHOICE_MAX + 64) / 64] = {0};

    assert(vote->choice_count <= VOTE_CHOICE_MAX);

    for (size_t i = 0; i < vote->choice_count; i++) {
        const uint32_t place = vote->choices[i].value;
        const uint64_t bit = 1ULL << (place % 64);

        assert(place >= 1 && place <= vote->choice_count);
        if ((seen[place / 64] & bit) != 0) {
            return refuse_choice(refusal, VOTE_REFUSAL_PLACE_REPEATED, i, "value");
        }
        seen[place / 64] |= bit;
    }
    return ERR_OK;
}

static enum err check_sum(const struct ballot_definition *definition, const struct vote *vote,
                          struct vote_refusal *refusal)
{
    const struct ballot_point_limits limits = ballot_point_limits(definition);
    int64_t sum = 0;

    for (size_t i = 0; i < vote->choice_count; i++) {
        sum += vote->choices[i].value; /* At most BALLOT_OPTION_MAX times BALLOT_POINTS_MAX. */
    }
    if (vote->choice_count > 0 && sum < limits.min_sum) {
        return refuse(refusal, VOTE_REFUSAL_SUM_TOO_LOW, "choices");
    }
    if (sum > limits.max_sum) {
        return refuse(refusal, VOTE_REFUSAL_SUM_TOO_HIGH, "choices");
    }
    return ERR_OK;
}

static enum err check_limits(const struct ballot_definition *definition, const struct vote *vote,
                             int64_t cost_krw, struct vote_refusal *refusal)
{
    assert(cost_krw >= 0);
    assert(definition->min_options <= definition->max_options);

    if (vote->choice_count == 0) {
        /* The minimum is for votes that choose something. */
        if (definition->empty_allowed) {
            return ERR_OK;
        }
        return refuse(refusal, VOTE_REFUSAL_EMPTY_NOT_ALLOWED, "choices");
    }
    if (vote->choice_count < definition->min_options) {
        return refuse(refusal, VOTE_REFUSAL_OPTIONS_TOO_FEW, "choices");
    }
    if (vote->choice_count > definition->max_options) {
        /* The first one that is too many. */
        return refuse_choice(refusal, VOTE_REFUSAL_OPTIONS_TOO_MANY, definition->max_options, NULL);
    }
    if (definition->min_cost_krw.present && cost_krw < definition->min_cost_krw.krw) {
        return refuse(refusal, VOTE_REFUSAL_COST_TOO_LOW, "choices");
    }
    if (definition->max_cost_krw.present && cost_krw > definition->max_cost_krw.krw) {
        return refuse(refusal, VOTE_REFUSAL_COST_TOO_HIGH, "choices");
    }
    return ERR_OK;
}

/* Too many are named by the first choice that is; too few by the vote as a whole. */
static enum err check_quotas(const struct ballot_definition *definition, const struct vote *vote,
                             struct vote_refusal *refusal)
{
    assert(definition->area_quotas.count <= BALLOT_QUOTA_MAX);
    assert(vote->choice_count <= definition->option_count);

    for (size_t i = 0; i < definition->area_quotas.count && vote->choice_count > 0; i++) {
        const struct ballot_quota *quota = &definition->area_quotas.list[i];
        uint32_t count = 0;

        for (size_t place = 0; place < vote->choice_count; place++) {
            const struct ballot_option *option =
                ballot_option(definition, vote->choices[place].option);

            count += ballot_quota_covers(definition, quota, option) ? 1 : 0;
            if (count > quota->max_options) {
                return refuse_choice(refusal, VOTE_REFUSAL_QUOTA_TOO_MANY, place, "option");
            }
        }
        if (count < quota->min_options) {
            return refuse(refusal, VOTE_REFUSAL_QUOTA_TOO_FEW, "choices");
        }
    }
    return ERR_OK;
}

static enum err refuse(struct vote_refusal *refusal, enum vote_refusal_reason reason,
                       const char *field)
{
    assert(refusal != NULL);

    refusal->reason = reason;
    refusal->choice = BALLOT_PATH_WHOLE;
    ballot_path_set(refusal->path, NULL, BALLOT_PATH_WHOLE, field);
    return refusal_err(reason);
}

static enum err refuse_choice(struct vote_refusal *refusal, enum vote_refusal_reason reason,
                              size_t index, const char *field)
{
    assert(refusal != NULL);
    assert(index != BALLOT_PATH_WHOLE);

    refusal->reason = reason;
    refusal->choice = index;
    ballot_path_set(refusal->path, "choices", index, field);
    return refusal_err(reason);
}

static enum err refusal_err(enum vote_refusal_reason reason)
{
    enum vote_refusal_class class = vote_refusal_text(reason)->class;

    assert(class != VOTE_REFUSAL_CLASS_NONE);

    return class == VOTE_REFUSAL_CLASS_CONFLICT ? ERR_CONFLICT : ERR_INVALID;
}
