/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ledger sheet`: checks budget sheets, writes them again in other
 * forms, and posts what they say. Only import talks to a service.
 */
#ifndef HYEOPCHI_CLI_LEDGER_SHEET_H
#define HYEOPCHI_CLI_LEDGER_SHEET_H

#include "cli/command.h"

enum cli_status ledger_sheet_check(const struct invocation *invocation);
enum cli_status ledger_sheet_export(const struct invocation *invocation);

/* sheet_import.c */
enum cli_status ledger_sheet_import(const struct invocation *invocation);

/* Their tables; each ends with a NULL name. */
extern const struct command_operand LEDGER_SHEETS_OPERAND[];
extern const struct command_operand LEDGER_SHEET_OPERAND[];
extern const struct command_operand LEDGER_SHEET_OR_LEDGER_OPERAND[];
extern const struct command_option LEDGER_SHEET_EXPORT_OPTIONS[];
extern const struct command_option LEDGER_SHEET_IMPORT_OPTIONS[];

#endif
