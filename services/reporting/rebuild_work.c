/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer's side of a rebuild check. It must never touch what the loop may
 * touch meanwhile: the check's state and the streams stand still while a job
 * runs.
 */
#include "reporting/rebuild_internal.h"

#include <assert.h>

#define CONSUMER "reporting"

static enum err work_apply(struct writer_tx *tx, struct rebuild *rebuild)
{
    for (size_t i = 0; i < rebuild->count; i++) {
        const struct event_fetch_piece *piece = &rebuild->response.envelopes[rebuild->first + i];
        struct event event = {0};
        enum err err = event_decode(piece->data, piece->length, &event);

        if (!err) {
            err = apply_event(tx, &event, &rebuild->model);
        }
        event_release(&event);
        if (err) {
            return err;
        }
    }
    return ERR_OK;
}

/* The writer is the only one to move the shown model, so that both stand still here. */
static enum err work_compare(struct writer_tx *tx, struct rebuild *rebuild)
{
    bool heard_the_same = true;

    rebuild->compared = false;
    for (int i = 0; i < REBUILD_STREAM_COUNT; i++) {
        const struct stream *stream = &rebuild->streams[i];
        enum err err = store_offset_read(tx->db, CONSUMER, stream->name, &rebuild->offsets[i]);

        if (err) {
            return err;
        }
        heard_the_same =
            heard_the_same && rebuild->offsets[i].next_seq == (int64_t)stream->next_seq;
    }
    if (!heard_the_same) {
        return ERR_OK;
    }
    rebuild->compared = true;
    return store_check_compare(tx->db, &rebuild->comparison);
}

enum err rebuild_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct rebuild *rebuild = (struct rebuild *)jobs[0];

    assert(count == 1);
    (void)count; /* only the assertion reads it */
    switch (rebuild->step) {
    case STEP_CLEAR:
        return store_check_clear(tx->db);
    case STEP_COMPARE:
        return work_compare(tx, rebuild);
    case STEP_APPLY:
        return work_apply(tx, rebuild);
    case STEP_NONE:
    case STEP_FETCH:
        break;
    }
    return ERR_INTERNAL;
}
