/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subscriber's writes: effects and offset in one transaction, so that a
 * crash between the two cannot happen. On the writer thread; it must never
 * touch the subscriber's own state, only the task's.
 */
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/subscriber_internal.h"

#include <assert.h>
#include <string.h>

/* Events are applied together until they have said so many: one more still fits the commit. */
enum { APPLY_EVENT_MAX = EVENTLOG_APPEND_COUNT_MAX / 4 };

const struct writer_job_type SUBSCRIBER_TASK_TYPE = {
    .name = "subscriber",
    .run_max = 1,
    .work = subscriber_task_work,
    .done = subscriber_task_done,
};

static const char MAKE_OFFSET[] =
    "INSERT INTO event.consumer_offset (consumer, stream, epoch, next_seq, chain)"
    " VALUES ($1, $2, 0, 1, $3)"
    " ON CONFLICT (consumer, stream) DO NOTHING";

static enum err store_make_offset(struct db *db, const struct subscriber_options *options)
{
    static const uint8_t no_chain[EVENT_CHAIN_SIZE];
    const struct db_param params[] = {
        db_text(options->consumer),
        db_text(options->stream),
        db_bytes(no_chain, sizeof no_chain),
    };

    return db_exec(db, MAKE_OFFSET, params, DB_COUNT(params));
}

static const char READ_OFFSET[] =
    "SELECT o.epoch, o.next_seq, o.chain,"
    " EXISTS (SELECT d.seq FROM event.dead_letter AS d"
    " WHERE d.consumer = o.consumer AND d.stream = o.stream AND d.seq = o.next_seq"
    " AND d.state = 'parked')"
    " FROM event.consumer_offset AS o"
    " WHERE o.consumer = $1 AND o.stream = $2";

static enum err store_read_offset(struct db *db, const struct subscriber_options *options,
                                  struct subscriber_offset *ret_offset, bool *ret_halted)
{
    const struct db_param params[] = {db_text(options->consumer), db_text(options->stream)};
    struct db_rows *rows = NULL;
    enum err err;

    err = db_query(db, READ_OFFSET, params, DB_COUNT(params), &rows);
    if (err) {
        return err;
    }
    if (db_rows_count(rows) != 1) {
        err = ERR_INTERNAL;
    } else {
        ret_offset->epoch = (uint64_t)db_rows_int64(rows, 0, 0);
        ret_offset->next_seq = (uint64_t)db_rows_int64(rows, 0, 1);
        *ret_halted = db_rows_bool(rows, 0, 3);
        err = db_rows_fixed(rows, 0, 2, ret_offset->chain, EVENT_CHAIN_SIZE);
    }
    db_rows_release(rows);
    return err;
}

static const char MOVE_OFFSET[] =
    "UPDATE event.consumer_offset"
    " SET epoch = $3, next_seq = $4, chain = $5"
    " WHERE consumer = $1 AND stream = $2 AND next_seq = $6";

/* ERR_CONFLICT when it is not where this consumer left it: somebody else is active. */
static enum err store_move_offset(struct db *db, const struct subscriber_options *options,
                                  const struct subscriber_offset *offset, uint64_t from_seq)
{
    const struct db_param params[] = {
        db_text(options->consumer),
        db_text(options->stream),
        db_int64((int64_t)offset->epoch),
        db_int64((int64_t)offset->next_seq),
        db_bytes(offset->chain, EVENT_CHAIN_SIZE),
        db_int64((int64_t)from_seq),
    };
    int64_t changed = 0;
    enum err err;

    err = db_exec_count(db, MOVE_OFFSET, params, DB_COUNT(params), &changed);
    if (err) {
        return err;
    }
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

static const char BURY_EVENT[] =
    "INSERT INTO event.dead_letter"
    " (consumer, stream, epoch, seq, type, envelope, error_code, attempts, state, created_at_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'parked', $9)"
    " ON CONFLICT (consumer, stream, epoch, seq) DO UPDATE"
    " SET attempts = dead_letter.attempts + excluded.attempts, state = 'parked',"
    " error_code = excluded.error_code, created_at_ms = excluded.created_at_ms,"
    " resolved_at_ms = NULL, resolved_by = NULL, reason = NULL";

static enum err store_bury_event(struct writer_tx *tx, const struct subscriber_task *task)
{
    const struct subscriber_slot *slot = task->slots[0];
    struct event event = {0};
    bool readable = event_decode(slot->envelope, slot->length, &event) == ERR_OK;
    const struct db_param params[] = {
        db_text(task->options->consumer),
        db_text(task->options->stream),
        db_int64((int64_t)task->offset.epoch),
        db_int64((int64_t)task->offset.next_seq),
        db_text(readable ? event.type : ""),
        db_bytes(slot->envelope, slot->length),
        db_text(task->failure),
        db_int32(SUBSCRIBER_ATTEMPT_COUNT_MAX),
        db_int64(tx->now_ms),
    };
    enum err err = db_exec(tx->db, BURY_EVENT, params, DB_COUNT(params));

    event_release(&event);
    return err;
}

static const char READ_DEAD_LETTER[] =
    "SELECT epoch, envelope FROM event.dead_letter"
    " WHERE consumer = $1 AND stream = $2 AND seq = $3 AND state = 'parked'"
    " ORDER BY epoch DESC LIMIT 1"
    " FOR UPDATE";

static const char RESOLVE_DEAD_LETTER[] =
    "UPDATE event.dead_letter"
    " SET state = $5, resolved_by = $6, reason = $7, resolved_at_ms = $8"
    " WHERE consumer = $1 AND stream = $2 AND epoch = $3 AND seq = $4";

static enum err store_resolve_dead_letter(struct writer_tx *tx, const struct subscriber_task *task,
                                          int64_t epoch)
{
    const struct subscriber_resolution *resolution = task->resolution;
    const struct db_param params[] = {
        db_text(task->options->consumer),
        db_text(task->options->stream),
        db_int64(epoch),
        db_int64((int64_t)resolution->seq),
        db_text(resolution->decision == SUBSCRIBER_RETRY ? "retried" : "discarded"),
        db_text(resolution->operator_id),
        db_text(resolution->reason),
        db_int64(tx->now_ms),
    };

    return db_exec(tx->db, RESOLVE_DEAD_LETTER, params, DB_COUNT(params));
}

/* Decodes and applies the envelope of this number. Anything but ERR_OK and ERR_UNAVAILABLE is the
 * event's fault. */
static enum err apply_envelope(struct writer_tx *tx, const struct subscriber_options *options,
                               uint64_t seq, const uint8_t *envelope, size_t length)
{
    struct event event = {0};
    enum err err = event_decode(envelope, length, &event);

    if (!err && event.seq != seq) {
        err = ERR_INVALID; /* The number it came under is not its own. */
    }
    if (!err) {
        err = options->apply(tx, &event, options->context);
    }
    event_release(&event);
    return err;
}

static enum err work_load(struct writer_tx *tx, struct subscriber_task *task)
{
    enum err err = store_make_offset(tx->db, task->options);

    if (err) {
        return err;
    }
    return store_read_offset(tx->db, task->options, &task->offset_after, &task->halted);
}

/* Moves on from where the task began. */
static enum err move_offset(struct writer_tx *tx, struct subscriber_task *task,
                            const struct subscriber_offset *offset)
{
    enum err err = store_move_offset(tx->db, task->options, offset, task->offset.next_seq);

    /* Not when what the event wrote, and did not wait for, ran into a constraint: that is the event's. */
    task->offset_lost =
        err == ERR_CONFLICT && (db_sqlstate(tx->db)[0] == '\0' || eventlog_is_fenced(tx->db));
    task->offset_after = *offset;
    return err;
}

/* True when the event at this place need not be applied, since the next one is. */
static bool is_replaced(const struct subscriber_task *task, size_t place)
{
    const struct subscriber_slot *slot = task->slots[place];
    struct event earlier = {0};
    struct event event = {0};
    bool replaced = false;

    if (task->options->replaces == NULL || place + 1 == task->count) {
        return false;
    }
    if (event_decode(slot->envelope, slot->length, &earlier) == ERR_OK &&
        event_decode(task->slots[place + 1]->envelope, task->slots[place + 1]->length, &event) ==
            ERR_OK &&
        earlier.seq == task->offset.next_seq + place && event.seq == earlier.seq + 1) {
        replaced = task->options->replaces(&event, &earlier);
    }
    event_release(&event);
    event_release(&earlier);
    return replaced;
}

/* Whether the next event may share this transaction: there is time, and room for what it says. */
static bool may_go_on(const struct writer_tx *tx, int64_t until_ms)
{
    return clock_monotonic_ms() < until_ms && writer_tx_event_count(tx) < APPLY_EVENT_MAX;
}

static enum err work_apply(struct writer_tx *tx, struct subscriber_task *task)
{
    int64_t until_ms = clock_monotonic_ms() + SUBSCRIBER_APPLY_MS;
    struct subscriber_offset offset = task->offset;
    bool replaced = false;
    size_t applied = 0;
    enum err err;

    /* Behind an event that was passed over the one that replaces it must follow. */
    while (applied < task->count && (applied == 0 || replaced || may_go_on(tx, until_ms))) {
        const struct subscriber_slot *slot = task->slots[applied];

        if (applied > 0) {
            writer_tx_next_run(tx);
        }
        replaced = is_replaced(task, applied);
        err = replaced ? ERR_OK
                       : apply_envelope(tx, task->options, offset.next_seq, slot->envelope,
                                        slot->length);
        if (err) {
            return err;
        }
        event_chain(offset.chain, offset.next_seq, slot->envelope, slot->length);
        offset.next_seq++;
        applied++;
    }
    task->applied = applied;
    return move_offset(tx, task, &offset);
}

static enum err work_bury(struct writer_tx *tx, struct subscriber_task *task)
{
    struct subscriber_offset offset = task->offset;
    const struct subscriber_slot *slot = task->slots[0];
    enum err err = store_bury_event(tx, task);

    if (err || !task->skip) {
        return err;
    }
    event_chain(offset.chain, offset.next_seq, slot->envelope, slot->length);
    offset.next_seq++;
    return move_offset(tx, task, &offset);
}

/* The letter's event is the one that the offset stands at: whatever is decided, go past it. */
static enum err resolve_halted(struct writer_tx *tx, struct subscriber_task *task,
                               const uint8_t *envelope, size_t length)
{
    struct subscriber_offset offset;
    bool halted = false;
    enum err err = store_read_offset(tx->db, task->options, &offset, &halted);

    if (err || offset.next_seq != task->resolution->seq) {
        return err;
    }
    event_chain(offset.chain, offset.next_seq, envelope, length);
    offset.next_seq++;
    return store_move_offset(tx->db, task->options, &offset, task->resolution->seq);
}

static enum err work_resolve(struct writer_tx *tx, struct subscriber_task *task)
{
    const struct db_param params[] = {
        db_text(task->options->consumer),
        db_text(task->options->stream),
        db_int64((int64_t)task->resolution->seq),
    };
    struct db_rows *rows = NULL;
    const uint8_t *envelope;
    size_t length;
    enum err err;

    err = db_query(tx->db, READ_DEAD_LETTER, params, DB_COUNT(params), &rows);
    if (err) {
        return err;
    }
    if (db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
        goto out;
    }
    envelope = db_rows_bytes(rows, 0, 1, &length);
    if (task->resolution->decision == SUBSCRIBER_RETRY) {
        err = apply_envelope(tx, task->options, task->resolution->seq, envelope, length);
    }
    if (!err) {
        err = resolve_halted(tx, task, envelope, length);
    }
    if (!err) {
        err = store_resolve_dead_letter(tx, task, db_rows_int64(rows, 0, 0));
    }
out:
    db_rows_release(rows);
    return err;
}

enum err subscriber_task_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct subscriber_task *task = (struct subscriber_task *)jobs[0];
    enum err err;

    assert(count == 1);
    (void)count; /* Only read by the assertion. */
    task->offset_lost = false;
    task->sqlstate[0] = '\0';
    switch (task->kind) {
    case SUBSCRIBER_TASK_LOAD:
        return work_load(tx, task);
    case SUBSCRIBER_TASK_APPLY:
        err = work_apply(tx, task);
        if (err) {
            memcpy(task->sqlstate, db_sqlstate(tx->db), strlen(db_sqlstate(tx->db)) + 1);
        }
        return err;
    case SUBSCRIBER_TASK_BURY:
        return work_bury(tx, task);
    case SUBSCRIBER_TASK_RESOLVE:
        return work_resolve(tx, task);
    }
    return ERR_INTERNAL;
}
