/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeding a Pabulib file to the domain's reader piece by piece, and saying what
 * is wrong with it. The file is never in memory as a whole.
 */
#ifndef HYEOPCHI_CLI_PB_STREAM_H
#define HYEOPCHI_CLI_PB_STREAM_H

#include "participation/domain/pb.h"
#include "runtime/err.h"

#include <stdio.h>

/*
 * Reads the file ("-": standard input) to its end, or until a callback of the reader fails. Returns
 * that callback's error, or ERR_INVALID after saying that the file cannot be
 * read. Faults are not said: see pb_stream_say_faults().
 */
ERR_CHECKED enum err pb_stream_read(struct pb *pb, const char *path);

/* Says every fault that was kept, a line each, on standard error. */
void pb_stream_say_faults(const struct pb *pb, const char *path);

/* Writes one: FILE:LINE: severity: FIELD: sentence (value) [code]. */
void pb_stream_write_fault(const struct pb_fault *fault, const char *path, FILE *output);

/* The value that may be shown: "" for a voter's id. */
const char *pb_stream_fault_value(const struct pb_fault *fault);

#endif
