/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One name, one hash. It must never look at anything but what it is given.
 */
#include "ledger/event_key.h"

#include "runtime/crypto.h"
#include "runtime/event.h"

#include <assert.h>
#include <stdio.h>

enum { NAME_SIZE = EVENT_STREAM_SIZE + EVENT_ID_SIZE + 65 };

static const uint8_t NAMESPACE[CRYPTO_UUID_SIZE] = {
    0x6f, 0x5d, 0x0e, 0x91, 0x3c, 0x1b, 0x4d, 0x0a, 0x9a, 0x57, 0x21, 0xc8, 0x7e, 0x44, 0xb2, 0x13,
};

void event_key_make(const struct event_key *key, uint8_t ret_key[ENTRY_KEY_SIZE])
{
    char name[NAME_SIZE];
    int length = snprintf(name, sizeof name, "%s/%s/%s", key->stream, key->event_id, key->part);

    assert(length > 0 && (size_t)length < sizeof name);
    crypto_uuid5(NAMESPACE, name, (size_t)length, ret_key);
}
