/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands of `hyeopchi ledger` do; ledger.c is their table. Each
 * sends one request or reads one list, and computes no amount.
 */
#ifndef HYEOPCHI_CLI_LEDGER_COMMANDS_H
#define HYEOPCHI_CLI_LEDGER_COMMANDS_H

#include "cli/command.h"

enum {
    LEDGER_YEAR_MIN = 2000,
    LEDGER_YEAR_MAX = 2199,
};

/* ledger_read.c: limits, lists, verification. */
enum cli_status ledger_limit_set(const struct invocation *invocation);
enum cli_status ledger_limit_show(const struct invocation *invocation);
enum cli_status ledger_envelopes(const struct invocation *invocation);
enum cli_status ledger_release(const struct invocation *invocation);
enum cli_status ledger_appropriate(const struct invocation *invocation);
enum cli_status ledger_lines(const struct invocation *invocation);
enum cli_status ledger_journal(const struct invocation *invocation);
enum cli_status ledger_entry(const struct invocation *invocation);
enum cli_status ledger_blocks(const struct invocation *invocation);
extern const struct command_option LEDGER_VERIFY_OPTIONS[];
enum cli_status ledger_verify(const struct invocation *invocation);
enum cli_status ledger_freeze(const struct invocation *invocation);
enum cli_status ledger_thaw(const struct invocation *invocation);
enum cli_status ledger_periods(const struct invocation *invocation);
enum cli_status ledger_open(const struct invocation *invocation);
enum cli_status ledger_close(const struct invocation *invocation);
enum cli_status ledger_balance(const struct invocation *invocation);

/* ledger_entry.c: one entry of the journal each. */
enum cli_status ledger_plan(const struct invocation *invocation);
enum cli_status ledger_cut(const struct invocation *invocation);
enum cli_status ledger_secure(const struct invocation *invocation);
enum cli_status ledger_allot(const struct invocation *invocation);
enum cli_status ledger_commit(const struct invocation *invocation);
enum cli_status ledger_pay(const struct invocation *invocation);
enum cli_status ledger_execute(const struct invocation *invocation);
enum cli_status ledger_take_back(const struct invocation *invocation);
enum cli_status ledger_settle(const struct invocation *invocation);
enum cli_status ledger_refund(const struct invocation *invocation);
enum cli_status ledger_transfer(const struct invocation *invocation);
enum cli_status ledger_carry_over(const struct invocation *invocation);
enum cli_status ledger_lapse(const struct invocation *invocation);
enum cli_status ledger_reverse(const struct invocation *invocation);

/* ledger_grant.c: grants and their settlement. */
enum cli_status ledger_grant_add(const struct invocation *invocation);
enum cli_status ledger_grant_show(const struct invocation *invocation);
enum cli_status ledger_grant_rules(const struct invocation *invocation);
enum cli_status ledger_settle_grant(const struct invocation *invocation);

extern const struct command_option LEDGER_GRANT_ADD_OPTIONS[];
extern const struct command_option LEDGER_SETTLE_GRANT_OPTIONS[];

/* ledger_hold.c: money held until a deadline. */
enum cli_status ledger_hold_place(const struct invocation *invocation);
enum cli_status ledger_hold_commit(const struct invocation *invocation);
enum cli_status ledger_hold_extend(const struct invocation *invocation);
enum cli_status ledger_hold_release(const struct invocation *invocation);
enum cli_status ledger_hold_show(const struct invocation *invocation);

extern const struct command_option LEDGER_HOLD_PLACE_OPTIONS[];
extern const struct command_option LEDGER_HOLD_COMMIT_OPTIONS[];
extern const struct command_option LEDGER_HOLD_EXTEND_OPTIONS[];
extern const struct command_option LEDGER_HOLD_SHOW_OPTIONS[];
extern const struct command_operand LEDGER_HOLD_OPERAND[];
extern const struct command_operand LEDGER_HOLD_SHOW_OPERAND[];

/* The tables of options of ledger_entry.c's commands; each ends with a NULL name. */
extern const struct command_option LEDGER_PLAN_OPTIONS[];
extern const struct command_option LEDGER_CUT_OPTIONS[];
extern const struct command_option LEDGER_AMOUNT_OPTIONS[];
extern const struct command_option LEDGER_PAY_OPTIONS[];
extern const struct command_option LEDGER_ALLOT_OPTIONS[];
extern const struct command_option LEDGER_COMMIT_OPTIONS[];
extern const struct command_option LEDGER_EXECUTE_OPTIONS[];
extern const struct command_option LEDGER_TAKE_BACK_OPTIONS[];
extern const struct command_option LEDGER_SETTLE_OPTIONS[];
extern const struct command_option LEDGER_REFUND_OPTIONS[];
extern const struct command_option LEDGER_TRANSFER_OPTIONS[];
extern const struct command_option LEDGER_CARRY_OVER_OPTIONS[];
extern const struct command_option LEDGER_LAPSE_OPTIONS[];
extern const struct command_option LEDGER_REVERSE_OPTIONS[];
extern const struct command_option LEDGER_FREEZE_OPTIONS[];
extern const struct command_option LEDGER_OPEN_OPTIONS[];
extern const struct command_option LEDGER_CLOSE_OPTIONS[];
extern const struct command_operand LEDGER_SEQ_OPERAND[];

/* Rows that several of these tables have. */
#define LEDGER_YEAR_OPTION(needed)                                                                 \
    {                                                                                              \
        .name = "year", .argument = "YEAR", .required = (needed),                                  \
        .sentence = {"회계연도", "fiscal year"},                                                   \
    }

#define LEDGER_GRANT_OPTION                                                                        \
    {                                                                                              \
        .name = "grant-id", .argument = "UUID",                                                    \
        .sentence = {"보조금 번호 (보조금이 등록된 세부사업에서는 꼭 필요합니다)",                 \
                     "the grant it belongs to; needed where the programme has one"},               \
    }

#define LEDGER_SOURCE_OPTION(needed)                                                               \
    {                                                                                              \
        .name = "source", .argument = "SOURCE", .choices = "national|city|district|other",         \
        .required = (needed),                                                                      \
        .sentence = {"재원 (국비, 시비, 구비, 기타)", "where the money comes from"},               \
    }

#endif
