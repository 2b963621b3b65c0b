/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that write and read a definition's bytes share. Must never be
 * included by anybody but ballot_encode.c and ballot_encode_terms.c.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOT_ENCODE_PARTS_H
#define HYEOPCHI_PARTICIPATION_BALLOT_ENCODE_PARTS_H

#include "participation/domain/ballot.h"
#include "participation/domain/encode.h"

/* The list of terms that ballot_encode.h describes; decoding it fails the decoder on anything else. */
void ballot_encode_terms(struct encoder *encoder, const struct ballot_definition *definition);
void ballot_decode_terms(struct decoder *decoder, struct ballot_definition *definition);

/* A u64 that fits into an int64_t; another fails the decoder and is 0. */
int64_t ballot_decode_int64(struct decoder *decoder);

#endif
