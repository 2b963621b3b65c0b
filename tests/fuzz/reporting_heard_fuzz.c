/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a message that reporting hears: the first byte chooses which.
 * What it accepts is within the bounds that the domain and its SQL rely on.
 */
#include "reporting/hear/events.h"

#include <assert.h>
#include <string.h>

#include "fuzz.h"

static void assert_text(const char *text, size_t size)
{
    assert(memchr(text, '\0', size) != NULL);
}

static void assert_options(const struct heard *heard)
{
    assert(heard->option_count <= REPORT_OPTION_MAX);
    for (size_t i = 0; i < heard->option_count; i++) {
        const struct report_option *option = &heard->options[i];

        assert_text(option->option_id, sizeof option->option_id);
        assert_text(option->name, sizeof option->name);
        assert_text(option->area, sizeof option->area);
        assert_text(option->field, sizeof option->field);
        assert_text(option->programme, sizeof option->programme);
        assert(option->cost_krw >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {
        "kr.hyeopchi.participation.ballot.opened.v1",
        "kr.hyeopchi.participation.votes.accepted.v1",
        "kr.hyeopchi.participation.ballot.closed.v1",
        "kr.hyeopchi.participation.tally.certified.v1",
        "kr.hyeopchi.ledger.envelope.reserved.v1",
        "kr.hyeopchi.ledger.envelope.released.v1",
        "kr.hyeopchi.ledger.entry.posted.v1",
        "kr.hyeopchi.ledger.envelope-limit.set.v1",
        "kr.hyeopchi.participation.ballot.extended.v1",
        "kr.hyeopchi.ledger.entries.posted.v1",
    };

    static const enum heard_kind kinds[] = {
        HEARD_OPENED,   HEARD_VOTES,   HEARD_CLOSED, HEARD_CERTIFIED, HEARD_RESERVED,
        HEARD_RELEASED, HEARD_ENTRIES, HEARD_OTHER,  HEARD_EXTENDED,  HEARD_ENTRIES,
    };
    static struct heard heard;
    struct event event = {.id = "01930000-0000-7000-8000-000000000000", .seq = 1};
    size_t choice;

    if (size == 0) {
        return 0;
    }
    choice = data[0] % (sizeof types / sizeof types[0]);
    memcpy(event.type, types[choice], strlen(types[choice]) + 1);
    event.data = data + 1;
    event.data_length = size - 1;
    if (events_hear(&event, &heard)) {
        assert(heard.options == NULL && heard.cells == NULL && heard.legs == NULL);
        return 0;
    }
    assert(heard.kind == kinds[choice]);
    assert(heard.seq == 1);
    assert(heard.leg_count <= REPORT_LEG_MAX);
    assert_options(&heard);
    heard_release(&heard);
    return 0;
}
