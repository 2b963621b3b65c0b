/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budget sheets that the ledger keeps beside its journal: sent with every byte,
 * listed, shown. What is in them is the ledger's to read.
 */
#ifndef HYEOPCHI_CLI_SHEET_KEEP_H
#define HYEOPCHI_CLI_SHEET_KEEP_H

#include "cli/invocation.h"
#include "cli/sheet_file.h"

enum cli_status ledger_sheet_keep(const struct invocation *invocation);
enum cli_status ledger_sheet_list(const struct invocation *invocation);
enum cli_status ledger_sheet_show(const struct invocation *invocation);

/*
 * Fetches a kept sheet and reads its content again. Anything but CLI_OK after saying why there is
 * none. *ret_file is the caller's to free.
 */
enum cli_status sheet_keep_read(const struct invocation *invocation, const char *sheet_id,
                                struct sheet_file **ret_file);

/* Their tables; each ends with a NULL name. */
extern const struct command_operand LEDGER_SHEET_KEPT_OPERAND[];
extern const struct command_option LEDGER_SHEET_KEEP_OPTIONS[];

#endif
