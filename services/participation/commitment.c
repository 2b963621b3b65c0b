/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The domain's bytes, hashed. It must never keep an opening.
 */
#include "participation/commitment.h"

#include "participation/domain/vote_body.h"

enum err commitment_make(const struct leaf_commit *commit, uint8_t ret_commitment[CRYPTO_HASH_SIZE])
{
    uint8_t input[LEAF_COMMIT_SIZE(VOTE_BODY_MAX)];
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    encoder_init(&encoder, input, sizeof input);
    leaf_commit_encode(&encoder, commit);
    err = encoder_finish(&encoder, &length);
    if (!err) {
        crypto_tagged_hash(LEAF_TAG_COMMIT, input, length, ret_commitment);
    }
    return err;
}
