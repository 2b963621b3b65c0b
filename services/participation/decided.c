/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the result that was counted, and laying the exclusions over it. What
 * is read must be the definition's options, each in its place.
 */
#include "participation/decided.h"

#include "participation/domain/encode.h"
#include "runtime/clock.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAG_EXCLUSION     "exclusion"
#define TAG_CERTIFICATION "certification"

#define MONEY_TEXT_SIZE 24

/* A number that the tally's JSON writes as a string of an exact decimal: whole here. */
static bool read_whole(const json_t *json, int64_t *ret_value)
{
    const char *digits = json_string_value(json);
    int64_t value = 0;

    if (digits == NULL || digits[0] == '\0') {
        return false;
    }
    for (; *digits >= '0' && *digits <= '9'; digits++) {
        if (value > (INT64_MAX - 9) / 10) {
            return false;
        }
        value = 10 * value + (*digits - '0');
    }
    *ret_value = value;
    return *digits == '\0';
}

/* What a funded option gets: its cost, unless the result says that it is funded partly. */
static bool read_granted(const json_t *json, const struct ballot_option *option,
                         int64_t *ret_granted_krw)
{
    const json_t *granted = json_object_get(json, "granted");

    *ret_granted_krw = option->cost_krw;
    return granted == NULL || read_whole(granted, ret_granted_krw);
}

static bool read_option(const json_t *json, const struct ballot_option *option,
                        struct decided_option *ret_option)
{
    const char *id = json_string_value(json_object_get(json, "id"));
    const char *reason = json_string_value(json_object_get(json, "reason"));

    if (id == NULL || strcmp(id, option->id) != 0 || reason == NULL ||
        strlen(reason) >= sizeof ret_option->reason ||
        !read_whole(json_object_get(json, "score"), &ret_option->score)) {
        return false;
    }
    memcpy(ret_option->reason, reason, strlen(reason) + 1);
    ret_option->computed = json_is_true(json_object_get(json, "funded"));
    ret_option->funded = ret_option->computed;
    return !ret_option->computed || read_granted(json, option, &ret_option->granted_krw);
}

static bool read_result(const struct ballot_definition *definition, struct decided *decided)
{
    const json_t *options = json_object_get(decided->result, "options");

    if (json_array_size(options) != definition->option_count ||
        !read_whole(json_object_get(decided->result, "total_cost"), &decided->computed_krw) ||
        !read_whole(json_object_get(decided->result, "left_over"), &decided->left_krw)) {
        return false;
    }
    for (size_t i = 0; i < definition->option_count; i++) {
        if (!read_option(json_array_get(options, i), &definition->options[i],
                         &decided->options[i])) {
            return false;
        }
    }
    return true;
}

static enum err apply_exclusions(struct decided *decided)
{
    static const char EXCLUDED[] = "excluded";

    decided->funded_krw = decided->computed_krw;
    for (size_t i = 0; i < decided->exclusion_count; i++) {
        const uint32_t number = decided->exclusions[i].option;
        struct decided_option *option;

        if (number == 0 || number > decided->option_count ||
            !decided->options[number - 1].computed) {
            return ERR_INTERNAL;
        }
        option = &decided->options[number - 1];
        option->funded = false;
        option->exclusion = &decided->exclusions[i];
        memcpy(option->reason, EXCLUDED, sizeof EXCLUDED);
        if (option->granted_krw > decided->funded_krw) {
            return ERR_INTERNAL;
        }
        decided->funded_krw -= option->granted_krw;
        decided->left_krw += option->granted_krw;
    }
    return ERR_OK;
}

enum err decided_read(struct db *db, const struct ballot_row *row,
                      const struct ballot_definition *definition, struct decided **ret_decided)
{
    struct decided *decided =
        calloc(1, sizeof *decided + definition->option_count * sizeof decided->options[0]);
    enum err err = ERR_OK;

    if (decided == NULL) {
        return ERR_FULL;
    }
    decided->option_count = definition->option_count;
    decided->exclusions = calloc(definition->option_count + 1, sizeof decided->exclusions[0]);
    decided->result = json_loads(row->result_json, JSON_REJECT_DUPLICATES, NULL);
    if (decided->exclusions == NULL) {
        err = ERR_FULL;
    } else if (decided->result == NULL || !read_result(definition, decided)) {
        err = ERR_INTERNAL;
    }
    if (!err && row->exclusions > 0) {
        err = store_exclusion_list(db, row->ballot_id, definition->option_count,
                                   decided->exclusions, &decided->exclusion_count);
    }
    if (!err) {
        err = apply_exclusions(decided);
    }
    if (err) {
        decided_free(decided);
        return err;
    }
    *ret_decided = decided;
    return ERR_OK;
}

void decided_free(struct decided *decided)
{
    if (decided != NULL) {
        json_decref(decided->result);
        free(decided->exclusions);
        free(decided);
    }
}

static json_t *money_json(int64_t amount_krw)
{
    char text[MONEY_TEXT_SIZE];

    (void)snprintf(text, sizeof text, "%" PRId64, amount_krw); /* Any int64 fits. */
    return json_string(text);
}

/* The ids of the result's "funded", in the order they were funded, less the excluded ones. NULL without
 * memory: what is published is hashed, and may not have a gap. */
static json_t *funded_json(const struct decided *decided,
                           const struct ballot_definition *definition)
{
    const json_t *computed = json_object_get(decided->result, "funded");
    json_t *funded = json_array();
    bool whole = funded != NULL;

    for (size_t i = 0; i < json_array_size(computed) && whole; i++) {
        json_t *id = json_array_get(computed, i);
        bool excluded = false;

        for (size_t j = 0; j < decided->exclusion_count && !excluded; j++) {
            excluded = strcmp(definition->options[decided->exclusions[j].option - 1].id,
                              json_string_value(id)) == 0;
        }
        if (!excluded) {
            whole = json_array_append(funded, id) == 0;
        }
    }
    if (!whole) {
        json_decref(funded);
        return NULL;
    }
    return funded;
}

/* Likewise. */
static json_t *exclusions_json(const struct decided *decided,
                               const struct ballot_definition *definition)
{
    json_t *exclusions = json_array();
    bool whole = exclusions != NULL;

    for (size_t i = 0; i < decided->exclusion_count && whole; i++) {
        const struct exclusion_row *row = &decided->exclusions[i];
        char excluded_at[CLOCK_TEXT_SIZE];

        clock_format(row->excluded_at_ms, excluded_at);
        whole = json_array_append_new(exclusions,
                                      json_pack("{s:s, s:s, s:s}", "option",
                                                definition->options[row->option - 1].id, "reason",
                                                row->reason, "excluded_at", excluded_at)) == 0;
    }
    if (!whole) {
        json_decref(exclusions);
        return NULL;
    }
    return exclusions;
}

json_t *decided_json(const struct decided *decided, const struct ballot_definition *definition)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "funded", funded_json(decided, definition),
                     "total_cost", money_json(decided->funded_krw), "left_over",
                     money_json(decided->left_krw), "exclusions",
                     exclusions_json(decided, definition));
}

void exclusion_content(const struct ballot_row *row, const struct exclusion_request *request,
                       uint8_t ret_content[BALLOT_CONTENT_SIZE])
{
    uint8_t bytes[CRYPTO_HASH_SIZE + 2 + BALLOT_OPTION_ID_MAX + 2 + BALLOT_REASON_MAX];
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    static_assert(BALLOT_CONTENT_SIZE == CRYPTO_HASH_SIZE, "a content is a hash");
    encoder_init(&encoder, bytes, sizeof bytes);
    encode_bytes(&encoder, row->result_hash, CRYPTO_HASH_SIZE);
    encode_str(&encoder, request->option);
    encode_str(&encoder, request->reason);
    err = encoder_finish(&encoder, &length);
    assert(err == ERR_OK); /* Both were read as texts that are valid and not too long. */
    (void)err;             /* Only read by the assertion. */
    crypto_tagged_hash(TAG_EXCLUSION, bytes, length, ret_content);
}

static enum err hash_exclusions(const struct ballot_row *row, const struct exclusion_row *rows,
                                size_t count, uint8_t ret_content[BALLOT_CONTENT_SIZE])
{
    const size_t size = CRYPTO_HASH_SIZE + 2 + count * (4 + 2 + BALLOT_REASON_MAX);
    uint8_t *bytes = malloc(size);
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    if (bytes == NULL) {
        return ERR_FULL;
    }
    encoder_init(&encoder, bytes, size);
    encode_bytes(&encoder, row->result_hash, CRYPTO_HASH_SIZE);
    encode_count(&encoder, count);
    for (size_t i = 0; i < count; i++) {
        encode_u32(&encoder, rows[i].option);
        encode_str(&encoder, rows[i].reason);
    }
    err = encoder_finish(&encoder, &length);
    if (!err) {
        crypto_tagged_hash(TAG_CERTIFICATION, bytes, length, ret_content);
    }
    free(bytes);
    return err;
}

enum err certification_content(struct db *db, const struct ballot_row *row,
                               uint8_t ret_content[BALLOT_CONTENT_SIZE])
{
    struct exclusion_row *rows;
    size_t count = 0;
    enum err err;

    if (row->exclusions == 0) {
        memcpy(ret_content, row->result_hash, BALLOT_CONTENT_SIZE);
        return ERR_OK;
    }
    rows = calloc(BALLOT_OPTION_MAX, sizeof *rows);
    if (rows == NULL) {
        return ERR_FULL;
    }
    err = store_exclusion_list(db, row->ballot_id, BALLOT_OPTION_MAX, rows, &count);
    if (!err) {
        err = hash_exclusions(row, rows, count, ret_content);
    }
    free(rows);
    return err;
}

/* The place of an option in the definition; option_count when there is none of that id. */
static size_t option_place(const struct ballot_definition *definition, const char *id)
{
    size_t place = 0;

    while (place < definition->option_count && strcmp(definition->options[place].id, id) != 0) {
        place++;
    }
    return place;
}

enum err exclusion_ask(struct db *db, const struct ballot_row *row,
                       const struct ballot_definition *definition,
                       const struct exclusion_request *request,
                       struct ballot_exclusion *ret_exclusion)
{
    const size_t place = option_place(definition, request->option);
    struct decided *decided = NULL;
    enum err err;

    *ret_exclusion = (struct ballot_exclusion){.known = place < definition->option_count};
    if (row->result_json == NULL || !ret_exclusion->known) {
        return ERR_OK;
    }
    err = decided_read(db, row, definition, &decided);
    if (!err) {
        ret_exclusion->computed = decided->options[place].computed;
        ret_exclusion->already = decided->options[place].exclusion != NULL;
        ret_exclusion->reasons_length = strlen(request->reason);
        for (size_t i = 0; i < decided->exclusion_count; i++) {
            ret_exclusion->reasons_length += strlen(decided->exclusions[i].reason);
        }
    }
    decided_free(decided);
    return err;
}

enum err exclusion_carry_out(struct writer_tx *tx, const struct ballot_row *row,
                             const struct ballot_definition *definition,
                             const struct exclusion_request *request)
{
    struct exclusion_row said = {
        .option = (uint32_t)option_place(definition, request->option) + 1,
        .excluded_at_ms = tx->now_ms,
    };
    enum err err;

    memcpy(said.reason, request->reason, sizeof said.reason);
    err = store_exclusion_insert(tx->db, row->ballot_id, &said);
    return err ? err : store_ballot_add_exclusion(tx->db, row->ballot_id);
}
