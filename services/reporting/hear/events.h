/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reporting hears, in its own words. The messages themselves
 * (proto/hyeopchi) stay inside events.c.
 */
#ifndef HYEOPCHI_REPORTING_HEAR_EVENTS_H
#define HYEOPCHI_REPORTING_HEAR_EVENTS_H

#include "reporting/domain/report.h"
#include "runtime/err.h"
#include "runtime/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENTS_STREAM_PARTICIPATION "participation"
#define EVENTS_STREAM_LEDGER        "ledger"

enum heard_kind {
    HEARD_OTHER = 0, /* nothing reporting listens for */
    HEARD_OPENED,    /* ballot, options */
    HEARD_EXTENDED,  /* extension */
    HEARD_VOTES,     /* turnout */
    HEARD_CLOSED,    /* closing, cells */
    HEARD_CERTIFIED, /* tally, options: their id and result only */
    HEARD_RESERVED,  /* envelope: the reservation */
    HEARD_RELEASED,  /* envelope: the release */
    HEARD_ENTRIES,   /* legs, each of its own ballot or of none */
    HEARD_BLOCK,     /* block; of no ballot */
};

/* A leg of an entry, and the ballot that the entry names. */
struct heard_leg {
    struct report_leg leg;
    bool has_ballot; /* ballot_id holds */
    uint8_t ballot_id[REPORT_ID_SIZE];
};

/* One event. The members that its kind names hold. */
struct heard {
    enum heard_kind kind;
    uint8_t ballot_id[REPORT_ID_SIZE];
    bool has_ballot; /* ballot_id holds; always, but for entries and a block */
    int64_t seq;     /* the event's, in its stream */
    struct report_ballot ballot;
    struct report_extension extension;
    struct report_turnout turnout;
    struct report_closing closing;
    struct report_tally tally;
    struct report_envelope envelope;
    struct report_block block;
    struct report_option *options; /* malloc'd */
    size_t option_count;
    struct report_cell *cells; /* malloc'd */
    size_t cell_count;
    struct heard_leg *legs; /* malloc'd, entry by entry */
    size_t leg_count;
};

/*
 * Reads an event of either stream. ERR_INVALID when the message does not decode, its ballot is no
 * UUID, a text is too long, a number is out of its range, or there are too many rows. *ret_heard is
 * large: keep it off small stacks.
 */
ERR_CHECKED enum err events_hear(const struct event *event, struct heard *ret_heard);

/*
 * True when both are votes of one ballot and event is the later commit: it says all that earlier did.
 * False where either does not decode.
 */
bool events_replaces(const struct event *event, const struct event *earlier);

/* A subscriber_rest_fn: votes come often and their turnout may be told a little later, what is not
 * listened for waits longest. */
int64_t events_rest_ms(const char *type);

/* Frees what events_hear() made; takes a zeroed struct. */
void heard_release(struct heard *heard);

#endif
