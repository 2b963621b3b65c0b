/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of the processes: are they there, are they what they should be, do
 * their settings and versions fit together.
 */
#include "cli/diagnosis.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    DISK_PERCENT_LOW = 10,
    DISK_PERCENT_EMPTY = 2,
};

/* Below this a disk is as good as full, whatever its size. */
#define DISK_BYTES_EMPTY (256LL * 1024 * 1024)

static void check_port(const struct survey_service *service, struct diagnosis *diagnosis)
{
    const char *name = survey_text(service, NULL, "service");

    if (service->status == 0) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_ERROR, service->name, "unreachable",
            say("서비스가 실행 중인지, 서비스의 HYEOPCHI_HTTP_LISTEN 과 이 명령에 준 주소가 "
                "같은지 확인해 주십시오.",
                "Check that the service runs, and that its HYEOPCHI_HTTP_LISTEN is the "
                "address given to this command."),
            say("%s 에 응답하는 서비스가 없습니다.", "Nobody answers at %s."), service->url);
        return;
    }
    if (service->whole && strcmp(name, service->name) != 0) {
        diagnosis_add(diagnosis, DIAGNOSIS_ERROR, service->name, "wrong-service",
                      say("서비스 주소가 서로 바뀌지 않았는지 확인해 주십시오.",
                          "Check that the addresses of the services are not swapped."),
                      say("%s 에서 %s 서비스가 응답합니다.", "At %s answers %s."), service->url,
                      name);
        return;
    }
    if (service->answer == NULL || service->status == 404) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_ERROR, service->name, "not-a-service",
            say("주소를 확인하고, nginx 를 거친다면 그 이름과 포트가 이 서비스로 이어지는지 "
                "확인해 주십시오.",
                "Check the address and, where nginx stands in between, that it leads this name and "
                "port to this service."),
            say("%s 의 응답(HTTP %d)은 협치 서비스의 것이 아닙니다.",
                "What answers at %s (HTTP %d) is no service of Hyeopchi."),
            service->url, service->status);
    }
}

void check_ports(const struct survey *survey, struct diagnosis *diagnosis)
{
    diagnosis->judged = true;
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        check_port(&survey->services[i], diagnosis);
    }
}

/* The first service that has told everything; NULL when none has. */
static const struct survey_service *first_whole(const struct survey *survey)
{
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        if (survey->services[i].whole) {
            return &survey->services[i];
        }
    }
    return NULL;
}

static void compare_settings(const struct survey_service *first,
                             const struct survey_service *service, struct diagnosis *diagnosis)
{
    if (strcmp(survey_text(first, NULL, "district"), survey_text(service, NULL, "district")) != 0) {
        diagnosis_add(diagnosis, DIAGNOSIS_ERROR, service->name, "district-differs",
                      say("모든 서비스의 HYEOPCHI_DISTRICT 를 같게 설정해 주십시오.",
                          "Set HYEOPCHI_DISTRICT alike for all services."),
                      say("자치구가 '%s' 인데, %s 서비스는 '%s' 입니다.",
                          "Its district is '%s', that of %s is '%s'."),
                      survey_text(service, NULL, "district"), first->name,
                      survey_text(first, NULL, "district"));
    }
    if (json_is_true(survey_at(first, NULL, "demonstration")) !=
        json_is_true(survey_at(service, NULL, "demonstration"))) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_ERROR, service->name, "demonstration-differs",
            say("모든 서비스에 같은 HYEOPCHI_DEMONSTRATION_CLOCK_FILE 을 주거나, 아무 데도 "
                "주지 마십시오.",
                "Give all services the same HYEOPCHI_DEMONSTRATION_CLOCK_FILE, or none."),
            say("시연용 시계를 쓰는지가 %s 서비스와 다릅니다.",
                "It differs from %s in using a demonstration's clock."),
            first->name);
    }
}

static void check_setting(const struct survey_service *service, struct diagnosis *diagnosis)
{
    if (json_is_true(survey_at(service, NULL, "demonstration"))) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_WARNING, service->name, "demonstration",
            say("실제 투표라면 HYEOPCHI_DEMONSTRATION_CLOCK_FILE 을 지우고 다시 시작해 "
                "주십시오.",
                "For a real ballot remove HYEOPCHI_DEMONSTRATION_CLOCK_FILE and restart."),
            "%s", say("시연용 시계로 실행 중입니다.", "It runs on a demonstration's clock."));
    }
    if (strcmp(survey_text(service, NULL, "log_level"), "debug") == 0) {
        diagnosis_add(diagnosis, DIAGNOSIS_WARNING, service->name, "log-level-debug",
                      say("원인을 찾은 뒤에는 HYEOPCHI_LOG_LEVEL 을 info 로 되돌려 주십시오.",
                          "Set HYEOPCHI_LOG_LEVEL back to info once the cause is found."),
                      "%s",
                      say("로그 수준이 debug 여서 로그가 빠르게 쌓입니다.",
                          "Its log level is debug, which fills the log quickly."));
    }
}

void check_settings(const struct survey *survey, struct diagnosis *diagnosis)
{
    const struct survey_service *first = first_whole(survey);

    if (survey->key_id == NULL) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_WARNING, "", "no-key",
            say("--key-file 또는 HYEOPCHI_KEY_FILE 로 운영자나 감사자의 키를 지정해 주십시오.",
                "Name an operator's or auditor's key with --key-file or HYEOPCHI_KEY_FILE."),
            "%s",
            say("키 없이 실행하여 포트와 준비 상태만 점검했습니다.",
                "Without a key only ports and readiness were looked at."));
    }
    if (first == NULL) {
        return;
    }
    diagnosis->judged = true;
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        const struct survey_service *service = &survey->services[i];

        if (service->whole) {
            compare_settings(first, service, diagnosis);
            check_setting(service, diagnosis);
        }
    }
}

void check_disk(const struct survey *survey, struct diagnosis *diagnosis)
{
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        const struct survey_service *service = &survey->services[i];
        const int64_t total = survey_number(service, "disk", "total_bytes");
        const int64_t left = survey_number(service, "disk", "free_bytes");
        int64_t percent;

        if (!service->whole || total <= 0) {
            continue;
        }
        diagnosis->judged = true;
        percent = left / (total / 100 + 1);
        if (percent >= DISK_PERCENT_LOW) {
            continue;
        }
        diagnosis_add(diagnosis,
                      percent < DISK_PERCENT_EMPTY || left < DISK_BYTES_EMPTY ? DIAGNOSIS_ERROR
                                                                              : DIAGNOSIS_WARNING,
                      service->name, "disk-low",
                      say("공간을 늘리거나 오래된 백업과 로그를 옮겨 주십시오. 데이터베이스의 "
                          "디스크는 여기서 알 수 없으니 따로 확인해 주십시오. 그 디스크가 가득 "
                          "차면 접수가 중단됩니다.",
                          "Add room, or move old backups and logs. The database's disk is not seen "
                          "from here: look at it too, since nothing is accepted while it is full."),
                      say("서비스가 실행되는 디스크의 여유가 %" PRId64 "%% (%" PRId64
                          " MiB) 남았습니다.",
                          "%" PRId64 "%% of the disk that it runs on (%" PRId64 " MiB) is left."),
                      percent, left / ((int64_t)1024 * 1024));
    }
}

/* True for nng before 1.6, whose listeners can stop accepting. */
static bool is_old_nng(const char *version)
{
    return strncmp(version, "1.", 2) == 0 && version[2] >= '0' && version[2] <= '5' &&
           (version[3] == '.' || version[3] == '\0');
}

static void check_libraries(const struct survey_service *service, struct diagnosis *diagnosis)
{
    const char *nng = survey_text(service, "libraries", "nng");
    const int64_t resets = survey_number(service, "stream", "listener_resets");

    if (is_old_nng(nng)) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_WARNING, service->name, "nng-old",
            say("Debian 13 (nng 1.10) 으로 옮기면 해결됩니다. 그때까지는 서비스가 수신 소켓을 "
                "감시하여 다시 여므로 이벤트는 잃지 않습니다.",
                "Debian 13 (nng 1.10) mends it. Until then the service watches its "
                "listeners and opens them anew, and no event is lost."),
            say("nng %s 에는 수신 소켓이 새 연결을 받지 못하게 되는 결함이 있습니다.",
                "nng %s has a fault that makes listeners stop accepting."),
            nng);
    }
    if (resets > 0) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_WARNING, service->name, "listener-resets",
            say("계속 늘어나면 버스 포트에 직접 접속하는 점검 도구가 없는지 확인해 주십시오.",
                "If it grows, look for a probe that connects to the bus's ports."),
            say("버스 수신 소켓을 %" PRId64 "번 다시 열었습니다.",
                "A listener of the bus was opened anew %" PRId64 " times."),
            resets);
    }
}

static void compare_versions(const struct survey_service *first,
                             const struct survey_service *service, struct diagnosis *diagnosis)
{
    if (survey_number(first, "libraries", "frame_protocol") !=
        survey_number(service, "libraries", "frame_protocol")) {
        diagnosis_add(diagnosis, DIAGNOSIS_ERROR, service->name, "protocol-differs",
                      say("세 서비스를 같은 배포본으로 올려 주십시오.",
                          "Bring the three services to the same release."),
                      say("버스 프로토콜 버전이 %s 서비스와 달라 서로 이벤트를 읽지 못합니다.",
                          "Its bus protocol is not that of %s: they cannot read each other."),
                      first->name);
    } else if (strcmp(survey_text(first, NULL, "version"), survey_text(service, NULL, "version")) !=
               0) {
        diagnosis_add(
            diagnosis, DIAGNOSIS_WARNING, service->name, "version-differs",
            say("배포 중이 아니라면 세 서비스를 같은 버전으로 올려 주십시오.",
                "Unless a release is being rolled out, bring them to the same version."),
            say("버전 %s: %s 서비스는 %s 입니다.", "Its version is %s, that of %s is %s."),
            survey_text(service, NULL, "version"), first->name,
            survey_text(first, NULL, "version"));
    }
}

void check_versions(const struct survey *survey, struct diagnosis *diagnosis)
{
    const struct survey_service *first = first_whole(survey);

    if (first == NULL) {
        return;
    }
    diagnosis->judged = true;
    if (strcmp(survey_text(first, NULL, "version"), HYEOPCHI_VERSION) != 0) {
        diagnosis_add(diagnosis, DIAGNOSIS_WARNING, "", "command-version-differs",
                      say("서비스와 같은 배포본의 hyeopchi 명령을 사용해 주십시오.",
                          "Use the hyeopchi command of the services' release."),
                      say("이 명령은 %s, 서비스는 %s 버전입니다.",
                          "This command is version %s, the services are %s."),
                      HYEOPCHI_VERSION, survey_text(first, NULL, "version"));
    }
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        const struct survey_service *service = &survey->services[i];

        if (service->whole) {
            compare_versions(first, service, diagnosis);
            check_libraries(service, diagnosis);
        }
    }
}
