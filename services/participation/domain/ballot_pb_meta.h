/* SPDX-License-Identifier: Apache-2.0 */
/*
 * META of a ballot's .pb file; for ballot_pb.c alone. It must never write a
 * term that `hyeopchi ballot create --from` does not read again.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_BALLOT_PB_META_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_BALLOT_PB_META_H

#include "participation/domain/ballot_pb.h"

/* Adds the section with its name and head. */
void ballot_pb_add_meta(struct text *text, const struct ballot_definition *definition,
                        const struct ballot_pb_count *count);

#endif
