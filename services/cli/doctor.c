/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi doctor`: looks at the deployment and says what is wrong and what to
 * do about it. Changes nothing. The checks are in check_*.c.
 */
#include "cli/nouns.h"

#include "cli/diagnosis.h"
#include "cli/print.h"
#include "cli/text_width.h"

#include <stdio.h>
#include <string.h>

enum { TITLE_WIDTH = 14, LINE_SIZE_MAX = 16 * 1024 };

static const char *text_of(const json_t *finding, const char *name)
{
    const char *text = json_string_value(json_object_get(finding, name));

    return text != NULL ? text : "";
}

static enum diagnosis_level level_of(const json_t *finding)
{
    const char *name = text_of(finding, "level");

    if (strcmp(name, diagnosis_level_name(DIAGNOSIS_OK)) == 0) {
        return DIAGNOSIS_OK;
    }
    return strcmp(name, diagnosis_level_name(DIAGNOSIS_WARNING)) == 0 ? DIAGNOSIS_WARNING
                                                                      : DIAGNOSIS_ERROR;
}

static const char *level_word(enum diagnosis_level level)
{
    switch (level) {
    case DIAGNOSIS_OK:
        return say("정상", "ok     ");
    case DIAGNOSIS_WARNING:
        return say("주의", "warning");
    case DIAGNOSIS_ERROR:
        break;
    }
    return say("오류", "error  ");
}

static const char *title_of(const char *name)
{
    for (const struct diagnosis_check *check = DIAGNOSIS_CHECKS; check->name != NULL; check++) {
        if (strcmp(check->name, name) == 0) {
            return phrase_text(check->title);
        }
    }
    return name;
}

static bool is_same(const json_t *left, const json_t *right)
{
    return strcmp(text_of(left, "check"), text_of(right, "check")) == 0 &&
           strcmp(text_of(left, "message"), text_of(right, "message")) == 0 &&
           strcmp(text_of(left, "advice"), text_of(right, "advice")) == 0;
}

/* "participation, ledger": the services for which the same was found, from this place on. */
static void append_services(const json_t *findings, size_t place, struct buffer *buffer)
{
    const json_t *finding = json_array_get(findings, place);
    const char *separator = "";

    for (size_t i = place; i < json_array_size(findings); i++) {
        const json_t *other = json_array_get(findings, i);

        if (is_same(finding, other) && text_of(other, "service")[0] != '\0') {
            buffer_append_format(buffer, "%s%s", separator, text_of(other, "service"));
            separator = ", ";
        }
    }
    buffer_append_text(buffer, separator[0] != '\0' ? ": " : "");
}

static bool is_said(const json_t *findings, size_t place)
{
    for (size_t i = 0; i < place; i++) {
        if (is_same(json_array_get(findings, i), json_array_get(findings, place))) {
            return true;
        }
    }
    return false;
}

/* "오류  데이터베이스  ledger: …" and, where there is something to do, a line below. */
static void print_finding(const json_t *findings, size_t place)
{
    static const enum colour colours[] = {COLOUR_GOOD, COLOUR_DOUBTFUL, COLOUR_BAD};

    const json_t *finding = json_array_get(findings, place);
    const enum diagnosis_level level = level_of(finding);
    const char *title = title_of(text_of(finding, "check"));
    const size_t width = text_width(title);
    struct buffer line;

    buffer_init(&line, LINE_SIZE_MAX);
    append_services(findings, place, &line);
    print_scalar("", json_object_get(finding, "message"), &line); /* It may quote an answer. */
    (void)printf("%s%s%s  %s%*s  %s\n", colour_begin(colours[level]), level_word(level),
                 colour_end(colours[level]), title,
                 (int)(width < TITLE_WIDTH ? TITLE_WIDTH - width : 0), "", buffer_text(&line));
    buffer_release(&line);
    if (text_of(finding, "advice")[0] != '\0') {
        (void)printf("%*s→ %s\n", TITLE_WIDTH + 8, "", text_of(finding, "advice"));
    }
}

static void print_for_people(const struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < json_array_size(diagnosis->findings); i++) {
        if (!is_said(diagnosis->findings, i)) {
            print_finding(diagnosis->findings, i);
        }
    }
    (void)printf(say("\n오류 %d건, 주의 %d건\n", "\n%d errors, %d warnings\n"),
                 diagnosis->error_count, diagnosis->warning_count);
}

static enum cli_status doctor_run(const struct invocation *invocation)
{
    struct client *client = NULL;
    const enum cli_status opened = client_open(invocation, &client);
    struct diagnosis diagnosis;
    struct survey survey;
    bool healthy;

    if (opened != CLI_OK) {
        return opened;
    }
    survey_take(client, &survey);
    diagnosis_run(&survey, &diagnosis);
    if (invocation->json) {
        json_t *answer = json_pack("{s:b, s:i, s:i, s:O}", "healthy", diagnosis.error_count == 0,
                                   "errors", diagnosis.error_count, "warnings",
                                   diagnosis.warning_count, "findings", diagnosis.findings);

        print_answer(answer, true);
        json_decref(answer);
    } else {
        print_for_people(&diagnosis);
    }
    healthy = diagnosis.error_count == 0;
    diagnosis_release(&diagnosis);
    survey_release(&survey);
    client_close(client);
    return healthy ? CLI_OK : CLI_FAILED;
}

static const char *const EXAMPLES[] = {
    "hyeopchi doctor --key-file kim.key",
    "hyeopchi doctor --json | jq -r '.findings[] | select(.level != \"ok\") | .code'",
    NULL,
};

static const struct command COMMANDS[] = {
    {
        .verb = "",
        .summary = {"설정·데이터베이스·키·시계·포트를 점검하고 조치 방법을 알려 줍니다 (오류가 "
                    "없으면 종료 코드 0)",
                    "checks settings, databases, keys, clocks and ports, and says what to do (exit "
                    "status 0: no errors)"},
        .shared = CLIENT_OPTIONS,
        .examples = EXAMPLES,
        .run = doctor_run,
    },
};

const struct command_noun DOCTOR_NOUN = {
    .noun = "doctor",
    .summary = {"점검", "Diagnosis"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
