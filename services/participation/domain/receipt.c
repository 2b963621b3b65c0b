/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of receipt.h. A receipt is kept by residents for years: its layout
 * must never change under the same tag.
 */
#include "participation/domain/receipt.h"

#include <assert.h>

void receipt_encode(struct encoder *encoder, const struct receipt *receipt)
{
    assert(receipt->issued_ms > 0);
    assert(receipt->max_merge_delay_s >= 1 &&
           receipt->max_merge_delay_s <= RECEIPT_MAX_MERGE_DELAY_MAX_S);

    encode_tag(encoder, RECEIPT_TAG);
    encode_bytes(encoder, receipt->ballot_id, sizeof receipt->ballot_id);
    encode_bytes(encoder, receipt->commit_root, sizeof receipt->commit_root);
    encode_u64(encoder, (uint64_t)receipt->issued_ms);
    encode_u16(encoder, receipt->max_merge_delay_s);
}

enum err receipt_decode(const uint8_t *data, size_t length, struct receipt *ret)
{
    struct receipt receipt = {0};
    struct decoder decoder;
    uint64_t issued_ms;

    assert(data != NULL || length == 0);
    assert(ret != NULL);

    decoder_init(&decoder, data, length);
    decode_tag(&decoder, RECEIPT_TAG);
    decode_bytes(&decoder, receipt.ballot_id, sizeof receipt.ballot_id);
    decode_bytes(&decoder, receipt.commit_root, sizeof receipt.commit_root);
    issued_ms = decode_u64(&decoder);
    receipt.max_merge_delay_s = decode_u16(&decoder);

    if (decoder_finish(&decoder) != ERR_OK || issued_ms == 0 || issued_ms > INT64_MAX ||
        receipt.max_merge_delay_s < 1 ||
        receipt.max_merge_delay_s > RECEIPT_MAX_MERGE_DELAY_MAX_S) {
        return ERR_INVALID;
    }
    receipt.issued_ms = (int64_t)issued_ms;
    *ret = receipt;
    return ERR_OK;
}
