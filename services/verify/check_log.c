/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log as a tree: every checkpoint ever signed, and that all of them are of
 * one and the same log.
 */
#include "verify/bundle_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "verify/tree.h"

#define PROGRESS_STEP 1024

/* Reads the keys' array; false when an element is no base64url. */
static bool read_receipt_keys(struct bundle *bundle, const json_t *receipts)
{
    size_t count = json_array_size(receipts);

    for (size_t i = 0; i < count; i++) {
        const json_t *key = json_array_get(receipts, i);
        struct span text = {
            .data = (const uint8_t *)json_string_value(key),
            .length = json_string_length(key),
        };

        size_t size = 0;

        if (!json_is_string(key) || !spell_base64url_size(text, &size)) {
            return false;
        }
        if (!spell_read_base64(text, SPELL_BASE64URL, bundle->receipt_keys[i], NOTE_KEY_SIZE)) {
            bundle->receipt_key_misfit = true;
        }
    }
    bundle->receipt_key_count = count;
    return true;
}

/* Whether the JSON written in the one way it may be is the file's bytes. */
static bool is_written_so(json_t *json, struct span bytes)
{
    char *text = json_dumps(json, JSON_COMPACT);
    bool same = text != NULL && span_is_text(bytes, text);

    free(text);
    return same;
}

/* Reads {"board": verifier key, "receipts": [key, …]}. */
static bool read_keys(struct bundle *bundle, json_t *json, struct span bytes)
{
    const json_t *board = json_object_get(json, "board");
    json_t *receipts = json_object_get(json, "receipts");
    json_t *again = NULL;
    bool good = false;

    if (!json_is_string(board) || !json_is_array(receipts) ||
        json_array_size(receipts) > BUNDLE_KEY_MAX) {
        return false;
    }
    bundle->receipt_keys = calloc(BUNDLE_KEY_MAX, sizeof *bundle->receipt_keys);
    again = json_pack("{s:s,s:O}", "board", json_string_value(board), "receipts", receipts);
    if (bundle->receipt_keys != NULL && again != NULL && is_written_so(again, bytes)) {
        struct span text = {
            /* The key's name stays where it was published: in front of it is {"board":" . */
            .data = bytes.data + strlen("{\"board\":\""),
            .length = json_string_length(board),
        };

        good = text.length + strlen("{\"board\":\"") <= bytes.length &&
               note_key_read(text, bundle->digest, &bundle->board_key) &&
               read_receipt_keys(bundle, receipts);
    }
    json_decref(again);
    return good;
}

static enum verdict load_keys(struct bundle *bundle, struct finding *finding)
{
    const char *name = archive_file_name(ARCHIVE_KEYS);
    struct span bytes = bundle->archive.files[ARCHIVE_KEYS];
    json_t *json = NULL;
    bool good = false;

    if (bytes.length > 0 && bytes.length <= BUNDLE_JSON_MAX) {
        json = json_loadb((const char *)bytes.data, bytes.length, JSON_REJECT_DUPLICATES, NULL);
    }
    good = json != NULL && read_keys(bundle, json, bytes);
    json_decref(json);
    return good ? VERDICT_GOOD : finding_fail(finding, name, "these are not the keys of a board");
}

/* Checks one note and keeps what it says. */
static enum verdict check_note(struct bundle *bundle, size_t place, struct span bytes,
                               struct finding *finding)
{
    const char *name = archive_file_name(ARCHIVE_CHECKPOINTS);
    uint64_t before = place == 0 ? 0 : bundle->checkpoints[place - 1].size;
    struct note note;

    if (!note_read(bytes, &note)) {
        return finding_fail_at(finding, name, place, "this is no checkpoint");
    }
    if (!span_is_text(note.origin, bundle->origin)) {
        return finding_fail_at(finding, name, place, "its origin is not %s", bundle->origin);
    }
    if (!note_signed_by(&note, &bundle->board_key)) {
        return finding_fail_at(finding, name, place, "it is not signed by the board's key");
    }
    if (note.size <= before) {
        return finding_fail_at(finding, name, place, "its size is not above the one before it");
    }
    bundle->checkpoints[place].size = note.size;
    memcpy(bundle->checkpoints[place].root, note.root, DIGEST_SIZE);
    return VERDICT_GOOD;
}

/* Counts the notes; false when the file ends inside one. */
static bool count_notes(struct span file, size_t *ret_count)
{
    struct reader reader;
    size_t count = 0;

    reader_init(&reader, file);
    while (reader_left(&reader) > 0) {
        (void)read_prefixed(&reader);
        count++;
    }
    *ret_count = count;
    return reader_done(&reader);
}

static enum verdict load_notes(struct bundle *bundle, struct finding *finding)
{
    const char *name = archive_file_name(ARCHIVE_CHECKPOINTS);
    struct span file = bundle->archive.files[ARCHIVE_CHECKPOINTS];
    struct reader reader;
    size_t count = 0;

    if (!count_notes(file, &count) || count == 0) {
        return finding_fail(finding, name, "it does not consist of checkpoints");
    }
    if (count > BUNDLE_CHECKPOINT_MAX) {
        return finding_unreadable(finding, name, "there are more than %d checkpoints",
                                  BUNDLE_CHECKPOINT_MAX);
    }
    bundle->checkpoints = calloc(count, sizeof *bundle->checkpoints);
    if (bundle->checkpoints == NULL) {
        return finding_unreadable(finding, name, "there is no memory for %zu checkpoints", count);
    }
    reader_init(&reader, file);
    for (size_t i = 0; i < count; i++) {
        enum verdict verdict = check_note(bundle, i, read_prefixed(&reader), finding);

        if (verdict != VERDICT_GOOD) {
            return verdict;
        }
        if (i % PROGRESS_STEP == 0) {
            bundle_progress(bundle, i, count);
        }
    }
    assert(reader_done(&reader));
    bundle->checkpoint_count = count;
    return VERDICT_GOOD;
}

enum verdict check_checkpoints(struct bundle *bundle, struct finding *finding)
{
    enum verdict verdict;
    uint64_t last;

    verdict = load_keys(bundle, finding);
    if (verdict != VERDICT_GOOD) {
        return verdict;
    }
    if (!note_origin(bundle->definition->district, bundle->ballot_id, bundle->origin)) {
        return finding_fail(finding, archive_file_name(ARCHIVE_DEFINITION),
                            "no origin can be made of its district");
    }
    if (!span_is_text(bundle->board_key.name, bundle->origin)) {
        return finding_fail(finding, archive_file_name(ARCHIVE_KEYS),
                            "the board's key is not named %s", bundle->origin);
    }
    verdict = log_open(&bundle->log, bundle->archive.files[ARCHIVE_ENTRIES], finding);
    if (verdict != VERDICT_GOOD) {
        return verdict;
    }
    verdict = load_notes(bundle, finding);
    if (verdict != VERDICT_GOOD) {
        return verdict;
    }
    last = bundle->checkpoints[bundle->checkpoint_count - 1].size;
    if (last != bundle->log.count) {
        return finding_fail_at(finding, archive_file_name(ARCHIVE_CHECKPOINTS),
                               bundle->checkpoint_count - 1,
                               "the last checkpoint says %llu leaves, and there are %zu",
                               (unsigned long long)last, bundle->log.count);
    }
    return VERDICT_GOOD;
}

static void tell_hashing(void *argument, uint64_t done, uint64_t total)
{
    const struct bundle *bundle = argument;

    /* Building the tree takes about as long again. */
    bundle_progress(bundle, done, total + bundle->log.count / 2);
}

enum verdict check_root(struct bundle *bundle, struct finding *finding)
{
    struct frontier frontier;
    enum verdict verdict;
    size_t position = 0;

    verdict = log_hash(&bundle->log, tell_hashing, bundle, finding);
    if (verdict != VERDICT_GOOD) {
        return verdict;
    }
    frontier_init(&frontier);
    for (size_t i = 0; i < bundle->checkpoint_count; i++) {
        const struct bundle_checkpoint *checkpoint = &bundle->checkpoints[i];
        uint8_t root[DIGEST_SIZE];

        for (; position < checkpoint->size; position++) {
            bool added = frontier_add(&frontier, bundle->digest, 0, bundle->log.hashes[position]);

            assert(added);
            (void)added;
        }
        frontier_root(&frontier, bundle->digest, root);
        if (memcmp(root, checkpoint->root, DIGEST_SIZE) != 0) {
            return finding_fail_at(finding, archive_file_name(ARCHIVE_CHECKPOINTS), i,
                                   "its root is not that of the first %llu leaves",
                                   (unsigned long long)checkpoint->size);
        }
    }
    assert(position == bundle->log.count);
    return VERDICT_GOOD;
}

size_t bundle_batch(const struct bundle *bundle, uint64_t position)
{
    size_t low = 0;
    size_t high = bundle->checkpoint_count;

    assert(position < bundle->log.count);
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (bundle->checkpoints[middle].size > position) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    assert(low < bundle->checkpoint_count);
    return low;
}
