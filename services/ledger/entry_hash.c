/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes what the domain lays out: entries, and what is remembered of their requests.
 */
#include "ledger/entry_hash.h"

#include "runtime/crypto.h"

#include <string.h>

void entry_hash(const struct journal_position *position, const struct entry *entry,
                uint8_t ret_hash[JOURNAL_HASH_SIZE])
{
    uint8_t document[JOURNAL_DOCUMENT_SIZE_MAX];
    uint8_t bytes[JOURNAL_ENTRY_SIZE_MAX];
    uint8_t document_hash[CRYPTO_HASH_SIZE];

    size_t size = journal_encode_document(entry, document);
    crypto_sha256(document, size, document_hash);
    size = journal_encode_entry(position, entry, document_hash, bytes);
    crypto_sha256(bytes, size, ret_hash);
}

void entry_hash_seal(const uint8_t request[ORDER_REQUEST_SIZE],
                     const uint8_t hash[JOURNAL_HASH_SIZE], uint8_t ret_seal[ORDER_SEAL_SIZE])
{
    uint8_t bytes[ORDER_REQUEST_SIZE + JOURNAL_HASH_SIZE];
    uint8_t whole[CRYPTO_HASH_SIZE];

    memcpy(bytes, request, ORDER_REQUEST_SIZE);
    memcpy(bytes + ORDER_REQUEST_SIZE, hash, JOURNAL_HASH_SIZE);
    crypto_sha256(bytes, sizeof bytes, whole);
    memcpy(ret_seal, whole, ORDER_SEAL_SIZE);
}
