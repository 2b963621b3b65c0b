/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new ballot from a Pabulib file or from a definition as JSON. What is in
 * either the service judges; here it is only read and sent.
 */
#include "cli/ballot_create.h"

#include "cli/ballot_source.h"
#include "cli/ballot_terms.h"
#include "cli/client.h"
#include "cli/key_file.h"
#include "cli/phrase.h"
#include "cli/print.h"
#include "cli/request.h"
#include "cli/tally_limits.h"
#include "participation/domain/ballot.h"
#include "runtime/buffer.h"
#include "runtime/json.h"

#include <stdio.h>
#include <stdlib.h>

enum { DEFINITION_SIZE_MAX = 4 * 1024 * 1024 };

const struct command_option BALLOT_CREATE_OPTIONS[] = {
    {
        .name = "from",
        .argument = "FILE.pb",
        .sentence =
            {"Pabulib 파일에서 선택지, 비용, 예산을 가져옵니다 (hyeopchi ballot export가 쓴 "
             "파일이면 규칙과 모든 조건도)",
             "take options, costs and budget from a Pabulib file; rule and every term too "
             "where hyeopchi ballot export wrote it"},
    },
    {
        .name = "definition",
        .argument = "FILE.json",
        .sentence = {"투표 정의 JSON", "a ballot's definition as JSON"},
    },
    {
        .name = "title",
        .argument = "TEXT",
        .sentence = {"투표 이름 (기본: 파일의 description)",
                     "the ballot's title (default: the file's description)"},
    },
    {
        .name = "year",
        .argument = "YEAR",
        .sentence = {"예산 회계연도 (기본: 파일의 instance)",
                     "the budget's fiscal year (default: the file's instance)"},
    },
    {
        .name = "source",
        .argument = "SOURCE",
        .choices = "national|city|district|other",
        .sentence = {"재원 (기본 district, 구비)", "where the money comes from (default district)"},
    },
    {
        .name = "opens",
        .argument = "TIME",
        .sentence = {"투표 시작 시각 (기본: 파일의 opens_at 또는 date_begin)",
                     "when voting begins (default: the file's opens_at or date_begin)"},
    },
    {
        .name = "closes",
        .argument = "TIME",
        .sentence = {"투표 마감 시각, 이 시각의 표는 받지 않음 (기본: 파일의 closes_at 또는 "
                     "date_end)",
                     "when voting ends; a vote at this time is late (default: the file's closes_at "
                     "or date_end)"},
    },
    {
        .name = "budget",
        .argument = "KRW",
        .sentence = {"예산(원) (기본: 파일의 예산)", "the budget in won (default: the file's)"},
    },
    {
        .name = "rule",
        .argument = "RULE",
        .choices = "greedy|greedy-no-skip|greedy-threshold|equal-shares|phragmen|comparison",
        .sentence = {"선정 규칙 (기본 greedy, 다득표순)", "how winners are found (default greedy)"},
    },
    {
        .name = "satisfaction",
        .argument = "KIND",
        .choices = "cost|cardinality|points",
        .sentence = {"선정된 의제 하나의 값어치 (기본 cost)",
                     "what a funded option is worth (default cost)"},
    },
    {
        .name = "completion",
        .argument = "KIND",
        .choices = "none|add1|add1-exhaustive|add1u|utilitarian",
        .sentence = {"균등 몫의 잔액 보완 (기본 none)", "what follows equal-shares (default none)"},
    },
    {
        .name = "threshold",
        .argument = "SCORE",
        .sentence = {"greedy-threshold의 최소 득표(점수) (기본: 파일의 값)",
                     "the least score to take part in greedy-threshold (default: the file's)"},
    },
    {
        .name = "tie",
        .argument = "RULE",
        .sentence = {"동점 규칙: lowest-cost-then-votes(기본), id, listed-order, "
                     "drawn:FILE(추첨 순서), lot(마감 뒤 공개할 난수)",
                     "how ties are broken: lowest-cost-then-votes (default), id, listed-order, "
                     "drawn:FILE (an order drawn), lot (a seed published after close)"},
    },
    TALLY_LIMIT_OPTIONS,
    BALLOT_TERM_OPTIONS,
    {
        .name = "print",
        .sentence = {"만들지 않고 정의 JSON만 출력합니다",
                     "print the definition instead of creating the ballot"},
    },
    REQUEST_KEY_OPTION("KEY"),
    {.name = NULL},
};

const char *const BALLOT_CREATE_EXAMPLES[] = {
    "hyeopchi ballot create --from election.pb --year 2026 --opens 2025-09-01 --closes 2025-09-06",
    "hyeopchi ballot create --from election.pb --year 2026 --opens 2025-09-01 --closes 2025-09-06 "
    "--rule equal-shares --completion add1",
    "hyeopchi ballot create --from election.pb --year 2026 --opens 2025-09-01 --closes 2025-09-06 "
    "--quota district=4-4 --quota local=4-4",
    "hyeopchi ballot create --definition ballot.json",
    "hyeopchi ballot create --from election.pb --year 2026 --opens 2025-09-01 --closes 2025-09-06 "
    "--print > ballot.json",
    NULL,
};

static enum cli_status from_pb(const struct invocation *invocation, json_t **ret_definition)
{
    struct ballot_source source = {
        .path = invocation_text(invocation, "from"),
        .title = invocation_text(invocation, "title"),
        .funding_source = invocation_text(invocation, "source"),
        .rule = invocation_text(invocation, "rule"),
        .satisfaction = invocation_text(invocation, "satisfaction"),
        .completion = invocation_text(invocation, "completion"),
        .tie = invocation_text(invocation, "tie"),
        .invocation = invocation,
    };
    const enum err year = invocation_number(invocation, "year", BALLOT_YEAR_MIN, BALLOT_YEAR_MAX,
                                            &source.budget_year);
    const enum err opens = invocation_time(invocation, "opens", &source.opens_ms);
    const enum err closes = invocation_time(invocation, "closes", &source.closes_ms);
    enum err err;

    if (year == ERR_INVALID || opens == ERR_INVALID || closes == ERR_INVALID ||
        invocation_number(invocation, "budget", 1, INT64_MAX, &source.budget_krw) == ERR_INVALID ||
        invocation_number(invocation, "threshold", 1, BALLOT_THRESHOLD_MAX,
                          &source.threshold_score) == ERR_INVALID) {
        return CLI_USAGE;
    }
    err = ballot_source_read(&source, ret_definition);
    if (err) {
        return err == ERR_CONFLICT || err == ERR_NOT_FOUND ? CLI_USAGE : CLI_FAILED;
    }
    return CLI_OK;
}

static enum cli_status from_file(const char *path, json_t **ret_definition)
{
    enum cli_status status = CLI_FAILED;
    char *text = malloc(DEFINITION_SIZE_MAX);
    struct problem problem;
    struct buffer line;
    json_t *document;
    size_t length = 0;

    if (text == NULL) {
        return CLI_FAILED;
    }
    buffer_init(&line, PRINT_SIZE_MAX);
    if (file_read_text(path, text, DEFINITION_SIZE_MAX, &length)) {
        (void)fprintf(stderr,
                      say("hyeopchi: %s 파일을 읽을 수 없습니다\n", "hyeopchi: cannot read %s\n"),
                      path);
    } else if (json_parse(text, length, ret_definition, &problem)) {
        document = problem_json(&problem, phrase_language());
        print_problem(document, &line);
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, buffer_text(&line));
        json_decref(document);
    } else {
        status = CLI_OK;
    }
    buffer_release(&line);
    free(text);
    return status;
}

enum cli_status ballot_create(const struct invocation *invocation)
{
    const char *definition_file = invocation_text(invocation, "definition");
    const bool has_pb = invocation_text(invocation, "from") != NULL;
    json_t *definition = NULL;
    enum cli_status status;

    if (has_pb == (definition_file != NULL)) {
        return usage_error(invocation, say("--from 과 --definition 중 하나만 주십시오",
                                           "give either --from or --definition"));
    }
    status = has_pb ? from_pb(invocation, &definition) : from_file(definition_file, &definition);
    if (status != CLI_OK) {
        return status;
    }
    if (invocation_switch(invocation, "print")) {
        print_answer(definition, true);
        json_decref(definition);
        return CLI_OK;
    }
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_PARTICIPATION,
                                .method = "POST",
                                .path = "/v1/ballots",
                                .idempotency_key = invocation_text(invocation, "idempotency-key"),
                            },
                            definition);
}
