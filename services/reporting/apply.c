/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hear, write, and say where the report has changed.
 */
#include "reporting/apply.h"

#include "reporting/domain/report.h"
#include "reporting/events.h"
#include "reporting/hear/events.h"
#include "reporting/store/model.h"
#include "reporting/store/report.h"

#include <stdlib.h>
#include <string.h>

/* One event on its way into the model. */
struct applying {
    struct writer_tx *tx;
    const struct model *model;
    const struct event *event;
    struct heard heard;
};

static enum err write_event(struct applying *applying);
static enum err write_entries(const struct applying *applying);
static enum err write_leg(const struct applying *applying, const struct heard_leg *heard_leg);
static enum err publish(const struct applying *applying);
static enum err publish_entries(const struct applying *applying);
static enum err publish_ballot(const struct applying *applying, const uint8_t *ballot_id);

enum err apply_event(struct writer_tx *tx, const struct event *event, void *context)
{
    struct applying *applying = calloc(1, sizeof *applying);
    enum err err = ERR_UNAVAILABLE;

    if (!applying) {
        return ERR_UNAVAILABLE;
    }
    applying->tx = tx;
    applying->model = context;
    applying->event = event;
    err = events_hear(event, &applying->heard);
    if (!err && applying->heard.kind != HEARD_OTHER) {
        err = store_schema_use(tx->db, applying->model->schema);
        if (!err) {
            err = write_event(applying);
        }
    }
    heard_release(&applying->heard);
    free(applying);
    return err;
}

/* Whether votes can be seen in the rounded number that the public gets. */
static enum err votes_are_seen(const struct applying *applying, const struct store_key *key,
                               bool *ret_seen)
{
    struct store_range range = {.district = key->district, .limit = 1};
    struct report report;
    size_t count = 0;
    enum err err;

    memcpy(range.low, key->ballot_id, REPORT_ID_SIZE);
    memcpy(range.high, key->ballot_id, REPORT_ID_SIZE);
    err = store_report_list(applying->tx->db, &range, &report, &count);
    if (err) {
        return err;
    }
    *ret_seen = count > 0 && report.state == REPORT_OPEN &&
                applying->heard.turnout.batch_no > report.turnout.batch_no &&
                report_public_voters(REPORT_OPEN, report.turnout.voters) !=
                    report_public_voters(REPORT_OPEN, applying->heard.turnout.voters);
    return ERR_OK;
}

static enum err write_votes(const struct applying *applying, const struct store_key *key)
{
    bool seen = false;
    enum err err = ERR_OK;

    if (applying->model->publishes) {
        err = votes_are_seen(applying, key, &seen);
    }
    if (!err) {
        err = store_turnout_set(applying->tx->db, key, &applying->heard.turnout);
    }
    return !err && seen ? publish(applying) : err;
}

static enum err write_opened(struct db *db, const struct store_key *key, const struct heard *heard)
{
    enum err err = store_ballot_add(db, key, &heard->ballot);

    return err ? err : store_options_add(db, key, heard->options, heard->option_count);
}

static enum err write_closed(struct db *db, const struct store_key *key, const struct heard *heard)
{
    enum err err = store_closing_add(db, key, &heard->closing);

    return err ? err : store_cells_add(db, key, heard->cells, heard->cell_count);
}

static enum err write_certified(struct db *db, const struct store_key *key,
                                const struct heard *heard)
{
    enum err err = store_tally_add(db, key, &heard->tally);

    return err ? err : store_results_add(db, key, heard->options, heard->option_count);
}

static enum err write_event(struct applying *applying)
{
    const struct heard *heard = &applying->heard;
    const struct store_key key = {applying->model->district, heard->ballot_id};
    struct db *db = applying->tx->db;
    enum err err = ERR_INTERNAL;

    switch (heard->kind) {
    case HEARD_OTHER:
        return ERR_OK;
    case HEARD_VOTES:
        return write_votes(applying, &key);
    case HEARD_OPENED:
        err = write_opened(db, &key, heard);
        break;
    case HEARD_EXTENDED:
        err = store_extension_add(db, &key, &heard->extension);
        break;
    case HEARD_CLOSED:
        err = write_closed(db, &key, heard);
        break;
    case HEARD_CERTIFIED:
        err = write_certified(db, &key, heard);
        break;
    case HEARD_RESERVED:
        err = store_envelope_reserve(db, &key, heard->envelope.reserved_krw, heard->seq);
        break;
    case HEARD_RELEASED:
        err = store_envelope_release(db, &key, &heard->envelope, heard->seq);
        break;
    case HEARD_ENTRIES:
        err = write_entries(applying);
        break;
    case HEARD_BLOCK: /* of no ballot: nothing is said anew */
        return store_block_add(db, key.district, &heard->block);
    }
    return err ? err : publish(applying);
}

static enum err write_entries(const struct applying *applying)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < applying->heard.leg_count; i++) {
        err = write_leg(applying, &applying->heard.legs[i]);
    }
    return err;
}

static enum err write_leg(const struct applying *applying, const struct heard_leg *heard_leg)
{
    const struct store_key key = {applying->model->district, heard_leg->ballot_id};
    const struct report_leg *leg = &heard_leg->leg;
    struct db *db = applying->tx->db;
    struct report_line line;
    enum err err = store_line_read(db, key.district, &leg->account, &line);

    if (!err) {
        err = report_line_apply(&line, leg, &line);
    }
    if (!err) {
        err = store_line_set(db, key.district, &line);
    }
    if (!err && heard_leg->has_ballot) {
        err = store_ballot_line_add(db, &key, &leg->account);
    }
    return err;
}

static enum err publish(const struct applying *applying)
{
    if (!applying->model->publishes) {
        return ERR_OK;
    }
    if (applying->heard.has_ballot) {
        return publish_ballot(applying, applying->heard.ballot_id);
    }
    return publish_entries(applying);
}

/* True when an earlier leg concerned the same ballots, so that they have been told. */
static bool was_published(const struct heard_leg *legs, size_t leg)
{
    const struct heard_leg *of = &legs[leg];
    const struct report_account *account = &of->leg.account;

    for (size_t i = 0; i < leg; i++) {
        const struct report_account *earlier = &legs[i].leg.account;
        if (legs[i].has_ballot != of->has_ballot) {
            continue;
        }
        if (of->has_ballot ? memcmp(legs[i].ballot_id, of->ballot_id, REPORT_ID_SIZE) == 0
                           : earlier->fiscal_year == account->fiscal_year &&
                                 strcmp(earlier->programme, account->programme) == 0) {
            return true;
        }
    }
    return false;
}

/* An entry that names no ballot is about those whose programmes it moves. */
static enum err publish_leg(const struct applying *applying, const struct heard_leg *leg)
{
    uint8_t ids[STORE_BALLOT_MAX][REPORT_ID_SIZE];
    size_t count = 0;
    enum err err = ERR_OK;

    if (leg->has_ballot) {
        return publish_ballot(applying, leg->ballot_id);
    }
    err = store_ballots_of_programme(applying->tx->db, applying->model->district, &leg->leg.account,
                                     ids, &count);
    for (size_t i = 0; !err && i < count; i++) {
        err = publish_ballot(applying, ids[i]);
    }
    return err;
}

static enum err publish_entries(const struct applying *applying)
{
    const struct heard_leg *legs = applying->heard.legs;
    enum err err = ERR_OK;

    for (size_t leg = 0; !err && leg < applying->heard.leg_count; leg++) {
        if (!was_published(legs, leg)) {
            err = publish_leg(applying, &legs[leg]);
        }
    }
    return err;
}

static bool is_of_participation(const struct applying *applying)
{
    switch (applying->heard.kind) {
    case HEARD_OPENED:
    case HEARD_EXTENDED:
    case HEARD_VOTES:
    case HEARD_CLOSED:
    case HEARD_CERTIFIED:
        return true;
    case HEARD_OTHER:
    case HEARD_RESERVED:
    case HEARD_RELEASED:
    case HEARD_ENTRIES:
    case HEARD_BLOCK:
        break;
    }
    return false;
}

/*
 * Before a ballot's opening was heard there is no report to publish, only an event to remember. What an
 * event concerns more than once, by several entries or programmes, is told once.
 */
static enum err publish_ballot(const struct applying *applying, const uint8_t *ballot_id)
{
    const struct store_key key = {applying->model->district, ballot_id};
    const int64_t seq = applying->heard.seq;
    struct store_publication publication = {.versions = 1};
    struct report report = {.state = REPORT_MISSING};
    struct db *db = applying->tx->db;
    enum err err = store_report_read(db, &key, &report);

    if (err == ERR_NOT_FOUND) {
        publication.versions = 0;
    } else if (err) {
        return err;
    }
    if (!is_of_participation(applying) && report.ledger_seq == seq) {
        goto out;
    }
    if (is_of_participation(applying)) {
        publication.participation_seq = seq;
        report.participation_seq = seq > report.participation_seq ? seq : report.participation_seq;
    } else {
        publication.ledger_seq = seq;
        report.ledger_seq = seq > report.ledger_seq ? seq : report.ledger_seq;
    }
    err = store_publication_note(db, &key, &publication);
    if (!err && publication.versions > 0) {
        report.report_version++;
        err = events_say_report(applying->tx, &report, applying->event);
    }

out:
    report_release(&report);
    return err;
}
