/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The import: the file is read in a stream, and every so many votes one request
 * is sent and its answers are counted. Neither the file nor the answers are
 * ever in memory as a whole, and no voter's id is written anywhere. Votes of a
 * booth or on paper go in requests of their own, which the staff's key signs.
 */
#include "cli/vote_import.h"

#include "cli/pb_stream.h"
#include "cli/print.h"
#include "cli/process.h"
#include "cli/progress.h"
#include "cli/request.h"
#include "cli/vote_line.h"
#include "runtime/clock.h"
#include "runtime/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCH_SIZE_MAX = 8 * 1024 * 1024,
    BATCH_SIZE_SEND = 7 * 1024 * 1024, /* a batch is sent when it grows past this */
};

/* The requests under one key. */
struct lane {
    struct client *client;
    struct buffer batch;              /* NDJSON */
    uint64_t lines[IMPORT_BATCH_MAX]; /* of the file, for each vote of the batch */
    size_t count;
};

enum { LANE_FRONT_END, LANE_STAFF, LANE_COUNT };

struct import {
    const struct invocation *invocation;
    struct pb *pb;
    struct vote_terms terms;
    char path[CLIENT_URL_SIZE];
    int64_t batch_max;

    struct lane lanes[LANE_COUNT];
    bool has_staff; /* else every vote goes the one way, with the one key */

    int64_t votes;
    int64_t accepted;
    int64_t refused;
    int64_t batches;
    bool channel_said[VOTE_CHANNEL_PAPER_APART + 1]; /* once each; all are counted in reasons */
    json_t *reasons;                                 /* code -> how often */
    FILE *refusals;
    FILE *receipts;
    struct progress progress;
    enum cli_status status; /* why the reading was stopped */
};

static void write_line(FILE *file, const json_t *value)
{
    char *text;

    if (file == NULL || value == NULL) {
        return;
    }
    text = json_text(value);
    if (text != NULL) {
        (void)fprintf(file, "%s\n", text);
    }
    free(text);
}

static void take_refusal(struct import *import, uint64_t line, json_t *problem)
{
    const char *code = json_string_value(json_object_get(problem, "code"));
    const char *known = code != NULL ? code : "unknown";
    const json_int_t before = json_integer_value(json_object_get(import->reasons, known));
    json_t *row;

    import->refused++;
    (void)json_object_set_new(import->reasons, known, json_integer(before + 1));
    row = json_pack("{s:I, s:O?}", "line", (json_int_t)line, "problem", problem);
    write_line(import->refusals, row);
    json_decref(row);
}

/* One line of the answer: {"line": n, "status": 201, …}. ERR_INVALID when it makes no sense. */
static enum err take_answer(struct import *import, const struct lane *lane, const char *text,
                            size_t length)
{
    struct problem ignored;
    json_t *answer = NULL;
    json_int_t number;
    json_int_t status;

    if (json_parse(text, length, &answer, &ignored)) {
        return ERR_INVALID;
    }
    number = json_integer_value(json_object_get(answer, "line"));
    status = json_integer_value(json_object_get(answer, "status"));
    if (number < 1 || (size_t)number > lane->count || status == 0) {
        json_decref(answer);
        return ERR_INVALID;
    }
    if (status >= 200 && status < 300) {
        import->accepted++;
        write_line(import->receipts, answer);
    } else {
        take_refusal(import, lane->lines[number - 1], json_object_get(answer, "problem"));
    }
    json_decref(answer);
    return ERR_OK;
}

static enum err take_answers(struct import *import, const struct lane *lane, struct buffer *body)
{
    const char *at = buffer_text(body);
    size_t answers = 0;

    while (*at != '\0') {
        const size_t length = strcspn(at, "\n");

        if (length > 0) {
            if (take_answer(import, lane, at, length)) {
                return ERR_INVALID;
            }
            answers++;
        }
        at += length;
        at += *at == '\n' ? 1 : 0;
    }
    return answers == lane->count ? ERR_OK : ERR_INVALID;
}

/* The same votes for the same ballot are the same request, today and after a crash. */
static void batch_key(const struct import *import, const struct lane *lane,
                      char ret_key[CRYPTO_UUID_TEXT_SIZE])
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    uint8_t uuid[CRYPTO_UUID_SIZE];

    crypto_sha256(lane->batch.data, lane->batch.length, hash);
    crypto_uuid5(import->terms.ballot_id, hash, sizeof hash, uuid);
    crypto_uuid_format(uuid, ret_key);
}

static enum cli_status send_batch(struct import *import, struct lane *lane)
{
    struct client_response response;
    char key[CRYPTO_UUID_TEXT_SIZE];
    enum cli_status status;

    if (lane->count == 0) {
        return CLI_OK;
    }
    batch_key(import, lane, key);
    status = request_send(import->invocation, lane->client,
                          &(const struct client_request){
                              .service = CLIENT_PARTICIPATION,
                              .method = "POST",
                              .path = import->path,
                              .content_type = "application/x-ndjson",
                              .accept = "application/x-ndjson, application/problem+json",
                              .body = lane->batch.data,
                              .body_length = lane->batch.length,
                              .idempotency_key = key,
                              .votes_of = import->terms.ballot_id,
                              .persistent = true,
                          },
                          &response);
    if (status != CLI_OK) {
        return status;
    }
    if (take_answers(import, lane, &response.body)) {
        (void)fprintf(stderr, say("hyeopchi: 서비스의 응답을 이해할 수 없습니다\n",
                                  "hyeopchi: the service's answer makes no sense\n"));
        status = CLI_FAILED;
    }
    client_response_release(&response);
    import->batches++;
    lane->count = 0;
    buffer_clear(&lane->batch);
    progress_update(&import->progress, import->votes);
    return status;
}

/* How many votes the file says it has, for the bar; 0 when it does not say. */
static int64_t votes_announced(const struct import *import)
{
    struct decimal number;
    int64_t votes = 0;

    if (pb_meta_decimal(import->pb, "num_votes", &number) || decimal_rescale(number, 0, &votes)) {
        return 0;
    }
    return votes;
}

static struct lane *lane_of(struct import *import, const struct pb_vote *vote)
{
    const char *channel = vote_line_channel(&import->terms, vote);
    const bool staff = strcmp(channel, "booth") == 0;

    return &import->lanes[staff && import->has_staff ? LANE_STAFF : LANE_FRONT_END];
}

/* A vote that is not sent: its channel decides how much it counts, and would be made up. */
static void refuse_channel(struct import *import, const struct pb_vote *vote,
                           enum vote_channel_fault fault)
{
    const bool paper = fault == VOTE_CHANNEL_PAPER_APART;
    const char *title = paper ? say("종이 투표와 현장 투표소의 반영 비율이 다릅니다. 종이 투표는 "
                                    "hyeopchi paper 로 입력하십시오.",
                                    "Votes on paper are weighed otherwise than those of a booth: "
                                    "enter them with hyeopchi paper.")
                              : say("반영 비율이 정해진 투표이므로 voting_method가 아는 투표 "
                                    "경로이거나 --channel 이 있어야 합니다.",
                                    "Votes are weighed by channel: voting_method must be a known "
                                    "one, or --channel given.");
    json_t *problem =
        json_pack("{s:s, s:s, s:s, s:s}", "code", paper ? "vote-channel-paper" : "vote-channel",
                  "title", title, "field", "voting_method", "value", vote->voting_method);

    if (!import->channel_said[fault]) {
        (void)fprintf(
            stderr,
            say("hyeopchi: %" PRIu64 "행: %s (%s)\n", "hyeopchi: line %" PRIu64 ": %s (%s)\n"),
            vote->line, title, vote->voting_method);
    }
    import->channel_said[fault] = true;
    import->votes++;
    take_refusal(import, vote->line, problem);
    json_decref(problem);
}

static enum err on_vote(void *context, const struct election *election, const struct pb_vote *vote)
{
    struct import *import = context;
    const enum vote_channel_fault fault = vote_line_channel_fault(&import->terms, vote);
    struct lane *lane;
    json_t *line;
    char *text;

    if (fault != VOTE_CHANNEL_SOUND) {
        refuse_channel(import, vote, fault);
        return ERR_OK;
    }
    lane = lane_of(import, vote);
    line = vote_line(&import->terms, election, vote);
    text = line != NULL ? json_text(line) : NULL;
    json_decref(line);
    if (text == NULL) {
        import->status = CLI_FAILED;
        return ERR_INTERNAL;
    }
    if (import->votes == 0) {
        import->progress.total = votes_announced(import);
    }
    buffer_append_text(&lane->batch, text);
    buffer_append_text(&lane->batch, "\n");
    free(text);
    lane->lines[lane->count] = vote->line;
    lane->count++;
    import->votes++;
    if ((int64_t)lane->count >= import->batch_max || lane->batch.length > BATCH_SIZE_SEND) {
        import->status = send_batch(import, lane);
    }
    return import->status == CLI_OK ? ERR_OK : ERR_UNAVAILABLE;
}

static enum cli_status open_output(const struct invocation *invocation, const char *option,
                                   FILE **ret_file)
{
    const char *path = invocation_text(invocation, option);

    *ret_file = NULL;
    if (path == NULL) {
        return CLI_OK;
    }
    *ret_file = fopen(path, "w");
    if (*ret_file == NULL) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, process_error());
        return CLI_FAILED;
    }
    return CLI_OK;
}

/* What was not written out must not pass for written. */
static enum cli_status close_output(const struct invocation *invocation, const char *option,
                                    FILE *file)
{
    if (file != NULL && fclose(file) != 0) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", invocation_text(invocation, option),
                      process_error());
        return CLI_FAILED;
    }
    return CLI_OK;
}

static enum cli_status open_lanes(struct import *import)
{
    const char *staff_key = invocation_text(import->invocation, "staff-key-file");
    const char *gateway = invocation_text(import->invocation, "gateway-url");
    enum cli_status status = client_open(import->invocation, &import->lanes[LANE_FRONT_END].client);

    import->has_staff = staff_key != NULL;
    if (status == CLI_OK && import->has_staff) {
        status = client_open_as(import->invocation, staff_key, &import->lanes[LANE_STAFF].client);
    }
    for (size_t i = 0; i < LANE_COUNT && status == CLI_OK; i++) {
        if (import->lanes[i].client != NULL) {
            status = client_use_gateway(import->lanes[i].client, import->invocation, gateway);
        }
    }
    return status;
}

static bool has_channel(const json_t *part, const char *name)
{
    const json_t *channels = json_object_get(part, "channels");

    for (size_t i = 0; i < json_array_size(channels); i++) {
        const char *channel = json_string_value(json_array_get(channels, i));

        if (channel != NULL && strcmp(channel, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the ballot weighs votes by channel, where each vote says its own. */
static enum cli_status read_weights(struct import *import, const char *ballot)
{
    struct client_request request = {.service = CLIENT_PARTICIPATION, .method = "GET"};
    struct client_response response;
    char path[CLIENT_URL_SIZE];
    const json_t *weights;
    const json_t *parts;
    enum cli_status status;

    if (import->terms.channel != NULL) {
        return CLI_OK;
    }
    if (request_ballot_path(import->invocation, ballot, "", path)) {
        return CLI_USAGE;
    }
    request.path = path;
    status = request_fetch(import->invocation, &request, &response);
    if (status != CLI_OK) {
        return status;
    }
    weights = json_object_get(response.json, "channel_weights");
    parts = json_object_get(weights, "parts");
    import->terms.weighed = json_is_object(weights);
    import->terms.paper_apart = true;
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i);

        if (has_channel(part, "booth") && has_channel(part, "paper")) {
            import->terms.paper_apart = false;
        }
    }
    client_response_release(&response);
    return CLI_OK;
}

static enum cli_status import_open(struct import *import)
{
    const struct invocation *invocation = import->invocation;
    const char *ballot = invocation_text(invocation, "ballot");
    const char *basis = invocation_text(invocation, "basis");
    enum cli_status status;

    import->batch_max = IMPORT_BATCH_DEFAULT;
    if (request_ballot_path(invocation, ballot, "/votes:batch", import->path) ||
        crypto_uuid_parse(ballot, import->terms.ballot_id) ||
        invocation_number(invocation, "batch", 1, IMPORT_BATCH_MAX, &import->batch_max) ==
            ERR_INVALID) {
        return CLI_USAGE;
    }
    import->terms.basis = basis != NULL ? basis : "resident-register";
    import->terms.channel = invocation_text(invocation, "channel");
    if (vote_subject_key_read(invocation_text(invocation, "subject-key-file"),
                              import->terms.subject_key)) {
        return CLI_FAILED;
    }
    if (open_output(invocation, "refusals", &import->refusals) != CLI_OK ||
        open_output(invocation, "receipts", &import->receipts) != CLI_OK) {
        return CLI_FAILED;
    }
    status = read_weights(import, ballot);
    return status != CLI_OK ? status : open_lanes(import);
}

static enum cli_status import_close(struct import *import)
{
    const enum cli_status refusals = close_output(import->invocation, "refusals", import->refusals);
    const enum cli_status receipts = close_output(import->invocation, "receipts", import->receipts);

    crypto_wipe(import->terms.subject_key, sizeof import->terms.subject_key);
    for (size_t i = 0; i < LANE_COUNT; i++) {
        client_close(import->lanes[i].client);
        buffer_release(&import->lanes[i].batch);
    }
    return refusals != CLI_OK ? refusals : receipts;
}

static enum cli_status import_read(struct import *import, const char *path)
{
    const struct pb_options options = {
        .strict = false,
        .on_vote = on_vote,
        .context = import,
    };
    enum cli_status status = CLI_FAILED;
    enum err err;

    if (pb_new(&options, &import->pb)) {
        return CLI_FAILED;
    }
    err = pb_stream_read(import->pb, path);
    if (import->status != CLI_OK) {
        status = import->status;
    } else {
        /* What contradicts itself was sent as far as it could be read; that must not go unsaid. */
        pb_stream_say_faults(import->pb, path);
        status = err ? CLI_FAILED : CLI_OK;
        for (size_t i = 0; i < LANE_COUNT && status == CLI_OK; i++) {
            status = send_batch(import, &import->lanes[i]);
        }
    }
    pb_free(import->pb);
    import->pb = NULL;
    return status;
}

static json_t *summary(const struct import *import)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:O, s:I, s:I}", "ballot",
                     invocation_text(import->invocation, "ballot"), "votes",
                     (json_int_t)import->votes, "accepted", (json_int_t)import->accepted, "refused",
                     (json_int_t)import->refused, "reasons", import->reasons, "batches",
                     (json_int_t)import->batches, "milliseconds",
                     (json_int_t)(clock_monotonic_ms() - import->progress.started_ms));
}

enum cli_status vote_import(const struct invocation *invocation)
{
    const char *path = invocation_operand(invocation, 0);
    struct import *import = calloc(1, sizeof *import);
    enum cli_status closed;
    enum cli_status status;
    json_t *answer;

    if (import == NULL) {
        return CLI_FAILED;
    }
    import->invocation = invocation;
    import->reasons = json_object();
    for (size_t i = 0; i < LANE_COUNT; i++) {
        buffer_init(&import->lanes[i].batch, BATCH_SIZE_MAX);
    }
    progress_begin(&import->progress, say("투표 전송", "votes"), 0, false);
    status = import_open(import);
    if (status != CLI_OK) {
        goto out;
    }
    status = import_read(import, path);
    progress_end(&import->progress, import->accepted + import->refused);
    answer = summary(import);
    print_answer(answer, invocation->json);
    json_decref(answer);
    if (status == CLI_OK && import->refused > 0) {
        status = CLI_FAILED;
    }

out:
    closed = import_close(import);
    json_decref(import->reasons);
    free(import);
    return status != CLI_OK ? status : closed;
}
