/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the feed share; nobody else but their tests includes it.
 *
 *   feed_query   what a client asks for
 *   feed_text    an event in each of the three forms
 *   feed         clients, from their request to their end
 *   feed_turn    moving their cursors along ring and log
 */
#ifndef HYEOPCHI_RUNTIME_FEED_INTERNAL_H
#define HYEOPCHI_RUNTIME_FEED_INTERNAL_H

#include "runtime/buffer.h"
#include "runtime/event.h"
#include "runtime/eventlog.h"
#include "runtime/feed.h"
#include "runtime/http.h"
#include "runtime/metrics.h"
#include "runtime/publisher.h"
#include "runtime/reader.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

enum {
    FEED_CACHE_LENGTH = 64, /* events whose JSON is kept, since many clients want the newest */
    FEED_EVENT_TEXT_SIZE_MAX = 2 * 1024 * 1024,
    FEED_OUT_SIZE_MAX = 4 * 1024 * 1024, /* an answer's last event may pass FEED_ANSWER_SIZE_MAX */
    FEED_CURSOR_SIZE = 48,
};

enum feed_form { FEED_EVENT_STREAM, FEED_NDJSON, FEED_BATCH };

struct feed_query {
    enum feed_form form;
    bool has_cursor;
    uint64_t epoch; /* of the cursor */
    uint64_t seq;   /* the last event the client has */
    int64_t limit;
    int64_t wait_ms;
    size_t type_count; /* 0: all */
    char types[FEED_TYPE_COUNT_MAX][EVENT_TYPE_SIZE];
};

/* Reads the request's query and headers. ERR_INVALID with *ret_problem. */
ERR_CHECKED enum err feed_query_read(struct http_request *request, struct feed_query *ret_query,
                                     struct problem *ret_problem);

/* Reads "<epoch>-<seq>", both decimal. */
ERR_CHECKED enum err feed_cursor_parse(const char *text, uint64_t *ret_epoch, uint64_t *ret_seq);

/* The form an Accept header asks for (NULL: any). ERR_INVALID when it is none of ours. */
ERR_CHECKED enum err feed_form_of(const char *accept, enum feed_form *ret_form);

/* True when the client wants events of this type. */
bool feed_query_wants(const struct feed_query *query, const char *type);

/* An event as JSON text. */
struct feed_text {
    uint64_t epoch; /* in the cache: the publisher's when it was put there */
    uint64_t seq;   /* 0: nothing here */
    char type[EVENT_TYPE_SIZE];
    struct buffer json;
};

void feed_text_init(struct feed_text *text);
void feed_text_release(struct feed_text *text);

/* Renders an envelope. Data that does not decode, or is too long as JSON, is given as base64.
 * ERR_INVALID when the envelope itself is none. */
ERR_CHECKED enum err feed_text_render(struct feed_text *text, const void *envelope, size_t length,
                                      const ProtobufCMessageDescriptor *const *types);

/* Appends the event in a form; is_first matters to the batch, the epoch to the stream's cursor: the
 * client's, since an event from before a restore has the epoch of then. */
void feed_text_append(const struct feed_text *text, enum feed_form form, uint64_t epoch,
                      bool is_first, struct buffer *ret_bytes);

const char *feed_content_type(enum feed_form form);

/* --- Clients. ------------------------------------------------------------------------------------- */

struct feed_client {
    struct reader_job job;
    struct feed *feed;
    struct feed_client *previous;
    struct feed_client *next;
    struct http_request *request; /* NULL once it has ended */
    struct feed_query query;
    uint64_t epoch;
    uint64_t next_seq;
    uint64_t found;
    uint64_t scanned;
    int64_t wait_until_ms;
    int64_t sent_at_ms;
    int64_t retry_at_ms;
    bool reading;
    struct buffer out; /* an answer that grows, or the rest of one event of a stream */

    /* What a reader thread brings. */
    char stream[EVENT_STREAM_SIZE];
    uint64_t read_from;
    struct eventlog_head head;
    struct eventlog_entries entries;
};

struct feed {
    struct feed_options options;
    struct publisher_follower follower;
    uv_timer_t timer;
    uint64_t due_ms; /* when the timer fires; UINT64_MAX: it is not set */
    struct feed_client *first;
    struct feed_client *last;
    size_t client_count;
    size_t reading_count;
    bool closing;
    bool timer_closed;
    struct feed_text cache[FEED_CACHE_LENGTH];
    struct feed_text scratch; /* for events of the log */
};

/* How a client's turn ended. */
enum feed_turn {
    FEED_TURN_IDLE,    /* it has everything */
    FEED_TURN_AGAIN,   /* there is more for it */
    FEED_TURN_BLOCKED, /* it does not read, or the database is away */
    FEED_TURN_READING, /* a reader thread will go on */
    FEED_TURN_ENDED,   /* it is gone */
};

extern struct metric feed_events_sent;

/* Moves the client on; FEED_TURN_ENDED: it is freed. */
enum feed_turn feed_client_turn(struct feed_client *client, int64_t now_ms);

/* Answers with what was found, and ends the client. Not for streams. */
void feed_client_answer(struct feed_client *client);

/* The client's end: it leaves the list, and memory unless a reader thread still writes to it. */
void feed_client_release(struct feed_client *client);

/* Whose turn it was: the others come first now. */
void feed_client_move_last(struct feed_client *client);

/* Begins to give every client a turn within delay_ms. */
void feed_schedule(struct feed *feed, uint64_t delay_ms);

/* Frees a closed feed that nobody refers to any more. */
void feed_free_when_done(struct feed *feed);

/* The job's work (reader thread) and done (loop). */
enum err feed_read_work(struct db *db, struct reader_job *job);
void feed_read_done(struct reader_job *job);

#endif
