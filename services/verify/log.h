/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The leaves of a log in memory: where each begins and what its hash is. The
 * leaves themselves stay where they were published; an index takes 8 bytes a
 * leaf and the hashes 32.
 */
#ifndef HYEOPCHI_VERIFY_LOG_H
#define HYEOPCHI_VERIFY_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "verify/bytes.h"
#include "verify/digest.h"
#include "verify/verdict.h"

#define LOG_LEAF_MAX   268435456 /* leaves of one log */
#define LOG_THREAD_MAX 4         /* that hash leaves at the same time */

struct log {
    struct span entries;            /* borrowed: u16 length || leaf, again and again */
    uint64_t *offsets;              /* of each leaf's length */
    size_t count;                   /* leaves */
    uint8_t (*hashes)[DIGEST_SIZE]; /* NULL before log_hash() */
};

/*
 * Finds the leaves; the entries are borrowed until log_release().
 *
 * VERDICT_FAILED      the bytes end inside a leaf, or there are none.
 * VERDICT_UNREADABLE  more than LOG_LEAF_MAX leaves, or no memory.
 */
VERDICT_CHECKED enum verdict log_open(struct log *log, struct span entries,
                                      struct finding *finding);

/* Takes a zeroed log. */
void log_release(struct log *log);

/* The leaf at a position below log->count. */
struct span log_leaf(const struct log *log, size_t position);

/* What hears how far something long has come. */
typedef void (*log_progress_fn)(void *argument, uint64_t done, uint64_t total);

/* Hashes all leaves on as many threads as there are processors; VERDICT_UNREADABLE without memory.
 * progress, which may be NULL, is called on the calling thread. */
VERDICT_CHECKED enum verdict log_hash(struct log *log, log_progress_fn progress, void *argument,
                                      struct finding *finding);

#endif
