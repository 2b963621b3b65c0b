/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ledger says and hears, in its own words. The messages themselves
 * (proto/hyeopchi) stay inside events.c.
 *
 * The say functions add an event to the running transaction; writer thread.
 * What they are given is copied.
 */
#ifndef HYEOPCHI_LEDGER_EVENTS_H
#define HYEOPCHI_LEDGER_EVENTS_H

#include "ledger/domain/block.h"
#include "ledger/domain/envelope.h"
#include "ledger/domain/hold.h"
#include "ledger/domain/order.h"
#include "runtime/crypto.h"
#include "runtime/err.h"
#include "runtime/event.h"
#include "runtime/event_say.h"
#include "runtime/writer.h"

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

#define EVENTS_STREAM_PARTICIPATION "participation"

enum {
    EVENTS_WINNER_COUNT_MAX = 1000, /* options of a ballot */
    EVENTS_OPTION_ID_SIZE = 65,     /* an option's id with its NUL */
    EVENTS_ENTRY_MAX = 64,          /* entries in one event, which holds that many of any size */
};

/* How many events say so many entries of one cause. */
#define EVENTS_OF_ENTRIES(count) (((count) + EVENTS_ENTRY_MAX - 1) / EVENTS_ENTRY_MAX)

/* The messages the ledger says, for feeds; NULL-terminated. */
extern const ProtobufCMessageDescriptor *const events_types[];

/* What was answered by one run of posting, of one cause. */
struct events_entries {
    struct order *const *orders; /* borrowed; those that are not POSTED are passed over */
    size_t count;
    const char *ballot_id; /* the ballot they follow from, a UUID as text, or "" */
};

/* Says the entries that were posted, in EVENTS_OF_ENTRIES(count) events at most. */
ERR_CHECKED enum err events_say_entries(struct writer_tx *tx, const struct event_cause *cause,
                                        const struct events_entries *entries);

/* What an event of the finance stream asked for and did not get. */
struct events_refusal {
    const char *request_id; /* that event's */
    int32_t entry;          /* which of its entries, from 1 on; 0: the request as a whole */
    const uint8_t *key;     /* of that entry; NULL where entry is 0 */
    const struct order_refusal *refusal;
};

ERR_CHECKED enum err events_say_entry_refused(struct writer_tx *tx, const struct event_cause *cause,
                                              const struct events_refusal *refused);
/* An event of the finance stream that asked for something else than entries is answered. resource: what
 * it is about, as in HTTP. */
ERR_CHECKED enum err events_say_request_accepted(struct writer_tx *tx,
                                                 const struct event_cause *cause,
                                                 const char *request_id, const char *resource);
ERR_CHECKED enum err events_say_request_refused(struct writer_tx *tx,
                                                const struct event_cause *cause,
                                                const char *request_id,
                                                const struct order_refusal *refusal);
ERR_CHECKED enum err events_say_reserved(struct writer_tx *tx, const struct event_cause *cause,
                                         const struct envelope *envelope);
ERR_CHECKED enum err events_say_refused(struct writer_tx *tx, const struct event_cause *cause,
                                        const struct envelope_request *request,
                                        const struct refusal *refusal);
ERR_CHECKED enum err events_say_released(struct writer_tx *tx, const struct event_cause *cause,
                                         const struct envelope *envelope, int64_t released_krw);

struct events_limit {
    int32_t fiscal_year;
    enum funding_source funding_source;
    int64_t limit_krw;
};

ERR_CHECKED enum err events_say_limit(struct writer_tx *tx, const struct event_cause *cause,
                                      const struct events_limit *limit);

ERR_CHECKED enum err events_say_hold_placed(struct writer_tx *tx, const struct event_cause *cause,
                                            const struct hold *hold);

/* The hold has its new deadline. */
ERR_CHECKED enum err events_say_hold_extended(struct writer_tx *tx, const struct event_cause *cause,
                                              const struct hold *hold, int64_t previous_time_ms);

/* The hold is RELEASED or EXPIRED; of one that an entry took up that entry's event speaks. */
ERR_CHECKED enum err events_say_hold_ended(struct writer_tx *tx, const struct event_cause *cause,
                                           const struct hold *hold);

ERR_CHECKED enum err events_say_block(struct writer_tx *tx, const struct event_cause *cause,
                                      const struct block *block);

/* A year that was closed, and the journal's head then. */
struct events_closing {
    int32_t fiscal_year;
    int64_t closed_seq;
    const uint8_t *closed_hash; /* JOURNAL_HASH_SIZE bytes */
    int64_t closed_time_ms;
};

ERR_CHECKED enum err events_say_period_closed(struct writer_tx *tx, const struct event_cause *cause,
                                              const struct events_closing *closing);

enum heard_kind {
    HEARD_OTHER = 0,         /* nothing the ledger listens for */
    HEARD_OPENING_REQUESTED, /* a ballot wants its budget reserved */
    HEARD_TALLY_CERTIFIED,   /* a ballot's result is final */
};

/* An option that was funded. */
struct heard_winner {
    char option_id[EVENTS_OPTION_ID_SIZE];
    char programme[PROGRAMME_LENGTH_MAX + 1];
    int64_t cost_krw;
};

struct heard {
    enum heard_kind kind;
    struct envelope_request request; /* ballot, year, source and budget: of both kinds */
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    int64_t certified_time_ms;
    int64_t funded_krw;
    struct heard_winner *winners; /* malloc'd */
    size_t winner_count;
};

/*
 * Reads an event of the participation stream. ERR_INVALID when the message does not decode, its
 * ballot is no UUID, or a funded option has no usable id or programme; year, source and amounts
 * are for the domain to judge.
 */
ERR_CHECKED enum err events_hear(const struct event *event, struct heard *ret_heard);

/* A subscriber_rest_fn: what the ledger does not listen for may wait, votes above all. */
int64_t events_rest_ms(const char *type);

/* Frees what events_hear() made; takes a zeroed struct. */
void heard_release(struct heard *heard);

#endif
