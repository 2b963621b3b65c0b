/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cache of frozen definitions. It holds references only; a request that is
 * still using a definition keeps it alive after it was dropped here. No key may
 * outlive the objection period in any process: whoever destroys it tells only the
 * database, so that is asked again and again.
 */
#include "participation/ballots.h"

#include "participation/store/ballots.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct frozen *frozen; /* NULL: free */
    uint64_t used;         /* larger is later */
};

/* Asking which keys were destroyed. */
struct look {
    struct reader_job job; /* first */
    struct ballots *ballots;
    uint8_t ballot_ids[BALLOTS_COUNT_MAX][BALLOT_ID_SIZE];
    bool destroyed[BALLOTS_COUNT_MAX];
    size_t count;
    bool busy;
};

struct ballots {
    struct reader *reader;
    const char *keys_directory;
    uv_timer_t timer;
    bool stopped;
    struct look look;
    struct entry entries[BALLOTS_COUNT_MAX];
    uint64_t uses;
};

/* Who wants it. */
struct finder {
    ballots_found_fn found;
    void *context;
};

/* One definition being read. */
struct lookup {
    struct reader_job job; /* first */
    struct ballots *ballots;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    bool keyless; /* the definition is enough */
    struct frozen *frozen;
    struct finder finder;
};

/* On a reader thread. */
static enum err look_work(struct db *db, struct reader_job *job)
{
    struct look *look = (struct look *)job;
    enum err err = db == NULL ? ERR_UNAVAILABLE : ERR_OK;

    for (size_t i = 0; i < look->count && !err; i++) {
        err = store_ballot_key_is_destroyed(db, look->ballot_ids[i], &look->destroyed[i]);
    }
    return err;
}

static void look_done(struct reader_job *job)
{
    struct look *look = (struct look *)job;

    look->busy = false;
    for (size_t i = 0; i < look->count && !job->err; i++) {
        char ballot_id[CRYPTO_UUID_TEXT_SIZE];

        if (look->destroyed[i]) {
            crypto_uuid_format(look->ballot_ids[i], ballot_id);
            ballots_forget(look->ballots, look->ballot_ids[i]);
            log_info("ballot_key_forgotten", log_str("ballot_id", ballot_id));
        }
    }
}

/* What cannot be asked now is asked the next time. */
static void on_timer(uv_timer_t *timer)
{
    struct ballots *ballots = timer->data;
    struct look *look = &ballots->look;

    if (look->busy) {
        return;
    }
    look->count = 0;
    for (size_t i = 0; i < BALLOTS_COUNT_MAX; i++) {
        if (ballots->entries[i].frozen != NULL) {
            memcpy(look->ballot_ids[look->count], ballots->entries[i].frozen->definition.ballot_id,
                   BALLOT_ID_SIZE);
            look->destroyed[look->count] = false;
            look->count++;
        }
    }
    look->job.work = look_work;
    look->job.done = look_done;
    look->busy = look->count > 0 && reader_submit(ballots->reader, &look->job) == ERR_OK;
}

enum err ballots_open(const struct ballots_options *options, struct ballots **ret_ballots)
{
    struct ballots *ballots = calloc(1, sizeof *ballots);

    if (ballots == NULL) {
        return ERR_FULL;
    }
    ballots->reader = options->reader;
    ballots->keys_directory = options->keys_directory;
    ballots->look.ballots = ballots;
    (void)uv_timer_init(&options->loop->uv, &ballots->timer); /* Neither can fail. */
    ballots->timer.data = ballots;
    (void)uv_timer_start(&ballots->timer, on_timer, BALLOTS_LOOK_MS, BALLOTS_LOOK_MS);
    *ret_ballots = ballots;
    return ERR_OK;
}

static struct entry *entry_find(struct ballots *ballots, const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    for (size_t i = 0; i < BALLOTS_COUNT_MAX; i++) {
        struct entry *entry = &ballots->entries[i];

        if (entry->frozen != NULL &&
            memcmp(entry->frozen->definition.ballot_id, ballot_id, BALLOT_ID_SIZE) == 0) {
            return entry;
        }
    }
    return NULL;
}

/* A free entry, or the one that was used longest ago. */
static struct entry *entry_to_fill(struct ballots *ballots)
{
    struct entry *oldest = &ballots->entries[0];

    for (size_t i = 0; i < BALLOTS_COUNT_MAX && oldest->frozen != NULL; i++) {
        struct entry *entry = &ballots->entries[i];

        if (entry->frozen == NULL || entry->used < oldest->used) {
            oldest = entry;
        }
    }
    frozen_release(oldest->frozen);
    oldest->frozen = NULL;
    return oldest;
}

/* On a reader thread. */
static enum err lookup_work(struct db *db, struct reader_job *job)
{
    struct lookup *lookup = (struct lookup *)job;
    struct ballot_row row = {0};
    enum err err;

    if (db == NULL) {
        return ERR_UNAVAILABLE;
    }
    err = store_ballot_read(db, lookup->ballot_id, &row);
    if (!err && lookup->keyless) {
        err = frozen_make_keyless(row.definition, row.definition_length, &lookup->frozen);
    } else if (!err && row.key_destroyed_at_ms > 0) {
        err = ERR_CONFLICT;
    } else if (!err) {
        err = frozen_make(row.definition, row.definition_length, lookup->ballots->keys_directory,
                          &lookup->frozen);
    }
    ballot_row_release(&row);
    return err;
}

static void lookup_done(struct reader_job *job)
{
    struct lookup *lookup = (struct lookup *)job;
    struct ballots *ballots = lookup->ballots;

    if (!job->err && lookup->frozen->has_key && entry_find(ballots, lookup->ballot_id) == NULL) {
        struct entry *entry = entry_to_fill(ballots);

        entry->frozen = frozen_hold(lookup->frozen);
        ballots->uses++;
        entry->used = ballots->uses;
    }
    lookup->finder.found(job->err ? NULL : lookup->frozen, job->err, lookup->finder.context);
    frozen_release(lookup->frozen);
    free(lookup);
}

/* keyless: what has no key will do. */
static void find(struct ballots *ballots, const uint8_t ballot_id[BALLOT_ID_SIZE], bool keyless,
                 const struct finder *finder)
{
    struct entry *entry = entry_find(ballots, ballot_id);
    struct lookup *lookup;

    if (entry != NULL) {
        ballots->uses++;
        entry->used = ballots->uses;
        finder->found(entry->frozen, ERR_OK, finder->context);
        return;
    }
    lookup = calloc(1, sizeof *lookup);
    if (lookup == NULL) {
        finder->found(NULL, ERR_FULL, finder->context);
        return;
    }
    lookup->job.work = lookup_work;
    lookup->job.done = lookup_done;
    lookup->ballots = ballots;
    lookup->keyless = keyless;
    lookup->finder = *finder;
    memcpy(lookup->ballot_id, ballot_id, BALLOT_ID_SIZE);
    if (reader_submit(ballots->reader, &lookup->job) != ERR_OK) {
        free(lookup);
        finder->found(NULL, ERR_FULL, finder->context);
    }
}

void ballots_find(struct ballots *ballots, const uint8_t ballot_id[BALLOT_ID_SIZE],
                  ballots_found_fn found, void *context)
{
    find(ballots, ballot_id, false, &(const struct finder){.found = found, .context = context});
}

void ballots_find_definition(struct ballots *ballots, const uint8_t ballot_id[BALLOT_ID_SIZE],
                             ballots_found_fn found, void *context)
{
    find(ballots, ballot_id, true, &(const struct finder){.found = found, .context = context});
}

void ballots_forget(struct ballots *ballots, const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    struct entry *entry = entry_find(ballots, ballot_id);

    if (entry != NULL) {
        frozen_release(entry->frozen);
        entry->frozen = NULL;
    }
}

void ballots_stop(void *context)
{
    struct ballots *ballots = context;

    if (!ballots->stopped) {
        ballots->stopped = true;
        uv_close((uv_handle_t *)&ballots->timer, NULL);
    }
}

void ballots_close(struct ballots *ballots)
{
    if (ballots == NULL) {
        return;
    }
    for (size_t i = 0; i < BALLOTS_COUNT_MAX; i++) {
        frozen_release(ballots->entries[i].frozen);
    }
    free(ballots);
}
