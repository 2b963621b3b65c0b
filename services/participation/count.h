/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts closed ballots by themselves, one after the other: finds one, reads its
 * box on a thread and connection of its own, so that no query waits for a count,
 * and has the result recorded by the writer. Looks again every
 * COUNT_INTERVAL_MS, and at once when told that a ballot was closed. One that
 * cannot be counted is tried again then, and keeps no other waiting; one whose
 * ties a lot breaks waits for its seed. Loop thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_COUNT_H
#define HYEOPCHI_PARTICIPATION_COUNT_H

#include "runtime/err.h"
#include "runtime/loop.h"
#include "runtime/reader.h"
#include "runtime/writer.h"

enum { COUNT_INTERVAL_MS = 1000 };

struct counter;

struct counter_options {
    struct loop *loop;
    struct db_options db;
    struct writer *writer;
};

ERR_CHECKED enum err counter_open(const struct counter_options *options,
                                  struct counter **ret_counter);

/* A ballot was closed, or its seed published: look now. */
void counter_wake(struct counter *counter);

/* Stops looking, and waits for what is being read; frees when nothing is under way any more. Before the
 * writer is closed. Takes NULL. */
void counter_close(struct counter *counter);

/* The same as a stop function: counter points at a struct counter *. */
void counter_stop(void *counter);

#endif
