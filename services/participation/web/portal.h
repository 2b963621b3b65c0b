/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the portal that main wires together. Handlers get a struct
 * portal as their context; only main opens or closes its parts.
 */
#ifndef HYEOPCHI_PARTICIPATION_WEB_PORTAL_H
#define HYEOPCHI_PARTICIPATION_WEB_PORTAL_H

#include "participation/web/config.h"
#include "participation/web/session.h"
#include "participation/web/upstream.h"
#include "runtime/http.h"
#include "runtime/loop.h"

enum {
    PORTAL_KEY_SIZE = 32,
    PORTAL_EXCHANGE_COUNT_MAX = 512, /* requests under way that ask participation; then 503 */
};

struct portal {
    struct portal_config config;
    struct loop loop;
    struct http_server *http;
    struct upstream upstream;
    struct sessions sessions;
    uint8_t join_key[PORTAL_KEY_SIZE];
    uint8_t form_key[PORTAL_KEY_SIZE]; /* made at start; from it come the forms' tokens */
    int64_t exchange_count;
};

/* The routes of the portal. */
struct http_route_table portal_routes(struct portal *portal);

/* The files of this folder that pages refer to, embedded by the build. */
extern const char WEB_STYLE_CSS[];
extern const char WEB_PAGE_JS[];

#endif
