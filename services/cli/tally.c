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
#include "cli/tally_terms.h"
#include "cli/tally_weights.h"
#include "participation/domain/ballot.h"
#include "participation/domain/tally_lot.h"
#include "runtime/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRAWN_PREFIX "drawn:"
#define LOT_PREFIX   "lot:"

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

/* The share and what it is of: one does not go without the other. */
static enum cli_status take_quorum_share(const struct invocation *invocation,
                                         struct tally_quorum_share *ret)
{
    const char *share = invocation_text(invocation, "quorum-share");
    const enum err err =
        invocation_number(invocation, "electorate", 0, INT64_MAX / 2, &ret->electorate);

    if (err == ERR_INVALID) {
        return CLI_USAGE;
    }
    if ((share == NULL) != (err == ERR_NOT_FOUND)) {
        return usage_error(invocation, "%s",
                           say("--quorum-share 와 --electorate 는 함께 주십시오",
                               "--quorum-share and --electorate go together"));
    }
    if (share != NULL && !tally_share_parse(share, &ret->numerator, &ret->denominator)) {
        return usage_error(invocation,
                           say("--quorum-share '%s': 1/3처럼 0보다 크고 1 이하인 몫이어야 합니다",
                               "--quorum-share '%s': a share such as 1/3, above 0 and up to 1"),
                           share);
    }
    return CLI_OK;
}

/* What the command line weighs. */
struct weights_source {
    const char *path; /* of the jury's scores; NULL: there is none */
    struct tally_weights weights;
};

static enum err make_parts(void *context, const struct election *election,
                           const struct tally_parts **ret_parts)
{
    struct weights_source *source = context;
    enum err err = source->path != NULL
                       ? tally_jury_file(election, source->path, &source->weights.scores)
                       : ERR_OK;

    if (!err) {
        *ret_parts = tally_weights_parts(&source->weights);
    }
    return err;
}

static enum cli_status take_jury(const struct invocation *invocation, struct weights_source *source)
{
    const char *weights = invocation_text(invocation, "weights");

    source->path = invocation_text(invocation, "jury");
    if ((weights == NULL) != (source->path == NULL)) {
        return usage_error(
            invocation, "%s",
            say("--jury 와 --weights 는 함께 주십시오", "--jury and --weights go together"));
    }
    if (weights != NULL && !tally_weights_parse(weights, &source->weights.jury)) {
        return usage_error(
            invocation,
            say("--weights '%s': 50:50처럼 합이 100 이하인 두 정수여야 합니다",
                "--weights '%s': two numbers such as 50:50, of at most 100 together"),
            weights);
    }
    return CLI_OK;
}

static enum cli_status take_weights(const struct invocation *invocation,
                                    const struct tally_method *method,
                                    struct weights_source *source)
{
    const char *channels = invocation_text(invocation, "channel-weights");
    enum cli_status status = take_jury(invocation, source);

    if (status) {
        return status;
    }
    if (channels != NULL && !tally_channel_weights_parse(channels, &source->weights.channels)) {
        return usage_error(
            invocation,
            say("--channel-weights '%s': web+kiosk:30,booth+paper:70처럼 합이 100 이하인 "
                "정수이고, 한 경로는 한 번만 나와야 합니다",
                "--channel-weights '%s': must look like web+kiosk:30,booth+paper:70, of at most "
                "100 "
                "together, each channel once"),
            channels);
    }
    if (!tally_weights_are_sound(&source->weights)) {
        return usage_error(invocation, "%s",
                           say("--channel-weights 는 둘 이상의 묶음이고, --weights 가 있으면 합이 "
                               "주민투표의 반영 비율과 같아야 합니다",
                               "--channel-weights takes two parts or more, which with --weights "
                               "add up to what residents weigh"));
    }
    if ((source->path != NULL || channels != NULL) && method->rule != TALLY_GREEDY &&
        method->rule != TALLY_GREEDY_NO_SKIP && method->rule != TALLY_GREEDY_THRESHOLD) {
        return usage_error(
            invocation, "%s",
            say("--jury 와 --channel-weights 는 greedy 규칙들에만 쓸 수 있습니다",
                "--jury and --channel-weights go with greedy and its variants only"));
    }
    return CLI_OK;
}

static enum err read_own(void *context, const struct pb *pb, struct tally_method *ret_method)
{
    return tally_terms_read(pb, context, ret_method);
}

/* Whether the command line says anything about how to count. */
static bool is_told(const struct invocation *invocation)
{
    static const char *const OPTIONS_TOLD[] = {
        "rule",    "satisfaction", "completion",   "tie",     "partial-fit",    "quorum",
        "weights", "jury",         "quorum-share", "invalid", "channel-weights"};

    for (size_t i = 0; i < sizeof OPTIONS_TOLD / sizeof OPTIONS_TOLD[0]; i++) {
        if (invocation_text(invocation, OPTIONS_TOLD[i]) != NULL) {
            return true;
        }
    }
    return tally_limits_given(invocation);
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
    if (fit != NULL &&
        !tally_share_parse(fit, &method->partial_fit.numerator, &method->partial_fit.denominator)) {
        return usage_error(invocation,
                           say("--partial-fit '%s': 80/100처럼 0보다 크고 1 이하인 몫이어야 합니다",
                               "--partial-fit '%s': a share such as 80/100, above 0 and up to 1"),
                           fit);
    }
    if (invocation_number(invocation, "quorum", 1, BALLOT_QUORUM_MAX, &method->quorum) ==
        ERR_INVALID) {
        return CLI_USAGE;
    }
    if (take_quorum_share(invocation, &method->quorum_share)) {
        return CLI_USAGE;
    }
    if (invocation_number(invocation, "invalid", 0, BALLOT_QUORUM_MAX, &method->invalid) ==
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
    struct weights_source weights = {.path = NULL};
    struct tally_terms terms = {.order = NULL};
    const struct tally_file_own own = {tally_terms_present, read_own, tally_terms_groups, &terms};
    struct tally_file_options options = {
        .path = invocation_operand(invocation, 0),
        .method = {.tie = TALLY_TIE_LOWEST_COST_THEN_VOTES},
        .order_context = &source,
        .own = is_told(invocation) ? NULL : &own,
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

    if (!status) {
        status = take_weights(invocation, &options.method, &weights);
    }
    if (status) {
        return status;
    }
    options.parts = make_parts;
    options.parts_context = &weights;
    tally_weights_groups(&weights.weights.channels, &options.groups);
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
    tally_terms_release(&terms);
    free(weights.weights.scores);
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
        .name = "electorate",
        .argument = "NUMBER",
        .sentence = {"선거인 수. --quorum-share 와 함께", "how many may vote, for --quorum-share"},
    },
    {
        .name = "invalid",
        .argument = "NUMBER",
        .sentence =
            {"표가 무효이거나 백지인 투표자 수. 정족수에만 셈",
             "how many voted whose vote does not count, as blank paper; of the quorum only"},
    },
    {
        .name = "jury",
        .argument = "FILE",
        .sentence = {"심사 점수: 한 줄에 번호,점수. --weights 와 함께",
                     "a jury's scores, a line ID,SCORE each; goes with --weights"},
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
    "hyeopchi tally election.pb --jury scores.csv --weights 50:50 --min-cost 3=20000000",
    "hyeopchi tally election.pb --channel-weights web+kiosk:30,booth+paper:70",
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
