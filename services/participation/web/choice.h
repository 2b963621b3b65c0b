/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person picks on the page: read from the form, added up, and held
 * against the ballot's rules, which are the service's own (domain/vote.h). The
 * service has the last word all the same. Pure; any thread.
 *
 * The fields of the form, N being an option's number:
 *   choose-1             choice=N
 *   approval             choice=N for each
 *   cumulative, scoring  points-N=POINTS, empty for an option that is not named
 *   ordinal              place-N=PLACE, empty likewise
 */
#ifndef HYEOPCHI_PARTICIPATION_WEB_CHOICE_H
#define HYEOPCHI_PARTICIPATION_WEB_CHOICE_H

#include "participation/domain/vote.h"
#include "participation/web/form.h"
#include "participation/web/session.h"
#include "runtime/err.h"

#include <stdint.h>

/* No picks at all, one place for each option. ERR_INTERNAL without memory. */
ERR_CHECKED enum err picks_new(const struct ballot_definition *definition, struct picks *ret);
void picks_release(struct picks *picks);

/*
 * Reads the form into picks that were made for this definition.
 *
 * ERR_INVALID  a field has no number in it, or names an option that is not there; *ret_number is the
 *              option it belongs to, or 0. What could be read is there nevertheless.
 */
ERR_CHECKED enum err picks_read(const struct ballot_definition *definition, const struct form *form,
                                struct picks *picks, uint32_t *ret_number);

/* What the picks come to. */
struct picks_total {
    int64_t options;
    int64_t cost_krw;
    int64_t points;
};
struct picks_total picks_total(const struct ballot_definition *definition,
                               const struct picks *picks);

/* The picks as a vote's choices, in the order of options; the caller frees them. NULL without memory. */
struct vote_choice *picks_choices(const struct picks *picks, size_t *ret_count);

/* Checks the picks of a voter by every rule but state and time. ERR_INVALID or ERR_CONFLICT with
 * *refusal, ERR_INTERNAL without memory (refusal->reason is VOTE_REFUSAL_NONE then); *ret_number is
 * the option the refusal is about, or 0. */
ERR_CHECKED enum err picks_check(const struct ballot_definition *definition,
                                 const struct vote *voter, const struct picks *picks,
                                 struct vote_refusal *refusal, uint32_t *ret_number);

/* The order in which a seed shows the options: by H("display-order", seed || id), ascending. ret_numbers
 * has room for every option. ERR_INTERNAL without memory. */
ERR_CHECKED enum err picks_order(const struct ballot_definition *definition, const char *seed,
                                 uint32_t *ret_numbers);

/* The vote as the service takes it: malloc'd JSON. NULL without memory. */
char *picks_vote(const struct ballot_definition *definition, const struct vote *voter,
                 const struct picks *picks);

#endif
