/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Declaring a vote void: what operators approve, and how it is carried out. The
 * domain decides whether it may be (ballot_state.h). On the writer thread, under
 * the ballot's row lock.
 */
#ifndef HYEOPCHI_PARTICIPATION_VOIDING_H
#define HYEOPCHI_PARTICIPATION_VOIDING_H

#include "participation/domain/ballot_state.h"
#include "participation/domain/void.h"
#include "participation/store/ballots.h"
#include "runtime/writer.h"

/* What one operator asks for. */
struct void_request {
    struct void_vote vote;
    enum void_reason reason_code;
    char reason[BALLOT_REASON_MAX + 1];
};

/* The hash that both operators approve: of the definition, the vote and the reason. */
void voiding_content(const struct ballot_row *row, const struct void_request *request,
                     uint8_t ret_content[BALLOT_CONTENT_SIZE]);

/* The same for the domain to decide on. */
ERR_CHECKED enum err voiding_ask(struct db *db, const struct ballot_row *row,
                                 const struct void_request *request, struct ballot_void *ret_void);

/* Carries it out and says so. */
ERR_CHECKED enum err voiding_carry_out(struct writer_tx *tx, const struct ballot_row *row,
                                       const struct void_request *request);

#endif
