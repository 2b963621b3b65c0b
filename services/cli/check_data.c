/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of what is kept and how it moves: databases, who writes, who lags,
 * and what waits for an operator.
 */
#include "cli/diagnosis.h"

#include <inttypes.h>
#include <string.h>

enum { POSTGRESQL_VERSION_MIN = 15, CONNECTIONS_PERCENT_MAX = 80 };

static bool has_reason(const struct survey_service *service, const char *part, const char *state)
{
    const json_t *reasons = survey_at(service, NULL, "reasons");

    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const json_t *reason = json_array_get(reasons, i);
        const char *its_part = json_string_value(json_object_get(reason, "part"));
        const char *its_state = json_string_value(json_object_get(reason, "state"));

        if (its_part != NULL && strcmp(its_part, part) == 0 && its_state != NULL &&
            (state == NULL || strcmp(its_state, state) == 0)) {
            return true;
        }
    }
    return false;
}

static void say_away(const struct survey_service *service, struct diagnosis *diagnosis)
{
    const char *reason = survey_text(service, "database", "reason");

    if (has_reason(service, "schema", "missing")) {
        diagnosis_add(diagnosis, DIAGNOSIS_ERROR, service->name, "schema-missing",
                      say("서비스 프로그램을 migrate 로 한 번 실행해 주십시오.",
                          "Run the service's program once with migrate."),
                      "%s",
                      say("데이터베이스에 스키마가 적용되지 않았습니다.",
                          "The migrations have not been applied to its database."));
    } else if (strstr(reason, "=off") != NULL) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_ERROR, service->name, "database-flag",
            say("postgresql.conf, ALTER SYSTEM, ALTER DATABASE, ALTER ROLE 에서 그 값을 on "
                "으로 되돌려 주십시오. 그 전에는 아무것도 접수하지 않습니다.",
                "Set it back to on where it was set: in postgresql.conf or by ALTER SYSTEM, "
                "by ALTER DATABASE, by ALTER ROLE. Nothing is accepted before."),
            say("확정한 내용을 잃을 수 있는 설정입니다: %s.",
                "A setting may lose what was confirmed: %s."),
            reason);
    } else {
        diagnosis_add(
            diagnosis, DIAGNOSIS_ERROR, service->name, "database-away",
            say("PostgreSQL 이 실행 중인지, HYEOPCHI_DATABASE_URL 과 비밀번호 파일이 맞는지 "
                "확인해 주십시오. 돌아오면 서비스는 스스로 이어 갑니다.",
                "Check that PostgreSQL runs, and HYEOPCHI_DATABASE_URL and the password's "
                "file. The service goes on by itself when it is back."),
            say("데이터베이스에 연결할 수 없습니다%s%s", "Its database cannot be reached%s%s"),
            reason[0] != '\0' ? ": " : ".", reason);
    }
}

static void check_flag(const struct survey_service *service, const char *flag,
                       enum diagnosis_level level, const char *advice, struct diagnosis *diagnosis)
{
    if (strcmp(survey_text(service, "database", flag), "off") == 0) {
        diagnosis_add(
            diagnosis, level, service->name, "database-flag", advice,
            say("데이터베이스가 %s=off 로 실행 중입니다.", "Its database runs with %s=off."), flag);
    }
}

static void check_flags(const struct survey_service *service, struct diagnosis *diagnosis)
{
    const char *must = say("값을 on 으로 되돌려 주십시오.", "Set it back to on.");

    check_flag(service, "fsync", DIAGNOSIS_ERROR, must, diagnosis);
    check_flag(service, "full_page_writes", DIAGNOSIS_ERROR, must, diagnosis);
    check_flag(service, "synchronous_commit", DIAGNOSIS_ERROR, must, diagnosis);
    check_flag(
        service, "data_checksums", DIAGNOSIS_WARNING,
        say("점검 시간에 pg_checksums --enable 로 켜 두면 디스크 오류를 일찍 알 수 있습니다.",
            "Turn them on with pg_checksums --enable when the server is down: then a failing "
            "disk is noticed early."),
        diagnosis);
    if (json_is_true(survey_at(service, "database", "superuser"))) {
        diagnosis_add(diagnosis, DIAGNOSIS_WARNING, service->name, "database-superuser",
                      say("deploy 의 역할 설정대로 권한이 제한된 실행 역할로 연결해 주십시오.",
                          "Connect as the runtime role, which deploy/ makes with few rights."),
                      "%s",
                      say("데이터베이스에 슈퍼유저로 연결되어 있습니다.",
                          "It is connected to its database as a superuser."));
    }
}

/* "15.14 (Debian …)" is 15; 0 for what is no number. */
static int major_of(const char *version)
{
    int major = 0;

    for (; *version >= '0' && *version <= '9' && major < 1000; version++) {
        major = major * 10 + (*version - '0');
    }
    return major;
}

static void check_server(const struct survey_service *service, struct diagnosis *diagnosis)
{
    const char *version = survey_text(service, "database", "version");
    const char *encoding = survey_text(service, "database", "encoding");
    const int64_t connections = survey_number(service, "database", "connections");
    const int64_t connections_max = survey_number(service, "database", "connections_max");

    if (strcmp(encoding, "UTF8") != 0) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_ERROR, service->name, "database-encoding",
            say("UTF8 로 데이터베이스를 다시 만들어 주십시오.",
                "Make the database anew with UTF8."),
            say("데이터베이스의 문자 집합이 %s 입니다.", "Its database's encoding is %s."),
            encoding);
    }
    if (major_of(version) < POSTGRESQL_VERSION_MIN) {
        diagnosis_add(diagnosis, DIAGNOSIS_WARNING, service->name, "database-version",
                      say("PostgreSQL 15 이상을 사용해 주십시오.", "Use PostgreSQL 15 or newer."),
                      say("PostgreSQL %s 버전에서는 시험하지 않았습니다.",
                          "PostgreSQL %s is not a version this was tested with."),
                      version);
    }
    if (connections_max > 0 && connections * 100 > connections_max * CONNECTIONS_PERCENT_MAX) {
        diagnosis_add(diagnosis, DIAGNOSIS_WARNING, service->name, "database-connections",
                      say("max_connections 를 늘리거나 다른 프로그램의 연결을 줄여 주십시오.",
                          "Raise max_connections, or let other programs use fewer."),
                      say("데이터베이스 연결 %" PRId64 "개 중 %" PRId64 "개가 쓰이고 있습니다.",
                          "Of %" PRId64 " connections to its database %" PRId64 " are in use."),
                      connections_max, connections);
    }
}

void check_database(const struct survey *survey, struct diagnosis *diagnosis)
{
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        const struct survey_service *service = &survey->services[i];

        if (service->whole && json_is_true(survey_at(service, "database", "connected"))) {
            diagnosis->judged = true;
            check_flags(service, diagnosis);
            check_server(service, diagnosis);
        } else if (service->whole || has_reason(service, "database", NULL) ||
                   has_reason(service, "schema", NULL)) {
            say_away(service, diagnosis);
        }
    }
}

static void check_leader(const struct survey_service *service, struct diagnosis *diagnosis)
{
    const char *writer = survey_text(service, NULL, "writer");
    const json_t *leader = survey_at(service, "stream", "leader");
    const char *id = json_string_value(json_object_get(leader, "id"));

    if (strcmp(writer, "connecting") == 0) {
        diagnosis_add(diagnosis, DIAGNOSIS_ERROR, service->name, "writer-connecting",
                      say("데이터베이스 항목을 먼저 확인해 주십시오.", "See the database first."),
                      "%s",
                      say("쓰기 연결이 없어 아무것도 접수할 수 없습니다.",
                          "It has no connection to write with: nothing can be accepted."));
    } else if (strcmp(writer, "standby") == 0) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_WARNING, service->name, "standby",
            say("리더의 주소로 요청을 보내고 있는지 확인해 주십시오. 리더가 끝나면 이 "
                "프로세스가 스스로 이어받습니다.",
                "See that requests go to the leader. When that ends this one takes over by "
                "itself."),
            say("대기 중이며, 쓰는 프로세스는 %s 입니다.",
                "It stands by; the process that writes is %s."),
            id != NULL ? id : "?");
    }
}

void check_leaders(const struct survey *survey, struct diagnosis *diagnosis)
{
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        if (survey->services[i].whole) {
            diagnosis->judged = true;
            check_leader(&survey->services[i], diagnosis);
        }
    }
}

/* One subscriber of a service. */
struct subscription {
    const struct survey_service *service;
    const char *stream;
    const char *state;
    const char *pub_url;
    const char *fetch_url;
    int64_t next_seq;
    int64_t lag;
    int64_t dead;
};

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "?";
}

static void check_subscription(const struct subscription *heard, struct diagnosis *diagnosis)
{
    const char *name = heard->service->name;

    if (strcmp(heard->state, "degraded") == 0) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_ERROR, name, "stream-silent",
            say("그 서비스가 실행 중인지, 그 서비스의 HYEOPCHI_PUB_URL·HYEOPCHI_FETCH_URL 과 "
                "이 서비스의 설정이 같은지 확인해 주십시오.",
                "Check that that service runs, and that its HYEOPCHI_PUB_URL and "
                "HYEOPCHI_FETCH_URL are what this service is set to."),
            say("%s 스트림이 들리지 않습니다 (%s, %s).",
                "Nothing is heard of the stream %s (%s, %s)."),
            heard->stream, heard->pub_url, heard->fetch_url);
    } else if (strcmp(heard->state, "halted") == 0) {
        diagnosis_add(diagnosis, DIAGNOSIS_ERROR, name, "stream-halted",
                      heard->dead > 0
                          ? say("보류 이벤트를 결정하면 이어집니다.",
                                "It goes on once the dead letter is decided about.")
                          : say("로그의 history_differs 를 확인하고, 백업에서 되돌린 것이라면 이 "
                                "구독자를 다시 만들어 주십시오.",
                                "See history_differs in the log; after a restore rebuild this "
                                "consumer."),
                      say("%s 스트림의 %" PRId64 "번 이벤트에서 멈췄습니다.",
                          "In the stream %s it has stopped at event %" PRId64 "."),
                      heard->stream, heard->next_seq);
    }
    if (heard->lag > SURVEY_LAG_MAX || (heard->lag > 0 && strcmp(heard->state, "halted") == 0)) {
        diagnosis_add(diagnosis,
                      strcmp(heard->state, "halted") == 0 ? DIAGNOSIS_ERROR : DIAGNOSIS_WARNING,
                      name, "stream-lags",
                      say("멈춘 것이 아니라면 스스로 따라잡습니다. 줄어들지 않으면 데이터베이스와 "
                          "그 디스크, 로그의 event_delayed 를 확인해 주십시오.",
                          "Unless it has stopped it catches up by itself. If it does not, look at "
                          "its database, that one's disk, and event_delayed in the log."),
                      say("%s 스트림을 이벤트 %" PRId64 "건만큼 늦게 반영하고 있습니다.",
                          "Of the stream %s it still has to apply %" PRId64 " events."),
                      heard->stream, heard->lag);
    }
}

static void check_dead(const struct subscription *heard, struct diagnosis *diagnosis)
{
    if (heard->dead > 0) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_ERROR, heard->service->name, "dead-letters",
            say("hyeopchi events dead list --service 로 확인한 뒤 retry 나 discard 로 결정해 "
                "주십시오.",
                "See them with hyeopchi events dead list --service, and decide with retry "
                "or discard."),
            say("%s 스트림의 이벤트 %" PRId64 "건이 결정을 기다립니다.",
                "Events of the stream %s that wait for a decision: %" PRId64 "."),
            heard->stream, heard->dead);
    }
}

static void each_subscription(const struct survey *survey, struct diagnosis *diagnosis,
                              void (*check)(const struct subscription *, struct diagnosis *))
{
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        const struct survey_service *service = &survey->services[i];
        const json_t *list = survey_at(service, NULL, "subscribers");

        for (size_t place = 0; place < json_array_size(list); place++) {
            const json_t *subscriber = json_array_get(list, place);
            const struct subscription heard = {
                .service = service,
                .stream = member(subscriber, "stream"),
                .state = member(subscriber, "state"),
                .pub_url = member(subscriber, "pub_url"),
                .fetch_url = member(subscriber, "fetch_url"),
                .next_seq = json_integer_value(json_object_get(subscriber, "next_seq")),
                .lag = survey_lag(survey, subscriber),
                .dead = json_integer_value(json_object_get(subscriber, "dead_letters_waiting")),
            };

            diagnosis->judged = true;
            check(&heard, diagnosis);
        }
    }
}

void check_streams(const struct survey *survey, struct diagnosis *diagnosis)
{
    each_subscription(survey, diagnosis, check_subscription);
}

void check_dead_letters(const struct survey *survey, struct diagnosis *diagnosis)
{
    each_subscription(survey, diagnosis, check_dead);
}
