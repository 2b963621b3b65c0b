/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of leaf.h. What is written here can be read by anyone for ever: it
 * must never contain a voter, a choice or a time of arrival other than the commit.
 */
#include "participation/domain/leaf.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/vote_body.h"

static_assert(VOTE_BODY_MAX <= UINT16_MAX, "a body's length fits into its u16");

void leaf_cast_encode(struct encoder *encoder, const struct leaf_cast *cast)
{
    assert(cast->rev >= 1 && cast->rev <= VOTE_REVISION_MAX);
    assert(cast->channel > BALLOT_CHANNEL_MISSING && cast->channel < BALLOT_CHANNEL_END);

    encode_tag(encoder, LEAF_TAG_LEAF);
    encode_u8(encoder, LEAF_TYPE_CAST);
    encode_bytes(encoder, cast->ballot_id, sizeof cast->ballot_id);
    encode_u64(encoder, cast->batch_no);
    encode_bytes(encoder, cast->nullifier, sizeof cast->nullifier);
    encode_u16(encoder, cast->rev);
    encode_u8(encoder, (uint8_t)cast->channel);
    encode_bytes(encoder, cast->commit, sizeof cast->commit);
    encode_bytes(encoder, cast->ct_hash, sizeof cast->ct_hash);
    encode_bytes(encoder, cast->req_hash, sizeof cast->req_hash);
}

void leaf_issue_encode(struct encoder *encoder, const struct leaf_cast *cast)
{
    assert(cast->rev >= 1 && cast->rev <= VOTE_REVISION_MAX);
    assert(leaf_cast_issues(cast));

    encode_tag(encoder, LEAF_TAG_LEAF);
    encode_u8(encoder, LEAF_TYPE_ISSUE);
    encode_bytes(encoder, cast->ballot_id, sizeof cast->ballot_id);
    encode_u64(encoder, cast->batch_no);
    encode_bytes(encoder, cast->nullifier, sizeof cast->nullifier);
    encode_u16(encoder, cast->rev);
    encode_bytes(encoder, cast->req_hash, sizeof cast->req_hash);
}

bool leaf_cast_issues(const struct leaf_cast *cast)
{
    static const uint8_t zeros[ENCODE_HASH_SIZE];

    assert(cast != NULL);
    static_assert(LEAF_ISSUE_SIZE < LEAF_CAST_SIZE, "room for the one is room for the other");

    return cast->channel == BALLOT_CHANNEL_PAPER && memcmp(cast->commit, zeros, sizeof zeros) == 0;
}

enum err leaf_cast_decode(const uint8_t *data, size_t length, struct leaf_cast *ret)
{
    struct leaf_cast cast = {0};
    struct decoder decoder;

    assert(data != NULL || length == 0);
    assert(ret != NULL);

    decoder_init(&decoder, data, length);
    decode_tag(&decoder, LEAF_TAG_LEAF);
    if (decode_u8(&decoder) != LEAF_TYPE_CAST) {
        decoder_refuse(&decoder);
    }
    decode_bytes(&decoder, cast.ballot_id, sizeof cast.ballot_id);
    cast.batch_no = decode_u64(&decoder);
    decode_bytes(&decoder, cast.nullifier, sizeof cast.nullifier);
    cast.rev = decode_u16(&decoder);
    cast.channel = decode_u8(&decoder);
    decode_bytes(&decoder, cast.commit, sizeof cast.commit);
    decode_bytes(&decoder, cast.ct_hash, sizeof cast.ct_hash);
    decode_bytes(&decoder, cast.req_hash, sizeof cast.req_hash);

    if (decoder_finish(&decoder) != ERR_OK || cast.rev < 1 || cast.rev > VOTE_REVISION_MAX ||
        cast.channel == BALLOT_CHANNEL_MISSING || cast.channel >= BALLOT_CHANNEL_END) {
        return ERR_INVALID;
    }
    *ret = cast;
    return ERR_OK;
}

void leaf_cast_parts_encode(struct encoder *encoder, const struct leaf_cast *cast)
{
    assert(cast->rev >= 1 && cast->rev <= VOTE_REVISION_MAX);
    assert(cast->channel > BALLOT_CHANNEL_MISSING && cast->channel < BALLOT_CHANNEL_END);

    encode_bytes(encoder, cast->nullifier, sizeof cast->nullifier);
    encode_u16(encoder, cast->rev);
    encode_u8(encoder, (uint8_t)cast->channel);
    encode_bytes(encoder, cast->commit, sizeof cast->commit);
    encode_bytes(encoder, cast->req_hash, sizeof cast->req_hash);
}

void leaf_cast_parts_decode(struct decoder *decoder, struct leaf_cast *cast)
{
    assert(decoder != NULL);
    assert(cast != NULL);

    decode_bytes(decoder, cast->nullifier, sizeof cast->nullifier);
    cast->rev = decode_u16(decoder);
    cast->channel = decode_u8(decoder);
    decode_bytes(decoder, cast->commit, sizeof cast->commit);
    decode_bytes(decoder, cast->req_hash, sizeof cast->req_hash);
}

static void begin_leaf(struct encoder *encoder, enum leaf_type type,
                       const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    assert(encoder != NULL);
    assert(ballot_id != NULL);

    encode_tag(encoder, LEAF_TAG_LEAF);
    encode_u8(encoder, (uint8_t)type);
    encode_bytes(encoder, ballot_id, BALLOT_ID_SIZE);
}

void leaf_open_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                      const struct leaf_open *open)
{
    assert(open->def_hash != NULL && open->roll_hash != NULL);
    assert(open->opened_at_ms > 0);

    begin_leaf(encoder, LEAF_TYPE_OPEN, ballot_id);
    encode_bytes(encoder, open->def_hash, ENCODE_HASH_SIZE);
    encode_bytes(encoder, open->roll_hash, ENCODE_HASH_SIZE);
    encode_u64(encoder, (uint64_t)open->opened_at_ms);
}

void leaf_close_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                       const struct leaf_close *close)
{
    assert(close->closed_at_ms > 0 && close->extensions_hash != NULL);
    assert(close->voters >= 0 && close->revisions >= 0);

    begin_leaf(encoder, LEAF_TYPE_CLOSE, ballot_id);
    encode_u64(encoder, (uint64_t)close->closed_at_ms);
    encode_u64(encoder, (uint64_t)close->voters);
    encode_u64(encoder, (uint64_t)close->revisions);
    encode_bytes(encoder, close->extensions_hash, ENCODE_HASH_SIZE);
}

void leaf_result_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                        const struct leaf_result *result)
{
    assert(result->result_hash != NULL && result->documents_hash != NULL);
    assert(result->counted_at_ms > 0);

    begin_leaf(encoder, LEAF_TYPE_RESULT, ballot_id);
    encode_bytes(encoder, result->result_hash, ENCODE_HASH_SIZE);
    encode_bytes(encoder, result->documents_hash, ENCODE_HASH_SIZE);
    encode_u64(encoder, (uint64_t)result->counted_at_ms);
}

void leaf_anchor_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                        const struct leaf_anchor *anchor)
{
    assert(anchor->stream != NULL && anchor->hash != NULL);
    assert(anchor->position >= 0);

    begin_leaf(encoder, LEAF_TYPE_AUDIT_ANCHOR, ballot_id);
    encode_str(encoder, anchor->stream);
    encode_u64(encoder, (uint64_t)anchor->position);
    encode_bytes(encoder, anchor->hash, ENCODE_HASH_SIZE);
}

void leaf_receipt_key_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                             const uint8_t *public_key, int64_t from_ms)
{
    assert(public_key != NULL);
    assert(from_ms > 0);

    begin_leaf(encoder, LEAF_TYPE_KEY, ballot_id);
    encode_u8(encoder, LEAF_KEY_FOR_RECEIPTS);
    encode_bytes(encoder, public_key, ENCODE_HASH_SIZE);
    encode_u64(encoder, (uint64_t)from_ms);
}

void leaf_void_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                      const struct leaf_void *taken_back)
{
    assert(taken_back->nullifier != NULL);
    assert(taken_back->rev >= 1 && taken_back->rev <= VOTE_REVISION_MAX);

    begin_leaf(encoder, LEAF_TYPE_VOID, ballot_id);
    encode_bytes(encoder, taken_back->nullifier, ENCODE_HASH_SIZE);
    encode_u16(encoder, taken_back->rev);
    encode_u8(encoder, taken_back->reason);
}

void leaf_paper_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                       const struct leaf_paper *paper)
{
    assert(paper->sheets_hash != NULL);
    assert(paper->batch_no >= 1 && paper->counted <= paper->envelopes);

    begin_leaf(encoder, LEAF_TYPE_PAPER, ballot_id);
    encode_u32(encoder, paper->batch_no);
    encode_u32(encoder, paper->envelopes);
    encode_u32(encoder, paper->counted);
    encode_bytes(encoder, paper->sheets_hash, ENCODE_HASH_SIZE);
}

void leaf_paper_commit_encode(struct encoder *encoder, const struct leaf_paper_commit *commit)
{
    assert(commit->ballot_id != NULL && commit->def_hash != NULL);
    assert(commit->blinding != NULL);

    encode_bytes(encoder, commit->ballot_id, BALLOT_ID_SIZE);
    encode_bytes(encoder, commit->def_hash, ENCODE_HASH_SIZE);
    encode_u32(encoder, commit->batch_no);
    encode_bytes(encoder, commit->blinding, LEAF_BLINDING_SIZE);
}

void leaf_key_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    assert(encoder != NULL);
    assert(ballot_id != NULL);

    encode_bytes(encoder, ballot_id, BALLOT_ID_SIZE);
}

void leaf_vtag_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                      const uint8_t subject[VOTE_SUBJECT_SIZE])
{
    assert(ballot_id != NULL);
    assert(subject != NULL);

    encode_bytes(encoder, ballot_id, BALLOT_ID_SIZE);
    encode_bytes(encoder, subject, VOTE_SUBJECT_SIZE);
}

void leaf_nullifier_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                           const uint8_t vtag[ENCODE_HASH_SIZE])
{
    assert(ballot_id != NULL);
    assert(vtag != NULL);

    encode_bytes(encoder, ballot_id, BALLOT_ID_SIZE);
    encode_bytes(encoder, vtag, ENCODE_HASH_SIZE);
}

void leaf_commit_encode(struct encoder *encoder, const struct leaf_commit *commit)
{
    assert(commit->body != NULL);
    assert(commit->body_length <= VOTE_BODY_MAX);

    encode_bytes(encoder, commit->ballot_id, BALLOT_ID_SIZE);
    encode_bytes(encoder, commit->def_hash, ENCODE_HASH_SIZE);
    encode_bytes(encoder, commit->blinding, LEAF_BLINDING_SIZE);
    encode_u16(encoder, (uint16_t)commit->body_length);
    encode_bytes(encoder, commit->body, commit->body_length);
}
