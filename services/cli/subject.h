/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The voter that a command is about: a subject that is given, or derived here
 * from the voter's id, which never leaves this machine.
 */
#ifndef HYEOPCHI_CLI_SUBJECT_H
#define HYEOPCHI_CLI_SUBJECT_H

#include "cli/invocation.h"

#include <stdint.h>

enum { SUBJECT_TEXT_SIZE = 64 };

/* The rows of a command's table that name the voter. */
#define SUBJECT_VOTER_OPTION                                                                       \
    {                                                                                              \
        .name = "voter", .argument = "ID",                                                         \
        .sentence = {"투표자 식별값 (전송되지 않고 subject 계산에만 쓰임)",                        \
                     "who votes; never sent, only the subject is derived from it"},                \
    }
#define SUBJECT_KEY_OPTION                                                                         \
    {                                                                                              \
        .name = "subject-key-file", .argument = "FILE",                                            \
        .environment = "HYEOPCHI_SUBJECT_KEY_FILE",                                                \
        .sentence = {"subject 를 계산할 비밀값 파일", "secret that subjects are derived with"},    \
    }
#define SUBJECT_OPTION                                                                             \
    {                                                                                              \
        .name = "subject", .argument = "BASE64URL",                                                \
        .sentence = {"이미 계산된 subject (32바이트)",                                             \
                     "a subject of 32 bytes, derived elsewhere"},                                  \
    }

/* What is said of the voter beside the subject. */
#define SUBJECT_BASIS_OPTION                                                                       \
    {                                                                                              \
        .name = "basis", .argument = "BASIS",                                                      \
        .choices = "resident-register|certificate|did|manual",                                     \
        .sentence = {"자격 확인 방법 (기본 resident-register)",                                    \
                     "how eligibility was proven (default resident-register)"},                    \
    }
#define SUBJECT_AREA_OPTION                                                                        \
    {                                                                                              \
        .name = "area", .argument = "AREA", .sentence = {"동", "neighbourhood"},                   \
    }
#define SUBJECT_SEX_OPTION                                                                         \
    {                                                                                              \
        .name = "sex", .argument = "SEX", .choices = "F|M|X",                                      \
        .sentence = {"성별 (통계용)", "for statistics"},                                           \
    }
#define SUBJECT_AGE_BAND_OPTION                                                                    \
    {                                                                                              \
        .name = "age-band", .argument = "BAND",                                                    \
        .choices = "10-19|20-29|30-39|40-49|50-59|60-69|70+",                                      \
        .sentence = {"연령대 (통계용)", "for statistics"},                                         \
    }

/* The subject in base64url, from --subject, or --voter with --subject-key-file. CLI_USAGE and CLI_FAILED
 * after saying what is missing or wrong. */
enum cli_status subject_text(const struct invocation *invocation, const uint8_t *ballot_id,
                             char ret_text[SUBJECT_TEXT_SIZE]);

#endif
