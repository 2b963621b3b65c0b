/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C, which binds the server to a choice without telling it (domain/leaf.h says
 * of what it is made). Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_COMMITMENT_H
#define HYEOPCHI_PARTICIPATION_COMMITMENT_H

#include "participation/domain/leaf.h"
#include "runtime/crypto.h"
#include "runtime/err.h"

/* ERR_FULL when the body is longer than VOTE_BODY_MAX. */
ERR_CHECKED enum err commitment_make(const struct leaf_commit *commit,
                                     uint8_t ret_commitment[CRYPTO_HASH_SIZE]);

#endif
