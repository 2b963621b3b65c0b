/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What participation says and hears on the bus: between the domain's structs
 * and protobuf. No generated name leaves events.c. The say functions run inside
 * the writer's transaction.
 */
#ifndef HYEOPCHI_PARTICIPATION_EVENTS_H
#define HYEOPCHI_PARTICIPATION_EVENTS_H

#include "participation/decided.h"
#include "participation/domain/ballot.h"
#include "participation/domain/jury.h"
#include "participation/domain/turnout.h"
#include "participation/store/ballots.h"
#include "participation/store/extension.h"
#include "participation/store/ledger_block.h"
#include "participation/store/void.h"
#include "runtime/err.h"
#include "runtime/event.h"
#include "runtime/writer.h"

#include <protobuf-c/protobuf-c.h>

/* The messages this service says, for the HTTP feed; NULL-terminated. */
extern const ProtobufCMessageDescriptor *const events_types[];

struct events_votes_accepted {
    const uint8_t *ballot_id;
    int64_t batch_no;
    int64_t new_voters;
    int64_t revisions;
    int64_t voters; /* so far */
};
ERR_CHECKED enum err events_say_votes_accepted(struct writer_tx *tx,
                                               const struct events_votes_accepted *said);

ERR_CHECKED enum err events_say_opening_requested(struct writer_tx *tx,
                                                  const struct ballot_definition *definition);

ERR_CHECKED enum err events_say_opened(struct writer_tx *tx,
                                       const struct ballot_definition *definition,
                                       const uint8_t definition_hash[CRYPTO_HASH_SIZE],
                                       const struct event *cause);

struct events_opening_refused {
    const uint8_t *ballot_id;
    const char *code;
    int64_t shortfall_krw;
};
ERR_CHECKED enum err events_say_opening_refused(struct writer_tx *tx,
                                                const struct events_opening_refused *said,
                                                const struct event *cause);

/* Turnout as it may be published: small cells are withheld before they leave. */
ERR_CHECKED enum err events_say_closed(struct writer_tx *tx,
                                       const struct ballot_definition *definition,
                                       const struct ballot_row *row, const struct turnout *turnout);

/* The window ends later than it would have. */
ERR_CHECKED enum err events_say_extended(struct writer_tx *tx,
                                         const uint8_t ballot_id[BALLOT_ID_SIZE],
                                         const struct extension_row *extension);

/* The ballot's key is gone. */
ERR_CHECKED enum err events_say_key_destroyed(struct writer_tx *tx,
                                              const uint8_t ballot_id[BALLOT_ID_SIZE]);

/* The scores of the ballot's jury. */
ERR_CHECKED enum err events_say_jury_published(struct writer_tx *tx,
                                               const struct ballot_definition *definition,
                                               const struct jury_scores *scores);

/* The seed that breaks the ballot's ties. */
ERR_CHECKED enum err events_say_lot_published(struct writer_tx *tx,
                                              const uint8_t ballot_id[BALLOT_ID_SIZE],
                                              const char *seed);

/* A vote is not counted, and why; not which. */
ERR_CHECKED enum err events_say_voided(struct writer_tx *tx,
                                       const uint8_t ballot_id[BALLOT_ID_SIZE],
                                       const struct void_row *voided);

/* The result as it was counted and decided. */
struct events_certified {
    const struct decided *decided;
    int64_t voids; /* voters whose final vote is void */
    int64_t votes; /* that were counted, sheets of paper among them */
};
ERR_CHECKED enum err events_say_certified(struct writer_tx *tx,
                                          const struct ballot_definition *definition,
                                          const struct ballot_row *row,
                                          const struct events_certified *certified);

/* What the ledger answers to an opening; a block that it sealed. */
enum events_heard_kind {
    EVENTS_HEARD_OTHER,
    EVENTS_HEARD_RESERVED,
    EVENTS_HEARD_REFUSED,
    EVENTS_HEARD_BLOCK,
};

struct events_heard {
    enum events_heard_kind kind;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    char code[STORE_CODE_SIZE];
    int64_t shortfall_krw;
    struct ledger_block block;
};

/* Reads an event of the ledger. ERR_INVALID when it is one of ours to know and does not decode. */
ERR_CHECKED enum err events_hear(const struct event *event, struct events_heard *ret_heard);

#endif
