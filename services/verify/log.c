/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaves are hashed in ranges, one a thread, each into its own part of one
 * array: nothing is shared but what none of them writes.
 */
#include "verify/log.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_NAME     "entries"
#define LENGTH_SIZE   2
#define RANGE_MIN     4096 /* leaves for which a thread is worth its start */
#define PROGRESS_STEP 8192

static size_t length_at(struct span entries, size_t offset)
{
    return (size_t)entries.data[offset] << 8 | entries.data[offset + 1];
}

/* Counts the leaves; false when the bytes end inside one, *ret_count then being its position. */
static bool count_leaves(struct span entries, size_t *ret_count)
{
    size_t offset = 0;
    size_t count = 0;
    bool whole = true;

    while (whole && offset < entries.length) {
        size_t left = entries.length - offset;

        if (left < LENGTH_SIZE || length_at(entries, offset) > left - LENGTH_SIZE) {
            whole = false;
        } else {
            offset += LENGTH_SIZE + length_at(entries, offset);
            count++;
        }
    }
    *ret_count = count;
    return whole;
}

enum verdict log_open(struct log *log, struct span entries, struct finding *finding)
{
    size_t count = 0;
    size_t offset = 0;
    uint64_t *offsets;

    assert(log->offsets == NULL);
    if (!count_leaves(entries, &count)) {
        return finding_fail_at(finding, FILE_NAME, count, "the file ends inside this leaf");
    }
    if (count == 0) {
        return finding_fail(finding, FILE_NAME, "there are no leaves");
    }
    if (count > LOG_LEAF_MAX) {
        return finding_unreadable(finding, FILE_NAME, "there are more than %d leaves",
                                  LOG_LEAF_MAX);
    }
    offsets = calloc(count, sizeof *offsets);
    if (offsets == NULL) {
        return finding_unreadable(finding, FILE_NAME, "there is no memory for %zu leaves", count);
    }
    for (size_t i = 0; i < count; i++) {
        offsets[i] = offset;
        offset += LENGTH_SIZE + length_at(entries, offset);
    }
    assert(offset == entries.length);
    *log = (struct log){.entries = entries, .offsets = offsets, .count = count};
    return VERDICT_GOOD;
}

void log_release(struct log *log)
{
    free(log->offsets);
    free(log->hashes);
    *log = (struct log){0};
}

struct span log_leaf(const struct log *log, size_t position)
{
    size_t offset;

    assert(position < log->count);
    offset = (size_t)log->offsets[position];
    return (struct span){
        .data = log->entries.data + offset + LENGTH_SIZE,
        .length = length_at(log->entries, offset),
    };
}

/* One thread's share of the leaves. */
struct range {
    struct log *log;
    struct digest *digest;
    size_t from;
    size_t to;
    log_progress_fn progress; /* of the calling thread's range only */
    void *argument;
};

static void hash_range(const struct range *range)
{
    for (size_t i = range->from; i < range->to; i++) {
        digest_leaf(range->digest, log_leaf(range->log, i), range->log->hashes[i]);
        if (range->progress != NULL && (i - range->from) % PROGRESS_STEP == 0) {
            range->progress(range->argument, i - range->from, range->to - range->from);
        }
    }
}

static void *hash_thread(void *argument)
{
    hash_range(argument);
    return NULL;
}

static size_t count_threads(size_t leaves)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = processors < 1 ? 1 : (size_t)processors;

    if (threads > LOG_THREAD_MAX) {
        threads = LOG_THREAD_MAX;
    }
    if (threads > leaves / RANGE_MIN) {
        threads = leaves / RANGE_MIN;
    }
    return threads == 0 ? 1 : threads;
}

/* The first range is the calling thread's; one whose thread does not start is done here as well. */
static void hash_ranges(struct range *ranges, size_t count)
{
    pthread_t threads[LOG_THREAD_MAX];
    bool started[LOG_THREAD_MAX] = {false};

    for (size_t i = 1; i < count; i++) {
        started[i] = pthread_create(&threads[i], NULL, hash_thread, &ranges[i]) == 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (!started[i]) {
            hash_range(&ranges[i]);
        }
    }
    for (size_t i = 1; i < count; i++) {
        if (started[i]) {
            (void)pthread_join(threads[i], NULL); /* It can only fail for a thread that is none. */
        }
    }
}

enum verdict log_hash(struct log *log, log_progress_fn progress, void *argument,
                      struct finding *finding)
{
    struct range ranges[LOG_THREAD_MAX] = {0};
    size_t count = count_threads(log->count);
    enum verdict verdict = VERDICT_GOOD;

    assert(log->hashes == NULL);
    assert(log->count > 0);
    log->hashes = calloc(log->count, sizeof *log->hashes);
    if (log->hashes == NULL) {
        verdict =
            finding_unreadable(finding, FILE_NAME, "there is no memory for %zu hashes", log->count);
        goto out;
    }
    for (size_t i = 0; i < count; i++) {
        ranges[i] = (struct range){
            .log = log,
            .digest = digest_new(),
            .from = log->count / count * i,
            .to = i + 1 == count ? log->count : log->count / count * (i + 1),
            .progress = i == 0 ? progress : NULL,
            .argument = argument,
        };
        if (ranges[i].digest == NULL) {
            verdict = finding_unreadable(finding, FILE_NAME, "there is no memory to hash with");
            goto out;
        }
    }
    hash_ranges(ranges, count);

out:
    for (size_t i = 0; i < count; i++) {
        digest_free(ranges[i].digest);
    }
    return verdict;
}
