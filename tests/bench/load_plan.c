/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a plan. Must never start with one whose numbers make no sense: a
 * measurement of something else looks like a measurement.
 */
#include "load.h"

#include <string.h>

static bool is_within(int64_t value, int64_t least, int64_t most, const char *name)
{
    if (value >= least && value <= most) {
        return true;
    }
    (void)fprintf(stderr, "bench_load: %s must be %lld to %lld\n", name, (long long)least,
                  (long long)most);
    return false;
}

static bool is_text_array(const json_t *array, const char *name)
{
    bool is_one = json_array_size(array) > 0;

    for (size_t i = 0; i < json_array_size(array); i++) {
        is_one = is_one && json_is_string(json_array_get(array, i));
    }
    if (!is_one) {
        (void)fprintf(stderr, "bench_load: %s must be an array of texts\n", name);
    }
    return is_one;
}

/* The members that are numbers, in the order of the format below. */
struct numbers {
    json_int_t port;
    json_int_t connections;
    json_int_t requests;
    json_int_t votes;
    json_int_t first_voter;
    json_int_t rate;
    json_int_t choices;
};

static bool numbers_are_sound(const struct numbers *numbers, const struct load_plan *plan)
{
    return is_within(numbers->port, 1, UINT16_MAX, "port") &&
           is_within(numbers->connections, 1, LOAD_CONNECTION_COUNT_MAX, "connections") &&
           is_within(numbers->requests, 1, LOAD_REQUEST_COUNT_MAX, "requests") &&
           is_within(numbers->votes, 1, LOAD_VOTE_COUNT_MAX, "votes") &&
           is_within(numbers->first_voter, 0, INT64_MAX / 2, "first_voter") &&
           is_within(numbers->rate, 0, LOAD_REQUEST_COUNT_MAX, "rate") &&
           is_within(numbers->choices, 1, (int64_t)json_array_size(plan->options), "choices");
}

enum err load_plan_read(FILE *file, struct load_plan *ret_plan)
{
    struct load_plan plan = {.trace = NULL};
    struct numbers numbers = {.rate = 0};
    const char *secret = "";
    size_t length = 0;
    json_error_t error;

    plan.json = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    if (plan.json == NULL ||
        json_unpack_ex(plan.json, &error, JSON_STRICT,
                       "{s:s, s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:I,"
                       " s?s, s?o}",
                       "host", &plan.host, "port", &numbers.port, "path", &plan.path, "key_id",
                       &plan.key_id, "secret", &secret, "run", &plan.run_name, "connections",
                       &numbers.connections, "requests", &numbers.requests, "votes", &numbers.votes,
                       "first_voter", &numbers.first_voter, "rate", &numbers.rate, "options",
                       &plan.options, "areas", &plan.areas, "choices", &numbers.choices, "trace",
                       &plan.trace, "bodies", &plan.bodies) != 0) {
        (void)fprintf(stderr, "bench_load: the plan: %s\n", error.text);
        json_decref(plan.json);
        return ERR_INVALID;
    }
    if (crypto_base64url_parse(secret, strlen(secret), plan.secret, sizeof plan.secret, &length) ||
        length != sizeof plan.secret || !is_text_array(plan.options, "options") ||
        !is_text_array(plan.areas, "areas") || !numbers_are_sound(&numbers, &plan)) {
        (void)fprintf(stderr, "bench_load: the plan makes no sense\n");
        json_decref(plan.json);
        return ERR_INVALID;
    }
    if (plan.bodies != NULL && (!is_text_array(plan.bodies, "bodies") ||
                                json_array_size(plan.bodies) != (size_t)numbers.requests)) {
        (void)fprintf(stderr, "bench_load: there must be a body for each request\n");
        json_decref(plan.json);
        return ERR_INVALID;
    }
    plan.port = (int)numbers.port;
    plan.connection_count = (int)numbers.connections;
    plan.request_count = (size_t)numbers.requests;
    plan.vote_count = (size_t)numbers.votes;
    plan.first_voter = numbers.first_voter;
    plan.rate = numbers.rate;
    plan.choice_count = (size_t)numbers.choices;
    *ret_plan = plan;
    return ERR_OK;
}

void load_plan_release(struct load_plan *plan)
{
    json_decref(plan->json);
    *plan = (struct load_plan){.json = NULL};
}
