/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hyeopchi-verify: checks what is published about a ballot, for whoever does
 * not want to believe it. It must never need the services, their code or their
 * goodwill: a bundle and, for watch, a public address are all it asks for.
 */
#include <stdio.h>
#include <string.h>

#include "verify/command.h"

static const char HELP[] =
    "hyeopchi-verify: 주민투표의 공개 기록을 검증합니다.\n"
    "                 Checks what is published about a ballot.\n"
    "\n"
    "  hyeopchi-verify BUNDLE [--receipt FILE]... [--checkpoint FILE]... [--json] [--quiet]\n"
    "  hyeopchi-verify watch URL [--state FILE] [--key KEY] [--once] [--interval SECONDS]\n"
    "                            [--silence SECONDS] [--receipt FILE]... [--quiet]\n"
    "\n"
    "BUNDLE             인증이 끝난 투표의 검증 묶음 (GET /v1/ballots/{id}/bundle)\n"
    "                   the bundle of a certified ballot\n"
    "--receipt FILE     이 접수증의 표가 기록에 있는지도 확인 (여러 번 쓸 수 있음)\n"
    "                   also finds the vote of this receipt; may be given often\n"
    "--checkpoint FILE  보관해 둔 체크포인트와도 비교 (여러 번 쓸 수 있음)\n"
    "                   also compares with a checkpoint that was kept; may be given often\n"
    "--json             결과를 JSON 하나로 출력, one JSON object instead of sentences\n"
    "--quiet            실패할 때만 출력, prints only what fails\n"
    "\n"
    "watch              게시판을 지켜보며 기록이 갈라지거나 줄거나 끊기면 알림\n"
    "                   follows a board; alarms when the log forks, shrinks or goes silent\n"
    "URL                투표 게시판 주소, the board: https://…/v1/ballots/{id}/board\n"
    "--state FILE       지금까지 본 것을 두는 파일 (기본값 {id}.watch), what was seen so far\n"
    "--key KEY          게시판의 검증 키; 없으면 처음 받은 키를 믿고 보관\n"
    "                   the board's verifier key; without it the first one seen is kept\n"
    "--once             한 번만 확인하고 마침 (cron 용), looks once, for cron\n"
    "--interval SECONDS 확인 간격 (기본값 60), between two looks\n"
    "--receipt FILE     접수증의 표가 약속한 시간까지 실리지 않으면 알림 (여러 번 쓸 수 있음)\n"
    "                   alarms when the vote of a receipt is not there by the promised time\n"
    "--silence SECONDS  이만큼 응답이 없으면 알림 (기본값 900), how long no answer is no alarm\n"
    "\n"
    "종료 상태 exit status: 0 검증됨 verified, 1 실패 또는 경보 a check failed or an alarm,\n"
    "2 읽을 수 없음 unreadable or out of reach, 64 사용법 오류 wrong usage\n"
    "\n"
    "예 examples:\n"
    "  curl -o ballot.tar https://vote.example.kr/v1/ballots/0195…/bundle\n"
    "  hyeopchi-verify ballot.tar\n"
    "  hyeopchi-verify ballot.tar --receipt my-receipt.json\n"
    "  hyeopchi-verify ballot.tar --json --quiet | jq .verdict\n"
    "  hyeopchi-verify watch https://vote.example.kr/v1/ballots/0195…/board\n"
    "  */10 * * * * hyeopchi-verify watch https://…/board --once --state /var/lib/me/0195.watch\n";

static int print(const char *text)
{
    return fputs(text, stdout) < 0 || fflush(stdout) != 0 ? 2 : 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return print(HELP);
        }
        if (strcmp(argv[i], "--version") == 0) {
            return print("hyeopchi-verify " HYEOPCHI_VERSION "\n");
        }
    }
    if (argc > 1 && strcmp(argv[1], "watch") == 0) {
        return command_watch(argc - 2, argv + 2);
    }
    return command_verify(argc == 0 ? 0 : argc - 1, argv + 1);
}
