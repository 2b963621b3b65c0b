/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi events`: follows a service's stream, and deals with events that a
 * service could not apply. A lost connection is taken up where it broke.
 */
#include "cli/nouns.h"

#include "cli/list.h"
#include "cli/print.h"
#include "cli/request.h"
#include "cli/sse.h"
#include "runtime/clock.h"
#include "runtime/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RECONNECT_PAUSE_MS = 1000,
    PATH_SIZE_MAX = 4096,
    SEQ_TEXT_SIZE = 32,
};

/* Following one stream. */
struct tail {
    const struct invocation *invocation;
    struct sse sse;
    int64_t count_max; /* 0: without end */
    int64_t count;
    bool ended;
};

/* id, time, type, subject, and the data as JSON. */
static void print_event(const json_t *event, const char *id)
{
    static const char *const MEMBERS[] = {"time", "type", "subject", "data"};
    json_t *cursor = json_string(id);
    struct buffer line;
    size_t i;

    buffer_init(&line, SSE_EVENT_SIZE_MAX);
    print_scalar("", cursor, &line);
    for (i = 0; i < sizeof MEMBERS / sizeof MEMBERS[0]; i++) {
        buffer_append_text(&line, "  ");
        print_scalar("", json_object_get(event, MEMBERS[i]), &line);
    }
    (void)printf("%s\n", buffer_text(&line));
    buffer_release(&line);
    json_decref(cursor);
}

static bool on_event(const struct sse_event *event, void *context)
{
    struct tail *tail = context;
    struct problem problem;
    json_t *document = NULL;

    if (strcmp(event->type, "reset") == 0) {
        (void)fprintf(stderr,
                      say("hyeopchi: 요청한 위치의 이벤트는 더 이상 보관되어 있지 않아 %s "
                          "부터 이어집니다\n",
                          "hyeopchi: the events asked for are no longer kept; going on "
                          "from %s\n"),
                      event->id);
        return true;
    }
    if (tail->invocation->json) {
        (void)printf("%s\n", event->data);
    } else if (json_parse(event->data, strlen(event->data), &document, &problem) == ERR_OK) {
        print_event(document, event->id);
        json_decref(document);
    }
    (void)fflush(stdout);
    tail->count++;
    tail->ended = tail->count_max > 0 && tail->count >= tail->count_max;
    return !tail->ended;
}

static bool on_piece(const char *data, size_t length, void *context)
{
    struct tail *tail = context;

    return sse_feed(&tail->sse, data, length) == ERR_OK;
}

/* "17" or "2-17" to the cursor before it: "1-16", "2-16". */
static enum err cursor_before(const struct invocation *invocation, char ret_cursor[SEQ_TEXT_SIZE])
{
    const char *from = invocation_text(invocation, "from");
    char *end = NULL;
    uint64_t epoch = 1;
    uint64_t seq;

    seq = strtoull(from, &end, 10);
    if (*end == '-') {
        epoch = seq;
        seq = strtoull(end + 1, &end, 10);
    }
    if (from[0] < '0' || from[0] > '9' || *end != '\0' || seq == 0) {
        (void)usage_error(invocation,
                          say("--from 값 '%s': 17 또는 2-17 같은 이벤트 번호여야 합니다",
                              "--from '%s': it must be an event's number, such as 17 or 2-17"),
                          from);
        return ERR_INVALID;
    }
    (void)snprintf(ret_cursor, SEQ_TEXT_SIZE, "%" PRIu64 "-%" PRIu64, epoch, seq - 1);
    return ERR_OK;
}

/* Connects again and again until there is enough, or the service refuses. */
static enum cli_status follow(struct tail *tail, struct client *client,
                              const struct client_request *request)
{
    int64_t silent_since_ms = clock_monotonic_ms();
    int64_t timeout_s = CLIENT_TIMEOUT_DEFAULT_S;

    if (invocation_number(tail->invocation, "timeout", 1, CLIENT_TIMEOUT_MAX_S, &timeout_s) ==
        ERR_INVALID) {
        return CLI_USAGE;
    }
    while (!tail->ended) {
        const int64_t before = tail->count;
        json_t *problem = NULL;
        int status = 0;
        const enum err err =
            client_stream(client, request, tail->sse.id[0] != '\0' ? tail->sse.id : NULL, on_piece,
                          tail, &status, &problem);

        if (err == ERR_INVALID || (status >= 400 && status != 503)) {
            const struct client_response refused = {.status = status, .json = problem};

            if (status != 0) {
                request_refused(tail->invocation, &refused);
            }
            json_decref(problem);
            return CLI_FAILED;
        }
        json_decref(problem);
        if (status == 200 || tail->count > before) {
            silent_since_ms = clock_monotonic_ms();
        }
        if (!tail->ended && clock_monotonic_ms() - silent_since_ms > timeout_s * 1000) {
            (void)fprintf(stderr,
                          say("hyeopchi: %s 에 %" PRId64 "초 동안 연결되지 않았습니다\n",
                              "hyeopchi: %s did not answer for %" PRId64 " seconds\n"),
                          client_url(client, request->service), timeout_s);
            return CLI_FAILED;
        }
        sse_restart(&tail->sse);
        if (!tail->ended) {
            client_pause(RECONNECT_PAUSE_MS);
        }
    }
    return CLI_OK;
}

static enum err find_service(const struct invocation *invocation, enum client_service fallback,
                             enum client_service *ret_service)
{
    const char *name = invocation_text(invocation, "service");

    *ret_service = fallback;
    return name == NULL ? ERR_OK : client_service_find(name, ret_service);
}

static enum cli_status events_tail(const struct invocation *invocation)
{
    struct tail tail = {.invocation = invocation};
    char cursor[SEQ_TEXT_SIZE] = "";
    enum client_service service;
    struct client *client = NULL;
    struct buffer path;
    enum cli_status status = CLI_USAGE;

    buffer_init(&path, PATH_SIZE_MAX);
    sse_init(&tail.sse, on_event, &tail);
    if (find_service(invocation, CLIENT_REPORTING, &service) ||
        invocation_number(invocation, "count", 1, INT64_MAX, &tail.count_max) == ERR_INVALID) {
        goto out;
    }
    if (invocation_text(invocation, "from") != NULL && cursor_before(invocation, cursor)) {
        goto out;
    }
    buffer_append_text(&path, "/v1/events");
    list_append_query(&path, "after", cursor[0] != '\0' ? cursor : NULL);
    list_append_query(&path, "types", invocation_text(invocation, "types"));
    status = client_open(invocation, &client);
    if (status != CLI_OK) {
        goto out;
    }
    status = follow(&tail, client,
                    &(const struct client_request){
                        .service = service,
                        .method = "GET",
                        .path = buffer_text(&path),
                        .accept = "text/event-stream",
                        .is_public = true,
                    });

out:
    client_close(client);
    sse_release(&tail.sse);
    buffer_release(&path);
    return status;
}

static enum cli_status dead_list(const struct invocation *invocation)
{
    const char *state = invocation_text(invocation, "state");
    enum client_service service;
    enum cli_status status;
    struct buffer path;

    if (find_service(invocation, CLIENT_REPORTING, &service)) {
        return CLI_USAGE;
    }
    buffer_init(&path, PATH_SIZE_MAX);
    buffer_append_text(&path, "/v1/events/dead");
    list_append_query(&path, "state", state);
    status = list_show(invocation, &(const struct list_request){
                                       .service = service,
                                       .path = buffer_text(&path),
                                       .items = "items",
                                   });
    buffer_release(&path);
    return status;
}

/* The number of the event, as it stands in the list. */
static enum err read_seq(const struct invocation *invocation, const char **ret_seq)
{
    const char *seq = invocation_operand(invocation, 0);

    if (seq[0] == '\0' || strspn(seq, "0123456789") != strlen(seq) ||
        strlen(seq) >= SEQ_TEXT_SIZE) {
        (void)usage_error(
            invocation,
            say("'%s': 이벤트 번호(seq)여야 합니다", "'%s': it must be an event's number (seq)"),
            seq);
        return ERR_INVALID;
    }
    *ret_seq = seq;
    return ERR_OK;
}

static enum cli_status dead_show(const struct invocation *invocation)
{
    enum client_service service;
    const char *seq = NULL;
    struct buffer path;
    enum cli_status status;

    if (find_service(invocation, CLIENT_REPORTING, &service) || read_seq(invocation, &seq)) {
        return CLI_USAGE;
    }
    buffer_init(&path, PATH_SIZE_MAX);
    buffer_append_format(&path, "/v1/events/dead/%s", seq);
    list_append_query(&path, "stream", invocation_text(invocation, "stream"));
    status = request_run(invocation, &(const struct client_request){
                                         .service = service,
                                         .method = "GET",
                                         .path = buffer_text(&path),
                                     });
    buffer_release(&path);
    return status;
}

static enum cli_status decide(const struct invocation *invocation, const char *decision)
{
    enum client_service service;
    const char *seq = NULL;
    char path[CLIENT_URL_SIZE];
    json_t *body;

    if (find_service(invocation, CLIENT_REPORTING, &service) || read_seq(invocation, &seq)) {
        return CLI_USAGE;
    }
    (void)snprintf(path, sizeof path, "/v1/events/dead/%s:%s", seq, decision);
    body = json_pack("{s:s, s:s}", "stream", invocation_text(invocation, "stream"), "reason",
                     invocation_text(invocation, "reason"));
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = service,
                                .method = "POST",
                                .path = path,
                            },
                            body);
}

static enum cli_status dead_retry(const struct invocation *invocation)
{
    return decide(invocation, "retry");
}

static enum cli_status dead_discard(const struct invocation *invocation)
{
    return decide(invocation, "discard");
}

#define SERVICE_OPTION                                                                             \
    {                                                                                              \
        .name = "service", .argument = "NAME", .choices = "participation|ledger|reporting",        \
        .sentence = {"서비스 (기본 reporting)", "the service (default reporting)"},                \
    }

#define STREAM_OPTION                                                                              \
    {                                                                                              \
        .name = "stream", .argument = "NAME", .choices = "participation|ledger|reporting",         \
        .required = true, .sentence = {"이벤트가 온 스트림", "the stream the event came from"},    \
    }

static const struct command_option TAIL_OPTIONS[] = {
    SERVICE_OPTION,
    {
        .name = "from",
        .argument = "N",
        .sentence = {"이 번호의 이벤트부터 (예: 1; 지난 이력은 2-17처럼 에폭을 붙임)",
                     "from this event on (1; another epoch as 2-17)"},
    },
    {
        .name = "types",
        .argument = "TYPE,…",
        .sentence = {"이 종류의 이벤트만", "events of these types only"},
    },
    {
        .name = "count",
        .argument = "N",
        .sentence = {"이만큼 받으면 끝냅니다 (기본: 계속)", "end after so many (default: go on)"},
    },
    {.name = NULL},
};

static const struct command_option DEAD_LIST_OPTIONS[] = {
    SERVICE_OPTION,
    {
        .name = "state",
        .argument = "STATE",
        .choices = "parked|retried|discarded",
        .sentence = {"이 상태만 (기본: 모두)", "in this state only (default: all)"},
    },
    {.name = NULL},
};

static const struct command_option DEAD_SHOW_OPTIONS[] = {
    SERVICE_OPTION,
    STREAM_OPTION,
    {.name = NULL},
};

static const struct command_option DEAD_DECIDE_OPTIONS[] = {
    SERVICE_OPTION,
    STREAM_OPTION,
    {
        .name = "reason",
        .argument = "TEXT",
        .required = true,
        .sentence = {"결정 사유 (기록에 남습니다)", "why; it is kept on record"},
    },
    {.name = NULL},
};

static const struct command_operand SEQ_OPERAND[] = {
    {.name = "SEQ", .sentence = {"이벤트 번호", "the event's number"}},
    {.name = NULL},
};

static const char *const TAIL_EXAMPLES[] = {
    "hyeopchi events tail",
    "hyeopchi events tail --service ledger --from 1 --json",
    "hyeopchi events tail --types kr.hyeopchi.reporting.ballot-report.published.v1",
    NULL,
};
static const char *const DEAD_LIST_EXAMPLES[] = {
    "hyeopchi events dead list --service reporting --state parked", NULL};
static const char *const DEAD_SHOW_EXAMPLES[] = {
    "hyeopchi events dead show 42 --service reporting --stream participation", NULL};
static const char *const DEAD_RETRY_EXAMPLES[] = {
    "hyeopchi events dead retry 42 --stream participation --reason '원인 해결'", NULL};
static const char *const DEAD_DISCARD_EXAMPLES[] = {
    "hyeopchi events dead discard 42 --stream participation --reason '중복 수신'", NULL};

static const struct command COMMANDS[] = {
    {
        .verb = "tail",
        .summary = {"서비스의 이벤트를 따라가며 보여 줍니다", "follows a service's events"},
        .options = TAIL_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = TAIL_EXAMPLES,
        .run = events_tail,
    },
    {
        .verb = "dead list",
        .summary = {"적용하지 못해 보류한 이벤트 목록", "lists events that could not be applied"},
        .options = DEAD_LIST_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = DEAD_LIST_EXAMPLES,
        .run = dead_list,
    },
    {
        .verb = "dead show",
        .summary = {"보류한 이벤트 하나를 보여 줍니다", "shows one of them"},
        .operands = SEQ_OPERAND,
        .options = DEAD_SHOW_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = DEAD_SHOW_EXAMPLES,
        .run = dead_show,
    },
    {
        .verb = "dead retry",
        .summary = {"보류한 이벤트를 다시 적용합니다", "applies one of them again"},
        .operands = SEQ_OPERAND,
        .options = DEAD_DECIDE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = DEAD_RETRY_EXAMPLES,
        .run = dead_retry,
    },
    {
        .verb = "dead discard",
        .summary = {"보류한 이벤트를 적용하지 않기로 합니다", "decides never to apply one of them"},
        .operands = SEQ_OPERAND,
        .options = DEAD_DECIDE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = DEAD_DISCARD_EXAMPLES,
        .run = dead_discard,
    },
};

const struct command_noun EVENTS_NOUN = {
    .noun = "events",
    .summary = {"이벤트", "Events"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
