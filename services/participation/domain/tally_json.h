/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result as JSON: the same bytes from the service, the command and the
 * verifier, for the same election and method. Keys stand in one order, there
 * is no space and no line end; amounts and scores are strings of exact
 * decimals without trailing zeros.
 *
 *   {"rule":"greedy","satisfaction":"cost","completion":"none","tie":"id",
 *    "budget":"100000","funded":["3","9"],"total_cost":"28200",
 *    "left_over":"71800","endowment":null,
 *    "options":[{"id":"3","cost":"7200","score":"43","funded":true,"reason":"funded"},...],
 *    "rounds":[{"option":"3","funded":true,"left_over":"92800"},...],
 *    "ties":[{"options":["2","11"],"score":"24","decided_by":["cost"],"decisive":false},...]}
 *
 * funded      ids in the order they were funded.
 * endowment   what each voter was given; null under greedy, which gives nobody any.
 * options     all, in the listed order; reason is a tally_reason's name.
 * rounds      greedy: one turn per option that is not withdrawn, highest score
 *             first, with what was left after it.
 * ties        every tie met among options that still fitted: ids in the order
 *             taken, what the tie rule used (all of it, in the order of
 *             enum tally_criterion), and whether another order would have
 *             funded other options.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_JSON_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_JSON_H

#include "participation/domain/election.h"
#include "participation/domain/tally.h"
#include "participation/domain/text.h"

/* Room for the largest result there can be: every id escaped, named in every list. */
#define TALLY_JSON_LENGTH_MAX 134217728

/* Adds the result of this election to text; a text that gets too long says so by text_err(). */
void tally_json_write(const struct election *election, const struct tally_result *result,
                      struct text *text);

#endif
