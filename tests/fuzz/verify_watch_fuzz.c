/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as what a board answers, tiles and all, and as the state of a
 * watch. Without the board's key nothing that is answered is ever believed, and
 * a state that is accepted is written as it was read.
 *
 *   the first byte chooses: a state's JSON, or answers, each u16 length || body
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "fuzz.h"
#include "verify/bytes.h"
#include "verify/watch.h"

static void try_state(struct span json)
{
    static struct watch_state state;
    static struct watch_state again;
    char *written = malloc(WATCH_STATE_MAX);
    size_t length;

    assert(written != NULL);
    if (watch_state_read(json, &state)) {
        length = watch_state_write(&state, written);
        if (length > 0) {
            bool read = watch_state_read(
                (struct span){.data = (const uint8_t *)written, .length = length}, &again);

            assert(read);
            assert(again.frontier.size == state.frontier.size);
            assert(strcmp(again.checkpoint, state.checkpoint) == 0);
            (void)read;
        }
    }
    free(written);
}

/* Answers one after another, whatever is asked for; none left is an absent file. */
static enum fetch_outcome answer(void *argument, const char *path, struct fetch_body *ret,
                                 struct finding *finding)
{
    struct reader *answers = argument;
    struct span body = read_prefixed(answers);

    if (answers->broken) {
        return FETCH_ABSENT;
    }
    if (body.length > sizeof ret->bytes) {
        (void)finding_unreadable(finding, path, "too long");
        return FETCH_FAILED;
    }
    if (body.length > 0) {
        memcpy(ret->bytes, body.data, body.length);
    }
    ret->length = body.length;
    return FETCH_GOT;
}

static void try_answers(struct span bytes)
{
    static struct fetch_body evidence;
    static struct watch_state state;
    struct finding finding = {0};
    struct reader answers;
    struct watch_source source = {.fetch = answer, .argument = &answers};
    enum verdict verdict;

    reader_init(&answers, bytes);
    memset(&state, 0, sizeof state);
    verdict = watch_look(&state, &source, 1, &evidence, &finding);
    assert((verdict == VERDICT_GOOD) == (state.seen_ms == 1));
    assert(verdict == VERDICT_GOOD || finding.what[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ready = sodium_init();

    assert(ready >= 0);
    (void)ready;
    if (size > 0) {
        struct span rest = {.data = data + 1, .length = size - 1};

        if (data[0] % 2 == 0) {
            try_state(rest);
        } else {
            try_answers(rest);
        }
    }
    return 0;
}
