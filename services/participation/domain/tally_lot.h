/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order a published seed gives: options by H("lot", u16 length of the seed
 * || seed || id), smallest first. Anybody gets the same order from the same
 * seed; nothing here may use a random number. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_LOT_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_LOT_H

#include <stddef.h>
#include <stdint.h>

#include "participation/domain/election.h"
#include "runtime/err.h"

/* Longest seed, in bytes; a hash has TALLY_LOT_HASH_SIZE. */
#define TALLY_LOT_SEED_MAX  512
#define TALLY_LOT_HASH_SIZE 32
#define TALLY_LOT_TAG       "lot"

/* H(tag, x), which the domain, linking nothing, is given: crypto_tagged_hash(). */
typedef void tally_lot_hash_fn(const char *tag, const void *data, size_t length,
                               uint8_t ret_hash[TALLY_LOT_HASH_SIZE]);

/*
 * Stores every option's place; ret_places has room for all. ERR_INVALID when
 * the seed is empty or too long, ERR_FULL without memory.
 */
ERR_CHECKED enum err tally_lot_places(const struct election *election, const char *seed,
                                      tally_lot_hash_fn *hash, uint32_t *ret_places);

#endif
