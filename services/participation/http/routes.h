/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Participation's HTTP API: the table of routes and its handlers. The same
 * routes are described in openapi.yaml, and a test holds the two together.
 */
#ifndef HYEOPCHI_PARTICIPATION_HTTP_ROUTES_H
#define HYEOPCHI_PARTICIPATION_HTTP_ROUTES_H

#include "participation/service.h"
#include "runtime/http.h"

struct http_route_table routes_table(struct participation *service);

/* Handlers; context is the struct participation. */
void handle_ballot_create(struct http_request *request, void *context);
void handle_ballot_list(struct http_request *request, void *context);
void handle_ballot_show(struct http_request *request, void *context);
void handle_ballot_open(struct http_request *request, void *context);
void handle_ballot_extend(struct http_request *request, void *context);
void handle_ballot_void(struct http_request *request, void *context);
void handle_ballot_voids(struct http_request *request, void *context);
void handle_ballot_close(struct http_request *request, void *context);
void handle_ballot_lot(struct http_request *request, void *context);
void handle_ballot_jury(struct http_request *request, void *context);
void handle_ballot_exclude(struct http_request *request, void *context);
void handle_ballot_certify(struct http_request *request, void *context);
void handle_ballot_destroy_key(struct http_request *request, void *context);
void handle_ballot_turnout(struct http_request *request, void *context);
void handle_ballot_result(struct http_request *request, void *context);
void handle_ballot_export(struct http_request *request, void *context);
void handle_ballot_bundle(struct http_request *request, void *context);
void handle_board_checkpoint(struct http_request *request, void *context);
void handle_board_tile(struct http_request *request, void *context);
void handle_board_code(struct http_request *request, void *context);
void handle_board_key(struct http_request *request, void *context);
void handle_roll_put(struct http_request *request, void *context);
void handle_roll_show(struct http_request *request, void *context);
void handle_paper_reserve(struct http_request *request, void *context);
void handle_paper_cancel(struct http_request *request, void *context);
void handle_paper_show(struct http_request *request, void *context);
void handle_paper_set(struct http_request *request, void *context);
void handle_paper_batch_show(struct http_request *request, void *context);
void handle_paper_enter(struct http_request *request, void *context);
void handle_paper_seal(struct http_request *request, void *context);
void handle_paper_complete(struct http_request *request, void *context);
void handle_vote(struct http_request *request, void *context);
void handle_vote_batch(struct http_request *request, void *context);

#endif
