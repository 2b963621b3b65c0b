/* SPDX-License-Identifier: Apache-2.0 */
/* Leaves: what is the same in all of them first, then what each type adds. */
#include "verify/leaf.h"

#include <stddef.h>

#define ID_SIZE   16
#define HASH_SIZE 32

static void read_cast(struct reader *reader, struct leaf *leaf)
{
    leaf->batch_no = read_u64(reader);
    leaf->nullifier = read_span(reader, HASH_SIZE).data;
    leaf->rev = read_u16(reader);
    leaf->channel = read_u8(reader);
    leaf->commit = read_span(reader, HASH_SIZE).data;
    /* ct_hash and req_hash commit to what is not published. */
    (void)read_span(reader, HASH_SIZE);
    (void)read_span(reader, HASH_SIZE);
    if (leaf->rev < 1 || leaf->rev > LEAF_REVISION_MAX || leaf->channel < LEAF_CHANNEL_WEB ||
        leaf->channel >= LEAF_CHANNEL_END) {
        reader_refuse(reader);
    }
}

static void read_issue(struct reader *reader, struct leaf *leaf)
{
    leaf->batch_no = read_u64(reader);
    leaf->nullifier = read_span(reader, HASH_SIZE).data;
    leaf->rev = read_u16(reader);
    (void)read_span(reader, HASH_SIZE); /* req_hash commits to what is not published. */
    if (leaf->rev < 1 || leaf->rev > LEAF_REVISION_MAX) {
        reader_refuse(reader);
    }
}

static void read_paper(struct reader *reader, struct leaf *leaf)
{
    leaf->batch_no = read_u32(reader);
    leaf->envelopes = read_u32(reader);
    leaf->counted = read_u32(reader);
    leaf->hash = read_span(reader, HASH_SIZE).data;
    if (leaf->batch_no < 1 || leaf->envelopes < 1 || leaf->counted > leaf->envelopes) {
        reader_refuse(reader);
    }
}

static void read_rest(struct reader *reader, struct leaf *leaf)
{
    switch (leaf->type) {
    case LEAF_OPEN:
    case LEAF_RESULT:
        leaf->hash = read_span(reader, HASH_SIZE).data;
        leaf->documents = read_span(reader, HASH_SIZE).data;
        leaf->time_ms = read_u64(reader);
        break;
    case LEAF_CAST:
        read_cast(reader, leaf);
        break;
    case LEAF_ISSUE:
        read_issue(reader, leaf);
        break;
    case LEAF_PAPER:
        read_paper(reader, leaf);
        break;
    case LEAF_CLOSE:
        leaf->time_ms = read_u64(reader);
        leaf->voters = read_u64(reader);
        leaf->revisions = read_u64(reader);
        leaf->documents = read_span(reader, HASH_SIZE).data;
        break;
    case LEAF_AUDIT_ANCHOR:
        leaf->stream = read_str(reader);
        leaf->position = read_u64(reader);
        leaf->hash = read_span(reader, HASH_SIZE).data;
        break;
    case LEAF_KEY:
        if (read_u8(reader) != LEAF_KEY_RECEIPTS) {
            reader_refuse(reader);
        }
        leaf->hash = read_span(reader, HASH_SIZE).data;
        leaf->time_ms = read_u64(reader);
        break;
    case LEAF_VOID:
        leaf->nullifier = read_span(reader, HASH_SIZE).data;
        leaf->rev = read_u16(reader);
        leaf->reason = read_u8(reader);
        if (leaf->rev < 1 || leaf->rev > LEAF_REVISION_MAX) {
            reader_refuse(reader);
        }
        break;
    default:
        reader_refuse(reader);
        break;
    }
}

bool leaf_read(struct span bytes, struct leaf *ret)
{
    struct leaf leaf = {0};
    struct reader reader;

    reader_init(&reader, bytes);
    read_tag(&reader, "leaf");
    leaf.type = (enum leaf_type)read_u8(&reader);
    leaf.ballot_id = read_span(&reader, ID_SIZE).data;
    read_rest(&reader, &leaf);
    if (!reader_done(&reader)) {
        return false;
    }
    *ret = leaf;
    return true;
}

const char *leaf_type_name(enum leaf_type type)
{
    switch (type) {
    case LEAF_OPEN:
        return "OPEN";
    case LEAF_CAST:
        return "CAST";
    case LEAF_ISSUE:
        return "ISSUE";
    case LEAF_PAPER:
        return "PAPER";
    case LEAF_CLOSE:
        return "CLOSE";
    case LEAF_RESULT:
        return "RESULT";
    case LEAF_AUDIT_ANCHOR:
        return "AUDIT-ANCHOR";
    case LEAF_KEY:
        return "KEY";
    case LEAF_VOID:
        return "VOID";
    }
    return "unknown";
}
