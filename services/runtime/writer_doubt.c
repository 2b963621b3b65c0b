/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A COMMIT whose answer was lost. The writer keeps its jobs, connects anew and
 * takes the lead again; having it, it knows that the session before has ended
 * and that what became of its transaction is decided. The log then says it: the
 * commit's last event is there under its chain hash, or it is not.
 *
 * The state stays LEADING meanwhile, so that what is submitted waits instead of
 * failing. Must never judge without holding the lead.
 */
#include "runtime/writer_internal.h"

#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/metrics.h"

#include <assert.h>
#include <string.h>

enum { DOUBT_MS_MAX = 8000, DOUBT_PAUSE_MS = 50, NANOSECONDS_PER_MS = 1000000 };

static_assert((int)DOUBT_MS_MAX > (int)EVENTLOG_LEADER_SILENCE_MS,
              "the session before may have to fall silent first");

static struct metric doubts_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_writer_doubts_total",
    .help = "Commits whose answer was lost, and that were looked for in the log.",
    .labels = "",
};

void writer_doubt_register_metrics(void)
{
    metrics_register(&doubts_total);
}

/* Waits a little, whatever is submitted; false when it is time to end. */
static bool pause_a_little(struct writer *writer)
{
    const int64_t until_ms = clock_monotonic_ms() + DOUBT_PAUSE_MS;
    int64_t left_ms = DOUBT_PAUSE_MS;
    bool closing;

    uv_mutex_lock(&writer->mutex);
    while (!writer->closing && left_ms > 0) {
        (void)uv_cond_timedwait(&writer->changed, &writer->mutex,
                                (uint64_t)left_ms * NANOSECONDS_PER_MS);
        left_ms = until_ms - clock_monotonic_ms();
    }
    closing = writer->closing;
    uv_mutex_unlock(&writer->mutex);
    return !closing;
}

/* Whether somebody else has taken the lead since; asked when it was not to be had. */
static bool is_led_by_others(const struct writer *writer)
{
    struct eventlog_head head;

    return eventlog_read_head(writer->link.db, writer->options.stream, &head) == ERR_OK &&
           head.leader_term != writer->head.leader_term;
}

/* Connects and takes the lead. ERR_CONFLICT when another process leads, for good. */
static enum err lead_again(struct writer *writer, struct eventlog_head *ret_head)
{
    enum err err = db_link_connect(&writer->link);
    bool led_by_others = false;

    if (!err) {
        err = eventlog_lead(writer->link.db, writer->options.stream, writer->options.leader_id,
                            ret_head);
        led_by_others = err == ERR_CONFLICT && is_led_by_others(writer);
    }
    if (!err) {
        db_link_settle(&writer->link);
        return ERR_OK;
    }
    db_link_drop(&writer->link,
                 writer->link.db == NULL ? writer->link.reason : "the lead cannot be had yet");
    return led_by_others ? ERR_CONFLICT : ERR_UNAVAILABLE;
}

/* With the lead: is the event that ended the commit in the log, where it should be? */
static enum err find(struct writer *writer, const struct eventlog_head *head,
                     const struct eventlog_head *wanted, bool *ret_found)
{
    struct eventlog_entries entries = {.entries = NULL};
    uint8_t chain[EVENT_CHAIN_SIZE];
    enum err err;

    if (head->epoch != wanted->epoch) {
        return ERR_CONFLICT; /* History was restored: numbers say nothing. */
    }
    if (head->seq < wanted->seq) {
        *ret_found = false;
        return ERR_OK;
    }
    err =
        eventlog_read(writer->link.db, writer->options.stream, wanted->seq + 1, 1, &entries, chain);
    if (!err) {
        *ret_found = memcmp(chain, wanted->chain, sizeof chain) == 0;
        eventlog_entries_release(&entries);
    }
    return err;
}

/* Others may have led meanwhile: the loop must hear of their head before it hears of what follows it. */
static void follow_others(struct writer *writer)
{
    uv_mutex_lock(&writer->mutex);
    writer->outbox.head = writer->head;
    writer->outbox.state_changed = true;
    uv_mutex_unlock(&writer->mutex);
    writer_wake_loop(writer);
}

enum err writer_doubt_resolve(struct writer *writer, const struct eventlog_head *wanted,
                              bool *ret_committed)
{
    const int64_t until_ms = clock_monotonic_ms() + DOUBT_MS_MAX;
    struct eventlog_head head;
    enum err err = ERR_UNAVAILABLE;

    assert(writer->options.stream != NULL);
    assert(wanted->seq > writer->head.seq);
    metrics_add(&doubts_total, 1);
    log_warn("commit_unknown", log_str("stream", writer->options.stream),
             log_int("seq", (int64_t)wanted->seq), log_str("action", "looking in the log"));
    db_link_drop(&writer->link, "the outcome of a commit is unknown");
    do {
        err = lead_again(writer, &head);
    } while (err == ERR_UNAVAILABLE && clock_monotonic_ms() < until_ms && pause_a_little(writer));
    if (!err) {
        err = find(writer, &head, wanted, ret_committed);
    }
    if (err) {
        return err;
    }
    writer->head = head;
    atomic_store(&writer->term, head.leader_term);
    if (!*ret_committed) {
        follow_others(writer);
    }
    log_info("commit_resolved", log_str("stream", writer->options.stream),
             log_int("seq", (int64_t)wanted->seq), log_int("term", head.leader_term),
             log_str("outcome", *ret_committed ? "committed" : "not committed, sending it again"));
    return ERR_OK;
}
