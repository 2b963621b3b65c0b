/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request for votes from its body to its answer, whichever way it came:
 * find the ballot -> prepare -> commit (writer) -> write the answer. HTTP and
 * the gateway (gateway/gateway.h) bring requests here once they know who signed them,
 * and differ only in how they hand the answer over.
 *
 * A run is part of its owner's struct and is the owner's to free. Loop thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_CAST_RUN_H
#define HYEOPCHI_PARTICIPATION_CAST_RUN_H

#include "participation/cast.h"
#include "participation/service.h"
#include "runtime/buffer.h"
#include "runtime/keyring.h"

enum { CAST_ANSWER_SIZE_MAX = 64 * 1024 * 1024 };

struct cast_run;

/* Exactly one of refused and answered is called, once, on the loop; it may free the run. */
struct cast_run_type {
    /* Nothing was accepted, or, of a 503 only, it may have been: the same request under the same key
     * gets the receipts or is accepted. */
    void (*refused)(struct cast_run *run, const struct problem *problem);
    /* run->answer is what was accepted: of a batch a line for each vote, else one document. */
    void (*answered)(struct cast_run *run);
    /* Makes of the answer what is sent, on the thread that wrote it; may be NULL. */
    void (*pack)(struct cast_run *run);
};

struct cast_run {
    struct cast cast; /* first, so that the writer's job is the run */
    struct participation *service;
    const struct cast_run_type *type;
    struct cast_source source; /* what it points to lives as long as the run */
    enum problem_language language;
    struct problem problem; /* of the request as a whole */
    struct buffer answer;
    enum err err;
};

/* Prepares the owner's zeroed run. Who signed it becomes the source's caster and front end, borrowed;
 * body and key are set by the owner. */
void cast_run_init(struct cast_run *run, struct participation *service,
                   const struct cast_run_type *type, const struct principal *principal);

/* Starts it; one of the type's functions follows, at once or later. */
void cast_run_start(struct cast_run *run, const uint8_t ballot_id[BALLOT_ID_SIZE]);

/* Frees what the run owns, not the run. */
void cast_run_release(struct cast_run *run);

#endif
