/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's own budget sheet: 계획, 확보 and 집행 of every line, by year and
 * source, in won. It is written in the form in which offices' sheets are read,
 * so that it can be checked, exported and imported like any of them.
 */
#ifndef HYEOPCHI_CLI_SHEET_LEDGER_H
#define HYEOPCHI_CLI_SHEET_LEDGER_H

#include "cli/invocation.h"
#include "cli/sheet_file.h"

/*
 * Asks the ledger for its lines (--year and --source narrow them) and makes their sheet. Anything
 * but CLI_OK after saying why there is none. *ret_file is the caller's to free.
 */
enum cli_status sheet_ledger_read(const struct invocation *invocation,
                                  struct sheet_file **ret_file);

#endif
