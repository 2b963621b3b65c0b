/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that check a definition share: ballot_check.c and the
 * ballot_check_….c beside it. Must never be included by anybody else.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOT_CHECK_PARTS_H
#define HYEOPCHI_PARTICIPATION_BALLOT_CHECK_PARTS_H

#include "participation/domain/ballot.h"

/* Fills the refusal of a member of the definition; always ERR_INVALID. */
enum err ballot_refuse(struct ballot_refusal *refusal, enum ballot_refusal_reason reason,
                       const char *field);

/* The same of a member of an element of a list; field may be NULL, as in ballot_path_set(). */
enum err ballot_refuse_at(struct ballot_refusal *refusal, enum ballot_refusal_reason reason,
                          const char *list, size_t index, const char *field);

/* Why a text is refused; BALLOT_REFUSAL_NONE when it is not. */
enum ballot_refusal_reason ballot_text_reason(const char *text, bool required);

/* What the budget must hold for anything to be funded: the least of all options. */
int64_t ballot_check_least_krw(const struct ballot_definition *definition);

/* Whether options get their turn by score and nothing else is decided before: greedy and its variants. */
bool ballot_is_greedy(const struct ballot_definition *definition);

/* Parts of ballot_check(), with its contract; a later one looks only at what those before it found sane. */
ERR_CHECKED enum err ballot_check_eligibility(const struct ballot_definition *definition,
                                              struct ballot_refusal *refusal);
ERR_CHECKED enum err ballot_check_objection(const struct ballot_definition *definition,
                                            struct ballot_refusal *refusal);
ERR_CHECKED enum err ballot_check_points(const struct ballot_definition *definition,
                                         struct ballot_refusal *refusal);
ERR_CHECKED enum err ballot_check_point_limits(const struct ballot_definition *definition,
                                               struct ballot_refusal *refusal);

/* The terms of ballot_terms.h, each a part with that contract too. */
ERR_CHECKED enum err ballot_check_tie_order(const struct ballot_definition *definition,
                                            struct ballot_refusal *refusal);
ERR_CHECKED enum err ballot_check_partial_fit(const struct ballot_definition *definition,
                                              struct ballot_refusal *refusal);
ERR_CHECKED enum err ballot_check_quorum(const struct ballot_definition *definition,
                                         struct ballot_refusal *refusal);
ERR_CHECKED enum err ballot_check_jury(const struct ballot_definition *definition,
                                       struct ballot_refusal *refusal);
ERR_CHECKED enum err ballot_check_channel_weights(const struct ballot_definition *definition,
                                                  struct ballot_refusal *refusal);
ERR_CHECKED enum err ballot_check_min_costs(const struct ballot_definition *definition,
                                            struct ballot_refusal *refusal);
ERR_CHECKED enum err ballot_check_incompatible(const struct ballot_definition *definition,
                                               struct ballot_refusal *refusal);
ERR_CHECKED enum err ballot_check_caps(const struct ballot_definition *definition,
                                       struct ballot_refusal *refusal);
ERR_CHECKED enum err ballot_check_quotas(const struct ballot_definition *definition,
                                         struct ballot_refusal *refusal);

#endif
