/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nng, tamed: four kinds of endpoints on the loop, with what EVENTS.md section 4 found
 * to bite in nng 1.5.2 kept out of everybody else's sight. Works on 1.5.2
 * (Debian 12) and 1.10 (Debian 13).
 *
 * Every socket has a receive limit; receives run for ever and land in a bounded
 * ring that the loop drains (a full ring stops re-arming the receive, which is
 * the back-pressure). Callbacks run on the loop thread. URLs are nng's:
 * ipc:///path or tcp://127.0.0.1:port. Never probe a bus port with a bare TCP
 * connect.
 *
 * What nng 1.5.2 must not be made to do is close a connection of its own while a message comes in
 * over it: between the message's head and its body it then waits for ever for a receive that nobody
 * ends (upstream #1543), on the one thread that frees connections, and nng_close() waits for that
 * thread. So subscribers and the listener guard end theirs with care (bus_pubsub.c, bus_listener.c).
 * What remains: a requester whose request times out just as the answer comes in, a replier that is
 * closed as a request does, a large message of which a peer has taken a part when it leaves, and a
 * subscriber that heard nothing for half a second, closed just as the next message comes.
 */
#ifndef HYEOPCHI_RUNTIME_BUS_H
#define HYEOPCHI_RUNTIME_BUS_H

#include "runtime/err.h"
#include "runtime/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BUS_URL_SIZE = 256,
    BUS_SEND_QUEUE_LENGTH_MAX = 8192,
    BUS_RECEIVE_QUEUE_LENGTH_MAX = 8192,
    BUS_MESSAGE_SIZE_MAX = 2 * 1024 * 1024,
    BUS_REPLY_CONTEXT_COUNT = 64, /* requests a replier works on at once */
    BUS_ASKER_COUNT_MAX = 256,    /* connections to a replier; more are closed at once */
    BUS_ANSWER_TIMEOUT_MS =
        10000, /* how long an answer may wait for those before it on its connection */
};

/* Publisher: listens, with a listener guard where nng is older than 1.6. */
struct bus_pub;
ERR_CHECKED enum err bus_pub_open(struct loop *loop, const char *url, struct bus_pub **ret_pub);
/* Sends to whoever listens; never blocks, never says that it dropped. */
void bus_pub_send(struct bus_pub *pub, const void *data, size_t length);
void bus_pub_close(struct bus_pub *pub); /* takes NULL */

/* Subscriber: dials, redials by itself; on_message gets whole messages whose topic matches. */
struct bus_sub;
typedef void (*bus_message_fn)(const void *data, size_t length, void *context);

struct bus_sub_options {
    const char *url;
    const char *topic;   /* "ledger": its NUL is added */
    size_t queue_length; /* 0: BUS_RECEIVE_QUEUE_LENGTH_MAX; tests use 1 */
    bus_message_fn on_message;
    /* Before the first message of every new connection: who is at the other end may be another, and
     * what it said in between was not heard. May be NULL. */
    void (*on_connected)(void *context);
    void *context;
};
ERR_CHECKED enum err bus_sub_open(struct loop *loop, const struct bus_sub_options *options,
                                  struct bus_sub **ret_sub);
/* Stops taking messages off the bus, which then drops them; resume takes up again. */
void bus_sub_pause(struct bus_sub *sub);
void bus_sub_resume(struct bus_sub *sub);
/* Drops the connection and dials anew, soon; for a peer that has gone silent. */
void bus_sub_redial(struct bus_sub *sub);
void bus_sub_close(struct bus_sub *sub); /* takes NULL; no callback afterwards */

/* Requester: dials; one request at a time per bus_req. reply NULL: it failed or timed out. */
struct bus_req;
typedef void (*bus_reply_fn)(const void *reply, size_t length, void *context);
/* A reply of more than reply_size_max bytes (0: BUS_MESSAGE_SIZE_MAX) ends the connection. */
ERR_CHECKED enum err bus_req_open(struct loop *loop, const char *url, size_t reply_size_max,
                                  struct bus_req **ret_req);
/* ERR_CONFLICT while another request is under way, ERR_FULL without memory: on_reply never runs then,
 * else exactly once. */
ERR_CHECKED enum err bus_req_send(struct bus_req *req, const void *data, size_t length,
                                  int64_t timeout_ms, bus_reply_fn on_reply, void *context);
void bus_req_close(struct bus_req *req); /* takes NULL; no callback afterwards */

/* Replier: listens, guarded like a publisher; answer each request once, at any time, from the loop. */
struct bus_rep;
struct bus_request; /* one request, until it is answered */
typedef void (*bus_request_fn)(struct bus_request *request, const void *data, size_t length,
                               void *context);

struct bus_rep_options {
    const char *url;
    size_t request_size_max; /* a longer one ends its connection; 0: BUS_MESSAGE_SIZE_MAX */
    size_t answer_size_max;  /* 0: BUS_MESSAGE_SIZE_MAX */
    bus_request_fn on_request;
    void *context;
};
ERR_CHECKED enum err bus_rep_open(struct loop *loop, const struct bus_rep_options *options,
                                  struct bus_rep **ret_rep);
void bus_request_answer(struct bus_request *request, const void *data, size_t length);
void bus_rep_close(struct bus_rep *rep); /* takes NULL */

/*
 * Waits until every closed endpoint is really gone, at most timeout_ms. False
 * when one hangs inside nng: then leave it, the process is ending anyway. After
 * the loop has run out.
 */
bool bus_wait_closed(int64_t timeout_ms);

/* How often listener guards had to listen anew since start; for metrics. */
uint64_t bus_listener_resets(void);

/* Whether nng frees connections no more: every one that ends keeps its descriptor, until the process ends.
 * Any thread. */
bool bus_hangs(void);

#endif
