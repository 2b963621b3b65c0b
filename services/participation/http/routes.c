/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one constant table route x role. What is not named here is refused.
 */
#include "participation/http/routes.h"

enum {
    BALLOT_SIZE_MAX = 1024 * 1024, /* a definition with a thousand options */
    SHEETS_SIZE_MAX = 1024 * 1024, /* a batch of sheets */
    SEED_SIZE_MAX = 4096,          /* a seed, however it is escaped */
    JURY_SIZE_MAX = 256 * 1024,    /* scores of a thousand options */
    REASON_SIZE_MAX = 8192,        /* a reason, likewise, and what it is for */
};

static const struct http_route ROUTES[] = {
    {"POST", "/v1/ballots", ROLE_OPERATOR, BALLOT_SIZE_MAX, handle_ballot_create},
    {"GET", "/v1/ballots", ROLE_PUBLIC, 0, handle_ballot_list},
    {"GET", "/v1/ballots/{id}", ROLE_PUBLIC, 0, handle_ballot_show},
    {"POST", "/v1/ballots/{id}:open", ROLE_OPERATOR, 0, handle_ballot_open},
    {"POST", "/v1/ballots/{id}:extend", ROLE_OPERATOR, REASON_SIZE_MAX, handle_ballot_extend},
    {"POST", "/v1/ballots/{id}:void", ROLE_OPERATOR, REASON_SIZE_MAX, handle_ballot_void},
    {"POST", "/v1/ballots/{id}:close", ROLE_OPERATOR, 0, handle_ballot_close},
    {"POST", "/v1/ballots/{id}:lot", ROLE_OPERATOR, SEED_SIZE_MAX, handle_ballot_lot},
    {"POST", "/v1/ballots/{id}:jury", ROLE_OPERATOR, JURY_SIZE_MAX, handle_ballot_jury},
    {"POST", "/v1/ballots/{id}:exclude", ROLE_OPERATOR, REASON_SIZE_MAX, handle_ballot_exclude},
    {"POST", "/v1/ballots/{id}:certify", ROLE_OPERATOR, 0, handle_ballot_certify},
    {"POST", "/v1/ballots/{id}:destroy-key", ROLE_OPERATOR, 0, handle_ballot_destroy_key},
    {"GET", "/v1/ballots/{id}/voids", ROLE_PUBLIC, 0, handle_ballot_voids},
    {"GET", "/v1/ballots/{id}/turnout", ROLE_PUBLIC, 0, handle_ballot_turnout},
    {"GET", "/v1/ballots/{id}/result", ROLE_PUBLIC, 0, handle_ballot_result},
    {"GET", "/v1/ballots/{id}/votes.pb", ROLE_OPERATOR | ROLE_AUDITOR, 0, handle_ballot_export},
    {"GET", "/v1/ballots/{id}/bundle", ROLE_PUBLIC, 0, handle_ballot_bundle},
    {"GET", "/v1/ballots/{id}/board/checkpoint", ROLE_PUBLIC, 0, handle_board_checkpoint},
    {"GET", "/v1/ballots/{id}/board/tile/{level}/{first}", ROLE_PUBLIC, 0, handle_board_tile},
    {"GET", "/v1/ballots/{id}/board/tile/{level}/{first}/{second}", ROLE_PUBLIC, 0,
     handle_board_tile},
    {"GET", "/v1/ballots/{id}/board/tile/{level}/{first}/{second}/{third}", ROLE_PUBLIC, 0,
     handle_board_tile},
    {"GET", "/v1/ballots/{id}/board/codes/{code}", ROLE_PUBLIC, 0, handle_board_code},
    {"GET", "/v1/ballots/{id}/board/key", ROLE_PUBLIC, 0, handle_board_key},
    {"PUT", "/v1/ballots/{id}/roll", ROLE_OPERATOR, 0, handle_roll_put},
    {"GET", "/v1/ballots/{id}/roll", ROLE_PUBLIC, 0, handle_roll_show},
    {"POST", "/v1/ballots/{id}:complete-paper", ROLE_OPERATOR, REASON_SIZE_MAX,
     handle_paper_complete},
    {"GET", "/v1/ballots/{id}/paper", ROLE_STAFF | ROLE_OPERATOR | ROLE_AUDITOR, 0,
     handle_paper_show},
    {"POST", "/v1/ballots/{id}/paper/reservations", ROLE_STAFF, 0, handle_paper_reserve},
    {"POST", "/v1/ballots/{id}/paper/cancellations", ROLE_STAFF, REASON_SIZE_MAX,
     handle_paper_cancel},
    {"PUT", "/v1/ballots/{id}/paper/batches/{batch}", ROLE_STAFF, REASON_SIZE_MAX,
     handle_paper_set},
    {"GET", "/v1/ballots/{id}/paper/batches/{batch}", ROLE_STAFF | ROLE_OPERATOR | ROLE_AUDITOR, 0,
     handle_paper_batch_show},
    {"POST", "/v1/ballots/{id}/paper/batches/{batch}/entries", ROLE_STAFF, SHEETS_SIZE_MAX,
     handle_paper_enter},
    {"POST", "/v1/ballots/{id}/paper/batches/{batch}:seal", ROLE_OPERATOR, 0, handle_paper_seal},
    {"POST", "/v1/ballots/{id}/votes", ROLE_FRONT_END | ROLE_STAFF, 0, handle_vote},
    {"POST", "/v1/ballots/{id}/votes:batch", ROLE_FRONT_END | ROLE_STAFF, HTTP_BULK_BODY_SIZE_MAX,
     handle_vote_batch},
};

struct http_route_table routes_table(struct participation *service)
{
    return (struct http_route_table){
        .routes = ROUTES,
        .count = sizeof ROUTES / sizeof ROUTES[0],
        .context = service,
    };
}
