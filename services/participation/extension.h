/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extending a ballot's window: what operators approve, and how it is carried
 * out. The domain decides whether it may be (ballot_state.h). On the writer
 * thread, under the ballot's row lock.
 */
#ifndef HYEOPCHI_PARTICIPATION_EXTENSION_H
#define HYEOPCHI_PARTICIPATION_EXTENSION_H

#include "participation/domain/ballot.h"
#include "participation/domain/ballot_state.h"
#include "participation/store/ballots.h"
#include "runtime/writer.h"

/* What one operator asks for. */
struct extension_request {
    int64_t closes_at_ms;
    char reason[BALLOT_REASON_MAX + 1];
};

/* The hash that both operators approve: of the definition, the new end and the reason. */
void extension_content(const struct ballot_row *row, const struct extension_request *request,
                       uint8_t ret_content[BALLOT_CONTENT_SIZE]);

/* The same for the domain to decide on, with what went before it. */
ERR_CHECKED enum err extension_ask(struct db *db, const struct ballot_row *row,
                                   const struct ballot_definition *definition,
                                   const struct extension_request *request,
                                   struct ballot_extension *ret_extension);

/* Carries it out and says so; extension is what extension_ask() made. */
ERR_CHECKED enum err extension_carry_out(struct writer_tx *tx, const struct ballot_row *row,
                                         const struct ballot_definition *definition,
                                         const struct ballot_extension *extension,
                                         const struct extension_request *request);

#endif
