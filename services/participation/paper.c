/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transactions of paper.h. Whatever a job sets it sets anew each time,
 * since a commit that failed is worked on again. No log line and no row may
 * lay a voter beside a sheet.
 */
#include "participation/paper.h"

#include "participation/store/ballots.h"
#include "participation/store/votes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void refuse(struct paper_job *paper, enum paper_refusal refusal)
{
    paper->refusal = refusal;
}

/* The voter's row, with rev 0 when there is none. */
static enum err find_voter(struct db *db, const uint8_t *ballot_id, const uint8_t *vtag,
                           struct roll_row *ret_voter)
{
    struct roll_row *rows = NULL;
    size_t count = 0;
    enum err err = store_roll_ask(db, ballot_id, vtag, 1);

    if (!err) {
        err = store_roll_hear(db, &rows, &count);
    }
    if (!err) {
        *ret_voter = count > 0 ? rows[0] : (struct roll_row){0};
    }
    free(rows);
    return err;
}

/* Takes the voter out of every turnout table, and leaves the roll to say that a paper was here. */
static enum err uncount(struct writer_tx *tx, const struct paper_cancel *cancel,
                        const struct ballot_row *row, struct roll_row *voter)
{
    const struct ballot_definition *definition = &cancel->paper.frozen->definition;
    const uint8_t *ballot_id = definition->ballot_id;
    struct turnout *turnout = malloc(sizeof *turnout);
    enum err err = turnout == NULL ? ERR_FULL : ERR_OK;

    if (!err) {
        turnout_init(turnout, definition);
        turnout_extend(turnout, definition, row->extended_to_ms);
        err = store_turnout_read(tx->db, ballot_id, turnout);
    }
    if (!err) {
        for (size_t d = 0; d < TURNOUT_DIMENSION_END; d++) {
            turnout->cells[d][voter->place.cell[d]]--;
        }
        voter->channel = BALLOT_CHANNEL_MISSING;
        err = store_roll_write(tx->db, ballot_id, voter, 1);
    }
    if (!err) {
        err = store_ballot_take_paper(tx->db, ballot_id, turnout);
    }
    free(turnout);
    return err;
}

static enum err cancel_issue(struct writer_tx *tx, struct paper_cancel *cancel,
                             const struct ballot_row *row)
{
    const struct paper_standing standing = ballot_row_paper(row);
    struct paper_return paper = {
        .rev = cancel->issue.rev,
        .now_ms = tx->now_ms,
        .closes_at_ms = ballot_row_closes_at_ms(row, &cancel->paper.frozen->definition),
    };
    struct roll_row voter = {0};
    enum err err =
        store_paper_is_cancelled(tx->db, row->ballot_id, &cancel->issue, &cancel->paper.repeated);

    if (!err && !cancel->paper.repeated) {
        err = find_voter(tx->db, row->ballot_id, cancel->vtag, &voter);
    }
    if (err || cancel->paper.repeated) {
        return err;
    }
    paper.held = voter.rev > 0 && voter.channel == BALLOT_CHANNEL_PAPER;
    paper.held_rev = voter.rev;
    if (paper_cancel_admit(&standing, &paper, &cancel->paper.refusal) != ERR_OK) {
        return ERR_OK;
    }
    err = store_paper_cancel(tx->db, row->ballot_id,
                             &(const struct paper_cancellation){
                                 .issue = cancel->issue,
                                 .reason = cancel->paper.reason,
                                 .staff_id = cancel->paper.staff_id,
                                 .cancelled_at_ms = tx->now_ms,
                             });
    return err ? err : uncount(tx, cancel, row, &voter);
}

static enum err lock_ballot(struct writer_tx *tx, struct paper_job *paper, struct ballot_row *row)
{
    paper->refusal = PAPER_REFUSAL_NONE;
    paper->repeated = false;
    return store_ballot_lock(tx->db, paper->frozen->definition.ballot_id, row);
}

enum err paper_cancel_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct paper_cancel *cancel = (struct paper_cancel *)jobs[0];
    struct ballot_row row = {0};
    enum err err;

    assert(count == 1);
    (void)count; /* Only read by the assertion. */
    err = lock_ballot(tx, &cancel->paper, &row);
    if (!err) {
        err = cancel_issue(tx, cancel, &row);
    }
    ballot_row_release(&row);
    return err;
}

/* Whether the batch that is there may be counted anew. */
static enum err admit_recount(struct db *db, struct paper_set *set, const struct ballot_row *row,
                              const struct paper_batch *batch)
{
    struct paper_job *paper = &set->paper;
    int64_t counts = 0;
    int64_t last_sheet = 0;
    enum err err = store_paper_progress(db, row->ballot_id, paper->batch_no, &counts, &last_sheet);

    if (err) {
        return err;
    }
    if (batch->sealed_at_ms > 0) {
        refuse(paper, PAPER_REFUSAL_BATCH_SEALED);
    } else if (paper->reason[0] == '\0') {
        refuse(paper, PAPER_REFUSAL_REASON_MISSING);
    } else if (last_sheet > set->envelopes) {
        refuse(paper, PAPER_REFUSAL_SHEETS_BEYOND);
    } else if (counts >= PAPER_ENTRY_MAX) {
        refuse(paper, PAPER_REFUSAL_COUNTS_MANY);
    }
    return ERR_OK;
}

static enum err write_count(struct writer_tx *tx, const struct paper_set *set,
                            const struct ballot_row *row, int32_t envelopes_before)
{
    const struct paper_count count = {
        .batch_no = set->paper.batch_no,
        .envelopes = set->envelopes,
        .reason = set->paper.reason,
        .staff_id = set->paper.staff_id,
        .counted_at_ms = tx->now_ms,
    };
    enum err err = store_paper_set(tx->db, row->ballot_id, &count);

    if (!err) {
        err = store_paper_count(tx->db, row->ballot_id, &count);
    }
    return err ? err
               : store_ballot_add_envelopes(tx->db, row->ballot_id,
                                            set->envelopes - envelopes_before,
                                            envelopes_before == 0 ? 1 : 0);
}

static enum err set_envelopes(struct writer_tx *tx, struct paper_set *set,
                              const struct ballot_row *row)
{
    const struct paper_standing standing = ballot_row_paper(row);
    struct paper_batch batch = {0};
    enum err err = store_paper_read(tx->db, row->ballot_id, set->paper.batch_no, &batch);

    if (!err && batch.envelopes == set->envelopes) {
        set->paper.repeated = true;
        return ERR_OK;
    }
    if (!err) {
        err = admit_recount(tx->db, set, row, &batch);
    } else if (err == ERR_NOT_FOUND) {
        err = ERR_OK;
    }
    if (err || set->paper.refusal != PAPER_REFUSAL_NONE) {
        return err;
    }
    if (paper_envelopes_admit(&standing, set->envelopes - batch.envelopes, &set->paper.refusal) !=
        ERR_OK) {
        return ERR_OK;
    }
    return write_count(tx, set, row, batch.envelopes);
}

enum err paper_set_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct paper_set *set = (struct paper_set *)jobs[0];
    struct ballot_row row = {0};
    enum err err;

    assert(count == 1);
    (void)count; /* Only read by the assertion. */
    assert(set->envelopes >= 1 && set->envelopes <= PAPER_SHEET_MAX);
    err = lock_ballot(tx, &set->paper, &row);
    if (!err) {
        err = set_envelopes(tx, set, &row);
    }
    ballot_row_release(&row);
    return err;
}

/* Judges one sheet, and adds the entry to those that were read. */
static enum err admit_sheet(struct paper_enter *enter, size_t place, struct paper_sheets *sheets,
                            bool *ret_adds)
{
    struct paper_read_sheet *read = &enter->sheets[place];
    const struct paper_entry entry = {
        .staff_id = enter->paper.staff_id,
        .kind = read->kind,
        .choice = read->choice,
        .choice_length = read->choice_length,
    };
    const size_t at = (size_t)read->sheet_no - 1;
    bool repeated = false;

    enter->refused_sheet = place;
    if (read->sheet_no > sheets->batch.envelopes) {
        refuse(&enter->paper, PAPER_REFUSAL_SHEET_UNKNOWN);
        return ERR_CONFLICT;
    }
    if (paper_entry_admit(sheets->entries[at], sheets->counts[at], &entry, &repeated,
                          &enter->paper.refusal) != ERR_OK) {
        return ERR_CONFLICT;
    }
    enter->paper.refusal = PAPER_REFUSAL_NONE;
    enter->refused_sheet = enter->sheet_count;
    if (!repeated) {
        sheets->entries[at][sheets->counts[at]] = entry;
        sheets->counts[at]++;
    }
    read->state = paper_sheet_judge(sheets->entries[at], sheets->counts[at], &sheets->agreed[at]);
    *ret_adds = !repeated;
    return ERR_OK;
}

static enum err add_sheets(struct writer_tx *tx, struct paper_enter *enter,
                           struct paper_sheets *sheets)
{
    const uint8_t *ballot_id = enter->paper.frozen->definition.ballot_id;
    bool *adds = calloc(enter->sheet_count + 1, sizeof *adds);
    enum err err = adds == NULL ? ERR_FULL : ERR_OK;

    for (size_t i = 0; !err && i < enter->sheet_count; i++) {
        if (admit_sheet(enter, i, sheets, &adds[i]) != ERR_OK) {
            free(adds);
            return ERR_OK; /* A refusal is a result, and nothing was written yet. */
        }
    }
    enter->paper.repeated = true;
    for (size_t i = 0; !err && i < enter->sheet_count; i++) {
        const size_t at = (size_t)enter->sheets[i].sheet_no - 1;
        const size_t last = sheets->counts[at] - 1;

        if (!adds[i]) {
            continue;
        }
        enter->paper.repeated = false;
        err = store_paper_enter(tx->db, ballot_id, enter->paper.batch_no,
                                &(const struct paper_entry_new){
                                    .sheet_no = enter->sheets[i].sheet_no,
                                    .entry_no = (int32_t)last + 1,
                                    .entry = sheets->entries[at][last],
                                },
                                tx->now_ms);
    }
    free(adds);
    return err;
}

static enum err enter_sheets(struct writer_tx *tx, struct paper_enter *enter,
                             const struct ballot_row *row)
{
    const struct paper_standing standing = ballot_row_paper(row);
    struct paper_sheets *sheets = NULL;
    enum err err = paper_sheets_read(tx->db, row->ballot_id, enter->paper.batch_no, &sheets);

    if (err == ERR_NOT_FOUND) {
        refuse(&enter->paper, PAPER_REFUSAL_BATCH_NOT_FOUND);
        return ERR_OK;
    }
    if (err) {
        return err;
    }
    if (sheets->batch.sealed_at_ms > 0) {
        refuse(&enter->paper, PAPER_REFUSAL_BATCH_SEALED);
    } else if (!paper_takes_sheets(&standing)) {
        refuse(&enter->paper, PAPER_REFUSAL_WRONG_STATE);
    } else {
        err = add_sheets(tx, enter, sheets);
    }
    paper_sheets_free(sheets);
    return err;
}

enum err paper_enter_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct paper_enter *enter = (struct paper_enter *)jobs[0];
    struct ballot_row row = {0};
    enum err err;

    assert(count == 1);
    (void)count; /* Only read by the assertion. */
    enter->refused_sheet = enter->sheet_count;
    err = lock_ballot(tx, &enter->paper, &row);
    if (!err) {
        err = enter_sheets(tx, enter, &row);
    }
    ballot_row_release(&row);
    return err;
}
