/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certified ballot written as a .pb file. The votes stand in the order of
 * their commitments, which says nothing about who cast them or when. It must
 * never see the roll, nor a ballot's key. Database threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_EXPORT_H
#define HYEOPCHI_PARTICIPATION_EXPORT_H

#include "participation/domain/ballot.h"
#include "participation/domain/text.h"
#include "participation/store/ballots.h"
#include "runtime/db.h"
#include "runtime/err.h"

enum { EXPORT_LENGTH_MAX = 64 * 1024 * 1024 };

/*
 * Adds the whole file to the text, whose maximum is EXPORT_LENGTH_MAX; row is the ballot's and
 * certified, and every option of the definition can be written (ballot_pb_misfit).
 *
 * ERR_FULL      the file is too large, or there is no memory.
 * ERR_INTERNAL  what is stored contradicts the result that was certified.
 */
ERR_CHECKED enum err export_write(struct db *db, const struct ballot_row *row,
                                  const struct ballot_definition *definition, struct text *text);

#endif
