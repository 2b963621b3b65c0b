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
 * tie         "lot:SEED" for a lot; after it "threshold" (greedy-threshold) and
 *             "partial_fit":"80/100" where the method has them, and so
 *             "quorum":{"needed":500,"voted":321,"met":false} (with a share of the electorate
 *             behind needed: "share":"1/3","electorate":1500; needed is what both ask for; where
 *             some of those who voted gave no vote that counts, "invalid":4 behind voted, which
 *             they are among),
 *             "channel_weights":{"normalisation":"highest","parts":[{"channels":["web","kiosk"],
 *             "weight":15,"votes":120,"highest_score":"40"},...]} (how many votes there were in each part,
 *             and the highest of any option in it),
 *             "jury":{"resident_weight":50,"jury_weight":50,"normalisation":"highest",
 *             "highest_score":"43","highest_jury":"612.5"} (the highest of both parts; without
 *             highest_score where votes are weighed by channel),
 *             "incompatible":[["3","9"],...] (groups as they were given),
 *             "area_caps":[{"area":"A","cap":"9000","spent":"7200"},...] and
 *             "field_caps" with "field" in place of "area",
 *             "adjustable":[{"option":"3","min_cost":"5000"},...], in listed order.
 * funded      ids in the order they were funded.
 * endowment   what each voter was given: a decimal, or a fraction in lowest terms;
 *             null under rules that give nobody any.
 * comparison  only by that rule: {"prefer_greedy":12,"prefer_equal_shares":30,
 *             "chosen":"equal-shares"}, voters with more funded options by each.
 * options     all, in the listed order; reason is a tally_reason's name. One that
 *             is funded partly says what it gets: "granted". With a jury, behind the score:
 *             "resident_part":"50","jury":"612.5","jury_part":"140/3","combined":"290/3", what
 *             the jury gave it and the parts of tally_parts.h, whole or in lowest terms. By channel
 *             "channel_parts":[{"score":"12","part":"15/2"},...] stands in place of resident_part,
 *             in the order of channel_weights; without a jury "combined" comes right behind it.
 * rounds      a turn by score has only the three keys shown. Others say their
 *             "step": "shares" with "supporters" and, when funded, "spent" (voters
 *             left with nothing); unfunded, it is the option's way out. "load" with
 *             "supporters"; "fill"; "partial-fit".
 * ties        every tie met: ids in the order taken, the score (or, by shares and
 *             load, the number of the "round" it was met in, from 1), what the tie
 *             rule used (all of it, in the order of enum tally_criterion), and
 *             whether another order could have funded other options. Where parts are weighed options
 *             stand equal by what they have "combined", which then stands in place of the score.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_JSON_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_JSON_H

#include "participation/domain/election.h"
#include "participation/domain/tally.h"
#include "participation/domain/text.h"

/* Longest seed of a lot, with "lot:" in front. */
#define TALLY_JSON_SEED_MAX 1024

/* Room for the largest result there can be: every id escaped, named in every list. */
#define TALLY_JSON_LENGTH_MAX 134217728

/* Adds the result of this election to text; a text that gets too long says so by text_err(). */
void tally_json_write(const struct election *election, const struct tally_result *result,
                      struct text *text);

#endif
