/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi tally FILE.pb`: counts an election without any server. The counting
 * is the service's own code; this only reads the command line.
 */
#include "cli/nouns.h"

#include "cli/invocation.h"
#include "cli/progress.h"
#include "cli/tally_file.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void on_progress(void *context, uint64_t done, uint64_t total)
{
    struct progress *progress = context;

    progress->total = (int64_t)total;
    if (done == total && total > 0) {
        progress_end(progress, (int64_t)done);
    } else {
        progress_update(progress, (int64_t)done);
    }
}

static enum cli_status tally_run_command(const struct invocation *invocation)
{
    const char *rule = invocation_text(invocation, "rule");
    const char *tie = invocation_text(invocation, "tie");
    struct tally_file_options options = {
        .path = invocation_operand(invocation, 0),
        .method =
            {
                .rule = TALLY_GREEDY,
                .satisfaction = TALLY_SATISFACTION_COST,
                .completion = TALLY_COMPLETION_NONE,
                .tie = TALLY_TIE_LOWEST_COST_THEN_VOTES,
            },
        .strict = invocation_switch(invocation, "strict"),
        .format = invocation->json ? TALLY_FILE_JSON : TALLY_FILE_TABLE,
        .language = phrase_language() == PROBLEM_KOREAN ? TALLY_FILE_KOREAN : TALLY_FILE_ENGLISH,
        .output = stdout,
        .messages = stderr,
        .progress = on_progress,
    };
    struct progress progress;

    if (rule != NULL && tally_rule_find(rule, &options.method.rule)) {
        return usage_error(
            invocation,
            say("--rule '%s': 알 수 없는 규칙입니다", "--rule '%s': there is no such rule"), rule);
    }
    if (tie != NULL && tally_tie_rule_find(tie, &options.method.tie)) {
        return usage_error(invocation,
                           say("--tie '%s': 알 수 없는 동점 규칙입니다",
                               "--tie '%s': there is no such rule for ties"),
                           tie);
    }
    progress_begin(&progress, say("읽는 중", "reading"), 0, !progress_is_wanted());
    options.context = &progress;
    return tally_file_run(&options) ? CLI_FAILED : CLI_OK;
}

static const struct command_operand FILE_OPERAND[] = {
    {.name = "FILE.pb",
     .sentence = {"Pabulib 파일 (- 는 표준 입력)", "a Pabulib file (- is standard input)"}},
    {.name = NULL},
};

static const struct command_option OPTIONS[] = {
    {
        .name = "rule",
        .argument = "RULE",
        .choices = "greedy",
        .sentence = {"집계 규칙 (기본 greedy)", "tally rule (default greedy)"},
    },
    {
        .name = "tie",
        .argument = "RULE",
        .choices = "lowest-cost-then-votes|id|listed-order",
        .sentence = {"동점 규칙 (기본 lowest-cost-then-votes)",
                     "how ties are broken (default lowest-cost-then-votes)"},
    },
    {
        .name = "strict",
        .sentence = {"스스로 모순된 파일은 집계하지 않습니다",
                     "refuse a file that contradicts itself"},
    },
    {
        .name = "table",
        .sentence = {"표로 출력 (기본)", "print a table (the default)"},
    },
    {.name = NULL},
};

static const char *const EXAMPLES[] = {
    "hyeopchi tally election.pb",
    "hyeopchi tally election.pb --rule greedy --tie id --json",
    "hyeopchi tally - --strict < election.pb",
    NULL,
};

static const struct command COMMANDS[] = {
    {
        .verb = "",
        .summary = {"Pabulib 파일을 집계합니다 (서버가 필요 없습니다)",
                    "counts a Pabulib file; needs no server"},
        .operands = FILE_OPERAND,
        .options = OPTIONS,
        .examples = EXAMPLES,
        .run = tally_run_command,
    },
};

const struct command_noun TALLY_NOUN = {
    .noun = "tally",
    .summary = {"집계", "Counting"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
