/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A void is a row beside the vote; the vote itself must never be touched, and
 * the roll is not looked at: nobody can be led from the one to the other.
 */
#include "participation/voiding.h"

#include "participation/domain/encode.h"
#include "participation/events.h"
#include "participation/store/void.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TAG_VOID "void"

void voiding_content(const struct ballot_row *row, const struct void_request *request,
                     uint8_t ret_content[BALLOT_CONTENT_SIZE])
{
    uint8_t bytes[CRYPTO_HASH_SIZE + VOID_NULLIFIER_SIZE + 2 + 1 + 2 + BALLOT_REASON_MAX];
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    static_assert(BALLOT_CONTENT_SIZE == CRYPTO_HASH_SIZE, "a content is a hash");
    encoder_init(&encoder, bytes, sizeof bytes);
    encode_bytes(&encoder, row->definition_hash, CRYPTO_HASH_SIZE);
    encode_bytes(&encoder, request->vote.nullifier, VOID_NULLIFIER_SIZE);
    encode_u16(&encoder, request->vote.rev);
    encode_u8(&encoder, (uint8_t)request->reason_code);
    encode_str(&encoder, request->reason);
    err = encoder_finish(&encoder, &length);
    assert(err == ERR_OK); /* A reason was read as a text that is valid and not too long. */
    (void)err;             /* Only read by the assertion. */
    crypto_tagged_hash(TAG_VOID, bytes, length, ret_content);
}

enum err voiding_ask(struct db *db, const struct ballot_row *row,
                     const struct void_request *request, struct ballot_void *ret_void)
{
    struct void_vote *voids = calloc(VOID_COUNT_MAX, sizeof *voids);
    struct ballot_void asked = {.rev = request->vote.rev};
    size_t count = 0;
    enum err err = voids == NULL ? ERR_FULL : store_void_votes(db, row->ballot_id, voids, &count);

    if (!err) {
        err = store_vote_last(db, row->ballot_id, request->vote.nullifier, &asked.last_rev,
                              &asked.on_paper);
    }
    if (!err) {
        asked.before = (unsigned)count;
        asked.already =
            bsearch(&request->vote, voids, count, sizeof voids[0], void_vote_compare) != NULL;
        *ret_void = asked;
    }
    free(voids);
    return err;
}

enum err voiding_carry_out(struct writer_tx *tx, const struct ballot_row *row,
                           const struct void_request *request)
{
    struct void_row said = {
        .void_no = (int32_t)row->voids + 1,
        .vote = request->vote,
        .reason_code = request->reason_code,
        .voided_at_ms = tx->now_ms,
    };
    enum err err;

    memcpy(said.reason, request->reason, sizeof said.reason);
    err = store_void_insert(tx->db, row->ballot_id, &said);
    if (!err) {
        err = store_ballot_add_void(tx->db, row->ballot_id);
    }
    return err ? err : events_say_voided(tx, row->ballot_id, &said);
}
