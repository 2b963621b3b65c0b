/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An extension is a row of its own and a time on the ballot's row; the frozen
 * definition must never be touched.
 */
#include "participation/extension.h"

#include "participation/domain/encode.h"
#include "participation/events.h"
#include "participation/store/extension.h"

#include <assert.h>
#include <string.h>

#define TAG_EXTENSION "extension"

void extension_content(const struct ballot_row *row, const struct extension_request *request,
                       uint8_t ret_content[BALLOT_CONTENT_SIZE])
{
    uint8_t bytes[CRYPTO_HASH_SIZE + 8 + 2 + BALLOT_REASON_MAX];
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    static_assert(BALLOT_CONTENT_SIZE == CRYPTO_HASH_SIZE, "a content is a hash");
    encoder_init(&encoder, bytes, sizeof bytes);
    encode_bytes(&encoder, row->definition_hash, CRYPTO_HASH_SIZE);
    encode_u64(&encoder, (uint64_t)request->closes_at_ms);
    encode_str(&encoder, request->reason);
    err = encoder_finish(&encoder, &length);
    assert(err == ERR_OK); /* A reason was read as a text that is valid and not too long. */
    (void)err;             /* Only read by the assertion. */
    crypto_tagged_hash(TAG_EXTENSION, bytes, length, ret_content);
}

enum err extension_ask(struct db *db, const struct ballot_row *row,
                       const struct ballot_definition *definition,
                       const struct extension_request *request,
                       struct ballot_extension *ret_extension)
{
    struct extension_row rows[BALLOT_EXTENSION_COUNT_MAX];
    size_t count = 0;
    enum err err = store_extension_list(db, row->ballot_id, rows, &count);

    if (!err) {
        *ret_extension = (struct ballot_extension){
            .to_ms = request->closes_at_ms,
            .opens_at_ms = definition->opens_at_ms,
            .frozen_closes_at_ms = definition->closes_at_ms,
            .before = (unsigned)count,
        };
    }
    return err;
}

enum err extension_carry_out(struct writer_tx *tx, const struct ballot_row *row,
                             const struct ballot_definition *definition,
                             const struct ballot_extension *extension,
                             const struct extension_request *request)
{
    struct extension_row said = {
        .extension_no = (int32_t)extension->before + 1,
        .from_ms = ballot_row_closes_at_ms(row, definition),
        .to_ms = extension->to_ms,
        .extended_at_ms = tx->now_ms,
    };
    enum err err;

    memcpy(said.reason, request->reason, sizeof said.reason);
    err = store_extension_insert(tx->db, row->ballot_id, &said);
    if (!err) {
        err = store_ballot_set_extended(tx->db, row->ballot_id, said.to_ms);
    }
    return err ? err : events_say_extended(tx, row->ballot_id, &said);
}
