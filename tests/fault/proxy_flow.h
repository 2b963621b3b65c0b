/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One direction of one proxied connection: takes what the source sends in
 * units, does to them what the rules say, and hands them to the target in their
 * time. A unit is what one read brought, or one message of the bus where the
 * link is framed (8 bytes of length, then so many bytes; the 8 bytes of the
 * handshake first). Must never look further into what passes, nor block.
 *
 * What one read brought cannot be missing or double in the stream of a working
 * network: rules that do such things to links that are not framed are for
 * showing that a broken middlebox does no harm.
 */
#ifndef HYEOPCHI_FAULT_PROXY_FLOW_H
#define HYEOPCHI_FAULT_PROXY_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum {
    FLOW_QUEUE_SIZE_MAX = 4 * 1024 * 1024, /* beyond it the source is not read */
    FLOW_FRAME_SIZE_MAX = 8 * 1024 * 1024,
    FLOW_CHANCE_ALL = 10000,
};

enum flow_fault {
    FLOW_DROP,
    FLOW_DUPLICATE,
    FLOW_REORDER,
    FLOW_CORRUPT,
    FLOW_TRUNCATE, /* half of the unit is the last that passes; then the connection is reset */
    FLOW_FAULT_COUNT,
};

/* What happens to the units of one direction of a link; zero: nothing. */
struct flow_rules {
    int64_t delay_ms;
    int64_t jitter_ms;    /* at most so much besides */
    int64_t rate_bytes_s; /* 0: no limit */
    int64_t hold;         /* 1: nothing is taken from the source, which will notice by itself */
    int64_t swallow;      /* 1: everything is taken and nothing passed on */
    int64_t chance[FLOW_FAULT_COUNT]; /* of FLOW_CHANCE_ALL units */
};

struct flow_counts {
    uint64_t units;
    uint64_t bytes;
    uint64_t delayed;
    uint64_t held; /* connections, each time that they are */
    uint64_t swallowed;
    uint64_t faults[FLOW_FAULT_COUNT];
};

struct flow_unit;

struct flow {
    uv_stream_t *source;
    uv_stream_t *target;
    const struct flow_rules *rules;               /* borrowed from the link */
    struct flow_counts *counts;                   /* the link's */
    void (*ended)(struct flow *flow, bool reset); /* the source ended, or all is over */
    void *owner;                                  /* the connection */
    bool framed;
    bool greeted; /* the handshake of a framed link has passed */
    bool reading;
    bool held;     /* for the counts: the rule held it when it was last looked at */
    bool torn;     /* bytes are missing on the way: the stream cannot go on after healing */
    bool finished; /* the source has ended; what is queued is still passed on */
    bool closed;   /* nothing is passed on any more */
    char *partial; /* of a frame */
    size_t partial_length;
    size_t partial_size;
    struct flow_unit *first;
    size_t queued;
    uint64_t due_last_ms;
    uv_timer_t timer;
};

/* Readies the flow; its timer is open from then on. Callers set the public parts before. */
void flow_open(struct flow *flow, uv_loop_t *loop);

/* Reads the source as far as rules and queue allow; again after the rules have changed. */
void flow_go_on(struct flow *flow);

/* Takes and passes on nothing any more; what is queued is kept and never sent. */
void flow_stop(struct flow *flow);

/* The same, and closes the timer; closed_cb is libuv's. */
void flow_close(struct flow *flow, uv_close_cb closed_cb);

/* Frees what is queued; after the timer has been closed. */
void flow_release(struct flow *flow);

/* Random numbers come from here, so that a seed repeats a run as far as timing lets it. */
void flow_seed(uint64_t seed);

#endif
