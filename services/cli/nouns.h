/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nouns, each a constant of its own file. nouns.c puts them in order; only
 * it and those files include this.
 */
#ifndef HYEOPCHI_CLI_NOUNS_H
#define HYEOPCHI_CLI_NOUNS_H

#include "cli/command.h"

extern const struct command_noun BALLOT_NOUN;
extern const struct command_noun COMPLETION_NOUN;
extern const struct command_noun DOCTOR_NOUN;
extern const struct command_noun EVENTS_NOUN;
extern const struct command_noun KEY_NOUN;
extern const struct command_noun LEDGER_NOUN;
extern const struct command_noun PAPER_NOUN;
extern const struct command_noun REPORTING_NOUN;
extern const struct command_noun ROLL_NOUN;
extern const struct command_noun STATUS_NOUN;
extern const struct command_noun PB_NOUN;
extern const struct command_noun TALLY_NOUN;
extern const struct command_noun VOTE_NOUN;

#endif
