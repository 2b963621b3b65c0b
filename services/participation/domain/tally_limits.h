/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a count must keep beside the budget: caps on what options of one area
 * or one field get together, and options that exclude each other.
 *
 * They hold whatever the rule. An option whose turn comes when an option that
 * excludes it is funded, or when its cap no longer holds its cost, is out for
 * good and the rule goes on without it: the better one wins, and what a rule
 * does at an option that does not fit the budget it does not do here. What the
 * caps hold and who is out only ever grows, so nobody comes back.
 *
 * A limit refers to texts and numbers of its owner and owns nothing. Pure; any
 * thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_LIMITS_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_LIMITS_H

#include <stdint.h>

#include "participation/domain/decimal.h"

#define TALLY_CAPS_MAX       1024  /* of areas, and as many of fields */
#define TALLY_GROUPS_MAX     4096  /* of options that exclude each other */
#define TALLY_NAMED_MAX      65536 /* options in all groups together */
#define TALLY_ADJUSTABLE_MAX 65536 /* options whose cost may be adjusted */

/* What options get together whose area (or field) has this name. */
struct tally_cap {
    const char *name;
    struct decimal amount;
};

/* Options of which at most one is funded: options[0 … count). */
struct tally_group {
    const uint32_t *options;
    uint32_t count;
};

/* An option whose cost may be adjusted: where its whole cost is not to be had at its turn, it is funded
 * with what is (of the budget and under its caps) if that is at least so much. Greedy and its variants. */
struct tally_adjustable {
    uint32_t option;
    struct decimal least;
};

struct tally_limits {
    const struct tally_group *groups;
    uint32_t group_count;
    const struct tally_cap *area_caps;
    uint32_t area_cap_count;
    const struct tally_cap *field_caps;
    uint32_t field_cap_count;
    const struct tally_adjustable *adjustable;
    uint32_t adjustable_count;
};

#endif
