/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `hyeopchi doctor` finds: a list of findings, each with what is wrong and
 * what to do about it, in the language in force. The checks read a survey and
 * add findings; a check that adds none is in order.
 */
#ifndef HYEOPCHI_CLI_DIAGNOSIS_H
#define HYEOPCHI_CLI_DIAGNOSIS_H

#include "cli/colour.h"
#include "cli/phrase.h"
#include "cli/survey.h"

#include <jansson.h>
#include <stdbool.h>

enum { DIAGNOSIS_FINDING_MAX = 256, DIAGNOSIS_TEXT_SIZE = 1024 };

enum diagnosis_level { DIAGNOSIS_OK, DIAGNOSIS_WARNING, DIAGNOSIS_ERROR };

struct diagnosis {
    json_t *findings;  /* {"check", "service", "level", "code", "message", "advice"} */
    const char *check; /* the one that adds now */
    bool judged;       /* it had something to look at */
    int warning_count;
    int error_count;
};

/* Adds a finding of the check under way. service: "" for the deployment as a whole. code is the same
 * in every language; the advice is said as it is. */
void diagnosis_add(struct diagnosis *diagnosis, enum diagnosis_level level, const char *service,
                   const char *code, const char *advice, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* The words of JSON: "ok", "warning", "error". */
const char *diagnosis_level_name(enum diagnosis_level level);

/* One thing that is looked at. */
struct diagnosis_check {
    const char *name; /* "ports"; the same in every language */
    struct phrase title;
    struct phrase in_order; /* said when nothing was found */
    void (*run)(const struct survey *survey, struct diagnosis *diagnosis);
};

/* All checks in the order of the report; ends with a NULL name. */
extern const struct diagnosis_check DIAGNOSIS_CHECKS[];

/* Runs them all: after this the findings hold at least one of every check that could be made. */
void diagnosis_run(const struct survey *survey, struct diagnosis *ret_diagnosis);
void diagnosis_release(struct diagnosis *diagnosis);

/* The checks, by the file they are in. */
void check_settings(const struct survey *survey, struct diagnosis *diagnosis);
void check_ports(const struct survey *survey, struct diagnosis *diagnosis);
void check_versions(const struct survey *survey, struct diagnosis *diagnosis);
void check_keys(const struct survey *survey, struct diagnosis *diagnosis);
void check_clocks(const struct survey *survey, struct diagnosis *diagnosis);
void check_database(const struct survey *survey, struct diagnosis *diagnosis);
void check_disk(const struct survey *survey, struct diagnosis *diagnosis);
void check_leaders(const struct survey *survey, struct diagnosis *diagnosis);
void check_streams(const struct survey *survey, struct diagnosis *diagnosis);
void check_dead_letters(const struct survey *survey, struct diagnosis *diagnosis);

#endif
