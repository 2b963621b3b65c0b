/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a message that participation hears: the first byte chooses
 * which. What it accepts holds a ballot and texts that end.
 */
#include "participation/events.h"

#include <assert.h>
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {
        "kr.hyeopchi.ledger.envelope.reserved.v1",
        "kr.hyeopchi.ledger.envelope.refused.v1",
        "kr.hyeopchi.ledger.entries.posted.v1",
    };

    static const enum events_heard_kind kinds[] = {
        EVENTS_HEARD_RESERVED,
        EVENTS_HEARD_REFUSED,
        EVENTS_HEARD_OTHER,
    };
    struct event event = {.id = "01930000-0000-7000-8000-000000000000", .seq = 1};
    struct events_heard heard;
    size_t choice;

    if (size == 0) {
        return 0;
    }
    choice = data[0] % (sizeof types / sizeof types[0]);
    memcpy(event.type, types[choice], strlen(types[choice]) + 1);
    event.data = data + 1;
    event.data_length = size - 1;
    if (events_hear(&event, &heard) == ERR_OK) {
        assert(heard.kind == kinds[choice]);
        assert(memchr(heard.code, '\0', sizeof heard.code) != NULL);
    }
    return 0;
}
