/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Following one board: what was seen of its log, and whether what is served
 * now goes on from there.
 *
 * What is kept is the last checkpoint and the frontier of its tree. A larger
 * checkpoint is consistent with it when the frontier, extended by hashes from
 * the board's tiles, has the new root: hashes that are not those of one log
 * cannot give it. So nothing but the two checkpoints is believed.
 *
 * The state belongs to one thread. It never reads a clock: the time is given.
 */
#ifndef HYEOPCHI_VERIFY_WATCH_H
#define HYEOPCHI_VERIFY_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "verify/bytes.h"
#include "verify/digest.h"
#include "verify/fetch.h"
#include "verify/note.h"
#include "verify/tree.h"
#include "verify/verdict.h"

#define WATCH_KEY_MAX        512   /* bytes of a verifier key, with the NUL */
#define WATCH_STATE_MAX      16384 /* bytes of a state file */
#define WATCH_TILE_WIDTH     256
#define WATCH_TILE_LEVEL_MAX 7 /* 256^8 leaves are more than a log can have */
#define WATCH_TILE_PATH_MAX  64

/* Zeroed memory is a board that was never looked at. */
struct watch_state {
    char key[WATCH_KEY_MAX]; /* the verifier key; "" until one is known */
    struct frontier frontier;
    uint8_t root[DIGEST_SIZE];
    char checkpoint[NOTE_LENGTH_MAX + 1]; /* the last one, as it was served */
    uint64_t seen_ms;                     /* when all was last answered well; 0: never */
};

/* Where files come from: fetch_get() or a test's own. The body is written with FETCH_GOT only. */
typedef enum fetch_outcome (*watch_fetch_fn)(void *argument, const char *path,
                                             struct fetch_body *ret, struct finding *finding);

struct watch_source {
    watch_fetch_fn fetch;
    void *argument;
    char uuid[SPELL_UUID_LENGTH + 1]; /* that the origin must end with; "" when unknown */
};

/* Reads a state file's JSON; false when it is none. */
bool watch_state_read(struct span json, struct watch_state *ret);

/* Writes it as JSON with a NUL; the bytes without it. */
size_t watch_state_write(const struct watch_state *state, char ret_json[WATCH_STATE_MAX]);

/*
 * Looks once. With VERDICT_GOOD *state is what is known now, and seen at
 * now_ms; otherwise it is as it was.
 *
 * VERDICT_FAILED      the log was forked or shrank, the checkpoint is not the
 *                     key's, or the tiles do not lead to it. *ret_evidence is
 *                     then the checkpoint that was served.
 * VERDICT_UNREADABLE  the board did not answer, or not with what a board has.
 */
VERDICT_CHECKED enum verdict watch_look(struct watch_state *state,
                                        const struct watch_source *source, uint64_t now_ms,
                                        struct fetch_body *ret_evidence, struct finding *finding);

/* Writes "tile/0/x001/234.p/5": a tile's path, whole when the width is WATCH_TILE_WIDTH. */
void watch_tile_path(unsigned level, uint64_t number, unsigned width,
                     char ret_path[WATCH_TILE_PATH_MAX]);

#endif
