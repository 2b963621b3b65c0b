/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for the votes of receipts on a board that is watched. */
#include "verify/watch_receipt.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "verify/file.h"
#include "verify/spell.h"
#include "verify/tree.h"

#define ISSUED_AT 61 /* behind T("receipt"), ballot_id and commit_root */

enum verdict watch_receipts_read(struct watch_receipts *receipts, struct finding *finding)
{
    enum verdict verdict = VERDICT_GOOD;

    for (size_t i = 0; verdict == VERDICT_GOOD && i < receipts->count; i++) {
        struct watch_receipt *one = &receipts->list[i];
        struct file file = {0};

        verdict = file_open(&file, one->path, finding);
        if (verdict == VERDICT_GOOD && !receipt_read(file.bytes, &one->receipt)) {
            verdict = finding_unreadable(finding, one->path, "this is no receipt");
        }
        file_close(&file);
    }
    return verdict;
}

/* Until when the vote was promised to be in the log. */
static uint64_t promised_ms(const struct receipt *receipt)
{
    struct reader reader;
    uint64_t issued_ms;

    reader_init(&reader, (struct span){.data = receipt->body + ISSUED_AT,
                                       .length = sizeof receipt->body - ISSUED_AT});
    issued_ms = read_u64(&reader);
    return issued_ms + (uint64_t)read_u16(&reader) * 1000;
}

/* The ballot that the watched log is of: its origin ends with the UUID. */
static bool log_ballot(const struct watch_state *state, uint8_t ret_id[SPELL_UUID_BYTES])
{
    struct note note;
    struct span text = {.data = (const uint8_t *)state->checkpoint,
                        .length = strlen(state->checkpoint)};

    if (!note_read(text, &note) || note.origin.length < SPELL_UUID_LENGTH) {
        return false;
    }
    return spell_read_uuid(
        (struct span){.data = note.origin.data + note.origin.length - SPELL_UUID_LENGTH,
                      .length = SPELL_UUID_LENGTH},
        ret_id);
}

static bool read_hash(const json_t *json, uint8_t ret_hash[DIGEST_SIZE])
{
    struct span text = {
        .data = (const uint8_t *)json_string_value(json),
        .length = json_string_length(json),
    };

    return json_is_string(json) && spell_read_base64(text, SPELL_BASE64URL, ret_hash, DIGEST_SIZE);
}

/* What a board says of a code. */
struct answer {
    uint8_t leaf_hash[DIGEST_SIZE];
    uint64_t position;
    uint64_t size;
    size_t hash_count;
    uint8_t hashes[TREE_HEIGHT_MAX][DIGEST_SIZE];
};

static bool read_answer(const struct fetch_body *body, struct answer *ret)
{
    json_t *json =
        json_loadb((const char *)body->bytes, body->length, JSON_REJECT_DUPLICATES, NULL);
    const json_t *position = json_object_get(json, "position");
    const json_t *size = json_object_get(json, "size");
    const json_t *path = json_object_get(json, "path");
    bool good = json_is_integer(position) && json_integer_value(position) >= 0 &&
                json_is_integer(size) && json_integer_value(size) >= 0 && json_is_array(path) &&
                json_array_size(path) <= TREE_HEIGHT_MAX &&
                read_hash(json_object_get(json, "leaf_hash"), ret->leaf_hash);

    if (good) {
        ret->position = (uint64_t)json_integer_value(position);
        ret->size = (uint64_t)json_integer_value(size);
        ret->hash_count = json_array_size(path);
    }
    for (size_t i = 0; good && i < ret->hash_count; i++) {
        good = read_hash(json_array_get(path, i), ret->hashes[i]);
    }
    json_decref(json);
    return good;
}

static enum verdict judge_answer(const struct watch_receipt *one, const struct watch_state *state,
                                 const struct answer *answer, struct digest *digest,
                                 struct finding *finding)
{
    const struct tree_path path = {
        .index = answer->position,
        .size = answer->size,
        .hashes = answer->hashes[0],
        .count = answer->hash_count,
    };
    uint8_t root[DIGEST_SIZE];

    if (memcmp(answer->leaf_hash, one->receipt.leaf_hash, DIGEST_SIZE) != 0) {
        return finding_fail(finding, one->path, "the board has another vote under its code");
    }
    if (!tree_path_root(&path, digest, answer->leaf_hash, root) ||
        memcmp(root, state->root, DIGEST_SIZE) != 0) {
        return finding_fail(finding, one->path,
                            "the board's proof of it does not lead to the checkpoint");
    }
    return VERDICT_GOOD;
}

/* The board does not have the vote. */
static enum verdict judge_absence(const struct watch_receipt *one, uint64_t now_ms,
                                  struct finding *finding)
{
    const uint64_t until_ms = promised_ms(&one->receipt);

    if (now_ms <= until_ms + WATCH_RECEIPT_SKEW_MS) {
        return VERDICT_GOOD;
    }
    return finding_fail(finding, one->path,
                        "its vote was promised to be on the board %" PRIu64
                        " seconds ago, and is not there",
                        (now_ms - until_ms) / 1000);
}

/* What one look needs. */
struct look {
    struct watch_receipt *one;
    const struct watch_state *state;
    const struct watch_source *source;
    uint64_t now_ms;
    struct digest *digest;
    struct fetch_body *body;
};

/* Asks for the code. */
static enum verdict ask(const struct look *look, enum watch_place *ret_place,
                        struct finding *finding)
{
    const struct watch_source *source = look->source;
    char path[sizeof "codes/" + SPELL_CODE_SIZE];
    struct answer answer;
    enum verdict verdict;

    (void)snprintf(path, sizeof path, "codes/%s", look->one->receipt.code);
    switch (source->fetch(source->argument, path, look->body, finding)) {
    case FETCH_GOT:
        break;
    case FETCH_ABSENT:
        *ret_place = WATCH_PLACE_WAITING;
        return judge_absence(look->one, look->now_ms, finding);
    case FETCH_FAILED:
    default:
        return VERDICT_UNREADABLE;
    }
    if (!read_answer(look->body, &answer)) {
        return finding_unreadable(finding, path, "this is not what a board says of a code");
    }
    if (answer.size != look->state->frontier.size) {
        *ret_place = WATCH_PLACE_MOVED;
        return VERDICT_GOOD;
    }
    verdict = judge_answer(look->one, look->state, &answer, look->digest, finding);
    if (verdict == VERDICT_GOOD) {
        look->one->seen = true;
        *ret_place = WATCH_PLACE_SEEN;
    }
    return verdict;
}

enum verdict watch_receipt_look(struct watch_receipt *one, const struct watch_state *state,
                                const struct watch_source *source, uint64_t now_ms,
                                enum watch_place *ret_place, struct finding *finding)
{
    struct digest *digest = digest_new();
    struct fetch_body *body = malloc(sizeof *body);
    uint8_t ballot_id[SPELL_UUID_BYTES];
    enum verdict verdict;
    const char *fault;

    assert(!one->seen);
    if (digest == NULL || body == NULL) {
        verdict = finding_unreadable(finding, one->path, "there is no memory to look for it");
        goto out;
    }
    if (!log_ballot(state, ballot_id)) {
        verdict = finding_unreadable(finding, "checkpoint", "its log names no ballot");
        goto out;
    }
    fault = receipt_fault(&one->receipt, digest, ballot_id);
    verdict = fault != NULL ? finding_fail(finding, one->path, "%s", fault)
                            : ask(&(const struct look){one, state, source, now_ms, digest, body},
                                  ret_place, finding);

out:
    digest_free(digest);
    free(body);
    return verdict;
}
