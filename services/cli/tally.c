/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi tally FILE.pb`: counts an election without any server. The counting
 * is the service's own code; this only reads the command line.
 */
#include "cli/nouns.h"

#include "cli/invocation.h"
#include "cli/progress.h"
#include "cli/tally_draw.h"
#include "cli/tally_file.h"
#include "cli/tally_limits.h"
#include "participation/domain/ballot.h"
#include "participation/domain/tally_lot.h"
#include "runtime/crypto.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRAWN_PREFIX "drawn:"
#define LOT_PREFIX   "lot:"
#define SHARE_MAX    1000000

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

/* Where an order comes from that decides ties. */
struct order_source {
    const char *drawn; /* a file, or NULL */
    const char *seed;  /* a seed, or NULL */
};

static enum err make_order(void *context, const struct election *election, uint32_t *ret_places)
{
    const struct order_source *source = context;

    return source->drawn != NULL
               ? tally_draw_file(election, source->drawn, ret_places)
               : tally_lot_places(election, source->seed, crypto_tagged_hash, ret_places);
}

/* "drawn:FILE", "lot:SEED" or a name. False when it is none of them. */
static bool take_tie(const char *text, struct tally_method *method, struct order_source *source)
{
    if (strncmp(text, DRAWN_PREFIX, strlen(DRAWN_PREFIX)) == 0) {
        method->tie = TALLY_TIE_DRAWN;
        source->drawn = text + strlen(DRAWN_PREFIX);
        return *source->drawn != '\0';
    }
    if (strncmp(text, LOT_PREFIX, strlen(LOT_PREFIX)) == 0) {
        method->tie = TALLY_TIE_LOT;
        source->seed = text + strlen(LOT_PREFIX);
        method->seed = source->seed;
        return *source->seed != '\0' && strlen(source->seed) <= TALLY_LOT_SEED_MAX;
    }
    return tally_tie_rule_find(text, &method->tie) == ERR_OK && method->tie != TALLY_TIE_DRAWN &&
           method->tie != TALLY_TIE_LOT;
}

/* "80/100": a share above 0 and up to 1. */
static bool take_share(const char *text, struct tally_partial_fit *ret)
{
    unsigned long long numerator;
    unsigned long long denominator;
    char *end;

    errno = 0;
    numerator = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '/' || *text == '-') {
        return false;
    }
    text = end + 1;
    denominator = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-') {
        return false;
    }
    *ret = (struct tally_partial_fit){.numerator = (uint32_t)numerator,
                                      .denominator = (uint32_t)denominator};
    return numerator > 0 && numerator <= denominator && denominator <= SHARE_MAX;
}

/* Reads the method off the command line. CLI_USAGE after saying what is wrong. */
static enum cli_status take_method(const struct invocation *invocation, struct tally_method *method,
                                   struct order_source *source)
{
    const char *rule = invocation_text(invocation, "rule");
    const char *satisfaction = invocation_text(invocation, "satisfaction");
    const char *completion = invocation_text(invocation, "completion");
    const char *tie = invocation_text(invocation, "tie");
    const char *fit = invocation_text(invocation, "partial-fit");

    if ((rule != NULL && tally_rule_find(rule, &method->rule)) ||
        (satisfaction != NULL && tally_satisfaction_find(satisfaction, &method->satisfaction)) ||
        (completion != NULL && tally_completion_find(completion, &method->completion))) {
        return usage_error(invocation, "%s", say("알 수 없는 규칙입니다", "there is no such rule"));
    }
    if (tie != NULL && !take_tie(tie, method, source)) {
        return usage_error(invocation,
                           say("--tie '%s': 알 수 없는 동점 규칙입니다",
                               "--tie '%s': there is no such rule for ties"),
                           tie);
    }
    if (fit != NULL && !take_share(fit, &method->partial_fit)) {
        return usage_error(invocation,
                           say("--partial-fit '%s': 80/100처럼 0보다 크고 1 이하인 몫이어야 합니다",
                               "--partial-fit '%s': a share such as 80/100, above 0 and up to 1"),
                           fit);
    }
    if (invocation_number(invocation, "quorum", 1, BALLOT_QUORUM_MAX, &method->quorum) ==
        ERR_INVALID) {
        return CLI_USAGE;
    }
    if (method->completion != TALLY_COMPLETION_NONE && method->rule != TALLY_EQUAL_SHARES &&
        method->rule != TALLY_COMPARISON) {
        return usage_error(invocation, "%s",
                           say("--completion은 equal-shares와 comparison에만 쓸 수 있습니다",
                               "--completion goes with equal-shares and comparison only"));
    }
    return CLI_OK;
}

static enum err make_limits(void *context, const struct election *election,
                            const struct tally_limits **ret_limits)
{
    struct tally_limits_store *store = context;
    enum err err = tally_limits_resolve(store, election);

    if (!err) {
        *ret_limits = &store->limits;
    }
    return err;
}

static enum cli_status tally_run_command(const struct invocation *invocation)
{
    struct order_source source = {.drawn = NULL};
    struct tally_limits_store limits = {.invocation = invocation};
    struct tally_file_options options = {
        .path = invocation_operand(invocation, 0),
        .method = {.tie = TALLY_TIE_LOWEST_COST_THEN_VOTES},
        .order_context = &source,
        .strict = invocation_switch(invocation, "strict"),
        .format = invocation->json                           ? TALLY_FILE_JSON
                  : invocation_switch(invocation, "explain") ? TALLY_FILE_EXPLAIN
                                                             : TALLY_FILE_TABLE,
        .language = phrase_language() == PROBLEM_KOREAN ? TALLY_FILE_KOREAN : TALLY_FILE_ENGLISH,
        .output = stdout,
        .messages = stderr,
        .progress = on_progress,
    };
    struct progress progress;
    struct tally_method sound;
    enum cli_status status = take_method(invocation, &options.method, &source);
    enum err err;

    if (status) {
        return status;
    }
    if (tally_limits_given(invocation)) {
        options.limits = make_limits;
        options.limits_context = &limits;
    }
    options.order = source.drawn != NULL || source.seed != NULL ? make_order : NULL;
    sound = options.method;
    sound.order = &(uint32_t){0}; /* it comes when the options are known */
    if (!tally_method_is_sound(&sound)) {
        return usage_error(
            invocation, "%s",
            say("--partial-fit는 득표순으로 정하는 규칙(greedy, add1u, utilitarian)에만 쓸 수 "
                "있습니다",
                "--partial-fit goes with turns by score only: greedy, add1u, utilitarian"));
    }
    progress_begin(&progress, say("읽는 중", "reading"), 0, !progress_is_wanted());
    options.context = &progress;
    err = tally_file_run(&options);
    tally_limits_release(&limits);
    return err ? CLI_FAILED : CLI_OK;
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
        .choices = "greedy|greedy-no-skip|greedy-threshold|equal-shares|phragmen|comparison",
        .sentence = {"집계 규칙 (기본 greedy)", "tally rule (default greedy)"},
    },
    {
        .name = "satisfaction",
        .argument = "MEASURE",
        .choices = "cost|cardinality|points",
        .sentence = {"만족도 기준 (기본 cost)", "what a funded option is worth (default cost)"},
    },
    {
        .name = "completion",
        .argument = "COMPLETION",
        .choices = "none|add1|add1-exhaustive|add1u|utilitarian",
        .sentence = {"균등 몫 규칙이 남긴 예산의 처리 (기본 none)",
                     "what follows equal shares (default none)"},
    },
    {
        .name = "tie",
        .argument = "RULE",
        .sentence = {"동점 규칙: lowest-cost-then-votes(기본), id, listed-order, "
                     "drawn:FILE(추첨 순서), lot:SEED(공개한 난수)",
                     "how ties are broken: lowest-cost-then-votes (default), id, listed-order, "
                     "drawn:FILE (an order drawn), lot:SEED (a published seed)"},
    },
    TALLY_LIMIT_OPTIONS,
    {
        .name = "strict",
        .sentence = {"스스로 모순된 파일은 집계하지 않습니다",
                     "refuse a file that contradicts itself"},
    },
    {
        .name = "table",
        .sentence = {"표로 출력 (기본)", "print a table (the default)"},
    },
    {
        .name = "explain",
        .sentence = {"왜 선정되고 왜 안 되었는지 차례대로 설명 (한국어와 영어)",
                     "explain round by round why, in Korean and English"},
    },
    {.name = NULL},
};

static const char *const EXAMPLES[] = {
    "hyeopchi tally election.pb",
    "hyeopchi tally election.pb --rule greedy --tie id --json",
    "hyeopchi tally election.pb --rule equal-shares --completion add1 --explain",
    "hyeopchi tally election.pb --rule greedy-no-skip --partial-fit 80/100 --tie lot:20261122",
    "hyeopchi tally election.pb --quorum 500 --incompatible 3,9 --area-cap 성수1가1동=30000000",
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
