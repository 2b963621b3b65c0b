/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Caps and exclusions. Without limits a gate must cost nothing: it holds no
 * memory and admits at once.
 */
#include "participation/domain/tally_gate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The first cap of that name; a name has one (tally_run() refuses a second). */
static uint32_t find_cap(const struct tally_cap *caps, uint32_t count, const char *name)
{
    assert(caps != NULL || count == 0);
    assert(name != NULL);

    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(caps[i].name, name) == 0) {
            return i;
        }
    }
    return TALLY_GATE_NO_CAP;
}

/* The least whole number of units of 10^-scale that is not below the amount, which is above 0 and below one
 * that fits. */
static int64_t units_up(struct decimal amount, unsigned scale)
{
    int64_t units = amount.units;

    assert(amount.units > 0);

    for (unsigned i = amount.scale; i < scale; i++) {
        units *= 10;
    }
    for (unsigned i = scale; i < amount.scale; i++) {
        units = units / 10 + (units % 10 != 0 ? 1 : 0);
    }
    return units;
}

enum err tally_gate_open(struct tally_gate *gate, const struct election *election,
                         const struct tally_limits *limits)
{
    size_t options = election_option_count(election);

    assert(gate != NULL);

    *gate = (struct tally_gate){
        .election = election, .limits = limits, .option_count = (uint32_t)options};
    if (limits == NULL) {
        return ERR_OK;
    }
    gate->area_cap = calloc(options + 1, sizeof *gate->area_cap);
    gate->field_cap = calloc(options + 1, sizeof *gate->field_cap);
    gate->area_spent = calloc((size_t)limits->area_cap_count + 1, sizeof *gate->area_spent);
    gate->field_spent = calloc((size_t)limits->field_cap_count + 1, sizeof *gate->field_spent);
    gate->excluded = calloc(options + 1, sizeof *gate->excluded);
    gate->least = calloc(options + 1, sizeof *gate->least);
    if (gate->area_cap == NULL || gate->field_cap == NULL || gate->area_spent == NULL ||
        gate->field_spent == NULL || gate->excluded == NULL || gate->least == NULL) {
        return ERR_FULL;
    }
    for (uint32_t i = 0; i < options; i++) {
        const struct election_option *option = election_option(election, i);

        gate->area_cap[i] = find_cap(limits->area_caps, limits->area_cap_count, option->area);
        gate->field_cap[i] =
            find_cap(limits->field_caps, limits->field_cap_count, option->category);
    }
    for (uint32_t i = 0; i < limits->adjustable_count; i++) {
        const struct tally_adjustable *one = &limits->adjustable[i];

        gate->least[one->option] = units_up(one->least, election_money_scale(election));
    }
    return ERR_OK;
}

void tally_gate_close(struct tally_gate *gate)
{
    free(gate->area_cap);
    free(gate->field_cap);
    free(gate->area_spent);
    free(gate->field_spent);
    free(gate->excluded);
    free(gate->least);
    *gate = (struct tally_gate){.election = NULL};
}

void tally_gate_reset(struct tally_gate *gate)
{
    assert(gate->election != NULL);

    if (gate->limits != NULL) {
        memset(gate->area_spent, 0, gate->limits->area_cap_count * sizeof *gate->area_spent);
        memset(gate->field_spent, 0, gate->limits->field_cap_count * sizeof *gate->field_spent);
        memset(gate->excluded, 0, gate->option_count * sizeof *gate->excluded);
    }
}

void tally_gate_copy(struct tally_gate *to, const struct tally_gate *from)
{
    const struct tally_limits *limits = from->limits;

    assert(to->limits == limits);
    assert(to->option_count == from->option_count);

    if (limits != NULL) {
        memcpy(to->area_spent, from->area_spent, limits->area_cap_count * sizeof *to->area_spent);
        memcpy(to->field_spent, from->field_spent,
               limits->field_cap_count * sizeof *to->field_spent);
        memcpy(to->excluded, from->excluded, from->option_count * sizeof *to->excluded);
    }
}

/* Excludes all but the one of a group that it is in. */
static void exclude_others(struct tally_gate *gate, const struct tally_group *group,
                           uint32_t option)
{
    bool inside = false;

    for (uint32_t i = 0; i < group->count; i++) {
        inside = inside || group->options[i] == option;
    }
    for (uint32_t i = 0; i < group->count && inside; i++) {
        assert(group->options[i] < gate->option_count);
        gate->excluded[group->options[i]] =
            gate->excluded[group->options[i]] || group->options[i] != option;
    }
}

void tally_gate_take(struct tally_gate *gate, uint32_t option, int64_t amount)
{
    enum tally_reason reason = TALLY_FUNDED;
    const bool admitted = tally_gate_admits(gate, option, amount, &reason);

    assert(option < gate->option_count);
    assert(admitted);

    if (gate->limits == NULL) {
        return;
    }
    if (gate->area_cap[option] != TALLY_GATE_NO_CAP) {
        gate->area_spent[gate->area_cap[option]] += amount;
    }
    if (gate->field_cap[option] != TALLY_GATE_NO_CAP) {
        gate->field_spent[gate->field_cap[option]] += amount;
    }
    for (uint32_t i = 0; i < gate->limits->group_count; i++) {
        exclude_others(gate, &gate->limits->groups[i], option);
    }
}

void tally_gate_take_funded(struct tally_gate *gate, const struct tally_result *result)
{
    assert(result->option_count == gate->option_count);

    for (uint32_t i = 0; i < result->funded_count; i++) {
        tally_gate_take(gate, result->funded[i], result->outcomes[result->funded[i]].granted);
    }
}

/* Whether the cap holds that much more. */
static bool holds(const struct tally_gate *gate, const struct tally_cap *cap, int64_t spent,
                  int64_t amount)
{
    struct decimal total = {.scale = election_money_scale(gate->election)};

    assert(spent >= 0);
    assert(amount >= 0);

    return !__builtin_add_overflow(spent, amount, &total.units) &&
           decimal_compare(total, cap->amount) <= 0;
}

bool tally_gate_admits(const struct tally_gate *gate, uint32_t option, int64_t amount,
                       enum tally_reason *ret_reason)
{
    uint32_t area;
    uint32_t field;

    assert(option < gate->option_count);
    assert(ret_reason != NULL);

    if (gate->limits == NULL) {
        return true;
    }
    if (gate->excluded[option]) {
        *ret_reason = TALLY_INCOMPATIBLE;
        return false;
    }
    area = gate->area_cap[option];
    if (area != TALLY_GATE_NO_CAP &&
        !holds(gate, &gate->limits->area_caps[area], gate->area_spent[area], amount)) {
        *ret_reason = TALLY_OVER_AREA_CAP;
        return false;
    }
    field = gate->field_cap[option];
    if (field != TALLY_GATE_NO_CAP &&
        !holds(gate, &gate->limits->field_caps[field], gate->field_spent[field], amount)) {
        *ret_reason = TALLY_OVER_FIELD_CAP;
        return false;
    }
    return true;
}

/* How many more units the cap holds, at most amount. */
static int64_t room_under(const struct tally_gate *gate, const struct tally_cap *cap, int64_t spent,
                          int64_t amount)
{
    int64_t none = 0;
    int64_t all = amount;

    assert(amount >= 0);

    /* The most that the cap holds, halving: a cap need not be a whole number of units. */
    while (none < all) {
        const int64_t middle = all - (all - none) / 2;

        if (holds(gate, cap, spent, middle)) {
            none = middle;
        } else {
            all = middle - 1;
        }
    }
    return none;
}

int64_t tally_gate_least(const struct tally_gate *gate, uint32_t option)
{
    const int64_t least = gate->limits != NULL ? gate->least[option] : 0;

    assert(option < gate->option_count);
    assert(least >= 0);

    return least > 0 ? least : election_option(gate->election, option)->cost;
}

bool tally_gate_offer(const struct tally_gate *gate, const struct tally_turn *turn,
                      enum tally_reason *ret_reason, int64_t *ret_amount)
{
    const uint32_t option = turn->option;
    const int64_t cost = election_option(gate->election, option)->cost;
    const int64_t least = tally_gate_least(gate, option);
    int64_t amount = cost < turn->left ? cost : turn->left;

    assert(turn->left >= 0);
    assert(least <= cost);

    if (!tally_gate_admits(gate, option, least, ret_reason)) {
        return false;
    }
    if (least > turn->left) {
        *ret_reason = TALLY_OVER_LEFT;
        return false;
    }
    if (gate->limits != NULL && gate->area_cap[option] != TALLY_GATE_NO_CAP) {
        amount = room_under(gate, &gate->limits->area_caps[gate->area_cap[option]],
                            gate->area_spent[gate->area_cap[option]], amount);
    }
    if (gate->limits != NULL && gate->field_cap[option] != TALLY_GATE_NO_CAP) {
        amount = room_under(gate, &gate->limits->field_caps[gate->field_cap[option]],
                            gate->field_spent[gate->field_cap[option]], amount);
    }
    assert(amount >= least);
    *ret_amount = amount;
    return true;
}

bool tally_gate_is_open(const struct tally_gate *gate, uint32_t option)
{
    enum tally_reason reason = TALLY_FUNDED;

    return tally_gate_admits(gate, option, election_option(gate->election, option)->cost, &reason);
}

bool tally_gate_gives(enum tally_reason reason)
{
    assert(reason < TALLY_REASON_COUNT);

    return reason == TALLY_INCOMPATIBLE || reason == TALLY_OVER_AREA_CAP ||
           reason == TALLY_OVER_FIELD_CAP;
}
