/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of entries that follow from events: the same event asks for the same
 * entries, however often it is heard. It must never change.
 */
#ifndef HYEOPCHI_LEDGER_EVENT_KEY_H
#define HYEOPCHI_LEDGER_EVENT_KEY_H

#include "ledger/domain/entry.h"

#include <stdint.h>

/* What an entry follows from: the event, and which of the entries that follow from it. */
struct event_key {
    const char *stream;
    const char *event_id;
    const char *part; /* an option's id, a number: at most 64 bytes */
};

/* UUIDv5 of "stream/event_id/part" in the ledger's namespace 6f5d0e91-3c1b-4d0a-9a57-21c87e44b213. */
void event_key_make(const struct event_key *key, uint8_t ret_key[ENTRY_KEY_SIZE]);

#endif
