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
    if (gate->area_cap == NULL || gate->field_cap == NULL || gate->area_spent == NULL ||
        gate->field_spent == NULL || gate->excluded == NULL) {
        return ERR_FULL;
    }
    for (uint32_t i = 0; i < options; i++) {
        const struct election_option *option = election_option(election, i);

        gate->area_cap[i] = find_cap(limits->area_caps, limits->area_cap_count, option->area);
        gate->field_cap[i] =
            find_cap(limits->field_caps, limits->field_cap_count, option->category);
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
        tally_gate_take(gate, result->funded[i],
                        election_option(gate->election, result->funded[i])->cost);
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
