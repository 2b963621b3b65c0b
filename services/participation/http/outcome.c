/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The computed result with what operators decided behind it. Must never change
 * a byte of what was computed.
 */
#include "participation/http/outcome.h"

#include "participation/decided.h"
#include "participation/frozen.h"
#include "participation/store/void.h"
#include "runtime/buffer.h"
#include "runtime/json.h"

#include <stdlib.h>
#include <string.h>

enum { OUTCOME_SIZE_MAX = 64 * 1024 * 1024 };

enum err outcome_voids(struct db *db, const struct ballot_row *row, json_t **ret_json)
{
    int64_t counts[VOID_REASON_END] = {0};
    json_t *reasons;
    int64_t votes = 0;
    enum err err = row->voids > 0 ? store_void_count_reasons(db, row->ballot_id, counts) : ERR_OK;

    if (err) {
        return err;
    }
    reasons = json_array();
    for (int code = VOID_REASON_MISSING + 1; code < VOID_REASON_END && !err; code++) {
        json_t *one;

        if (counts[code] == 0) {
            continue;
        }
        votes += counts[code];
        one = json_pack("{s:s, s:I}", "code", void_reason_name((enum void_reason)code), "votes",
                        (json_int_t)counts[code]);
        err = json_array_append_new(reasons, one) == 0 ? ERR_OK : ERR_FULL;
    }
    if (err || votes == 0) {
        json_decref(reasons);
        *ret_json = err ? NULL : json_null();
        return err;
    }
    *ret_json = json_pack("{s:I, s:o}", "votes", (json_int_t)votes, "reasons", reasons);
    return *ret_json != NULL ? ERR_OK : ERR_FULL;
}

/* Puts a member behind those that the buffer's object has. */
static enum err append_member(struct buffer *buffer, const char *name, const json_t *value)
{
    char *text = json_text(value);
    enum err err = text != NULL ? ERR_OK : ERR_FULL;

    if (!err) {
        buffer_append_text(buffer, ",\"");
        buffer_append_text(buffer, name);
        buffer_append_text(buffer, "\":");
        buffer_append_text(buffer, text);
    }
    free(text);
    return err;
}

/* What was decided: null where nothing was excluded, so that it is what was computed. */
static enum err decided_member(struct db *db, const struct ballot_row *row, json_t **ret_json)
{
    struct definition_copy *copy = NULL;
    struct decided *decided = NULL;
    enum err err;

    if (row->exclusions == 0) {
        *ret_json = json_null();
        return ERR_OK;
    }
    err = definition_copy_make(row->definition, row->definition_length, &copy);
    if (!err) {
        err = decided_read(db, row, &copy->definition, &decided);
    }
    if (!err) {
        *ret_json = decided_json(decided, &copy->definition);
        err = *ret_json != NULL ? ERR_OK : ERR_FULL;
    }
    decided_free(decided);
    free(copy);
    return err;
}

/* The computed bytes but for the brace at their end. */
static void append_computed(struct buffer *buffer, const char *result_json)
{
    size_t length = strlen(result_json);

    while (length > 0 && result_json[length - 1] != '}') {
        length--;
    }
    buffer_append(buffer, result_json, length > 0 ? length - 1 : 0);
}

enum err outcome_text(struct db *db, const struct ballot_row *row, char **ret_text)
{
    struct buffer buffer;
    json_t *voids = NULL;
    json_t *decided = NULL;
    enum err err = outcome_voids(db, row, &voids);

    buffer_init(&buffer, OUTCOME_SIZE_MAX);
    if (!err) {
        err = decided_member(db, row, &decided);
    }
    if (!err) {
        append_computed(&buffer, row->result_json);
    }
    if (!err && !json_is_null(voids)) {
        err = append_member(&buffer, "voids", voids);
    }
    if (!err && !json_is_null(decided)) {
        err = append_member(&buffer, "decided", decided);
    }
    if (!err) {
        buffer_append_text(&buffer, "}");
        err = buffer_status(&buffer);
    }
    if (!err) {
        *ret_text = strdup(buffer_text(&buffer));
        err = *ret_text != NULL ? ERR_OK : ERR_FULL;
    }
    json_decref(voids);
    json_decref(decided);
    buffer_release(&buffer);
    return err;
}
