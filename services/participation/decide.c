/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of a ballot's state, each in one transaction with the event that says
 * so. Nothing here may accept a change that the domain's table does not have.
 */
#include "participation/decide.h"

#include "participation/events.h"
#include "participation/roll_import.h"
#include "participation/store/ledger_block.h"
#include "participation/store/void.h"
#include "participation/store/votes.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TAG_LOT_SEED "lot-seed"
#define TAG_JURY     "jury"
#define DAY_MS       (24LL * 60 * 60 * 1000)

enum err decide_create_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct decide_create *create = (struct decide_create *)jobs[0];
    uint8_t request_hash[CRYPTO_HASH_SIZE];
    enum err err;

    assert(count == 1);
    (void)count; /* Only read by the assertion. */
    create->repeated = false;
    create->key_reused = false;
    create->ballot.now_ms = tx->now_ms;
    memcpy(create->ballot_id, create->ballot.ballot_id, BALLOT_ID_SIZE);
    err = store_ballot_insert(tx->db, &create->ballot);
    if (err != ERR_CONFLICT) {
        return err;
    }
    err =
        store_ballot_find_request(tx->db, &create->ballot.request, create->ballot_id, request_hash);
    if (!err) {
        create->repeated =
            memcmp(request_hash, create->ballot.request.request_hash, sizeof request_hash) == 0;
        create->key_reused = !create->repeated;
    }
    return err;
}

/* Turnout of a ballot as it is stored now; it must add up. */
static enum err read_turnout(struct db *db, const struct ballot_definition *definition,
                             const struct ballot_row *row, struct turnout *ret_turnout)
{
    enum err err;

    turnout_init(ret_turnout, definition);
    turnout_extend(ret_turnout, definition, row->extended_to_ms);
    ret_turnout->voters = row->voters;
    ret_turnout->revisions = row->revisions;
    err = store_turnout_read(db, row->ballot_id, ret_turnout);
    if (!err && !turnout_balanced(ret_turnout)) {
        return ERR_INTERNAL;
    }
    return err;
}

static enum err close_ballot(struct writer_tx *tx, const struct frozen *frozen,
                             const struct ballot_row *row)
{
    struct turnout *turnout = malloc(sizeof *turnout);
    enum err err = ERR_FULL;

    if (turnout == NULL) {
        return err;
    }
    err = read_turnout(tx->db, &frozen->definition, row, turnout);
    if (!err) {
        err = store_ballot_set_closed(tx->db, row->ballot_id, tx->now_ms);
    }
    if (!err) {
        err = events_say_closed(tx, &frozen->definition, row, turnout);
    }
    free(turnout);
    return err;
}

static enum err publish_seed(struct writer_tx *tx, const struct decide_approve *approve,
                             const struct ballot_row *row)
{
    enum err err = store_ballot_set_lot_seed(tx->db, row->ballot_id, approve->seed);

    return err ? err : events_say_lot_published(tx, row->ballot_id, approve->seed);
}

static enum err publish_jury(struct writer_tx *tx, const struct decide_approve *approve,
                             const struct ballot_row *row)
{
    uint8_t bytes[JURY_BYTES_MAX];
    const size_t length = jury_scores_encode(&approve->jury, bytes);
    enum err err = store_ballot_set_jury(tx->db, row->ballot_id, bytes, length);

    return err ? err : events_say_jury_published(tx, &approve->frozen->definition, &approve->jury);
}

static enum err certify_ballot(struct writer_tx *tx, const struct ballot_definition *definition,
                               const struct ballot_row *row)
{
    struct decided *decided = NULL;
    int64_t voids = 0;
    enum err err = store_ballot_set_certified(tx->db, row->ballot_id, tx->now_ms);

    if (!err) {
        err = store_void_count_final(tx->db, row->ballot_id, &voids);
    }
    if (!err) {
        err = decided_read(tx->db, row, definition, &decided);
    }
    if (!err) {
        err = events_say_certified(tx, definition, row,
                                   &(const struct events_certified){
                                       .decided = decided,
                                       .voids = voids,
                                       .votes = ballot_row_votes(row, voids),
                                   });
    }
    decided_free(decided);
    return err;
}

/* Carries out an action that has all its approvals. */
static enum err complete(struct writer_tx *tx, const struct decide_approve *approve,
                         const struct ballot_row *row, const struct ballot_standing *standing)
{
    const struct ballot_definition *definition = &approve->frozen->definition;
    enum err err = ERR_INTERNAL;

    switch (approve->action) {
    case BALLOT_ACTION_OPEN:
        err = store_ballot_set_opening(tx->db, row->ballot_id);
        return err ? err : events_say_opening_requested(tx, definition);
    case BALLOT_ACTION_CLOSE:
        return close_ballot(tx, approve->frozen, row);
    case BALLOT_ACTION_CERTIFY:
        return certify_ballot(tx, definition, row);
    case BALLOT_ACTION_DESTROY_KEY:
        return ERR_OK; /* The file comes first: decide_key_destroyed_work() follows it. */
    case BALLOT_ACTION_LOT:
        return publish_seed(tx, approve, row);
    case BALLOT_ACTION_JURY:
        return publish_jury(tx, approve, row);
    case BALLOT_ACTION_EXCLUDE:
        return exclusion_carry_out(tx, row, definition, &approve->exclusion);
    case BALLOT_ACTION_SEAL_PAPER:
        return paper_seal_carry_out(tx, row, &approve->paper);
    case BALLOT_ACTION_COMPLETE_PAPER:
        return paper_complete_carry_out(tx, row, &approve->paper);
    case BALLOT_ACTION_VOID:
        return voiding_carry_out(tx, row, &approve->voiding);
    case BALLOT_ACTION_EXTEND:
        return extension_carry_out(tx, row, definition, &standing->extension, &approve->extension);
    case BALLOT_ACTION_MISSING:
    case BALLOT_ACTION_ENVELOPE_RESERVED:
    case BALLOT_ACTION_ENVELOPE_REFUSED:
    case BALLOT_ACTION_COUNT:
    case BALLOT_ACTION_END:
        break;
    }
    return err;
}

static bool is_about_paper(enum ballot_action action)
{
    return action == BALLOT_ACTION_SEAL_PAPER || action == BALLOT_ACTION_COMPLETE_PAPER;
}

/* The definition, and the bytes of the scores. */
static void jury_content(const struct decide_approve *approve, const struct ballot_row *row,
                         uint8_t ret_content[BALLOT_CONTENT_SIZE])
{
    uint8_t bytes[CRYPTO_HASH_SIZE + JURY_BYTES_MAX];
    size_t length = 0;

    memcpy(bytes, row->definition_hash, CRYPTO_HASH_SIZE);
    /* Of a ballot without a jury nothing was read; that it is refused comes next. */
    if (approve->frozen->definition.jury.present) {
        length = jury_scores_encode(&approve->jury, bytes + CRYPTO_HASH_SIZE);
    }
    crypto_tagged_hash(TAG_JURY, bytes, CRYPTO_HASH_SIZE + length, ret_content);
}

/* What exactly is approved, as a hash. */
static enum err approved_content(struct db *db, const struct decide_approve *approve,
                                 const struct ballot_row *row,
                                 uint8_t ret_content[BALLOT_CONTENT_SIZE])
{
    static_assert(BALLOT_CONTENT_SIZE == CRYPTO_HASH_SIZE, "a content is a hash");

    if (approve->action == BALLOT_ACTION_OPEN) {
        return roll_opening_content(db, row, ret_content);
    }
    if (approve->action == BALLOT_ACTION_CERTIFY && row->result_json != NULL) {
        return certification_content(db, row, ret_content);
    }
    if (is_about_paper(approve->action)) {
        return paper_content(db, row, approve->action, &approve->paper, ret_content);
    }
    if (approve->action == BALLOT_ACTION_EXTEND) {
        extension_content(row, &approve->extension, ret_content);
    } else if (approve->action == BALLOT_ACTION_EXCLUDE) {
        exclusion_content(row, &approve->exclusion, ret_content);
    } else if (approve->action == BALLOT_ACTION_VOID) {
        voiding_content(row, &approve->voiding, ret_content);
    } else if (approve->action == BALLOT_ACTION_JURY) {
        jury_content(approve, row, ret_content);
    } else if (approve->action == BALLOT_ACTION_LOT) {
        crypto_tagged_hash(TAG_LOT_SEED, approve->seed, strlen(approve->seed), ret_content);
    } else {
        memcpy(ret_content, row->definition_hash, BALLOT_CONTENT_SIZE);
    }
    return ERR_OK;
}

static int64_t objection_ends_at_ms(const struct ballot_row *row,
                                    const struct ballot_definition *definition)
{
    return row->certified_at_ms + (int64_t)definition->objection_days * DAY_MS;
}

static enum err approve_row(struct writer_tx *tx, struct decide_approve *approve,
                            const struct ballot_row *row)
{
    struct ballot_approval known[STORE_APPROVAL_COUNT_MAX];
    struct ballot_standing standing = {
        .state = row->state,
        .now_ms = tx->now_ms,
        .closes_at_ms = ballot_row_closes_at_ms(row, &approve->frozen->definition),
        .demonstration = approve->frozen->definition.demonstration,
        .objection_ends_at_ms = objection_ends_at_ms(row, &approve->frozen->definition),
        .lot_awaited = ballot_row_awaits_lot(row, &approve->frozen->definition),
        .paper = {.awaited = ballot_row_awaits_paper(row)},
        .jury_awaited = ballot_row_awaits_jury(row, &approve->frozen->definition),
        .roll_missing =
            approve->frozen->definition.quorum_share.present && row->roll_import_no == 0,
        .approvals = known,
    };
    struct ballot_approval approval = {.action = approve->action};
    enum err err;

    memcpy(approval.operator_id, approve->operator_id, sizeof approval.operator_id);
    err = approved_content(tx->db, approve, row, approval.content);
    if (!err) {
        err = store_approval_list(tx->db, row, &approval, known, &standing.approval_count);
    }
    if (!err && approve->action == BALLOT_ACTION_EXTEND) {
        err = extension_ask(tx->db, row, &approve->frozen->definition, &approve->extension,
                            &standing.extension);
    }
    if (!err && is_about_paper(approve->action)) {
        err = paper_ask(tx->db, row, &approve->paper, &standing.paper);
    }
    if (!err && approve->action == BALLOT_ACTION_VOID) {
        err = voiding_ask(tx->db, row, &approve->voiding, &standing.voiding);
    }
    if (!err && approve->action == BALLOT_ACTION_EXCLUDE) {
        err = exclusion_ask(tx->db, row, &approve->frozen->definition, &approve->exclusion,
                            &standing.exclusion);
    }
    if (err) {
        return err;
    }
    if (ballot_approve(&standing, &approval, BALLOT_ACTOR_OPERATOR, &approve->decision) != ERR_OK) {
        return ERR_OK; /* A refusal is a result: the verdict says why. */
    }
    if (approve->decision.verdict == BALLOT_VERDICT_REPEATED) {
        return ERR_OK;
    }
    err = store_approval_insert(tx->db, row, &approval, tx->now_ms);
    if (!err && approve->decision.verdict == BALLOT_VERDICT_COMPLETES) {
        err = complete(tx, approve, row, &standing);
    }
    return err;
}

enum err decide_approve_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct decide_approve *approve = (struct decide_approve *)jobs[0];
    struct ballot_row row = {0};
    enum err err;

    assert(count == 1);
    (void)count; /* Only read by the assertion. */
    err = store_ballot_lock(tx->db, approve->frozen->definition.ballot_id, &row);
    if (err) {
        return err;
    }
    err = approve_row(tx, approve, &row);
    ballot_row_release(&row);
    return err;
}

enum err decide_key_destroyed_work(struct writer_tx *tx, struct writer_job *const *jobs,
                                   size_t count)
{
    struct decide_key *key = (struct decide_key *)jobs[0];
    struct ballot_row row = {0};
    enum err err;

    assert(count == 1);
    (void)count; /* Only read by the assertion. */
    err = store_ballot_lock(tx->db, key->ballot_id, &row);
    if (!err && row.key_destroyed_at_ms == 0) {
        err = store_ballot_set_key_destroyed(tx->db, key->ballot_id, tx->now_ms);
        if (!err) {
            err = events_say_key_destroyed(tx, key->ballot_id);
        }
    }
    ballot_row_release(&row);
    return err;
}

enum err decide_count_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct decide_count *counted = (struct decide_count *)jobs[0];
    struct ballot_row row = {0};
    enum ballot_state after;
    enum err err;

    assert(count == 1);
    (void)count; /* Only read by the assertion. */
    err = store_ballot_lock(tx->db, counted->ballot_id, &row);
    if (err) {
        return err;
    }
    /* Another process may have counted it meanwhile; the result would be the same. Or a vote was
     * declared void: then it is still closed, and is found and counted again. */
    if (row.voids == counted->voids &&
        ballot_transit(row.state, BALLOT_ACTION_COUNT, BALLOT_ACTOR_SERVICE, &after) == ERR_OK) {
        err = store_ballot_set_counted(tx->db, row.ballot_id, counted->result_json,
                                       counted->result_hash, tx->now_ms);
        if (!err) {
            err = store_count_sum_insert(tx->db, row.ballot_id, &counted->sum);
        }
    }
    ballot_row_release(&row);
    return err;
}

/* The ballot's key is not looked at: without its file votes are refused until it is restored, but no
 * other ballot waits for it. */
static enum err hear_reserved(struct writer_tx *tx, const struct ballot_row *row,
                              const struct event *event)
{
    struct definition_copy *copy = NULL;
    enum err err = definition_copy_make(row->definition, row->definition_length, &copy);

    if (!err) {
        err = store_ballot_set_open(tx->db, row->ballot_id, tx->now_ms);
    }
    if (!err) {
        err = events_say_opened(tx, &copy->definition, row->definition_hash, event);
    }
    free(copy);
    return err;
}

static enum err hear_refused(struct writer_tx *tx, const struct events_heard *heard,
                             const struct event *event)
{
    const struct events_opening_refused said = {
        .ballot_id = heard->ballot_id,
        .code = heard->code,
        .shortfall_krw = heard->shortfall_krw,
    };
    enum err err =
        store_ballot_set_refused(tx->db, heard->ballot_id, heard->code, heard->shortfall_krw);

    return err ? err : events_say_opening_refused(tx, &said, event);
}

/* A root is kept as it was heard first: another one under its number means that somebody has rewritten
 * the ledger's journal, or restored it and gone on otherwise. */
static enum err hear_block(struct writer_tx *tx, const struct ledger_block *block)
{
    bool same = true;
    enum err err = store_ledger_block_add(tx->db, block, tx->now_ms, &same);

    if (!err && !same) {
        log_error("ledger_block_differs", log_int("number", block->number),
                  log_int("last_seq", block->last_seq),
                  log_str("action", "compare the ledger with its backups; the first one is kept"));
    }
    return err;
}

enum err decide_apply(struct writer_tx *tx, const struct event *event, void *context)
{
    struct events_heard heard;
    struct ballot_row row = {0};
    enum ballot_state after;
    enum ballot_action action;
    enum err err = events_hear(event, &heard);

    (void)context;
    if (err || heard.kind == EVENTS_HEARD_OTHER) {
        return err;
    }
    if (heard.kind == EVENTS_HEARD_BLOCK) {
        return hear_block(tx, &heard.block);
    }
    err = store_ballot_lock(tx->db, heard.ballot_id, &row);
    if (err == ERR_NOT_FOUND) {
        return ERR_OK; /* Another district's ballot, or one of a database that was made anew. */
    }
    if (err) {
        return err;
    }
    action = heard.kind == EVENTS_HEARD_RESERVED ? BALLOT_ACTION_ENVELOPE_RESERVED
                                                 : BALLOT_ACTION_ENVELOPE_REFUSED;
    if (ballot_transit(row.state, action, BALLOT_ACTOR_LEDGER, &after) == ERR_OK) {
        err = heard.kind == EVENTS_HEARD_RESERVED ? hear_reserved(tx, &row, event)
                                                  : hear_refused(tx, &heard, event);
    }
    ballot_row_release(&row);
    return err;
}
