/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The computed result with what operators decided behind it. Must never change
 * a byte of what was computed.
 */
#include "participation/http/outcome.h"

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

/* Puts a member behind those that the buffer's object has; takes the value. */
static enum err append_member(struct buffer *buffer, const char *name, json_t *value)
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
    json_decref(value);
    return err;
}

enum err outcome_text(struct db *db, const struct ballot_row *row, char **ret_text)
{
    size_t length = strlen(row->result_json);
    struct buffer buffer;
    json_t *voids = NULL;
    enum err err = outcome_voids(db, row, &voids);

    if (err) {
        return err;
    }
    if (json_is_null(voids)) {
        json_decref(voids);
        *ret_text = strdup(row->result_json);
        return *ret_text != NULL ? ERR_OK : ERR_FULL;
    }
    while (length > 0 && row->result_json[length - 1] != '}') {
        length--;
    }
    buffer_init(&buffer, OUTCOME_SIZE_MAX);
    buffer_append(&buffer, row->result_json, length > 0 ? length - 1 : 0);
    err = append_member(&buffer, "voids", voids);
    if (!err) {
        buffer_append_text(&buffer, "}");
        err = buffer_status(&buffer);
    }
    if (!err) {
        *ret_text = strdup(buffer_text(&buffer));
        err = *ret_text != NULL ? ERR_OK : ERR_FULL;
    }
    buffer_release(&buffer);
    return err;
}
