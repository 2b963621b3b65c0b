/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of an imported roll, in and out:
 *
 *   {"areas": [{"area": "성수1가1동", "voters": 15204}, …]}
 *
 * Every area of the ballot once, in any order; a ballot without areas has the
 * one area "all". Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_HTTP_ROLL_JSON_H
#define HYEOPCHI_PARTICIPATION_HTTP_ROLL_JSON_H

#include "participation/domain/roll.h"
#include "runtime/crypto.h"
#include "runtime/err.h"
#include "runtime/problem.h"

#include <jansson.h>

/* Reads the body of a request. ERR_INVALID with *ret_problem filled, naming the area. */
ERR_CHECKED enum err roll_json_read(const void *text, size_t length,
                                    const struct ballot_definition *definition,
                                    struct roll *ret_roll, struct problem *ret_problem);

/* What is shown beside the numbers. */
struct roll_json_about {
    const uint8_t *roll_hash; /* CRYPTO_HASH_SIZE */
    int64_t imported_at_ms;
};

/* {"ballot_id", "voters", "roll_hash", "imported_at", "areas"}; a new reference. */
json_t *roll_json(const struct ballot_definition *definition, const struct roll *roll,
                  const struct roll_json_about *about);

#endif
