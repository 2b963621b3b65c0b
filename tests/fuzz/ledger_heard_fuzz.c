/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a message that the ledger hears: the first byte chooses which.
 * What it accepts must be within the bounds that its header promises.
 */
#include "ledger/events.h"

#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "ledger/domain/text.h"

static void assert_text(const char *text, size_t size)
{
    assert(memchr(text, '\0', size) != NULL);
    assert(text[0] != '\0');
    assert(text_valid(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {
        "kr.hyeopchi.participation.ballot.opening-requested.v1",
        "kr.hyeopchi.participation.tally.certified.v1",
        "kr.hyeopchi.participation.votes.accepted.v1",
    };
    struct event event = {.id = "01930000-0000-7000-8000-000000000000"};
    struct heard heard = {.kind = HEARD_OTHER};

    if (size == 0) {
        return 0;
    }
    const char *type = types[data[0] % (sizeof types / sizeof types[0])];
    memcpy(event.type, type, strlen(type) + 1);
    event.data = data + 1;
    event.data_length = size - 1;
    if (events_hear(&event, &heard)) {
        return 0;
    }
    assert((heard.kind == HEARD_OTHER) == (data[0] % 3 == 2));
    if (heard.kind != HEARD_OTHER) {
        assert(strlen(heard.ballot_id) == sizeof heard.ballot_id - 1);
    }
    assert(heard.winner_count <= EVENTS_WINNER_COUNT_MAX);
    for (size_t i = 0; i < heard.winner_count; i++) {
        assert_text(heard.winners[i].option_id, sizeof heard.winners[i].option_id);
        assert_text(heard.winners[i].programme, sizeof heard.winners[i].programme);
    }
    heard_release(&heard);
    return 0;
}
