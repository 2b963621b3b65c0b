/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits of a count at work: which options they still admit, given what is
 * funded. Only the tally files include this header. A gate belongs to one
 * count at a time; it must never look at the budget.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_GATE_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_GATE_H

#include "participation/domain/tally.h"

struct tally_gate {
    const struct election *election;
    const struct tally_limits *limits; /* NULL: everything is admitted */
    uint32_t option_count;
    uint32_t *area_cap;  /* per option the cap of its area, or TALLY_GATE_NO_CAP */
    uint32_t *field_cap; /* the same of its field */
    int64_t *area_spent; /* per cap, units of the election's money */
    int64_t *field_spent;
    bool *excluded; /* per option: one that excludes it is funded */
    int64_t *least; /* per option what it can be funded with at least; 0: its whole cost */
};

#define TALLY_GATE_NO_CAP UINT32_MAX

/* An option's turn, and what is left of the budget then. */
struct tally_turn {
    uint32_t option;
    int64_t left;
};

/* Makes a gate through which nothing has gone; limits may be NULL and are borrowed. ERR_FULL without
 * memory; the gate can be closed then, too. */
ERR_CHECKED enum err tally_gate_open(struct tally_gate *gate, const struct election *election,
                                     const struct tally_limits *limits);

/* Frees what it owns. Takes a gate made of zeros. */
void tally_gate_close(struct tally_gate *gate);

/* As after tally_gate_open(). */
void tally_gate_reset(struct tally_gate *gate);

/* Makes to admit what from admits; both were opened for the same limits. */
void tally_gate_copy(struct tally_gate *to, const struct tally_gate *from);

/* The option is funded with that amount, which the gate admitted. */
void tally_gate_take(struct tally_gate *gate, uint32_t option, int64_t amount);

/* The same for all that a result has funded, each with what it was granted. */
void tally_gate_take_funded(struct tally_gate *gate, const struct tally_result *result);

/* Whether the option may be funded with that amount; if not, *ret_reason says why. */
bool tally_gate_admits(const struct tally_gate *gate, uint32_t option, int64_t amount,
                       enum tally_reason *ret_reason);

/* What the option can be funded with at least: its cost, unless that may be adjusted. */
int64_t tally_gate_least(const struct tally_gate *gate, uint32_t option);

/*
 * Whether the option is funded at its turn when so much is left, and with what:
 * its whole cost, or what is to be had (left, and under its caps) if its cost
 * may be adjusted that far. If not, *ret_reason says why: TALLY_OVER_LEFT, or
 * what a gate gives.
 */
bool tally_gate_offer(const struct tally_gate *gate, const struct tally_turn *turn,
                      enum tally_reason *ret_reason, int64_t *ret_amount);

/* The same with its whole cost, and without the reason. */
bool tally_gate_is_open(const struct tally_gate *gate, uint32_t option);

/* Whether a reason is one of those a gate gives. */
bool tally_gate_gives(enum tally_reason reason);

#endif
