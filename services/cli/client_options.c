/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options and names that all commands over HTTP share. Secrets are never
 * among them: a key is named by its file.
 */
#include "cli/client.h"

#include <string.h>

const struct command_option CLIENT_OPTIONS[] = {
    {
        .name = "participation-url",
        .argument = "URL",
        .environment = "HYEOPCHI_PARTICIPATION_URL",
        .sentence = {"participation 서비스 주소 (기본 http://127.0.0.1:8081)",
                     "address of participation (default http://127.0.0.1:8081)"},
    },
    {
        .name = "ledger-url",
        .argument = "URL",
        .environment = "HYEOPCHI_LEDGER_URL",
        .sentence = {"ledger 서비스 주소 (기본 http://127.0.0.1:8082)",
                     "address of ledger (default http://127.0.0.1:8082)"},
    },
    {
        .name = "reporting-url",
        .argument = "URL",
        .environment = "HYEOPCHI_REPORTING_URL",
        .sentence = {"reporting 서비스 주소 (기본 http://127.0.0.1:8083)",
                     "address of reporting (default http://127.0.0.1:8083)"},
    },
    {
        .name = "key-file",
        .argument = "FILE",
        .environment = "HYEOPCHI_KEY_FILE",
        .sentence = {"요청에 서명할 개인 키 파일", "private key file that signs the requests"},
    },
    {
        .name = "ca-file",
        .argument = "FILE",
        .environment = "HYEOPCHI_CA_FILE",
        .sentence = {"https 주소의 인증서를 확인할 인증 기관 파일 (기본: 시스템의 것)",
                     "certificates that vouch for https addresses (default: the system's)"},
    },
    {
        .name = "demonstration-clock-file",
        .argument = "FILE",
        .environment = "HYEOPCHI_DEMONSTRATION_CLOCK_FILE",
        .sentence = {"시연용 시계 파일 (서비스와 같은 것)",
                     "the demonstration's clock file, the one the services use"},
    },
    {
        .name = "timeout",
        .argument = "SECONDS",
        .sentence = {"응답을 기다리고 다시 시도하는 시간 (기본 30초, ledger verify는 3600초)",
                     "how long to wait and to try again (default 30; 3600 for ledger verify)"},
    },
    {.name = NULL},
};

static const char *const SERVICE_NAMES[CLIENT_SERVICE_COUNT] = {
    "participation",
    "ledger",
    "reporting",
};

const char *client_service_name(enum client_service service)
{
    return SERVICE_NAMES[service];
}

enum err client_service_find(const char *name, enum client_service *ret_service)
{
    int service;

    for (service = 0; service < CLIENT_SERVICE_COUNT; service++) {
        if (strcmp(SERVICE_NAMES[service], name) == 0) {
            *ret_service = (enum client_service)service;
            return ERR_OK;
        }
    }
    return ERR_NOT_FOUND;
}
