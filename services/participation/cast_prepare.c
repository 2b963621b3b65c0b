/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request's bytes to checked votes, on the work queue. It must not know
 * the database: whether a voter has voted before is the writer's to see.
 */
#include "participation/cast.h"
#include "participation/commitment.h"
#include "participation/domain/leaf.h"
#include "runtime/buffer.h"
#include "runtime/json.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAG_REQUEST_KEY  "request-key"
#define TAG_REQUEST_BODY "request-body"

static const struct problem_kind BATCH_EMPTY = {
    .status = 400,
    .code = "batch-empty",
    .ko = "투표가 하나도 들어 있지 않습니다. 한 줄에 한 표씩 보내십시오.",
    .en = "The batch holds no vote. Send one vote a line.",
};
static const struct problem_kind BATCH_TOO_LONG = {
    .status = 413,
    .code = "batch-too-long",
    .ko = "한 번에 보낼 수 있는 표는 10,000표입니다. 나누어 보내십시오.",
    .en = "A batch holds at most 10,000 votes. Send it in parts.",
};
static const struct problem_kind LINE_TOO_LONG = {
    .status = 413,
    .code = "line-too-long",
    .ko = "한 표는 64 KiB를 넘을 수 없습니다.",
    .en = "One vote may not exceed 64 KiB.",
};

/* The kind of every refusal of the domain, from the domain's own texts. */
static struct problem_kind refusal_kinds[VOTE_REFUSAL_END];

void cast_open(void)
{
    static const int statuses[] = {
        [VOTE_REFUSAL_CLASS_NONE] = 500,
        [VOTE_REFUSAL_CLASS_CONFLICT] = 409,
        [VOTE_REFUSAL_CLASS_INELIGIBLE] = 403,
        [VOTE_REFUSAL_CLASS_RULE] = 422,
    };

    for (int reason = VOTE_REFUSAL_NONE + 1; reason < VOTE_REFUSAL_END; reason++) {
        const struct vote_refusal_text *text = vote_refusal_text((enum vote_refusal_reason)reason);

        refusal_kinds[reason] = (struct problem_kind){
            .status = statuses[text->class],
            .code = text->code,
            .ko = text->korean,
            .en = text->english,
        };
    }
}

const struct problem_kind *cast_refusal_kind(enum vote_refusal_reason reason)
{
    assert(refusal_kinds[reason].code != NULL);
    return &refusal_kinds[reason];
}

void cast_item_refuse_kind(struct cast_item *item, const struct problem_kind *kind,
                           const char *field)
{
    item->outcome = CAST_REFUSED;
    if (item->problem == NULL) {
        item->problem = malloc(sizeof *item->problem);
    }
    if (item->problem != NULL) {
        problem_set(item->problem, kind, field, NULL, NULL);
    }
}

void cast_item_refuse(struct cast_item *item, const struct vote_refusal *refusal)
{
    const struct problem_kind *kind = &refusal_kinds[refusal->reason];

    assert(kind->code != NULL);
    cast_item_refuse_kind(item, kind, refusal->path);
    if (item->problem != NULL) {
        problem_set(item->problem, kind, refusal->path, vote_refusal_text(refusal->reason)->rule,
                    NULL);
    }
}

static const char *const VOTE_KEYS[] = {
    "subject", "basis", "area", "sex", "age_band", "channel", "choices", NULL,
};
static const char *const RESERVATION_KEYS[] = {"subject", "basis", "area", "sex", "age_band", NULL};
static const char *const CHOICE_KEYS[] = {"option", "value", NULL};

/* The words of the enums, for json_read_choice(): their index is the value less 1. */
static const char *const BASIS_NAMES[] = {"resident-register", "certificate", "did", "manual",
                                          NULL};
static const char *const CHANNEL_NAMES[] = {"web", "kiosk", "booth", "paper", NULL};
static const char *const SEX_NAMES[] = {"F", "M", "X", NULL};
static const char *const AGE_BAND_NAMES[] = {
    "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70+", NULL,
};

/* A member that may be missing or null: 0 then. */
static int read_optional_choice(struct json_reader *reader, const char *name,
                                const char *const *names)
{
    int index = -1;

    if (json_reader_has(reader, name)) {
        json_read_choice(reader, name, names, &index);
    }
    return index + 1;
}

void cast_read_choices(struct json_reader *reader, const struct frozen *frozen, struct vote *vote)
{
    struct vote_choice *choices;
    const json_t *array = NULL;

    json_read_array(reader, "choices", VOTE_CHOICE_MAX, &array);
    if (!json_reader_ok(reader)) {
        return;
    }
    vote->choice_count = json_array_size(array);
    choices = calloc(vote->choice_count + 1, sizeof choices[0]);
    if (choices == NULL) {
        json_reader_refuse(reader, "choices", &PROBLEM_OVERLOADED, NULL, NULL);
        return;
    }
    vote->choices = choices;
    for (size_t i = 0; i < vote->choice_count && json_reader_ok(reader); i++) {
        char option[BALLOT_OPTION_ID_MAX * 4] = "";
        char path[2 * PROBLEM_FIELD_SIZE];
        struct json_reader choice;
        int64_t value = 0;

        (void)snprintf(path, sizeof path, "%s/choices/%zu", reader->path, i); /* Always fits. */
        json_reader_init(&choice, json_array_get(array, i), path, reader->problem);
        json_reader_allow(&choice, CHOICE_KEYS);
        json_read_text(&choice, "option", 1, option, sizeof option);
        json_read_int64(&choice, "value", 0, UINT32_MAX, &value);
        choices[i] = (struct vote_choice){
            .option = ballot_option_find(&frozen->definition, &frozen->index, option),
            .value = (uint32_t)value,
        };
    }
}

/* Reads one vote's JSON; false with the item's problem. */
static bool read_vote(struct cast_item *item, const struct frozen *frozen,
                      const struct crypto_bytes *text)
{
    struct problem problem = {0};
    struct json_reader reader;
    json_t *json = NULL;
    int basis = 0;
    int channel = BALLOT_CHANNEL_PAPER - 1;

    if (json_parse(text->data, text->length, &json, &problem) == ERR_OK) {
        json_reader_init(&reader, json, "", &problem);
        json_reader_allow(&reader, item->vote.reserves ? RESERVATION_KEYS : VOTE_KEYS);
        json_read_base64url(&reader, "subject", item->vote.subject, sizeof item->vote.subject);
        json_read_choice(&reader, "basis", BASIS_NAMES, &basis);
        json_read_text(&reader, "area", 0, item->vote.area, sizeof item->vote.area);
        if (!item->vote.reserves) {
            json_read_choice(&reader, "channel", CHANNEL_NAMES, &channel);
            cast_read_choices(&reader, frozen, &item->vote);
            item->choices = (struct vote_choice *)(uintptr_t)item->vote.choices;
        }
        item->vote.sex = (enum vote_sex)read_optional_choice(&reader, "sex", SEX_NAMES);
        item->vote.age_band =
            (enum vote_age_band)read_optional_choice(&reader, "age_band", AGE_BAND_NAMES);
        item->vote.basis = (enum ballot_basis)(basis + 1);
        item->vote.channel = (enum ballot_channel)(channel + 1);
        json_decref(json);
    }
    if (problem.kind == NULL) {
        return true;
    }
    cast_item_refuse_kind(item, problem.kind, problem.field);
    if (item->problem != NULL) {
        *item->problem = problem;
    }
    return false;
}

/* Everything but state and time, which only the writer knows for certain. */
static bool check_vote(struct cast_item *item, const struct frozen *frozen, enum vote_caster caster)
{
    const struct vote_context context = {
        .definition = &frozen->definition,
        .state = BALLOT_STATE_OPEN,
        .now_ms = frozen->definition.opens_at_ms,
    };
    struct vote_refusal refusal;

    if (vote_check_caster(caster, item->vote.channel, &refusal) != ERR_OK ||
        vote_check(&context, &item->vote, &refusal) != ERR_OK) {
        cast_item_refuse(item, &refusal);
        return false;
    }
    return true;
}

enum err cast_derive_names(const struct frozen *frozen, const uint8_t subject[VOTE_SUBJECT_SIZE],
                           uint8_t ret_vtag[CRYPTO_HASH_SIZE],
                           uint8_t ret_nullifier[CRYPTO_HASH_SIZE])
{
    uint8_t input[BALLOT_ID_SIZE + CRYPTO_HASH_SIZE];
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    encoder_init(&encoder, input, sizeof input);
    leaf_vtag_encode(&encoder, frozen->definition.ballot_id, subject);
    err = encoder_finish(&encoder, &length);
    if (err) {
        return err;
    }
    crypto_tagged_mac(frozen->vtag_key, LEAF_TAG_VTAG, input, length, ret_vtag);
    encoder_init(&encoder, input, sizeof input);
    leaf_nullifier_encode(&encoder, frozen->definition.ballot_id, ret_vtag);
    err = encoder_finish(&encoder, &length);
    if (err) {
        return err;
    }
    crypto_tagged_mac(frozen->nullifier_key, LEAF_TAG_NULLIFIER, input, length, ret_nullifier);
    crypto_wipe(input, sizeof input);
    return ERR_OK;
}

static enum err encode_body(struct cast_item *item, const struct frozen *frozen)
{
    size_t size = VOTE_BODY_SIZE(item->vote.choice_count);
    struct encoder encoder;

    item->body = malloc(size);
    if (item->body == NULL) {
        return ERR_FULL;
    }
    encoder_init(&encoder, item->body, size);
    vote_body_encode(&encoder, vote_body_method(&frozen->definition), item->choices,
                     item->vote.choice_count);
    return encoder_finish(&encoder, &item->body_length);
}

static enum err commit_to_choice(struct cast_item *item, const struct frozen *frozen)
{
    const struct leaf_commit commit = {
        .ballot_id = frozen->definition.ballot_id,
        .def_hash = frozen->definition_hash,
        .blinding = item->blinding,
        .body = item->body,
        .body_length = item->body_length,
    };

    crypto_random(item->blinding, sizeof item->blinding);
    return commitment_make(&commit, item->commitment);
}

/* What the same request is recognised by. Keyed: neither says anything without the ballot's key. */
static void name_request(struct cast_item *item, const struct frozen *frozen,
                         const struct cast_source *source, const uint8_t *text, size_t length)
{
    struct buffer name;

    buffer_init(&name, 1024);
    buffer_append_text(&name, source->front_end_role);
    buffer_append_u8(&name, 0);
    buffer_append_text(&name, source->front_end_id);
    buffer_append_u8(&name, 0);
    buffer_append_text(&name, source->idempotency_key);
    buffer_append_u8(&name, 0);
    buffer_append_u32(&name, source->batch ? item->line : 0);
    if (source->reserves) {
        buffer_append_u8(&name, 1); /* No vote under the same key is the same request. */
    }
    assert(buffer_status(&name) == ERR_OK); /* Ids and keys are bounded by the handler. */
    crypto_tagged_mac(frozen->request_key, TAG_REQUEST_KEY, name.data, name.length,
                      item->request_key);
    buffer_release(&name);
    crypto_tagged_mac(frozen->request_key, TAG_REQUEST_BODY, text, length, item->request_mac);
}

static void prepare_item(struct cast *cast, struct cast_item *item,
                         const struct cast_source *source, const struct crypto_bytes *text)
{
    enum err err = ERR_OK;

    name_request(item, cast->frozen, source, text->data, text->length);
    item->vote.reserves = source->reserves;
    if (!read_vote(item, cast->frozen, text) || !check_vote(item, cast->frozen, source->caster)) {
        item->refused_early = true;
        return;
    }
    err = cast_derive_names(cast->frozen, item->vote.subject, item->vtag, item->nullifier);
    crypto_wipe(item->vote.subject, sizeof item->vote.subject); /* Not needed any more. */
    if (!err && !source->reserves) {
        err = encode_body(item, cast->frozen);
    }
    if (!err && !source->reserves) {
        err = commit_to_choice(item, cast->frozen);
    }
    if (err) {
        cast_item_refuse_kind(item, err == ERR_FULL ? &PROBLEM_OVERLOADED : &PROBLEM_INTERNAL, "");
        item->refused_early = true;
    }
}

/* The next line from *offset on, without its end; false when there is none. Blank lines are none. */
static bool next_line(const struct cast_source *source, size_t *offset,
                      struct crypto_bytes *ret_line)
{
    while (*offset < source->body_length) {
        const uint8_t *start = source->body + *offset;
        const uint8_t *end = memchr(start, '\n', source->body_length - *offset);
        size_t length = end != NULL ? (size_t)(end - start) : source->body_length - *offset;

        *offset += length + 1;
        if (length > 0 && start[length - 1] == '\r') {
            length--;
        }
        if (length > 0) {
            *ret_line = (struct crypto_bytes){.data = start, .length = length};
            return true;
        }
    }
    return false;
}

static enum err count_lines(const struct cast_source *source, size_t *ret_count,
                            struct problem *ret_problem)
{
    struct crypto_bytes line;
    size_t offset = 0;
    size_t count = 0;

    while (next_line(source, &offset, &line)) {
        count++;
        if (line.length > CAST_LINE_SIZE_MAX) {
            char place[32];

            (void)snprintf(place, sizeof place, "line %zu", count); /* Always fits. */
            problem_set(ret_problem, &LINE_TOO_LONG, place, NULL, NULL);
            return ERR_INVALID;
        }
    }
    if (count == 0 || count > CAST_LINE_COUNT_MAX) {
        problem_set(ret_problem, count == 0 ? &BATCH_EMPTY : &BATCH_TOO_LONG, "", NULL, NULL);
        return ERR_INVALID;
    }
    *ret_count = count;
    return ERR_OK;
}

enum err cast_prepare(struct cast *cast, const struct cast_source *source,
                      struct problem *ret_problem)
{
    struct crypto_bytes text = {.data = source->body, .length = source->body_length};
    size_t offset = 0;
    size_t count = 1;
    enum err err = source->batch ? count_lines(source, &count, ret_problem) : ERR_OK;

    if (err) {
        return err;
    }
    cast->items = calloc(count, sizeof cast->items[0]);
    if (cast->items == NULL) {
        problem_set(ret_problem, &PROBLEM_OVERLOADED, NULL, NULL, NULL);
        return ERR_INVALID;
    }
    cast->item_count = count;
    for (size_t i = 0; i < count; i++) {
        cast->items[i].line = (uint32_t)i + 1;
        if (source->batch && !next_line(source, &offset, &text)) {
            break; /* Cannot be: the lines were counted. */
        }
        prepare_item(cast, &cast->items[i], source, &text);
    }
    return ERR_OK;
}

bool cast_is_decided(const struct cast *cast)
{
    for (size_t i = 0; i < cast->item_count; i++) {
        if (!cast->items[i].refused_early) {
            return false;
        }
    }
    return true;
}

void cast_release(struct cast *cast)
{
    for (size_t i = 0; i < cast->item_count; i++) {
        struct cast_item *item = &cast->items[i];

        free(item->choices);
        free(item->body);
        free(item->problem);
        commit_receipt_release(item->receipt);
    }
    free(cast->items);
    frozen_release(cast->frozen);
    *cast = (struct cast){0};
}
