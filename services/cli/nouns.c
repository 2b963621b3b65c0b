/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All nouns in the order of the help, and the options every command has.
 */
#include "cli/nouns.h"

#include <stddef.h>

const struct command_option COMMON_OPTIONS[] = {
    {
        .name = "json",
        .sentence = {"기계가 읽는 JSON으로 출력", "print JSON, for programs"},
    },
    {
        .name = "help",
        .sentence = {"이 도움말", "this help"},
    },
    {.name = NULL},
};

const struct command_noun *const NOUNS[] = {
    &BALLOT_NOUN, &ROLL_NOUN,   &VOTE_NOUN,       &PAPER_NOUN,  &TALLY_NOUN,
    &PB_NOUN,     &LEDGER_NOUN, &REPORTING_NOUN,  &EVENTS_NOUN, &STATUS_NOUN,
    &DOCTOR_NOUN, &KEY_NOUN,    &COMPLETION_NOUN, NULL,
};
