/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of checks, and how their findings are kept.
 */
#include "cli/diagnosis.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

const struct diagnosis_check DIAGNOSIS_CHECKS[] = {
    {
        "ports",
        {"포트", "ports"},
        {"세 서비스가 모두 제 주소에서 응답합니다.",
         "All three services answer at their addresses."},
        check_ports,
    },
    {
        "settings",
        {"설정", "settings"},
        {"세 서비스의 설정이 서로 맞습니다.", "The settings of the services agree."},
        check_settings,
    },
    {
        "keys",
        {"키", "keys"},
        {"필요한 키가 등록되어 있고 유효합니다.", "The keys needed are registered and valid."},
        check_keys,
    },
    {
        "clocks",
        {"시계", "clocks"},
        {"서비스와 데이터베이스의 시계가 이 컴퓨터와 맞습니다.",
         "The clocks of services and databases agree with this computer's."},
        check_clocks,
    },
    {
        "database",
        {"데이터베이스", "database"},
        {"연결되어 있고, 확정한 내용을 잃을 수 있는 설정이 없습니다.",
         "Connected, and no setting may lose what was confirmed."},
        check_database,
    },
    {
        "leaders",
        {"리더", "leaders"},
        {"서비스마다 쓰는 프로세스가 정해져 있습니다.", "Every service has a process that writes."},
        check_leaders,
    },
    {
        "streams",
        {"구독", "streams"},
        {"모든 구독자가 최신 이벤트까지 반영했습니다.",
         "Every subscriber has applied the newest events."},
        check_streams,
    },
    {
        "dead-letters",
        {"보류 이벤트", "dead letters"},
        {"결정을 기다리는 이벤트가 없습니다.", "No event waits for a decision."},
        check_dead_letters,
    },
    {
        "disk",
        {"서비스 디스크", "service disk"},
        {"서비스가 실행되는 디스크의 여유 공간이 충분합니다.",
         "There is room enough on the disks that the services run on."},
        check_disk,
    },
    {
        "versions",
        {"버전", "versions"},
        {"서비스와 라이브러리의 버전이 알맞습니다.",
         "Services and libraries are of the right versions."},
        check_versions,
    },
    {.name = NULL},
};

const char *diagnosis_level_name(enum diagnosis_level level)
{
    static const char *const names[] = {"ok", "warning", "error"};

    return names[level];
}

void diagnosis_add(struct diagnosis *diagnosis, enum diagnosis_level level, const char *service,
                   const char *code, const char *advice, const char *format, ...)
{
    char message[DIAGNOSIS_TEXT_SIZE];
    va_list arguments;

    if (json_array_size(diagnosis->findings) == DIAGNOSIS_FINDING_MAX) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments); /* Cutting is fine. */
    va_end(arguments);
    diagnosis->warning_count += level == DIAGNOSIS_WARNING;
    diagnosis->error_count += level == DIAGNOSIS_ERROR;
    (void)json_array_append_new(
        diagnosis->findings, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "check", diagnosis->check,
                                       "service", service, "level", diagnosis_level_name(level),
                                       "code", code, "message", message, "advice", advice));
}

void diagnosis_run(const struct survey *survey, struct diagnosis *ret_diagnosis)
{
    struct diagnosis diagnosis = {.findings = json_array()};

    for (const struct diagnosis_check *check = DIAGNOSIS_CHECKS; check->name != NULL; check++) {
        const size_t before = json_array_size(diagnosis.findings);

        diagnosis.check = check->name;
        diagnosis.judged = false;
        check->run(survey, &diagnosis);
        if (diagnosis.judged && json_array_size(diagnosis.findings) == before) {
            diagnosis_add(&diagnosis, DIAGNOSIS_OK, "", "in-order", "", "%s",
                          phrase_text(check->in_order));
        }
    }
    *ret_diagnosis = diagnosis;
}

void diagnosis_release(struct diagnosis *diagnosis)
{
    json_decref(diagnosis->findings);
    diagnosis->findings = NULL;
}
