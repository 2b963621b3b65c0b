/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a ballot of a file is: its year and window, from what is given beside
 * the file, else from what the file says.
 */
#ifndef HYEOPCHI_CLI_BALLOT_WINDOW_H
#define HYEOPCHI_CLI_BALLOT_WINDOW_H

#include "cli/ballot_source.h"
#include "participation/domain/pb.h"

/*
 * Fills in what the source leaves to its file: budget_year, opens_ms and closes_ms. What is wrong is
 * said on standard error, with the option that helps.
 *
 * ERR_NOT_FOUND  the file does not say it.
 * ERR_INVALID    the file says it in a form that cannot be read.
 */
ERR_CHECKED enum err ballot_window_take(struct ballot_source *source, const struct pb *pb);

#endif
