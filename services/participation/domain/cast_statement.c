/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of cast_statement.h. Signers elsewhere build them too: the layout
 * must never change under the same tag.
 */
#include "participation/domain/cast_statement.h"

#include <assert.h>
#include <stddef.h>

/* Visible ASCII only, so that nobody can mean two texts by one. */
static bool text_is_sound(const char *text, size_t length_min, size_t length_max)
{
    size_t length = 0;

    assert(text != NULL);
    assert(length_min <= length_max);

    for (; length <= length_max && text[length] != '\0'; length++) {
        if (text[length] <= ' ' || text[length] > '~') {
            return false;
        }
    }
    return length >= length_min && length <= length_max;
}

const char *cast_statement_fault(const struct cast_statement *statement)
{
    assert(statement->key_id != NULL);
    assert(statement->nonce != NULL);

    if (statement->kind != CAST_KIND_VOTE && statement->kind != CAST_KIND_BATCH) {
        return "kind";
    }
    if (!text_is_sound(statement->key_id, 1, CAST_STATEMENT_KEY_ID_MAX)) {
        return "key_id";
    }
    if (!text_is_sound(statement->nonce, CAST_STATEMENT_NONCE_MIN, CAST_STATEMENT_NONCE_MAX)) {
        return "nonce";
    }
    if (statement->created_ms < 0) {
        return "created_time_ms";
    }
    if (statement->expires_ms < 0) {
        return "expires_time_ms";
    }
    if (!text_is_sound(statement->idempotency_key, 0, CAST_STATEMENT_IDEMPOTENCY_KEY_MAX)) {
        return "idempotency_key";
    }
    return NULL;
}

void cast_statement_encode(struct encoder *encoder, const struct cast_statement *statement)
{
    assert(encoder != NULL);
    assert(cast_statement_fault(statement) == NULL);

    encode_tag(encoder, CAST_STATEMENT_TAG);
    encode_u8(encoder, (uint8_t)statement->kind);
    encode_bytes(encoder, statement->ballot_id, sizeof statement->ballot_id);
    encode_str(encoder, statement->key_id);
    encode_str(encoder, statement->nonce);
    encode_u64(encoder, (uint64_t)statement->created_ms);
    encode_u64(encoder, (uint64_t)statement->expires_ms);
    encode_str(encoder, statement->idempotency_key);
    encode_bytes(encoder, statement->body_hash, sizeof statement->body_hash);
}
