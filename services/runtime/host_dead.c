/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dead letter over HTTP: which events could not be applied, what is in one,
 * and an operator's decision about it. Reading goes through a reader thread,
 * deciding through the subscriber, which writes decision and effect in one
 * transaction.
 */
#include "runtime/host_internal.h"

#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/json.h"
#include "runtime/proto_json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE_SIZE = 96 };

static const struct problem_kind PROBLEM_NOT_PARKED = {
    404,
    "dead-letter-not-found",
    "처리 보류 중인 해당 이벤트가 없습니다. 목록에서 스트림과 번호를 확인해 주십시오.",
    "No event with this number waits for a decision. Check stream and number in the list.",
};

static const struct problem_kind PROBLEM_STILL_FAILS = {
    409,
    "dead-letter-still-fails",
    "다시 적용했으나 같은 이벤트가 또 실패했습니다. 원인을 해결한 뒤 다시 시도하거나 폐기해 "
    "주십시오.",
    "The event was applied again and failed again. Remove the cause and retry, or discard it.",
};

static const struct problem_kind PROBLEM_DECIDING = {
    409,
    "dead-letter-busy",
    "이 스트림의 다른 결정을 처리하고 있습니다. 잠시 후 다시 시도해 주십시오.",
    "Another decision about this stream is under way. Try again shortly.",
};

/* A query for a list or one letter, from the request to its answer. */
struct dead_read {
    struct reader_job job;
    struct http_request *request;
    const struct host *host;
    char state[HOST_STATE_SIZE];
    struct host_dead_query query;
    char stream[EVENT_STREAM_SIZE];
    uint64_t seq;
    struct host_dead_letter *letters;
    size_t count;
};

struct dead_decision {
    struct subscriber_resolution resolution;
    struct http_request *request;
    char stream[EVENT_STREAM_SIZE];
};

static void refuse(struct http_request *request, const struct problem_kind *kind, const char *field,
                   const char *value)
{
    struct problem problem;

    problem_set(&problem, kind, field, NULL, value);
    http_respond_problem(request, &problem);
}

/* A number without sign, as far as SQL's bigint goes; the end must be `end`. */
static bool read_number(const char *text, char end, uint64_t *ret_number)
{
    uint64_t number = 0;
    const char *at = text;

    while (*at >= '0' && *at <= '9') {
        uint64_t digit = (uint64_t)(*at - '0');

        if (number > ((uint64_t)INT64_MAX - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
        at++;
    }
    if (at == text || *at != end) {
        return false;
    }
    *ret_number = number;
    return true;
}

/* Reads "ledger:1-42". */
static bool read_place(const char *text, struct host_dead_place *ret_place)
{
    const char *colon = strchr(text, ':');
    const char *dash = colon != NULL ? strchr(colon, '-') : NULL;
    struct host_dead_place place = {.epoch = 0};

    if (dash == NULL || colon == text || (size_t)(colon - text) >= sizeof place.stream) {
        return false;
    }
    memcpy(place.stream, text, (size_t)(colon - text));
    if (!read_number(colon + 1, '-', &place.epoch) || !read_number(dash + 1, '\0', &place.seq)) {
        return false;
    }
    *ret_place = place;
    return true;
}

static bool is_state(const char *text)
{
    return strcmp(text, "parked") == 0 || strcmp(text, "retried") == 0 ||
           strcmp(text, "discarded") == 0;
}

static void add_time(json_t *object, const char *name, int64_t time_ms)
{
    char text[CLOCK_TEXT_SIZE];

    clock_format(time_ms, text);
    (void)json_object_set_new(object, name, json_string(text)); /* Or it is left out. */
}

static json_t *letter_json(const struct host_dead_letter *letter)
{
    json_t *object = json_pack("{s:s, s:I, s:I, s:s, s:s, s:I, s:s}", "stream", letter->stream,
                               "epoch", (json_int_t)letter->epoch, "seq", (json_int_t)letter->seq,
                               "type", letter->type, "error", letter->error_code, "attempts",
                               (json_int_t)letter->attempts, "state", letter->state);

    add_time(object, "created_at", letter->created_at_ms);
    if (letter->resolved_at_ms != 0) {
        add_time(object, "resolved_at", letter->resolved_at_ms);
        (void)json_object_set_new(object, "resolved_by", json_string(letter->resolved_by));
        (void)json_object_set_new(object, "reason", json_string(letter->reason));
    }
    return object;
}

static void dead_read_free(struct dead_read *read)
{
    for (size_t i = 0; i < read->count; i++) {
        free(read->letters[i].envelope);
    }
    free(read->letters);
    free(read);
}

static struct dead_read *dead_read_new(struct http_request *request, const struct host *host)
{
    struct dead_read *read = calloc(1, sizeof *read);

    if (read == NULL) {
        http_respond_error(request, ERR_INTERNAL);
        return NULL;
    }
    read->request = request;
    read->host = host;
    read->query.consumer = host->options.service;
    read->query.state = read->state;
    read->query.count_max = HOST_DEAD_COUNT_DEFAULT;
    return read;
}

/* Queues the query; on failure it has answered. */
static void dead_read_submit(struct dead_read *read)
{
    enum err err = reader_submit(read->host->reader, &read->job);

    if (err) {
        http_respond_error(read->request, err);
        dead_read_free(read);
    }
}

/* List: parameters -> query -> page. */

static bool read_list_parameters(struct dead_read *read)
{
    const char *state = http_request_query(read->request, "state");
    const char *after = http_request_query(read->request, "after");
    const char *limit = http_request_query(read->request, "limit");
    uint64_t count;

    if (state != NULL && !is_state(state)) {
        refuse(read->request, &PROBLEM_WRONG_VALUE, "state", state);
        return false;
    }
    if (after != NULL && !read_place(after, &read->query.after)) {
        refuse(read->request, &PROBLEM_WRONG_VALUE, "after", after);
        return false;
    }
    if (limit != NULL) {
        if (!read_number(limit, '\0', &count) || count < 1 || count > HOST_DEAD_COUNT_MAX) {
            refuse(read->request, &PROBLEM_WRONG_VALUE, "limit", limit);
            return false;
        }
        read->query.count_max = (size_t)count;
    }
    (void)snprintf(read->state, sizeof read->state, "%s", state != NULL ? state : "");
    return true;
}

static enum err list_work(struct db *db, struct reader_job *job)
{
    struct dead_read *read = (struct dead_read *)job;

    if (db == NULL) {
        return ERR_UNAVAILABLE;
    }
    return host_dead_store_list(db, &read->query, &read->letters, &read->count);
}

static void list_done(struct reader_job *job)
{
    struct dead_read *read = (struct dead_read *)job;
    json_t *items;
    json_t *page;

    if (job->err) {
        http_respond_error(read->request, job->err);
        dead_read_free(read);
        return;
    }
    items = json_array();
    for (size_t i = 0; i < read->count; i++) {
        (void)json_array_append_new(items, letter_json(&read->letters[i]));
    }
    page = json_pack("{s:o}", "items", items);
    if (read->count == read->query.count_max) {
        const struct host_dead_letter *last = &read->letters[read->count - 1];
        char place[PLACE_SIZE];

        (void)snprintf(place, sizeof place, "%s:%" PRIu64 "-%" PRIu64, last->stream, last->epoch,
                       last->seq);
        (void)json_object_set_new(page, "next", json_string(place));
    }
    http_respond_json(read->request, 200, page);
    dead_read_free(read);
}

void host_dead_list(struct http_request *request, void *host)
{
    struct dead_read *read = dead_read_new(request, host);

    if (read == NULL) {
        return;
    }
    if (!read_list_parameters(read)) {
        dead_read_free(read);
        return;
    }
    read->job.work = list_work;
    read->job.done = list_done;
    dead_read_submit(read);
}

/* Show: one letter with what is inside. */

static enum err show_work(struct db *db, struct reader_job *job)
{
    struct dead_read *read = (struct dead_read *)job;
    enum err err;

    if (db == NULL) {
        return ERR_UNAVAILABLE;
    }
    read->letters = calloc(1, sizeof *read->letters);
    if (read->letters == NULL) {
        return ERR_INTERNAL;
    }
    err = host_dead_store_get(db, read->query.consumer, read->stream, read->seq, read->letters);
    if (!err) {
        read->count = 1;
    }
    return err;
}

/* The envelope as an event where it decodes, else its bytes. */
static void add_envelope(json_t *object, const struct host *host,
                         const struct host_dead_letter *letter)
{
    struct event event = {.seq = 0};
    json_t *json = NULL;
    size_t size = crypto_base64_size(letter->envelope_length);
    char *text;

    if (event_decode(letter->envelope, letter->envelope_length, &event) == ERR_OK &&
        proto_json_event(&event, host->options.event_types, &json) == ERR_OK) {
        (void)json_object_set_new(object, "event", json);
        event_release(&event);
        return;
    }
    event_release(&event);
    text = malloc(size);
    if (text != NULL) {
        crypto_base64(letter->envelope, letter->envelope_length, text, size);
        (void)json_object_set_new(object, "envelope_base64", json_string(text));
    }
    free(text);
}

static void show_done(struct reader_job *job)
{
    struct dead_read *read = (struct dead_read *)job;
    json_t *object;

    if (job->err == ERR_NOT_FOUND) {
        refuse(read->request, &PROBLEM_NOT_PARKED, "seq", NULL);
    } else if (job->err) {
        http_respond_error(read->request, job->err);
    } else {
        object = letter_json(&read->letters[0]);
        add_envelope(object, read->host, &read->letters[0]);
        http_respond_json(read->request, 200, object);
    }
    dead_read_free(read);
}

void host_dead_show(struct http_request *request, void *host)
{
    const char *stream = http_request_query(request, "stream");
    const char *seq = http_request_param(request, "seq");
    struct dead_read *read;
    uint64_t number;

    if (!read_number(seq, '\0', &number)) {
        refuse(request, &PROBLEM_WRONG_VALUE, "seq", seq);
        return;
    }
    if (stream == NULL || strlen(stream) >= EVENT_STREAM_SIZE) {
        refuse(request, &PROBLEM_WRONG_VALUE, "stream", stream);
        return;
    }
    read = dead_read_new(request, host);
    if (read == NULL) {
        return;
    }
    memcpy(read->stream, stream, strlen(stream) + 1);
    read->seq = number;
    read->job.work = show_work;
    read->job.done = show_done;
    dead_read_submit(read);
}

/* Decide: body -> subscriber -> answer. */

static void decision_done(struct subscriber_resolution *resolution, enum err err)
{
    struct dead_decision *decision = (struct dead_decision *)resolution;

    if (err == ERR_OK) {
        http_respond_json(
            decision->request, 200,
            json_pack("{s:s, s:I, s:s}", "stream", decision->stream, "seq",
                      (json_int_t)resolution->seq, "state",
                      resolution->decision == SUBSCRIBER_RETRY ? "retried" : "discarded"));
    } else if (err == ERR_NOT_FOUND) {
        refuse(decision->request, &PROBLEM_NOT_PARKED, "seq", NULL);
    } else if (err == ERR_UNAVAILABLE || err == ERR_FULL) {
        http_respond_error(decision->request, err);
    } else {
        refuse(decision->request, &PROBLEM_STILL_FAILS, NULL, NULL);
    }
    free(decision);
}

/* Reads the body into the decision; on failure it has answered. */
static bool read_decision(struct http_request *request, struct dead_decision *decision)
{
    static const char *const names[] = {"stream", "reason", NULL};
    struct problem problem = {.kind = NULL};
    struct json_reader reader;
    json_t *value = NULL;
    size_t length;
    const uint8_t *body = http_request_body(request, &length);

    if (json_parse(body, length, &value, &problem) == ERR_OK) {
        json_reader_init(&reader, value, "", &problem);
        json_reader_allow(&reader, names);
        json_read_text(&reader, "stream", 1, decision->stream, sizeof decision->stream);
        json_read_text(&reader, "reason", 1, decision->resolution.reason,
                       sizeof decision->resolution.reason);
    }
    json_decref(value);
    if (problem.kind != NULL) {
        http_respond_problem(request, &problem);
        return false;
    }
    return true;
}

static void decide(struct http_request *request, const struct host *host,
                   enum subscriber_decision choice)
{
    const struct principal *principal = http_request_principal(request);
    const char *seq = http_request_param(request, "seq");
    struct dead_decision *decision = calloc(1, sizeof *decision);
    struct subscriber *subscriber;
    enum err err;

    assert(principal != NULL); /* The route is not public. */
    if (decision == NULL) {
        http_respond_error(request, ERR_INTERNAL);
        return;
    }
    decision->request = request;
    decision->resolution.decision = choice;
    decision->resolution.done = decision_done;
    (void)snprintf(decision->resolution.operator_id, sizeof decision->resolution.operator_id, "%s",
                   principal->id);
    if (!read_number(seq, '\0', &decision->resolution.seq)) {
        refuse(request, &PROBLEM_WRONG_VALUE, "seq", seq);
        goto out;
    }
    if (!read_decision(request, decision)) {
        goto out;
    }
    subscriber = host_find_subscriber(host, decision->stream);
    if (subscriber == NULL) {
        refuse(request, &PROBLEM_NOT_PARKED, "/stream", decision->stream);
        goto out;
    }
    err = subscriber_resolve(subscriber, &decision->resolution);
    if (err == ERR_CONFLICT) {
        refuse(request, &PROBLEM_DECIDING, NULL, NULL);
        goto out;
    }
    if (err) {
        http_respond_error(request, err);
        goto out;
    }
    return;
out:
    free(decision);
}

void host_dead_retry(struct http_request *request, void *host)
{
    decide(request, host, SUBSCRIBER_RETRY);
}

void host_dead_discard(struct http_request *request, void *host)
{
    decide(request, host, SUBSCRIBER_DISCARD);
}
