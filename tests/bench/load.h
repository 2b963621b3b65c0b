/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load generator: sends signed votes, or whatever bodies the plan brings, to
 * a service and counts what comes back. A plan says what to send; every request is made
 * and signed before the clock starts.
 *
 * It must never count an answer that it has not read to its end, and never
 * leave out a latency because the server was slow: with a rate, a request's
 * time runs from when it was due.
 */
#ifndef HYEOPCHI_BENCH_LOAD_H
#define HYEOPCHI_BENCH_LOAD_H

#include "runtime/crypto.h"
#include "runtime/err.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

enum {
    LOAD_CONNECTION_COUNT_MAX = 1024,
    LOAD_REQUEST_COUNT_MAX = 1000000,
    LOAD_REQUEST_SIZE_MAX = 16 * 1024 * 1024,
    LOAD_ANSWER_SIZE_MAX = 64 * 1024 * 1024,
    LOAD_VOTE_COUNT_MAX = 10000, /* in one request */
    LOAD_STATUS_END = 600,
    LOAD_NULLIFIER_SIZE = 44, /* 43 characters and the NUL */
};

/* What to send. Texts are borrowed from json. */
struct load_plan {
    json_t *json;
    const char *host; /* an IPv4 address */
    int port;
    const char *path;
    const char *key_id;
    uint8_t secret[CRYPTO_HASH_SIZE];
    const char *run_name; /* what makes the idempotency keys of this run its own */
    int connection_count;
    size_t request_count;
    size_t vote_count;     /* in each request; 1 sends a JSON document, more send NDJSON */
    int64_t first_voter;   /* voters are numbered from here, one vote each */
    int64_t rate;          /* requests a second; 0: as fast as answers come */
    const json_t *options; /* array of ids */
    const json_t *areas;   /* array of names */
    size_t choice_count;   /* options in each vote */
    const char *trace;     /* path of a file of one line a vote, or NULL */
    const json_t *bodies;  /* what each request brings as it is, or NULL: votes are made */
};

/* Bytes of one request, malloc'd. */
struct load_request {
    uint8_t *bytes;
    size_t length;
};

/* One answer. */
struct load_answer {
    uint64_t answered_ns;
    uint64_t latency_ns;
    int status;
    char nullifier[LOAD_NULLIFIER_SIZE]; /* of a single vote, with a trace; else "" */
};

struct load_result {
    struct load_answer *answers; /* malloc'd, one a request */
    size_t answer_count;
    uint64_t started_ns;
    uint64_t ended_ns;
    int64_t votes_accepted;
    int64_t votes_refused;
    int64_t bytes_received;
    int64_t processor_us; /* what sending and reading has cost this process */
};

/* Reads a plan from a stream of JSON. ERR_INVALID with a message on standard error. */
ERR_CHECKED enum err load_plan_read(FILE *file, struct load_plan *ret_plan);

/* Frees what reading made; takes zeroed structs. */
void load_plan_release(struct load_plan *plan);

/* Makes and signs all requests; *ret_requests is malloc'd, request_count long. */
ERR_CHECKED enum err load_requests_make(const struct load_plan *plan,
                                        struct load_request **ret_requests);

/* Frees them; takes NULL. */
void load_requests_free(struct load_request *requests, size_t count);

/* Sends everything and waits for every answer. ERR_UNAVAILABLE when a connection fails. */
ERR_CHECKED enum err load_run(const struct load_plan *plan, const struct load_request *requests,
                              struct load_result *ret_result);

/* Prints the result as one JSON object, and writes the trace. Sorts the answers. */
ERR_CHECKED enum err load_report(const struct load_plan *plan, struct load_result *result);

#endif
