/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A jury's scores in JSON: as operators publish them and as everybody reads
 * them. Options are named by their ids there and by their places in the
 * definition; this must never let one stand for another. Loop thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_JURY_JSON_H
#define HYEOPCHI_PARTICIPATION_JURY_JSON_H

#include "participation/domain/jury.h"
#include "participation/store/ballots.h"
#include "runtime/problem.h"

#include <jansson.h>

/* Reads {"jurors": 7, "source": "…", "scores": [{"option": "3", "score": "612.5"}, …]} with every option of
 * the definition once. ERR_INVALID says in *ret_problem what is wrong, by name. */
ERR_CHECKED enum err jury_json_read(const void *text, size_t length,
                                    const struct ballot_definition *definition,
                                    struct jury_scores *ret_scores, struct problem *ret_problem);

/* The published scores, the same members; null before they are, and without a jury. */
json_t *jury_scores_json(const struct ballot_row *row, const struct ballot_definition *definition);

#endif
