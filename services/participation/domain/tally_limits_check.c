/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Soundness of limits. What is refused here is a mistake of the program that
 * calls: files and definitions are checked, and refused by name, before.
 */
#include "participation/domain/tally_limits_check.h"

#include <assert.h>
#include <string.h>

static bool group_is_sound(const struct election *election, const struct tally_group *group)
{
    for (uint32_t i = 0; i < group->count; i++) {
        if (group->options[i] >= election_option_count(election)) {
            return false;
        }
        for (uint32_t before = 0; before < i; before++) {
            if (group->options[before] == group->options[i]) {
                return false;
            }
        }
    }
    return group->count >= 2;
}

static bool caps_are_sound(const struct tally_cap *caps, uint32_t count)
{
    if (count > TALLY_CAPS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (caps[i].name == NULL || caps[i].amount.units < 0) {
            return false;
        }
        for (uint32_t before = 0; before < i; before++) {
            if (strcmp(caps[before].name, caps[i].name) == 0) {
                return false;
            }
        }
    }
    return true;
}

/* Each named once, with a least above 0 and below its cost. */
static bool adjustable_are_sound(const struct election *election, const struct tally_limits *limits)
{
    if (limits->adjustable_count > TALLY_ADJUSTABLE_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < limits->adjustable_count; i++) {
        const struct tally_adjustable *one = &limits->adjustable[i];
        struct decimal cost = {.scale = election_money_scale(election)};

        if (one->option >= election_option_count(election) || one->least.units <= 0) {
            return false;
        }
        cost.units = election_option(election, one->option)->cost;
        if (decimal_compare(one->least, cost) >= 0) {
            return false;
        }
        for (uint32_t before = 0; before < i; before++) {
            if (limits->adjustable[before].option == one->option) {
                return false;
            }
        }
    }
    return true;
}

bool tally_limits_are_sound(const struct election *election, const struct tally_limits *limits)
{
    uint32_t named = 0;

    assert(election != NULL);

    if (limits == NULL) {
        return true;
    }
    if (limits->group_count > TALLY_GROUPS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < limits->group_count; i++) {
        const struct tally_group *group = &limits->groups[i];

        if (group->count > TALLY_NAMED_MAX - named || !group_is_sound(election, group)) {
            return false;
        }
        named += group->count;
    }
    return caps_are_sound(limits->area_caps, limits->area_cap_count) &&
           caps_are_sound(limits->field_caps, limits->field_cap_count) &&
           adjustable_are_sound(election, limits);
}
