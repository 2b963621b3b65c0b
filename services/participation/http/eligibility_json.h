/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The member "eligibility" of a ballot's JSON. What is read is only put into its
 * struct: ballot_check() judges it. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_HTTP_ELIGIBILITY_JSON_H
#define HYEOPCHI_PARTICIPATION_HTTP_ELIGIBILITY_JSON_H

#include "participation/domain/eligibility.h"
#include "runtime/json.h"

/* Reads the member of the ballot's reader; without it every ground is accepted and no age limited. */
void eligibility_json_read(struct json_reader *reader, struct eligibility *ret);

/* {"grounds", "min_age", "max_age", "age_on"}, null for what is absent. A new reference. */
json_t *eligibility_json(const struct eligibility *eligibility);

#endif
