/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether one choice_body obeys the definition of its ballot. The body is
 *
 *   u8 method || u16 n || n x (u32 option number, strictly increasing || u32 value)
 *
 * and nothing else. It must never know whose it is. No allocation; any thread.
 */
#ifndef HYEOPCHI_VERIFY_CHOICE_H
#define HYEOPCHI_VERIFY_CHOICE_H

#include <stddef.h>
#include <stdint.h>

#include "verify/bytes.h"
#include "verify/definition.h"

#define CHOICE_HEAD_SIZE 3 /* bytes in front of the choices */
#define CHOICE_SIZE      8 /* bytes of each */
#define CHOICE_BODY_MAX  (CHOICE_HEAD_SIZE + CHOICE_SIZE * DEFINITION_OPTIONS_MAX)

/* The rule that is broken: the first one found, in this order except that what concerns one choice
 * comes in the order of the choices. */
enum choice_fault {
    CHOICE_OK = 0,
    CHOICE_MALFORMED, /* cut short, or bytes left over */
    CHOICE_CHANNEL,   /* the ballot does not accept the channel */
    CHOICE_METHOD,    /* not the method byte of this ballot */
    CHOICE_OPTION_UNKNOWN,
    CHOICE_OPTION_ORDER,   /* numbers are not strictly increasing */
    CHOICE_VALUE_NOT_ONE,  /* approve, knapsack */
    CHOICE_POINTS_TOO_FEW, /* of one option */
    CHOICE_POINTS_TOO_MANY,
    CHOICE_PLACE, /* places are not 1 to n, each once */
    CHOICE_EMPTY, /* no choice, and the ballot does not allow that */
    CHOICE_OPTIONS_TOO_FEW,
    CHOICE_OPTIONS_TOO_MANY,
    CHOICE_COST_TOO_LOW, /* of all together */
    CHOICE_COST_TOO_HIGH,
    CHOICE_SUM_TOO_LOW, /* points of all together */
    CHOICE_SUM_TOO_HIGH,
    CHOICE_QUOTA_TOO_FEW,
    CHOICE_QUOTA_TOO_MANY,
    CHOICE_FAULT_END,
};

/* One choice of a body. */
struct choice {
    uint32_t option;
    uint32_t value;
};

/* The fault as a kebab-case word, "cost-too-high". Static. */
const char *choice_fault_name(enum choice_fault fault);

/* Checks a vote that came through this channel (1 web, 2 kiosk, 3 booth, 4 paper). */
enum choice_fault choice_check(const struct definition *definition, uint8_t channel,
                               struct span body) __attribute__((warn_unused_result));

/* The number of choices of a body that choice_check accepts, and one of them, counted from 0. */
size_t choice_count(struct span body);
struct choice choice_at(struct span body, size_t index);

#endif
