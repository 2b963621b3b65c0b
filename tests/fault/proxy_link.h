/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One address that the proxy listens on, what it leads to, the rules of its two
 * directions, and the connections that pass. Must never fail because a
 * connection does.
 */
#ifndef HYEOPCHI_FAULT_PROXY_LINK_H
#define HYEOPCHI_FAULT_PROXY_LINK_H

#include "proxy_flow.h"

enum proxy_direction { PROXY_UP, PROXY_DOWN, PROXY_DIRECTION_COUNT };

struct proxy_link;

struct proxy_link_options {
    const char *name; /* copied */
    uint16_t listen_port;
    uint16_t target_port;
    bool framed; /* messages of the bus; see proxy_flow.h */
};

/* Listens on 127.0.0.1; NULL when that fails. */
struct proxy_link *proxy_link_open(uv_loop_t *loop, const struct proxy_link_options *options);

const char *proxy_link_name(const struct proxy_link *link);
struct flow_rules *proxy_link_rules(struct proxy_link *link, enum proxy_direction direction);

/* After the rules have changed. */
void proxy_link_go_on(struct proxy_link *link);

/* Whether new connections are reset at once. */
void proxy_link_refuse(struct proxy_link *link, bool refuse);

/* Forgets all rules and resets the connections that cannot go on. */
void proxy_link_clear(struct proxy_link *link);

/* Resets every connection. */
void proxy_link_cut(struct proxy_link *link);

/* Resets the side that receives a direction; the other side stays, and hears nothing any more. */
void proxy_link_half(struct proxy_link *link, enum proxy_direction direction);

/* Prints `"name": {...}`: what passed, what was done to it. */
void proxy_link_print(const struct proxy_link *link);

/* Stops listening and resets everything; the loop then runs out, and free frees. */
void proxy_link_close(struct proxy_link *link);
void proxy_link_free(struct proxy_link *link);

#endif
