/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ledger verify`: has the ledger recompute itself, and holds it
 * against roots that were kept elsewhere: on a ballot's board, in a report, on
 * paper. Computes nothing itself.
 */
#include "cli/ledger_commands.h"

#include "cli/print.h"
#include "cli/progress.h"
#include "cli/request.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    ANCHOR_MAX = 64, /* on one command line */
    DECIMAL_BASE = 10,
    VERIFY_PATIENCE_S = 3600, /* a million entries take a minute or more */
    TELL_INTERVAL_MS = 900,   /* of a terminal, how far it is */
    LOOK_TIMEOUT_MS = 1000,
    PERCENT = 100,
};

const struct command_option LEDGER_VERIFY_OPTIONS[] = {
    {
        .name = "anchor",
        .argument = "SEQ:ROOT",
        .repeated = true,
        .sentence =
            {"다른 곳에 남은 원장 지문과도 비교 (여러 번; 예: hyeopchi-verify가 보여 주는 값)",
             "also compares with a root that was kept elsewhere (several times; "
             "hyeopchi-verify prints one)"},
    },
    {.name = NULL},
};

/* A root that somebody kept. */
struct anchor {
    const char *text;
    int64_t seq; /* the last entry under it */
    const char *root;
    bool is_beyond; /* the journal ends before it */
};

static enum err read_anchor(const char *text, struct anchor *ret_anchor);
static enum cli_status check_anchors(const struct invocation *invocation, json_t *answer);
static enum cli_status check_anchor(const struct invocation *invocation,
                                    const struct anchor *anchor, json_t *list);
static enum cli_status ask_whether_it_holds(const struct invocation *invocation,
                                            const struct anchor *anchor, bool *ret_holds);

/* What is told while the service computes. */
struct waiting {
    struct client *client; /* another than the one that waits; NULL: nobody is told */
    int64_t started_ms;
    int64_t told_ms; /* or when it began */
    bool told;
};

/* How many percent are done; -1 while the service does not say. */
static int64_t ask_percent(struct client *client)
{
    const struct client_request request = {
        .service = CLIENT_LEDGER,
        .method = "GET",
        .path = "/v1/verification/progress",
    };
    json_t *answer = client_look(client, &request, LOOK_TIMEOUT_MS);
    const json_int_t done = json_integer_value(json_object_get(answer, "done"));
    const json_int_t total = json_integer_value(json_object_get(answer, "total"));

    json_decref(answer);
    return total > 0 && done >= 0 && done <= INT64_MAX / PERCENT ? done * PERCENT / total : -1;
}

/* Called far more often than there is something to say. */
static void say_waiting(void *context)
{
    struct waiting *waiting = context;
    const int64_t now_ms = clock_monotonic_ms();
    const int64_t seconds = (now_ms - waiting->started_ms) / 1000;
    int64_t percent;

    if (now_ms - waiting->told_ms < TELL_INTERVAL_MS) {
        return;
    }
    percent = ask_percent(waiting->client);
    (void)fprintf(stderr, say("\r원장을 처음부터 다시 계산하고 있습니다: ",
                              "\rrecomputing the ledger from its first entry: "));
    if (percent >= 0) {
        (void)fprintf(stderr, "%" PRId64 "%%, ", percent);
    }
    (void)fprintf(stderr, say("%" PRId64 "초\033[K", "%" PRId64 " s\033[K"), seconds);
    (void)fflush(stderr);
    waiting->told_ms = clock_monotonic_ms();
    waiting->told = true;
}

/* Asks for the verification; a terminal is told how far it is meanwhile. */
static enum cli_status fetch(const struct invocation *invocation,
                             struct client_response *ret_response)
{
    const int64_t now_ms = clock_monotonic_ms();
    struct waiting waiting = {.started_ms = now_ms, .told_ms = now_ms};
    struct client_request request = {
        .service = CLIENT_LEDGER,
        .method = "GET",
        .path = "/v1/verification",
        .patience_s = VERIFY_PATIENCE_S,
        .waiting_context = &waiting,
    };
    enum cli_status status =
        progress_is_wanted() ? client_open(invocation, &waiting.client) : CLI_OK;

    if (status != CLI_OK) {
        return status;
    }
    request.waiting = waiting.client ? say_waiting : NULL;
    status = request_fetch(invocation, &request, ret_response);
    if (waiting.told) {
        (void)fprintf(stderr, "\r\033[K");
    }
    client_close(waiting.client);
    return status;
}

enum cli_status ledger_verify(const struct invocation *invocation)
{
    const char *texts[ANCHOR_MAX + 1] = {NULL};
    struct client_response response;
    struct anchor anchor;
    enum cli_status status;
    const size_t count = invocation_texts(invocation, "anchor", texts, ANCHOR_MAX + 1);

    for (size_t i = 0; i < count; i++) {
        if (i == ANCHOR_MAX || read_anchor(texts[i], &anchor)) {
            return usage_error(invocation,
                               say("'%s': 전표 번호:해시 64자리여야 합니다 (최대 64개)",
                                   "'%s': it must be SEQ:ROOT with 64 digits (at most 64 of them)"),
                               texts[i]);
        }
    }
    status = fetch(invocation, &response);
    if (status != CLI_OK) {
        return status;
    }
    status = json_is_true(json_object_get(response.json, "sound")) ? CLI_OK : CLI_FAILED;
    if (count > 0) {
        enum cli_status held = check_anchors(invocation, response.json);

        status = status == CLI_OK ? held : status;
    }
    print_answer(response.json, invocation->json);
    client_response_release(&response);
    return status;
}

static enum err read_anchor(const char *text, struct anchor *ret_anchor)
{
    struct anchor anchor = {.text = text};
    uint8_t root[CRYPTO_HASH_SIZE];
    const char *at = text;

    for (; *at >= '0' && *at <= '9'; at++) {
        if (anchor.seq > (INT64_MAX - (DECIMAL_BASE - 1)) / DECIMAL_BASE) {
            return ERR_INVALID;
        }
        anchor.seq = anchor.seq * DECIMAL_BASE + (*at - '0');
    }
    if (anchor.seq == 0 || *at != ':') {
        return ERR_INVALID;
    }
    anchor.root = at + 1;
    if (crypto_hex_parse(anchor.root, root, sizeof root)) {
        return ERR_INVALID;
    }
    *ret_anchor = anchor;
    return ERR_OK;
}

/* Adds what became of each to the answer. */
static enum cli_status check_anchors(const struct invocation *invocation, json_t *answer)
{
    const char *texts[ANCHOR_MAX] = {NULL};
    const size_t count = invocation_texts(invocation, "anchor", texts, ANCHOR_MAX);
    const json_int_t end = json_integer_value(json_object_get(answer, "seq"));
    enum cli_status status = CLI_OK;
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        struct anchor anchor;
        enum cli_status held = CLI_FAILED;

        if (read_anchor(texts[i], &anchor) == ERR_OK) {
            /* Beyond its end the journal has nothing to be asked for. */
            anchor.is_beyond = anchor.seq > end;
            held = check_anchor(invocation, &anchor, list);
        }
        status = status == CLI_OK ? held : status;
    }
    if (json_object_set_new(answer, "anchors", list) != 0) {
        return CLI_FAILED; /* an answer that cannot be shown is none */
    }
    return status;
}

static enum cli_status check_anchor(const struct invocation *invocation,
                                    const struct anchor *anchor, json_t *list)
{
    bool holds = false;
    enum cli_status status =
        anchor->is_beyond ? CLI_OK : ask_whether_it_holds(invocation, anchor, &holds);

    if (json_array_append_new(list, json_pack("{s:I, s:s, s:b}", "seq", (json_int_t)anchor->seq,
                                              "root", anchor->root, "holds", holds)) != 0) {
        return CLI_FAILED;
    }
    return status == CLI_OK && holds ? CLI_OK : CLI_FAILED;
}

static enum cli_status ask_whether_it_holds(const struct invocation *invocation,
                                            const struct anchor *anchor, bool *ret_holds)
{
    struct client_response response;
    char path[CLIENT_URL_SIZE];
    enum cli_status status;

    (void)snprintf(path, sizeof path, "/v1/entries/%" PRId64, anchor->seq);
    status = request_fetch(invocation,
                           &(const struct client_request){
                               .service = CLIENT_LEDGER,
                               .method = "GET",
                               .path = path,
                           },
                           &response);
    if (status == CLI_OK) {
        const json_t *block = json_object_get(response.json, "block");
        const char *root = json_string_value(json_object_get(block, "root"));

        *ret_holds = json_integer_value(json_object_get(block, "last_seq")) == anchor->seq &&
                     root != NULL && strcmp(root, anchor->root) == 0;
        client_response_release(&response);
    }
    return status;
}
