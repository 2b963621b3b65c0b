/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi status`: asks the three services how they are, and shows it on one
 * screen. A service that does not answer is part of the answer, so all three
 * are always asked. What is wrong and what to do is for `hyeopchi doctor`.
 */
#include "cli/nouns.h"

#include "cli/colour.h"
#include "cli/print.h"
#include "cli/survey.h"
#include "runtime/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CELL_SIZE = 96, TABLE_SIZE_MAX = 64 * 1024, ROW_COUNT_MAX = 16 };

/* Rows for people, and how each of them is. */
struct table {
    json_t *rows;
    enum colour colours[ROW_COUNT_MAX];
    size_t count;
};

static void table_add(struct table *table, json_t *row, enum colour colour)
{
    if (table->count < ROW_COUNT_MAX && json_array_append_new(table->rows, row) == 0) {
        table->colours[table->count] = colour;
        table->count++;
    }
}

/* Prints and frees; the first line is the heading. */
static void table_print(struct table *table)
{
    struct buffer buffer;
    const char *line;
    size_t number = 0;

    buffer_init(&buffer, TABLE_SIZE_MAX);
    print_value(table->rows, &buffer);
    for (line = buffer_text(&buffer); *line != '\0'; number++) {
        const size_t length = strcspn(line, "\n");
        const enum colour colour =
            number > 0 && number <= table->count ? table->colours[number - 1] : COLOUR_PLAIN;

        (void)printf("%s%.*s%s\n", colour_begin(colour), (int)length, line, colour_end(colour));
        line += length + (line[length] == '\n');
    }
    buffer_release(&buffer);
    json_decref(table->rows);
}

/* 12 MiB: whole numbers of the largest unit that leaves at least 10. */
static void size_text(int64_t bytes, char ret_text[CELL_SIZE])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;

    while (bytes >= (int64_t)10 * 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        bytes /= 1024;
        unit++;
    }
    (void)snprintf(ret_text, CELL_SIZE, "%" PRId64 " %s", bytes, units[unit]); /* Always fits. */
}

static void disk_text(const struct survey_service *service, char ret_text[CELL_SIZE])
{
    const int64_t total = survey_number(service, "disk", "total_bytes");
    const int64_t free_bytes = survey_number(service, "disk", "free_bytes");
    char size[CELL_SIZE];

    (void)snprintf(ret_text, CELL_SIZE, "-");
    if (total > 0) {
        size_text(free_bytes, size);
        (void)snprintf(ret_text, CELL_SIZE, "%.32s (%" PRId64 "%%)", size,
                       free_bytes / (total / 100 + 1));
    }
}

static const char *state_text(const struct survey_service *service)
{
    if (service->status == 0) {
        return say("응답 없음", "no answer");
    }
    if (survey_is_ready(service)) {
        return say("준비됨", "ready");
    }
    if (survey_problem(service)[0] != '\0') {
        return survey_problem(service);
    }
    return say("준비 안 됨", "not ready");
}

static const char *writer_text(const struct survey_service *service)
{
    const char *writer = survey_text(service, NULL, "writer");

    if (strcmp(writer, "leading") == 0) {
        return say("리더", "leading");
    }
    if (strcmp(writer, "standby") == 0) {
        return say("대기", "standby");
    }
    return strcmp(writer, "connecting") == 0 ? say("연결 중", "connecting") : "-";
}

static const char *leader_text(const struct survey_service *service)
{
    const json_t *leader = survey_at(service, "stream", "leader");
    const char *id = json_string_value(json_object_get(leader, "id"));

    return id != NULL ? id : "-";
}

/* A text for a cell; a dash where nothing is known. */
static const char *cell(const char *text)
{
    return text[0] != '\0' ? text : "-";
}

static void add_service(struct table *table, const struct survey_service *service)
{
    char database[CELL_SIZE] = "-";
    char disk[CELL_SIZE];

    if (survey_at(service, "database", "size_bytes") != NULL) {
        size_text(survey_number(service, "database", "size_bytes"), database);
    }
    disk_text(service, disk);
    table_add(table,
              json_pack("{s:s, s:s, s:s, s:s, s:O?, s:s, s:s, s:s}", say("서비스", "service"),
                        service->name, say("상태", "state"), state_text(service),
                        say("쓰기", "writer"), writer_text(service), say("리더 프로세스", "leader"),
                        leader_text(service), say("이벤트", "events"),
                        survey_at(service, "stream", "head_seq"), say("DB 크기", "database"),
                        database, say("서비스 디스크 여유", "service disk free"), disk,
                        say("버전", "version"), cell(survey_text(service, NULL, "version"))),
              survey_is_ready(service) ? COLOUR_GOOD : COLOUR_BAD);
}

static void add_subscribers(struct table *table, const struct survey *survey,
                            const struct survey_service *service)
{
    const json_t *list = survey_at(service, NULL, "subscribers");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *subscriber = json_array_get(list, i);
        const char *state = json_string_value(json_object_get(subscriber, "state"));
        const char *stream = json_string_value(json_object_get(subscriber, "stream"));
        const int64_t lag = survey_lag(survey, subscriber);
        const int64_t dead =
            json_integer_value(json_object_get(subscriber, "dead_letters_waiting"));
        const bool live = state != NULL && strcmp(state, "live") == 0;

        table_add(table,
                  json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", say("구독자", "subscriber"),
                            service->name, say("스트림", "stream"), stream != NULL ? stream : "-",
                            say("상태", "state"), state != NULL ? state : "-", say("지연", "lag"),
                            (json_int_t)lag, say("보류 이벤트", "dead letters"), (json_int_t)dead,
                            say("복구한 누락", "gaps repaired"),
                            json_integer_value(json_object_get(subscriber, "gaps_repaired"))),
                  dead > 0 || lag > SURVEY_LAG_MAX ? COLOUR_BAD
                  : live                           ? COLOUR_GOOD
                                                   : COLOUR_DOUBTFUL);
    }
}

static void print_reasons(const struct survey_service *service)
{
    const json_t *reasons = survey_at(service, NULL, "reasons");

    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const json_t *reason = json_array_get(reasons, i);
        struct buffer line;

        buffer_init(&line, TABLE_SIZE_MAX);
        print_scalar("", json_object_get(reason, "part"), &line);
        buffer_append_text(&line, ": ");
        print_scalar("", json_object_get(reason, "state"), &line);
        if (json_object_get(reason, "stream") != NULL) {
            buffer_append_text(&line, ", ");
            print_scalar("", json_object_get(reason, "stream"), &line);
        }
        (void)printf("%s%s: %s%s\n", colour_begin(COLOUR_BAD), service->name, buffer_text(&line),
                     colour_end(COLOUR_BAD));
        buffer_release(&line);
    }
}

static void print_versions(const struct survey *survey)
{
    struct table table = {.rows = json_array()};

    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        const struct survey_service *service = &survey->services[i];

        if (service->whole) {
            table_add(
                &table,
                json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", say("서비스", "service"), service->name,
                          "PostgreSQL", cell(survey_text(service, "database", "version")), "nng",
                          cell(survey_text(service, "libraries", "nng")), "libuv",
                          cell(survey_text(service, "libraries", "libuv")), "OpenSSL",
                          cell(survey_text(service, "libraries", "openssl")),
                          say("시작", "started"), cell(survey_text(service, NULL, "started_at"))),
                COLOUR_PLAIN);
        }
    }
    (void)printf("\n");
    table_print(&table);
}

static void print_for_people(const struct survey *survey)
{
    struct table services = {.rows = json_array()};
    struct table subscribers = {.rows = json_array()};
    const bool healthy = survey_is_healthy(survey);
    const enum colour colour = healthy ? COLOUR_GOOD : COLOUR_BAD;
    char now[CLOCK_TEXT_SIZE];
    int i;

    for (i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        add_service(&services, &survey->services[i]);
        add_subscribers(&subscribers, survey, &survey->services[i]);
    }
    clock_format(clock_now_ms(), now);
    (void)printf("%s%s%s  %s\n\n", colour_begin(colour),
                 healthy ? say("정상", "healthy") : say("확인 필요", "needs attention"),
                 colour_end(colour), now);
    table_print(&services);
    for (i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        print_reasons(&survey->services[i]);
    }
    if (survey->key_id == NULL) {
        json_decref(subscribers.rows);
        (void)printf("\n%s\n",
                     say("자세한 상태를 보려면 --key-file 로 운영자 키를 지정해 주십시오.",
                         "Name an operator's key with --key-file to see more."));
        return;
    }
    (void)printf("\n");
    table_print(&subscribers);
    print_versions(survey);
    if (!healthy) {
        (void)printf("\n%s\n", say("원인과 조치 방법은 hyeopchi doctor 로 확인할 수 있습니다.",
                                   "See what is wrong and what to do: hyeopchi doctor"));
    }
}

/* {"ledger": its answer, or why there is none} for programs. */
static json_t *answers_json(const struct survey *survey)
{
    json_t *answers = json_object();

    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        const struct survey_service *service = &survey->services[i];
        json_t *answer;

        if (service->status == 0) {
            answer = json_pack("{s:b, s:s}", "ready", 0, "error", "unreachable");
        } else if (json_object_get(service->answer, "ready") != NULL) {
            answer = json_incref(service->answer);
        } else {
            answer = json_pack("{s:b, s:i, s:O?}", "ready", 0, "status", service->status, "error",
                               service->answer);
        }
        (void)json_object_set_new(answers, service->name, answer); /* Or it is left out. */
    }
    return answers;
}

static enum cli_status status_run(const struct invocation *invocation)
{
    struct client *client = NULL;
    const enum cli_status opened = client_open(invocation, &client);
    struct survey survey;
    bool healthy;

    if (opened != CLI_OK) {
        return opened;
    }
    survey_take(client, &survey);
    healthy = survey_is_healthy(&survey);
    if (invocation->json) {
        json_t *answers = answers_json(&survey);

        print_answer(answers, true);
        json_decref(answers);
    } else {
        print_for_people(&survey);
    }
    survey_release(&survey);
    client_close(client);
    return healthy ? CLI_OK : CLI_FAILED;
}

static const char *const EXAMPLES[] = {
    "hyeopchi status --key-file kim.key",
    "hyeopchi status --json | jq .ledger.ready",
    NULL,
};

static const struct command COMMANDS[] = {
    {
        .verb = "",
        .summary = {"세 서비스의 상태를 한 화면에 보여 줍니다 (모두 정상이면 종료 코드 0)",
                    "shows how the three services are on one screen (exit status 0: all is well)"},
        .shared = CLIENT_OPTIONS,
        .examples = EXAMPLES,
        .run = status_run,
    },
};

const struct command_noun STATUS_NOUN = {
    .noun = "status",
    .summary = {"상태", "Status"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
