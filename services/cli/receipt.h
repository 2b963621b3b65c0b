/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking a vote's receipt without asking anybody: its signature by the
 * service's key, the path from the vote's leaf to the signed root, and its
 * code. Pure; any thread.
 */
#ifndef HYEOPCHI_CLI_RECEIPT_H
#define HYEOPCHI_CLI_RECEIPT_H

#include "participation/domain/code.h"
#include "runtime/crypto.h"
#include "runtime/err.h"

#include <jansson.h>
#include <stdint.h>

/* What a receipt that is right says. */
struct receipt_facts {
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    char code[CODE_SIZE];
    int64_t issued_ms;
    int64_t max_merge_delay_s;
};

/*
 * Checks {"vote": {…, "leaf_hash"}, "receipt": {…}} against the key. ERR_INVALID
 * with the name of the check that failed: "format", "key", "signature", "body",
 * "path" or "code"; static.
 */
ERR_CHECKED enum err receipt_check(const json_t *answer,
                                   const uint8_t service_key[CRYPTO_ED25519_PUBLIC_SIZE],
                                   struct receipt_facts *ret_facts, const char **ret_failed);

#endif
