/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of keys and clocks: both decide whether a signature is accepted, and
 * a wrong clock looks like a wrong key to whoever is refused.
 */
#include "cli/diagnosis.h"

#include "runtime/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    OPERATOR_COUNT_MIN = 2, /* a ballot is opened, closed and certified by two */
    DAY_MS = 24 * 60 * 60 * 1000,
    EXPIRY_DAYS = 30,
    CLOCK_DOUBT_MS = 2 * 1000,
    CLOCK_WRONG_MS = 60 * 1000, /* signatures are refused from 120 s on */
};

/* Why our own key was not enough. */
static void check_own_key(const struct survey *survey, const struct survey_service *service,
                          struct diagnosis *diagnosis)
{
    const char *problem = survey_problem(service);

    if (strcmp(problem, "key-unknown") == 0) {
        diagnosis_add(diagnosis, DIAGNOSIS_ERROR, service->name, "key-unknown",
                      say("hyeopchi key add 로 서비스의 키 목록에 등록하거나, 등록된 키를 지정해 "
                          "주십시오.",
                          "Register it in the services' keys file with hyeopchi key add, or name a "
                          "key that is."),
                      say("%s 키가 등록되어 있지 않습니다.", "The key %s is not registered."),
                      survey->key_id);
    } else if (strcmp(problem, "key-expired") == 0) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_ERROR, service->name, "key-expired",
            say("hyeopchi key new 로 새 키를 만들어 등록하고 이전 키는 폐기해 주십시오.",
                "Make a new key with hyeopchi key new, register it, and revoke the old one."),
            say("%s 키는 지금 유효기간이 아닙니다.", "The key %s is not valid now."),
            survey->key_id);
    } else if (strcmp(problem, "signature-wrong") == 0) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_ERROR, service->name, "signature-wrong",
            say("등록된 공개 키가 이 개인 키의 것인지 hyeopchi key public 으로 확인해 주십시오.",
                "See with hyeopchi key public whether the registered key is that of this "
                "private key."),
            say("%s 키의 서명이 맞지 않습니다.", "The signature of key %s is not right."),
            survey->key_id);
    } else if (strcmp(problem, "role-not-allowed") == 0) {
        diagnosis_add(diagnosis, DIAGNOSIS_ERROR, service->name, "role-not-allowed",
                      say("운영자(operator)나 감사자(auditor)의 키를 지정해 주십시오.",
                          "Name the key of an operator or auditor."),
                      say("%s 키의 역할로는 상태를 볼 수 없습니다.",
                          "The role of key %s may not see the status."),
                      survey->key_id);
    }
}

/* INT64_MAX for a key without end, and for a time that cannot be read. */
static int64_t time_of(const json_t *key, const char *name)
{
    const char *text = json_string_value(json_object_get(key, name));
    int64_t time_ms = INT64_MAX;

    if (text == NULL || clock_parse(text, &time_ms)) {
        return INT64_MAX;
    }
    return time_ms;
}

static void check_validity(const struct survey_service *service, const json_t *key, int64_t now_ms,
                           struct diagnosis *diagnosis)
{
    const char *id = json_string_value(json_object_get(key, "key_id"));
    const char *until = json_string_value(json_object_get(key, "not_after"));
    const int64_t not_after_ms = time_of(key, "not_after");

    if (id == NULL || until == NULL || not_after_ms == INT64_MAX) {
        return;
    }
    if (not_after_ms <= now_ms) {
        diagnosis_add(diagnosis, DIAGNOSIS_WARNING, service->name, "key-expired",
                      say("새 키를 등록하고, 이 키는 hyeopchi key revoke 로 폐기해 주십시오.",
                          "Register a new key, and revoke this one with hyeopchi key revoke."),
                      say("%s 키는 %s 에 만료되었습니다.", "The key %s expired at %s."), id, until);
    } else if (not_after_ms - now_ms < (int64_t)EXPIRY_DAYS * DAY_MS) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_WARNING, service->name, "key-expires-soon",
            say("만료되기 전에 새 키를 등록해 주십시오.", "Register a new key before that."),
            say("%s 키가 %s 에 만료됩니다.", "The key %s expires at %s."), id, until);
    }
}

static bool is_valid(const json_t *key, int64_t now_ms)
{
    return time_of(key, "not_before") <= now_ms && now_ms < time_of(key, "not_after");
}

/* How many people or front ends of the role can sign now: "kim" and "kim/2" are one. */
static size_t count_valid(const json_t *list, const char *role, int64_t now_ms)
{
    char counted[256] = "";
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *key = json_array_get(list, i);
        const char *id = json_string_value(json_object_get(key, "key_id"));
        const char *its_role = json_string_value(json_object_get(key, "role"));
        char name[sizeof counted];

        if (id == NULL || its_role == NULL || strcmp(its_role, role) != 0 ||
            !is_valid(key, now_ms)) {
            continue;
        }
        /* The list is sorted, so the keys of one id are neighbours. */
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(id, "/"), id);
        count += strcmp(name, counted) != 0;
        memcpy(counted, name, sizeof counted);
    }
    return count;
}

static void check_roles(const struct survey_service *service, const json_t *list, int64_t now_ms,
                        struct diagnosis *diagnosis)
{
    if (count_valid(list, "operator", now_ms) < OPERATOR_COUNT_MIN) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_WARNING, service->name, "operators-too-few",
            say("운영자 두 명 이상의 키를 등록해 주십시오.",
                "Register the keys of at least two operators."),
            "%s",
            say("유효한 운영자 키가 두 명분이 되지 않아 투표를 개시·마감·확정할 수 없습니다.",
                "Fewer than two operators have valid keys: no ballot can be opened, closed "
                "or certified."));
    }
    if (strcmp(service->name, "participation") == 0 &&
        count_valid(list, "front-end", now_ms) == 0) {
        diagnosis_add(diagnosis, DIAGNOSIS_WARNING, service->name, "front-ends-none",
                      say("접수 창구의 키를 등록해 주십시오.", "Register the key of a front end."),
                      "%s",
                      say("유효한 접수 창구 키가 없어 투표를 접수할 수 없습니다.",
                          "No front end has a valid key: no vote can be accepted."));
    }
}

static void check_key_list(const struct survey_service *service, struct diagnosis *diagnosis)
{
    const json_t *list = survey_at(service, "keys", "list");
    const char *problem = survey_text(service, "keys", "problem");

    if (problem[0] != '\0') {
        diagnosis_add(
            diagnosis, DIAGNOSIS_ERROR, service->name, "keys-file-refused",
            say("로그의 keys_file_refused 에서 줄 번호를 확인하여 고쳐 주십시오. 그때까지 "
                "이전 키가 그대로 쓰입니다.",
                "See keys_file_refused in the log for the line, and mend it. Until then the "
                "keys of before hold."),
            say("키 목록 파일을 받아들이지 못했습니다: %s.", "The keys file was refused: %s."),
            problem);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        check_validity(service, json_array_get(list, i), service->answered_at_ms, diagnosis);
    }
    check_roles(service, list, service->answered_at_ms, diagnosis);
}

void check_keys(const struct survey *survey, struct diagnosis *diagnosis)
{
    const struct survey_service *first = NULL;

    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        const struct survey_service *service = &survey->services[i];

        if (!service->whole) {
            check_own_key(survey, service, diagnosis);
            continue;
        }
        diagnosis->judged = true;
        if (first == NULL ||
            !json_equal(survey_at(first, NULL, "keys"), survey_at(service, NULL, "keys"))) {
            check_key_list(service, diagnosis);
        }
        if (first != NULL &&
            !json_equal(survey_at(first, "keys", "list"), survey_at(service, "keys", "list"))) {
            diagnosis_add(diagnosis, DIAGNOSIS_WARNING, service->name, "keys-differ",
                          say("모든 서비스가 같은 HYEOPCHI_KEYS_FILE 을 읽게 해 주십시오.",
                              "Let all services read the same HYEOPCHI_KEYS_FILE."),
                          say("키 목록이 %s 서비스와 다릅니다.", "Its keys are not those of %s."),
                          first->name);
        }
        first = first == NULL ? service : first;
    }
}

static enum diagnosis_level level_of(int64_t ahead_ms)
{
    const int64_t magnitude_ms = ahead_ms < 0 ? -ahead_ms : ahead_ms;

    if (magnitude_ms <= CLOCK_DOUBT_MS) {
        return DIAGNOSIS_OK;
    }
    return magnitude_ms < CLOCK_WRONG_MS ? DIAGNOSIS_WARNING : DIAGNOSIS_ERROR;
}

/* How far the service's clock is ahead of ours; what the way may have taken is no difference. */
static int64_t ahead_of_us(const struct survey_service *service)
{
    const char *text = survey_text(service, NULL, "time");
    int64_t there_ms;

    if (clock_parse(text, &there_ms)) {
        return 0;
    }
    if (there_ms > service->answered_at_ms) {
        return there_ms - service->answered_at_ms;
    }
    return there_ms < service->asked_at_ms ? there_ms - service->asked_at_ms : 0;
}

static void check_service_clock(const struct survey_service *service, struct diagnosis *diagnosis)
{
    const int64_t ahead_ms = ahead_of_us(service);
    const int64_t database_ms = survey_number(service, "database", "clock_ahead_ms");

    if (level_of(ahead_ms) != DIAGNOSIS_OK) {
        diagnosis_add(
            diagnosis, level_of(ahead_ms), service->name, "clock-differs",
            say("두 컴퓨터의 시각 동기화(chrony, systemd-timesyncd)를 확인해 주십시오. 시연 "
                "중이라면 같은 시계 파일을 --demonstration-clock-file 로 지정합니다.",
                "Check the time synchronisation of both computers (chrony, "
                "systemd-timesyncd). In a demonstration name its clock file with "
                "--demonstration-clock-file."),
            say("시계가 이 컴퓨터보다 %" PRId64 ".%03" PRId64 "초 %s.",
                "Its clock is %" PRId64 ".%03" PRId64 " s %s this computer's."),
            (ahead_ms < 0 ? -ahead_ms : ahead_ms) / 1000,
            (ahead_ms < 0 ? -ahead_ms : ahead_ms) % 1000,
            ahead_ms < 0 ? say("느립니다", "behind") : say("빠릅니다", "ahead of"));
    }
    if (level_of(database_ms) != DIAGNOSIS_OK) {
        diagnosis_add(diagnosis, level_of(database_ms), service->name, "database-clock-differs",
                      say("데이터베이스 서버의 시각 동기화를 확인해 주십시오.",
                          "Check the time synchronisation of the database's computer."),
                      say("데이터베이스의 시계가 서비스보다 %" PRId64 "밀리초 앞서 있습니다.",
                          "The database's clock is %" PRId64 " ms ahead of the service's."),
                      database_ms);
    }
}

void check_clocks(const struct survey *survey, struct diagnosis *diagnosis)
{
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        const struct survey_service *service = &survey->services[i];

        if (strcmp(survey_problem(service), "signature-stale") == 0) {
            diagnosis_add(
                diagnosis, DIAGNOSIS_ERROR, service->name, "clock-far",
                say("이 컴퓨터와 서비스의 시각을 맞춰 주십시오. 시연 중이라면 서비스와 같은 "
                    "시계 파일을 --demonstration-clock-file 로 지정합니다.",
                    "Set the clocks of this computer and the service. In a demonstration "
                    "name the services' clock file with --demonstration-clock-file."),
                "%s",
                say("시계가 이 컴퓨터와 120초 넘게 달라 서명이 거절됩니다.",
                    "Its clock is more than 120 s from this computer's: signatures are "
                    "refused."));
        } else if (service->whole) {
            diagnosis->judged = true;
            check_service_clock(service, diagnosis);
        }
    }
}
